# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations on items: getting, making, deleting, moving, copying."""
from . import properties, replies, send
from .errors import EwsError
from .fields import FOLDER_KINDS
from .folders import dispose_item
from .markup import find, flag, is_true, local, m, t, text_of
from .refs import folder_of, item_of, target_of
from .shapes import Shape, item_id, show_item
from .soap import batch

# Where an item of this kind goes when nobody says where, and the folders that take no other kind.
HOMES = {"Message": "drafts", "CalendarItem": "calendar", "Contact": "contacts", "DistributionList": "contacts",
         "Task": "tasks", "PostItem": "inbox"}
ONLY_IN = {
    "CalendarItem": ("CalendarFolder", "ErrorCannotCreateCalendarItemInNonCalendarFolder"),
    "Contact": ("ContactsFolder", "ErrorCannotCreateContactInNonContactFolder"),
    "DistributionList": ("ContactsFolder", "ErrorCannotCreateContactInNonContactFolder"),
    "Task": ("TasksFolder", "ErrorCannotCreateTaskInNonTaskFolder"),
}


def get_item(call):
    """GetItem."""
    shape = Shape(find(call.body, "ItemShape"), call.version)
    return batch(call, "GetItem", find(call.body, "ItemIds"),
                 lambda element: [m("Items", show_item(item_of(call, element), shape))])


def only_id(item, tells=True):
    """Items with nothing but the id of one, or as old servers answer, not even that."""
    if not tells:
        return m("Items")
    return m("Items", t(item.kind, item_id(item)))


# ---- CreateItem ----

def create_item(call):
    """CreateItem."""
    return batch(call, "CreateItem", find(call.body, "Items"), lambda element: create(call, element))


def create(call, element):
    """One new item."""
    if local(element) in replies.MAKERS:
        item = replies.MAKERS[local(element)](call, element)
    else:
        item = properties.build(call, element)
    if item is None:
        return [m("Items")]
    disposition = call.body.get("MessageDisposition")
    if item.kind == "Message" and disposition is None:
        raise EwsError("ErrorMessageDispositionRequired")
    if item.kind == "CalendarItem" and call.body.get("SendMeetingInvitations") is None:
        raise EwsError("ErrorSendMeetingInvitationsRequired")
    item.modified_by = call.mailbox.name
    if item.kind == "Message" and disposition != "SaveOnly":
        send.send(call, item, saved_in(call) if disposition == "SendAndSaveCopy" else None)
        return [m("Items")]
    folder = target_for(call, item)
    finish(call, item, element)
    call.mailbox.add_item(item, folder)
    return [only_id(item, call.world.tells_ids)]


def saved_in(call):
    """The folder for what was sent."""
    saved = find(call.body, "SavedItemFolderId")
    return target_of(call, saved) if saved is not None else call.mailbox.distinguished["sentitems"]


def target_for(call, item):
    """The folder for a new item."""
    saved = find(call.body, "SavedItemFolderId")
    folder = target_of(call, saved) if saved is not None else call.mailbox.distinguished[HOMES.get(item.kind, "drafts")]
    wanted, code = ONLY_IN.get(item.kind, (None, None))
    if wanted is not None and folder.kind != wanted and folder.kind in ("Folder", *FOLDER_KINDS.values()):
        raise EwsError(code)
    return folder


def finish(call, item, element):
    """What Exchange adds to a new item."""
    if item.kind == "Message":
        # What a client saves is a draft, unless it says otherwise by PR_MESSAGE_FLAGS.
        written = [properties.extended.read(one)[0] for one in element if local(one) == "ExtendedProperty"]
        item.is_draft = item.is_draft if ("tag", 0x0E07) in written else True
        if item.source is None:
            send.complete(call, item)
    elif item.kind == "CalendarItem":
        item.values.setdefault("UID", f"{call.mailbox.user}-{call.mailbox.last_number + 1:08d}@example.org")
        item.set("Organizer", t("Organizer", send.own_address(call.mailbox)))
        attendees = [item.get(name) for name in ("RequiredAttendees", "OptionalAttendees", "Resources")]
        item.set("IsMeeting", flag(any(one is not None for one in attendees)))


# ---- DeleteItem ----

def delete_item(call):
    """DeleteItem."""
    def delete(element):
        item = item_of(call, element)
        if item.kind == "CalendarItem" and call.body.get("SendMeetingCancellations") is None:
            raise EwsError("ErrorSendMeetingCancellationsRequired")
        if item.kind == "Task" and call.body.get("AffectedTaskOccurrences") is None:
            raise EwsError("ErrorAffectedTaskOccurrencesRequired")
        dispose_item(call, item, call.body.get("DeleteType"))
        return []

    return batch(call, "DeleteItem", find(call.body, "ItemIds"), delete)


# ---- MoveItem, CopyItem ----

def transfer(call, operation, function):
    """MoveItem or CopyItem: FUNCTION makes the item that lies in the target."""
    # Exchange tells new ids only when asked, or when nobody said anything.
    tells = text_of(call.body, "ReturnNewItemIds")

    def one(element):
        item = item_of(call, element)
        new = function(item, target_of(call, find(call.body, "ToFolderId")))
        return [only_id(new, call.world.tells_ids and (tells is None or is_true(tells)))]

    return batch(call, operation, find(call.body, "ItemIds"), one)


def move_item(call):
    """MoveItem."""
    return transfer(call, "MoveItem", call.mailbox.move_item)


def copy_item(call):
    """CopyItem."""
    return transfer(call, "CopyItem", call.mailbox.copy_item)


def archive_item(call):
    """ArchiveItem: there is no archive mailbox."""
    def archive(element):
        folder_of(call, find(call.body, "ArchiveSourceFolderId")[0])
        item_of(call, element)
        raise EwsError("ErrorArchiveMailboxNotEnabled", "There is no archive mailbox.")

    return batch(call, "ArchiveItem", find(call.body, "ItemIds"), archive)


# ---- SendItem ----

def send_item(call):
    """SendItem."""
    saves = is_true(call.body.get("SaveItemToFolder"))
    if not saves and find(call.body, "SavedItemFolderId") is not None:
        raise EwsError("ErrorInvalidSendItemSaveSettings")

    def one(element):
        if not element.get("ChangeKey"):
            raise EwsError("ErrorChangeKeyRequiredForWriteOperations")
        item = item_of(call, element)
        if item.kind != "Message":
            raise EwsError("ErrorInvalidItemForOperationSendItem")
        if call.world.sealer.version_of(element.get("ChangeKey")) != item.version:
            raise EwsError("ErrorIrresolvableConflict")
        target = saved_in(call) if saves else None
        send.send(call, item, target)
        return []

    return batch(call, "SendItem", find(call.body, "ItemIds"), one)


OPERATIONS = {
    "GetItem": get_item, "CreateItem": create_item, "DeleteItem": delete_item, "MoveItem": move_item,
    "CopyItem": copy_item, "ArchiveItem": archive_item, "SendItem": send_item,
}
