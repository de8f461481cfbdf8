#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passwords and tokens: where they come from, and that they go nowhere else."""
import signal
import tempfile
from pathlib import Path

from tool import PASSWORD, Dovecot, Terminal, case, environment, expect, expect_equal, main, taube

NO_PASSWORD = environment(password=None)


@case("from the environment, and from a file's first line")
def _():
    taube("folders", server.uri()).good()
    with tempfile.TemporaryDirectory() as folder:
        for text in (PASSWORD, f"{PASSWORD}\n", f"{PASSWORD}\r\nsecond line\n"):
            file = Path(folder) / "password"
            file.write_bytes(text.encode())
            taube("folders", server.uri(), f"--password-file={file}", env=NO_PASSWORD).good()
        taube("folders", server.uri(), f"--password-file={folder}/none", env=NO_PASSWORD).bad(1, "none")


@case("a token from a command")
def _():
    token = server.facts["token"]
    taube("folders", server.uri(), f"--token-command=echo {token}; echo more", env=NO_PASSWORD).good()
    for command in ("true", "exit 3", "echo", f"echo {token}; exit 1"):
        refused = taube("folders", server.uri(), f"--token-command={command}", env=NO_PASSWORD).bad(4, "token")
        expect(token not in refused.err, refused)


@case("asked on the terminal, without echo, in front of everything else")
def _():
    with Terminal("folders", server.uri()) as terminal:
        terminal.wait_for("Password of alice at localhost: ")
        expect(not terminal.has_echo(), "echo is on")
        terminal.type(PASSWORD + "\n")
        expect_equal(terminal.end(), 0, terminal.shown)
        expect(b"INBOX" in terminal.shown and PASSWORD.encode() not in terminal.shown, terminal.shown)
        expect(terminal.has_echo(), "echo is off")


@case("an interrupt at the prompt gives the terminal back")
def _():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Terminal("folders", server.uri()) as terminal:
            terminal.wait_for("Password of alice at localhost: ")
            if number == signal.SIGINT:
                terminal.type("abc\x03")
            else:
                terminal.child.send_signal(number)
            expect_equal(terminal.end(), 128 + number, terminal.shown)
            expect(terminal.has_echo(), "echo is off")


@case("the end of input at the prompt is no password")
def _():
    with Terminal("folders", server.uri()) as terminal:
        terminal.wait_for("localhost: ")
        terminal.type("\x04")
        expect_equal(terminal.end(), 4, terminal.shown)
        expect(b"no password was given" in terminal.shown, terminal.shown)


@case("without a terminal and without a password: one line")
def _():
    taube("folders", server.uri(), env=NO_PASSWORD).bad(4, 'as "alice"', "localhost", "no password was given")


@case("the password is in no trace, nor is the token")
def _():
    for uri in (server.uri(), f"imaps://alice@localhost:{server.facts['imaps']}/"):
        for options, secret in (([], PASSWORD), ([f"--token-command=echo {server.facts['token']}"],
                                                 server.facts["token"])):
            run = taube("folders", uri, f"--ca-file={server.facts['ca-file']}", "--debug=all", *options)
            expect_equal(run.code, 0, run)
            expect("AUTHENTICATE" in run.err, "there is no trace", run)
            check_clean(run, secret)


def check_clean(run, *secrets):
    import base64
    for secret in secrets:
        for form in (secret, base64.b64encode(secret.encode()).decode(),
                     base64.b64encode(b"\0alice\0" + secret.encode()).decode()):
            expect(form not in run.err and form not in run.out, "a secret is shown", run.arguments)


# From here on Dovecot answers slowly: it was given a wrong password.

@case("a wrong password on the terminal is asked for again")
def _():
    with Terminal("folders", server.uri()) as terminal:
        terminal.wait_for("Password of alice at localhost: ")
        terminal.type("wrong\n")
        terminal.wait_for("refused")
        terminal.wait_for("Password of alice at localhost: ")
        expect(not terminal.has_echo(), "echo is on")
        terminal.type(PASSWORD + "\n")
        expect_equal(terminal.end(), 0, terminal.shown)


@case("a wrong password, a wrong token, an unknown user")
def _():
    wrong = taube("folders", server.uri(), "--debug=all", env=environment(password="Wrong-Word-9"))
    expect_equal(wrong.code, 4, wrong)
    check_clean(wrong, "Wrong-Word-9")
    taube("folders", server.uri(user="nobody")).bad(4, "sign in")
    taube("folders", server.uri(), "--token-command=echo abc.def.ghi").bad(4, "sign in")


with Dovecot() as server:
    main()
