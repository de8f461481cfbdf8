# SPDX-License-Identifier: LGPL-2.1-or-later
"""NTLM version 2 (MS-NLMP), the server's side; MD4 (RFC 1320) for it, which OpenSSL 3 has no more by default."""
import hashlib
import hmac
import secrets
import struct
import time

SIGNATURE = b"NTLMSSP\0"
NEGOTIATE, CHALLENGE, AUTHENTICATE = 1, 2, 3
# Unicode, request target, NTLM, always sign, target is a server, extended session security, target info, 128 and 56
# bits.
FLAGS = 0x00000001 | 0x4 | 0x200 | 0x8000 | 0x20000 | 0x80000 | 0x800000 | 0x20000000 | 0x80000000
END, COMPUTER, DOMAIN, DNS_COMPUTER, DNS_DOMAIN, TIMESTAMP, BINDINGS = 0, 1, 2, 3, 4, 7, 10
FILETIME_EPOCH = 11644473600  # seconds from 1601 to 1970


class Malformed(Exception):
    """It is no message of NTLM."""


# ---- MD4 ----

def rotate(value, count):
    """A 32-bit word rotated to the left."""
    value &= 0xFFFFFFFF
    return (value << count | value >> (32 - count)) & 0xFFFFFFFF


# Of each round: the function, its constant, the order of the words, the shifts.
ROUNDS = (
    (lambda x, y, z: (x & y) | (~x & z), 0, range(16), (3, 7, 11, 19)),
    (lambda x, y, z: (x & y) | (x & z) | (y & z), 0x5A827999, (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
     (3, 5, 9, 13)),
    (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)


def md4(data):
    """The digest of RFC 1320."""
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + struct.pack("<Q", len(data) * 8)
    for start in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, start)
        a, b, c, d = state
        for function, constant, order, shifts in ROUNDS:
            for step, index in enumerate(order):
                a = rotate(a + function(b, c, d) + words[index] + constant, shifts[step % 4])
                a, b, c, d = d, a, b, c
        state = [(old + new) & 0xFFFFFFFF for old, new in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


# ---- messages ----

def kind_of(message):
    """Which of the three messages it is."""
    if len(message) < 12 or message[:8] != SIGNATURE:
        raise Malformed
    return struct.unpack_from("<I", message, 8)[0]


def pair(kind, value):
    """One entry of the target information."""
    return struct.pack("<HH", kind, len(value)) + value


def pairs(data):
    """The entries of target information."""
    found = {}
    place = 0
    while place + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, place)
        if kind == END:
            break
        found[kind] = data[place + 4:place + 4 + length]
        place += 4 + length
    return found


class Challenge:
    """What the server asks, and whether the answer proves anything."""

    def __init__(self, server_challenge=None):
        self.challenge = server_challenge or secrets.token_bytes(8)

    def token(self):
        """CHALLENGE_MESSAGE."""
        target = "EXAMPLE".encode("utf-16-le")
        filetime = struct.pack("<Q", int((time.time() + FILETIME_EPOCH) * 10_000_000))
        info = b"".join((pair(DOMAIN, target), pair(COMPUTER, "MAIL".encode("utf-16-le")),
                         pair(DNS_DOMAIN, "example.org".encode("utf-16-le")),
                         pair(DNS_COMPUTER, "mail.example.org".encode("utf-16-le")),
                         pair(TIMESTAMP, filetime), pair(END, b"")))
        head = struct.pack("<8sIHHII8s8sHHI8s", SIGNATURE, CHALLENGE, len(target), len(target), 56, FLAGS,
                           self.challenge, bytes(8), len(info), len(info), 56 + len(target), bytes(8))
        return head + target + info

    def is_proved(self, answer, password, channel_hash=None):
        """Whether whoever answered knows the password, on this channel."""
        if answer.has_no_name or len(answer.nt_response) < 44:
            return False
        proof, blob = answer.nt_response[:16], answer.nt_response[16:]
        secret = hmac.new(md4(password.encode("utf-16-le")), (answer.user.upper() + answer.domain).encode("utf-16-le"),
                          hashlib.md5).digest()
        expected = hmac.new(secret, self.challenge + blob, hashlib.md5).digest()
        if not hmac.compare_digest(proof, expected):
            return False
        return channel_hash is None or pairs(blob[28:]).get(BINDINGS) == channel_hash


class Authenticate:
    """AUTHENTICATE_MESSAGE."""

    def __init__(self, message):
        if len(message) < 64:
            raise Malformed
        self.message = message
        self.nt_response = self.field(20)
        self.domain = self.text(28)
        self.user = self.text(36)

    def field(self, place):
        """The bytes that a descriptor points at."""
        length, _, offset = struct.unpack_from("<HHI", self.message, place)
        if offset + length > len(self.message):
            raise Malformed
        return self.message[offset:offset + length]

    def text(self, place):
        """The same as text."""
        return self.field(place).decode("utf-16-le", "replace")

    @property
    def has_no_name(self):
        """Whether nobody signs in."""
        return not self.user


def channel_bindings(certificate):
    """What stands for the channel (RFC 5929, tls-server-end-point)."""
    return b"tls-server-end-point:" + hashlib.sha256(certificate).digest()


def channel_hash(data):
    """What an answer must be bound to: the hash of the channel's bindings."""
    return hashlib.md5(bytes(16) + struct.pack("<I", len(data)) + data).digest()
