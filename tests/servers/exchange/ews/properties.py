# SPDX-License-Identifier: LGPL-2.1-or-later
"""Properties as a request gives them, written on an item."""
import base64
import binascii

from . import extended, times
from .errors import EwsError
from .fields import DATES, FIELDS, INDEXED, ITEM_CLASSES, READ_ONLY, STRUCTURED, is_truth
from .item import Attachment, Item, kind_of_class
from .markup import copy, flag, is_true, local, t, text_of


def decode(text):
    """Base64 in a request."""
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise EwsError("ErrorMimeContentInvalidBase64String") from None


def build(call, element):
    """A new item of what a request says."""
    kind = local(element)
    if kind not in ITEM_CLASSES:
        raise EwsError("ErrorInvalidOperation", f"{kind} cannot be created here.")
    mime = text_of(element, "MimeContent")
    item = Item(kind)
    if mime is not None:
        item.set_mime(decode(mime))
        if not item.parsed.headers and item.kind == "Message":
            raise EwsError("ErrorMimeContentInvalid")
        if kind in ("Message", "Item"):
            item.kind = kind_of_class(item.parsed.properties["ItemClass"])
    elif kind == "Item":
        item.kind = kind_of_class(text_of(element, "ItemClass") or "IPM.Note")
    for child in element:
        if local(child) != "MimeContent":
            apply(call, item, child)
    return item


def apply(call, item, element):
    """Write one property."""
    name = local(element)
    if name == "ExtendedProperty":
        extended.write(item, *extended.read(element))
    elif name == "Attachments":
        for one in element:
            item.add_attachment(attachment_of(call, one))
    elif name in READ_ONLY or name not in FIELDS[item.kind]:
        raise EwsError("ErrorInvalidPropertySet").with_path(path_of(name, item.kind))
    elif name in WRITERS:
        WRITERS[name](item, element)
    else:
        item.set(name, normal(call, name, element))


def path_of(name, kind):
    """The path of a property, for an error."""
    prefix = {"Message": "message", "Contact": "contacts", "CalendarItem": "calendar", "Task": "task"}.get(kind, "item")
    return t("FieldURI", FieldURI=f"{'item' if name in FIELDS['Item'] else prefix}:{name}")


def normal(call, name, element):
    """The value as it is kept: text, or an element; empty lists are nothing."""
    if name in STRUCTURED:
        return structured(call, element) if len(element) or element.text else None
    text = element.text or ""
    if is_truth(name):
        return flag(is_true(text))
    return times.normal(text, call.zone) if name in DATES else text


def structured(call, element):
    """An element of its own, with each address complete and each moment in UTC."""
    twin = copy(element)
    for one in twin.iter():
        if local(one) == "Mailbox":
            complete(call, one)
        elif local(one) in DATES and one.text and "T" in one.text and len(one) == 0:
            one.text = times.normal(one.text, call.zone)
        if one.text is not None and len(one):
            one.text = None
    return twin


def complete(call, mailbox):
    """Name, address, kind: what Exchange adds to an address by itself, in its order."""
    address, name = text_of(mailbox, "EmailAddress"), text_of(mailbox, "Name")
    known = call.world.mailbox_of(address) if address else None
    parts = {"Name": name or (known.name if known else address), "EmailAddress": address,
             "RoutingType": text_of(mailbox, "RoutingType") or "SMTP",
             "MailboxType": text_of(mailbox, "MailboxType") or ("Mailbox" if known else "OneOff")}
    for child in list(mailbox):
        if local(child) != "ItemId":
            mailbox.remove(child)
    for index, (part, text) in enumerate((k, v) for k, v in parts.items() if v):
        mailbox.insert(index, t(part, text))


