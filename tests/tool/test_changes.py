#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verb changes: what is printed, and what the file with the token is worth whatever happens."""
import os
import re
import subprocess
import tempfile
from pathlib import Path

from tool import TAUBE, Dovecot, case, environment, expect, expect_equal, main, taube

server = Dovecot("--messages=5", "--small")
scratch = tempfile.TemporaryDirectory(prefix="taube-changes-")
folder = Path(scratch.name)


def changes(token, *more, **also):
    return taube("changes", server.uri("INBOX"), f"--token={token}", *more, **also)


def kinds(result):
    return sorted((line["kind"], re.search(r";UID=(\d+)", line["uri"]).group(1)) for line in result.lines())


@case("everything at first, then what happened")
def _():
    token = folder / "first"
    expect_equal(kinds(changes(token, "--format=json")), [("added", str(i)) for i in range(1, 6)])
    expect_equal(token.stat().st_mode & 0o777, 0o600)
    expect_equal(changes(token, "--format=json").good().out, "")
    other = server.connect()
    other.select()
    other.command("STORE", "2", "+FLAGS", "(\\Flagged)")
    other.command("STORE", "4", "+FLAGS", "(\\Deleted)")
    other.expunge()
    other.append("Subject: coo\n\nCoo.\n")
    found = changes(token, "--format=json")
    expect_equal(kinds(found), [("added", "6"), ("changed", "2"), ("removed", "4")])
    shown = taube("show", [line["uri"] for line in found.lines() if line["kind"] == "added"][0], "--format=json")
    expect_equal(shown.json()["subject"], "coo")
    expect_equal(changes(token).good().out.split(), ["kind", "id"])


@case("as a table, in German, too")
def _():
    words = changes(folder / "table").good().out.split()
    expect_equal(words[:3], ["kind", "id", "added"])
    german = changes(folder / "tabelle", env=environment(language="de_DE.UTF-8", LANGUAGE="de")).good().out.split()
    expect_equal(german[:3], ["Art", "Kennung", "neu"])


@case("an empty file is like none")
def _():
    token = folder / "empty"
    token.touch()
    expect_equal(len(changes(token, "--format=json").lines()), 5)
    expect(token.stat().st_size > 20)


@case("a damaged token is a reset, and everything is told again")
def _():
    token = folder / "damaged"
    changes(token).good()
    good = token.read_bytes()
    token.write_bytes(good[:-3])
    lines = changes(token, "--format=json").lines()
    expect_equal([line["kind"] for line in lines], ["reset"] + ["added"] * 5)
    expect(lines[0]["uri"].endswith("/INBOX?tls=none"), lines[0])
    expect_equal(changes(token, "--format=json").good().out, "")


@case("what is no token is left alone")
def _():
    token = folder / "other"
    token.write_text("Dear diary\n", encoding="ascii")
    changes(token).bad(2, "not a token")
    expect_equal(token.read_text(encoding="ascii"), "Dear diary\n")
    changes(token).bad(2)
    changes("/dev/null").bad(2, "no regular file")
    expect(not os.path.isfile("/dev/null"))
    changes(folder).bad(2, "no regular file")


@case("the token of another folder is refused")
def _():
    token = folder / "sent"
    taube("changes", server.uri("Sent"), f"--token={token}").good()
    changes(token).bad(2, "another folder")


@case("a token that cannot be written is an error")
def _():
    result = changes(folder / "none" / "token")
    expect_equal((result.code, result.err.count("\n")), (1, 1), result)
    expect(str(folder / "none") in result.err, result)


@case("what was not printed is told again")
def _():
    token = folder / "full"
    with open("/dev/full", "wb") as full:
        child = subprocess.run([TAUBE, "changes", server.uri("INBOX"), f"--token={token}", "--format=json"],
                               env=environment(), stdout=full, stderr=subprocess.PIPE, check=False)
    expect_equal(child.returncode, 1)
    expect(not token.exists())
    expect_equal(len(changes(token, "--format=json").lines()), 5)


@case("wrong usage")
def _():
    taube("changes", server.uri("INBOX")).bad(2, "--token")
    taube("changes", f"--token={folder / 'x'}").bad(2, "URI")
    taube("changes", server.uri("Nowhere"), f"--token={folder / 'x'}").bad(3, "Nowhere")
    expect(not (folder / "x").exists())


with server, scratch:
    main()
