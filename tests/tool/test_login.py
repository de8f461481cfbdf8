#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signing in by OAuth 2, and the file of tokens that the other verbs use."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from exchange_server import BACKEND
from exchange_server import SERVE as SERVE_EXCHANGE
from oauth2_provider import ENVIRONMENT, Login, Provider, open_anyway, read_file, sign_in, start
from tool import GUARD, TAUBE, Dovecot, Result, case, expect, expect_equal, main, taube

MAIN = "taube-tokens"


def run(*arguments, **more):
    return taube(*arguments, env=ENVIRONMENT, **more)


def secrets_of(provider, file):
    kept = [value for (group, name), value in read_file(file).items() if group == MAIN and "token" in name]
    return [*provider.gave("access"), *provider.gave("refresh"), *kept]


def expect_clean(result, *secrets):
    for secret in secrets:
        expect(secret not in result.err and secret not in result.out, "a secret is shown", result.arguments)


@case("in a browser: the address is told, and the tokens lie in a file of the user's alone")
def _():
    with Provider() as provider:
        done = sign_in(provider, folder / "browser")
        events = [json.loads(line) for line in done.out.splitlines()]
        expect_equal([event["kind"] for event in events], ["browser", "done"])
        expect("code_challenge_method=S256" in events[0]["uri"], events)
        expect_equal(stat.S_IMODE((folder / "browser").stat().st_mode), 0o600)
        kept = read_file(folder / "browser")
        expect_equal(kept[MAIN, "refresh-token"], provider.gave("refresh")[-1])
        expect_equal(kept[MAIN, "access-token"], provider.gave("access")[-1])
        expect_equal(sorted(path.name for path in folder.glob("browser*")), ["browser"])
        expect_clean(done, *secrets_of(provider, folder / "browser"))


@case("for people it is text, in their language")
def _():
    with Provider() as provider:
        for language, words in (("C.UTF-8", "Open this address"), ("de_DE.UTF-8", "Öffnen Sie diese Adresse")):
            child = start("login", f"--token-file={folder / 'text'}", *provider.settings, text=True,
                          env={**ENVIRONMENT, "LC_ALL": language})
            expect(words in child.stdout.readline())
            expect_equal(child.stdout.readline(), "\n")
            provider.browse(child.stdout.readline().strip())
            rest, _ = child.communicate(timeout=GUARD)
            expect_equal((child.returncode, str(folder / "text") in rest), (0, True), rest)


@case("a confidential client shows its secret, which is on no command line")
def _():
    with Provider("--confidential") as provider:
        secret = folder / "client-secret"
        secret.write_text(provider.facts["client-secret"] + "\nmore\n", encoding="utf-8")
        file = folder / "confidential"
        done = sign_in(provider, file, f"--client-secret-file={secret}", "--set=login-hint=alice@example.org")
        expect_clean(done, provider.facts["client-secret"])
        expect_equal(read_file(file)[MAIN, "client-secret"], provider.facts["client-secret"])
        refused = run("login", f"--token-file={file}", *provider.settings, "--set=client-secret=Word-On-The-Line")
        refused.bad(2, "--client-secret-file")
        expect_clean(refused, "Word-On-The-Line")
        run("login", f"--token-file={file}", f"--client-secret-file={folder}/none", *provider.settings).bad(1, "none")


def use(*arguments, secrets, code=0):
    """The trace of a verb has no secret."""
    result = run(*arguments, "--debug=all")
    expect_equal(result.code, code, result)
    expect_clean(result, *secrets)
    return result


@case("IMAP and POP3 sign in by the file; a token that is refused is replaced, and the new ones are kept")
def _():
    with Provider() as provider, Dovecot("--messages=2") as server:
        token = server.facts["token"]
        for scheme in ("imaps", "pop3s"):
            file, port = folder / scheme, server.facts[scheme]
            provider.tell("issue", ["a-token-that-was-taken-back", token])
            sign_in(provider, file)
            uri = f"{scheme}://alice@localhost:{port}/INBOX"
            options = [f"--token-file={file}", f"--ca-file={server.facts['ca-file']}"]
            before = provider.asked()
            for _ in range(2):
                use("list", uri, *options, secrets=[token, *secrets_of(provider, file)])
            expect_equal(provider.asked() - before, 1, "the second run has a token")
            kept = read_file(file)
            expect_equal((kept[MAIN, "refresh-token"], kept[MAIN, "access-token"]),
                         (provider.gave("refresh")[-1], token))
            expect_equal(stat.S_IMODE(file.stat().st_mode), 0o600)


