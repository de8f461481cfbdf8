#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Quirks are data: each field is used, and each case of doc/quirks.md has a script that a test follows."""
import re

from house import ROOT, Report

HEADER = ROOT / "backends" / "imap" / "imap-quirks.h"
TABLE = ROOT / "doc" / "quirks.md"
SCRIPTS = ROOT / "tests" / "script" / "imap"
CASES = range(1, 51)


def read_fields():
    text = HEADER.read_text(encoding="utf-8")
    body = re.sub(r"/\*.*?\*/", "", text[text.index("typedef struct"):text.index("} ImapQuirks;")], flags=re.DOTALL)
    return re.findall(r"(\w+);", body)


def unused_fields():
    sources = [path for path in (ROOT / "backends" / "imap").glob("*.c") if path.name != "imap-quirks.c"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    own = HEADER.with_suffix(".c").read_text(encoding="utf-8")
    for field in read_fields():
        if not re.search(rf"quirks(\.|->){field}\b", text) and not re.search(rf"return .*self->{field}\b", own):
            yield f"nobody reads ImapQuirks.{field}"


def read_rows():
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].isdigit():
            yield int(cells[0]), re.findall(r"`([^`]+)`", cells[4])


def missing_cases(rows):
    numbers = [number for number, _ in rows]
    for number in CASES:
        if numbers.count(number) != 1:
            yield f"case {number} stands {numbers.count(number)} times in {TABLE.name}"


def missing_scripts(rows):
    """A test names a script whole, or without its folder beside a prefix, or another script includes it; a script
    without a folder is made by the test."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "integration").glob("*.c"))
    included = {(path.parent / name).resolve() for path in SCRIPTS.glob("*/*.script")
                for name in re.findall(r"^include: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    for number, scripts in rows:
        if not scripts:
            yield f"case {number} has no script"
        for script in scripts:
            if "/" not in script:
                if f'new_for_text ("{script}"' not in text:
                    yield f"case {number}: no test makes the script {script}"
                continue
            folder, name = script.rsplit("/", 1)
            file = SCRIPTS / f"{script}.script"
            named = f'"{script}"' in text or f'"imap/{script}"' in text or file in included
            if not file.exists():
                yield f"case {number}: there is no {script}.script"
            elif not named and not (f'"{name}"' in text and f"imap/{folder}/" in text):
                yield f"case {number}: no test follows {script}.script"


def main():
    report = Report()
    rows = list(read_rows())
    report.case("each quirk is read", unused_fields())
    report.case("each case is in the table", missing_cases(rows))
    report.case("each case has a script that a test follows", missing_scripts(rows))
    report.end()


if __name__ == "__main__":
    main()
