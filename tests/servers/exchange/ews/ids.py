# SPDX-License-Identifier: LGPL-2.1-or-later
"""Opaque strings: ids, change keys, sync states, watermarks. Whoever changes one letter has none."""
import base64
import binascii
import hashlib
import struct
from collections import namedtuple

from .errors import EwsError

FOLDER, ITEM, ATTACHMENT = b"F", b"I", b"A"
KEY_HEAD = b"\x09\x00\x00\x00\x16\x00\x00\x00"

ObjectId = namedtuple("ObjectId", "kind mailbox number part")


class Sealer:
    """Packs numbers so that they look like nothing and cannot be forged."""

    def __init__(self, secret=b"dovecote", layout="exchange"):
        self.secret = secret
        self.layout = layout

    def seal(self, kind, data, length=0):
        """A string of that kind; LENGTH is how many bytes it fills at least."""
        tag = hashlib.blake2b(kind + data, key=self.secret, digest_size=16).digest()
        mask = hashlib.blake2b(tag, key=self.secret, digest_size=max(len(data), 1)).digest()
        body = tag + bytes(a ^ b for a, b in zip(data, mask))
        filler = hashlib.shake_128(tag).digest(max(0, length - len(body)))
        return base64.b64encode(body + filler).decode("ascii")

    def open(self, kind, text, size):
        """The data that was sealed, or None when this never came from here."""
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        tag, masked, filler = raw[:16], raw[16:16 + size], raw[16 + size:]
        mask = hashlib.blake2b(tag, key=self.secret, digest_size=size).digest()
        data = bytes(a ^ b for a, b in zip(masked, mask))
        genuine = hashlib.blake2b(kind + data, key=self.secret, digest_size=16).digest()
        return data if genuine == tag and filler == hashlib.shake_128(tag).digest(len(filler)) else None

    # ---- ids ----

    OBJECT = struct.Struct(">cHQI")

    def id_of(self, kind, mailbox, number, part=0):
        """The id of an object; it stays the same as long as the object lies in its folder."""
        # Exchange's ids begin with what all ids of a mailbox share; others' are short and have another alphabet, or are
        # longer than the 512 bytes that Microsoft allows.
        data = self.OBJECT.pack(kind, mailbox, number, part)
        if self.layout == "short":
            return self.seal(b"id", data).rstrip("=").replace("+", "-").replace("/", "_")
        if self.layout == "long":
            return self.seal(b"id", data, 600)
        mailbox_part = hashlib.blake2b(b"mailbox%d" % mailbox, key=self.secret, digest_size=48).digest()
        return "AAMk" + base64.b64encode(mailbox_part).decode("ascii") + self.seal(b"id", data, 57)

    def object_of(self, text):
        """What an id stands for."""
        sealed = text if self.layout == "long" else text[68:]
        if self.layout == "short":
            sealed = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        data = self.open(b"id", sealed, self.OBJECT.size)
        if data is None:
            raise EwsError("ErrorInvalidIdMalformed")
        found = ObjectId(*self.OBJECT.unpack(data))
        if self.id_of(*found) != text:
            raise EwsError("ErrorInvalidIdMalformed")
        return found

    def bytes_of(self, text):
        """The bytes that an id is made of, for its other forms."""
        return text.encode("ascii") if self.layout == "short" else base64.b64decode(text, validate=True)

    def text_of(self, data):
        """The id that is made of these bytes."""
        return data.decode("ascii") if self.layout == "short" else base64.b64encode(data).decode("ascii")

    # ---- change keys ----

    def change_key(self, version):
        """The change key of what was last written in change VERSION."""
        store = hashlib.sha1(self.secret).digest()[:14]
        return base64.b64encode(KEY_HEAD + store + version.to_bytes(8, "big")).decode("ascii")

    def version_of(self, key):
        """The change that a change key stands for."""
        try:
            raw = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        version = int.from_bytes(raw[-8:], "big")
        if len(raw) != 30 or key != self.change_key(version):
            raise EwsError("ErrorInvalidChangeKey")
        return version

    # ---- sync states and watermarks ----

    STATE = struct.Struct(">cHQQQQ")

    def sync_state(self, kind, mailbox, folder, base, position, head):
        """Where a client stands: it had all up to BASE, now has up to POSITION of what was there at HEAD."""
        return self.seal(b"sync", self.STATE.pack(kind, mailbox, folder, base, position, head), 96)

    def read_sync_state(self, text, kind, mailbox, folder):
        """(base, position, head) of a state that belongs to this folder."""
        data = self.open(b"sync", text, self.STATE.size)
        if data is None:
            raise EwsError("ErrorInvalidSyncStateData")
        *owner, base, position, head = self.STATE.unpack(data)
        if owner != [kind, mailbox, folder]:
            raise EwsError("ErrorInvalidSyncStateData")
        return base, position, head

    def watermark(self, mailbox, number):
        """The place after an event."""
        return self.seal(b"mark", struct.pack(">HQ", mailbox, number), 40)

    def read_watermark(self, text, mailbox):
        """The number of the event before that place."""
        data = self.open(b"mark", text, 10)
        if data is None:
            raise EwsError("ErrorInvalidWatermark")
        owner, number = struct.unpack(">HQ", data)
        if owner != mailbox:
            raise EwsError("ErrorInvalidWatermark")
        return number
