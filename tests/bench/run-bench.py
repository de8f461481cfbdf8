#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measure the library in instructions and bytes on a private Dovecot, and print each figure beside its bar.

usage: run-bench.py CLIENT TAUBE [--messages=N] [--many=N] [--big=MiB]

CLIENT is the built bench-client, TAUBE the built command. Instructions are counted by callgrind: the client process
alone, without the kernel, so that they do not depend on the machine's speed or load. Listing is N messages less an
empty mailbox; download is a big body less a small one, into a sink that only counts. Memory is the growth of the heap
by a list of many messages, and the peak resident memory of commands that save and write a message of 200 MiB.
"""
import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
SERVE = Path(__file__).resolve().parents[1] / "servers" / "dovecot" / "serve"
MIB = 1 << 20


def fail(text):
    sys.exit(f"run-bench: {text}")


def fast_folder():
    """Where 100,000 small files are made and removed quickly: in memory, when there is enough of it."""
    if os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > 2048 * MIB:
        return {"TMPDIR": str(SHARED_MEMORY)}
    return {}


@contextlib.contextmanager
def server(*options):
    """A private Dovecot with mail; gives the facts that it prints."""
    child = subprocess.Popen([SERVE, "--until-eof", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True, env={**os.environ, **fast_folder()})
    try:
        facts = {}
        for line in child.stdout:
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition("=")
            facts[name] = value
        if "imap" not in facts:
            fail("the server did not start")
        yield facts
    finally:
        child.stdin.close()
        child.wait()


def uri(facts, rest, compress="no"):
    return f"imap://alice@localhost:{facts['imap']}/{rest}?tls=none&compress={compress}"


def environment(facts):
    return {**os.environ, "TAUBE_PASSWORD": facts["password"]}


def run(command, facts):
    done = subprocess.run(command, env=environment(facts), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fail(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def instructions(command, facts):
    with tempfile.TemporaryDirectory(prefix="taube-bench-") as folder:
        out = Path(folder) / "callgrind.out"
        printed = run(["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={out}", *command], facts)
        total = re.search(r"^(?:summary|totals): (\d+)", out.read_text(errors="replace"), re.MULTILINE)
    return int(total.group(1)), printed


def peak_memory(command, facts):
    """Peak resident bytes of one process, and how many bytes it wrote."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, env=environment(facts), stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            fail(f"{' '.join(map(str, command))} ended with {child.returncode}")
        return usage.ru_maxrss * 1024, output.seek(0, os.SEEK_END)


def row(name, figure, unit, bar=None):
    verdict = "" if bar is None else f"  bar {bar:,g}: {'met' if figure < bar else 'MISSED'}"
    print(f"{name:<52}{figure:>14,.2f} {unit}{verdict}", flush=True)


def bench_list(client, messages):
    with server() as facts:
        empty, _ = instructions([client, "list", uri(facts, "INBOX")], facts)
    with server("--messages", str(messages)) as facts:
        full, printed = instructions([client, "list", uri(facts, "INBOX")], facts)
        compressed, _ = instructions([client, "list", uri(facts, "INBOX", "yes")], facts)
    if printed.split() != ["messages", str(messages)]:
        fail(f"the list has not {messages} messages: {printed}")
    row(f"list, {messages} messages less an empty mailbox", (full - empty) / messages, "instructions a message", 30000)
    row("the same compressed, less the same empty mailbox", (compressed - empty) / messages, "instructions a message")


def bench_download(client, mib):
    counts = []
    for size in (MIB // 4, mib * MIB):
        with server("--big", str(size)) as facts:
            count, printed = instructions([client, "fetch", uri(facts, "INBOX/;UID=1")], facts)
            counts.append((count, int(printed.split()[1])))
    (small, small_bytes), (big, big_bytes) = counts
    row(f"download of {big_bytes / MIB:.0f} MiB", (big - small) / (big_bytes - small_bytes), "instructions a byte", 1)
    with server("--big", str(mib * MIB)) as facts:
        big, _ = instructions([client, "fetch", uri(facts, "INBOX/;UID=1", "yes")], facts)
    row("the same compressed", (big - small) / (big_bytes - small_bytes), "instructions a byte")


def bench_memory(client, taube, many):
    with server("--messages", str(many), "--small") as facts:
        lines = run([client, "list-memory", uri(facts, "INBOX")], facts).splitlines()
        facts_out = dict(line.rsplit(" ", 1) for line in lines)
        if int(facts_out["messages"]) != many:
            fail(f"the list has {facts_out['messages']} messages, not {many}")
        whole, text = float(facts_out["bytes a message"]), float(facts_out["text of it"])
        row(f"list of {many} messages in memory, with strings", whole, "bytes a message", 700)
        row("the text of it, if no string were shared", text, "bytes a message")
    with server("--big", str(200 * MIB)) as facts:
        peak, written = peak_memory([taube, "show", "--raw", uri(facts, "INBOX/;UID=1")], facts)
        if written < 200 * MIB:
            fail(f"only {written} bytes came")
        row("show --raw of 200 MiB, peak resident memory", peak / MIB, "MiB", 32)


def bench_append(taube):
    """A message of short lines that all need a carriage return."""
    block = (b"x" * 75 + b"\n") * 10_000
    with server() as facts, tempfile.NamedTemporaryFile() as file:
        file.write(b"Subject: big\nMessage-ID: <big@example.org>\n\n")
        for _ in range(200 * MIB // len(block) + 1):
            file.write(block)
        file.flush()
        peak, _ = peak_memory([taube, "append", uri(facts, "INBOX"), file.name], facts)
        row("append of 200 MiB, peak resident memory", peak / MIB, "MiB", 32)
        file.truncate(16 * MIB)
        count, _ = instructions([taube, "append", uri(facts, "INBOX"), file.name], facts)
        file.truncate(MIB)
        small, _ = instructions([taube, "append", uri(facts, "INBOX"), file.name], facts)
        row("append of 16 MiB, less one of 1 MiB", (count - small) / (15 * MIB), "instructions a byte")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client")
    parser.add_argument("taube")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--many", type=int, default=100000)
    parser.add_argument("--big", type=int, default=64)
    options = parser.parse_args()
    bench_list(options.client, options.messages)
    bench_download(options.client, options.big)
    bench_memory(options.client, options.taube, options.many)
    bench_append(options.taube)


if __name__ == "__main__":
    main()
