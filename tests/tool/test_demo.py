#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""./dev demo, as somebody sees it who looks at the project for the first time."""
import os
import re
import signal
import socket
import subprocess

from tool import BUILD, GUARD, SOURCE, case, expect, expect_equal, main


def start_demo(*options, **more):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TAUBE_")}
    environment.update(LC_ALL="C.UTF-8", TZ="UTC")
    return subprocess.Popen([SOURCE / "dev", "demo", f"--built={BUILD}", *options], env=environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True, **more)


def expect_gone(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=GUARD).close()
    except ConnectionRefusedError:
        return
    raise AssertionError(f"the server still listens at port {port}")


def read_ports(text):
    found = re.findall(r"(?:imaps://alice@|https://)localhost:(\d+)", text)
    expect_equal(len(found), 2, text)
    return found


@case("it shows the table, the folders, a list and a message")
def show_all():
    child = start_demo(stderr=subprocess.PIPE)
    out, err = child.communicate(timeout=GUARD)
    expect_equal(child.returncode, 0, err)
    expect(err.rstrip().endswith("done"), err)
    shown = re.split(r"^\$ (taube .*)$", out, flags=re.MULTILINE)
    commands = [command.split()[1] for command in shown[1::2]]
    tour = ["capabilities", "folders", "list", "show"]
    expect_equal(commands, ["capabilities", *tour, "capabilities", *tour])
    table, *rest = shown[2::2]
    expect_equal(table.strip().splitlines()[0].split(), ["POP3", "IMAP", "Exchange"], table)
    over_pop3 = rest.pop(4)
    expect("UIDL" in over_pop3 and re.search(r"^Mail synchronised +no ", over_pop3, re.MULTILINE), over_pop3)
    expect("Dovecot" in err and "CAPABILITY" in rest[0], err, rest[0])
    expect("Exchange Web Services" in err and "EWS 15" in rest[4], err, rest[4])
    for _, folders, listed, message in (rest[:4], rest[4:]):
        expect("Projekte/Brücke" in folders and "日本語" in folders, folders)
        expect_equal(len(listed.strip().splitlines()), 21, listed)
        for field in ("From: ", "Date: ", "Subject: "):
            expect(field in message, message)
    # Ids of IMAP are short; those of Exchange would push the rest out of sight, and stand last.
    expect(rest[2].startswith("\nid "), rest[2])
    expect(rest[6].startswith("\nflags ") and rest[6].splitlines()[1].endswith("  id"), rest[6])
    for port in read_ports(err):
        expect_gone(port)


@case("it cleans up when it is interrupted")
def interrupt():
    for scheme in ("imaps", "exchange"):
        child = start_demo(stderr=subprocess.PIPE)
        for line in child.stdout:
            if line.startswith(f"$ taube capabilities {scheme}"):
                break
        os.killpg(child.pid, signal.SIGINT)
        _, err = child.communicate(timeout=GUARD)
        expect(child.returncode != 0, child.returncode, err)
        expect_gone(re.search(r"localhost(?::|%3A)(\d+)", line)[1])


@case("it says what it does not understand")
def wrong_usage():
    child = start_demo("--fast", stderr=subprocess.PIPE)
    out, err = child.communicate(timeout=GUARD)
    expect_equal((child.returncode, out), (2, ""), err)
    expect("--fast" in err, err)


if __name__ == "__main__":
    main()
