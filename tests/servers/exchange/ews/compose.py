# SPDX-License-Identifier: LGPL-2.1-or-later
"""Properties written as MIME, by Python's own email package."""
import email.policy
import email.utils
from email.header import Header
from email.message import EmailMessage, Message

from . import times
from .markup import local, text_of

POLICY = email.policy.SMTP.clone(max_line_length=76)
FIELDS = {"ToRecipients": "To", "CcRecipients": "Cc", "BccRecipients": "Bcc", "ReplyTo": "Reply-To"}
URGENCY = {"High": "high", "Low": "low"}
SECRECY = {"Personal": "Personal", "Private": "Private", "Confidential": "Company-Confidential"}


def address(element):
    """A Mailbox as it stands in a header."""
    name, where = text_of(element, "Name"), text_of(element, "EmailAddress") or "unknown@invalid"
    if not name or name == where:
        return where
    if not name.isascii():
        return f"{Header(name, 'utf-8').encode()} <{where}>"
    return email.utils.formataddr((name, where))


def add_header(message, name, value):
    """A header whose value may be anything; the legacy way does not judge it."""
    if value:
        line = " ".join(value.split())
        charset = "us-ascii" if line.isascii() else "utf-8"
        message[name] = Header(line, charset, maxlinelen=76, header_name=name).encode()


def compose(item, with_bcc=True):
    """The whole message of an item that was made of properties."""
    body = bodies(item)
    for part in item.attachments:
        attach(body, part)
    message = Message(policy=email.policy.compat32)
    for name, value in headers(item, with_bcc):
        add_header(message, name, value)
    for name, value in body.items():
        message[name] = value
    message.set_payload(body.get_payload())
    return message.as_bytes(policy=POLICY.clone(refold_source="none"))


def headers(item, with_bcc):
    """The header fields that properties make."""
    sent = item.get("DateTimeSent") or item.get("DateTimeCreated")
    yield "Date", email.utils.format_datetime(times.read(sent))
    for name in ("From", "Sender"):
        who = item.get(name)
        if who is not None and (name == "From" or differs(item)):
            yield name, address(who[0])
    for name, field in FIELDS.items():
        found = item.get(name)
        if found is not None and (with_bcc or name != "BccRecipients"):
            yield field, ", ".join(address(one) for one in found if local(one) == "Mailbox")
    for name, field in (("Subject", "Subject"), ("InternetMessageId", "Message-ID"), ("References", "References"),
                        ("InReplyTo", "In-Reply-To")):
        yield field, item.get(name)
    yield "Importance", URGENCY.get(item.get("Importance"))
    yield "Sensitivity", SECRECY.get(item.get("Sensitivity"))
    if item.get("IsReadReceiptRequested") == "true" and item.get("From") is not None:
        yield "Disposition-Notification-To", address(item.get("From")[0])
    yield "MIME-Version", "1.0"


def differs(item):
    """Whether somebody else sent it than who wrote it."""
    author = item.get("From")
    return author is None or text_of(item.get("Sender"), "Mailbox", "EmailAddress") != \
        text_of(author, "Mailbox", "EmailAddress")


def lines(text):
    """Text with the line ends that Python writes."""
    return text.replace("\r\n", "\n")


def bodies(item):
    """A message of the text alone: plain, HTML, or both."""
    text, page = item.text_body, item.html_body
    message = EmailMessage(policy=POLICY)
    if page is None:
        message.set_content(lines(text or ""), cte="quoted-printable")
    else:
        if text is not None:
            message.set_content(lines(text), cte="quoted-printable")
        add = message.set_content if text is None else message.add_alternative
        add(lines(page), subtype="html", cte="quoted-printable")
    del message["MIME-Version"]
    return message


def attach(message, part):
    """Add an attachment."""
    if part.item is not None:
        inner = email.message_from_bytes(part.item.mime(), policy=POLICY)
        message.add_attachment(inner, filename=part.name)
    else:
        main, _, sub = (part.content_type or "application/octet-stream").partition("/")
        if main in ("text", "multipart", "message"):
            main, sub = "application", "octet-stream"
        message.add_attachment(part.content, maintype=main, subtype=sub or "octet-stream", filename=part.name,
                               disposition="inline" if part.is_inline else "attachment",
                               cid=f"<{part.content_id}>" if part.content_id else None)
    del message["MIME-Version"]
