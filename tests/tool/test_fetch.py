#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verb fetch: what is stored and printed, what leaves the server, and what it says when something is in the way."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import zlib
from pathlib import Path

from pop3_server import BOTH_BACKENDS, Mailbox, PopServer
from power import messages_in
from tool import GUARD, TAUBE, Dovecot, Scripted, Terminal, case, environment, expect, expect_equal, main, taube

KINDS = ("maildir", "eml", "mbox")
ENV = environment(TAUBE_BACKEND_PATH=BOTH_BACKENDS)


def make_message(number, size=0):
    head = b"Date: Thu, 5 Nov 2026 14:03:00 +0100\r\nFrom: Bob <bob@example.org>\r\nSubject: letter %d\r\n\r\n" % number
    return head + b"Coo.\r\n" + b"0123456789abcde\r\n" * (size // 17)


class Place:
    """A server with some mail, and a folder for stores."""

    def __init__(self, count=3, fault=None, **more):
        self.scratch = tempfile.TemporaryDirectory(prefix="taube-fetch-")
        self.folder = Path(self.scratch.name)
        self.mailbox = Mailbox()
        self.server = PopServer(self.mailbox, fault, **more)
        for number in range(1, count + 1):
            self.mailbox.deliver(make_message(number))

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *what):
        self.server.__exit__(*what)
        self.scratch.cleanup()

    def command(self, kind, *options):
        return ("fetch", self.server.uri(), f"--to={kind}:{self.folder / 'mail'}", *options)

    def fetch(self, kind, *options, env=ENV, **more):
        return taube(*self.command(kind, *options), env=env, **more)

    def stored(self, kind):
        tree = {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*")
                if path.is_file()}
        found = b"".join(messages_in(kind, tree))
        return sorted(int(number) for number in re.findall(rb"Subject: letter (\d+)", found))


@case("new mail once, in each store")
def _():
    for kind in KINDS:
        with Place() as place:
            lines = place.fetch(kind, "--format=json").lines()
            expect_equal([line["kind"] for line in lines], ["stored"] * 3 + ["summary"])
            expect_equal(lines[3]["stored"], 3)
            expect(all(Path(line["file"]).exists() and ";UIDL=u" in line["uri"] for line in lines[:3]), lines)
            expect_equal(place.stored(kind), [1, 2, 3])
            place.mailbox.deliver(make_message(4))
            expect(place.fetch(kind).good().out.startswith("stored: 1 ("))
            expect_equal(place.stored(kind), [1, 2, 3, 4])
            expect_equal(place.fetch(kind, "--quiet").good().out, "")
            expect_equal(len(place.mailbox.messages), 4)
            expect_equal(len(place.mailbox.retrieved), 4)


@case("leave=no by option and by URI")
def _():
    for kind in KINDS:
        with Place() as place:
            summary = place.fetch(kind, "--leave=no", "--format=json").lines()[-1]
            expect_equal([summary["stored"], summary["removed"]], [3, 3])
            expect_equal(len(place.mailbox.messages), 0)
    with Place() as place:
        taube("fetch", place.server.uri("?tls=none&leave=no"), f"--to=eml:{place.folder / 'mail'}", env=ENV).good()
        expect_equal([len(place.mailbox.messages), place.stored("eml")], [0, [1, 2, 3]])


@case("until-removed: what the user removes here leaves the server at the next run")
def _():
    for kind in ("maildir", "eml"):
        with Place() as place:
            lines = place.fetch(kind, "--leave=until-removed", "--format=json").lines()
            expect_equal(len(place.mailbox.messages), 3)
            os.unlink(lines[1]["file"])
            summary = place.fetch(kind, "--leave=until-removed", "--format=json").lines()[-1]
            expect_equal([summary["stored"], summary["removed"]], [0, 1])
            expect_equal(list(place.mailbox.messages), ["u1", "u3"])
            expect_equal(place.stored(kind), [1, 3])
    with Place() as place:
        place.fetch("mbox", "--leave=until-removed").bad(6, "mbox", "maildir")
        expect_equal(place.server.sessions, 0)