if BACKEND.exists():

    @case("Exchange lists and sends by the file")
    def _():
        with Provider() as provider:
            child = subprocess.Popen([SERVE_EXCHANGE, "--port=0", "--until-eof", "--auth=bearer", "--messages=3"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            facts = dict(line.rstrip("\n").partition("=")[::2] for line in iter(child.stdout.readline, "\n"))
            admin = facts["url"].split("/EWS/")[0] + "/admin/tokens"
            urllib.request.urlopen(admin, json.dumps({"good-token": "alice"}).encode()).close()
            provider.tell("issue", ["bad-token", "good-token"])
            sign_in(provider, folder / "exchange")
            options = [f"--token-file={folder / 'exchange'}"]
            run("folders", facts["exchange-uri"], *options).good()
            letter = folder / "letter.eml"
            letter.write_text("From: alice@example.org\nTo: bob@example.org\nSubject: x\n\nCoo.\n", encoding="utf-8")
            run("send", facts["exchange-uri"], letter, *options).good()
            expect_equal(read_file(folder / "exchange")[MAIN, "access-token"], "good-token")
            expect_equal(provider.asked("refresh_token"), 1)
            child.stdin.close()
            expect_equal(child.wait(), 0)
            child.stdout.close()


@case("many at once replace the tokens one after the other, and none is lost")
def _():
    with Provider("--expires-in=1") as provider, Dovecot("--messages=1") as server:
        provider.tell("issue", [server.facts["token"]] * 9)
        file = folder / "many"
        sign_in(provider, file)
        command = [TAUBE, "folders", f"imaps://alice@localhost:{server.facts['imaps']}/", f"--token-file={file}",
                   f"--ca-file={server.facts['ca-file']}"]
        children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
                    for _ in range(8)]
        for child in children:
            out, err = child.communicate(timeout=GUARD)
            Result(command, child.returncode, out, err).good()
        expect_equal(provider.asked("refresh_token"), 8)
        expect_equal([read_file(file)[MAIN, "refresh-token"]], provider.tell("state")["refresh"])
        expect_equal([path.name for path in folder.glob("many*")], ["many"])


@case("the user says no: what the provider says of it is one clean line, and there is no file")
def _():
    with Provider() as provider:
        provider.tell("fault", {"at": "authorize", "fault": "denied"})
        login = Login(f"--token-file={folder / 'denied'}", *provider.settings)
        status, page = provider.browse(login.prompt["uri"])
        expect_equal((status, "Nothing was agreed to" in page), (200, True))
        done = login.end()
        expect_equal((done.code, done.err.count("\n")), (4, 1), done)
        expect("access_denied" in done.err and "the user said no" in done.err, done)
        expect(not (folder / "denied").exists())


@case("words of the provider have no control characters")
def _():
    with Provider() as provider:
        words = "AADSTS1:\x1b[2Jnot\r\nyou\x07"
        provider.tell("fault", {"fault": "error", "answer": {"error": "invalid_client", "error_description": words}})
        login = Login(f"--token-file={folder / 'words'}", *provider.settings)
        provider.browse(login.prompt["uri"])
        done = login.end()
        expect_equal(done.code, 4, done)
        expect(re.search(r"invalid_client.*AADSTS1: \[2Jnot you", done.err) is not None, done)
        expect(done.err.rstrip("\n").isprintable(), done)


@case("whoever comes with a wrong state gets nothing, and the user still comes through")
def _():
    with Provider() as provider:
        login = Login(f"--token-file={folder / 'state'}", *provider.settings)
        opener = urllib.request.build_opener()
        for attempt in ("/?code=stolen&state=guessed", "/?code=stolen", "/favicon.ico", "/?error=access_denied&state="):
            with open_anyway(opener, login.redirect + attempt) as page:
                expect(page.status in (400, 404), attempt)
        expect(not (folder / "state").exists() or (folder / "state").stat().st_size == 0)
        provider.browse(login.prompt["uri"])
        login.end().good()
        provider.tell("fault", {"at": "authorize", "fault": "answer", "answer": {"iss": "https://evil.example"}})
        before = (folder / "state").read_bytes()
        again = Login(f"--token-file={folder / 'state'}")
        provider.browse(again.prompt["uri"])
        done = again.end()
        expect_equal((done.code, "not from" in done.err), (4, True), done)
        expect_equal((folder / "state").read_bytes(), before, "the old tokens stay")


@case("a port that is named is used, and an error when it is taken")
def _():
    with Provider() as provider, socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        options = [f"--token-file={folder / 'port'}", *provider.settings, f"--set=redirect-port={port}"]
        run("login", *options).bad(5, "cannot wait for the browser", "in use")
        expect(not (folder / "port").exists())
        other.close()
        login = Login(*options)
        expect_equal(login.redirect, f"http://127.0.0.1:{port}")
        provider.browse(login.prompt["uri"])
        login.end().good()
        run("login", *options, "--set=redirect-port=70000").bad(2, "redirect-port", "port")


@case("with a code: the address and the code are told; it is typed in, refused, or too old")
def _():
    with Provider() as provider:
        outcomes = (("approved", 0, ""), ("denied", 4, "access_denied"), ("expired", 4, "expired_token"))
        for state, code, words in outcomes:
            file = folder / f"device-{state}"
            login = Login("--device", f"--token-file={file}", *provider.settings)
            page = provider.facts["url"] + "/device-page"
            expect_equal((login.prompt["kind"], login.prompt["uri"]), ("code", page))
            devices = provider.tell("devices", state)["devices"]
            expect(login.prompt["code"] in [device["user_code"] for device in devices], devices)
            done = login.end()
            expect_equal((done.code, words in done.err, file.exists()), (code, True, code == 0), done)
            expect_clean(done, *provider.gave("access"), *provider.gave("refresh"))


@case("an interrupt while the user is away leaves nothing")
def _():
    with Provider() as provider:
        for number in (signal.SIGINT, signal.SIGTERM):
            login = Login(f"--token-file={folder / 'interrupt'}", *provider.settings)
            login.child.send_signal(number)
            expect_equal(login.end().code, 128 + number)
            expect_equal(list(folder.glob("interrupt*")), [])


@case("files that are not there, not ours alone, or something else")
def _():
    uri = "imaps://alice@localhost:1/INBOX"
    run("list", uri, f"--token-file={folder / 'nowhere'}").bad(3, "nowhere", "taube login")
    run("list", uri, f"--token-file={folder}").bad(1, str(folder))
    others = {"empty": (b"", 4, "nobody has signed in"), "words": (b"Secret-Thing-9 \xff\n", 2, "no token file"),
              "other-version": (b"[taube-tokens]\nversion=2\nprovider=other\n", 2, "no token file"),
              "no-group": (b"[x]\ny=z\n", 2, "no token file"),
              "bad-token": (b"[taube-tokens]\nversion=1\nprovider=other\nrefresh-token=a b\n", 2, "no token file"),
              "nul": (b"[taube-tokens]\nversion=1\nprovider=other\0\n", 2, "no token file"),
              "nobody": (b"[taube-tokens]\nversion=1\nprovider=nobody\n", 2, "no provider"),
              "no-option": (b"[taube-tokens]\nversion=1\nprovider=other\n[options]\nclient-id=x\nx=y\n", 2, "\"x\""),
              "huge": (b"#" * 300000, 2, "no token file")}
    for name, (text, code, words) in others.items():
        file = folder / f"odd-{name}"
        file.write_bytes(text)
        file.chmod(0o600)
        result = run("list", uri, f"--token-file={file}").bad(code, words)
        expect("Secret-Thing" not in result.err, result)
        expect_equal(file.read_bytes(), text)
        if code == 2:
            run("login", f"--token-file={file}").bad(2)
            expect_equal(file.read_bytes(), text, "somebody's file is left alone")
    for mode in (0o640, 0o604, 0o622):
        file.chmod(mode)
        run("list", uri, f"--token-file={file}").bad(1, "chmod 600")
        run("login", f"--token-file={file}").bad(1, "chmod 600")
    os.mkfifo(folder / "pipe", 0o600)
    run("list", uri, f"--token-file={folder / 'pipe'}").bad(2, "no regular file")
    if os.geteuid() != 0:
        file.chmod(0)
        run("list", uri, f"--token-file={file}").bad(1, "cannot open")


@case("a link stays one")
def _():
    with Provider() as provider:
        (folder / "link").symlink_to(folder / "behind-link")
        (folder / "behind-link").touch(0o600)
        sign_in(provider, folder / "link")
        expect((folder / "link").is_symlink())
        expect((MAIN, "refresh-token") in read_file(folder / "behind-link"))


@case("a consent that was taken back: sign in again, which needs no settings any more")
def _():
    with Provider("--expires-in=1") as provider, Dovecot("--messages=1") as server:
        file = folder / "revoked"
        options = [f"imaps://alice@localhost:{server.facts['imaps']}/", f"--token-file={file}",
                   f"--ca-file={server.facts['ca-file']}"]
        sign_in(provider, file)
        old = read_file(file)[MAIN, "refresh-token"]
        provider.tell("revoke")
        refused = run("folders", *options).bad(4, "new consent", "invalid_grant", f"taube login --token-file={file}")
        expect_clean(refused, old)
        kept = read_file(file)
        expect((MAIN, "refresh-token") not in kept and (MAIN, "access-token") not in kept, sorted(kept))
        asked = provider.asked()
        run("folders", *options).bad(4, "sign in again")
        expect_equal(provider.asked(), asked, "nobody is asked in vain")
        provider.tell("issue", [server.facts["token"]] * 2)
        login = Login(f"--token-file={file}")
        provider.browse(login.prompt["uri"])
        login.end().good()
        run("folders", *options).good()


def limit_files(size):
    def limit():
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


@case("without room on the disk nothing is asked for, so that nothing is lost")
def _():
    with Provider("--expires-in=1") as provider, Dovecot("--messages=1") as server:
        file = folder / "full"
        options = [f"imaps://alice@localhost:{server.facts['imaps']}/", f"--token-file={file}",
                   f"--ca-file={server.facts['ca-file']}"]
        provider.tell("issue", [server.facts["token"]] * 9)
        login = run("login", f"--token-file={file}", *provider.settings, preexec_fn=limit_files(2000))
        login.bad(1, "cannot write", "full")
        expect_equal(list(folder.glob("full*")), [])
        sign_in(provider, file)
        before, asked = file.read_bytes(), provider.asked()
        run("folders", *options, preexec_fn=limit_files(2000)).bad(1, "cannot write", "full")
        expect_equal((provider.asked(), file.read_bytes()), (asked, before))
        # More than room was taken for.
        provider.tell("fault", {"fault": "answer", "answer": {"refresh_token": "r" * 100000}})
        run("folders", *options, preexec_fn=limit_files(70000)).bad(1, "cannot write", "full")
        expect_equal(file.read_bytes(), before)
        expect_equal([path.name for path in folder.glob("full*")], ["full"])
        run("folders", *options).good()


@case("a run that was killed while it wrote leaves nothing in the way")
def _():
    with Provider("--expires-in=1") as provider, Dovecot("--messages=1") as server:
        file = folder / "killed"
        provider.tell("issue", [server.facts["token"]] * 9)
        sign_in(provider, file)
        (folder / "killed-new").write_bytes(b"[taube-tok")
        run("folders", f"imaps://alice@localhost:{server.facts['imaps']}/", f"--token-file={file}",
            f"--ca-file={server.facts['ca-file']}").good()
        expect_equal([path.name for path in folder.glob("killed*")], ["killed"])


@case("tokens go to the provider's mail servers alone, and only over TLS")
def _():
    with Provider() as provider, Dovecot("--messages=1") as server:
        file = folder / "hosts"
        sign_in(provider, file, "--set=hosts=mail.example.org")
        options = [f"--token-file={file}", f"--ca-file={server.facts['ca-file']}"]
        refused = run("folders", f"imaps://alice@localhost:{server.facts['imaps']}/", *options).bad(4, "not shown to")
        expect_clean(refused, *secrets_of(provider, file))


@case("a provider that is away, or another one under its name, takes nothing away")
def _():
    with Provider("--expires-in=1") as provider, Dovecot("--messages=1") as server:
        file = folder / "away"
        sign_in(provider, file)
        before = file.read_bytes()
        options = [f"imaps://alice@localhost:{server.facts['imaps']}/", f"--token-file={file}",
                   f"--ca-file={server.facts['ca-file']}"]
        provider.tell("fault", {"fault": "status", "status": 502})
        run("folders", *options).bad(5, "502")
        file.write_bytes(before.replace(provider.facts["ca-file"].encode(), server.facts["ca-file"].encode()))
        run("folders", *options).bad(5, "TLS")
        expect_equal(provider.asked("refresh_token"), 1)
        expect(b"refresh-token=" in file.read_bytes())


@case("wrong usage")
def _():
    file = f"--token-file={folder / 'usage'}"
    run("login").bad(2, "--token-file")
    run("login", file, "word").bad(2, "options only")
    run("login", file).bad(2, "--provider")
    run("login", file, "--provider=microsoft").bad(2, "--client-id")
    run("login", file, "--provider=nobody", "--client-id=x").bad(2, "nobody")
    run("login", file, "--provider=other", "--client-id=x").bad(2, "hosts")
    run("login", file, "--provider=google", "--client-id=x", "--device").bad(6, "device-endpoint")
    run("login", file, "--provider=google", "--client-id=x", "--set=nothing").bad(2, "NAME=VALUE")
    run("login", file, "--provider=google", "--client-id=x", "--set=colour=blue").bad(2, "colour")
    run("login", f"--token-file={folder}/none/file", "--provider=google", "--client-id=x").bad(1, "none")
    run("list", "imaps://a@localhost/INBOX", file, "--token-command=x").bad(2, "exclude")
    expect_equal(list(folder.glob("usage*")), [])


with tempfile.TemporaryDirectory(prefix="taube-login-") as place:
    folder = Path(place)
    main()
