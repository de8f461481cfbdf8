# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations on attachments, one by one."""
import base64

from . import properties
from .errors import EwsError
from .item import NESTING
from .markup import find, m, t
from .refs import attachment_id, item_of, root_of
from .shapes import Shape, show_attachment, show_item
from .soap import batch


def inner_shape(call):
    """What is shown of an attached item."""
    given = find(call.body, "AttachmentShape")
    parts = [t("BaseShape", "AllProperties")]
    if given is not None:
        for name in ("IncludeMimeContent", "BodyType", "AdditionalProperties"):
            parts.append(find(given, name))
    return Shape(t("ItemShape", *parts), call.version)


def get_attachment(call):
    """GetAttachment."""
    shape = inner_shape(call)

    def get(element):
        item, found = root_of(call, element.get("Id"))
        number = call.world.sealer.object_of(element.get("Id")).part
        if found.item is None:
            content = t("Content", base64.b64encode(found.content).decode("ascii"))
        else:
            content = show_inner(item, found.item, number, shape)
        return [m("Attachments", show_attachment(item, found, number, content))]

    return batch(call, "GetAttachment", find(call.body, "AttachmentIds"), get)


def show_inner(root, inner, number, shape):
    """An attached item; what hangs on it in turn has ids that lead through the item in the mailbox."""
    element = show_item(inner, shape)
    names = [child.tag.rpartition("}")[2] for child in element]
    if inner.attachments and shape.base != "IdOnly":
        place = next((index for index, name in enumerate(names)
                      if name not in ("MimeContent", "ItemClass", "Subject", "Sensitivity", "Body")), len(names))
        hanging = [show_attachment(root, one, number * NESTING + one.number) for one in inner.attachments]
        element.insert(place, t("Attachments", *hanging))
    return element


def create_attachment(call):
    """CreateAttachment."""
    parent = find(call.body, "ParentItemId")

    def create(element):
        item = item_of(call, parent)
        key = parent.get("ChangeKey")
        if key and call.world.sealer.version_of(key) != item.version and touched[0] is None:
            raise EwsError("ErrorIrresolvableConflict")
        made = properties.attachment_of(call, element)
        item.add_attachment(made)
        call.mailbox.touch_item(item, ["Attachments"])
        touched[0] = item
        kind = "FileAttachment" if made.item is None else "ItemAttachment"
        ids = t("AttachmentId", Id=attachment_id(item, made.number), RootItemId=item.id,
                RootItemChangeKey=item.change_key)
        return [m("Attachments", t(kind, ids))]

    touched = [None]
    return batch(call, "CreateAttachment", find(call.body, "Attachments"), create)


def delete_attachment(call):
    """DeleteAttachment."""
    def delete(element):
        item, found = root_of(call, element.get("Id"))
        own = item.own()
        number = found.number
        if call.world.sealer.object_of(element.get("Id")).part >= NESTING:
            raise EwsError("ErrorCannotDeleteObject")
        own[:] = [one for one in own if one.number != number]
        call.mailbox.touch_item(item, ["Attachments"])
        return [m("RootItemId", RootItemId=item.id, RootItemChangeKey=item.change_key)]

    return batch(call, "DeleteAttachment", find(call.body, "AttachmentIds"), delete)


OPERATIONS = {"GetAttachment": get_attachment, "CreateAttachment": create_attachment,
              "DeleteAttachment": delete_attachment}
