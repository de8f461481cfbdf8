#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count single test cases in Meson's log; the last line printed is "N passed, N failed".

usage: count_tests.py TESTLOG.JSON MESON-EXIT-STATUS
"""
import json
import os
import re
import sys
from pathlib import Path

# A test point of TAP: whether it failed, its name, a directive, the directive's reason.
CASE = re.compile(
    r"^(not )?ok\b[ \t]*\d*[ \t]*(?:- )?([^#\n]*)(?:#[ \t]*(skip|todo)\b[ \t]*(.*))?", re.MULTILINE | re.IGNORECASE
)
GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


def cases_of(test):
    """(name, outcome) of each case in one test program; outcome is "passed", "failed" or "skipped"."""
    program = test["name"].split(" / ")[-1]
    found = []
    for bad, name, directive, reason in CASE.findall(test.get("stdout") or ""):
        directive = directive.lower()
        outcome = "passed"
        if directive == "skip":
            outcome = "failed" if os.environ.get("CI") and reason.startswith("missing") else "skipped"
        elif bad and directive != "todo":
            outcome = "failed"
        found.append((f"{program} {name.strip()}", outcome))
    if test["result"] == "SKIP" and not found:
        return [(program, "skipped")]
    if not found:
        return [(program, "passed" if test["result"] in GOOD else "failed")]
    if test["result"] not in GOOD and not any(outcome == "failed" for _, outcome in found):
        # It crashed or hung after its last case.
        found.append((f"{program} ({test['result'].lower()} after {found[-1][0].split(' ', 1)[-1]})", "failed"))
    return found


def main(log, status):
    lines = Path(log).read_text(encoding="utf-8").splitlines() if Path(log).exists() else []
    cases = [case for line in lines for case in cases_of(json.loads(line))]
    counts = {outcome: sum(1 for _, o in cases if o == outcome) for outcome in ("passed", "failed", "skipped")}
    if int(status) != 0 and counts["failed"] == 0:
        cases.append(("meson test", "failed"))
        counts["failed"] = 1
    for name, outcome in cases:
        if outcome != "passed":
            print(f"{outcome}: {name}")
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] or not cases else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
