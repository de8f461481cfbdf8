#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A backend that is no part of the project: built out of tree against an installed copy, which then loads it.

It keeps the SDK honest: what a header needs and does not install, what pkg-config forgets, and what is only true of
IMAP shows here.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "house"))

from house import BUILD, ROOT, Report  # noqa: E402

SECONDS = 240
ACCOUNT = "carrier://ada@coop.example"
IDS = ["7.4711", "Brief 2 ä?&", "Brief/1;a"]


def run(*command, **options):
    options.setdefault("timeout", SECONDS)
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, encoding="utf-8",
                          stdin=subprocess.DEVNULL, check=False, **options)


def must(*command, **options):
    result = run(*command, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(str(part) for part in command)}\n{result.stdout}{result.stderr}")
    return result.stdout


def build_option(name):
    options = json.loads(must("meson", "introspect", "--buildoptions", BUILD))
    return next(option["value"] for option in options if option["name"] == name)


class Copy:
    """An installed copy of the library, and beside it the foreign project's build folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        must("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", self.folder / "dest")
        self.prefix = Path(f"{self.folder}/dest{build_option('prefix')}")
        self.libdir = self.prefix / build_option("libdir")
        self.build = self.folder / "carrier"
        # Where the files lie is not what they were made for: pkg-config is told, as a packager would do it.
        for file in (self.libdir / "pkgconfig").glob("*.pc"):
            file.write_text(re.sub("^prefix=.*", f"prefix={self.prefix}", file.read_text(), flags=re.MULTILINE))
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("TAUBE_")}
        self.env |= {"PKG_CONFIG_PATH": str(self.libdir / "pkgconfig"), "LD_LIBRARY_PATH": str(self.libdir),
                     "TAUBE_BACKEND_PATH": str(self.build), "LC_ALL": "C.UTF-8", "MALLOC_CHECK_": "2"}
        self.env.pop("G_DEBUG", None)

    def make_carrier(self):
        if not (self.build / "build.ninja").exists():
            must("meson", "setup", self.build, ROOT / "tests" / "foreign", f"-Db_sanitize={build_option('b_sanitize')}",
                 "-Db_lundef=false", "-Dwerror=true", env=self.env)
        must("ninja", "-C", self.build, env=self.env)

    def taube(self, *arguments, path=None):
        env = self.env | ({"TAUBE_BACKEND_PATH": str(path)} if path else {})
        return run(self.prefix / "bin" / "taube", *arguments, env=env)

    def compiles(self, header):
        flags = must("pkg-config", "--cflags", "taube-backend-1", env=self.env).split()
        source = self.folder / "header.c"
        source.write_text(f"#include <{header}>\n")
        return run("cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *flags, source)

    def wrong_abi(self, pattern, text, file):
        """A copy of the module made for another ABI."""
        folder = self.folder / f"abi-{file}"
        shutil.copytree(self.build, folder, ignore=shutil.ignore_patterns("*.p", "meson-*"))
        target = folder / file
        target.write_text(re.sub(pattern, text, target.read_text()))
        return folder


def lines(result):
    """What is wrong when a command did not end well."""
    return [] if result.returncode == 0 else [f"exit {result.returncode}: {result.stderr}"]


def one_clear_line(result, code, *words):
    """What is wrong when a command did not fail as it should: one line of errors, that exit code, those words."""
    complaints = []
    if result.returncode != code:
        complaints.append(f"exit {result.returncode} and not {code}")
    if result.stderr.count("\n") != 1 or result.stdout:
        complaints.append(f"not one line: {result.stdout!r} {result.stderr!r}")
    return complaints + [f"{word!r} is missing: {result.stderr}" for word in words if word not in result.stderr]


def differs(what, found, wanted):
    return [] if found == wanted else [f"{what}: {found!r} and not {wanted!r}"]


def check_headers(copy, report):
    include = copy.prefix / "include" / "taube-1"
    for header in sorted(include.glob("*/*.h")):
        name = header.relative_to(include).as_posix()
        result = copy.compiles(name)
        report.case(f"header {name} compiles with what pkg-config says", lines(result))


def check_table(copy, report):
    result = copy.taube("capabilities", "carrier", "--format=json")
    complaints = lines(result)
    if not complaints:
        cells = json.loads(result.stdout)["backends"][0]["capabilities"]
        wanted = {"retrieval": "yes", "contacts-sync": "yes", "calendar-sync": "no", "push": "conditional"}
        complaints += differs("cells", {row: cells[row]["support"] for row in wanted}, wanted)
        complaints += differs("rows", len(cells), 20)
    report.case("capabilities of the module", complaints)
    result = copy.taube("capabilities", f"{ACCOUNT}/", "--format=json")
    complaints = lines(result)
    if not complaints:
        cells = json.loads(result.stdout)["capabilities"]
        complaints += differs("push", (cells["push"]["support"], cells["push"]["level"]), ("yes", "live"))
        complaints += [f"{row} is conditional" for row, cell in cells.items() if cell["support"] == "conditional"]
    report.case("capabilities of an account", complaints)


def check_folders(copy, report):
    result = copy.taube("folders", f"{ACCOUNT}/", "--format=json")
    complaints = lines(result)
    if not complaints:
        found = [json.loads(line) for line in result.stdout.splitlines()]
        complaints += differs("folders", [(f["path"], f["content"], f["total"]) for f in found],
                              [("Letters", "mail", 3), ("Contacts", "contacts", 2)])
    report.case("folders", complaints)


def check_messages(copy, report):
    result = copy.taube("list", f"{ACCOUNT}/Letters", "--format=json")
    complaints = lines(result)
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    report.case("list", complaints + differs("ids", [m["id"] for m in messages], IDS))
    for message in messages:
        shown = copy.taube("show", message["uri"], "--raw")
        wanted = f"Subject: {message['subject']}\n"
        complaints = lines(shown) + ([] if wanted in shown.stdout else [f"{wanted!r} is missing: {shown.stdout!r}"])
        report.case(f"id {message['id']!r} goes through its URI and back", complaints)
    shown = copy.taube("show", messages[1]["uri"])
    report.case("show", lines(shown) + ([] if "Schönes Wetter." in shown.stdout else [shown.stdout]))
    report.case("missing letter", one_clear_line(copy.taube("show", f"{ACCOUNT}/Letters;ID=none"), 3, "none"))
    report.case("missing box", one_clear_line(copy.taube("list", f"{ACCOUNT}/Attic"), 3, "Attic"))


def check_contacts(copy, report):
    reader = run(copy.build / "reader", f"{ACCOUNT}/", env=copy.env)
    report.case("contacts are listed by an application",
                differs("contacts", sorted(reader.stdout.splitlines()), ["Contacts\tada@", "Contacts\tb/o;b"]))
    complaints = differs("exit code", reader.returncode, 6)
    complaints += [word for word in ("calendar-sync", "pigeons keep no calendar") if word not in reader.stderr]
    report.case("calendar is not supported, and the module's reason is told", complaints)
    report.case("a list of contacts is not one of mail",
                one_clear_line(copy.taube("list", f"{ACCOUNT}/Contacts"), 6, "Contacts"))


def check_watch(copy, report):
    """Nothing changes: the watch waits until it is told to stop, and that is a good end."""
    with subprocess.Popen([copy.prefix / "bin" / "taube", "watch", f"{ACCOUNT}/Letters"], env=copy.env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
        try:
            watch.communicate(timeout=1)
            complaints = [f"it ended by itself: {watch.returncode}"]
        except subprocess.TimeoutExpired:
            watch.terminate()
            output, errors = watch.communicate(timeout=SECONDS)
            complaints = differs("its end", (watch.returncode, output, errors), (0, "", ""))
    report.case("watch waits until it is stopped", complaints)


def check_broken(copy, report):
    folder = copy.wrong_abi("ABI=.*", "ABI=99", "carrier.backend")
    report.case("key file of another ABI",
                one_clear_line(copy.taube("list", f"{ACCOUNT}/Letters", path=folder), 6, "carrier", "99"))
    (folder / "carrier.backend").write_text((copy.build / "carrier.backend").read_text())
    (folder / "carrier.so").unlink()
    report.case("missing module",
                one_clear_line(copy.taube("list", f"{ACCOUNT}/Letters", path=folder), 6, "carrier.so", "missing"))
    (folder / "carrier.so").write_text("no module\n")
    report.case("module that does not load",
                one_clear_line(copy.taube("list", f"{ACCOUNT}/Letters", path=folder), 6, "carrier", "does not load"))
    report.case("no module at all",
                one_clear_line(copy.taube("list", f"{ACCOUNT}/Letters", path=copy.folder), 6, "carrier"))

    header = copy.prefix / "include" / "taube-1" / "taube-backend" / "taube-backend-module.h"
    header.write_text(re.sub(r"(#define TAUBE_BACKEND_ABI) \d+", r"\1 98", header.read_text()))
    copy.make_carrier()
    report.case("module built with the SDK of another ABI",
                one_clear_line(copy.taube("list", f"{ACCOUNT}/Letters"), 6, "carrier", "ABI 98"))
    installed = copy.libdir / "taube-1" / "backends"
    alone = copy.taube("capabilities", "--format=json", path=str(installed))
    usable = [backend["name"] for backend in json.loads(alone.stdout)["backends"]]
    result = copy.taube("capabilities", "--format=json", path=f"{copy.build}:{installed}")
    complaints = lines(result)
    if not complaints:
        names = [backend["name"] for backend in json.loads(result.stdout)["backends"]]
        complaints += differs("backends", names, usable)
        complaints += differs("usable backends", "imap" in usable, True)
        complaints += differs("warnings", result.stderr.count("ABI 98"), 1)
    report.case("the other backends are there all the same", complaints)


def main():
    report = Report()
    with tempfile.TemporaryDirectory(prefix="taube-foreign-") as folder:
        copy = Copy(folder)
        copy.make_carrier()
        report.case("the module builds out of tree, without a warning", [])
        for check in (check_headers, check_table, check_folders, check_messages, check_contacts, check_watch,
                      check_broken):
            check(copy, report)
    report.end()


if __name__ == "__main__":
    main()
