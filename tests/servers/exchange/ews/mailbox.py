# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox: its folders and items, everything that happened to them, and who may be told."""
from collections import namedtuple

from . import ids, times
from .changelog import CREATE, DELETE, READ, UPDATE, ChangeLog
from .errors import EwsError
from .fields import CLASS_OF_KIND, FOLDER_KINDS
from .item import Item

# distinguished id: parent, name, class
TREE = {
    "root": (None, "Root", "IPF.Note"),
    "msgfolderroot": ("root", "Top of Information Store", "IPF.Note"),
    "calendar": ("msgfolderroot", "Calendar", "IPF.Appointment"),
    "contacts": ("msgfolderroot", "Contacts", "IPF.Contact"),
    "conversationhistory": ("msgfolderroot", "Conversation History", "IPF.Note"),
    "deleteditems": ("msgfolderroot", "Deleted Items", "IPF.Note"),
    "drafts": ("msgfolderroot", "Drafts", "IPF.Note"),
    "inbox": ("msgfolderroot", "Inbox", "IPF.Note"),
    "journal": ("msgfolderroot", "Journal", "IPF.Journal"),
    "junkemail": ("msgfolderroot", "Junk Email", "IPF.Note"),
    "notes": ("msgfolderroot", "Notes", "IPF.StickyNote"),
    "outbox": ("msgfolderroot", "Outbox", "IPF.Note"),
    "sentitems": ("msgfolderroot", "Sent Items", "IPF.Note"),
    "tasks": ("msgfolderroot", "Tasks", "IPF.Task"),
    "archive": ("msgfolderroot", "Archive", "IPF.Note"),
    "searchfolders": ("root", "Finder", "IPF.Note"),
    "recoverableitemsroot": ("root", "Recoverable Items", "IPF.Note"),
    "recoverableitemsdeletions": ("recoverableitemsroot", "Deletions", "IPF.Note"),
    "recoverableitemsversions": ("recoverableitemsroot", "Versions", "IPF.Note"),
    "recoverableitemspurges": ("recoverableitemsroot", "Purges", "IPF.Note"),
}

# KIND is the element that tells of it; old_* are only there when something was moved or copied.
Event = namedtuple("Event", "kind is_item subject version folder old_subject old_folder time unread")
Source = namedtuple("Source", "number version folder")


class Folder:
    """One folder."""

    def __init__(self, mailbox, number, parent, name, folder_class, distinguished=None):
        self.mailbox, self.number, self.parent, self.name = mailbox, number, parent, name
        self.folder_class = folder_class
        self.distinguished = distinguished
        self.kind = FOLDER_KINDS.get(".".join(folder_class.split(".")[:2]), "Folder")
        self.items = {}
        self.children = {}
        self.log = ChangeLog()
        self.extended = {}
        self.permissions = None
        self.unread = 0
        self.version = 0
        self.next_uid = 1
        self.modified = times.now()

    @property
    def id(self):
        """Its opaque id."""
        return self.mailbox.sealer.id_of(ids.FOLDER, self.mailbox.number, self.number)

    @property
    def change_key(self):
        """Its change key."""
        return self.mailbox.sealer.change_key(self.version)

    def is_below(self, other):
        """Whether it lies somewhere in OTHER."""
        folder = self.parent
        while folder is not None and folder is not other:
            folder = folder.parent
        return folder is not None

    def descendants(self):
        """All folders below, parents first."""
        for child in self.children.values():
            yield child
            yield from child.descendants()

    def child_named(self, name):
        """The folder in it of that name in whatever case, or None."""
        return next((child for child in self.children.values() if child.name.lower() == name.lower()), None)


