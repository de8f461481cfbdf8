# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sending: a message gets what it lacks, goes to its recipients, and a copy stays."""
import uuid

from . import times
from .errors import EwsError
from .markup import copy, local, t, text_of

RECIPIENTS = ("ToRecipients", "CcRecipients", "BccRecipients")


def own_address(mailbox):
    """The Mailbox of the mailbox's owner."""
    return t("Mailbox", t("Name", mailbox.name), t("EmailAddress", mailbox.address), t("RoutingType", "SMTP"),
             t("MailboxType", "Mailbox"))


def complete(call, item):
    """A message that was made of properties gets an author and an id."""
    for name in ("From", "Sender"):
        if item.get(name) is None:
            item.set(name, t(name, own_address(call.mailbox)))
    if item.get("InternetMessageId") is None:
        item.set("InternetMessageId", f"<{uuid.uuid4()}@mail.example.org>")


def addresses(item):
    """Who gets it, each once."""
    found = {}
    for name in RECIPIENTS:
        for one in item.get(name) if item.get(name) is not None else ():
            address = text_of(one, "EmailAddress") if local(one) == "Mailbox" else None
            if address:
                found.setdefault(address.lower(), address)
    return list(found.values())


def send(call, item, folder):
    """Send an item, new or from a folder; it stays in FOLDER, or nowhere when that is None."""
    recipients = addresses(item)
    if not recipients or not all("@" in one.strip("@") for one in recipients):
        raise EwsError("ErrorInvalidRecipients")
    if item.source is None or item.get("From") is None:
        complete(call, item)
    item.set("DateTimeSent", times.now())
    item.is_draft, item.from_me, item.received = False, True, times.now()
    call.world.send(call.mailbox, recipients, item.mime(with_bcc=False))
    if item.folder is None:
        if folder is not None:
            item.is_read = True
            call.mailbox.add_item(item, folder)
    elif folder is None:
        call.mailbox.remove_item(item)
    else:
        call.mailbox.set_read(item, True)
        call.mailbox.move_item(item, folder)


def reply_to(item):
    """Who is answered: the address that the author named, else the author."""
    for name in ("ReplyTo", "From", "Sender"):
        if item.get(name) is not None:
            return [copy(one) for one in item.get(name) if local(one) == "Mailbox"]
    return []
