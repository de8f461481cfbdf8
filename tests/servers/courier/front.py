# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands before Courier's imapd and its POP3 server: sockets, TLS and sign-in.

Courier's own programs for these read /etc/courier and ask a daemon at a fixed place, so a private one cannot use
them. This says and asks what they do, and then starts Courier's imapd on the user's Maildir, with the environment
that they would give it; every byte after sign-in is between the client and that. pop3_front.py has the sign-in of POP3.
"""
import asyncio
import base64
import binascii
import ctypes
import os
import re
import signal
import ssl
import sys
from dataclasses import dataclass, field

from courier.pop3_front import Pop3SignIn

LINE_LIMIT = 8192
PUMP_SIZE = 65536


@dataclass
class Front:
    """What all connections of one server share."""

    program: str
    pop3_program: str
    mail: str
    users: list
    password: str
    environment: dict
    owner: dict
    context: ssl.SSLContext
    plaintext: bool
    tasks: set = field(default_factory=set)


def in_child(owner, parent):
    def prepare():
        os.umask(0o77)
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(owner["mail_gid"])
            os.setuid(owner["mail_uid"])
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return prepare


class SignIn:
    """One client until Courier takes it over."""

    def __init__(self, front, reader, writer, secure):
        self.front = front
        self.reader = reader
        self.writer = writer
        self.secure = secure

    def capability(self):
        words = self.front.environment["IMAP_CAPABILITY"]
        if self.secure:
            return words + " AUTH=PLAIN"
        return words + " STARTTLS" + (" AUTH=PLAIN" if self.front.plaintext else " LOGINDISABLED")

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def read_line(self):
        return (await self.reader.readline()).rstrip(b"\r\n")

    async def read_command(self):
        """The words of one command; a literal is one word. None at the end."""
        words = []
        while True:
            line = await self.reader.readline()
            if not line.endswith(b"\n") or len(line) > LINE_LIMIT:
                return None
            line = line.rstrip(b"\r\n")
            literal = re.search(rb"\{(\d+)(\+?)\}$", line)
            text = line[:literal.start()] if literal else line
            for quoted, atom in re.findall(rb'"((?:[^"\\]|\\.)*)"|([^ ]+)', text):
                words.append(re.sub(rb"\\(.)", rb"\1", quoted) if not atom else atom)
            if not literal:
                return words
            if not literal[2]:
                await self.say("+ OK")
            words.append(await self.reader.readexactly(min(int(literal[1]), LINE_LIMIT)))

    def is_known(self, user, password):
        return user.decode("utf-8", "replace") in self.front.users and password == self.front.password.encode()

    async def read_plain(self, words):
        """The user of AUTHENTICATE PLAIN (RFC 4616), None when it is wrong."""
        if len(words) > 3:
            text = words[3]
        else:
            await self.say("+ ")
            text = await self.read_line()
        try:
            _, user, password = base64.b64decode(text, validate=True).split(b"\0")
        except (ValueError, binascii.Error):
            return None
        return user if self.is_known(user, password) else None

    async def start_tls(self, tag):
        if self.secure:
            await self.say(f"{tag} BAD STARTTLS already active")
            return
        await self.say(f"{tag} OK Begin SSL/TLS negotiation now.")
        await self.writer.start_tls(self.front.context)
        self.secure = True

    async def try_user(self, words):
        """The user who signed in by this command, None if nobody did."""
        name = words[1].upper()
        if name == b"LOGIN" and len(words) == 4:
            user = words[2] if self.is_known(words[2], words[3]) else None
        elif name == b"AUTHENTICATE" and len(words) > 2 and words[2].upper() == b"PLAIN":
            user = await self.read_plain(words)
        else:
            await self.say(f"{words[0].decode()} BAD Error in IMAP command received by server.")
            return None
        if user is None:
            await self.say(f"{words[0].decode()} NO Login failed.")
        return user

    async def run(self):
        """The user and the tag of the command by which he signed in; None when the client left."""
        await self.say(f"* OK [CAPABILITY {self.capability()}] Courier-IMAP ready. Copyright 1998-2021 Double "
                       "Precision, Inc.  See COPYING for distribution information.")
        while (words := await self.read_command()) is not None:
            if len(words) < 2:
                await self.say("* BAD Error in IMAP command received by server.")
                continue
            tag, name = words[0].decode("ascii", "replace"), words[1].upper()
            if name == b"CAPABILITY":
                await self.say(f"* CAPABILITY {self.capability()}\r\n{tag} OK CAPABILITY completed")
            elif name == b"NOOP":
                await self.say(f"{tag} OK NOOP completed")
            elif name == b"LOGOUT":
                await self.say(f"* BYE Courier-IMAP server shutting down\r\n{tag} OK LOGOUT completed")
                return None
            elif name == b"STARTTLS":
                await self.start_tls(tag)
            elif not self.secure and not self.front.plaintext:
                await self.say(f"{tag} NO STARTTLS required")
            elif (user := await self.try_user(words)) is not None:
                return user.decode(), tag
        return None


async def pump(reader, writer):
    try:
        while data := await reader.read(PUMP_SIZE):
            writer.write(data)
            await writer.drain()
    except (OSError, ssl.SSLError):
        pass
    finally:
        try:
            writer.close()
        except OSError:
            pass


async def hand_over(front, reader, writer, program, user, **more):
    """Courier's PROGRAM from here on, with MORE in its environment."""
    peer = writer.get_extra_info("peername")
    environment = dict(front.environment, AUTHENTICATED=user, AUTHADDR=user, TCPREMOTEIP=peer[0],
                       TCPREMOTEPORT=str(peer[1]), **more)
    process = await asyncio.create_subprocess_exec(
        program, ".", env=environment, cwd=os.path.join(front.mail, user), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, preexec_fn=in_child(front.owner, os.getpid()), limit=PUMP_SIZE,
    )
    try:
        await asyncio.gather(pump(reader, process.stdin), pump(process.stdout, writer))
    finally:
        if process.returncode is None:
            process.stdin.close()
            await process.wait()


