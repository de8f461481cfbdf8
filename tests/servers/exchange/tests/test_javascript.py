#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ews-javascript-api, a port of Microsoft's own client library, works with the server as it is. Prints TAP."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from support import HERE, SECONDS, Running, end, tell_schema  # noqa: E402


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


def main():
    if shutil.which("npm") is None or shutil.which("node") is None:
        skip("node and npm are not installed")
    with tempfile.TemporaryDirectory(prefix="taube-javascript-") as folder:
        install(Path(folder))
        server = Running("--messages=20")
        tell_schema(server)
        run = subprocess.run(["node", "client.js", server["url"], server["user"], server["password"]], cwd=folder,
                             capture_output=True, text=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL)
        print(run.stdout, end="")
        print("".join(f"# {line}\n" for line in run.stderr.splitlines()), end="")
        status = server.stop()
    count = len(re.findall(r"^(?:not )?ok ", run.stdout, re.MULTILINE)) + 1
    print(f"{'ok' if status == 0 else 'not ok'} {count} the server never broke the schema")
    end(count, run.returncode != 0 or status != 0)


if __name__ == "__main__":
    main()
