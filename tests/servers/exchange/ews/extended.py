# SPDX-License-Identifier: LGPL-2.1-or-later
"""Extended properties: MAPI's, by tag or by name. Some are what the item is, all others are what somebody wrote."""
import base64

from . import times
from .errors import EwsError
from .markup import copy, find, flag, local, t, text_of

SETS = {
    "Meeting": "6ED8DA90-450B-101B-98DA-00AA003F1305", "Appointment": "00062002-0000-0000-C000-000000000046",
    "Common": "00062008-0000-0000-C000-000000000046", "PublicStrings": "00020329-0000-0000-C000-000000000046",
    "Address": "00062004-0000-0000-C000-000000000046", "InternetHeaders": "00020386-0000-0000-C000-000000000046",
    "CalendarAssistant": "11000E07-B51B-40D6-AF21-CAA85EDAB1D0",
    "UnifiedMessaging": "4442858E-A9E3-4E80-B900-317A210CC15B",
    "Task": "00062003-0000-0000-C000-000000000046", "Sharing": "00062040-0000-0000-C000-000000000046",
}
READ, UNSENT = 1, 8   # bits of PR_MESSAGE_FLAGS


def key_of(path):
    """What a path stands for, however it is written: ("tag", number) or (set, name or number)."""
    tag, name, number = path.get("PropertyTag"), path.get("PropertyName"), path.get("PropertyId")
    group = path.get("PropertySetId") or SETS.get(path.get("DistinguishedPropertySetId"))
    if tag is not None and group is None and name is None and number is None:
        return "tag", int(tag, 16 if tag.lower().startswith("0x") else 10)
    if tag is None and group is not None and (name is None) != (number is None):
        return group.upper(), name if name is not None else int(number)
    raise EwsError("ErrorInvalidExtendedProperty")


def base64_of(text):
    """Binary values that are ids."""
    return base64.b64encode(text.encode("ascii")).decode("ascii")


def message_flags(item):
    """PR_MESSAGE_FLAGS."""
    return READ * item.is_read + UNSENT * item.is_draft + 0x10 * item.has_attachments + 0x20 * item.from_me


def flag_status(item):
    """PR_FLAG_STATUS; None when it is not flagged."""
    status = text_of(item.get("Flag"), "FlagStatus") if item.get("Flag") is not None else None
    return {"Complete": "1", "Flagged": "2"}.get(status)


def header_lines(item):
    """PR_TRANSPORT_MESSAGE_HEADERS."""
    return item.mime().partition(b"\r\n\r\n")[0].decode("utf-8", "replace") + "\r\n"


def author(field, part):
    """A part of who wrote it, or sent it."""
    def find_part(item):
        who = item.get(field)
        return None if who is None else text_of(who, "Mailbox", part)

    return find_part


ITEM_TAGS = {
    0x001A: lambda item: item.get("ItemClass"),
    0x0017: lambda item: {"Low": "0", "Normal": "1", "High": "2"}[item.get("Importance")],
    0x0036: lambda item: {"Normal": "0", "Personal": "1", "Private": "2", "Confidential": "3"}[item.get("Sensitivity")],
    0x0037: lambda item: item.get("Subject"),
    0x0039: lambda item: item.get("DateTimeSent"),
    0x0042: author("From", "Name"),
    0x0065: author("From", "EmailAddress"),
    0x0C1A: author("Sender", "Name"),
    0x0C1F: author("Sender", "EmailAddress"),
    0x5D01: author("Sender", "EmailAddress"),
    0x5D02: author("From", "EmailAddress"),
    0x0070: lambda item: item.get("ConversationTopic"),
    0x007D: header_lines,
    0x0E02: lambda item: item.get("DisplayBcc"),
    0x0E03: lambda item: item.get("DisplayCc"),
    0x0E04: lambda item: item.get("DisplayTo"),
    0x0E06: lambda item: item.get("DateTimeReceived"),
    0x0E07: lambda item: str(message_flags(item)),
    0x0E08: lambda item: str(item.size),
    0x0E1B: lambda item: flag(item.has_attachments),
    0x0E1D: lambda item: item.get("ConversationTopic"),
    0x0E23: lambda item: str(item.uid),
    0x0E69: lambda item: flag(item.is_read),
    0x0FFF: lambda item: base64_of(item.id[-60:]),
    0x1035: lambda item: item.get("InternetMessageId"),
    0x1039: lambda item: item.get("References"),
    0x1042: lambda item: item.get("InReplyTo"),
    0x1090: flag_status,
    0x10F3: lambda item: f"{item.uid}.EML" if item.kind == "Message" else None,
    0x3007: lambda item: item.get("DateTimeCreated"),
    0x3008: lambda item: item.get("LastModifiedTime"),
    0x300B: lambda item: base64_of(f"trace-{item.trace:010d}") if item.trace else None,
}
FOLDER_TAGS = {
    0x0FFF: lambda folder: base64_of(folder.id[-60:]),
    0x3001: lambda folder: folder.name,
    0x3008: lambda folder: folder.modified,
    0x3602: lambda folder: str(len(folder.items)),
    0x3603: lambda folder: str(folder.unread),
    0x360A: lambda folder: flag(bool(folder.children)),
    0x3613: lambda folder: folder.folder_class,
    0x6749: lambda folder: None if folder.parent is None else str(folder.parent.number),
    0x670A: lambda folder: last_change(folder),
    0x6751: lambda folder: str(folder.next_uid),
    0x66FD: lambda folder: None,
}