class Mailbox:
    """One mailbox. Whoever calls holds the world's lock."""

    def __init__(self, number, user, name, address, sealer):
        self.number, self.user, self.name, self.address, self.sealer = number, user, name, address, sealer
        self.folders = {}
        self.items = {}
        self.distinguished = {}
        self.hierarchy = ChangeLog()
        self.events = []
        self.change = 0
        self.last_number = 0
        self.out_of_office = {}
        self.on_event = None
        self.regenerates_mime = False   # as Exchange does with what comes from its own store
        for key, (parent, title, folder_class) in TREE.items():
            parent = self.distinguished.get(parent)
            self.distinguished[key] = self.create_folder(parent, title, folder_class, key)

    def tick(self):
        """The number of the next change."""
        self.change += 1
        return self.change

    def next_number(self):
        """A number that no folder and no item ever had."""
        self.last_number += 1
        return self.last_number

    def tell(self, kind, subject, folder, old=None):
        """An event about an item or a folder; OLD is what it was before it was moved or copied."""
        unread = subject.unread if isinstance(subject, Folder) and kind == "ModifiedEvent" else None
        self.events.append(Event(
            kind, isinstance(subject, Item), subject.number, subject.version,
            folder.number if folder is not None else 0, old and (old.number, old.version), old and old.folder,
            times.now(), unread))
        if self.on_event is not None:
            self.on_event()

    # ---- folders ----

    def create_folder(self, parent, name, folder_class, distinguished=None):
        """A new folder."""
        if parent is not None and parent.child_named(name):
            raise EwsError("ErrorFolderExists")
        folder = Folder(self, self.next_number(), parent, name, folder_class, distinguished)
        self.folders[folder.number] = folder
        if parent is not None:
            parent.children[folder.number] = folder
        self.log_folder(folder, CREATE)
        self.tell("CreatedEvent", folder, parent)
        return folder

    def log_folder(self, folder, kind):
        """Write down a change of a folder."""
        folder.version = self.tick()
        folder.modified = times.now()
        self.hierarchy.add(folder.version, folder.number, kind)

    def touch_folder(self, folder):
        """A folder's own properties were written."""
        self.log_folder(folder, UPDATE)
        self.tell("ModifiedEvent", folder, folder.parent)

    def move_folder(self, folder, target):
        """A folder with all in it goes elsewhere; its id stays."""
        if folder.distinguished:
            raise EwsError("ErrorMoveDistinguishedFolder")
        if target is folder or target.is_below(folder):
            raise EwsError("ErrorMoveCopyFailed")
        if target.child_named(folder.name) not in (None, folder):
            raise EwsError("ErrorFolderExists")
        old = Source(folder.number, folder.version, folder.parent.number)
        del folder.parent.children[folder.number]
        folder.parent = target
        target.children[folder.number] = folder
        self.log_folder(folder, UPDATE)
        self.tell("MovedEvent", folder, target, old)

    def copy_folder(self, folder, target):
        """A copy of a folder with all in it."""
        if target is folder or target.is_below(folder):
            raise EwsError("ErrorMoveCopyFailed")
        twin = self.create_folder(target, folder.name, folder.folder_class)
        twin.extended = dict(folder.extended)
        for item in list(folder.items.values()):
            self.copy_item(item, twin)
        for child in list(folder.children.values()):
            self.copy_folder(child, twin)
        return twin

    def remove_folder(self, folder):
        """A folder with all in it is gone."""
        if folder.distinguished:
            raise EwsError("ErrorDeleteDistinguishedFolder")
        for child in list(folder.children.values()):
            self.remove_folder(child)
        for item in list(folder.items.values()):
            self.remove_item(item)
        del folder.parent.children[folder.number]
        del self.folders[folder.number]
        self.log_folder(folder, DELETE)
        self.tell("DeletedEvent", folder, folder.parent)

    # ---- items ----

    def put(self, item, folder):
        """An item that nobody saw yet lies in a folder from now on; no event is told."""
        item.mailbox, item.folder, item.number = self, folder, self.next_number()
        item.uid, folder.next_uid = folder.next_uid, folder.next_uid + 1
        item.trace = item.trace or item.number
        item.version = self.tick()
        folder.items[item.number] = item
        self.items[item.number] = item
        folder.unread += not item.is_read
        folder.log.add(item.version, item.number, CREATE)

    def add_item(self, item, folder, is_mail=False):
        """A new item; IS_MAIL when it was delivered."""
        self.put(item, folder)
        self.tell("CreatedEvent", item, folder)
        if is_mail:
            self.tell("NewMailEvent", item, folder)
        self.tell("ModifiedEvent", folder, folder.parent)
        return item

    def touch_item(self, item, names, who=None):
        """Properties of an item were written."""
        item.version = self.tick()
        item.modified = times.now()
        item.modified_by = who or self.name
        item.remember(names, item.version)
        item.folder.log.add(item.version, item.number, READ if set(names) == {"IsRead"} else UPDATE)
        self.tell("ModifiedEvent", item, item.folder)
        if "IsRead" in names:
            self.tell("ModifiedEvent", item.folder, item.folder.parent)

    def set_read(self, item, is_read):
        """Whether it counts as read; the caller touches the item."""
        item.folder.unread += item.is_read - is_read
        item.is_read = is_read

    def take_out(self, item):
        """An item leaves its folder."""
        del item.folder.items[item.number]
        del self.items[item.number]
        item.folder.unread -= not item.is_read
        item.folder.log.add(self.tick(), item.number, DELETE)

    def remove_item(self, item):
        """An item is gone."""
        self.take_out(item)
        self.tell("DeletedEvent", item, item.folder)
        self.tell("ModifiedEvent", item.folder, item.folder.parent)

    def move_item(self, item, target):
        """An item goes elsewhere, and has another id there."""
        old = Source(item.number, item.version, item.folder.number)
        source = item.folder
        self.take_out(item)
        self.put(item, target)
        self.tell("MovedEvent", item, target, old)
        self.tell("ModifiedEvent", source, source.parent)
        self.tell("ModifiedEvent", target, target.parent)
        return item

    def copy_item(self, item, target):
        """A copy of an item."""
        old = Source(item.number, item.version, item.folder.number)
        twin = item.twin()
        self.put(twin, target)
        self.tell("CopiedEvent", twin, target, old)
        self.tell("ModifiedEvent", target, target.parent)
        return twin

    # ---- ids ----

    def find_folder(self, text):
        """The folder of an id."""
        found = self.sealer.object_of(text)
        if found.kind != ids.FOLDER:
            raise EwsError("ErrorCannotUseItemIdForFolderId")
        folder = self.folders.get(found.number) if found.mailbox == self.number else None
        if folder is None:
            raise EwsError("ErrorFolderNotFound")
        return folder

    def find_item(self, text):
        """The item of an id."""
        found = self.sealer.object_of(text)
        if found.kind == ids.FOLDER:
            raise EwsError("ErrorCannotUseFolderIdForItemId")
        item = self.items.get(found.number) if found.mailbox == self.number else None
        if item is None or found.kind != ids.ITEM:
            raise EwsError("ErrorItemNotFound")
        return item

    def find_attachment(self, text):
        """The (item, attachment) of an id; items inside items are found too."""
        found = self.sealer.object_of(text)
        if found.kind != ids.ATTACHMENT:
            raise EwsError("ErrorInvalidAttachmentId")
        item = self.items.get(found.number) if found.mailbox == self.number else None
        if item is None:
            raise EwsError("ErrorItemNotFound")
        attachment = item.find_attachment(found.part)
        if attachment is None:
            raise EwsError("ErrorInvalidAttachmentId")
        return item, attachment


def class_of_kind(kind):
    """The class of a new folder that is made by this element."""
    return CLASS_OF_KIND.get(kind, "IPF.Note")
