#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The module taube: signing in by OAuth 2 at a private provider. Prints TAP."""
import contextlib
import os
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(os.environ["TAUBE_SRCDIR"])
sys.path.insert(0, str(ROOT / "bindings" / "python"))
sys.path.insert(0, str(ROOT / "tests" / "tool"))

import taube  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402

from oauth2_provider import Provider  # noqa: E402
from tool import Dovecot, case, expect, expect_equal, main  # noqa: E402


def make(provider, **more):
    """What signs in there."""
    url = provider.facts["url"]
    return taube.OAuth2("other", provider.facts["client-id"], authorization_endpoint=f"{url}/authorize",
                        token_endpoint=f"{url}/token", device_endpoint=f"{url}/device", issuer=url,
                        scope=provider.facts["scope"], ca_file=provider.facts["ca-file"], hosts="localhost,127.0.0.1",
                        **more)


def browse(provider):
    """A user who agrees in his browser."""
    def show(uri, code):
        expect(code is None)
        threading.Thread(target=provider.browse, args=(uri,)).start()
    return show


@contextlib.contextmanager
def refused(code, *words):
    """The block fails with that code of the library, and says so."""
    try:
        yield
    except GLib.Error as error:
        expect(error.matches(taube.error_quark(), code), error)
        expect(all(word in error.message for word in words), error)
    else:
        raise AssertionError("it was not refused")


@case("in a browser; what is kept is enough for the next run")
def _():
    with Provider() as provider:
        kept = []
        tokens = make(provider, save=kept.append)
        expect(tokens.needs_consent)
        with refused(taube.Error.AUTH, "agreed"):
            tokens.token("localhost")
        tokens.sign_in(browse(provider))
        expect(not tokens.needs_consent)
        expect_equal(kept, provider.gave("refresh"))
        expect_equal(tokens.token("localhost"), provider.gave("access")[-1])
        access, seconds = tokens.access_token
        expect_equal((access, 3000 < seconds <= 3600), (provider.gave("access")[-1], True))

        later = make(provider, refresh_token=kept[-1], save=kept.append)
        later.set_access_token(access, seconds)
        expect_equal(later.token("localhost"), access)
        expect_equal(provider.asked("refresh_token"), 0)
        later.set_refresh_token(kept[-1])
        expect(later.token("localhost") != access)
        expect_equal(kept, provider.gave("refresh"))


@case("with a code")
def _():
    with Provider() as provider:
        tokens, shown = make(provider), []

        def show(uri, code):
            shown.append((uri, code))
            provider.tell("devices", "approved")

        tokens.sign_in(show, device=True)
        codes = [entry["gave"] for entry in provider.tell("state")["log"] if "gave" in entry]
        expect_equal((len(shown), shown[0][0], codes), (1, provider.facts["url"] + "/device-page", ["device"]))
        expect_equal(len(shown[0][1]), 6)


@case("an account signs in with it; a token that the server refuses is replaced")
def _():
    with Provider() as provider, Dovecot("--messages=2") as server:
        provider.tell("issue", ["taken-back", server.facts["token"]])
        tokens = make(provider)
        tokens.sign_in(browse(provider))
        uri = f"imaps://alice@localhost:{server.facts['imaps']}"
        with taube.open(uri, token_source=tokens, settings={"ca-file": server.facts["ca-file"]}) as account:
            expect_equal(len(account.inbox.list()), 2)
        expect_equal(provider.asked("refresh_token"), 1)


@case("a consent that was taken back is told, and the kept token is to be forgotten")
def _():
    with Provider("--expires-in=1") as provider:
        kept = []
        tokens = make(provider, save=kept.append)
        tokens.sign_in(browse(provider))
        provider.tell("revoke")
        with refused(taube.Error.AUTH, "new consent"):
            tokens.token("localhost")
        expect(tokens.needs_consent)
        expect_equal(kept[-1], None)


@case("no: from the user, from our own function, for a host that the tokens are not for")
def _():
    with Provider() as provider:
        provider.tell("fault", {"at": "authorize", "fault": "denied"})
        with refused(taube.Error.AUTH, "access_denied"):
            make(provider).sign_in(browse(provider))

        def fail(_uri, _code):
            raise ValueError("there is no screen")

        try:
            make(provider).sign_in(fail)
            raise AssertionError("it was not raised")
        except ValueError as error:
            expect_equal(str(error), "there is no screen")
        tokens = make(provider)
        tokens.sign_in(browse(provider))
        with refused(taube.Error.AUTH, "not shown to mail.example.org"):
            tokens.token("mail.example.org")


@case("the user gives up")
def _():
    with Provider() as provider:
        given_up = Gio.Cancellable()
        try:
            make(provider).sign_in(lambda _uri, _code: given_up.cancel(), cancellable=given_up)
            raise AssertionError("it did not end")
        except GLib.Error as error:
            expect(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error)


@case("providers and options")
def _():
    expect_equal(sorted(taube.OAuth2.providers()), ["google", "microsoft", "other"])
    tokens = taube.OAuth2("microsoft", "id", tenant="example.org", client_secret="Client-Secret-5")
    expect_equal((tokens.option("tenant"), tokens.option("client-secret")), ("example.org", None))
    expect("IMAP" in tokens.option("scope"))
    with refused(taube.Error.INVALID, "nobody"):
        taube.OAuth2("nobody", "id")
    with refused(taube.Error.INVALID, "colour"):
        taube.OAuth2("google", "id", colour="blue")


main()
