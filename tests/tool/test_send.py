#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sending: over Exchange it arrives and a copy stays; elsewhere it is refused before anybody is connected to."""
import socket
import tempfile

from exchange_server import BACKEND, Exchange
from tool import BUILD, case, environment, expect, expect_equal, main, taube

MESSAGE = "From: alice@example.org\nTo: {to}\nSubject: {subject}\n\nCoo.\n"


def message_in_file(to, subject):
    file = tempfile.NamedTemporaryFile("w+", suffix=".eml")  # pylint: disable=consider-using-with
    file.write(MESSAGE.format(to=to, subject=subject))
    file.flush()
    file.seek(0)
    return file


if BACKEND.exists():

    @case("send from a file and from standard input; a copy stays")
    def _():
        with Exchange() as server:
            with message_in_file("bob@example.org", "from a file") as file:
                expect_equal(server.send(file.name).good().out, "")
            with message_in_file("bob@example.org", "from a pipe") as file:
                server.send(stdin=file).good()
            with message_in_file("bob@example.org", "by a dash") as file:
                server.send("-", stdin=file).good()
            subjects = ["by a dash", "from a file", "from a pipe"]
            expect_equal(sorted(server.subjects("bob", "inbox")), subjects)
            expect_equal(sorted(server.subjects("alice", "sentitems")), subjects)

    @case("send says what is wrong with the message")
    def _():
        with Exchange() as server:
            with message_in_file("nobody", "lost") as file:
                server.send(file.name).bad(2, "cannot send the message", "ErrorInvalidRecipients")
            server.send().bad(2, "the message is empty")
            server.send("/not/there").bad(1, "/not/there")
            expect_equal(server.subjects("alice", "sentitems"), [])

    @case("send ends with 7 when it may have been sent, and does not try again")
    def _():
        with Exchange() as server, message_in_file("bob@example.org", "once") as file:
            server.ask("faults", {"fault": "lost-answer", "operation": "CreateItem"})
            server.send(file.name).bad(7, "it may have been done")
            expect_equal(server.subjects("bob", "inbox"), ["once"])


@case("send over IMAP and POP3 is refused before anybody is connected to")
def _():
    with socket.create_server(("127.0.0.1", 0)) as listener, message_in_file("bob@example.org", "never") as file:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        for backend in ("imap", "pop3"):
            env = environment(TAUBE_BACKEND_PATH=str(BUILD / "backends" / backend))
            taube("send", f"{backend}://alice@127.0.0.1:{port}/?tls=none", file.name, env=env).bad(6, "sending")
        try:
            listener.accept()
        except BlockingIOError:
            return
        expect(False, "somebody connected")


@case("send wants one URI and at most one file")
def _():
    taube("send").bad(2, "one URI of an account")
    taube("send", "imaps://alice@localhost", "a", "b").bad(2, "one file or none")


main()
