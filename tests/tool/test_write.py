#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What writes: append, copy, move, remove and flag, on a real server, and what the command says of failures."""
import json
import os
import re
import subprocess
import tempfile

from tool import Dovecot, Scripted, case, expect, expect_equal, main, taube

MESSAGE = "Subject: letter {n}\nMessage-ID: <letter-{n}@example.org>\n\nCoo {n}.\n"


def append(folder, *numbers, options=()):
    """The URIs of messages that were written from files."""
    with tempfile.TemporaryDirectory() as where:
        files = []
        for n in numbers:
            files.append(os.path.join(where, f"{n}.eml"))
            with open(files[-1], "w", encoding="ascii") as file:
                file.write(MESSAGE.format(n=n))
        return taube("append", server.uri(folder), *files, *options).good().out.splitlines()


def listed(folder):
    return {row["subject"]: row for row in taube("list", server.uri(folder), "--format=json").lines()}


def make_folder(name):
    server.connect().create(name)


@case("append prints where each message is, and the message is whole")
def _():
    make_folder("append")
    uris = append("append", 1, 2, 3)
    expect_equal(len(uris), 3)
    for n, uri in enumerate(uris, 1):
        expect(re.search(r"/append;UIDVALIDITY=\d+/?;UID=\d+", uri), uri)
        raw = taube("show", "--raw", uri).good().out
        expect_equal(raw, MESSAGE.format(n=n).replace("\n", "\r\n"))


@case("append takes flags, keywords and a date")
def _():
    make_folder("looks")
    append("looks", 1, options=["--flag=seen", "--flag=keyword:parcel", "--date=2024-02-29T23:59:58+02:00"])
    [row] = listed("looks").values()
    expect_equal(sorted(set(row["flags"]) - {"recent"}), ["parcel", "seen"])
    taube("append", server.uri("looks"), "--flag=odd", "x").bad(2, '"odd" is no flag')
    taube("append", server.uri("looks"), "--date=yesterday", "x").bad(2, '"yesterday" is no date')
    taube("append").bad(2, "one URI of a folder")


@case("append reads standard input")
def _():
    make_folder("stdin")
    with tempfile.TemporaryFile() as file:
        file.write(MESSAGE.format(n=7).encode())
        file.seek(0)
        [uri] = taube("append", server.uri("stdin"), stdin=file).good().out.splitlines()
    expect("Coo 7." in taube("show", uri).good().out)
    pipe = subprocess.Popen(["printf", "Subject: piped\\n\\nCoo.\\n"], stdout=subprocess.PIPE)
    taube("append", server.uri("stdin"), "-", stdin=pipe.stdout).good()
    pipe.wait()
    expect_equal(sorted(listed("stdin")), ["letter 7", "piped"])
    taube("append", server.uri("stdin")).bad(2, "the message is empty")


@case("append as JSON; a missing file is said before anything is sent")
def _():
    make_folder("json")
    with tempfile.NamedTemporaryFile("w", suffix=".eml") as file:
        file.write(MESSAGE.format(n=1))
        file.flush()
        [row] = taube("append", server.uri("json"), file.name, "--format=json").lines()
        expect_equal(list(row), ["source", "status", "uri", "error"])
        expect_equal([row["source"], row["status"], row["error"]], [file.name, "done", None])
        taube("append", server.uri("json"), file.name, "/not/there").bad(1, "/not/there")
        expect_equal(len(listed("json")), 1)
        taube("append", server.uri("not-there"), file.name).bad(3, "not-there", "server said")


@case("copy and move print the new URIs")
def _():
    make_folder("from")
    make_folder("to")
    uris = append("from", 1, 2, 3)
    copies = taube("copy", uris[0], uris[1], server.uri("to")).good().out.splitlines()
    expect_equal(len(copies), 2)
    expect("Coo 2." in taube("show", copies[1]).good().out)
    [moved] = taube("move", uris[2], server.uri("to")).good().out.splitlines()
    expect("Coo 3." in taube("show", moved).good().out)
    expect_equal(sorted(listed("from")), ["letter 1", "letter 2"])
    expect_equal(sorted(listed("to")), ["letter 1", "letter 2", "letter 3"])
    rows = taube("move", *copies, server.uri("from"), "--format=json").lines()
    expect_equal([row["status"] for row in rows], ["done", "done"])
    expect(all(";UID=" in row["uri"] for row in rows), rows)


