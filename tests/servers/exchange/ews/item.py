# SPDX-License-Identifier: LGPL-2.1-or-later
"""An item: a message, contact, event or task, and what hangs on it."""
import hashlib
import re

from . import compose, ids, ical, times
from .fields import ITEM_CLASSES
from .markup import local, t, text_of
from .mime import html_of_text, text_of_html
from .sources import Given

# Writing one of these makes the MIME anew.
IN_MIME = set("""Subject Sensitivity Body Importance InReplyTo DateTimeSent Sender ToRecipients CcRecipients
BccRecipients From InternetMessageId References ReplyTo IsReadReceiptRequested""".split())
DEFAULTS = {
    "Sensitivity": "Normal", "Importance": "Normal", "IsResend": "false", "IsAssociated": "false",
    "Culture": "en-US", "IsReadReceiptRequested": "false", "IsDeliveryReceiptRequested": "false",
    "IsResponseRequested": "false", "ReminderIsSet": "false",
}
KIND_DEFAULTS = {
    "Contact": {"FileAsMapping": "None"},
    "CalendarItem": {
        "IsAllDayEvent": "false", "LegacyFreeBusyStatus": "Busy", "IsMeeting": "false", "IsCancelled": "false",
        "IsRecurring": "false", "MeetingRequestWasSent": "false", "IsResponseRequested": "true",
        "CalendarItemType": "Single", "MyResponseType": "Organizer", "ConflictingMeetingCount": "0",
        "AdjacentMeetingCount": "0", "AppointmentSequenceNumber": "0", "AppointmentState": "0",
        "AllowNewTimeProposal": "true"},
    "Task": {"IsComplete": "false", "IsRecurring": "false", "IsTeamTask": "false", "PercentComplete": "0",
             "Status": "NotStarted", "ChangeCount": "1", "StatusDescription": "Not Started"},
}
# A class that begins so makes this kind of item.
KINDS = (("IPM.Contact", "Contact"), ("IPM.DistList", "DistributionList"), ("IPM.Appointment", "CalendarItem"),
         ("IPM.Task", "Task"), ("IPM.Post", "PostItem"), ("IPM.Note", "Message"), ("REPORT.", "Message"))
NESTING = 1024  # how many attachments of an attached message have ids of their own


def kind_of_class(item_class):
    """The element that an item of this class is."""
    return next((kind for beginning, kind in KINDS if item_class.startswith(beginning)), "Message")


class Attachment:
    """What hangs on an item: a file, or another item."""

    def __init__(self, number, name, content_type=None, content=b"", content_id=None, is_inline=False, item=None):
        self.number, self.name, self.content_type, self.content = number, name, content_type, content
        self.content_id, self.is_inline, self.item = content_id, is_inline, item
        self.location = None
        self.modified = times.now()

    @property
    def size(self):
        """In bytes."""
        return self.item.size if self.item is not None else len(self.content)