async def serve_imap(front, reader, writer, secure):
    sign_in = SignIn(front, reader, writer, secure)
    found = await sign_in.run()
    if found is not None:
        await hand_over(front, reader, writer, front.program, found[0], IMAPLOGINTAG=found[1], PROTOCOL="IMAP",
                        IMAP_TLS="1" if sign_in.secure else "0")


async def serve_pop3(front, reader, writer, secure):
    sign_in = Pop3SignIn(front, reader, writer, secure)
    user = await sign_in.run()
    if user is not None:
        await hand_over(front, reader, writer, front.pop3_program, user, PROTOCOL="POP3", UTF8=sign_in.utf8)


async def serve_client(serve_protocol, front, reader, writer, secure):
    try:
        await serve_protocol(front, reader, writer, secure)
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError, ValueError):
        pass  # the client is gone, or speaks another protocol
    finally:
        writer.close()


async def start_watcher(front, program):
    """Courier learns by it what happens in a Maildir; it ends with us."""
    name = front.environment["GAM_CLIENT_ID"]
    return await asyncio.create_subprocess_exec(
        program, "--notimeout", name, env=front.environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, preexec_fn=in_child(front.owner, os.getpid()))


async def serve(front, sockets, watcher):
    """SOCKETS listen already: for each protocol one for clear text, and one for TLS."""
    watching = await start_watcher(front, watcher)

    def handler(protocol, is_secure):
        return lambda reader, writer: serve_client(protocol, front, reader, writer, is_secure)

    for protocol, clear, secure in zip([serve_imap, serve_pop3], sockets[::2], sockets[1::2]):
        await asyncio.start_server(handler(protocol, False), sock=clear)
        await asyncio.start_server(handler(protocol, True), sock=secure, ssl=front.context)
    await watching.wait()
    sys.exit("the watcher of Maildirs ended")
