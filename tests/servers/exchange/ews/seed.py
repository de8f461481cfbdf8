# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the mailboxes at the beginning: made from a number, or read from a file."""
import json
from pathlib import Path

from . import times
from .sources import Given, Made, Small
from .world import World, received_item

USERS = ("alice", "bob", "carol")
# Paths, and how much of the mail lies there, when it is spread.
SPREAD = [("inbox", 50), ("Archive", 15), ("Archive/2025", 10), ("sentitems", 8), ("Projekte", 5),
          ("Projekte/Brücke", 5), ("junkemail", 4), ("drafts", 1), ("日本語", 2)]


def folder_at(mailbox, path):
    """The folder at a path, or of a distinguished id; made when it is not there."""
    if path in mailbox.distinguished:
        return mailbox.distinguished[path]
    folder = mailbox.distinguished["msgfolderroot"]
    for name in path.split("/"):
        folder = folder.child_named(name) or mailbox.create_folder(folder, name, "IPF.Note")
    return folder


def make_world(password, users=USERS, ids="exchange"):
    """A world with these users, all with one password."""
    world = World(ids)
    for user in users:
        world.add_mailbox(user, password)
    return world


def fill(world, count, seed=1, small=False, spread=False):
    """Give the first user COUNT messages, most of them read; newest last."""
    mailbox = world.mailboxes[0]
    places = [folder_at(mailbox, path) for path, share in SPREAD for _ in range(share)] if spread else \
        [mailbox.distinguished["inbox"]]
    for number in range(count):
        source = Small(number) if small else Made(number, seed)
        item = received_item(source, is_read=number % 5 != 4, received=source.received)
        folder = places[number * 37 % len(places)]
        item.is_draft = folder.distinguished == "drafts"
        item.from_me = folder.distinguished in ("drafts", "sentitems")
        mailbox.put(item, folder)


def load(world, path):
    """Mailboxes of a file: {"mailboxes": [{"user", "password", "name", "address", "folders": [{"path", "class",
    "messages": [{"file" or "mime", "read", "received"}]}]}]}; a file's name is relative to that of this file."""
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    for one in data["mailboxes"]:
        mailbox = world.mailbox_of(one["user"])
        if mailbox is None:
            mailbox = world.add_mailbox(one["user"], one["password"], one.get("name"), one.get("address"))
        for entry in one.get("folders", ()):
            folder = folder_at(mailbox, entry["path"])
            if entry.get("class"):
                folder.folder_class = entry["class"]
            for message in entry.get("messages", ()):
                mailbox.put(read_message(message, Path(path).parent), folder)


def read_message(entry, folder):
    """One message of the file."""
    data = (folder / entry["file"]).read_bytes() if "file" in entry else entry["mime"].encode()
    received = times.normal(entry["received"]) if "received" in entry else None
    return received_item(Given(data), entry.get("read", False), received)
