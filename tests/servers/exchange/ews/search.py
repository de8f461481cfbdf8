# SPDX-License-Identifier: LGPL-2.1-or-later
"""Restrictions and orders: what Exchange finds, and in which order."""
import operator
import unicodedata

from . import extended, times
from .errors import EwsError
from .fields import DATES, INDEXED, NUMBERS, applies, is_truth, name_of
from .markup import copy, find, is_true, local
from .shapes import FOLDER_SHOWN

COMPARISONS = {
    "IsEqualTo": operator.eq, "IsNotEqualTo": operator.ne, "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge, "IsLessThan": operator.lt, "IsLessThanOrEqualTo": operator.le,
}
# Bits of one property: each always has a value, so that asking whether it has makes no sense.
FLAGS = {"IsRead", "IsDraft", "IsSubmitted", "IsUnmodified", "IsResend", "IsFromMe"}
# What only GetItem gives, and what is made when somebody asks for it, is nothing that a query can look at.
NOT_SEARCHED = set("""MimeContent EffectiveRights ResponseObjects Attachments ToRecipients CcRecipients BccRecipients
ReplyTo RequiredAttendees OptionalAttendees Resources InternetMessageHeaders Flag UniqueBody NormalizedBody TextBody
Preview""".split())
# How extended properties of these types compare; all others as text.
TYPES = {**dict.fromkeys(("Integer", "Short", "Long", "Double", "Float", "Currency"), "number"), "SystemTime": "date",
         "Boolean": "truth"}


# ---- values ----

def value_of(owner, path):
    """What a path gives of an item or a folder, as text; None when there is nothing."""
    kind = local(path)
    if kind == "ExtendedFieldURI":
        values = extended.value_of(owner, extended.key_of(path))
        return None if not values else values[0]
    if kind == "IndexedFieldURI":
        return indexed_value(owner, path)
    uri = path.get("FieldURI")
    name = name_of(uri)
    if not extended.is_item(owner):
        value = FOLDER_SHOWN[name](owner) if name in FOLDER_SHOWN else None
        return str(value) if isinstance(value, (str, int)) else None
    if not applies(uri, owner.kind):
        return None
    return owner.body("Text")[1] if name == "Body" else plain(owner.get(name))


def indexed_value(owner, path):
    """One entry of a dictionary, or of the headers."""
    dictionary = INDEXED.get(":".join(path.get("FieldURI").split(":")[:2]))
    index = path.get("FieldIndex")
    if dictionary == "InternetMessageHeaders":
        headers = owner.parsed.headers if owner.source is not None else ()
        return next((value for name, value in headers if name.lower() == index.lower()), None)
    value = owner.get(dictionary)
    entry = None if value is None else next((one for one in value if one.get("Key") == index), None)
    return plain(entry)


def plain(value):
    """A value as text to compare with: of addresses names and addresses."""
    if value is None or isinstance(value, str):
        return value
    texts = [one.text for one in value.iter() if one.text and local(one) not in ("RoutingType", "MailboxType")]
    return " ".join(texts)


def kind_of(path):
    """How values of a path compare: "date", "number", "truth" or "text"."""
    if local(path) == "ExtendedFieldURI":
        kind = path.get("PropertyType")
        return TYPES.get(kind, "text")
    name = name_of(path.get("FieldURI"))
    if is_truth(name):
        return "truth"
    return "date" if name in DATES else "number" if name in NUMBERS else "text"


def constant_of(element, kind):
    """The value to compare with; one that is no value of that kind is an error."""
    text = element.get("Value")
    try:
        if kind == "date" and times.read(text) is None:
            raise ValueError
        return comparable(text, kind)
    except ValueError:
        raise EwsError("ErrorInvalidValueForProperty") from None


def comparable(text, kind):
    """A value that orders as Exchange orders it."""
    if text is None:
        return None
    if kind == "number":
        return float(text)
    if kind == "truth":
        return is_yes(text)
    return times.normal(text) if kind == "date" else fold(text)


def fold(text, case=True, marks=False):
    """A text as Exchange compares it: CASE and MARKS (accents and the like) do not count."""
    if case:
        text = "".join(one.upper() if len(one.upper()) == 1 else one for one in text)
    text = unicodedata.normalize("NFKD", text)
    return "".join(one for one in text if not unicodedata.combining(one)) if marks else text


# ---- restrictions ----

def path_in(expression):
    """The path that an expression is about."""
    path = next(one for one in expression if local(one).endswith("URI"))
    if local(path) == "FieldURI" and name_of(path.get("FieldURI")) in NOT_SEARCHED:
        raise EwsError("ErrorUnsupportedPathForQuery").with_path(copy(path))
    return path


def compare(expression):
    """One value against a constant or another value."""
    path = path_in(expression)
    kind, test = kind_of(path), COMPARISONS[local(expression)]
    other = find(expression, "FieldURIOrConstant")[0]
    constant = constant_of(other, kind) if local(other) == "Constant" else None

    def accepts(owner):
        mine = comparable(value_of(owner, path), kind)
        theirs = constant if local(other) == "Constant" else comparable(value_of(owner, other), kind)
        if mine is None or theirs is None:
            return test is operator.ne and mine is not theirs
        return test(mine, theirs)

    return accepts


