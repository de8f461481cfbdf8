# SPDX-License-Identifier: LGPL-2.1-or-later
"""A POP3 server with a mailbox of its own, as the tests of fetch need it."""
import contextlib
import socket
import threading
import time

from tool import BACKENDS, GUARD, PASSWORD

BOTH_BACKENDS = f"{BACKENDS}:{BACKENDS.parent / 'pop3'}"


class Mailbox:
    """Messages by their UIDL, in their order; who removes one is asked for leave by ON_REMOVE (message)."""

    def __init__(self, on_remove=None):
        self.lock = threading.Lock()
        self.messages = {}
        self.count = 0
        self.on_remove = on_remove
        self.retrieved = []
        self.complaints = []

    def deliver(self, message, uid=None):
        with self.lock:
            self.count += 1
            self.messages[uid or f"u{self.count}"] = message

    def snapshot(self):
        with self.lock:
            return list(self.messages.items())

    def remove(self, uids):
        for uid in uids:
            message = self.messages.get(uid)
            if message is not None and self.on_remove is not None:
                try:
                    self.on_remove(message)
                except AssertionError as error:
                    self.complaints.append(str(error))
            with self.lock:
                self.messages.pop(uid, None)


class PopServer:
    """Serves MAILBOX on a free port. FAULT (session, word, argument) may answer a command, and then gives True."""

    def __init__(self, mailbox, fault=None, capabilities=("TOP", "UIDL", "USER", "PIPELINING", "RESP-CODES"),
                 greeting="ready"):
        self.mailbox, self.fault, self.capabilities, self.greeting = mailbox, fault, capabilities, greeting
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.ending = threading.Event()
        self.sessions = 0
        self.open_sessions = 0
        self.change = threading.Condition()
        self.thread = None

    def uri(self, rest="?tls=none", user="alice"):
        return f"pop3://{user}@127.0.0.1:{self.port}/{rest}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        # It waits no longer, and takes no connection of the next server that has the same descriptor.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.sessions += 1
                self.add_open(1)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with contextlib.suppress(OSError, EOFError), connection:
                Session(self, connection).run()
        finally:
            self.add_open(-1)

    def add_open(self, number):
        with self.change:
            self.open_sessions += number
            self.change.notify_all()

    def finish(self):
        """Comes back when everything is done that clients which are gone have said."""
        with self.change:
            if not self.change.wait_for(lambda: self.open_sessions == 0, GUARD):
                raise AssertionError("a session does not end")


class Session:
    def __init__(self, server, connection):
        self.server, self.connection, self.file = server, connection, connection.makefile("rb")
        self.user, self.rows, self.marked, self.over = None, [], set(), False

    def send(self, data):
        self.connection.sendall(data.encode() if isinstance(data, str) else data)

    def good(self, text=""):
        self.send(f"+OK {text}\r\n")

    def lines(self, text, rows):
        self.send("".join([f"+OK {text}\r\n", *(f"{row}\r\n" for row in rows), ".\r\n"]))

    def stall(self):
        while not self.server.ending.wait(0.05):
            time.sleep(0)

    def run(self):
        self.good(self.server.greeting)
        while not self.over:
            line = self.file.readline()
            if not line:
                return
            word, _, argument = line.decode().rstrip("\r\n").partition(" ")
            word = word.upper()
            if self.server.fault is not None and self.server.fault(self, word, argument):
                continue
            getattr(self, f"do_{word}", self.unknown)(argument)

    def unknown(self, _):
        self.send("-ERR unknown\r\n")

    def do_CAPA(self, _):
        self.lines("capabilities", self.server.capabilities)

    def do_USER(self, argument):
        self.user = argument
        self.good()

    def do_PASS(self, argument):
        if argument != PASSWORD:
            self.send("-ERR [AUTH] no\r\n")
            return
        self.rows = self.server.mailbox.snapshot()
        self.good("welcome")

    def present(self):
        return [(n, uid, message) for n, (uid, message) in enumerate(self.rows, 1) if n not in self.marked]

    def find(self, argument):
        number = int(argument.split()[0])
        if 0 < number <= len(self.rows) and number not in self.marked:
            return number, *self.rows[number - 1]
        self.send("-ERR no such message\r\n")
        return None

    def do_STAT(self, _):
        rows = self.present()
        self.good(f"{len(rows)} {sum(len(message) for _, _, message in rows)}")

    def tell(self, argument, text):
        if not argument:
            self.lines("", [text(*row) for row in self.present()])
            return
        row = self.find(argument)
        if row is not None:
            self.good(text(*row))

    def do_LIST(self, argument):
        self.tell(argument, lambda n, uid, message: f"{n} {len(message)}")

    def do_UIDL(self, argument):
        if "UIDL" not in self.server.capabilities:
            self.unknown(argument)
            return
        self.tell(argument, lambda n, uid, message: f"{n} {uid}")

    @staticmethod
    def stuff(data):
        if not data.endswith(b"\r\n"):
            data += b"\r\n"
        return b"".join(b"." + line if line.startswith(b".") else line for line in data.splitlines(True)) + b".\r\n"

    def do_RETR(self, argument):
        row = self.find(argument)
        if row is not None:
            self.server.mailbox.retrieved.append(row[1])
            self.send(b"+OK\r\n" + self.stuff(row[2]))

    def do_TOP(self, argument):
        row = self.find(argument)
        if row is not None:
            head, _, body = row[2].partition(b"\r\n\r\n")
            count = int(argument.split()[1])
            self.send(b"+OK\r\n" + self.stuff(head + b"\r\n\r\n" + b"".join(body.splitlines(True)[:count])))

    def do_DELE(self, argument):
        row = self.find(argument)
        if row is not None:
            self.marked.add(row[0])
            self.good()

    def do_NOOP(self, _):
        self.good()

    def do_RSET(self, _):
        self.marked = set()
        self.good()

    def do_QUIT(self, _):
        self.server.mailbox.remove([self.rows[n - 1][0] for n in sorted(self.marked)])
        self.over = True
        self.good("bye")
