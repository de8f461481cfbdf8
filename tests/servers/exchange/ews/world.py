# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole server's state: its mailboxes, who may sign in, mail that goes from one to the other."""
import email.utils
import re
import threading
from datetime import datetime, timezone

from .errors import EwsError
from .ids import Sealer
from .item import Item, kind_of_class
from .mailbox import Mailbox
from .sources import Given

DOMAIN = "example.org"
FIND_CAP = 1000      # the most items that one FindItem gives
SYNC_CAP = 512       # the most changes that one sync gives


class World:
    """All of it, behind one lock."""

    def __init__(self, ids="exchange"):
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.sealer = Sealer(layout=ids)
        self.mailboxes = []
        self.passwords = {}
        self.tokens = {}
        self.outgoing = []       # (sender, recipients, bytes) of mail for elsewhere
        self.subscriptions = {}
        self.delegates = {}
        self.strict_keys = False   # whether UpdateFolder wants a change key, as some Exchange does
        self.find_cap = FIND_CAP
        self.tells_ids = 1   # 0: what an item is called after it was made or moved is not told
        self.sync_cap = SYNC_CAP
        self.find_count_limit = 0   # the most that may be asked for at once; 0: anything
        self.refusals = {}          # what FindItem refuses: search.refuse()
        self.folders_per_subscription = 250
        self.subscriptions_per_mailbox = 20
        self.events_kept = 1 << 30   # more than that are missed by whoever does not listen
        self.backends = 1            # servers behind a load balancer; each has subscriptions of its own
        self.last_backend = 0

    def add_mailbox(self, user, password, name=None, address=None):
        """A new user with a mailbox."""
        with self.lock:
            mailbox = Mailbox(len(self.mailboxes) + 1, user, name or user.capitalize(), address or f"{user}@{DOMAIN}",
                              self.sealer)
            mailbox.on_event = self.changed.notify_all
            self.mailboxes.append(mailbox)
            self.passwords[user] = password
            return mailbox

    def mailbox_of(self, name):
        """The mailbox of a user: by name, address, or DOMAIN\\name; None for nobody."""
        name = name.rpartition("\\")[2].lower()
        return next((one for one in self.mailboxes if name in (one.user.lower(), one.address.lower())), None)

    def deliver(self, data, mailbox, folder=None, is_read=False, received=None):
        """A message arrives."""
        with self.lock:
            folder = folder or mailbox.distinguished["inbox"]
            return mailbox.add_item(received_item(Given(data), is_read, received), folder, is_mail=not is_read)

    def send(self, sender, recipients, data):
        """Mail goes out: to mailboxes that are here, and for others to a list that tests can read."""
        stamp = email.utils.format_datetime(datetime.now(timezone.utc))
        head = f"Received: from {sender.user} by mail.{DOMAIN} with EWS; {stamp}\r\n".encode()
        others = []
        for address in recipients:
            mailbox = self.mailbox_of(address) if "@" in address else None
            if mailbox is None:
                others.append(address)
            else:
                self.deliver(f"Return-Path: <{sender.address}>\r\n".encode() + head + data, mailbox)
        if others:
            self.outgoing.append((sender.address, others, data))


def received_item(source, is_read=False, received=None):
    """An item as delivery makes it."""
    item = Item("Message", source, received)
    if isinstance(source, Given):
        item.kind = kind_of_class(source.parsed().properties["ItemClass"])
    item.is_read = is_read
    return item


class Call:
    """One request of one user."""

    def __init__(self, world, mailbox, request, version):
        self.world, self.mailbox, self.request, self.version = world, mailbox, request, version
        self.body = request.body
        self.zone = timezone.utc
        self.reply_headers = []
        self.backend = 0
        self.prefers_affinity = False
        self.rule = None   # the fault that was ordered for this request

    def choose_backend(self, record):
        """Which server gets the request: the one that its cookie names, or the next."""
        self.prefers_affinity = record.get("affinity") == "true" and record.get("anchor") is not None
        named = re.search(r"X-BackEndOverrideCookie=EX(\d+)~", record.get("cookie") or "")
        with self.world.lock:
            if named is None:
                self.world.last_backend += 1
            self.backend = int(named[1] if named else self.world.last_backend) % self.world.backends

    def has_fault(self, name):
        """Whether that was ordered for this request."""
        return self.rule is not None and self.rule.name == name

    def before_item(self, index):
        """The place where an ordered fault refuses one item of a batch, before anything is done to it."""
        if self.rule is not None:
            self.rule.refuse_item(index)

    def mailbox_at(self, address):
        """The mailbox at an address, when the caller may use it."""
        found = self.world.mailbox_of(address or "")
        if found is None:
            raise EwsError("ErrorNonExistentMailbox")
        if found is not self.mailbox:
            raise EwsError("ErrorAccessDenied")
        return found
