# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mailbox as Taube has it, by its command: what other clients write is held against that, and the other way
round. Bytes are compared as bytes."""
import base64
import email.policy
import json
import os
import subprocess
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from support import SECONDS, plain_environment

# One file is so long that Taube asks for it by itself, another is a text, a third one has no type.
FILES = {"alles.bin": bytes(range(256)) * 600, "täglich.txt": "Schön, 橋\r\n".encode(), "leer": b""}
TYPES = {"alles.bin": "application/pdf", "täglich.txt": "text/plain", "leer": "application/octet-stream"}
SUBJECT = "Über Brücken & <Wege> – 橋"
TEXT = "Schönes Wetter heute.\nZweite Zeile – 橋.\n"
CATEGORIES = ["Blau & <Grün>", "Red Category"]
DATE = "Mon, 05 Jan 2026 10:00:00 +0100"


def letter(subject=SUBJECT, message_id="<mirror@example.net>"):
    """A message with all of it, as it goes over the wire."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Zoë Müller <zoe@example.net>"
    message["To"] = "Alice <alice@example.org>"
    message["Cc"] = "bob@example.org"
    message["Subject"] = subject
    message["Date"] = DATE
    message["Message-ID"] = message_id
    message.set_content(TEXT)
    for name, content in FILES.items():
        main, _, sub = TYPES[name].partition("/")
        message.add_attachment(content, main, sub, filename=name)
    return message.as_bytes()


def specimen():
    """What letter() says, for a client that is not Python: files in base64."""
    return {"subject": SUBJECT, "text": TEXT, "sender": "zoe@example.net", "to": ["alice@example.org"],
            "cc": ["bob@example.org"], "categories": CATEGORIES, "types": TYPES,
            "files": {name: base64.b64encode(content).decode() for name, content in FILES.items()}}


def same_text(one, other):
    """Whether two texts say the same: line ends are their carriers'."""
    return one.replace("\r\n", "\n").rstrip("\n") == other.replace("\r\n", "\n").rstrip("\n")


class Mirror:
    """Taube's view of one user's mailbox."""

    def __init__(self, url, user, password):
        build = Path(os.environ["TAUBE_BUILDDIR"])
        self.url, self.user = url, user
        self.program = build / "tools" / "taube" / "taube"
        self.environment = plain_environment(TAUBE_PASSWORD=password,
                                             TAUBE_BACKEND_PATH=str(build / "backends" / "exchange"))

    @staticmethod
    def is_built():
        """Whether there is a Taube with the backend to hold others against."""
        build = os.environ.get("TAUBE_BUILDDIR")
        return build is not None and (Path(build) / "backends" / "exchange" / "exchange.so").exists()

    def uri(self, folder):
        """A folder's address."""
        return f"exchange://{quote(self.user, safe='')}@127.0.0.1/{quote(folder)}?url={quote(self.url)}&tls=none"

    def run(self, *words, data=None):
        """What a command prints."""
        done = subprocess.run([self.program, *words], input=data, env=self.environment, capture_output=True,
                              check=False, timeout=SECONDS)
        assert done.returncode == 0, (words, done.stderr.decode())
        return done.stdout

    def list(self, folder):
        """The messages of a folder."""
        return [json.loads(line) for line in self.run("list", "--format=json", self.uri(folder)).splitlines()]

    def importance(self, folder, subject=SUBJECT):
        """How important the message of that subject is."""
        lines = self.run("list", "--format=json", "--with=importance", self.uri(folder)).splitlines()
        [found] = [one["importance"] for one in map(json.loads, lines) if one["subject"] == subject]
        return found

    def find(self, folder, subject=SUBJECT):
        """The one message of that subject."""
        found = [one for one in self.list(folder) if one["subject"] == subject]
        assert len(found) == 1, [one["subject"] for one in found]
        return found[0]

    def show(self, one):
        """All that a message says."""
        return json.loads(self.run("show", "--format=json", one["uri"]))

    def part(self, one, section):
        """What is in one part."""
        return self.run("show", f"--part={section}", one["uri"])

    def raw(self, one):
        """The whole message."""
        return self.run("show", "--raw", one["uri"])

    def files(self, one):
        """Its attachments by name."""
        return {part["filename"]: self.part(one, part["section"]) for part in self.show(one)["parts"]
                if part["attachment"]}

    def append(self, folder, data, *flags, date=None):
        """Put a message there."""
        options = [f"--flag={flag}" for flag in flags] + ([f"--date={date}"] if date else [])
        self.run("append", *options, self.uri(folder), data=data)

    def send(self, data):
        """Send a message."""
        self.run("send", self.uri(""), data=data)

    def flag(self, one, *changes):
        """Change flags: "+seen", "-keyword:x"."""
        self.run("flag", one["uri"], *changes)

    def check(self, folder, subject=SUBJECT, sender="zoe@example.net", flags=(), is_dated=True):
        """The message is there with all that letter() has; its entry in the list."""
        one = self.find(folder, subject)
        shown = self.show(one)
        assert set(one["flags"]) == set(flags), one["flags"]
        assert sender in one["from"], one["from"]
        assert "alice@example.org" in shown["to"] and "bob@example.org" in shown["cc"], shown
        assert same_text(shown["text"], TEXT), shown["text"]
        if is_dated:
            assert datetime.fromisoformat(shown["date"]) == parsedate_to_datetime(DATE), shown["date"]
        found = self.files(one)
        assert found == FILES, {name: len(content) for name, content in found.items()}
        return one
