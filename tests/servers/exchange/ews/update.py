# SPDX-License-Identifier: LGPL-2.1-or-later
"""UpdateItem: fields are set, appended to and deleted; whoever was overtaken is told."""
from . import extended, properties, send
from .errors import EwsError
from .fields import APPENDABLE, FIELDS, INDEXED, READ_ONLY, applies, name_of
from .items import saved_in
from .markup import copy, find, local, m, t
from .refs import item_of
from .shapes import item_id
from .soap import batch

BEFORE_SENDING = {"IsReadReceiptRequested", "IsDeliveryReceiptRequested"}
NOT_DELETED = {"ItemClass", "DateTimeReceived", "DateTimeSent", "IsRead", "MimeContent", "Importance", "Sensitivity"}


def update_item(call):
    """UpdateItem."""
    return batch(call, "UpdateItem", find(call.body, "ItemChanges"), lambda change: update(call, change))


def update(call, change):
    """All changes of one item, or none."""
    item = item_of(call, change[0])
    check_attributes(call, item)
    steps = [Step(call, item, element) for element in find(change, "Updates")]
    names = {step.name for step in steps}
    conflicts = check_key(call, item, change[0].get("ChangeKey"), names)
    draft = item.twin()
    for step in steps:
        step.apply(draft)
    for slot in ("source", "values", "extended", "own_attachments", "is_draft", "received", "cached_size"):
        setattr(item, slot, getattr(draft, slot))
    call.mailbox.set_read(item, draft.is_read)
    disposition = call.body.get("MessageDisposition")
    if item.kind == "Message" and disposition in ("SendOnly", "SendAndSaveCopy"):
        send.send(call, item, saved_in(call) if disposition == "SendAndSaveCopy" else None)
        return [m("Items"), m("ConflictResults", t("Count", conflicts))]
    call.mailbox.touch_item(item, names)
    return [m("Items", t(item.kind, item_id(item))), m("ConflictResults", t("Count", conflicts))]


def check_attributes(call, item):
    """What must be said about the kind of item that is updated."""
    if item.kind == "Message" and call.body.get("MessageDisposition") is None:
        raise EwsError("ErrorMessageDispositionRequired")
    if item.kind == "CalendarItem" and call.body.get("SendMeetingInvitationsOrCancellations") is None:
        raise EwsError("ErrorSendMeetingInvitationsOrCancellationsRequired")


def check_key(call, item, key, names):
    """How many conflicts were resolved; those that cannot be are an error."""
    how = call.body.get("ConflictResolution")
    if how == "AlwaysOverwrite":
        return 0
    if not key:
        raise EwsError("ErrorChangeKeyRequiredForWriteOperations")
    version = call.world.sealer.version_of(key)
    if version == item.version:
        return 0
    if how == "NeverOverwrite" or version > item.version or item.changed_since(version) & names:
        raise EwsError("ErrorIrresolvableConflict")
    return 0


class Step:
    """One change of one property."""

    def __init__(self, call, item, element):
        self.call, self.action, self.path = call, local(element), element[0]
        self.kind = local(self.path)
        self.name = self.find_name(item)
        self.new = None
        if self.action != "DeleteItemField":
            holder = next(part for part in element if local(part) in FIELDS)
            if len(holder) != 1:
                raise EwsError("ErrorIncorrectUpdatePropertyCount")
            self.new = holder[0]
        self.check(item)

    def find_name(self, item):
        """The property that is changed; extended ones that are something else count as that."""
        if self.kind == "ExtendedFieldURI":
            key = extended.key_of(self.path)
            return "IsRead" if key == ("tag", 0x0E07) and item.kind == "Message" else key
        uri = self.path.get("FieldURI")
        if self.kind == "IndexedFieldURI":
            return f"{INDEXED.get(':'.join(uri.split(':')[:2]))}:{self.path.get('FieldIndex')}"
        return name_of(uri)

    def check(self, item):
        """Whether that can be done at all."""
        uri = self.path.get("FieldURI")
        if self.kind == "FieldURI":
            if not applies(uri, item.kind) or self.name in READ_ONLY:
                raise EwsError("ErrorInvalidPropertySet").with_path(copy(self.path))
            if self.name in BEFORE_SENDING and item.kind == "Message" and not item.is_draft:
                raise EwsError("ErrorInvalidPropertyUpdateSentMessage").with_path(copy(self.path))
            if self.action == "AppendToItemField" and self.name not in APPENDABLE:
                raise EwsError("ErrorInvalidPropertyAppend").with_path(copy(self.path))
            if self.action == "DeleteItemField" and self.name in NOT_DELETED:
                raise EwsError("ErrorInvalidPropertyDelete").with_path(copy(self.path))
            if self.new is not None and local(self.new) != self.name:
                raise EwsError("ErrorUpdatePropertyMismatch").with_path(copy(self.path))
        elif self.kind == "ExtendedFieldURI" and self.new is not None:
            if local(self.new) != "ExtendedProperty" or extended.read(self.new)[0] != extended.key_of(self.path):
                raise EwsError("ErrorUpdatePropertyMismatch").with_path(copy(self.path))

    def apply(self, item):
        """Do it."""
        {"SetItemField": self.set, "AppendToItemField": self.append, "DeleteItemField": self.delete}[self.action](item)

    def set(self, item):
        """A value in the place of what was there."""
        if self.kind == "IndexedFieldURI":
            properties.set_entry(item, self.path.get("FieldURI"), self.path.get("FieldIndex"), self.new)
        elif self.name == "MimeContent":
            item.set_mime(properties.decode(self.new.text))
        else:
            properties.apply(self.call, item, self.new)

    def append(self, item):
        """More of it."""
        old = item.get(self.name)
        if self.name == "Body":
            kind, text = item.body(self.new.get("BodyType"))
            item.set("Body", t("Body", text + (self.new.text or ""), BodyType=kind))
            return
        more = properties.structured(self.call, self.new)
        item.set(self.name, t(self.name, *(copy(one) for one in (old if old is not None else ())), *more))

    def delete(self, item):
        """Nothing in its place."""
        if self.kind == "ExtendedFieldURI":
            extended.remove(item, extended.key_of(self.path))
        elif self.kind == "IndexedFieldURI":
            properties.delete_entry(item, self.path.get("FieldURI"), self.path.get("FieldIndex"))
        elif self.name == "Attachments":
            item.own().clear()
        else:
            item.set(self.name, None)


OPERATIONS = {"UpdateItem": update_item}
