#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Throwing away, emptying, marking as seen, importance and moving folders, over IMAP and over Exchange."""
import tempfile
from pathlib import Path

from tool import Dovecot, case, expect, expect_equal, main, taube
from exchange_server import BACKEND, Exchange

MESSAGE = "Subject: letter {n}\nMessage-ID: <letter-{n}@example.org>\n\nCoo {n}.\n"


class Imap:
    """Alice's mailbox on the private Dovecot."""

    env = None

    def uri(self, path):
        return dovecot.uri(path)


class Ews:
    """The same on the private EWS server."""

    def __init__(self, server):
        self.env = server.env
        self.base, _, self.query = server.facts["exchange-uri"].partition("?")

    def uri(self, path):
        return f"{self.base.rstrip('/')}/{path}?{self.query}"


def run(place, *words, **more):
    return taube(*words, **({"env": place.env} if place.env else {}), **more)


def fill(place, folder, count):
    """The URIs of so many new messages."""
    with tempfile.TemporaryDirectory() as where:
        names = [Path(where) / f"{n}.eml" for n in range(count)]
        for n, name in enumerate(names):
            name.write_text(MESSAGE.format(n=n), encoding="ascii")
        return run(place, "append", place.uri(folder), *map(str, names)).good().out.splitlines()


def listed(place, folder):
    return run(place, "list", place.uri(folder), "--format=json").lines()


def check_remove(place, trash):
    uris = fill(place, "Box", 3)
    [row] = run(place, "remove", "--to-trash", uris[0], "--format=json").lines()
    expect_equal(row["status"], "done")
    expect(f"/{trash};" in row["uri"] or "Deleted%20Items;" in row["uri"], row["uri"])
    expect_equal([one["subject"] for one in listed(place, trash)], ["letter 0"])
    expect_equal(len(listed(place, "Box")), 2)
    run(place, "remove", "--to-trash", row["uri"]).bad(2, "they are there already")
    run(place, "remove", "--to-trash", "--recoverable", uris[1]).bad(2, "exclude each other")
    return uris[1:]


def check_whole(place):
    fill(place, "Box", 4)
    run(place, "mkdir", place.uri("Box/Inner")).good()
    run(place, "mkdir", place.uri("Box/Inner/Most")).good()
    run(place, "mark-seen", place.uri("Box")).good()
    expect(all("seen" in one["flags"] for one in listed(place, "Box")), "somebody is not seen")
    run(place, "empty", place.uri("Box")).good()
    expect_equal(listed(place, "Box"), [])
    fill(place, "Box", 1)
    fill(place, "Box/Inner", 1)
    run(place, "empty", "--with-folders", place.uri("Box")).good()
    paths = [row["path"] for row in run(place, "folders", place.uri(""), "--format=json").lines()]
    expect("Box" in paths and not any(path.startswith("Box/") for path in paths), str(paths))
    expect_equal(listed(place, "Box"), [])
    run(place, "empty", place.uri("Nowhere")).bad(3, "Nowhere")


def importances(place, folder):
    """What is listed, newest first; in the table it is the last word but that of the id."""
    lines = run(place, "list", place.uri(folder), "--with=importance", "--format=json").lines()
    heading, *rows = run(place, "list", place.uri(folder), "--with=importance").good().out.splitlines()
    expect("importance" in heading, heading)
    for line, row in zip(lines, rows):
        expect(line["importance"] in row.split(), row)
    return [line["importance"] for line in lines]


def check_importance(place):
    run(place, "mkdir", place.uri("Post")).good()
    uris = fill(place, "Post", 3)
    run(place, "flag", uris[0], "--importance=low").good()
    run(place, "flag", uris[1], "+flagged", "--importance=high").good()
    expect_equal(importances(place, "Post"), ["normal", "high", "low"])
    expect_equal([one["flags"].count("flagged") for one in listed(place, "Post")], [0, 1, 0])


def check_rename(place):
    """To another parent, and back to the top; what is in it goes along."""
    run(place, "mkdir", place.uri("Shelf")).good()
    run(place, "mkdir", place.uri("Loose")).good()
    fill(place, "Loose", 2)
    run(place, "rename", place.uri("Loose"), "Shelf/Bound").good()
    expect_equal(len(listed(place, "Shelf/Bound")), 2)
    run(place, "rename", place.uri("Shelf/Bound"), place.uri("Free")).good()
    expect_equal(len(listed(place, "Free")), 2)
    run(place, "list", place.uri("Loose")).bad(3, "Loose")


@case("over IMAP")
def _():
    place = Imap()
    run(place, "mkdir", place.uri("Box")).good()
    uris = check_remove(place, "Trash")
    run(place, "remove", "--recoverable", uris[0]).bad(6, "cannot be had back")
    run(place, "remove", *uris).good()
    check_whole(place)
    check_rename(place)


if BACKEND.exists():

    @case("over Exchange")
    def _():
        with Exchange() as server:
            place = Ews(server)
            run(place, "mkdir", place.uri("Box")).good()
            uris = check_remove(place, "Deleted%20Items")
            run(place, "remove", "--recoverable", uris[0]).good()
            expect_equal(server.subjects("alice", "recoverableitemsdeletions"), ["letter 1"])
            run(place, "remove", uris[1]).good()
            check_whole(place)
            check_rename(place)
            check_importance(place)


with Dovecot() as dovecot:
    main()
