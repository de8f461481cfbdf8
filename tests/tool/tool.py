# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the command share: running it, with or without a terminal, and servers for it to talk to."""
import contextlib
import fcntl
import imaplib
import json
import os
import pty
import select
import socket
import subprocess
import sys
import termios
import threading
import time
import traceback
from pathlib import Path

SOURCE = Path(os.environ.get("TAUBE_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("TAUBE_BUILDDIR") or SOURCE / "_build")
TAUBE = BUILD / "tools" / "taube" / "taube"
BACKENDS = BUILD / "backends" / "imap"
SERVE = SOURCE / "tests" / "servers" / "dovecot" / "serve"
PASSWORD = "pigeon-Post-7"
GUARD = 120  # seconds after which something hangs

CAPABILITY_ROWS = """retrieval mail-sync keeps-on-server contacts-sync calendar-sync multi-device folders server-flags
server-search server-sort server-thread push sending sharing delegation quota partial-fetch attachments-on-demand
out-of-office free-busy""".split()

cases = []


def case(name):
    def remember(function):
        cases.append((name, function))
        return function
    return remember


def main():
    """Runs the cases in their order and tells them as TAP."""
    failed = 0
    print(f"1..{len(cases)}")
    for number, (name, function) in enumerate(cases, 1):
        try:
            function()
            print(f"ok {number} {name}", flush=True)
        except Exception as error:  # whatever it is, the other cases go on
            failed += 1
            print(f"not ok {number} {name}")
            text = f"{error}\n" + "".join(traceback.format_tb(error.__traceback__)[-2:])
            print("".join(f"# {line}\n" for line in text.splitlines()), end="", flush=True)
    sys.exit(1 if failed else 0)


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what) or "it is not so")


def expect_equal(found, wanted, what=""):
    expect(found == wanted, f"{what}\n  found:  {found!r}\n  wanted: {wanted!r}")


def environment(password=PASSWORD, language="C.UTF-8", **more):
    names = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH", "G_DEBUG",
             "MALLOC_CHECK_")
    env = {name: os.environ[name] for name in names if name in os.environ}
    env.update(TAUBE_BACKEND_PATH=str(BACKENDS), TAUBE_LOCALEDIR=str(BUILD / "po"), LC_ALL=language, TZ="UTC")
    if password is not None:
        env["TAUBE_PASSWORD"] = password
    env.update(more)
    return env


class Result:
    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.raw, self.err = arguments, code, out, err.decode("utf-8", "replace")

    @property
    def out(self):
        return self.raw.decode("utf-8")

    def __str__(self):
        command = " ".join(map(str, self.arguments))
        return f"taube {command}\n  ended with {self.code}\n  out: {self.raw[:600]!r}\n  err: {self.err[:1500]!r}"

    def good(self):
        expect(self.code == 0 and self.err == "", self)
        return self

    def json(self):
        return json.loads(self.good().out)

    def lines(self):
        """The objects of a list, each on one line."""
        text = self.good().out
        expect(text == "" or text.endswith("\n"), "no line end", self)
        return [json.loads(line) for line in text.splitlines()]

    def bad(self, code, *words):
        """One clear line on standard error, nothing else, and that code."""
        expect_equal(self.code, code, self)
        expect(self.err.count("\n") == 1 and self.err.endswith("\n"), "not one line", self)
        expect(self.err.startswith("taube"), "it does not say who speaks", self)
        expect(self.raw == b"", "it printed something", self)
        expect(PASSWORD not in self.err, "the password is printed", self)
        for word in words:
            expect(word in self.err, f"{word!r} is not said", self)
        return self


def taube(*arguments, env=None, stdin=subprocess.DEVNULL, **more):
    child = subprocess.run([TAUBE, *map(str, arguments)], env=env or environment(), stdin=stdin, capture_output=True,
                           timeout=GUARD, check=False, start_new_session=True, **more)
    return Result(arguments, child.returncode, child.stdout, child.stderr)


