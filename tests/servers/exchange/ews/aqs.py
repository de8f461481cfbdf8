# SPDX-License-Identifier: LGPL-2.1-or-later
"""Searching by words: the part of Exchange's Advanced Query Syntax that people write."""
import operator
import re

from . import times
from .errors import EwsError
from .markup import text_of
from .search import is_yes, text_in

# query = term *( [ "AND" / "OR" ] term ); term = [ "NOT" / "-" ] ( "(" query ")" / [ keyword ":" ] value )
TOKEN = re.compile(r'\s*(?:(\()|(\))|(-?)(?:(\w+):)?(<=|>=|<|>|=)?(?:"([^"]*)"|([^\s()"]+)))')
EVERYWHERE = ("Subject", "From", "Sender", "ToRecipients", "CcRecipients", "Body", "DisplayName", "FileAs",
              "CompanyName", "EmailAddresses", "Location")
TEXTS = {
    "subject": ("Subject",), "from": ("From", "Sender"), "to": ("ToRecipients",), "cc": ("CcRecipients",),
    "bcc": ("BccRecipients",), "participants": ("From", "ToRecipients", "CcRecipients", "BccRecipients"),
    "recipients": ("ToRecipients", "CcRecipients", "BccRecipients"), "body": ("Body",), "category": ("Categories",),
    "location": ("Location",),
}
TRUTHS = {"hasattachment": "HasAttachments", "hasattachments": "HasAttachments", "isread": "IsRead", "read": "IsRead"}
DATES = {"received": "DateTimeReceived", "sent": "DateTimeSent", "start": "Start"}
KINDS = {"email": "Message", "contacts": "Contact", "meetings": "CalendarItem", "tasks": "Task"}
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
UNITS = {"": 1, "kb": 1024, "mb": 1024 ** 2}


def words(text):
    """A test for words that all must begin a word, or for one phrase."""
    def accepts(owner, names, phrase):
        found = text_in(owner, names)
        if phrase is not None:
            return phrase.casefold() in found
        wanted = text.casefold().rstrip("*")
        return any(word.startswith(wanted) for word in re.split(r"[^\w@.-]+|(?<=\w)[.@-](?=\w)", found)) \
            or re.search(r"(?<!\w)" + re.escape(wanted), found) is not None

    return accepts


def date_test(field, comparison, value):
    """A test of a date: a whole day unless a time is given."""
    match = re.fullmatch(r"(\S+?)\.\.(\S+)", value)
    if match:
        first, last = date_test(field, ">=", match[1]), date_test(field, "<=", match[2])
        return lambda owner: first(owner) and last(owner)
    if re.fullmatch(r"\d+/\d+/\d{4}", value):
        month, day, year = value.split("/")
        value = f"{year}-{int(month):02d}-{int(day):02d}"
    moment = times.read(value)
    if moment is None:
        raise EwsError("ErrorInvalidArgument", f"\"{value}\" is no date.")
    length = 10 if "T" not in value else 20
    wanted = times.write(moment)[:length]
    test = COMPARISONS.get(comparison, operator.eq)
    return lambda owner: bool(owner.get(field)) and test(owner.get(field)[:length], wanted)


def size_test(comparison, value):
    """A test of the size."""
    number, unit = re.fullmatch(r"(\d+)(kb|mb)?", value.lower()).groups("")
    size, test = int(number) * UNITS[unit], COMPARISONS.get(comparison, operator.eq)
    return lambda owner: test(owner.size, size)


def keyword_test(keyword, comparison, value, phrase):
    """The test of KEYWORD:VALUE."""
    keyword = keyword.lower()
    if keyword in TEXTS:
        test = words(value)
        return lambda owner: test(owner, TEXTS[keyword], phrase)
    if keyword in TRUTHS:
        return lambda owner: (owner.get(TRUTHS[keyword]) == "true") == is_yes(value)
    if keyword in DATES:
        return date_test(DATES[keyword], comparison, value)
    if keyword == "size":
        return size_test(comparison, value)
    if keyword == "kind":
        return lambda owner: owner.kind == KINDS.get(value.lower())
    if keyword == "importance":
        return lambda owner: owner.get("Importance").lower() == value.lower()
    if keyword == "isflagged":
        return lambda owner: (owner.get("Flag") is not None
                              and text_of(owner.get("Flag"), "FlagStatus") == "Flagged") == is_yes(value)
    # An unknown keyword is a word like others.
    test = words(f"{keyword}:{value}")
    return lambda owner: test(owner, EVERYWHERE, None)


class Reader:
    """Reads a query from left to right."""

    def __init__(self, text):
        self.tokens = list(TOKEN.finditer(text))
        self.place = 0

    def peek(self):
        """The next token, or None at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def is_word(self, word):
        """Whether the next token is this bare word."""
        token = self.peek()
        return token is not None and token[7] == word and not token[4]

    def query(self):
        """query; AND binds more than OR."""
        sides = [self.conjunction()]
        while self.is_word("OR"):
            self.place += 1
            sides.append(self.conjunction())
        return lambda owner: any(side(owner) for side in sides)

    def conjunction(self):
        """Terms side by side, with or without AND."""
        terms = []
        while self.peek() is not None and not self.peek()[2] and not self.is_word("OR"):
            if self.is_word("AND"):
                self.place += 1
            else:
                terms.append(self.term())
        return lambda owner: all(term(owner) for term in terms)

    def term(self):
        """term"""
        if self.is_word("NOT"):
            self.place += 1
            inner = self.term()
            return lambda owner: not inner(owner)
        token = self.peek()
        if token is None:
            return lambda owner: True
        self.place += 1
        if token[1]:
            inner = self.query()
            self.place += 1
            return inner
        value = token[6] if token[6] is not None else token[7]
        test = self.simple(token, value)
        return (lambda owner: not test(owner)) if token[3] else test

    @staticmethod
    def simple(token, value):
        """A word, or a keyword with its value."""
        if token[4]:
            return keyword_test(token[4], token[5], value, token[6])
        test = words(value)
        return lambda owner: test(owner, EVERYWHERE, token[6])


def build(text):
    """The test that a query means."""
    return Reader(text).query()
