#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every verb against a real server, as a table and as JSON."""
import re

from tool import CAPABILITY_ROWS, Dovecot, case, environment, expect, expect_equal, main, taube

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
CELL_LEVELS = {"protocol", "module", "live"}
# Modified UTF-7, and what a person reads.
FOLDERS = {"Gr&APwA3w-e": "Grüße", "50% &- more": "50% & more", "a b;c?d": "a b;c?d", "x=y+z@w,v": "x=y+z@w,v",
           "#hash'quote": "#hash'quote", "Top/inner": "Top/inner", "&ZeVnLIqe-": "日本語", "semi;UID=3": "semi;UID=3"}


def as_path(name):
    """The text form of a path, in which a percent sign is escaped so that a slash in a name can be."""
    return name.replace("%", "%25")


MESSAGE = """Date: Mon, 2 Nov 2026 10:11:12 +0100
From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>
To: alice@example.org
Subject: number {n}
Message-ID: <{n}@example.org>

Text {n}.
"""


def check_cell(cell, live):
    expect_equal(set(cell), {"support", "level", "reason", "evidence", "levels"})
    expect_equal(set(cell["levels"]), CELL_LEVELS)
    expect_equal(cell["level"], "live" if live else "protocol")
    for level in ("protocol", "module") + (("live",) if live else ()):
        answer = cell["levels"][level]
        expect_equal(set(answer), {"support", "reason", "evidence"})
        expect(answer["support"] in ("yes", "no", "conditional"), answer)
    if not live:
        expect_equal(cell["levels"]["live"], None)
    expect_equal(cell["support"], cell["levels"][cell["level"]]["support"])
    expect_equal(cell["reason"], cell["levels"][cell["level"]]["reason"])
    expect_equal(cell["evidence"], cell["levels"][cell["level"]]["evidence"])


@case("capabilities as JSON: one document, all rows, three levels")
def _():
    for arguments in ([], ["imap"]):
        document = taube("capabilities", *arguments, "--format=json").json()
        expect_equal(list(document), ["backends"])
        [imap] = document["backends"]
        expect_equal(list(imap), ["name", "title", "schemes", "capabilities"])
        expect_equal([imap["name"], imap["title"], imap["schemes"]], ["imap", "IMAP", ["imap", "imaps"]])
        expect_equal(list(imap["capabilities"]), CAPABILITY_ROWS)
        for cell in imap["capabilities"].values():
            check_cell(cell, False)
        table = {row: cell["support"] for row, cell in imap["capabilities"].items()}
        expect_equal([table[row] for row in CAPABILITY_ROWS[:6]], ["yes", "yes", "yes", "no", "no", "yes"])


@case("capabilities as a table")
def _():
    lines = taube("capabilities").good().out.splitlines()
    expect_equal(lines[0].split(), ["IMAP"])
    expect_equal(re.split("  +", lines[1]), ["Mail retrieval", "yes"])
    expect_equal(re.split("  +", lines[4]), ["Contacts synchronised", "no"])
    expect_equal(taube("capabilities", "imap").good().out.splitlines(), lines)


@case("capabilities of a live server as JSON: a condition is resolved, with evidence")
def _():
    document = taube("capabilities", server.uri(), "--format=json").json()
    expect_equal(list(document), ["account", "backend", "server", "capabilities"])
    expect_equal(list(document["server"]), ["name", "extensions"])
    expect("IDLE" in document["server"]["extensions"], document["server"])
    expect_equal(document["backend"], "imap")
    expect_equal(list(document["capabilities"]), CAPABILITY_ROWS)
    for cell in document["capabilities"].values():
        check_cell(cell, True)
        expect(cell["support"] != "conditional", cell)
        expect(cell["evidence"] or cell["reason"], cell)
    push = document["capabilities"]["push"]
    expect_equal([push["support"], push["evidence"]], ["yes", "CAPABILITY NOTIFY IDLE"])
    expect_equal(push["levels"]["protocol"]["support"], "conditional")
    expect_equal(document["capabilities"]["contacts-sync"]["evidence"], None)
    taube("folders", document["account"]).good()


@case("capabilities of a live server as a table: a no shows its reason")
def _():
    out = taube("capabilities", server.uri()).good().out
    expect("Server: Dovecot" in out, out)
    rows = [re.split("  +", line) for line in out.splitlines()]
    expect(["News without asking", "yes / no", "yes / no", "yes", "CAPABILITY NOTIFY IDLE"] in rows, out)
    expect(["Contacts synchronised", "no", "no", "no", "IMAP knows only mail"] in rows, out)


@case("folders as JSON: one object a line, the inbox first, names decoded, counts")
def _():
    folders = taube("folders", server.uri(), "--format=json").lines()
    for folder in folders:
        expect_equal(list(folder), ["uri", "path", "role", "content", "total", "unread", "namespace", "owner",
                                      "subscribed"])
    expect_equal([folders[0]["path"], folders[0]["role"], folders[0]["content"]], ["INBOX", "inbox", "mail"])
    expect_equal([folders[0]["total"], folders[0]["unread"]], [5, 3])
    found = {folder["path"]: folder for folder in folders}
    for name in FOLDERS.values():
        expect(as_path(name) in found, name, found.keys())
    expect_equal(found["Sent"]["role"], "sent")
    paths = [folder["path"] for folder in folders]
    expect_equal(paths.index("Top/inner"), paths.index("Top") + 1, paths)


@case("folders as a table")
def _():
    lines = taube("folders", server.uri()).good().out.splitlines()
    expect_equal(lines[0].split(), ["folder", "role", "total", "unread"])
    expect_equal(lines[1].split(), ["INBOX", "inbox", "5", "3"])
    expect(any(line.startswith("Grüße ") for line in lines), lines)


