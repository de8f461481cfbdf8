#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An installed copy is complete: README's example compiles against it by pkg-config alone, and reads a mailbox."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from house import BUILD, ROOT, Report

SERVE = ROOT / "tests" / "servers" / "dovecot" / "serve"


def run(*command, **options):
    """What is wrong with the command's end; the output is kept for the report."""
    words = [str(part) for part in command]
    result = subprocess.run(words, capture_output=True, text=True, check=False, timeout=170, **options)
    return result, [] if result.returncode == 0 else [f"{command[0]} ended with {result.returncode}", result.stderr]


def install(stage):
    """Install into STAGE and make the pkg-config files tell where that is."""
    _, complaints = run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", stage)
    if complaints:
        return None, complaints
    found = list(stage.rglob("taube-1.pc"))
    if len(found) != 1:
        return None, ["taube-1.pc was not installed"]
    folder = found[0].parent
    for file in folder.glob("*.pc"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"^prefix=", f"prefix={stage}", text, flags=re.MULTILINE), encoding="utf-8")
    return folder, []


def missing_files(stage):
    wanted = ["include/taube-1/taube/taube.h", "include/taube-1/taube/taube-version.h", "bin/taube",
              "include/taube-1/taube-backend/taube-backend-module.h"]
    names = [path.as_posix() for path in stage.rglob("*") if not path.is_dir()]
    for name in [*wanted, "taube-1/backends/imap.so", "taube-1/backends/imap.backend", "libtaube-1.so"]:
        if not any(path.endswith("/" + name) for path in names):
            yield f"{name} is not installed"


def example():
    blocks = re.findall(r"^```c\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if "main (" in block)


def compile_example(folder, packages):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "taube-1"], capture_output=True, text=True, check=True,
                           env=dict(os.environ, PKG_CONFIG_PATH=str(packages))).stdout.split()
    source = folder / "subjects.c"
    source.write_text(example(), encoding="utf-8")
    _, complaints = run("cc", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-o", folder / "subjects", source,
                        *flags)
    return complaints


def start_server():
    server = subprocess.Popen([SERVE, "--until-eof", "--messages=5"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    facts = {}
    for line in server.stdout:
        if line == "\n":
            return server, facts
        name, _, value = line.rstrip("\n").partition("=")
        facts[name] = value
    raise RuntimeError("the private mail server did not start")


def run_example(folder, packages):
    server, facts = start_server()
    try:
        backends = packages.parent / "taube-1" / "backends"
        environment = dict(os.environ, LD_LIBRARY_PATH=str(packages.parent), TAUBE_BACKEND_PATH=str(backends),
                           TAUBE_PASSWORD=facts["password"], G_DEBUG="fatal-warnings")
        result, complaints = run(folder / "subjects", facts["imap-uri"], env=environment)
        if not complaints and len(result.stdout.splitlines()) != 5:
            complaints = [f"expected five subjects, got:\n{result.stdout}"]
        return complaints
    finally:
        server.stdin.close()
        server.wait()


def main():
    report = Report()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        packages, complaints = install(folder / "stage")
        report.case("installs", complaints or missing_files(folder / "stage"))
        if packages is None:
            report.end()
        report.case("README's example compiles", complaints := compile_example(folder, packages))
        if complaints:
            report.end()
        if shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") is None:
            report.skip("README's example runs", "missing: Dovecot is not installed")
        else:
            report.case("README's example runs", run_example(folder, packages))
    report.end()


if __name__ == "__main__":
    main()
