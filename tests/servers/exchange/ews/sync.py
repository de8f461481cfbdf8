# SPDX-License-Identifier: LGPL-2.1-or-later
"""SyncFolderItems and SyncFolderHierarchy: what happened since a state that the server gave out."""
from . import ids
from .changelog import CREATE, DELETE, READ, UPDATE
from .markup import find, flag, local, m, t, text_of
from .refs import target_of
from .shapes import FolderShape, Shape, show_folder, show_item
from .soap import single


def where(call, log, kind, folder):
    """(base, position, head) of the state that the request carries."""
    text = text_of(call.body, "SyncState")
    if not text:
        return 0, 0, log.head
    base, position, head = call.world.sealer.read_sync_state(text, kind, call.mailbox.number, folder.number)
    # Whoever has all of a head begins anew from there.
    return (head, head, log.head) if position >= head else (base, position, head)


def state(call, kind, folder, base, position, head):
    """The state to go on from."""
    return m("SyncState", call.world.sealer.sync_state(kind, call.mailbox.number, folder.number, base, position, head))


# ---- items ----

def sync_items(call):
    """SyncFolderItems."""
    folder = target_of(call, find(call.body, "SyncFolderId"))
    shape = Shape(find(call.body, "ItemShape"), call.version, is_listing=True)
    base, position, head = where(call, folder.log, ids.ITEM, folder)
    limit = min(call.world.sync_cap, int(text_of(call.body, "MaxChangesReturned")))
    ignored = {one.get("Id") for one in find(call.body, "Ignore") or ()}
    changes, position = folder.log.changes(base, position, head, limit)
    shown = [show_change(call, folder, kind, number, shape) for kind, number in changes]
    shown = [one for one in shown if one is not None and id_in(one) not in ignored]
    is_last = position >= head
    return [state(call, ids.ITEM, folder, base, position, head), m("IncludesLastItemInRange", flag(is_last)),
            m("Changes", *shown)]


def show_change(call, folder, kind, number, shape):
    """One change as an element; None when the item went away in between."""
    key = call.world.sealer.id_of(ids.ITEM, call.mailbox.number, number)
    if kind == DELETE:
        return t("Delete", t("ItemId", Id=key))
    item = folder.items.get(number)
    if item is None:
        return None
    if kind == READ:
        return t("ReadFlagChange", t("ItemId", Id=key, ChangeKey=item.change_key), t("IsRead", flag(item.is_read)))
    return t("Create" if kind == CREATE else "Update", show_item(item, shape))


def id_in(change):
    """The id of the item that a change is about."""
    return next(one.get("Id") for one in change.iter() if local(one) == "ItemId")


# ---- folders ----

def sync_hierarchy(call):
    """SyncFolderHierarchy."""
    root = find(call.body, "SyncFolderId")
    root = target_of(call, root) if root is not None else call.mailbox.distinguished["msgfolderroot"]
    shape = FolderShape(find(call.body, "FolderShape"), call.version)
    log = call.mailbox.hierarchy
    base, position, head = where(call, log, ids.FOLDER, root)
    changes, position = log.changes(base, position, head, call.world.sync_cap)
    shown = [show_folder_change(call, root, kind, number, shape) for kind, number in in_order(call, changes)]
    return [state(call, ids.FOLDER, root, base, position, head),
            m("IncludesLastFolderInRange", flag(position >= head)), m("Changes", *(s for s in shown if s is not None))]


def in_order(call, changes):
    """New folders after those that they lie in."""
    def depth(change):
        folder = call.mailbox.folders.get(change[1])
        steps = 0
        while folder is not None:
            folder, steps = folder.parent, steps + 1
        return steps

    return sorted(changes, key=depth)


def show_folder_change(call, root, kind, number, shape):
    """One change as an element; None for folders elsewhere."""
    folder = call.mailbox.folders.get(number)
    if folder is None or not folder.is_below(root):
        if kind in (DELETE, UPDATE) and number != root.number:
            return t("Delete", t("FolderId", Id=call.world.sealer.id_of(ids.FOLDER, call.mailbox.number, number)))
        return None
    return t("Create" if kind == CREATE else "Update", show_folder(folder, shape))


OPERATIONS = {"SyncFolderItems": single("SyncFolderItems", sync_items),
              "SyncFolderHierarchy": single("SyncFolderHierarchy", sync_hierarchy)}
