# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an answer shows of an item or a folder: exactly what was asked for."""
import base64

from . import extended
from .errors import EwsError
from .fields import (DEFAULT, FIELDS, FOLDER_DEFAULT, FOLDER_FIELDS, FOLDER_ONLY_ASKED, INDEXED, NOT_LISTED, ONLY_ASKED,
                     SINCE, STRUCTURED, applies, name_of)
from .markup import copy, find, is_true, local, t, text_of
from .refs import attachment_id
from .soap import VERSIONS

RIGHTS = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read", "ViewPrivateItems")
REPLIES = ("ReplyToItem", "ReplyAllToItem", "ForwardItem")


def dictionary_of(uri):
    """The dictionary that an indexed path speaks of, "contacts:PhysicalAddress:City" too."""
    return INDEXED.get(":".join(uri.split(":")[:2]))


class Shape:
    """What a request wants to see."""

    def __init__(self, element, version, is_listing=False, is_strict=False):
        """IS_LISTING leaves out what only GetItem gives; IS_STRICT makes asking for it an error."""
        self.base = text_of(element, "BaseShape")
        self.body_type = text_of(element, "BodyType") or "Best"
        self.unique_type = text_of(element, "UniqueBodyType") or self.body_type
        self.normal_type = text_of(element, "NormalizedBodyType") or self.body_type
        self.wants_mime = is_true(text_of(element, "IncludeMimeContent"))
        self.limit = text_of(element, "MaximumBodySize")
        self.level = VERSIONS.index(version) if version in VERSIONS else 0
        self.is_listing, self.is_strict = is_listing, is_strict
        self.paths, self.indexed, self.properties = set(), [], []
        for path in find(element, "AdditionalProperties") if find(element, "AdditionalProperties") is not None else ():
            self.take(path)
        self.known = {}

    def take(self, path):
        """One more property by its path."""
        kind = local(path)
        if kind == "ExtendedFieldURI":
            extended.key_of(path)
            self.properties.append(path)
        elif kind == "IndexedFieldURI":
            self.indexed.append((path.get("FieldURI"), path.get("FieldIndex")))
        elif kind == "FieldURI":
            uri = path.get("FieldURI")
            if self.is_strict and name_of(uri) in NOT_LISTED:
                raise EwsError("ErrorInvalidPropertyRequest").with_path(copy(path))
            if not self.is_listing or name_of(uri) not in NOT_LISTED:
                self.paths.add(uri)

    def shows(self, name):
        """Whether the client's version of the schema has this property."""
        return name not in SINCE or VERSIONS.index(SINCE[name]) <= self.level

    def fields_of(self, kind):
        """The properties to show of this kind of items, in their order."""
        found = self.known.get(kind)
        if found is None:
            found = self.known[kind] = list(self.select(kind))
        return found

    def select(self, kind):
        """The same, found once."""
        asked = {name_of(uri) for uri in self.paths if applies(uri, kind)}
        parts = {dictionary_of(uri) for uri, _ in self.indexed}
        for name in FIELDS[kind]:
            if name in ("ItemId", "ExtendedProperty") or name in asked or name in parts:
                yield name
            elif name == "MimeContent":
                if self.wants_mime and not self.is_listing:
                    yield name
            elif self.has_in_base(kind, name):
                yield name

    def has_in_base(self, kind, name):
        """Whether the base shape has it."""
        if self.base == "IdOnly" or (self.is_listing and name in NOT_LISTED) or not self.shows(name):
            return False
        return name in DEFAULT[kind] if self.base == "Default" else name not in ONLY_ASKED