@case("one sign-in for each run, whatever it does, and for a list or changes")
def _():
    for leave in ("forever", "no", "days=1", "until-removed"):
        with Place() as place:
            for n in range(1, 4):
                lines = place.fetch("maildir", f"--leave={leave}", "--format=json").lines()
                expect_equal(place.server.sessions, n, leave)
                if leave == "until-removed" and n == 1:
                    os.unlink(lines[1]["file"])
            expect_equal(len(place.mailbox.messages), {"no": 0, "until-removed": 2}.get(leave, 3), leave)
    with Place() as place:
        expect_equal(len(taube("list", place.server.uri("INBOX?tls=none"), "--format=json", env=ENV).lines()), 3)
        expect_equal(place.server.sessions, 1)
        taube("changes", place.server.uri("INBOX?tls=none"), f"--token={place.folder / 'token'}", env=ENV).good()
        expect_equal(place.server.sessions, 2)


@case("a pause that the server wants between two logins is kept by the next run")
def _():
    pause = ("TOP", "UIDL", "USER", "PIPELINING", "LOGIN-DELAY 3600")
    with Place(capabilities=pause) as place:
        place.fetch("maildir", "--quiet").good()
        place.mailbox.deliver(make_message(4))
        for _ in range(2):
            # It is told, and the server is not even called.
            place.fetch("maildir", "--quiet").bad(1, "pause between two logins", "to be tried again in 3")
        expect_equal([place.server.sessions, place.stored("maildir")], [1, [1, 2, 3]])
    with Place(capabilities=(*pause[:-1], "LOGIN-DELAY 3")) as place:
        place.fetch("maildir", "--quiet").good()
        begin = time.monotonic()
        for n in (4, 5):
            place.mailbox.deliver(make_message(n))
            place.fetch("maildir", "--quiet").good()
        expect_equal([place.server.sessions, place.stored("maildir")], [3, [1, 2, 3, 4, 5]])
        # The first of the two pauses may have begun before; seconds are not split.
        expect(time.monotonic() - begin >= 2, "it did not wait")


class Gmail:
    """Shows a message until it was fetched; to a user name with "recent:", always."""

    def __init__(self, place):
        place.server.greeting, place.server.fault = "Gpop ready for requests from 192.0.2.1 ab12", self.hide
        self.place, self.fetched, self.users = place, set(), []

    def hide(self, session, word, argument):
        if word == "RETR":
            self.fetched.add(session.rows[int(argument) - 1][0])
        if word != "PASS":
            return False
        session.do_PASS(argument)
        self.users.append(session.user)
        if not session.user.startswith("recent:"):
            session.rows = [row for row in session.rows if row[0] not in self.fetched]
        return True

    def fetch(self, user, device):
        uri = self.place.server.uri(user=user)
        taube("fetch", uri, f"--to=maildir:{self.place.folder / device}", "--quiet", env=ENV).good()
        return len(list((self.place.folder / device / "new").iterdir()))


@case("Gmail: with \"recent:\" before the user name each device gets all, without it the first one")
def _():
    with Place(4) as place:
        gmail = Gmail(place)
        expect_equal([gmail.fetch("alice", "a"), gmail.fetch("alice", "b"), gmail.fetch("alice", "a")], [4, 0, 4])
        table = taube("capabilities", place.server.uri(user="alice"), "--format=json", env=ENV).good().out
        expect("recent:" in table, table)
    with Place(4) as place:
        gmail = Gmail(place)
        expect_equal([gmail.fetch("recent%3Aalice", device) for device in "abab"], [4, 4, 4, 4])
        expect_equal(len(place.mailbox.retrieved), 8)
        place.mailbox.deliver(make_message(5))
        expect_equal([gmail.fetch("recent%3Aalice", device) for device in "abab"], [5, 5, 5, 5])
        expect_equal([set(gmail.users), len(place.mailbox.messages)], [{"recent:alice"}, 5])
        table = taube("capabilities", place.server.uri(user="recent%3Aalice"), "--format=json", env=ENV).good().out
        expect("recent:" not in table.replace("recent:alice", ""), table)
        taube("list", place.server.uri(user="recent:alice"), env=ENV).bad(2, "%3A")


@case("until-removed: a store that is gone does not look like one whose messages were removed")
def _():
    with Place() as place:
        journal = place.folder / "journal"
        place.fetch("eml", "--leave=until-removed", f"--journal={journal}").good()
        os.rename(place.folder / "mail", place.folder / "elsewhere")
        place.fetch("eml", "--leave=until-removed", f"--journal={journal}").good()
        expect_equal(len(place.mailbox.messages), 3)