CONTAINS = {
    "FullString": operator.eq, "Prefixed": str.startswith, "Substring": operator.contains,
    "PrefixOnWords": lambda text, part: any(word.startswith(part) for word in text.split()),
    "ExactPhrase": lambda text, part: f" {part} " in f" {' '.join(text.split())} ",
}


def texts_of(owner, path):
    """What a path gives of an item as texts: several, of a property with several values."""
    value = owner.get(name_of(path.get("FieldURI"))) if local(path) == "FieldURI" and extended.is_item(owner) else None
    if value is not None and not isinstance(value, str) and local(value) == "Categories":
        return [one.text or "" for one in value]
    text = value_of(owner, path)
    return [] if text is None else [text]


def contains(expression):
    """A text in a text."""
    path = path_in(expression)
    if kind_of(path) != "text":
        raise EwsError("ErrorContainsFilterWrongType").with_path(copy(path))
    test = CONTAINS[expression.get("ContainmentMode", "FullString")]
    how = expression.get("ContainmentComparison", "Exact")
    case, marks = "IgnoreCase" in how or how.startswith("Loose"), "NonSpac" in how or how.startswith("Loose")
    part = fold(find(expression, "Constant").get("Value"), case, marks)
    if not part:
        raise EwsError("ErrorInvalidValueForProperty")
    return lambda owner: any(test(fold(text, case, marks), part) for text in texts_of(owner, path))


def exists(expression):
    """Whether there is a value."""
    path = path_in(expression)
    if path.get("FieldURI", "").partition(":")[2] in FLAGS:
        raise EwsError("ErrorInvalidPropertyForExists")
    return lambda owner: value_of(owner, path) is not None


def excludes(expression):
    """Whether none of the bits is set."""
    path, mask = path_in(expression), find(expression, "Bitmask").get("Value")
    bits = int(mask, 16 if mask.lower().startswith("0x") else 10)
    return lambda owner: not int(value_of(owner, path) or 0) & bits


def every(expression):
    """All of them."""
    parts = [build(one) for one in expression]
    return lambda owner: all(part(owner) for part in parts)


def some(expression):
    """One of them at least."""
    parts = [build(one) for one in expression]
    return lambda owner: any(part(owner) for part in parts)


def negation(expression):
    """What does not meet it."""
    part = build(expression[0])
    return lambda owner: not part(owner)


EXPRESSIONS = {"And": every, "Or": some, "Not": negation, "Exists": exists, "Excludes": excludes, "Contains": contains,
               **dict.fromkeys(COMPARISONS, compare)}


def build(expression):
    """The test that an expression means."""
    maker = EXPRESSIONS.get(local(expression))
    if maker is None:
        raise EwsError("ErrorUnsupportedQueryFilter", f"{local(expression)} is not supported.")
    return maker(expression)


def matcher(restriction):
    """The test that a Restriction means; all pass when there is none."""
    return (lambda owner: True) if restriction is None else build(restriction[0])


def refuse(world, restriction, order):
    """Raise what this server refuses, as a test has ordered it: it is one that lacks a part of Exchange."""
    refusals = world.refusals
    for element, key, code in ((restriction, "query", "ErrorUnsupportedPathForQuery"),
                               (order, "sort", "ErrorUnsupportedPathForSortGroup")):
        for one in (element.iter() if element is not None else ()):
            if name_in_refusals(one, refusals.get(key, ())):
                error = EwsError(refusals.get("code", code))
                raise error.with_path(copy(one)) if refusals.get("named", True) and len(one.attrib) else error


def name_in_refusals(element, names):
    """Whether an element is, or is the path of, one of what is refused: "Or", "item:Body", "0xe23"."""
    tag = element.get("PropertyTag")
    name = element.get("FieldURI") if tag is None else hex(extended.key_of(element)[1])
    return "*" in names or local(element) in names or name in names


# ---- orders ----

def sort(found, order):
    """Sort by a SortOrder; values that are missing come first, as in MAPI."""
    for field in reversed(order if order is not None else []):
        path = field[0]
        kind = kind_of(path)
        if local(path) == "FieldURI" and name_of(path.get("FieldURI")) in NOT_SEARCHED | {"Body"}:
            raise EwsError("ErrorUnsupportedPathForSortGroup")

        def key(owner, path=path, kind=kind):
            value = comparable(value_of(owner, path), kind)
            return (value is not None, value if value is not None else "")

        found.sort(key=key, reverse=field.get("Order") == "Descending")
    return found


def is_yes(text):
    """Whether a word of a query means yes."""
    return is_true(text.lower()) or text.lower() == "yes"


def text_in(owner, names):
    """All the text of these properties, for a search by words."""
    texts = [owner.body("Text")[1] if name == "Body" else plain(owner.get(name)) or "" for name in names]
    return " ".join(texts).casefold()

