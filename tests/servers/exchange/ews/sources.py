# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a message comes from: bytes that somebody gave, or a number from which it is made when it is wanted."""
import functools
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import times
from .markup import t
from .mime import Parsed, mailbox

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mail.messages import make_message  # noqa: E402

START = datetime(2024, 1, 1, 7, 30, tzinfo=timezone.utc)


class Given:
    """A message as it came in."""

    def __init__(self, data):
        self.data = data
        self.parse = functools.cache(lambda: Parsed(data))

    def mime(self):
        """The message."""
        return self.data

    def parsed(self):
        """What it says."""
        return self.parse()


class Made:
    """A message that looks real, made from its number whenever somebody looks at it."""

    __slots__ = ("number", "seed")

    def __init__(self, number, seed):
        self.number, self.seed = number, seed

    @property
    def received(self):
        """When it came in; known without making it."""
        return times.write(START + timedelta(minutes=37 * self.number))

    def mime(self):
        """The message."""
        return make(self.number, self.seed)

    def parsed(self):
        """What it says."""
        return parse_made(self.number, self.seed)


class Small:
    """A message of one line, whose properties are known without reading MIME: for very large mailboxes."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number

    @property
    def received(self):
        """When it came in."""
        return times.write(START + timedelta(minutes=self.number))

    def mime(self):
        """The message; SmallParsed says the same of it."""
        sent = (START + timedelta(minutes=self.number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        return (f"Date: {sent}\r\nFrom: Sender {self.number % 97} <sender{self.number % 97}@example.org>\r\n"
                f"To: alice@example.org\r\nSubject: Message {self.number}\r\n"
                f"Message-ID: <{self.number}.small@example.org>\r\nMIME-Version: 1.0\r\n"
                f"Content-Type: text/plain; charset=us-ascii\r\n\r\nLine {self.number}.\r\n").encode("ascii")

    def parsed(self):
        """What it says."""
        return parse_small(self.number)


class SmallParsed:
    """The properties of a small message."""

    html = None
    parts = ()

    def __init__(self, number):
        self.number = number
        name, address = f"Sender {number % 97}", f"sender{number % 97}@example.org"
        self.text = f"Line {number}.\r\n"
        self.properties = {
            "Subject": f"Message {number}", "InternetMessageId": f"<{number}.small@example.org>",
            "DateTimeSent": Small(number).received,
            "Importance": "Normal", "Sensitivity": "Normal", "ItemClass": "IPM.Note",
            "IsReadReceiptRequested": "false", "IsDeliveryReceiptRequested": "false",
            "From": t("From", mailbox(name, address)), "Sender": t("Sender", mailbox(name, address)),
            "ToRecipients": t("ToRecipients", mailbox("", "alice@example.org"))}

    @property
    def headers(self):
        """Only MIME has the headers in their order."""
        return Parsed(Small(self.number).mime()).headers


@functools.lru_cache(maxsize=256)
def parse_small(number):
    """What a small message says."""
    return SmallParsed(number)


@functools.lru_cache(maxsize=256)
def make(number, seed):
    """Message NUMBER with the line ends of a mail."""
    return make_message(number, seed).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@functools.lru_cache(maxsize=256)
def parse_made(number, seed):
    """What it says."""
    return Parsed(make(number, seed))
