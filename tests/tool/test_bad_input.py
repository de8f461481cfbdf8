#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input: one clear line each, and the right exit code."""
import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path

from tool import BACKENDS, Dovecot, case, environment, expect, expect_equal, main, taube

VERBS = ("capabilities", "changes", "folders", "list", "search", "show", "watch")


@case("URIs that cannot be parsed: 2")
def _():
    for uri in ("imap://", "imap:///INBOX", "imap://[::1", "imap://[::zz]/", "imap://host:0/", "imap://host:65536/",
                "imap://host:x/", "imap://a:b@host/", "imap://host/%zz", "imap://host/a%00b", "imap://host/%ff",
                "imap://host/?tls=maybe", "imap://host/?nonsense=1", "imap://host/INBOX;UID=0",
                "imap://host/INBOX;UID=x", "imap://host/INBOX;UIDVALIDITY=-1;UID=1", "imap:x", ":", "://",
                "imap://ho st/", "imap://host\n/", "imap://host/INBOX?SUBJECT%20x"):
        for verb in ("folders", "list", "show"):
            taube(verb, uri).bad(2)
    taube("folders", "INBOX").bad(2, "INBOX")
    taube("list", "").bad(2)


@case("a password in a URI is refused, and not repeated")
def _():
    refused = taube("folders", "imap://alice:geheim-77@localhost/").bad(2, "password")
    expect("geheim-77" not in refused.err, refused)


@case("a URI that names too little: 2")
def _():
    taube("list", "imap://alice@localhost/").bad(2, "folder")
    taube("show", "imap://alice@localhost/INBOX").bad(2, "message")
    taube("show", "imap://alice@localhost/").bad(2)


@case("unknown verbs, options and formats: 2")
def _():
    taube().bad(2, "verb")
    for words in (["lst", "x"], ["--nonsense"], ["help", "lst"], [""]):
        taube(*words).bad(2)
    for verb in VERBS:
        taube(verb, "--nonsense", "imap://localhost/").bad(2, "--nonsense")
        taube(verb, "--format=xml", "imap://localhost/").bad(2, "xml")
        if verb != "search":  # it takes words, and shows where one is wrong
            taube(verb, "imap://localhost/a;UID=1", "imap://localhost/b;UID=1").bad(2)
        if verb != "capabilities":
            taube(verb).bad(2, "URI")
    taube("show", "--raw", "--part=1", "imap://localhost/a;UID=1").bad(2, "--raw")
    taube("list", "imap://localhost/INBOX", "--timeout=soon").bad(2, "timeout")
    taube("list", "imap://localhost/INBOX", "--pin=12").bad(2, "pin")
    taube("list", f"imap://alice@localhost:{server.facts['imap']}/INBOX",
          "--ca-file=/nonexistent/ca").bad(2, "/nonexistent/ca")


@case("--help and --version: 0, on standard output")
def _():
    for words in ([], *[[verb] for verb in VERBS]):
        help_text = taube(*words, "--help").good().out
        for option in ("--format=", "--password-file=", "--token-command=", "--ca-file=", "--pin=", "--timeout=",
                       "--debug="):
            expect(option in help_text, option, help_text)
        expect_equal(taube("help", *words).good().out, help_text)
        expect("Usage:\n  taube " in help_text, help_text)
    expect(taube("--version").good().out.startswith("taube 0."))


@case("no backend for the scheme, or of that name: 6")
def _():
    taube("folders", "gopher://localhost/").bad(6, '"gopher"', "imap")
    taube("capabilities", "nonsense").bad(6, '"nonsense"')


class Relay:
    """Another address of the same server, on a port of its own."""

    def __init__(self, port):
        self.port = port

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.2", 0))
        threading.Thread(target=self.accept, daemon=True).start()
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                server_side = socket.create_connection(("127.0.0.1", self.port))
                for source, sink in ((client, server_side), (server_side, client)):
                    threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def with_modules(*paths):
    return environment(TAUBE_BACKEND_PATH=":".join(map(str, paths)))


def copy_backend(folder):
    for name in ("imap.backend", "imap.so"):
        shutil.copy(BACKENDS / name, folder)
    return Path(folder)


def bad_module(env, code, *words):
    """The library says which module it skips and why; then comes the one line of the command."""
    for arguments in (["folders", "imap://localhost/"], ["capabilities", "imap"]):
        run = taube(*arguments, env=env)
        expect_equal(run.code, code, run)
        lines = run.err.splitlines()
        expect(1 <= len(lines) <= 2 and lines[-1].startswith(f"taube {arguments[0]}: "), run)
        for word in words:
            expect(word in run.err, word, run)


@case("a module that is missing, or is none, or has another ABI: 6")
def _():
    with tempfile.TemporaryDirectory() as path:
        bad_module(with_modules(path), 6, '"imap"')
        folder = copy_backend(path)
        taube("capabilities", "imap", env=with_modules(path)).good()
        (folder / "imap.so").unlink()
        bad_module(with_modules(path), 6, "imap")
        (folder / "imap.so").write_text("no module\n")
        bad_module(with_modules(path), 6, "imap")
        copy_backend(path)
        key_file = (folder / "imap.backend").read_text()
        (folder / "imap.backend").write_text(key_file.replace("ABI=1", "ABI=99"))
        bad_module(with_modules(path), 6, "imap", "ABI", "99")
        (folder / "imap.backend").write_text("nonsense\n")
        bad_module(with_modules(path), 6, "imap")


@case("a refused port, a host that is not there: 5")
def _():
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for verb in VERBS:
            uri = f"imap://alice@127.0.0.1:{port}/INBOX;UID=1?tls=none"
            more = ["--token=/nonexistent/token"] if verb == "changes" else []
            taube(verb, uri, *more).bad(5, "cannot connect", str(port))
    taube("folders", "imap://alice@nowhere.invalid/").bad(5, "nowhere.invalid")


@case("untrusted certificate, wrong authority, wrong host name, wrong pin: 5")
def _():
    facts = server.facts
    for scheme in ("imap", "imaps"):
        uri = f"{scheme}://alice@localhost:{facts[scheme]}/"
        taube("folders", uri).bad(5, "certificate of localhost", "authority", "CN=localhost", "SHA-256")
        taube("folders", uri, f"--ca-file={facts['wrong-ca-file']}").bad(5, "certificate of localhost")
        taube("folders", uri, f"--ca-file={facts['ca-file']}", "--pin=" + 64 * "0").bad(5, "pin")
        # Another address of the same machine, which is not in the certificate.
        with Relay(int(facts[scheme])) as port:
            taube("folders", f"{scheme}://alice@127.0.0.2:{port}/",
                  f"--ca-file={facts['ca-file']}").bad(5, "certificate of 127.0.0.2", "host")


@case("missing folder, message and part: 3")
def _():
    for verb in ("list", "show", "watch"):
        folder = "Nowhere%2Fat%20all" + (";UID=1" if verb == "show" else "")
        taube(verb, server.uri(folder)).bad(3, "Nowhere")
    taube("show", server.uri("INBOX;UID=4000000000")).bad(3, "4000000000")
    taube("show", server.uri("INBOX;UID=1;SECTION=7")).bad(3, "7")
    taube("show", server.uri("INBOX;UID=1"), "--part=7").bad(3, "7")


with Dovecot("--messages=1") as server:
    main()