@case("one message that the server does not give keeps nothing else back")
def _():
    def refuse(session, word, argument):
        if (word, argument) != ("RETR", "2"):
            return False
        session.send("-ERR it is broken\r\n")
        return True

    for kind in KINDS:
        with Place(fault=refuse) as place:
            result = place.fetch(kind, "--leave=no", "--format=json")
            lines = [json.loads(line) for line in result.out.splitlines()]
            expect(result.code not in (0, 5) and result.err.count("\n") == 1 and "it is broken" in result.err, result)
            expect_equal(sorted(line["kind"] for line in lines), ["failed", "stored", "stored", "summary"])
            expect_equal(place.stored(kind), [1, 3])
            expect_equal(list(place.mailbox.messages), ["u2"])


@case("a connection that breaks is made anew as long as messages come")
def _():
    def drop(session, word, argument):
        if word == "RETR" and session.server.sessions < 2 and argument == "3":
            session.connection.close()
            raise EOFError
        return False

    with Place(5, fault=drop) as place:
        place.fetch("maildir", "--quiet").good()
        expect_equal(place.stored("maildir"), [1, 2, 3, 4, 5])


def break_at(uids, before):
    """Breaks the line at each message of UIDS, instead of the answer (BEFORE) or right after its data."""
    def drop(session, word, argument):
        if word != "RETR" or session.rows[int(argument) - 1][0] not in uids:
            return False
        if not before:
            session.do_RETR(argument)
        session.connection.shutdown(socket.SHUT_RDWR)
        raise EOFError

    return drop


@case("a message that always breaks the line holds up no other, wherever it stands")
def _():
    for before in (False, True):
        for uids in (("u1",), ("u3",), ("u5",), ("u1", "u2"), ("u2", "u5")):
            with Place(5, fault=break_at(uids, before)) as place:
                answer = place.fetch("maildir", "--leave=no")
                rest = [n for n in range(1, 6) if f"u{n}" not in uids]
                expect_equal(place.stored("maildir"), rest, (before, uids))
                # The others are stored, and leave the server; each of these is told of, and has its code.
                expect_equal(answer.code, 5, answer)
                expect(all(f";UIDL={uid}?" in answer.err for uid in uids), answer)
                expect_equal(answer.err.count("\n"), len(uids), answer)
                expect(f"stored: {len(rest)} (" in answer.out, answer)
                expect(f"failed: {len(uids)}, removed from the server: {len(rest)}" in answer.out, answer)
                expect_equal(list(place.mailbox.messages), list(uids))
                place.server.fault = None
                place.fetch("maildir", "--leave=no").good()
                expect_equal(place.stored("maildir"), [1, 2, 3, 4, 5])
                expect_equal(len(place.mailbox.messages), 0)


@case("a message whose data are taken for answers holds up no other")
def _():
    def unstuffed(session, word, argument):
        if word != "RETR" or session.rows[int(argument) - 1][0] != "u2":
            return False
        session.send(b"+OK\r\n" + make_message(2) + b".\r\nwhat comes behind a lone dot\r\n.\r\n")
        return True

    with Place(5, fault=unstuffed) as place:
        place.fetch("maildir", "--leave=no", "--quiet").bad(5, ";UIDL=u2?")
        expect_equal([place.stored("maildir"), list(place.mailbox.messages)], [[1, 3, 4, 5], ["u2"]])


@case("a server that is gone in the middle: one line, and what came is stored")
def _():
    def gone(session, word, argument):
        if word == "RETR" and argument == "3":
            session.server.socket.shutdown(socket.SHUT_RDWR)
            raise EOFError
        return False

    with Place(5, fault=gone) as place:
        place.fetch("maildir", "--leave=no", "--quiet").bad(5)
        expect_equal([place.stored("maildir"), len(place.mailbox.messages)], [[1], 5])


@case("a full disk: one line, and what was stored stays")
def _():
    for kind in KINDS:
        with Place(2) as place:
            place.fetch(kind, "--quiet").good()
            place.mailbox.deliver(make_message(3, 300000))

            def limit():
                import resource
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

            place.fetch(kind, "--leave=no", "--quiet", preexec_fn=limit).bad(1, "mail", "large")
            expect_equal(place.stored(kind), [1, 2])
            expect("u3" in place.mailbox.messages)
            place.fetch(kind, "--leave=no", "--quiet").good()
            expect_equal([place.stored(kind), len(place.mailbox.messages)], [[1, 2, 3], 0])


