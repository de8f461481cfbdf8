# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations on folders."""
from . import extended
from .errors import EwsError
from .fields import FOLDER_FIELDS
from .mailbox import class_of_kind
from .markup import copy, find, is_true, local, m, t, text_of
from .paging import page_of
from .refs import folder_of, target_of
from .search import matcher
from .shapes import FolderShape, folder_id, show_folder
from .soap import batch


def ids_only(folder):
    """Folders with nothing but the id of one."""
    return [m("Folders", t(folder.kind, folder_id(folder)))]


def get_folder(call):
    """GetFolder."""
    shape = FolderShape(find(call.body, "FolderShape"), call.version)
    return batch(call, "GetFolder", find(call.body, "FolderIds"),
                 lambda element: [m("Folders", show_folder(folder_of(call, element), shape))])


def find_folder(call):
    """FindFolder."""
    shape = FolderShape(find(call.body, "FolderShape"), call.version)
    is_deep = call.body.get("Traversal") == "Deep"
    accepts = matcher(find(call.body, "Restriction"))

    def find_in(element):
        parent = folder_of(call, element)
        folders = parent.descendants() if is_deep else parent.children.values()
        found = [folder for folder in folders if accepts(folder)]
        shown, attributes = page_of(call, found, "Folder")
        return [m("RootFolder", t("Folders", *(show_folder(folder, shape) for folder in shown)), **attributes)]

    return batch(call, "FindFolder", find(call.body, "ParentFolderIds"), find_in)


def create_folder(call):
    """CreateFolder."""
    def create(element):
        parent = target_of(call, find(call.body, "ParentFolderId"))
        name = text_of(element, "DisplayName")
        if not name:
            raise EwsError("ErrorFolderSavePropertyError", "A folder needs a name.")
        folder_class = text_of(element, "FolderClass") or class_of_kind(local(element))
        properties = [extended.read(one) for one in element if local(one) == "ExtendedProperty"]
        folder = call.mailbox.create_folder(parent, name, folder_class)
        for key, kind, values in properties:
            extended.write(folder, key, kind, values)
        return ids_only(folder)

    return batch(call, "CreateFolder", find(call.body, "Folders"), create)


def set_field(folder, element):
    """One property of a folder is written."""
    name = local(element)
    if name == "ExtendedProperty":
        key, kind, values = extended.read(element)
        if key == ("tag", 0x3613):
            folder.folder_class = values[0]
        else:
            extended.write(folder, key, kind, values)
    elif name == "DisplayName":
        other = folder.parent.child_named(element.text or "") if folder.parent is not None else None
        if other not in (None, folder):
            raise EwsError("ErrorFolderExists")
        if not element.text:
            raise EwsError("ErrorFolderSavePropertyError", "A folder needs a name.")
        folder.name = element.text
    elif name == "FolderClass":
        folder.folder_class = element.text
    elif name == "PermissionSet":
        folder.permissions = copy(element)
    else:
        raise EwsError("ErrorInvalidPropertySet", f"{name} of a folder cannot be set.")


def change_field(folder, change):
    """One change of an UpdateFolder."""
    path = change[0]
    if local(change) == "SetFolderField":
        new = next(part for part in change if local(part) in FOLDER_FIELDS)
        if len(new) != 1:
            raise EwsError("ErrorIncorrectUpdatePropertyCount")
        set_field(folder, new[0])
    elif local(change) == "DeleteFolderField" and local(path) == "ExtendedFieldURI":
        extended.remove(folder, extended.key_of(path))
    else:
        raise EwsError("ErrorInvalidPropertyDelete").with_path(copy(path))


def update_folder(call):
    """UpdateFolder."""
    def update(element):
        folder = folder_of(call, element[0])
        key = element[0].get("ChangeKey")
        if not key and call.world.strict_keys:
            raise EwsError("ErrorChangeKeyRequiredForWriteOperations")
        if key and call.world.sealer.version_of(key) != folder.version:
            raise EwsError("ErrorIrresolvableConflict")
        for change in find(element, "Updates"):
            change_field(folder, change)
        call.mailbox.touch_folder(folder)
        return ids_only(folder)

    return batch(call, "UpdateFolder", find(call.body, "FolderChanges"), update)


def move_folder(call):
    """MoveFolder."""
    def move(element):
        folder = folder_of(call, element)
        call.mailbox.move_folder(folder, target_of(call, find(call.body, "ToFolderId")))
        return ids_only(folder)

    return batch(call, "MoveFolder", find(call.body, "FolderIds"), move)


def copy_folder(call):
    """CopyFolder."""
    def copy_one(element):
        target = target_of(call, find(call.body, "ToFolderId"))
        return ids_only(call.mailbox.copy_folder(folder_of(call, element), target))

    return batch(call, "CopyFolder", find(call.body, "FolderIds"), copy_one)


def free_name(target, name):
    """A name that no folder in TARGET has."""
    number = 0
    free = name
    while target.child_named(free) is not None:
        number += 1
        free = f"{name}{number}"
    return free


def dispose(call, folder, how):
    """A folder goes, wherever the way of deleting takes it."""
    trash = call.mailbox.distinguished["deleteditems"]
    if how == "MoveToDeletedItems" and not folder.is_below(trash):
        if folder.distinguished:
            raise EwsError("ErrorDeleteDistinguishedFolder")
        folder.name = free_name(trash, folder.name)
        call.mailbox.move_folder(folder, trash)
    else:
        call.mailbox.remove_folder(folder)


def delete_folder(call):
    """DeleteFolder."""
    def delete(element):
        dispose(call, folder_of(call, element), call.body.get("DeleteType"))
        return []

    return batch(call, "DeleteFolder", find(call.body, "FolderIds"), delete)


def empty_folder(call):
    """EmptyFolder."""
    how, with_folders = call.body.get("DeleteType"), is_true(call.body.get("DeleteSubFolders"))

    def empty(element):
        folder = folder_of(call, element)
        if folder.distinguished in ("root", "msgfolderroot") or folder.kind != "Folder":
            raise EwsError("ErrorCannotEmptyFolder", "The folder cannot be emptied.")
        for item in list(folder.items.values()):
            dispose_item(call, item, how)
        for child in list(folder.children.values()) if with_folders else ():
            dispose(call, child, how)
        return []

    return batch(call, "EmptyFolder", find(call.body, "FolderIds"), empty)


def dispose_item(call, item, how):
    """An item goes, wherever the way of deleting takes it."""
    places = {"MoveToDeletedItems": "deleteditems", "SoftDelete": "recoverableitemsdeletions"}
    place = call.mailbox.distinguished.get(places.get(how))
    if place is None or item.folder is place:
        call.mailbox.remove_item(item)
    else:
        call.mailbox.move_item(item, place)


def mark_all(call):
    """MarkAllItemsAsRead."""
    is_read = is_true(text_of(call.body, "ReadFlag"))

    def mark(element):
        for item in list(folder_of(call, element).items.values()):
            if item.is_read != is_read:
                call.mailbox.set_read(item, is_read)
                call.mailbox.touch_item(item, ["IsRead"])
        return []

    return batch(call, "MarkAllItemsAsRead", find(call.body, "FolderIds"), mark)


OPERATIONS = {
    "GetFolder": get_folder, "FindFolder": find_folder, "CreateFolder": create_folder, "UpdateFolder": update_folder,
    "MoveFolder": move_folder, "CopyFolder": copy_folder, "DeleteFolder": delete_folder, "EmptyFolder": empty_folder,
    "MarkAllItemsAsRead": mark_all,
}
