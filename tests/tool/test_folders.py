#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders as a whole: mkdir, rename, rmdir, subscribe, acl and quota on a real server."""
from tool import Dovecot, case, expect, expect_equal, main, taube


def folders(user="alice"):
    return {row["path"]: row for row in taube("folders", server.uri(user=user), "--format=json").lines()}


@case("mkdir prints the folder's URI, and makes those above it")
def _():
    expect_equal(taube("mkdir", server.uri("Top/Inner")).good().out, server.uri("Top/Inner") + "\n")
    expect("Top/Inner" in folders())
    [row] = taube("mkdir", server.uri("Gel%C3%B6scht"), "--role=trash", "--format=json").lines()
    expect_equal([row["path"], row["role"]], ["Gelöscht", "trash"])


@case("mkdir says what cannot be")
def _():
    expect_equal(taube("mkdir", server.uri("Top/Inner")).code, 1)
    expect_equal(taube("mkdir", server.uri("New"), "--role=inbox").code, 2)
    expect_equal(taube("mkdir", server.uri("New"), "--role=nothing").code, 2)
    expect_equal(taube("mkdir", server.uri("New"), "--role=flagged").code, 6)
    expect_equal(taube("mkdir", server.uri()).code, 2)
    expect("New" not in folders())


@case("rename by word, by path and by URI; what is below moves along")
def _():
    taube("mkdir", server.uri("One/Child")).good()
    expect_equal(taube("rename", server.uri("One"), "Two").good().out, server.uri("Two") + "\n")
    expect("Two/Child" in folders())
    expect_equal(taube("rename", server.uri("Two/Child"), "Three").good().out, server.uri("Two/Three") + "\n")
    taube("rename", server.uri("Two/Three"), "Four/Five").good()
    expect("Four/Five" in folders())
    taube("rename", server.uri("Four/Five"), server.uri("Six")).good()
    expect("Six" in folders())
    expect_equal(taube("rename", server.uri("Six"), server.uri("Six", user="bob")).code, 2)
    expect_equal(taube("rename", server.uri("Nowhere"), "Somewhere").code, 3)
    expect_equal(taube("rename", server.uri("INBOX"), "Somewhere").code, 2)


@case("rmdir deletes, and spares the inbox")
def _():
    taube("mkdir", server.uri("Short-lived")).good()
    expect_equal(taube("rmdir", server.uri("Short-lived")).good().out, "")
    expect("Short-lived" not in folders())
    expect_equal(taube("rmdir", server.uri("Short-lived")).code, 3)
    expect_equal(taube("rmdir", server.uri("INBOX")).code, 2)


@case("subscribe and unsubscribe")
def _():
    taube("mkdir", server.uri("Seen")).good()
    expect_equal(folders()["Seen"]["subscribed"], False)
    taube("subscribe", server.uri("Seen")).good()
    expect_equal(folders()["Seen"]["subscribed"], True)
    taube("unsubscribe", server.uri("Seen")).good()
    expect_equal(folders()["Seen"]["subscribed"], False)


def rights(folder):
    return {row["identifier"]: row for row in taube("acl", server.uri(folder), "--format=json").lines()}


@case("acl shows, gives and takes rights, and the other person sees the folder")
def _():
    taube("mkdir", server.uri("Ours")).good()
    expect_equal(taube("acl", server.uri("Ours"), "bob", "lr").good().out, "")
    expect_equal(rights("Ours")["bob"]["rights"], ["lookup", "read"])
    taube("acl", server.uri("Ours"), "bob", "+w", "carol", "lrs").good()
    expect_equal(rights("Ours")["bob"]["rights"], ["lookup", "read", "write"])
    taube("acl", server.uri("Ours"), "bob", "-w").good()
    expect_equal(rights("Ours")["bob"]["rights"], ["lookup", "read"])
    shared = [row for row in folders("bob").values() if row["namespace"] == "other-users" and "Ours" in row["path"]]
    expect_equal([row["owner"] for row in shared], ["alice"])
    taube("acl", server.uri("Ours"), "bob", "none").good()
    expect("bob" not in rights("Ours"))
    table = taube("acl", server.uri("Ours")).good().out.splitlines()
    expect_equal(table[0].split(), ["who", "letters", "rights"])
    expect(any(line.split()[:2] == ["carol", "lrs"] for line in table), table)
    expect(len(taube("acl", server.uri("Ours"), "bob", "--format=json").lines()) > 5)
    expect_equal(taube("acl", server.uri("Ours"), "bob", "L?").code, 2)


@case("quota of the mailbox and of a folder")
def _():
    for rest in ("", "INBOX"):
        [row] = taube("quota", server.uri(rest), "--format=json").lines()
        expect_equal([row["resource"], row["unit"], row["limit"]], ["STORAGE", "byte", 2 << 30])
    table = taube("quota", server.uri()).good().out.splitlines()
    expect_equal(table[0].split(), ["root", "resource", "used", "limit"])
    expect("2.0 GiB" in table[1].replace("\u00a0", " "), table)


with Dovecot() as server:
    main()
