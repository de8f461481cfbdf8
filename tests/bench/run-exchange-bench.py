#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measure the backend for Exchange on the private EWS server, and print each figure beside its bar.

usage: run-exchange-bench.py TAUBE [--big=MiB]

TAUBE is the built command. It writes a message of that size into a folder; the figure is its peak resident memory.
"""
import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SERVE = Path(__file__).resolve().parents[1] / "servers" / "exchange" / "serve"
MIB = 1 << 20
BAR = 32


def fail(text):
    sys.exit(f"run-exchange-bench: {text}")


@contextlib.contextmanager
def server():
    """The private EWS server; gives the facts that it prints. Its schema is no part of what is measured."""
    environment = {name: value for name, value in os.environ.items() if name != "TAUBE_EWS_SCHEMA_DIR"}
    with subprocess.Popen([SERVE, "--port=0", "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, env=environment) as child:
        facts = {}
        for line in child.stdout:
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition("=")
            facts[name] = value
        if "exchange-uri" not in facts:
            fail("the server did not start")
        yield facts
        child.stdin.close()


def peak_memory(command, facts):
    """The most that the command had in memory, in bytes."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          env={**os.environ, "TAUBE_PASSWORD": facts["password"]}) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        fail(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taube")
    parser.add_argument("--big", type=int, default=200)
    options = parser.parse_args()
    block = (b"x" * 75 + b"\n") * 10_000
    with server() as facts, tempfile.NamedTemporaryFile() as file:
        file.write(b"Subject: big\nMessage-ID: <big@example.org>\n\n")
        for _ in range(options.big * MIB // len(block) + 1):
            file.write(block)
        file.flush()
        base, _, query = facts["exchange-uri"].partition("?")
        uri = f"{base.rstrip('/')}/Archive?{query}"
        peak = peak_memory([options.taube, "append", "--timeout=300", uri, file.name], facts) / MIB
    print(f"append of {options.big} MiB over Exchange, peak resident memory: {peak:.1f} MiB (bar {BAR})")
    if peak > BAR:
        fail("over the bar")


if __name__ == "__main__":
    main()
