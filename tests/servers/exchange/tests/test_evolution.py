#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""evolution-ews, as it is, works with the server: Camel reads, writes and follows the mailbox. Prints TAP."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from support import HERE, SECONDS, Running, end, plain_environment, tell_schema  # noqa: E402

PROVIDER = Path("/usr/lib/evolution-data-server/camel-providers/libcamelews.so")
TYPELIB = "girepository-1.0/Camel-1.2.typelib"
IDENTITY = "taube-ews"
SOURCE = """[Data Source]
DisplayName=Taube
Enabled=true
Parent=

[Mail Account]
BackendName=ews
NeedsInitialSetup=false

[Ews Backend]
HostUrl={url}
Email={user}
AuthMechanism=PLAIN

[Authentication]
Host=127.0.0.1
User={user}
Method=PLAIN
RememberPassword=false
"""


def make_home(folder, server):
    """A home of its own, in which the account is known; the environment that leads there."""
    sources = folder / "config" / "evolution" / "sources"
    sources.mkdir(parents=True)
    text = SOURCE.format(url=server["url"], user=server["user"])
    (sources / f"{IDENTITY}.source").write_text(text, encoding="utf-8")
    folders = {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "data", "cache")}
    return plain_environment(HOME=str(folder), XDG_RUNTIME_DIR=str(folder), **folders)


def main():
    typelibs = [folder / TYPELIB for folder in (Path("/usr/lib"), *Path("/usr/lib").glob("*-linux-gnu"))]
    if not PROVIDER.exists() or not any(one.exists() for one in typelibs) or shutil.which("dbus-run-session") is None:
        print("1..1\nok 1 evolution-ews # SKIP evolution-ews, gir1.2-camel-1.2 or dbus is not installed")
        return
    server = Running("--messages=20")
    tell_schema(server)
    with tempfile.TemporaryDirectory(prefix="taube-evolution-", ignore_cleanup_errors=True) as folder:
        run = subprocess.run(
            ["dbus-run-session", "--", sys.executable, HERE / "evolution_client.py", server["url"], server["user"],
             server["password"], IDENTITY, folder], env=make_home(Path(folder), server), capture_output=True, text=True,
            check=False, timeout=SECONDS, stdin=subprocess.DEVNULL)
    print(run.stdout, end="")
    if run.returncode != 0:
        print("".join(f"# {line}\n" for line in run.stderr.splitlines() if "dbus-daemon" not in line), end="")
    status = server.stop()
    count = len(re.findall(r"^(?:not )?ok ", run.stdout, re.MULTILINE)) + 1
    print(f"{'ok' if status == 0 else 'not ok'} {count} the server never broke the schema")
    end(count, run.returncode != 0 or status != 0)


if __name__ == "__main__":
    main()
