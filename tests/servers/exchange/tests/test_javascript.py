#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ews-javascript-api, a port of Microsoft's own client library, works with the server as it is. Prints TAP."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import mirror  # noqa: E402
from support import HERE, SECONDS, Running, end, tell_schema  # noqa: E402


# The client writes texts into its XML as they are: with & or < in them the server gets no XML.
WRITTEN = {"subject": "Über Brücken – 橋", "categories": ["Grün", "Red Category"]}


def skip(reason):
    """Nothing can be tested."""
    print(f"1..1\nok 1 ews-javascript-api # SKIP {reason}")
    sys.exit(0)


def install(folder):
    """The client with exactly what the lock file names; none of it runs a script of its own."""
    for name in ("package.json", "package-lock.json", "client.js"):
        shutil.copy(HERE / "javascript" / name, folder)
    run = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True,
                         text=True, check=False, timeout=SECONDS * 4, stdin=subprocess.DEVNULL)
    if run.returncode != 0:
        skip("it cannot be installed: " + run.stderr.strip().partition("\n")[0])


def write_for(taube, folder):
    """Let Taube write a message; a file that says what is in it."""
    taube.append("Junk Email", mirror.letter("Von Taube"), "seen", *(f"keyword:{one}" for one in mirror.CATEGORIES))
    specimen = mirror.specimen() | {"written": WRITTEN}
    (folder / "specimen.json").write_text(json.dumps(specimen), encoding="utf-8")
    return str(folder / "specimen.json")


def read_from(taube):
    """Taube reads what the client wrote."""
    taube.check("Junk Email", WRITTEN["subject"], flags={"seen", "draft", *WRITTEN["categories"]}, is_dated=False)


def main():
    if shutil.which("npm") is None or shutil.which("node") is None:
        skip("node and npm are not installed")
    with tempfile.TemporaryDirectory(prefix="taube-javascript-") as folder:
        install(Path(folder))
        server = Running("--messages=20")
        tell_schema(server)
        words = ["node", "client.js", server["url"], server["user"], server["password"]]
        taube = mirror.Mirror(*words[2:]) if mirror.Mirror.is_built() else None
        if taube is not None:
            words.append(write_for(taube, Path(folder)))
        run = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS,
                             stdin=subprocess.DEVNULL)
        print(run.stdout, end="")
        print("".join(f"# {line}\n" for line in run.stderr.splitlines()), end="")
        count = len(re.findall(r"^(?:not )?ok ", run.stdout, re.MULTILINE)) + 1
        if taube is not None and run.returncode == 0:
            read_from(taube)
            print(f"ok {count} Taube reads what it wrote")
            count += 1
        status = server.stop()
    print(f"{'ok' if status == 0 else 'not ok'} {count} the server never broke the schema")
    end(count, run.returncode != 0 or status != 0)


if __name__ == "__main__":
    main()
