#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Evolution's EWS backend by Camel, inside a session bus of its own: its steps as TAP. test_evolution.py starts it."""
import base64
import json
import sys
import urllib.request

import gi

gi.require_version("Camel", "1.2")
from gi.repository import Camel, Gio, GLib  # noqa: E402

import mirror  # noqa: E402
from support import SECONDS, Script  # noqa: E402

LETTER = b"Subject: Stored\r\nFrom: zoe@example.net\r\nMessage-ID: <1@example.net>\r\n\r\nText\r\n"
SEEN, DELETED = Camel.MessageFlags.SEEN, Camel.MessageFlags.DELETED
script = Script()


class Session(Camel.Session):
    """A session that knows the one password."""

    password = ""

    def do_authenticate_sync(self, service, mechanism, cancellable):
        """Sign in."""
        service.set_password(self.password)
        return service.authenticate_sync(mechanism, cancellable) == Camel.AuthenticationResult.ACCEPTED


class Setting:
    """The store, and the server beside its protocol."""

    def __init__(self, url, user, password, identity, home):
        self.url = url
        self.taube = mirror.Mirror(url, user, password) if mirror.Mirror.is_built() else None
        Camel.init(f"{home}/data", False)
        Camel.provider_init()
        self.session = Session(user_data_dir=f"{home}/data", user_cache_dir=f"{home}/cache")
        self.session.password = password
        self.session.set_online(True)
        self.store = self.session.add_service(identity, "ews", Camel.ProviderType.STORE)
        settings = self.store.ref_settings()
        for name, value in (("hosturl", url), ("user", user), ("email", user), ("host", "127.0.0.1"),
                            ("auth-mechanism", "PLAIN")):
            settings.set_property(name, value)
        self.inbox = None

    def admin(self, method, what, body=None):
        """Ask the server."""
        request = urllib.request.Request(f"{self.url.partition('/EWS')[0]}/admin/{what}", body, method=method)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def folder(self, name="inbox"):
        """A folder as the server has it."""
        return self.admin("GET", f"folder?folder={name}")

    def subjects(self, name="inbox"):
        """What lies in a folder of the server."""
        return sorted(one["subject"] or "" for one in self.folder(name))

    @staticmethod
    def shown(folder):
        """The subjects that Camel has."""
        return sorted(folder.get_message_info(uid).get_subject() or "" for uid in folder.get_uids())

    def uid_of(self, folder, subject):
        """The message of that subject."""
        return next(uid for uid in folder.get_uids() if folder.get_message_info(uid).get_subject() == subject)


@script.step
def connect(setting):
    """It signs in."""
    assert setting.store.connect_sync(None)


@script.step
def see_folders(setting):
    """The folders appear."""
    assert setting.store.get_folder_info_sync(None, Camel.StoreGetFolderInfoFlags.RECURSIVE, None) is not None
    for name in ("Inbox", "Drafts", "Sent Items", "Deleted Items"):
        assert setting.store.get_folder_sync(name, 0, None).get_full_name() == name


@script.step
def see_messages(setting):
    """The messages appear with their subjects."""
    setting.inbox = setting.store.get_folder_sync("Inbox", 0, None)
    assert setting.inbox.refresh_info_sync(None)
    assert setting.shown(setting.inbox) == setting.subjects(), setting.shown(setting.inbox)


@script.step
def read_message(setting):
    """A message has the server's text."""
    found = setting.subjects()
    one = next(one for one in setting.folder() if found.count(one["subject"]) == 1)
    message = setting.inbox.get_message_sync(setting.uid_of(setting.inbox, one["subject"]), None)
    key = one["id"].replace("+", "%2B")
    mime = base64.b64decode(setting.admin("GET", f"mime?id={key}")["mime"])
    assert f"Message-ID: <{message.get_message_id()}>".encode() in mime


@script.step
def mark_read(setting):
    """Flags reach the server."""
    for uid in setting.inbox.get_uids():
        setting.inbox.get_message_info(uid).set_flags(SEEN, SEEN)
    assert setting.inbox.synchronize_sync(False, None)
    assert all(one["read"] for one in setting.folder())


@script.step
def new_mail(setting):
    """A message that arrives is fetched."""
    setting.admin("POST", "deliver", b"Subject: New\r\n\r\nx\r\n")
    setting.inbox.refresh_info_sync(None)
    assert "New" in setting.shown(setting.inbox)


@script.step
def read_elsewhere(setting):
    """What another client reads is seen as read."""
    key = next(one["id"] for one in setting.folder() if one["subject"] == "New")
    setting.admin("POST", "read", json.dumps([key]).encode())
    setting.inbox.refresh_info_sync(None)
    assert setting.inbox.get_message_info(setting.uid_of(setting.inbox, "New")).get_flags() & SEEN


