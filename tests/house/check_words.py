#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Words that do not belong into the project: places on somebody's machine, and work left for later."""
import os
import re
from pathlib import Path

from house import ROOT, Report, relative, source_files

TEXT = (".c", ".h", ".in", ".py", ".build", ".txt", ".md", ".sh", ".yml", ".json", ".script", ".po", ".pot", ".supp")
NAMELESS = ("/", "/tmp", "/usr/src", "/build", "/nonexistent")
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
HOMES = re.compile(r"(?<![\w.])/(home|Users)/[a-z]\w*")


def machine_places():
    """Where this copy lies, and who builds it: the project must know neither."""
    places = {str(ROOT.resolve().parent), os.path.expanduser("~")}
    main = ROOT / ".git"
    if main.is_file():
        # A linked working tree names the repository it belongs to.
        places.add(str(Path(main.read_text(encoding="utf-8").split(":", 1)[1].strip()).resolve().parents[3]))
    return {place for place in places if place.startswith("/") and place not in NAMELESS}


def text_files():
    for path in source_files():
        if path.suffix in TEXT or path.name in ("dev", "run", "serve"):
            yield path


def found(pattern):
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                yield f"{relative(path)}:{number}: {line.strip()[:120]}"


def main():
    report = Report()
    places = re.compile("|".join(f"(?<![\\w.-]){re.escape(place)}(?:/|\\b)" for place in sorted(machine_places())))
    report.case("no place of this machine", found(places))
    report.case("nobody's home", found(HOMES))
    report.case("nothing left for later", found(LATER))
    report.end()


if __name__ == "__main__":
    main()
