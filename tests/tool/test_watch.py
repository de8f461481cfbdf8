#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Watching: what another device does is told."""
import json
import select
import signal
import subprocess

from tool import GUARD, TAUBE, Dovecot, case, environment, expect, expect_equal, main, taube

MESSAGE = "From: bob@example.org\nSubject: new\n\nHello.\n"


class Watching:
    """taube watch, of which events are read one by one."""

    def __init__(self, *arguments):
        self.child = subprocess.Popen([TAUBE, "watch", *arguments], env=environment(), stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
        self.child.communicate(timeout=GUARD)

    def event(self):
        return json.loads(self.child.stdout.readline())

    def event_after(self, device, kind):
        """Adds messages until the watch is on its way and tells of one, then waits for KIND."""
        while True:
            event = self.event()
            if event["event"] == kind:
                return event


def newest_id():
    return taube("list", server.uri("INBOX"), "--limit=1", "--format=json").lines()[0]["id"]


@case("added, changed and removed messages, then the end after --count events")
def _():
    device = server.connect()
    device.append(MESSAGE)
    device.select()
    with Watching(server.uri("INBOX"), "--format=json") as watching:
        # The first look may come after the first message: add until one is told.
        added = add_until_told(device, watching)
        expect_equal(list(added), ["folder", "event", "ids"])
        expect(added["folder"].endswith("/INBOX?tls=none"), added)
        newest = newest_id()
        uid = newest.split(".")[1]
        device.command("STORE", uid, "+FLAGS", "(\\Flagged)")
        expect(newest in watching.event_after(device, "changed")["ids"])
        device.command("STORE", uid, "+FLAGS", "(\\Deleted)")
        device.expunge()
        expect(newest in watching.event_after(device, "removed")["ids"])


def add_until_told(device, watching):
    while True:
        device.append(MESSAGE)
        if select.select([watching.child.stdout], [], [], 3)[0]:
            return watching.event()
        expect(watching.child.poll() is None, "the watch has ended")


@case("--count ends it with 0")
def _():
    device = server.connect()
    with Watching(server.uri("INBOX"), "--format=json", "--count=1") as watching:
        add_until_told(device, watching)
        expect_equal(watching.child.wait(timeout=GUARD), 0)
    for count in ("0", "-1", "x"):
        taube("watch", server.uri("INBOX"), f"--count={count}").bad(2, "--count")


@case("an interrupt is how it ends: at once, quietly, with 0")
def _():
    for number in (signal.SIGINT, signal.SIGTERM):
        device = server.connect()
        with Watching(server.uri("INBOX"), "--format=json") as watching:
            add_until_told(device, watching)
            watching.child.send_signal(number)
            expect_equal(watching.child.wait(timeout=GUARD), 0)
            expect_equal(watching.child.stderr.read(), "")


@case("as lines for people")
def _():
    device = server.connect()
    with Watching(server.uri("INBOX"), "--count=1") as watching:
        while not select.select([watching.child.stdout], [], [], 3)[0]:
            device.append(MESSAGE)
        words = watching.child.stdout.readline().split()
        expect_equal(words[:2], ["INBOX", "added"])


@case("a folder that is not there")
def _():
    taube("watch", server.uri("Nowhere"), "--count=1").bad(3, "Nowhere")


with Dovecot() as server:
    main()