class Item:
    """One item. What is not written on it comes from its source, which is read only when somebody asks."""

    __slots__ = ("mailbox", "folder", "number", "kind", "source", "values", "extended", "own_attachments", "is_read",
                 "is_draft", "trace", "created", "modified", "modified_by", "received", "version", "written", "uid",
                 "cached_size", "from_me", "conversation")

    def __init__(self, kind, source=None, received=None):
        self.mailbox = self.folder = None
        self.number = self.version = self.uid = 0
        self.kind = kind
        self.source = source
        self.values = None
        self.extended = None
        self.own_attachments = None
        self.is_read = True
        self.is_draft = False
        self.from_me = False
        self.received = received or times.now()
        self.created = self.modified = self.received
        self.trace = None   # PR_SEARCH_KEY: all copies have the same
        self.modified_by = None
        self.written = None
        self.cached_size = None
        self.conversation = None

    def twin(self):
        """A copy that lies nowhere yet."""
        twin = Item(self.kind, self.source, self.received)
        for name in ("is_read", "is_draft", "from_me", "trace", "created", "modified_by", "conversation",
                     "cached_size"):
            setattr(twin, name, getattr(self, name))
        twin.values = dict(self.values) if self.values is not None else None
        twin.extended = dict(self.extended) if self.extended is not None else None
        twin.own_attachments = list(self.own_attachments) if self.own_attachments is not None else None
        twin.modified = times.now()
        return twin

    # ---- who it is ----

    @property
    def id(self):
        """Its opaque id; an item inside another has none."""
        return self.mailbox.sealer.id_of(ids.ITEM, self.mailbox.number, self.number)

    @property
    def change_key(self):
        """Its change key."""
        return self.mailbox.sealer.change_key(self.version)

    def remember(self, names, version):
        """Which change wrote which property last."""
        if self.written is None:
            self.written = {}
        self.written.update(dict.fromkeys(names, version))

    def changed_since(self, version):
        """The properties that were written after a change."""
        return {name for name, when in (self.written or {}).items() if when > version}

    # ---- properties ----

    def get(self, name):
        """A property: text, an element, or None when it has none."""
        special = SPECIAL.get(name)
        if special is not None:
            return special(self)
        if self.values is not None and name in self.values:
            return self.values[name]
        value = self.parsed.properties.get(name) if self.source is not None else None
        if value is None:
            value = KIND_DEFAULTS.get(self.kind, {}).get(name) or DEFAULTS.get(name)
        return value

    def set(self, name, value):
        """Write a property; None takes it away. What says nothing new leaves the MIME as it is."""
        if name in IN_MIME and isinstance(value, str) and self.source is not None and value == self.get(name):
            return
        if self.values is None:
            self.values = {}
        self.values[name] = value
        self.cached_size = None

    def set_mime(self, data):
        """The item is this message now, whatever was written on it before."""
        self.source = Given(data)
        self.own_attachments = None
        self.cached_size = None
        for name in set(self.values or ()) & IN_MIME:
            del self.values[name]

    @property
    def parsed(self):
        """What the source says."""
        return self.source.parsed()

    def body(self, kind):
        """(type, text) of the body in the form that is wanted: Text, HTML or Best."""
        text, page = self.text_body, self.html_body
        if text is None and page is None:
            return ("HTML" if kind == "HTML" else "Text"), ""
        if kind == "Text" or (kind == "Best" and page is None):
            return "Text", text if text is not None else text_of_html(page)
        return "HTML", page if page is not None else html_of_text(text)

    @property
    def text_body(self):
        """The body as it was written in plain text, or None."""
        return self.written_body("Text", "text")

    @property
    def html_body(self):
        """The body as it was written in HTML, or None."""
        return self.written_body("HTML", "html")

    def written_body(self, kind, slot):
        """The body of that kind, from what was written or from the source."""
        if self.values is not None and "Body" in self.values:
            body = self.values["Body"]
            return body.text or "" if body is not None and body.get("BodyType") == kind else None
        return getattr(self.parsed, slot) if self.source is not None else None

    # ---- MIME ----

    @property
    def is_mime_stale(self):
        """Whether the source no longer tells what the item is."""
        return self.source is None or self.own_attachments is not None or not IN_MIME.isdisjoint(self.values or ())

    def mime(self, with_bcc=True):
        """The whole item as it leaves the server."""
        if self.kind == "CalendarItem":
            return ical.write(self)
        if with_bcc and not self.is_mime_stale and not (self.mailbox is not None and self.mailbox.regenerates_mime):
            return self.source.mime()
        return compose.compose(self, with_bcc)

    @property
    def size(self):
        """In bytes."""
        if self.cached_size is None:
            self.cached_size = len(self.mime())
        return self.cached_size

    # ---- attachments ----

    @property
    def attachments(self):
        """All of them."""
        if self.own_attachments is not None:
            return self.own_attachments
        return [self.attachment_of(part, number) for number, part in enumerate(self.parsed.parts, 1)] \
            if self.source is not None else []

    def attachment_of(self, part, number):
        """An attachment that the source has."""
        if part.message is None:
            found = Attachment(number, part.name, part.content_type, part.content, part.content_id, part.is_inline)
        else:
            found = Attachment(number, part.name, None, b"", part.content_id, part.is_inline,
                               Item("Message", Given(part.message), self.received))
        found.modified = self.modified
        return found

    def own(self):
        """The list of attachments, to be written."""
        if self.own_attachments is None:
            self.own_attachments = self.attachments
        self.cached_size = None
        return self.own_attachments

    def add_attachment(self, attachment):
        """Hang something on it; it gets a number of its own."""
        own = self.own()
        attachment.number = max((one.number for one in own), default=0) + 1
        own.append(attachment)

    def find_attachment(self, number):
        """The attachment with that number, in an attached item too; or None."""
        if number >= NESTING:
            outer = self.find_attachment(number // NESTING)
            inner = outer.item if outer is not None else None
            return inner.find_attachment(number % NESTING) if inner is not None else None
        return next((one for one in self.attachments if one.number == number), None)

    @property
    def has_attachments(self):
        """Whether anything hangs on it that is not part of the text."""
        return any(not one.is_inline for one in self.attachments)


def names(item, field):
    """The names of recipients, as they are shown."""
    found = item.get(field)
    shown = [text_of(one, "Name") or text_of(one, "EmailAddress") for one in found if local(one) == "Mailbox"] \
        if found is not None else []
    return "; ".join(shown)


def topic(item):
    """The subject without the prefixes of replies."""
    return re.sub(r"^(?:(?:re|fw|fwd|aw|wg):\s*)+", "", item.get("Subject") or "", flags=re.IGNORECASE)


def conversation(item):
    """The id of the conversation: messages that answer one another share it."""
    first = (item.get("References") or item.get("InReplyTo") or item.get("InternetMessageId") or topic(item)).split()
    digest = hashlib.sha1((first[0] if first else "").encode()).digest()
    return t("ConversationId", Id=item.mailbox.sealer.seal(b"talk", digest, 57))


def item_class(item):
    """Its class, as written or as its kind has it."""
    own = (item.values or {}).get("ItemClass")
    if own is None and item.source is not None:
        own = item.parsed.properties.get("ItemClass")
    return own or ITEM_CLASSES[item.kind]


def flag(value):
    """A truth as text."""
    return "true" if value else "false"


def preview(item):
    """The beginning of the text."""
    return " ".join(item.body("Text")[1].split())[:255]


def date_sent(item):
    """When it was sent, or made."""
    own = (item.values or {}).get("DateTimeSent")
    if own is None and item.source is not None:
        own = item.parsed.properties.get("DateTimeSent")
    return own or item.created


SPECIAL = {
    "ItemClass": item_class,
    "DateTimeReceived": lambda item: item.received,
    "DateTimeCreated": lambda item: item.created,
    "DateTimeSent": date_sent,
    "LastModifiedTime": lambda item: item.modified,
    "LastModifiedName": lambda item: item.modified_by or (item.mailbox.name if item.mailbox else None),
    "Size": lambda item: str(item.size),
    "IsRead": lambda item: flag(item.is_read),
    "IsDraft": lambda item: flag(item.is_draft),
    "IsSubmitted": lambda item: "false",
    "IsFromMe": lambda item: flag(item.from_me),
    "IsUnmodified": lambda item: flag(not item.written),
    "DisplayTo": lambda item: names(item, "ToRecipients"),
    "DisplayCc": lambda item: names(item, "CcRecipients"),
    "DisplayBcc": lambda item: names(item, "BccRecipients"),
    "HasAttachments": lambda item: flag(item.has_attachments),
    "ConversationTopic": topic,
    "ConversationId": conversation,
    "Preview": preview,
}
