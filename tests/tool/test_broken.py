#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that stop in the middle, talk nonsense, or say nothing: one line, exit code 5, no hang; and interrupts."""
import functools
import signal
import subprocess
import time

from tool import GUARD, PASSWORD, TAUBE, Scripted, Terminal, case, environment, expect, expect_equal, main, taube

GARBAGE = bytes(range(1, 256)) * 3 + b"\r\n" + b"* " + b"(" * 500 + b"\r\n"


def close(talk):
    talk.connection.close()


def half_a_line(talk):
    talk.send("* OK half a li")


def half_a_literal(talk):
    talk.send("* 1 FETCH (UID 1 BODY[] {1000}\r\nonly this")


def garbage(talk):
    talk.send(GARBAGE)


def farewell(talk):
    talk.send("* BYE going down for maintenance\r\n")


def broken_at(step, fault):
    def play(talk):
        if step is None:
            fault(talk)
            return
        talk.talk(until=step)
        fault(talk)
    return play


def check(verb, rest, step, fault, *words):
    with Scripted(broken_at(step, fault)) as server:
        run = taube(verb, server.uri(rest), "--timeout=5").bad(5, *words)
        expect("127.0.0.1" in run.err or "INBOX" in run.err or "server" in run.err, run)


STEPS = [("folders", "", None), ("folders", "", "AUTHENTICATE"), ("folders", "", "LIST"), ("list", "INBOX", "FETCH"),
         ("show", "INBOX;UID=1", "FETCH"), ("capabilities", "", None), ("watch", "INBOX", "AUTHENTICATE")]


def add_fault_cases():
    for fault in (close, half_a_line, half_a_literal, garbage, farewell):
        for verb, rest, step in STEPS:
            place = f"instead of an answer to {step}" if step else "at once"
            play = functools.partial(check, verb, rest, step, fault)
            case(f"{verb}: {fault.__name__.replace('_', ' ')} {place}")(play)


add_fault_cases()


@case("a server that says nothing: --timeout, then 5")
def _():
    for verb, rest, step in STEPS:
        with Scripted(broken_at(step, stall)) as server:
            taube(verb, server.uri(rest), "--timeout=2").bad(5)


def stall(talk):
    talk.stall()


@case("an interrupt in the middle ends it quietly with 128 and the signal's number")
def _():
    for number in (signal.SIGINT, signal.SIGTERM):
        for verb, rest, step in STEPS:
            if verb == "watch":
                continue
            with Scripted(broken_at(step, stall)) as server:
                interrupted(server, verb, rest, step, number)


def interrupted(server, verb, rest, step, number):
    child = subprocess.Popen([TAUBE, verb, server.uri(rest)], env=environment(), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    wanted = (step or "").encode()
    end = time.monotonic() + GUARD
    while not (server.arrived if step is None else wanted in server.received):
        expect(child.poll() is None and time.monotonic() < end, "it does not come so far")
        time.sleep(0.01)
    child.send_signal(number)
    out, err = child.communicate(timeout=GUARD)
    expect_equal([child.returncode, out, err], [128 + number, b"", b""], (verb, step))


@case("the password is in no line and no trace")
def _():
    for verb, rest, step in STEPS:
        for fault in (close, garbage):
            with Scripted(broken_at(step, fault)) as server:
                run = taube(verb, server.uri(rest), "--timeout=5", "--debug=all")
                expect_equal(run.code, 5, run)
                expect(PASSWORD not in run.err and "AGFsaWNl" not in run.err, "a secret is shown", run)


@case("a refused sign-in: 4, in the server's words")
def _():
    def refuse(talk):
        talk.talk(until="AUTHENTICATE")
        talk.send(f"{talk.tag} NO [AUTHENTICATIONFAILED] wrong\x1b[2J word\r\n")
        talk.talk()
    with Scripted(refuse) as server:
        run = taube("folders", server.uri("")).bad(4, "word")
        expect("\x1b" not in run.err, run)


@case("a progress bar on a terminal for what takes over a second; none when piped")
def _():
    with Scripted(broken_at(None, stall)) as server:
        with Terminal("folders", server.uri(""), env=environment(LC_ALL="C.UTF-8")) as terminal:
            terminal.wait_for("Connecting [")
            terminal.child.send_signal(signal.SIGINT)
            expect_equal(terminal.end(), 130)
            expect(terminal.shown.endswith(b"\r\x1b[K"), "the bar stays", terminal.shown)
        with Terminal("folders", server.uri(""), "--timeout=3", env=environment(), stdout=subprocess.PIPE) as terminal:
            expect_equal(terminal.end(), 5)
            terminal.child.stdout.close()
            expect(b"Connecting" not in terminal.shown, terminal.shown)
        run = taube("folders", server.uri(""), "--timeout=3").bad(5)
        expect("[" not in run.err and "\r" not in run.err, run)


main()
