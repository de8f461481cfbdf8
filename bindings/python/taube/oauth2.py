# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signing in by OAuth 2, and tokens that stay fresh."""
import gi

gi.require_version("Taube", "1")
from gi.repository import GLib, Gio, Taube  # noqa: E402


class OAuth2:
    """A source of tokens for accounts over whatever protocol.

        tokens = taube.OAuth2("microsoft", client_id, refresh_token=kept, save=keep)
        if tokens.needs_consent:
            tokens.sign_in(lambda uri, code: print("Open", uri, "and type", code), device=True)
        with taube.open("imaps://alice@outlook.office365.com", token_source=tokens) as account:
            ...

    ``save(refresh_token)`` keeps what outlives the program, on a thread of the library's own; None when there is none
    any more. Options are those of ``Taube.OAuth2.set_option`` with ``_`` for ``-``, such as
    ``login_hint="alice@example.org"``.
    """

    def __init__(self, provider, client_id, refresh_token=None, save=None, **options):
        self.native = Taube.OAuth2.new(provider, client_id)
        for name, value in options.items():
            self.set_option(name.replace("_", "-"), value)
        if save is not None:
            self.native.set_save_func(lambda _source, token, *_: save(token))
        if refresh_token is not None:
            self.set_refresh_token(refresh_token)

    @staticmethod
    def providers():
        """The names of those that are known."""
        return list(Taube.OAuth2.get_providers())

    def option(self, name):
        """What an option is, or None."""
        return self.native.get_option(name)

    def set_option(self, name, value):
        self.native.set_option(name, str(value))

    def set_refresh_token(self, token):
        """Goes on with a consent of an earlier run; None forgets it."""
        self.native.set_refresh_token(token)

    @property
    def needs_consent(self):
        """Whether the user has to agree, first or again."""
        return self.native.needs_consent()

    @property
    def access_token(self):
        """The token that there is and for how many seconds it is going to be used yet, to be kept; nobody is asked."""
        return tuple(self.native.get_access_token())

    def set_access_token(self, token, seconds):
        """Goes on with an access token of an earlier run."""
        self.native.set_access_token(token, seconds)

    def sign_in(self, show, device=False, cancellable=None):
        """Lets the user agree, and waits until he has.

        ``show(uri, code)`` tells him what to open, and what to type there; ``code`` is None in a browser on this
        machine, from which he comes back by himself. What it raises ends the waiting.
        """
        waiting = cancellable if cancellable is not None else Gio.Cancellable()
        raised = []

        def prompt(_source, uri, code):
            try:
                show(uri, code)
            except Exception as error:  # pylint: disable=broad-exception-caught
                raised.append(error)
                waiting.cancel()

        handler = self.native.connect("prompt", prompt)
        try:
            self.native.sign_in(Taube.OAuth2Flow.DEVICE if device else Taube.OAuth2Flow.BROWSER, waiting)
        except GLib.Error as error:
            raise (raised[0] if raised else error) from None
        finally:
            self.native.disconnect(handler)

    def token(self, host, cancellable=None):
        """An access token that is good now, for that host alone; accounts do this by themselves."""
        return self.native.get_token(host, cancellable)
