#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fill a Maildir with messages that look real; the same seed gives the same mailbox.

A Maildir of 100,000 small messages takes some ten seconds and 400 MB of blocks.
"""
import argparse
import random
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mail.messages import Maker, make_big_message, make_message, make_small_message  # noqa: E402

# Maildir++ names; a slash in a folder's name is a dot here. Modified UTF-7 as Dovecot keeps it.
FOLDERS = [("", 50), (".Archive", 15), (".Archive.2025", 10), (".Sent", 8), (".Projekte", 5),
           (".Projekte.Br&APw-cke", 5), (".Junk", 4), (".Drafts", 1), (".&ZeVnLIqe-", 2)]


def make_folder(path):
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    if path.name.startswith("."):
        (path / "maildirfolder").touch()


def file_name(number, data_size, line_count, flags, date):
    """S and W save the server from opening each file to learn its size."""
    return f"{int(date.timestamp())}.M{number:07d}P1.mail,S={data_size},W={data_size + line_count}:2,{flags}"


def write(folder, number, data, rng, date):
    flags = "".join(flag for flag, share in (("F", 0.05), ("R", 0.2), ("S", 0.7)) if rng.random() < share)
    path = folder / "cur" / file_name(number, len(data), data.count(b"\n"), flags, date)
    path.write_bytes(data)


def write_big(folder, size, number, seed):
    path = folder / "tmp" / "big"
    with path.open("wb") as file:
        lines = sum(file.write(piece) and piece.count(b"\n") for piece in make_big_message(size, number, seed))
        written = file.tell()
    path.rename(folder / "cur" / file_name(number, written, lines, "", Maker(number, seed).date))


def fill(root, messages, seed=1, spread=False, small=False, big=0):
    """Write MESSAGES messages below ROOT: all into the inbox, or spread over several folders."""
    root = Path(root)
    rng = random.Random(seed)
    folders = [(root / name if name else root, weight) for name, weight in (FOLDERS if spread else FOLDERS[:1])]
    for folder, _ in folders:
        make_folder(folder)
    if spread:
        names = [name[1:].replace(".", "/") for name, _ in FOLDERS if name] + ["Trash"]
        (root / "subscriptions").write_text("".join(f"{name}\n" for name in names), encoding="ascii")
    make = make_small_message if small else make_message
    for number in range(messages):
        folder = rng.choices([f for f, _ in folders], [w for _, w in folders])[0]
        write(folder, number, make(number, seed), rng, Maker(number, seed).date)
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