def last_change(folder):
    """When anything in the folder changed last."""
    if folder.log.numbers:
        item = folder.items.get(folder.log.subjects[-1])
        return max(folder.modified, item.modified if item is not None else folder.modified)
    return folder.modified


def is_item(owner):
    """Whether it is an item, and not a folder."""
    return hasattr(owner, "uid")


def value_of(owner, key):
    """The values of a property as a list, or None."""
    written = (owner.extended or {}).get(key)
    if written is not None:
        return written[1]
    if key[0] == "tag":
        special = (ITEM_TAGS if is_item(owner) else FOLDER_TAGS).get(key[1])
        value = special(owner) if special is not None else None
        return None if value is None else [value]
    return None


def element(owner, path):
    """The ExtendedProperty with the path as it was asked, or None."""
    values = value_of(owner, key_of(path))
    if values is None:
        return None
    if path.get("PropertyType", "").endswith("Array"):
        content = t("Values", *(t("Value", value) for value in values))
    else:
        content = t("Value", values[0])
    twin = copy(path)
    twin.text = None
    return t("ExtendedProperty", twin, content)


def read(property_element):
    """(key, type, values) of an ExtendedProperty in a request."""
    path = find(property_element, "ExtendedFieldURI")
    values = find(property_element, "Values")
    found = [text_of(property_element, "Value") or ""] if values is None else \
        [one.text or "" for one in values if local(one) == "Value"]
    kind = path.get("PropertyType")
    if kind == "SystemTime":
        found = [times.normal(one) for one in found]
    return key_of(path), kind, found


def write(owner, key, kind, values):
    """Write a property; the few that are the item's own state change that."""
    if is_item(owner) and key == ("tag", 0x0E07):
        bits = int(values[0])
        owner.is_draft = bool(bits & UNSENT)
        set_read(owner, bool(bits & READ))
    elif is_item(owner) and key == ("tag", 0x0E06):
        owner.received = values[0]
    elif is_item(owner) and key == ("tag", 0x1090):
        owner.set("Flag", t("Flag", t("FlagStatus", {"1": "Complete", "2": "Flagged"}.get(values[0], "NotFlagged"))))
    elif is_item(owner) and key == ("tag", 0x0039):
        owner.set("DateTimeSent", values[0])
    elif is_item(owner) and key == ("tag", 0x001A):
        owner.set("ItemClass", values[0])
    else:
        owner.extended = {**(owner.extended or {}), key: (kind, values)}


def set_read(item, is_read):
    """The read flag, counted in the folder where the item lies."""
    if item.mailbox is not None and item.folder is not None:
        item.mailbox.set_read(item, is_read)
    else:
        item.is_read = is_read


def remove(owner, key):
    """Take a property away."""
    owner.extended = {k: v for k, v in (owner.extended or {}).items() if k != key}