def attachment_of(call, element):
    """An attachment of a request."""
    found = Attachment(0, text_of(element, "Name"), text_of(element, "ContentType"),
                       content_id=text_of(element, "ContentId"), is_inline=is_true(text_of(element, "IsInline")))
    found.location = text_of(element, "ContentLocation")
    if local(element) == "FileAttachment":
        found.content = decode(text_of(element, "Content"))
        return found
    inner = next((child for child in element if local(child) in ITEM_CLASSES), None)
    if inner is None:
        raise EwsError("ErrorInvalidOperation", "The attached item is of a kind that cannot be attached here.")
    found.item = build(call, inner)
    return found


# ---- properties with a place of their own ----

def write_read(item, element):
    """IsRead; in a folder it is counted."""
    extended.set_read(item, is_true(element.text))


def write_class(item, element):
    """ItemClass; the kind of an item never changes."""
    if kind_of_class(element.text or "") != item.kind:
        raise EwsError("ErrorObjectTypeChanged")
    item.set("ItemClass", element.text)


def write_received(item, element):
    """DateTimeReceived."""
    item.received = times.normal(element.text or "")


def write_draft(item, element):
    """IsDraft cannot be written but as what it is."""
    if is_true(element.text) != item.is_draft:
        raise EwsError("ErrorInvalidPropertySet").with_path(path_of("IsDraft", item.kind))


def write_complete(item, element):
    """Status of a task says whether it is complete."""
    item.set("Status", element.text)
    done = element.text == "Completed"
    item.set("IsComplete", "true" if done else "false")
    item.set("StatusDescription", "".join(" " + c if c.isupper() else c for c in element.text or "").strip())
    if done:
        item.set("PercentComplete", "100")
        item.set("CompleteDate", item.get("CompleteDate") or times.now())


def write_percent(item, element):
    """PercentComplete says it too."""
    item.set("PercentComplete", element.text)
    if float(element.text or 0) >= 100:
        write_complete(item, t("Status", "Completed"))


def write_zone(item, element):
    """The zone of an event is kept as a name, as Exchange shows it."""
    item.set(local(element), t(local(element), Id=element.get("Id"), Name=element.get("Name") or element.get("Id")))


WRITERS = {"IsRead": write_read, "ItemClass": write_class, "DateTimeReceived": write_received, "IsDraft": write_draft,
           "Status": write_complete, "PercentComplete": write_percent, "StartTimeZone": write_zone,
           "EndTimeZone": write_zone}


# ---- single entries of dictionaries ----

def set_entry(item, uri, index, element):
    """Write what an indexed path speaks of: one entry, or one part of one entry."""
    _, name, *part = uri.split(":")
    dictionary = INDEXED[f"{uri.split(':')[0]}:{name}"]
    new = next((entry for entry in element if entry.get("Key") == index), None)
    if new is None or local(element) != dictionary:
        raise EwsError("ErrorUpdatePropertyMismatch")
    old = entry_of(item, dictionary, index)
    if part:
        parts = {local(one): one.text for one in old} if old is not None else {}
        parts[part[0]] = text_of(new, part[0])
        new = t("Entry", *(t(key, parts[key]) for key in ("Street", "City", "State", "CountryOrRegion", "PostalCode")
                           if parts.get(key) is not None), Key=index)
    put_entry(item, dictionary, index, copy(new))


def delete_entry(item, uri, index):
    """Take away what an indexed path speaks of."""
    _, name, *part = uri.split(":")
    dictionary = INDEXED[f"{uri.split(':')[0]}:{name}"]
    old = entry_of(item, dictionary, index)
    left = None
    if part and old is not None:
        kept = [copy(one) for one in old if local(one) != part[0]]
        left = t("Entry", *kept, Key=index) if kept else None
    put_entry(item, dictionary, index, left)


def entry_of(item, dictionary, index):
    """One entry, or None."""
    value = item.get(dictionary)
    return None if value is None else next((entry for entry in value if entry.get("Key") == index), None)


def put_entry(item, dictionary, index, entry):
    """Put an entry in the place of the one with that key; None only takes that away."""
    old = item.get(dictionary)
    entries = [copy(one) for one in (old if old is not None else ()) if one.get("Key") != index]
    if entry is not None:
        entries.append(entry)
    item.set(dictionary, t(dictionary, *entries) if entries else None)