@case("list as JSON: newest first, RFC 3339 dates, flags")
def _():
    messages = taube("list", server.uri("INBOX"), "--format=json").lines()
    for message in messages:
        expect_equal(list(message),
                     ["uri", "id", "flags", "size", "date", "subject", "from", "to", "message_id"])
        expect(RFC3339.fullmatch(message["date"]), message)
    expect_equal([m["subject"] for m in messages], [f"number {n}" for n in (5, 4, 3, 2, 1)])
    expect_equal(messages[0]["date"], "2026-11-02T10:11:12+01:00")
    expect_equal(messages[0]["from"], "Jürgen <j@example.org>")
    expect_equal(messages[0]["to"], "alice@example.org")
    expect_equal(messages[0]["message_id"], "<5@example.org>")
    expect("seen" in messages[4]["flags"] and "$Label1" in messages[3]["flags"], messages)


@case("list takes the newest N, and N must be a number above 0")
def _():
    for limit, wanted in ((1, [5]), (2, [5, 4]), (5, [5, 4, 3, 2, 1]), (1000, [5, 4, 3, 2, 1])):
        found = taube("list", server.uri("INBOX"), f"--limit={limit}", "--format=json").lines()
        expect_equal([m["subject"] for m in found], [f"number {n}" for n in wanted])
    expect_equal(len(taube("list", "-n", 2, server.uri("INBOX"), "--format=json").lines()), 2)
    for limit in ("0", "-1", "x", "", "99999999999999999999"):
        taube("list", server.uri("INBOX"), f"--limit={limit}").bad(2, "--limit")


@case("list --with shows what else the server tells, and only that")
def _():
    everything = "--with=preview,saved,ids,labels"
    [line] = taube("list", server.uri("INBOX"), "--limit=1", everything, "--format=json").lines()
    expect(line["preview"].startswith("Text 5."), line)
    expect(RFC3339.fullmatch(line["saved"]), line)
    expect("labels" not in line and "email_id" not in line, line)
    [heading, row] = taube("list", server.uri("INBOX"), "--limit=1", everything).good().out.splitlines()
    expect_equal(heading.split()[-2:], ["saved", "preview"])
    expect(row.rstrip().endswith("Text 5."), row)
    taube("list", server.uri("INBOX"), "--with=preview,colour").bad(2, "colour")


@case("list as a table; an empty folder is an empty list")
def _():
    lines = taube("list", server.uri("INBOX"), "--limit=2").good().out.splitlines()
    expect_equal(lines[0].split(), ["id", "flags", "size", "date", "from", "subject"])
    expect_equal(len(lines), 3)
    expect("2026-11-02 09:11" in lines[1] and "Jürgen <j@example.org>" in lines[1] and "number 5" in lines[1], lines)
    expect_equal(taube("list", server.uri("Drafts"), "--format=json").lines(), [])


@case("printed URIs are taken back, whatever the folder is called")
def _():
    folders = {f["path"]: f["uri"] for f in taube("folders", server.uri(), "--format=json").lines()}
    for name in FOLDERS.values():
        [message] = taube("list", folders[as_path(name)], "--format=json").lines()
        shown = taube("show", message["uri"], "--format=json").json()
        expect_equal(shown["subject"], f"number in {name}", name)
        expect_equal(shown["uri"], message["uri"])
        expect(message["uri"].isascii() and message["uri"].endswith("?tls=none"), message["uri"])


@case("a UID alone is enough; with another UIDVALIDITY it is a conflict")
def _():
    shown = taube("show", server.uri("INBOX;UID=2"), "--format=json").json()
    expect_equal(shown["subject"], "number 2")
    taube("show", server.uri("INBOX;UIDVALIDITY=7;UID=2")).bad(1, "made anew")


@case("TLS from the first byte, by STARTTLS, and with a pinned key")
def _():
    facts = server.facts
    secure = f"imaps://alice@localhost:{facts['imaps']}/"
    upgraded = f"imap://alice@localhost:{facts['imap']}/"
    for uri in (secure, upgraded):
        folders = taube("folders", uri, f"--ca-file={facts['ca-file']}", "--format=json").lines()
        expect(folders[0]["uri"].startswith(uri), folders[0])
        refused = taube("folders", uri).bad(5, "certificate", "localhost", "CN=localhost")
        pin = re.search(r"sha256:([0-9a-f]{64})", refused.err).group(1)
        taube("folders", uri, f"--pin={pin}").good()
        taube("folders", f"{uri}?pin={pin}").good()


@case("options stand before the verb or behind it")
def _():
    one = taube("--format=json", "list", server.uri("INBOX")).lines()
    expect_equal(taube("list", "--format=json", "--", server.uri("INBOX")).lines(), one)
    expect_equal(taube("list", server.uri("INBOX"), "--format", "json").lines(), one)


@case("JSON is the same in every language")
def _():
    for arguments in (["capabilities"], ["capabilities", server.uri()], ["folders", server.uri()],
                      ["list", server.uri("INBOX")], ["show", server.uri("INBOX;UID=1")]):
        german = taube(*arguments, "--format=json", env=environment(language="de_DE.UTF-8")).good()
        # Folders are sorted as the language sorts.
        expect_equal(sorted(german.out.splitlines()),
                     sorted(taube(*arguments, "--format=json").good().out.splitlines()))


def fill():
    alice = server.connect()
    alice.create(*FOLDERS)
    for encoded, name in FOLDERS.items():
        message = MESSAGE.format(n=1).replace("number 1", f"number in {name}")
        alice.append(message, encoded)
    for n in range(1, 6):
        flags = {1: "(\\Seen)", 2: "(\\Seen $Label1)"}.get(n)
        alice.append(MESSAGE.format(n=n), flags=flags)


with Dovecot() as server:
    fill()
    main()
