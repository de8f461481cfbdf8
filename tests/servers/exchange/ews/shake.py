# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another client that changes a mailbox by chance: the same seed does the same."""
import random

from .markup import t
from .sources import Small
from .world import received_item

CATEGORIES = ("Red Category", "work", "später")


class Shaker:
    """Changes of what is in some folders of one mailbox."""

    def __init__(self, folders, seed):
        self.folders = folders
        self.mailbox = folders[0].mailbox
        self.random = random.Random(seed)
        self.number = 0

    def some_item(self):
        """An item by chance, or None."""
        folder = self.random.choice(self.folders)
        return self.random.choice(list(folder.items.values())) if folder.items else None

    def deliver(self):
        """A message arrives."""
        self.number += 1
        source = Small(self.number)
        self.mailbox.add_item(received_item(source, self.random.random() < 0.3, source.received),
                              self.random.choice(self.folders), is_mail=True)

    def read(self, item):
        """It is read, or not any more."""
        self.mailbox.set_read(item, not item.is_read)
        self.mailbox.touch_item(item, ["IsRead"])

    def flag(self, item):
        """It gets a flag, or loses it."""
        flagged = item.get("Flag") is not None and item.get("Flag")[0].text == "Flagged"
        item.set("Flag", t("Flag", t("FlagStatus", "NotFlagged" if flagged else "Flagged")))
        self.mailbox.touch_item(item, ["Flag"])

    def categorize(self, item):
        """It gets other categories."""
        chosen = [one for one in CATEGORIES if self.random.random() < 0.5]
        item.set("Categories", t("Categories", *(t("String", one) for one in chosen)) if chosen else None)
        self.mailbox.touch_item(item, ["Categories"])

    def remove(self, item):
        """It is gone."""
        self.mailbox.remove_item(item)

    def move(self, item):
        """It goes to another folder."""
        self.mailbox.move_item(item, self.random.choice(self.folders))

    def copy(self, item):
        """It is there twice."""
        self.mailbox.copy_item(item, self.random.choice(self.folders))

    def change(self):
        """One change."""
        item = self.some_item()
        if item is None or self.random.random() < 0.25:
            self.deliver()
        else:
            deed = self.random.choice((self.read, self.read, self.flag, self.categorize, self.remove, self.remove,
                                       self.move, self.copy))
            deed(item)


def shake(folders, count, seed):
    """So many changes; how many events there were of them."""
    shaker = Shaker(folders, seed)
    before = len(shaker.mailbox.events)
    for _ in range(count):
        shaker.change()
    return len(shaker.mailbox.events) - before
