# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the id elements of a request stand for."""
from . import ids
from .errors import EwsError
from .markup import find, local, text_of


def folder_of(call, element):
    """The folder of a FolderId or DistinguishedFolderId."""
    key = element.get("Id")
    if local(element) == "FolderId":
        folder = call.mailbox.find_folder(key)
        if element.get("ChangeKey"):
            call.world.sealer.version_of(element.get("ChangeKey"))
        return folder
    owner = find(element, "Mailbox")
    mailbox = call.mailbox if owner is None else call.mailbox_at(text_of(owner, "EmailAddress"))
    folder = mailbox.distinguished.get(key)
    if folder is None:
        raise EwsError("ErrorFolderNotFound")
    return folder


def target_of(call, element):
    """The one folder inside an element such as ToFolderId; its absence is another error than that of a source."""
    return folder_of(call, element[0])


def item_of(call, element):
    """The item of an ItemId."""
    if local(element) in ("OccurrenceItemId", "RecurringMasterItemId"):
        raise EwsError("ErrorCalendarCannotUseIdForOccurrenceId")
    item = call.mailbox.find_item(element.get("Id"))
    if element.get("ChangeKey"):
        call.world.sealer.version_of(element.get("ChangeKey"))
    return item


def root_of(call, text):
    """(item, attachment) of an AttachmentId."""
    return call.mailbox.find_attachment(text)


def attachment_id(item, number):
    """The id of an item's attachment."""
    return item.mailbox.sealer.id_of(ids.ATTACHMENT, item.mailbox.number, item.number, number)