@case("copy and move say which message is not there, and do the others")
def _():
    make_folder("some")
    make_folder("others")
    uris = append("some", 1, 2)
    missing = re.sub(r";UID=\d+", ";UID=4000000", uris[0])
    result = taube("copy", uris[0], missing, uris[1], server.uri("others"))
    expect_equal(result.code, 3, result)
    expect_equal(len(result.out.splitlines()), 2)
    expect_equal(len(result.err.splitlines()), 1)
    expect(missing in result.err, result.err)
    expect_equal(sorted(listed("others")), ["letter 1", "letter 2"])


@case("remove takes these and no others")
def _():
    make_folder("remove")
    uris = append("remove", 1, 2, 3)
    taube("flag", uris[2], "+deleted").good()
    expect_equal(taube("remove", uris[0]).good().out, "")
    expect_equal(sorted(listed("remove")), ["letter 2", "letter 3"])
    taube("remove", uris[0]).bad(3, "no such message")
    [row] = taube("remove", uris[1], "--format=json").lines()
    expect_equal([row["source"], row["status"], row["uri"], row["error"]], [uris[1], "done", None, None])


@case("flag sets and takes away, in several folders at once")
def _():
    make_folder("flag")
    make_folder("flag-too")
    one, two = append("flag", 1)[0], append("flag-too", 2)[0]
    taube("flag", one, two, "+seen", "+flagged", "+keyword:parcel").good()
    for folder in ("flag", "flag-too"):
        [row] = listed(folder).values()
        expect_equal(sorted(set(row["flags"]) - {"recent"}), ["flagged", "parcel", "seen"])
    taube("flag", one, "-flagged", "-keyword:parcel", "+answered").good()
    [row] = listed("flag").values()
    expect_equal(sorted(set(row["flags"]) - {"recent"}), ["answered", "seen"])
    taube("flag", one, "+odd").bad(2, '"+odd" is no flag')
    taube("flag", one).bad(2, "flags such as +seen")
    taube("flag", one, "--importance=high").bad(6, "stands in their headers")
    taube("flag", one, "--importance=unknown").bad(2, '"unknown"')
    taube("flag", "--importance=low").bad(2, "it takes URIs")
    taube("flag", "+seen").bad(2, "flags such as +seen")


@case("wrong words")
def _():
    uri = append("INBOX", 1)[0]
    taube("copy", uri).bad(2, "one of a folder")
    taube("move").bad(2, "one of a folder")
    taube("remove").bad(2, "URIs of messages")
    taube("remove", server.uri("INBOX")).bad(2, "names no message")
    taube("move", uri, server.uri("INBOX")).bad(2, "same folder")
    taube("move", uri, server.uri("INBOX", user="bob")).bad(2, "several accounts")
    taube("copy", uri, server.uri("not-there")).bad(3, "server said")


def cut_append(talk):
    """Hears the whole message and hangs up; the next time there is nothing to be seen of it."""
    talk.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] coo\r\n")
    while True:
        word = talk.read().split(" ")[0]
        if word == "AUTHENTICATE":
            talk.done("[CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS] welcome")
        elif word == "STATUS":
            talk.send("* STATUS INBOX (UIDNEXT 5 UIDVALIDITY 7)\r\n")
            talk.done()
        elif word == "EXAMINE":
            talk.send("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n")
            talk.done()
        elif word == "APPEND":
            while talk.file.readline() != b"Coo 1.\r\n":
                pass
            talk.file.readline()
            return
        else:
            talk.done()


@case("what may have been written is said to be unknown, with 7")
def _():
    with tempfile.NamedTemporaryFile("w") as file, Scripted(cut_append) as scripted:
        file.write(MESSAGE.format(n=1))
        file.flush()
        result = taube("append", scripted.uri(), file.name, "--format=json")
        expect_equal(result.code, 7, result)
        row = json.loads(result.out)
        expect_equal([row["status"], row["uri"]], ["unknown", None])
        expect("not known whether" in row["error"], row)
        expect("not known whether" in result.err, result.err)


with Dovecot() as server:
    main()
