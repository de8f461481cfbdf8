# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a power cut leaves of a folder, from the shadow that power-cut.c keeps; and what mail is in a store."""
import os
import re
import shutil
from pathlib import Path

from tool import BUILD

SHIM = next((BUILD / "tests" / "tool").glob("*power-cut.so"), None)


def find_sanitizer(program):
    """The run-time library that has to come first, when the program was built with one."""
    with open(program, "rb") as file:
        match = re.search(rb"libasan\.so\.\d+", file.read())
    if match is None:
        return None
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"):
        path = Path(folder) / match.group().decode()
        if path.exists():
            return str(path)
    return ""


class Disk:
    """A folder, and what of it is really on the disk."""

    def __init__(self, root, shadow):
        self.root, self.shadow = Path(root), Path(shadow)
        self.inodes = {}
        self.settle()

    def environment(self, at=0, steps=None, sanitizer=None):
        preload = [sanitizer, str(SHIM)] if sanitizer else [str(SHIM)]
        env = {"LD_PRELOAD": " ".join(preload), "TAUBE_CUT_ROOT": str(self.root), "TAUBE_CUT_SHADOW": str(self.shadow),
               "TAUBE_CUT_AT": str(at)}
        if steps is not None:
            env["TAUBE_CUT_STEPS"] = str(steps)
        return env

    def settle(self):
        """Everything that is there now is on the disk."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        for kind in ("i", "d", "keep"):
            (self.shadow / kind).mkdir(parents=True)
        for folder, folders, names in os.walk(self.root):
            here = Path(folder)
            rows = []
            for name in folders + names:
                inode = os.lstat(here / name).st_ino
                rows.append(f"{inode} {'d' if name in folders else 'f'} {name}\0")
            (self.shadow / "d" / str(os.stat(here).st_ino)).write_text("".join(rows))
            for name in names:
                shutil.copyfile(here / name, self.shadow / "i" / str(os.lstat(here / name).st_ino))

    def synced_bytes(self, inode):
        path = self.shadow / "i" / str(inode)
        return path.read_bytes() if path.exists() else b""

    def synced(self):
        """{path: bytes, or None for a folder}: what is there if nothing has reached the disk that was not synced."""
        found = {}
        self.inodes = {}

        def walk(inode, path):
            listing = self.shadow / "d" / str(inode)
            if not listing.exists():
                return
            for row in listing.read_text().split("\0")[:-1]:
                number, kind, name = row.split(" ", 2)
                if kind == "d":
                    found[path + name] = None
                    walk(number, path + name + "/")
                else:
                    found[path + name] = self.synced_bytes(number)
                    self.inodes[path + name] = number

        walk(os.stat(self.root).st_ino, "")
        return found

    def torn(self):
        """What is there if every name has reached the disk, and of bytes that were not synced the first half: behind
        that the file has the length that it had, in zeros."""
        found = {}
        self.inodes = {}
        for folder, folders, names in os.walk(self.root):
            here = Path(folder)
            for name in folders:
                found[str((here / name).relative_to(self.root))] = None
            for name in names:
                now = (here / name).read_bytes()
                self.inodes[str((here / name).relative_to(self.root))] = str(os.lstat(here / name).st_ino)
                safe = self.synced_bytes(os.lstat(here / name).st_ino)
                if now.startswith(safe):
                    rest = now[len(safe):]
                    safe += rest[:len(rest) // 2] + b"\0" * (len(rest) - len(rest) // 2)
                found[str((here / name).relative_to(self.root))] = safe
        return found

    def cut(self, left):
        """The power goes, and comes again: LEFT is what is there."""
        for entry in list(self.root.iterdir()):
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        made = {}
        for name in sorted(left):
            path = self.root / name
            twin = made.setdefault(self.inodes.get(name, name), path)
            if left[name] is None:
                path.mkdir(parents=True, exist_ok=True)
            elif twin != path:
                os.link(twin, path)
            else:
                path.write_bytes(left[name])
        self.settle()

    def now(self):
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


def split_mbox(data):
    """The messages in an mbox (mboxrd), as they were."""
    messages = []
    for part in re.split(rb"(?:\A|(?<=\n))From [^\n]*\n", data)[1:]:
        body = part[:-1] if part.endswith(b"\n\n") else part
        messages.append(re.sub(rb"(?m)^>(>*From )", rb"\1", body))
    return messages


def messages_in(kind, tree):
    """The messages in a store, with LF."""
    if kind == "maildir":
        return [data for name, data in tree.items() if re.search(r"(^|/)(new|cur)/", name) and data is not None]
    if kind == "eml":
        return [data.replace(b"\r\n", b"\n") for name, data in tree.items()
                if name.endswith(".eml") and not name.split("/")[-1].startswith(".")]
    return [message for name, data in tree.items() if name == "mail" for message in split_mbox(data)]
