# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands before Courier's POP3 server: it says and asks what courierpop3login does."""
import base64
import binascii

LINE_LIMIT = 8192


class Pop3SignIn:
    """One client until Courier takes it over."""

    def __init__(self, front, reader, writer, secure):
        self.front = front
        self.reader = reader
        self.writer = writer
        self.secure = secure
        self.utf8 = "0"
        self.user = None

    def may_sign_in(self):
        return self.secure or self.front.plaintext

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def read_line(self):
        """None at the end, or when it is longer than any line."""
        line = await self.reader.readline()
        return line.rstrip(b"\r\n") if line.endswith(b"\n") and len(line) <= LINE_LIMIT else None

    def capabilities(self):
        words = ["SASL PLAIN LOGIN"] if self.may_sign_in() else []
        words += [] if self.secure else ["STLS"]
        words += ["TOP", "USER", "LOGIN-DELAY 10", "PIPELINING", "UIDL", "UTF8 USER",
                  "IMPLEMENTATION Courier Mail Server"]
        return "+OK Here's what I can do:\r\n" + "\r\n".join(words) + "\r\n."

    def is_known(self, user, password):
        return user.decode("utf-8", "replace") in self.front.users and password == self.front.password.encode()

    async def read_plain(self, words):
        """The user of AUTH PLAIN (RFC 4616), None when it is wrong."""
        text = words[2] if len(words) > 2 else None
        if text is None:
            await self.say("+ ")
            text = await self.read_line()
        try:
            _, user, password = base64.b64decode(text or b"", validate=True).split(b"\0")
        except (ValueError, binascii.Error):
            return None
        return user if self.is_known(user, password) else None

    async def read_login(self):
        """The user of AUTH LOGIN, None when it is wrong."""
        given = []
        for question in (b"Username:", b"Password:"):
            await self.say("+ " + base64.b64encode(question).decode())
            try:
                given.append(base64.b64decode(await self.read_line() or b"", validate=True))
            except (ValueError, binascii.Error):
                return None
        return given[0] if self.is_known(*given) else None

    async def start_tls(self):
        if self.secure:
            await self.say("-ERR TLS support not available.")
            return
        await self.say("+OK Begin SSL/TLS negotiation now.")
        await self.writer.start_tls(self.front.context)
        self.secure = True

    async def try_user(self, name, words, line):
        """The user who signed in by this command, None if nobody did."""
        if name == b"PASS" and self.user is not None:
            user = self.user if self.is_known(self.user, line[5:]) else None
        elif name == b"AUTH" and len(words) > 1 and words[1].upper() == b"PLAIN":
            user = await self.read_plain(words)
        elif name == b"AUTH" and len(words) > 1 and words[1].upper() == b"LOGIN":
            user = await self.read_login()
        else:
            await self.say("-ERR USER/PASS required." if name == b"PASS" else "-ERR Invalid command.")
            return None
        if user is None:
            await self.say("-ERR Login failed.")
        return user

    async def run(self):
        """The user; None when the client left."""
        await self.say("+OK Hello there.")
        while (line := await self.read_line()) is not None:
            words = line.split()
            name = words[0].upper() if words else b""
            if name == b"CAPA":
                await self.say(self.capabilities())
            elif name == b"QUIT":
                await self.say("+OK Better luck next time.")
                return None
            elif name == b"STLS":
                await self.start_tls()
            elif name == b"UTF8":
                self.utf8 = "1"
                await self.say("+OK UTF8 enabled")
            elif not self.may_sign_in():
                await self.say("-ERR TLS required to log in.")
            elif name == b"USER" and len(words) > 1:
                self.user = line[5:]
                await self.say("+OK Password required.")
            elif (user := await self.try_user(name, words, line)) is not None:
                return user.decode()
        return None