@contextlib.contextmanager
def small_disk(folder):
    """A file system of 128 KiB at FOLDER, where this user may mount one: gives whether there is one."""
    def mount(options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=False,
                              stderr=subprocess.DEVNULL).returncode == 0

    if os.getuid() != 0 or not mount("size=128k"):
        yield None
        return
    try:
        yield lambda: mount("remount,size=8m")
    finally:
        subprocess.run(["umount", folder], check=True)


@case("no space left: one line, what was stored stays, and the next run goes on")
def _():
    for kind in KINDS:
        with Place(2) as place, small_disk(place.folder) as grow:
            if grow is None:
                print("# no file system can be mounted here")
                return
            place.fetch(kind, "--quiet").good()
            place.mailbox.deliver(make_message(3, 300000))
            place.fetch(kind, "--leave=no", "--quiet").bad(1, "mail", "space")
            expect_equal(place.stored(kind), [1, 2])
            expect("u3" in place.mailbox.messages)
            expect(grow())
            place.fetch(kind, "--leave=no", "--quiet").good()
            expect_equal([place.stored(kind), len(place.mailbox.messages)], [[1, 2, 3], 0])


@case("a folder in which nothing may be written: one line, and nothing is fetched or removed")
def _():
    def become_nobody():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

    for kind in KINDS:
        with Place(2) as place:
            place.folder.chmod(0o555)
            place.fetch(kind, "--leave=no", preexec_fn=become_nobody).bad(1, "mail", "ermission")
            expect_equal(list(place.folder.iterdir()), [])
            expect_equal([len(place.mailbox.messages), place.mailbox.retrieved], [2, []])
            place.folder.chmod(0o755)
            place.fetch(kind, "--leave=no", "--quiet").good()
            expect_equal([place.stored(kind), len(place.mailbox.messages)], [[1, 2], 0])


def make_older(journal, uid, seconds):
    """Writes into JOURNAL that UID was first seen so many seconds earlier."""
    words = [line.split() for line in journal.read_bytes().splitlines()]
    state, seen, *rest, _ = [line for line in words if line[5:6] == [uid.encode()]][-1]
    text = b" ".join([state, b"%d" % (int(seen) - seconds), *rest])
    with journal.open("ab") as file:
        file.write(b"%s %08x\n" % (text, zlib.crc32(text)))


@case("leave=days=N: what is here for so long goes, the rest stays, and nothing comes again")
def _():
    for kind in KINDS:
        with Place() as place:
            journal = place.folder / "journal"
            options = (f"--journal={journal}", "--leave=days=2", "--format=json")
            for age, removed, left in ((0, 0, 3), (2 * 86400 - 3600, 0, 3), (3600, 1, 2), (0, 0, 2)):
                if age:
                    make_older(journal, "u2", age)
                summary = place.fetch(kind, *options).lines()[-1]
                expect_equal([summary["removed"], len(place.mailbox.messages)], [removed, left], age)
            expect_equal(sorted(place.mailbox.messages), ["u1", "u3"])
            expect_equal([place.stored(kind), len(place.mailbox.retrieved)], [[1, 2, 3], 3])


@case("a clock that was not set when the message was seen does not end its days")
def _():
    with Place(1) as place:
        journal = place.folder / "journal"
        place.fetch("maildir", f"--journal={journal}", "--quiet").good()
        make_older(journal, "u1", int(time.time()) - 1000)
        for _ in range(2):
            place.fetch("maildir", f"--journal={journal}", "--leave=days=2", "--quiet").good()
            expect_equal(len(place.mailbox.messages), 1)
        make_older(journal, "u1", 2 * 86400)
        place.fetch("maildir", f"--journal={journal}", "--leave=days=2", "--quiet").good()
        expect_equal(len(place.mailbox.messages), 0)


@case("wrong places and wrong usage")
def _():
    with Place() as place:
        taube("fetch", env=ENV).bad(2, "one URI")
        taube("fetch", place.server.uri(), env=ENV).bad(2, "--to=STORE is missing")
        taube("fetch", place.server.uri(), "--to=mh:x", env=ENV).bad(2, "mh:x", "maildir:PATH")
        for kind in KINDS:
            taube("fetch", place.server.uri(), f"--to={kind}:{place.folder}/not/there", env=ENV).bad(1, "not/there")
        place.fetch("eml", "--leave=sometimes").bad(2, "sometimes")
        expect_equal(place.server.sessions, 0)


