# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who asks: Basic, Bearer, NTLM, Negotiate, or a certificate of TLS."""
import base64
import binascii
import hmac

from . import ntlm

ORDER = ("negotiate", "ntlm", "basic", "bearer")


class Gate:
    """What the server accepts; the state of NTLM and Negotiate belongs to one connection."""

    def __init__(self, world, schemes=("basic",), channel_hash=None, acceptor=None):
        self.world = world
        self.schemes = tuple(scheme for scheme in ORDER if scheme in schemes)
        self.channel_hash = channel_hash   # what NTLM must be bound to, or None
        self.acceptor = acceptor           # of tickets, or None
        self.claims = None                 # what tokens are refused for the lack of, or None

    def challenges(self, token=None):
        """The values of WWW-Authenticate."""
        if token is not None:
            return [f"{token[0]} {base64.b64encode(token[1]).decode('ascii')}"]
        words = {"negotiate": "Negotiate", "ntlm": "NTLM", "basic": 'Basic realm="mail.example.org"',
                 "bearer": 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="", '
                           'token_types="app_asserted_user_v1", '
                           'authorization_uri="https://login.example.org/authorize"'}
        if self.claims is not None:
            encoded = base64.b64encode(self.claims.encode()).decode("ascii")
            words["bearer"] += f', error="insufficient_claims", claims="{encoded}"'
        return [words[scheme] for scheme in self.schemes]

    def check(self, header, connection):
        """(mailbox or None, a token for the next step or None) for an Authorization header."""
        if connection.certified is not None:
            return connection.certified, None
        if header is None:
            return connection.user, None
        scheme, _, value = header.partition(" ")
        reader = {"basic": self.basic, "bearer": self.bearer, "ntlm": self.ntlm,
                  "negotiate": self.negotiate}.get(scheme.lower())
        if reader is None or scheme.lower() not in self.schemes:
            return None, None
        return reader(value.strip(), connection)

    def basic(self, value, _):
        """User and password in every request."""
        try:
            user, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None, None
        mailbox = self.world.mailbox_of(user)
        if mailbox is None or not hmac.compare_digest(self.world.passwords[mailbox.user].encode(), password.encode()):
            return None, None
        return mailbox, None

    def bearer(self, value, _):
        """A token that is valid now."""
        user = self.world.tokens.get(value)
        return (self.world.mailbox_of(user) if user is not None else None), None

    def ntlm(self, value, connection):
        """Two steps on one connection, which is signed in afterwards."""
        try:
            message = base64.b64decode(value, validate=True)
            kind = ntlm.kind_of(message)
            if kind == ntlm.NEGOTIATE:
                connection.user = None
                connection.challenge = ntlm.Challenge()
                return None, ("NTLM", connection.challenge.token())
            if kind == ntlm.AUTHENTICATE and connection.challenge is not None:
                challenge, connection.challenge = connection.challenge, None
                connection.user = self.proven(challenge, ntlm.Authenticate(message))
                return connection.user, None
        except (binascii.Error, ntlm.Malformed):
            pass
        return None, None

    def negotiate(self, value, connection):
        """A ticket, which signs the connection in."""
        try:
            token = base64.b64decode(value, validate=True)
        except binascii.Error:
            return None, None
        if connection.context is None:
            connection.user, connection.context = None, self.acceptor.begin()
        principal, answer = self.acceptor.step(connection.context, token)
        if principal is None and answer is not None:
            return None, ("Negotiate", answer)
        connection.context = None
        if principal is not None:
            connection.user = self.world.mailbox_of(principal.partition("@")[0])
        return connection.user, ("Negotiate", answer) if answer else None

    def proven(self, challenge, answer):
        """The mailbox of who has proved to know its password."""
        mailbox = self.world.mailbox_of(answer.user)
        if mailbox is None or not challenge.is_proved(answer, self.world.passwords[mailbox.user], self.channel_hash):
            return None
        return mailbox
