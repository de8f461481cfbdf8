#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs on a maildrop: what works is the same as on every mailbox, what cannot is said before anything is sent."""
import os
import pathlib
import re
import socket
import tempfile
import threading

from tool import BACKENDS, Dovecot, case, environment, expect, expect_equal, main, taube as run

SUBJECTS = ["first", "second", "third"]
MESSAGE = "From: Bob <bob@example.org>\nTo: alice@example.org\nDate: Mon, 2 Nov 2026 10:11:1{} +0100\nSubject: {}\n\n" \
          "Text of the {}.\n.\n..dots\n"
sent = []


def taube(*arguments):
    return run(*arguments, env=environment(TAUBE_BACKEND_PATH=f"{BACKENDS}:{BACKENDS.parent / 'pop3'}"))


def account(rest="", query="?tls=none"):
    return f"pop3://alice@localhost:{server.facts['pop3']}/{rest}{query}"


def listed(uri):
    return [row for row in (taube("list", uri, "--format=json").lines())]


def greet(listening, greeting):
    """Says the same to whoever comes, until nobody listens any more."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.sendall(greeting)


@case("a maildrop has one folder, and a URI need not name it")
def _():
    rows = listed(account())
    expect_equal(rows, listed(account("INBOX")))
    expect_equal([row["subject"] for row in rows], SUBJECTS[::-1])
    expect_equal([row["size"] for row in rows], [len(data) for data in sent[::-1]])
    expect_equal(taube("folders", account(), "--format=json").lines()[0]["total"], len(SUBJECTS))


@case("a message is shown byte for byte, by the URI that a list prints")
def _():
    for row, data in zip(listed(account()), sent[::-1]):
        expect(";UIDL=" in row["uri"], row)
        expect_equal(taube("show", "--raw", row["uri"]).good().raw, data)
        expect_equal(taube("show", "--raw", account(";UIDL=" + row["id"])).good().raw, data)


@case("what POP3 cannot do is not supported, for the reason in the table")
def _():
    uri = listed(account())[0]["uri"]
    for arguments, key in (
            (["search", account(), "subject:x"], "server-search"),
            (["mkdir", account("New")], "folders"),
            (["flag", uri, "+seen"], "server-flags"),
            (["quota", account()], "quota"),
            (["acl", account()], "sharing")):
        taube(*arguments).bad(6, "not supported", key)


@case("no such folder, no such message")
def _():
    taube("list", account("Sent")).bad(3, "Sent")
    taube("show", account(";UIDL=nobody")).bad(3, "nobody")


@case("without TLS a password is sent only where that is allowed")
def _():
    taube("list", account(query="")).bad(5, "certificate")


@case("changes and removal")
def _():
    with tempfile.TemporaryDirectory() as folder:
        token = os.path.join(folder, "token")
        first = taube("changes", account(), f"--token={token}", "--format=json").lines()
        expect_equal([row["kind"] for row in first], ["added"] * len(SUBJECTS))
        victim = listed(account())[1]
        taube("remove", victim["uri"]).good()
        expect_equal([row["subject"] for row in listed(account())], ["third", "first"])
        second = taube("changes", account(), f"--token={token}", "--format=json").lines()
        expect_equal([(row["kind"], row["uri"]) for row in second], [("removed", victim["uri"])])
        expect_equal(taube("changes", account(), f"--token={token}", "--format=json").lines(), [])
        taube("remove", victim["uri"]).bad(3, victim["id"])
        expect(pathlib.Path(token).stat().st_size > 0)


@case("a server that wants us later: the error says when")
def _():
    for greeting, seconds in ((b"-ERR [IN-USE] locked\r\n", r"in \d+ seconds\)"),
                              (b"-ERR [LOGIN-DELAY] later\r\n", r"in \d+ seconds\)"), (b"-ERR go away\r\n", "")):
        with socket.create_server(("localhost", 0)) as listening:
            thread = threading.Thread(target=greet, args=(listening, greeting))
            thread.start()
            result = taube("list", f"pop3://alice@localhost:{listening.getsockname()[1]}/?tls=none")
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
        expect(re.search(seconds, result.err) is not None, result)
        expect(seconds or "seconds" not in result.err, result)


with Dovecot() as server:
    device = server.connect()
    for number, subject in enumerate(SUBJECTS):
        sent.append(device.append(MESSAGE.format(number, subject, subject)))
    main()
