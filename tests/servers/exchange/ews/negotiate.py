# SPDX-License-Identifier: LGPL-2.1-or-later
"""Negotiate (RFC 4559): tickets of Kerberos, judged by the system's own GSSAPI (python3-gssapi)."""
import os

BOUND = 2048   # GSS_C_CHANNEL_BOUND_FLAG: the client's bindings were there, and they were these


class Acceptor:
    """The service HTTP of this host, with the key of a key table."""

    def __init__(self, keytab, bindings=None):
        os.environ["KRB5_KTNAME"] = str(keytab)
        import gssapi  # only here: it reads the environment
        self.gssapi = gssapi
        self.credentials = gssapi.Credentials(usage="accept")
        self.bindings = gssapi.raw.ChannelBindings(application_data=bindings) if bindings is not None else None

    def begin(self):
        """One attempt."""
        return self.gssapi.SecurityContext(creds=self.credentials, usage="accept", channel_bindings=self.bindings)

    def step(self, context, token):
        """(principal or None, token to answer with or None); a token that proves nothing gives neither."""
        try:
            answer = context.step(token)
            complete = context.complete   # only now it says what was wrong with the token
        except self.gssapi.exceptions.GSSError:
            return None, None
        if not complete:
            return None, answer
        if self.bindings is not None and not int(context.actual_flags) & BOUND:
            return None, None
        return str(context.initiator_name), answer
