# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the house tests share: where things are, how a result is told (TAP, or short for ./dev lint)."""
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ.get("TAUBE_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("TAUBE_BUILDDIR") or ROOT / "_build" / "default")
PUBLIC = ROOT / "include" / "taube"
SDK = ROOT / "include" / "taube-backend"


class Report:
    """One test case a name, told as TAP; with --brief only what is wrong."""

    def __init__(self):
        self.brief = "--brief" in sys.argv
        self.count = 0
        self.failed = 0

    def case(self, name, complaints):
        """COMPLAINTS is what is wrong: none, and the case has passed."""
        complaints = list(complaints)
        self.count += 1
        self.failed += bool(complaints)
        if self.brief:
            print("".join(f"{complaint}\n" for complaint in complaints), end="")
            return
        print(f"{'not ok' if complaints else 'ok'} {self.count} {name}")
        for complaint in complaints:
            print("\n".join(f"# {line}" for line in str(complaint).splitlines()))

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {reason}")

    def end(self):
        if not self.brief:
            print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def source_files(*suffixes):
    """Files of the project with these suffixes, without what a build or a version control system made."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if not f.startswith((".git", "_", "__")))
        found += [Path(folder) / name for name in sorted(names) if not suffixes or f"/{name}".endswith(suffixes)]
    return found


def relative(path):
    return Path(path).relative_to(ROOT).as_posix()


def without_comments(text, keep_strings=False):
    """C text with comments (and the insides of strings) blanked out, every line where it was."""
    def blank(match):
        token = match.group()
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else token[0] + " " * (len(token) - 2) + token[-1]

    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.DOTALL)


def declared_functions(header):
    """Names declared with TAUBE_API in a header; data too."""
    text = without_comments(Path(header).read_text(encoding="utf-8"))
    return re.findall(r"^\s*TAUBE_API\b[^;{(]*?\b(_?taube_\w+)\s*[(;\[]", text, re.MULTILINE)


def public_headers():
    """What applications include, the generated ones too."""
    generated = BUILD / "include" / "taube"
    return sorted(PUBLIC.glob("*.h")) + sorted(generated.glob("*.h"))


def compiler_flags(*packages):
    output = subprocess.run(["pkg-config", "--cflags", *packages], capture_output=True, text=True, check=True).stdout
    return output.split()
