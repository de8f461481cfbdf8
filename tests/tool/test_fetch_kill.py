#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fetch is killed after each of its steps (writes, syncs, renames, DELE, QUIT), the power is cut or not, mail arrives,
and it runs again: every message is in the store once, and none left the server before it was on the disk.

Every step is tried; in a build with sanitizers some are left out, others in each case."""
import concurrent.futures
import sys
import tempfile
from pathlib import Path

from pop3_server import BOTH_BACKENDS, Mailbox, PopServer
from power import SHIM, Disk, find_sanitizer, messages_in
from tool import TAUBE, case, environment, expect, expect_equal, main, taube

FOREIGN = b"From mda@example.org Fri Nov  6 13:03:07 2026\nSubject: foreign\n\nForeign.\n\n"
SANITIZER = find_sanitizer(TAUBE)
STEPS = 12 if SANITIZER else 10 ** 6  # in each case
BATCH = 64  # so many messages fetch stores at once, if they are small


def make_message(number, size=0):
    body = b"Coo.\r\nFrom here on\r\n.\r\n..dots\r\n>From there\r\n" + b"0123456789abcde\r\n" * (size // 17)
    head = (b"Received: from a by b; Thu, 5 Nov 2026 14:03:07 +0100\r\nDate: Thu, 5 Nov 2026 14:03:00 +0100\r\n"
            b"From: Bob <bob@example.org>\r\nSubject: letter %d\r\nMessage-ID: <%d@example.org>\r\n\r\n")
    return head % (number, number) + body


def plain(message):
    return message.replace(b"\r\n", b"\n")


class World:
    """A mailbox with mail, a store, and a disk that tells what is safe."""

    def __init__(self, kind, leave):
        self.kind, self.leave = kind, leave
        self.scratch = tempfile.TemporaryDirectory(prefix="taube-kill-")
        base = Path(self.scratch.name).resolve()
        self.root = base / "root"
        self.root.mkdir()
        self.mailbox = Mailbox(self.check_leaving)
        self.disk = None
        self.base = base
        self.server = PopServer(self.mailbox)
        self.delivered = []

    def deliver(self, number, size=0):
        message = make_message(number, size)
        self.delivered.append(message)
        self.mailbox.deliver(message)

    def check_leaving(self, message):
        """Asked by the server when a message is about to be removed for good."""
        safe = messages_in(self.kind, self.disk.synced())
        expect(safe.count(plain(message)) == 1, "it left the server before it was on the disk:", message[:200])

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *what):
        self.server.__exit__(*what)
        self.scratch.cleanup()

    def run(self, at=0, steps=None):
        """One run, until after the step AT if that is given. The server has done by the end what it was told: to a QUIT
        that was sent it listens also when nobody waits for the answer."""
        env = environment(TAUBE_BACKEND_PATH=BOTH_BACKENDS, **self.disk.environment(at, steps, SANITIZER))
        result = taube("fetch", self.server.uri(), f"--to={self.kind}:{self.root / 'mail'}", f"--leave={self.leave}",
                       "--quiet", env=env)
        self.server.finish()
        return result

    def check(self, foreign=0):
        found = messages_in(self.kind, self.disk.now())
        for message in self.delivered:
            count = found.count(plain(message))
            expect(count == 1, f"{count} times in the store:", message.split(b"\r\n")[3])
        expect_equal(found.count(FOREIGN.partition(b"\n")[2][:-1]), foreign, "the message of another")
        expect_equal(len(found), len(self.delivered) + foreign, "messages in the store")
        expect_equal(self.mailbox.complaints, [])


def prepare(world, later, many):
    """Mail waits; LATER: not for the first time; MANY: more than fetch stores at once."""
    world.disk = Disk(world.root, world.base / "shadow")
    if later:
        world.deliver(1)
        world.run().good()
    for number in range(1000, 1000 + BATCH + 6) if many else ():
        world.deliver(number)
    for number in () if many else (11, 12, 13):
        world.deliver(number, 3000)
    world.disk.settle()


def list_steps(kind, leave, later, many):
    with World(kind, leave) as world:
        prepare(world, later, many)
        world.run(steps=world.base / "steps").good()
        world.check()
        return (world.base / "steps").read_text().split()


def try_step(kind, leave, later, many, at, left):
    with World(kind, leave) as world:
        prepare(world, later, many)
        expect_equal(world.run(at=at).code, -9, "how it ended")
        if left == "synced":
            world.disk.cut(world.disk.synced())
        elif left == "torn":
            world.disk.cut(world.disk.torn())
        foreign = 0
        if kind == "mbox" and at % 2 and (world.root / "mail").exists():
            with open(world.root / "mail", "ab") as file:
                file.write(FOREIGN)
            foreign = 1
        # Without new mail nothing is written that would take along what the first run has left unsynced.
        if left != "quiet":
            world.deliver(21)
        world.run().good()
        world.check(foreign)
        expect_equal(len(world.mailbox.messages), 0 if leave == "no" else len(world.delivered), "left on the server")
        before = len(world.mailbox.retrieved)
        world.run().good()
        expect_equal(len(world.mailbox.retrieved), before, "fetched once more")


def choose(steps, salt):
    """Some of the steps, evenly, and not the same in each case. With many messages, of those that come again and again
    only the last ones."""
    numbers = list(range(1, len(steps) + 1))
    if len(steps) > BATCH * 2:
        numbers = [at for at in numbers if steps[at - 1:at + 7] != steps[at + 3:at + 11]]
    stride = max(1, -(-len(numbers) // STEPS))
    return numbers[salt % stride::stride]


def try_steps(kind, leave, later, many, left, salt):
    steps = list_steps(kind, leave, later, many)
    expect(len(steps) > 10, "there are steps", steps)
    chosen = choose(steps, salt)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = {pool.submit(try_step, kind, leave, later, many, at, left): at for at in chosen}
        for run in concurrent.futures.as_completed(runs):
            try:
                run.result()
            except AssertionError as error:
                at = runs[run]
                raise AssertionError(f"killed after step {at} of {len(steps)}, {steps[at - 1]}: {error}") from error
    print(f"# {kind}, {leave}, {left}: {len(chosen)} of {len(steps)} steps", flush=True)


def add_cases():
    salt = 0
    what = {"all": "killed", "quiet": "killed, and no mail arrives", "synced": "power cut",
            "torn": "power cut in the middle of writing"}
    for kind in ("maildir", "eml", "mbox"):
        for leave, later, many, left in (("no", False, False, "all"), ("no", False, False, "quiet"),
                                         ("no", True, False, "synced"), ("no", True, False, "torn"),
                                         ("forever", False, False, "synced"), ("until-removed", True, False, "synced"),
                                         ("no", False, True, "synced"), ("no", True, True, "torn")):
            if kind == "mbox" and leave == "until-removed" or kind == "eml" and many and later:
                continue
            salt += 1

            def play(arguments=(kind, leave, later, many, left, salt)):
                try_steps(*arguments)

            name = f"{kind}, leave={leave}, {'later' if later else 'first'} run, {what[left]}"
            case(name + (", more than is stored at once" if many else ""))(play)


if SHIM is None or SANITIZER == "":
    print("1..0 # SKIP there is no way to preload a library into this build")
    sys.exit(0)
add_cases()
main()
