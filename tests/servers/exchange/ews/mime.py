# SPDX-License-Identifier: LGPL-2.1-or-later
"""MIME read into properties, by Python's own email package."""
import email
import email.header
import email.policy
import email.utils
import html
import re

from . import times
from .markup import clean, t

CALENDAR = "text/calendar"
RECIPIENTS = {"ToRecipients": "to", "CcRecipients": "cc", "BccRecipients": "bcc", "ReplyTo": "reply-to"}
SENSITIVITY = {"personal": "Personal", "private": "Private", "company-confidential": "Confidential"}
IMPORTANCE = {"high": "High", "low": "Low", "1": "High", "2": "High", "4": "Low", "5": "Low"}
# Of a meeting's mail: what the calendar part asks for, and the class of the item that it makes.
METHODS = {"REQUEST": "IPM.Schedule.Meeting.Request", "CANCEL": "IPM.Schedule.Meeting.Canceled",
           "REPLY": "IPM.Schedule.Meeting.Resp.Pos"}


class Part:
    """An attachment: a file, or a whole message."""

    def __init__(self, name, content_type, content, content_id=None, inline=False, message=None):
        self.name, self.content_type, self.content = name, content_type, content
        self.content_id, self.is_inline = content_id, inline
        self.message = message  # the bytes of a message/rfc822


class Parsed:
    """What a message says of itself."""

    def __init__(self, data):
        self.properties = {}
        self.parts = []
        self.text = None
        self.html = None
        self.headers = []
        self.read(email.message_from_bytes(data, policy=email.policy.compat32))

    def read(self, message):
        """All of it."""
        self.headers = [(name, header_text(value)) for name, value in message.items()]
        self.read_headers(message)
        self.walk(message, message.get_content_type() == "multipart/related")
        self.properties["ItemClass"] = self.item_class(message)

    def read_headers(self, message):
        """The properties that a header field gives."""
        def text(name):
            value = message.get(name)
            return None if value is None else header_text(value)

        found = {"Subject": text("subject"), "InternetMessageId": text("message-id"), "References": text("references"),
                 "InReplyTo": text("in-reply-to"), "DateTimeSent": date_of(text("date"))}
        for name, field in RECIPIENTS.items():
            found[name] = recipients(name, message.get_all(field, []))
        sender = mailboxes(message.get_all("from", []))
        if sender:
            found["From"] = t("From", sender[0])
        sender = mailboxes(message.get_all("sender", []) or message.get_all("from", []))
        if sender:
            found["Sender"] = t("Sender", sender[0])
        urgency = (text("importance") or text("x-priority") or "").strip().lower()
        found["Importance"] = IMPORTANCE.get(urgency[:1] if urgency[:1].isdigit() else urgency, "Normal")
        found["Sensitivity"] = SENSITIVITY.get((text("sensitivity") or "").strip().lower(), "Normal")
        found["IsReadReceiptRequested"] = "true" if message.get("disposition-notification-to") else "false"
        found["IsDeliveryReceiptRequested"] = "true" if message.get("return-receipt-to") else "false"
        self.properties = {name: value for name, value in found.items() if value is not None}

    def item_class(self, message):
        """The class that Exchange gives to what arrives like this."""
        kind = message.get_content_type()
        if kind == "multipart/signed":
            return "IPM.Note.SMIME.MultipartSigned"
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return "IPM.Note.SMIME"
        if kind == "multipart/report" and message.get_param("report-type") == "delivery-status":
            return "REPORT.IPM.Note.NDR"
        calendar = next((part for part in message.walk() if part.get_content_type() == CALENDAR), None)
        method = calendar.get_param("method") if calendar is not None else None
        return METHODS.get(str(method or "").upper(), "IPM.Note")

    def walk(self, part, related=False):
        """Bodies and attachments below PART."""
        kind = part.get_content_type()
        if part.is_multipart() and kind != "message/rfc822":
            for child in part.get_payload():
                self.walk(child, related or kind == "multipart/related")
        elif not self.take_body(part, kind):
            self.parts.append(attachment(part, kind, related))

    def take_body(self, part, kind):
        """Whether PART is a body that was not there before."""
        slot = {"text/plain": "text", "text/html": "html"}.get(kind)
        is_attached = part.get_content_disposition() == "attachment" or part.get_filename()
        if kind == CALENDAR and not is_attached:
            return True
        if slot is None or is_attached or getattr(self, slot) is not None:
            return False
        setattr(self, slot, decode(part.get_payload(decode=True) or b"", part.get_content_charset()))
        return True


def attachment(part, kind, related):
    """The attachment that a part is."""
    content_id = header_text(part.get("content-id", "")).strip().strip("<>") or None
    inline = part.get_content_disposition() == "inline" or (related and content_id is not None)
    name = part.get_filename()
    name = header_text(name) if name else None
    if kind == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        return Part(name or header_text(inner.get("subject", "")) or "message", kind, b"", content_id, inline,
                    inner.as_bytes(policy=inner.policy.clone(linesep="\r\n")))
    return Part(name, kind, part.get_payload(decode=True) or b"", content_id, inline)


def decode(data, charset):
    """Text in whatever character set it claims to be."""
    for name in (charset, "utf-8", "windows-1252"):
        try:
            return clean(data.decode(name).replace("\r\n", "\n").replace("\n", "\r\n"))
        except (LookupError, UnicodeDecodeError, TypeError):
            continue
    return clean(data.decode("latin-1"))


def header_text(value):
    """A header field's value: encoded words decoded, raw bytes read as UTF-8 or Windows-1252, on one line."""
    pieces = []
    try:
        for piece, charset in email.header.decode_header(value):
            if isinstance(piece, bytes):
                charset = None if charset == "unknown-8bit" else charset
                piece = decode(piece, charset or "utf-8")
            pieces.append(piece)
    except email.errors.HeaderParseError:
        pieces = [str(value)]
    text = "".join(pieces).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return clean(re.sub(r"\r?\n(?=[ \t])", "", text).strip())


def date_of(text):
    """A header's date as an xs:dateTime, or None."""
    try:
        return times.write(email.utils.parsedate_to_datetime(text))
    except (TypeError, ValueError, OverflowError):
        return None


def mailbox(name, address):
    """One address as an element."""
    return t("Mailbox", t("Name", name or address), t("EmailAddress", address), t("RoutingType", "SMTP"),
             t("MailboxType", "OneOff"))


def mailboxes(values):
    """Addresses of header fields as elements."""
    raw = [str(value) for value in values]
    return [mailbox(header_text(name), clean(address)) for name, address in email.utils.getaddresses(raw) if address]


def recipients(name, values):
    """A list of addresses as a property, or None for none."""
    found = mailboxes(values)
    return t(name, *found) if found else None


def text_of_html(text):
    """What a page says, roughly."""
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", "", text)
    text = re.sub(r"(?i)<br\b[^>]*>|</(p|div|tr|h\d|li)>", "\r\n", text)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def html_of_text(text):
    """The page that Exchange makes of plain text, roughly."""
    lines = html.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>\r\n")
    return f"<html><body><div>{lines}</div></body></html>"
