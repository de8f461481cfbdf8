#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The entry ./dev: its verbs explain themselves, and the last line of its tests counts every case truly."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from house import ROOT, Report

VERBS = ["setup", "build", "demo", "test", "bench", "fuzz", "format", "lint"]

# name, log of Meson, its exit status, CI; the last line and exit status that are wanted.
LOGS = [
    ("all good", [("a", "OK", "1..2\nok 1 /x\nok 2 /y\n")], 0, False, "2 passed, 0 failed", 0),
    ("one bad case", [("a", "FAIL", "1..2\nok 1 /x\nnot ok 2 /y\n")], 1, False, "1 passed, 1 failed", 1),
    ("a crash after good cases", [("a", "ERROR", "1..2\nok 1 /x\n")], 1, False, "1 passed, 1 failed", 1),
    ("a crash before the first case", [("a", "ERROR", "")], 1, False, "0 passed, 1 failed", 1),
    ("a time-out", [("a", "TIMEOUT", "ok 1 /x\n"), ("b", "OK", "ok 1 /z\n")], 1, False, "2 passed, 1 failed", 1),
    ("no TAP at all", [("a", "OK", "hello\n")], 0, False, "1 passed, 0 failed", 0),
    ("a skipped case", [("a", "OK", "ok 1 /x # SKIP slow\nok 2 /y\n")], 0, False, "1 passed, 0 failed, 1 skipped", 0),
    ("a missing server", [("a", "OK", "ok 1 /x # SKIP missing: Dovecot\n")], 0, False,
     "0 passed, 0 failed, 1 skipped", 0),
    ("a missing server under CI", [("a", "OK", "ok 1 /x # SKIP missing: Dovecot\n")], 0, True, "0 passed, 1 failed", 1),
    ("words that look like results", [("a", "OK", "# ok 3\nokay\n  ok 4\nok 1 /x\n")], 0, False,
     "1 passed, 0 failed", 0),
    ("nothing ran", [], 0, False, "0 passed, 0 failed", 1),
    ("nothing ran, for a reason", [], 1, False, "0 passed, 1 failed", 1),
]


def check_count(tests, meson_status, ci, wanted_line, wanted_status):
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    if ci:
        environment["CI"] = "true"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "testlog.json"
        entries = [{"name": f"taube:x / {name}", "result": result, "stdout": out} for name, result, out in tests]
        log.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
        run = subprocess.run([sys.executable, ROOT / "tools/dev/count_tests.py", log, str(meson_status)],
                             capture_output=True, text=True, check=False, env=environment)
    last = run.stdout.splitlines()[-1] if run.stdout else run.stderr
    if (last, run.returncode) != (wanted_line, wanted_status):
        yield f"wanted \"{wanted_line}\" and {wanted_status}, got \"{last}\" and {run.returncode}"


def run_dev(*arguments):
    return subprocess.run([ROOT / "dev", *arguments], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)


def check_help(*arguments):
    run = run_dev(*arguments)
    if run.returncode != 0 or not run.stdout.startswith("usage: ./dev"):
        yield f"{arguments}: {run.returncode}\n{run.stdout}{run.stderr}"


def check_wrong_usage(*arguments):
    run = run_dev(*arguments)
    if run.returncode != 2 or run.stdout:
        yield f"{arguments}: {run.returncode}\n{run.stdout}{run.stderr}"


def main():
    report = Report()
    for name, *rest in LOGS:
        report.case(f"count: {name}", check_count(*rest))
    report.case("--help", check_help("--help"))
    for verb in VERBS:
        report.case(f"{verb} --help", check_help(verb, "--help"))
    report.case("unknown verb", check_wrong_usage("fly"))
    report.end()


if __name__ == "__main__":
    main()