@script.step
def append(setting):
    """A message is stored."""
    message = Camel.MimeMessage.new()
    message.construct_from_input_stream_sync(Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(LETTER)), None)
    info = Camel.MessageInfoBase()
    info.set_flags(SEEN, SEEN)
    setting.inbox.append_message_sync(message, info, None)
    found = [(one["read"], one["draft"]) for one in setting.folder() if one["subject"] == "Stored"]
    assert found == [(True, False)], found


@script.step
def create_folder(setting):
    """A folder is created."""
    setting.store.create_folder_sync("Inbox", "Projekte", None)
    assert setting.subjects("inbox/Projekte") == []


@script.step
def move(setting):
    """A message is moved."""
    setting.inbox.refresh_info_sync(None)
    target = setting.store.get_folder_sync("Inbox/Projekte", 0, None)
    setting.inbox.transfer_messages_to_sync([setting.uid_of(setting.inbox, "New")], target, True, None)
    setting.inbox.synchronize_sync(True, None)
    assert setting.subjects("inbox/Projekte") == ["New"] and "New" not in setting.subjects()


@script.step
def delete(setting):
    """A deleted message goes to the deleted items."""
    setting.inbox.refresh_info_sync(None)
    setting.inbox.get_message_info(setting.uid_of(setting.inbox, "Stored")).set_flags(DELETED, DELETED)
    setting.inbox.synchronize_sync(True, None)
    assert setting.subjects("deleteditems") == ["Stored"] and "Stored" not in setting.subjects()


@script.step
def rename_and_delete_folder(setting):
    """A folder is renamed and deleted."""
    setting.store.rename_folder_sync("Inbox/Projekte", "Inbox/Weg", None)
    assert setting.subjects("inbox/Weg") == ["New"]
    setting.store.delete_folder_sync("Inbox/Weg", None)
    assert setting.subjects("Deleted%20Items/Weg") == ["New"]


# ---- held against Taube ----

def message_of(data):
    """A message that Camel has read."""
    message = Camel.MimeMessage.new()
    message.construct_from_input_stream_sync(Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(data)), None)
    return message


def content_of(part):
    """What is in a part, decoded."""
    stream = Gio.MemoryOutputStream.new_resizable()
    part.get_content().decode_to_output_stream_sync(stream, None)
    stream.close(None)
    return stream.steal_as_bytes().get_data() or b""


def taube_reads(setting):
    """Taube reads what it wrote: addresses, date, text, files."""
    # What Camel calls flagged is the importance in Exchange; the follow-up flag it keeps apart.
    setting.inbox.append_message_sync(message_of(mirror.letter()), Camel.MessageInfoBase(), None)
    setting.inbox.refresh_info_sync(None)
    setting.taube.check("INBOX")
    info = setting.inbox.get_message_info(setting.uid_of(setting.inbox, mirror.SUBJECT))
    info.set_flags(SEEN, SEEN)
    assert setting.inbox.synchronize_sync(False, None)
    setting.taube.check("INBOX", flags={"seen"})


def taube_writes(setting):
    """It reads what Taube wrote, each file byte for byte."""
    setting.taube.append("INBOX", mirror.letter("Von Taube", "<taube@example.net>"), "seen", "flagged")
    setting.inbox.refresh_info_sync(None)
    uid = setting.uid_of(setting.inbox, "Von Taube")
    info = setting.inbox.get_message_info(uid)
    assert info.get_flags() & SEEN, info.get_flags()
    assert "zoe@example.net" in info.get_from() and "alice@example.org" in info.get_to(), info.get_from()
    assert info.get_date_sent() == 1767603600, info.get_date_sent()
    whole = setting.inbox.get_message_sync(uid, None).get_content()
    parts = [whole.get_part(number) for number in range(whole.get_number())]
    assert mirror.same_text(content_of(parts[0]).decode(), mirror.TEXT)
    assert {part.get_filename(): content_of(part) for part in parts[1:]} == mirror.FILES
    setting.taube.flag(setting.taube.find("INBOX", "Von Taube"), "-seen")
    setting.inbox.refresh_info_sync(None)
    assert not setting.inbox.get_message_info(uid).get_flags() & SEEN


if mirror.Mirror.is_built():
    for each in (taube_reads, taube_writes):
        script.step(each)


if __name__ == "__main__":
    bad = script.run(Setting(*sys.argv[1:]))
    print(f"# {len(script.steps)} steps")
    sys.exit(1 if bad else 0)
