# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers to a message: replies and forwards, made by the server, and receipts that are not sent."""
from . import properties, send
from .errors import EwsError
from .item import Item, topic
from .markup import copy, find, local, t, text_of
from .refs import item_of


def answered(call, element):
    """The message that is answered."""
    reference = find(element, "ReferenceItemId")
    item = item_of(call, reference) if reference is not None else None
    if item is None or item.kind != "Message" or (item.is_draft and local(element) != "ForwardItem"):
        raise EwsError("ErrorInvalidReferenceItem")
    return item


def answer(call, element, prefix, recipients):
    """A new message about another."""
    original = answered(call, element)
    item = Item("Message")
    for child in element:
        if local(child) not in ("ReferenceItemId", "NewBodyContent"):
            properties.apply(call, item, child)
    if item.get("Subject") is None:
        item.set("Subject", f"{prefix}: {topic(original)}")
    for name, found in recipients(original).items():
        if item.get(name) is None and found:
            item.set(name, t(name, *found))
    new = find(element, "NewBodyContent")
    kind, old = original.body(new.get("BodyType") if new is not None else "Text")
    item.set("Body", t("Body", (new.text or "" if new is not None else "") + "\r\n\r\n" + old, BodyType=kind))
    quoted = original.get("InternetMessageId")
    if quoted:
        item.set("InReplyTo", quoted)
        item.set("References", " ".join(filter(None, (original.get("References"), quoted))))
    send.complete(call, item)
    return item, original


def reply(call, element):
    """ReplyToItem."""
    return answer(call, element, "RE", lambda original: {"ToRecipients": send.reply_to(original)})[0]


def reply_all(call, element):
    """ReplyAllToItem: everybody but oneself."""
    def recipients(original):
        found = {"ToRecipients": send.reply_to(original)}
        for name in ("ToRecipients", "CcRecipients"):
            others = [copy(one) for one in original.get(name) if text_of(one, "EmailAddress").lower()
                      != call.mailbox.address.lower()] if original.get(name) is not None else []
            found[name] = found.get(name, []) + others
        return found

    return answer(call, element, "RE", recipients)[0]


def forward(call, element):
    """ForwardItem: attachments go along."""
    item, original = answer(call, element, "FW", lambda original: {})
    for one in original.attachments:
        item.add_attachment(properties.Attachment(0, one.name, one.content_type, one.content, one.content_id,
                                                  one.is_inline, one.item))
    return item


def no_receipt(call, element):
    """SuppressReadReceipt: nothing is made."""
    answered(call, element)


MAKERS = {"ReplyToItem": reply, "ReplyAllToItem": reply_all, "ForwardItem": forward, "SuppressReadReceipt": no_receipt}