class Dovecot:
    """A private server, gone at the end of the with."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.child = subprocess.Popen([SERVE, "--until-eof", *self.options], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.facts = {}
        for line in self.child.stdout:
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition("=")
            self.facts[name] = value
        if "imap" not in self.facts:
            self.child.wait()
            raise AssertionError("the mail server did not start")
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()
        self.child.stdout.close()

    def uri(self, rest="", user="alice"):
        """In the clear, with what stands behind the host."""
        return f"imap://{user}@localhost:{self.facts['imap']}/{rest}?tls=none"

    def connect(self, user="alice"):
        return Client(int(self.facts["imap"]), user)


class Client:
    """A second device: just enough of IMAP to change a mailbox by hand."""

    def __init__(self, port, user):
        self.imap = imaplib.IMAP4("localhost", port)
        self.imap.login(user, PASSWORD)

    def create(self, *encoded):
        for name in encoded:
            expect_equal(self.imap.create(f'"{name}"')[0], "OK", name)

    def append(self, message, folder="INBOX", flags=None):
        data = message if isinstance(message, bytes) else message.encode()
        data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        answer = self.imap.append(f'"{folder}"', flags, None, data)
        expect_equal(answer[0], "OK", answer)
        return data

    def command(self, *arguments):
        answer = self.imap.uid(*arguments)
        expect_equal(answer[0], "OK", answer)
        return answer[1]

    def select(self, folder="INBOX"):
        expect_equal(self.imap.select(f'"{folder}"')[0], "OK")

    def expunge(self):
        self.imap.expunge()


class Scripted:
    """A server on a free port that lets FUNCTION talk to each client: function (Talk)."""

    def __init__(self, function):
        self.function = function
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.ending = threading.Event()
        self.received = b""
        self.arrived = False

    def uri(self, rest="INBOX"):
        return f"imap://alice@127.0.0.1:{self.port}/{rest}?tls=none"

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.socket.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        self.arrived = True
        with contextlib.suppress(OSError, EOFError), connection:
            self.function(Talk(self, connection))


class Talk:
    """One client of a scripted server."""

    def __init__(self, server, connection):
        self.server, self.connection, self.file = server, connection, connection.makefile("rb")
        self.tag = ""

    def send(self, text):
        self.connection.sendall(text.encode() if isinstance(text, str) else text)

    def read(self):
        """The next command, without its tag, after which .tag is that tag."""
        line = self.file.readline()
        if not line:
            raise EOFError
        self.server.received += line
        self.tag, _, command = line.decode().rstrip("\r\n").partition(" ")
        return command

    def done(self, text="done"):
        self.send(f"{self.tag} OK {text}\r\n")

    def stall(self):
        """Says nothing until the test is over or the client goes away."""
        while not self.server.ending.is_set():
            if select.select([self.connection], [], [], 0.1)[0] and not self.connection.recv(4096):
                return

    def talk(self, until=None, messages=3):
        """Plays a small IMAP server as far as a command that begins with UNTIL, which is not answered."""
        self.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n")
        while True:
            command = self.read()
            word = command.removeprefix("UID ").split(" ")[0].upper()
            if until is not None and word == until:
                return command
            self.answer(word, command, messages)

    def answer(self, word, command, messages):
        if word == "CAPABILITY":
            self.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n")
        elif word == "AUTHENTICATE" and command.count(" ") == 1:
            self.send("+ \r\n")
            self.file.readline()
        elif word == "LIST":
            self.send('* LIST () "/" INBOX\r\n')
        elif word in ("SELECT", "EXAMINE"):
            self.send(f"* {messages} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 7] ok\r\n"
                      f"* OK [UIDNEXT {messages + 1}] ok\r\n")
        elif word == "LOGOUT":
            self.send("* BYE\r\n")
        self.done()


class Terminal:
    """The command on a pseudo terminal of its own."""

    def __init__(self, *arguments, env=None, **redirected):
        self.master, slave = pty.openpty()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        streams = {"stdin": slave, "stdout": slave, "stderr": slave, **redirected}
        self.child = subprocess.Popen([TAUBE, *map(str, arguments)], env=env or environment(password=None),
                                      preexec_fn=take_terminal, **streams)
        self.slave = slave  # held, so that its settings can be looked at when the command has ended
        self.shown = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.slave)
        os.close(self.master)

    def has_echo(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def read_some(self, seconds):
        if select.select([self.master], [], [], seconds)[0]:
            self.shown += os.read(self.master, 65536)

    def wait_for(self, text):
        """Reads until TEXT stands there; gives and forgets what came up to it."""
        wanted, end = text.encode(), time.monotonic() + GUARD
        while wanted not in self.shown:
            expect(time.monotonic() < end, f"{text!r} does not come: {self.shown!r}")
            expect(self.child.poll() is None or select.select([self.master], [], [], 0)[0],
                   f"it ended with {self.child.poll()} before {text!r}: {self.shown!r}")
            self.read_some(0.2)
        before, _, self.shown = self.shown.partition(wanted)
        return before + wanted

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        """Waits for the end; gives the exit code."""
        end = time.monotonic() + GUARD
        while self.child.poll() is None:
            expect(time.monotonic() < end, f"it does not end: {self.shown!r}")
            self.read_some(0.1)
        while select.select([self.master], [], [], 0)[0]:
            self.read_some(0)
        return self.child.returncode