class FolderShape:
    """What a request wants to see of folders."""

    def __init__(self, element, version):
        self.base = text_of(element, "BaseShape")
        self.paths, self.properties = set(), []
        level = VERSIONS.index(version) if version in VERSIONS else 0
        self.hidden = {name for name, since in SINCE.items() if VERSIONS.index(since) > level}
        additional = find(element, "AdditionalProperties")
        for path in additional if additional is not None else ():
            if local(path) == "ExtendedFieldURI":
                extended.key_of(path)
                self.properties.append(path)
            elif local(path) == "FieldURI":
                self.paths.add(name_of(path.get("FieldURI")))

    def shows(self, name):
        """Whether this property is shown."""
        if name in self.paths or name in ("FolderId", "ExtendedProperty"):
            return True
        if self.base == "IdOnly" or name in self.hidden:
            return False
        return name in FOLDER_DEFAULT if self.base == "Default" else name not in FOLDER_ONLY_ASKED


# ---- items ----

def item_id(item):
    """The ItemId element."""
    return t("ItemId", Id=item.id, ChangeKey=item.change_key)


def show_item(item, shape):
    """The element of an item; one inside another has no id."""
    content = []
    for name in shape.fields_of(item.kind):
        if name == "ExtendedProperty":
            content += [one for one in (extended.element(item, path) for path in shape.properties) if one is not None]
        else:
            content.append(show_field(item, name, shape))
    return t(item.kind, *content)


def show_field(item, name, shape):
    """One property as an element, or None when the item has it not."""
    special = SPECIAL.get(name)
    if special is not None:
        return special(item, shape)
    value = item.get(name)
    if value is None:
        return None
    if name not in STRUCTURED:
        return t(name, value)
    indexes = [index for uri, index in shape.indexed if dictionary_of(uri) == name]
    whole = shape.has_in_base(item.kind, name) or any(name_of(uri) == name for uri in shape.paths)
    if indexes and not whole:
        entries = [copy(entry) for entry in value if entry.get("Key") in indexes]
        return t(name, *entries) if entries else None
    return copy(value)


def body_element(name, kind, text, limit=None):
    """A body, cut when the client set a limit."""
    is_cut = limit is not None and len(text) > int(limit)
    return t(name, text[:int(limit)] if is_cut else text, BodyType=kind, IsTruncated="true" if is_cut else None)


def show_body(item, shape):
    """The body in the form that was asked for."""
    return body_element("Body", *item.body(shape.body_type), shape.limit)


def show_mime(item, _):
    """MimeContent."""
    return t("MimeContent", base64.b64encode(item.mime()).decode("ascii"), CharacterSet="UTF-8")


def show_attachments(item, shape):
    """The list of attachments without what is in them."""
    if item.mailbox is None:
        return None
    found = [show_attachment(item, one, one.number) for one in item.attachments]
    return t("Attachments", *found) if found and shape is not None else None


def show_attachment(item, attachment, number, *content):
    """One attachment; content is what is in it."""
    kind = "FileAttachment" if attachment.item is None else "ItemAttachment"
    return t(kind, t("AttachmentId", Id=attachment_id(item, number)), t("Name", attachment.name or "ATT00001"),
             t("ContentType", attachment.content_type) if attachment.content_type else None,
             t("ContentId", attachment.content_id) if attachment.content_id else None,
             t("ContentLocation", attachment.location) if attachment.location else None,
             t("Size", attachment.size), t("LastModifiedTime", attachment.modified),
             t("IsInline", "true" if attachment.is_inline else "false"),
             t("IsContactPhoto", "false") if attachment.item is None else None, *content)


def show_headers(item, _):
    """InternetMessageHeaders, for what came as MIME."""
    if item.source is None or item.kind != "Message":
        return None
    found = [t("InternetMessageHeader", value, HeaderName=name) for name, value in item.parsed.headers if name]
    return t("InternetMessageHeaders", *found) if found else None


def show_rights(*_):
    """Everything is allowed in one's own mailbox."""
    return t("EffectiveRights", *(t(name, "true") for name in RIGHTS))


def show_flag(item, _):
    """The follow-up flag; a message that has none says so."""
    value = item.get("Flag")
    if value is not None:
        return copy(value)
    return t("Flag", t("FlagStatus", "NotFlagged"))


