#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Quirks are data: each field is used, and each case of doc/quirks.md has a script that a test follows; each case of
Exchange has tests that are there."""
import re

from house import ROOT, Report

TABLE = ROOT / "doc" / "quirks.md"
SCRIPTS = ROOT / "tests" / "script"
# protocol: the struct of its quirks, and its cases in the table
EXCHANGE = ROOT / "tests" / "servers" / "exchange" / "CASES.md"
EXCHANGE_CASES = {*map(str, (*range(60, 66), *range(68, 72))), "S16", *(f"S{n}" for n in range(21, 30)), "S31", "S32"}
PROTOCOLS = {"imap": ("ImapQuirks", range(1, 51)), "pop3": ("Pop3Quirks", range(51, 60))}


def protocol_of(case):
    return next((protocol for protocol, (_, cases) in PROTOCOLS.items() if case in cases), "pop3")


def read_fields(protocol):
    text = (ROOT / "backends" / protocol / f"{protocol}-quirks.h").read_text(encoding="utf-8")
    end = text.index(f"}} {PROTOCOLS[protocol][0]};")
    body = re.sub(r"/\*.*?\*/", "", text[text.index("typedef struct"):end], flags=re.DOTALL)
    return re.findall(r"(\w+);", body)


def unused_fields(protocol):
    name = f"{protocol}-quirks.c"
    files = list((ROOT / "backends" / protocol).glob("*.c"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name != name)
    own = (ROOT / "backends" / protocol / name).read_text(encoding="utf-8")
    for field in read_fields(protocol):
        if not re.search(rf"quirks(\.|->){field}\b", text) and not re.search(rf"return .*self->{field}\b", own):
            yield f"nobody reads {PROTOCOLS[protocol][0]}.{field}"


def read_rows():
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].isdigit():
            yield int(cells[0]), re.findall(r"`([^`]+)`", cells[4])


def missing_cases(rows):
    numbers = [number for number, _ in rows]
    for number in [number for _, cases in PROTOCOLS.values() for number in cases]:
        if numbers.count(number) != 1:
            yield f"case {number} stands {numbers.count(number)} times in {TABLE.name}"


def missing_scripts(rows):
    """A test names a script whole, or without its folder beside a prefix, or another script includes it; a script
    without a folder is made by the test."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "integration").glob("*.c"))
    included = {(path.parent / name).resolve() for path in SCRIPTS.glob("*/*/*.script")
                for name in re.findall(r"^include: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    for number, scripts in rows:
        protocol = protocol_of(number)
        if not scripts:
            yield f"case {number} has no script"
        for script in scripts:
            if "/" not in script:
                if f'new_for_text ("{script}"' not in text and f'new_for_text (\n    "{script}"' not in text:
                    yield f"case {number}: no test makes the script {script}"
                continue
            folder, name = script.rsplit("/", 1)
            file = SCRIPTS / protocol / f"{script}.script"
            named = f'"{script}"' in text or f'"{protocol}/{script}"' in text or file in included
            if not file.exists():
                yield f"case {number}: there is no {script}.script"
            elif not named and not (f'"{name}"' in text and f"{protocol}/{folder}/" in text):
                yield f"case {number}: no test follows {script}.script"


def read_exchange_rows():
    for line in EXCHANGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "case":
            yield cells[0], re.findall(r"`([^`]+)`", cells[2])


def has_test(name, sources):
    """A path that stands there whole, or its end (without a number) where its beginning stands in the same program."""
    group, _, last = name.rpartition("/")
    if any(f'"/{name}"' in text or f'"/exchange/{name}"' in text for text in sources):
        return True
    begun = [text for text in sources if f'"/exchange/{group}/' in text or f'"/{group}/' in text]
    word = last.lstrip("0123456789-")
    return any(last == "…" or f'"{word}"' in text or f'\\"{word}\\"' in text for text in begun)


def missing_exchange_tests():
    folders = [ROOT / "tests" / name for name in ("integration", "unit/exchange", "unit/oauth2")]
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.c")]
    found = set()
    for case, names in read_exchange_rows():
        found.add(case)
        if not names:
            yield f"case {case} of Exchange has no test"
        for name in names:
            if not (ROOT / name).is_file() if name.startswith("tests/") else not has_test(name, sources):
                yield f"case {case} of Exchange: there is no test {name}"
    for case in sorted(EXCHANGE_CASES - found):
        yield f"case {case} is not in {EXCHANGE.name}"


def main():
    report = Report()
    rows = list(read_rows())
    for protocol in PROTOCOLS:
        report.case(f"each quirk of {protocol} is read", unused_fields(protocol))
    report.case("each case is in the table", missing_cases(rows))
    report.case("each case has a script that a test follows", missing_scripts(rows))
    report.case("each case of Exchange has tests", missing_exchange_tests())
    report.end()


if __name__ == "__main__":
    main()
