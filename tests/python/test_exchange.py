#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The module taube over Exchange: sending, and parts of a message, against the private server. Prints TAP."""
import io
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(os.environ["TAUBE_SRCDIR"])
sys.path.insert(0, str(ROOT / "bindings" / "python"))
sys.path.insert(0, str(ROOT / "tests" / "servers" / "exchange" / "tests"))

import taube  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402

import mirror  # noqa: E402
from support import Running, Script, end, tell_schema  # noqa: E402

script = Script()


class World:
    """The server, and accounts on it."""

    def __init__(self, server):
        self.server = server

    def open(self, user):
        """Somebody's account."""
        return taube.open(f"exchange://{user}%40example.org@127.0.0.1/?url={self.server['url']}&tls=none",
                          password=self.server["password"])

    def subjects(self, user, folder="inbox"):
        """What lies there, as the server has it."""
        return [one["subject"] for one in self.server.admin("GET", f"folder?user={user}&folder={folder}")]


def letter(subject):
    """From Alice to Bob."""
    data = mirror.letter(subject, f"<{subject}@example.org>")
    return data.replace(b"zoe@example.net", b"alice@example.org").replace(b"To: Alice <alice@", b"To: Bob <bob@")


@script.step
def send_bytes(world):
    """Bytes are sent: they arrive, and a copy stays among the sent messages."""
    with world.open("alice") as account:
        assert account.capabilities["sending"] == taube.Support.YES
        account.send(letter("bytes"))
    assert world.subjects("bob") == ["bytes"] and world.subjects("alice", "sentitems") == ["bytes"]


@script.step
def send_files(world):
    """A path and an open file are sent."""
    with world.open("alice") as account, tempfile.TemporaryDirectory(prefix="taube-python-") as folder:
        path = Path(folder) / "letter.eml"
        path.write_bytes(letter("path"))
        account.send(path)
        path.write_bytes(letter("file"))
        with path.open("rb") as file:
            account.send(file)
        account.send(io.BytesIO(letter("memory")))
    assert world.subjects("bob") == ["bytes", "path", "file", "memory"], world.subjects("bob")


@script.step
def send_to_nobody(world):
    """A message without recipients is refused, and nothing is sent."""
    with world.open("alice") as account:
        try:
            account.send(b"Subject: nobody\r\n\r\nText\r\n")
        except GLib.Error as error:
            assert error.matches(taube.error_quark(), taube.Error.INVALID), error.message
        else:
            raise AssertionError("it was sent to nobody")
    assert len(world.subjects("bob")) == 4 and len(world.subjects("alice", "sentitems")) == 4


@script.step
def send_busy(world):
    """A server that is busy is not asked a second time."""
    world.server.admin("POST", "faults", {"fault": "server-busy", "operation": "CreateItem", "backoff": 50})
    with world.open("alice") as account:
        try:
            account.send(letter("busy"))
        except GLib.Error as error:
            assert error.matches(taube.error_quark(), taube.Error.THROTTLED), error.message
        else:
            raise AssertionError("it was sent")
        account.send(letter("busy"))
    assert world.subjects("bob").count("busy") == 1


@script.step
def parts(world):
    """What was sent is read, its files one by one and byte for byte."""
    with world.open("bob") as account:
        message = next(one for one in account.inbox if one.subject == "bytes")
        assert "alice@example.org" in message.sender and mirror.same_text(message.text(), mirror.TEXT)
        root, found = message.structure(), {}
        for number in range(root.get_n_children()):
            part = root.get_child(number)
            if part.is_attachment():
                stream = Gio.MemoryOutputStream.new_resizable()
                message.native.save_part(part, True, stream, None, None)
                stream.close(None)
                found[part.get_filename()] = stream.steal_as_bytes().get_data() or b""
        assert found == mirror.FILES
    operations = [one["operation"] for one in world.server.admin("GET", "requests")]
    assert operations.count("GetAttachment") == len(mirror.FILES), operations


@script.step
def importance(world):
    """Importance comes with the message, is listed, and is set."""
    urgent = letter("urgent").replace(b"MIME-Version", b"X-Priority: 1 (Highest)\r\nMIME-Version", 1)
    with world.open("alice") as account:
        drafts = account.folder("Drafts")
        ids = [drafts.append(urgent), drafts.append(letter("plain"))]

        def listed():
            rows = {one.id: one.importance for one in drafts.list(fields=taube.Fields.IMPORTANCE)}
            return [rows[one] for one in ids]

        assert listed() == [taube.Importance.HIGH, taube.Importance.NORMAL], listed()
        assert drafts.get(ids[0]).importance == taube.Importance.UNKNOWN
        drafts.set_importance(ids, taube.Importance.LOW)
        drafts.get(ids[1]).set_importance(taube.Importance.HIGH)
        assert listed() == [taube.Importance.LOW, taube.Importance.HIGH], listed()
        drafts.remove(ids)


def main():
    server = Running("--messages=0")
    tell_schema(server)
    failed = script.run(World(server))
    status = server.stop()
    print(f"{'ok' if status == 0 else 'not ok'} {len(script.steps) + 1} the server never broke the schema")
    end(len(script.steps) + 1, failed or status != 0)


if __name__ == "__main__":
    main()
