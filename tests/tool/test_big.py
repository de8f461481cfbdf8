#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder of 100,000 messages is listed, and a message of 200 MB passes through in little memory."""
import hashlib
import os
import subprocess
import tempfile

from tool import TAUBE, Dovecot, case, environment, expect, expect_equal, main

MIB = 1 << 20
MANY = 100_000
SANITIZED = b"__asan_init" in TAUBE.read_bytes()  # its memory is another matter


def run(*arguments):
    """Exit code, bytes and lines on standard output, its digest, peak resident bytes."""
    child = subprocess.Popen([TAUBE, *arguments], env=environment(), stdout=subprocess.PIPE)
    size, lines, digest = 0, 0, hashlib.sha256()
    while block := child.stdout.read(MIB):
        size += len(block)
        lines += block.count(b"\n")
        digest.update(block)
    child.stdout.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    expect_equal(child.returncode, 0, arguments)
    return size, lines, digest.hexdigest(), usage.ru_maxrss * 1024


def expect_memory(peak, mib):
    print(f"# peak resident memory: {peak / MIB:.1f} MiB")
    expect(SANITIZED or peak < mib * MIB, f"{peak / MIB:.1f} MiB, not under {mib}")


@case("a folder of 100,000 messages, as JSON and as a table")
def _():
    with Dovecot(f"--messages={MANY}", "--small") as server:
        _, lines, _, peak = run("list", server.uri("INBOX"), "--format=json")
        expect_equal(lines, MANY)
        expect_memory(peak, 100)
        _, lines, _, peak = run("list", server.uri("INBOX"))
        expect_equal(lines, MANY + 1)
        expect_memory(peak, 300)


@case("a message of 200 MB, byte for byte, in under 32 MB of memory")
def _():
    with Dovecot(f"--big={200 * MIB}") as server:
        size, _, digest, peak = run("show", "--raw", server.uri("INBOX;UID=1"))
        expect(size > 200 * MIB, size)
        expect_memory(peak, 32)
        [file] = os.scandir(f"{server.facts['dir']}/mail/alice/cur")
        stored = hashlib.sha256()
        with open(file.path, "rb") as mail:
            for line in mail:
                stored.update(line[:-1] + b"\r\n")
        expect_equal(digest, stored.hexdigest())


def write_big(file):
    """200 MB of mail with bare line feeds; its digest as the server shall have it."""
    digest = hashlib.sha256()
    header = b"Subject: big\nMessage-ID: <big@example.org>\n\n"
    block = (b"x" * 75 + b"\n") * 10_000
    for part in [header] + [block] * (200 * MIB // len(block) + 1):
        file.write(part)
        digest.update(part.replace(b"\n", b"\r\n"))
    file.flush()
    return digest.hexdigest()


@case("a message of 200 MB is written, from a file and from standard input, in under 32 MB of memory")
def _():
    with Dovecot() as server, tempfile.NamedTemporaryFile() as file:
        digest = write_big(file)
        for arguments in ([file.name], []):
            file.seek(0)
            pipe = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
            with subprocess.Popen([TAUBE, "append", server.uri("INBOX"), *arguments], env=environment(),
                                  stdin=pipe.stdout, stdout=subprocess.PIPE, text=True) as child:
                pipe.stdout.close()
                uri = child.stdout.read().strip()
                _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
            pipe.terminate()
            pipe.wait()
            expect_equal(child.returncode, 0)
            expect_memory(usage.ru_maxrss * 1024, 32)
            _, _, found, peak = run("show", "--raw", uri)
            expect_memory(peak, 32)
            expect_equal(found, digest)


main()
