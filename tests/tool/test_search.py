#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""taube search: what it finds, in which order, and how it shows a mistake in the query."""
import json

from tool import Dovecot, case, environment, expect, expect_equal, main, taube

MESSAGE = """Date: Mon, 2 Nov 2026 10:{n:02d}:00 +0100
From: {who}@example.org
To: alice@example.org
Subject: {subject}
Message-ID: <{n}@example.org>
{more}
Text {n}.
"""

with Dovecot() as server:
    device = server.connect()
    for n, who, subject, more in ((1, "bob", "pigeons", ""),
                                  (2, "carl", "Re: pigeons", "References: <1@example.org>\n"),
                                  (3, "anna", "bread", ""), (4, "bob", "Re: pigeons", "References: <2@example.org>\n")):
        device.append(MESSAGE.format(n=n, who=who, subject=subject, more=more), flags=r"\Seen" if n == 1 else None)
    inbox = server.uri("INBOX")

    def search(*words):
        return taube("search", inbox, *words)

    def found(*words):
        """The numbers at the ends of the ids, in their order."""
        return [int(row["id"].rpartition(".")[2]) for row in rows(*words)]

    def rows(*words):
        return [json.loads(line) for line in search("--format=json", *words).good().out.splitlines()]

    @case("what matches, newest first")
    def _():
        expect_equal(found(), [4, 3, 2, 1])
        expect_equal(found("is:unread from:bob"), [4])
        expect_equal(found("is:unread", "from:bob"), [4])
        expect_equal(found("subject:bread OR from:carl"), [3, 2])
        expect_equal(found("--", "-subject:pigeons"), [3])
        expect_equal(found("nothing-of-the-kind"), [])

    @case("sorted, and the first of it")
    def _():
        expect_equal(found("--sort=from", "*"), [3, 1, 4, 2])
        expect_equal(found("--sort=-from,-date", "*"), [2, 4, 1, 3])
        expect_equal(found("--sort=-date", "--limit=2", "*"), [4, 3])
        expect_equal(found("--limit=1"), [4])
        search("--sort=colour", "*").bad(2, "colour", "display-from")

    @case("the same objects as those of list")
    def _():
        listed = taube("list", inbox, "--format=json").good().out
        expect_equal(search("--format=json").good().out, listed)
        expect("pigeons" in search("from:carl").good().out)

    @case("threads, with depth and parent")
    def _():
        threads = rows("--thread", "--sort=date")
        expect_equal([(row["thread"], row["depth"], row["parent"] and row["parent"][-2:]) for row in threads],
                     [(0, 0, None), (0, 1, ".1"), (0, 2, ".2"), (1, 0, None)])
        expect_equal(found("--thread", "--limit=1"), [3])
        table = search("--thread", "subject:pigeons").good().out.splitlines()
        expect(table[3].rstrip().endswith("    Re: pigeons"), table)

    @case("who did what")
    def _():
        told = search("--explain", "--sort=size", "from:bob has:attachment").err
        expect_equal(told.splitlines()[0], "find: by the server and here (no server can search by this)")
        expect_equal(told.splitlines()[1], "sort: by the server")

    @case("a mistake in the query is shown where it is: 2")
    def _():
        for query, mark in (("from:bob since:morgen", 16), ("subject:\"ü\" (x", 15), ("会議 is:x", 9), ("", None)):
            result = search(query)
            if mark is None:
                result.good()
                continue
            expect_equal(result.code, 2)
            expect_equal(result.out, "")
            message, shown, pointer = result.err.splitlines()
            expect(message.startswith("taube search: query, column "), message)
            expect_equal(shown, "  " + query)
            expect_equal(pointer, " " * (1 + mark) + "^")

    @case("in German")
    def _():
        told = taube("search", "--explain", inbox, "has:attachment",
                     env=environment(language="de_DE.UTF-8", LANGUAGE="de")).err
        expect(told.startswith("finden: hier ("), told)

    main()