def show_replies(item, _):
    """What can be answered to a message."""
    if item.kind != "Message" or item.is_draft:
        return None
    return t("ResponseObjects", *(t(name) for name in REPLIES))


def show_id(item, _):
    """ItemId; not for an item inside another."""
    return None if item.mailbox is None or item.folder is None else item_id(item)


def show_parent(item, _):
    """ParentFolderId."""
    return None if item.folder is None else t("ParentFolderId", Id=item.folder.id, ChangeKey=item.folder.change_key)


def show_conversation(item, _):
    """ConversationId."""
    return None if item.mailbox is None or item.kind != "Message" else item.get("ConversationId")


SPECIAL = {
    "MimeContent": show_mime, "ItemId": show_id, "ParentFolderId": show_parent, "Body": show_body,
    "Attachments": show_attachments, "InternetMessageHeaders": show_headers, "EffectiveRights": show_rights,
    "Flag": show_flag, "ResponseObjects": show_replies, "ConversationId": show_conversation,
    "UniqueBody": lambda item, shape: body_element("UniqueBody", *item.body(shape.unique_type)),
    "NormalizedBody": lambda item, shape: body_element("NormalizedBody", *item.body(shape.normal_type)),
    "TextBody": lambda item, shape: body_element("TextBody", *item.body("Text")),
    "InstanceKey": lambda item, shape: t("InstanceKey", base64.b64encode(b"%012d" % item.number).decode()),
    "SearchKey": lambda item, shape: t("SearchKey", base64.b64encode(b"%016d" % item.number).decode()),
    "StoreEntryId": lambda item, shape: t("StoreEntryId", base64.b64encode(item.id.encode()).decode()),
}


# ---- folders ----

def folder_id(folder):
    """The FolderId element."""
    return t("FolderId", Id=folder.id, ChangeKey=folder.change_key)


def show_folder(folder, shape):
    """The element of a folder."""
    content = []
    for name in FOLDER_FIELDS[folder.kind]:
        if name == "ExtendedProperty":
            content += [one for one in (extended.element(folder, path) for path in shape.properties) if one is not None]
        elif shape.shows(name) and name in FOLDER_SHOWN:
            value = FOLDER_SHOWN[name](folder)
            content.append(t(name, value) if isinstance(value, (str, int)) else value)
    return t(folder.kind, *content)


def parent_id(folder):
    """ParentFolderId."""
    parent = folder.parent or folder
    return t("ParentFolderId", Id=parent.id, ChangeKey=parent.change_key)


def permission_set(folder):
    """PermissionSet; calendars have another one."""
    if folder.permissions is not None:
        return copy(folder.permissions)
    kind, level = ("CalendarPermission", "CalendarPermissionLevel") if folder.kind == "CalendarFolder" else (
        "Permission", "PermissionLevel")
    users = [t(kind, t("UserId", t("DistinguishedUser", user)),
               *(t(name, "false") for name in ("CanCreateItems", "CanCreateSubFolders", "IsFolderOwner",
                                               "IsFolderVisible", "IsFolderContact")),
               t("EditItems", "None"), t("DeleteItems", "None"), t("ReadItems", "None"), t(level, "None"))
             for user in ("Default", "Anonymous")]
    return t("PermissionSet", t(f"{kind}s", *users))


FOLDER_SHOWN = {
    "FolderId": folder_id, "ParentFolderId": parent_id,
    "FolderClass": lambda folder: folder.folder_class,
    "DisplayName": lambda folder: folder.name,
    "TotalCount": lambda folder: len(folder.items),
    "ChildFolderCount": lambda folder: len(folder.children),
    "EffectiveRights": show_rights,
    "DistinguishedFolderId": lambda folder: folder.distinguished,
    "PermissionSet": permission_set,
    "UnreadCount": lambda folder: folder.unread,
}
