#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fill a Maildir with messages that look real; the same seed gives the same mailbox.

A Maildir of 100,000 small messages takes some ten seconds and 400 MB of blocks.
"""
import argparse
import base64
import random
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mail.messages import Maker, make_big_message, make_message, make_small_message  # noqa: E402

# Paths, and how much of the mail lies there.
FOLDERS = [("", 50), ("Archive", 15), ("Archive/2025", 10), ("Sent", 8), ("Projekte", 5), ("Projekte/Brücke", 5),
           ("Junk", 4), ("Drafts", 1), ("日本語", 2)]


def make_folder(path):
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    if path.name.startswith("."):
        (path / "maildirfolder").touch()


def file_name(number, data_size, line_count, flags, date):
    """S and W save the server from opening each file to learn its size."""
    return f"{int(date.timestamp())}.M{number:07d}P1.mail,S={data_size},W={data_size + line_count}:2,{flags}"


def write(folder, letter):
    lines = letter.data.count(b"\n")
    path = folder / "cur" / file_name(letter.number, len(letter.data), lines, letter.flags, letter.date)
    path.write_bytes(letter.data)


def write_big(folder, size, number, seed):
    path = folder / "tmp" / "big"
    with path.open("wb") as file:
        lines = sum(file.write(piece) and piece.count(b"\n") for piece in make_big_message(size, number, seed))
        written = file.tell()
    path.rename(folder / "cur" / file_name(number, written, lines, "", Maker(number, seed).date))


@dataclass
class Letter:
    """One message and where it goes: a path such as "Archive/2025", empty for the inbox."""

    folder: str
    number: int
    data: bytes
    flags: str  # as in a Maildir's file names
    date: datetime


def make_letters(messages, seed=1, spread=False, small=False):
    """MESSAGES of them: all into the inbox, or spread over several folders."""
    rng = random.Random(seed)
    folders = FOLDERS if spread else FOLDERS[:1]
    make = make_small_message if small else make_message
    for number in range(messages):
        folder = rng.choices([name for name, _ in folders], [weight for _, weight in folders])[0]
        data = make(number, seed)
        flags = "".join(flag for flag, share in (("F", 0.05), ("R", 0.2), ("S", 0.7)) if rng.random() < share)
        yield Letter(folder, number, data, flags, Maker(number, seed).date)


def to_utf7(name):
    """A folder's name in IMAP's own UTF-7."""
    def pack(match):
        text = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii")
        return "&" + text.rstrip("=").replace("/", ",") + "-"

    return re.sub(r"[^\x20-\x7e]+", pack, name.replace("&", "&-"))


def fill(root, messages, seed=1, spread=False, small=False, big=0, encode=to_utf7):
    """Write MESSAGES messages below ROOT; ENCODE is how the server writes a folder's name in a Maildir."""
    root = Path(root)
    paths = {name: root / encode("." + name.replace("/", ".")) if name else root for name, _ in FOLDERS}
    for path in paths.values() if spread else [root]:
        make_folder(path)
    if spread:
        names = [encode(name) for name, _ in FOLDERS if name] + ["Trash"]
        (root / "subscriptions").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    for letter in make_letters(messages, seed, spread, small):
        write(paths[letter.folder], letter)
    if big:
        write_big(root, big, messages, seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", help="the Maildir")
    parser.add_argument("messages", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spread", action="store_true", help="over several folders")
    parser.add_argument("--small", action="store_true", help="bodies of one line")
    parser.add_argument("--big", type=int, default=0, metavar="BYTES", help="one more message, of this size")
    options = parser.parse_args()
    fill(options.root, options.messages, options.seed, options.spread, options.small, options.big)


if __name__ == "__main__":
    main()
