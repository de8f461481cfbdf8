#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An installed copy is complete: the examples of the documents compile against it by pkg-config alone, and run."""
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


# The documents with a whole program, and what it is given behind the URI; what it must print, run after run.
EXAMPLES = {
    "README.md": ([], [lambda text: len(text.splitlines()) == 5]),
    "doc/synchronising.md": (["token"], [f"{n} added, 0 changed, 0 removed\n".__eq__ for n in (5, 0)]),
}

# Those whose program is only compiled: it needs somebody who agrees.
COMPILED = ["doc/sign-in.md"]


def example(document):
    blocks = re.findall(r"^```c\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if "main (" in block)


def program_of(folder, document):
    return folder / Path(document).stem.lower()


def compile_example(folder, packages, document):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "taube-1"], capture_output=True, text=True, check=True,
                           env=dict(os.environ, PKG_CONFIG_PATH=str(packages))).stdout.split()
    source = program_of(folder, document).with_suffix(".c")
    source.write_text(example(document), encoding="utf-8")
    _, complaints = run("cc", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-o",
                        program_of(folder, document), source, *flags)
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


def run_example(folder, packages, document):
    server, facts = start_server()
    arguments, expected = EXAMPLES[document]
    try:
        backends = packages.parent / "taube-1" / "backends"
        environment = dict(os.environ, LD_LIBRARY_PATH=str(packages.parent), TAUBE_BACKEND_PATH=str(backends),
                           TAUBE_PASSWORD=facts["password"], G_DEBUG="fatal-warnings")
        for is_good in expected:
            result, complaints = run(program_of(folder, document), facts["imap-uri"],
                                     *[folder / name for name in arguments], env=environment)
            if complaints:
                return complaints
            if not is_good(result.stdout):
                return [f"not what was expected:\n{result.stdout}"]
        return []
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
        for document in COMPILED:
            report.case(f"the example of {document} compiles", compile_example(folder, packages, document))
        for document in EXAMPLES:
            report.case(f"the example of {document} compiles",
                        complaints := compile_example(folder, packages, document))
            if complaints:
                continue
            if shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") is None:
                report.skip(f"the example of {document} runs", "missing: Dovecot is not installed")
            else:
                report.case(f"the example of {document} runs", run_example(folder, packages, document))
    report.end()


if __name__ == "__main__":
    main()