@case("over IMAP it is not supported, and nothing is sent or made")
def _():
    with Place() as place, Scripted(lambda talk: None) as server:
        taube("fetch", server.uri(), f"--to=eml:{place.folder / 'mail'}", env=ENV).bad(
            6, "with IMAP mail stays on the server", "POP3")
        german = environment(TAUBE_BACKEND_PATH=BOTH_BACKENDS, language="de_DE.UTF-8", LANGUAGE="de")
        taube("fetch", server.uri(), f"--to=eml:{place.folder / 'mail'}", env=german).bad(
            6, "mit IMAP bleibt die Post auf dem Server")
        expect(not server.arrived and not (place.folder / "mail").exists())


@case("other ids all at once are told, and --moved goes on")
def _():
    with Place(20) as place:
        place.fetch("maildir", "--quiet").good()
        messages = list(place.mailbox.messages.values())
        place.mailbox.messages = {f"other-{n}": message for n, message in enumerate(messages)}
        place.fetch("maildir", "--leave=no", "--quiet").bad(1, "--moved")
        expect_equal(len(place.mailbox.messages), 20)
        place.fetch("maildir", "--quiet", "--moved").good()
        expect_equal(place.stored("maildir"), list(range(1, 21)))


@case("a server that gives the id of a message that is gone to another: both are stored")
def _():
    for kind in KINDS:
        with Place(0) as place:
            for number in (1, 2, 3):
                place.mailbox.deliver(make_message(number), "1")
                place.fetch(kind, "--leave=no", "--quiet").good()
                expect_equal([len(place.mailbox.messages), place.stored(kind)], [0, list(range(1, number + 1))])


@case("an interrupt keeps what has come, and removes nothing")
def _():
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        def stall(session, word, argument):
            if (word, argument) != ("RETR", "3"):
                return False
            session.send(b"+OK\r\nSubject: half\r\n")
            while len(list((place.folder / "mail").glob(".taube-part-*"))) < 3:
                expect(not session.server.ending.wait(0.01))
            os.kill(child.pid, number)
            session.stall()
            return True

        with Place(4, fault=stall) as place:
            child = subprocess.Popen([TAUBE, *place.command("eml", "--leave=no", "--quiet")], env=ENV,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = child.communicate(timeout=GUARD)
            expect_equal([child.returncode, out, err], [code, b"", b""])
            expect_equal([place.stored("eml"), len(place.mailbox.messages)], [[1, 2], 4])
            place.server.fault = None
            place.fetch("eml", "--quiet").good()
            expect_equal([place.stored("eml"), place.mailbox.retrieved.count("u1")], [[1, 2, 3, 4], 1])


@case("the bar is on a terminal, with messages and bytes; a pipe has none")
def _():
    shown = threading.Event()

    def slow(session, word, argument):
        if (word, argument) == ("RETR", "3"):
            shown.wait(GUARD)
        return False

    with Place(fault=slow) as place, Terminal(*place.command("eml"), env=ENV) as terminal:
        terminal.wait_for("/3 messages, ")
        shown.set()
        expect_equal(terminal.end(), 0)
        expect(b"stored: 3" in terminal.shown, terminal.shown)


@case("from a real server")
def _():
    with Dovecot("--messages=40", "--small") as server, tempfile.TemporaryDirectory(prefix="taube-fetch-") as folder:
        uri = f"pop3://alice@localhost:{server.facts['pop3']}/?tls=none"
        for kind in KINDS:
            summary = taube("fetch", uri, f"--to={kind}:{folder}/{kind}", "--format=json", env=ENV).lines()[-1]
            expect_equal(summary["stored"], 40)
            expect(taube("fetch", uri, f"--to={kind}:{folder}/{kind}", env=ENV).good().out.startswith("stored: 0"))
        tree = {str(path): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
        expect_equal(sorted(messages_in("maildir", tree)), sorted(messages_in("eml", tree)))
        emptied = taube("fetch", uri, f"--to=maildir:{folder}/maildir", "--leave=no", "--format=json", env=ENV)
        summary = emptied.lines()[-1]
        expect_equal([summary["stored"], summary["removed"]], [0, 40])
        summary = taube("fetch", uri, f"--to=maildir:{folder}/new", "--format=json", env=ENV).lines()[-1]
        expect_equal(summary["stored"], 0)


main()
