#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""exchangelib, as it is, works with the server: one script of operations, each a case. Prints TAP."""
import os
import sys
from datetime import datetime, timedelta, timezone

sys.dont_write_bytecode = True

import mirror  # noqa: E402
from support import Running, Script, end, tell_schema  # noqa: E402

try:
    import exchangelib
except ImportError:
    print("1..1\nok 1 exchangelib # SKIP missing: python3-exchangelib")
    sys.exit(0)

from exchangelib import (  # noqa: E402
    DELEGATE, NTLM, Account, Body, CalendarItem, Configuration, Contact, Credentials, EWSDateTime, EWSTimeZone,
    FaultTolerance, FileAttachment, HTMLBody, ItemAttachment, Mailbox, Message, OofSettings, Q, Task)
from exchangelib.errors import ErrorIrresolvableConflict, ErrorItemNotFound, UnauthorizedError  # noqa: E402
from exchangelib.extended_properties import ExtendedProperty  # noqa: E402
from exchangelib.folders import Messages  # noqa: E402
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress  # noqa: E402

UTC = EWSTimeZone("UTC")
LETTER = (b"From: Zoe <zoe@example.net>\r\nTo: alice@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
          b"Date: Mon, 05 Jan 2026 10:00:00 +0100\r\nMessage-ID: <1@example.net>\r\nMIME-Version: 1.0\r\n"
          b"Content-Type: text/plain; charset=utf-8\r\n\r\nSch\xc3\xb6nes Wetter.\r\n")
script = Script()


class ArticleNumber(ExtendedProperty):
    """PR_INTERNET_ARTICLE_NUMBER."""

    property_tag = 0x0E23
    property_type = "Integer"


class Shade(ExtendedProperty):
    """A property of one's own, by name."""

    property_set_id = "b2a5f1c0-1111-4222-8333-444455556666"
    property_name = "Shade"
    property_type = "String"


class World:
    """What the steps share."""

    def __init__(self, server):
        self.server = server
        credentials = Credentials(server["user"], server["password"])
        self.config = Configuration(service_endpoint=server["url"], credentials=credentials, auth_type="basic",
                                    retry_policy=FaultTolerance(max_wait=30))
        self.account = None
        self.taube = mirror.Mirror(server["url"], server["user"], server["password"]) \
            if mirror.Mirror.is_built() else None
        self.item = None
        self.state = {}

    def account_of(self, user):
        """Another user's account."""
        config = Configuration(service_endpoint=self.server["url"], auth_type="basic",
                               credentials=Credentials(user, self.server["password"]))
        return Account(f"{user}@example.org", config=config, autodiscover=False, access_type=DELEGATE)


@script.step
def sign_in(world):
    """The version is negotiated and the account opened."""
    world.account = Account(world.server["user"], config=world.config, autodiscover=False, access_type=DELEGATE,
                            default_timezone=UTC)
    assert (world.account.version.build.major_version, world.account.version.build.minor_version) == (15, 2)


@script.step
def distinguished_folders(world):
    """The distinguished folders are there."""
    account = world.account
    names = [account.inbox.name, account.sent.name, account.trash.name, account.drafts.name, account.junk.name]
    assert names == ["Inbox", "Sent Items", "Deleted Items", "Drafts", "Junk Email"], names
    assert account.inbox.total_count == 40, account.inbox.total_count


@script.step
def whole_tree(world):
    """FindFolder goes deep and gives the whole tree."""
    names = {folder.name for folder in world.account.root.walk()}
    assert {"Top of Information Store", "Inbox", "Calendar", "Tasks", "Recoverable Items"} <= names, names


@script.step
def create_folders(world):
    """Folders are created inside one another."""
    world.parent = Messages(parent=world.account.inbox, name="Projects").save()
    world.child = Messages(parent=world.parent, name="Straße").save()
    assert [one.name for one in world.parent.children] == ["Straße"]


@script.step
def rename_folder(world):
    """A folder is renamed."""
    world.child.name = "Road"
    world.child.save(update_fields=["name"])
    world.child.refresh()
    assert world.child.name == "Road"


@script.step
def move_folder(world):
    """A folder is moved and keeps its id."""
    before = world.child.id
    world.child.move(world.account.msg_folder_root)
    world.child.refresh()
    assert world.child.id == before
    assert world.child.parent_folder_id.id == world.account.msg_folder_root.id


@script.step
def list_all(world):
    """FindItem and GetItem list the folder, newest first."""
    items = list(world.account.inbox.all().order_by("-datetime_received"))
    assert len(items) == 40
    assert items == sorted(items, key=lambda item: item.datetime_received, reverse=True)
    assert all(isinstance(item, Message) and item.size > 0 for item in items)


@script.step
def pages(world):
    """Pages of seven give the same as one page."""
    query = world.account.inbox.all().order_by("datetime_received")
    query.page_size = 7
    paged = list(query.values_list("id", flat=True))
    assert len(paged) == len(set(paged)) == 40


@script.step
def only_fields(world):
    """Only what is asked for comes back."""
    item = next(iter(world.account.inbox.all().only("subject")))
    assert item.subject is not None and item.body is None and item.datetime_received is None


@script.step
def restrictions(world):
    """Restrictions find what they mean."""
    inbox = world.account.inbox
    unread = inbox.filter(is_read=False).count()
    assert unread == inbox.unread_count == 8, (unread, inbox.unread_count)
    some = inbox.filter(Q(subject__icontains="re") | Q(is_read=False)).count()
    assert 8 <= some < 40, some
    late = inbox.filter(datetime_received__gt=datetime(2024, 1, 1, 19, 30, tzinfo=UTC)).count()
    assert 0 < late < 40, late
    assert inbox.exclude(is_read=True).count() == 8


@script.step
def by_words(world):
    """A query string finds words."""
    inbox = world.account.inbox
    wanted = sorted(item.id for item in inbox.all().only("subject") if "Tagesordnung" in (item.subject or ""))
    found = sorted(inbox.filter("subject:tagesordnung").values_list("id", flat=True))
    assert found and found == wanted, (len(found), len(wanted))
    assert inbox.filter("subject:tagesordnung NOT isread:true").count() <= len(found)
    assert inbox.filter("nobodywrotethis").count() == 0


@script.step
def save_draft(world):
    """A draft is created, text and recipients come back."""
    item = Message(account=world.account, folder=world.account.drafts, subject="Grüße & <Küsse>",
                   body=HTMLBody("<html><body><p>Schön</p></body></html>"), categories=["Blue", "Grün"],
                   to_recipients=[Mailbox(name="Bob", email_address="bob@example.org")], importance="High")
    item.save()
    world.item = world.account.drafts.get(id=item.id, changekey=item.changekey)
    assert world.item.subject == "Grüße & <Küsse>" and world.item.is_draft and world.item.importance == "High"
    assert world.item.categories == ["Blue", "Grün"]
    assert [one.email_address for one in world.item.to_recipients] == ["bob@example.org"]
    assert "Schön" in world.item.body


@script.step
def update(world):
    """An update changes the change key and nothing else."""
    before = world.item.changekey
    world.item.subject = "Grüße"
    world.item.save(update_fields=["subject"])
    assert world.item.changekey != before
    world.item.refresh()
    assert world.item.subject == "Grüße" and world.item.importance == "High"


@script.step
def conflict(world):
    """An update with an old change key conflicts."""
    mine = world.account.drafts.get(id=world.item.id)
    world.item.subject = "Mine"
    world.item.save(update_fields=["subject"], conflict_resolution="NeverOverwrite")
    mine.subject = "Late"
    try:
        mine.save(update_fields=["subject"], conflict_resolution="NeverOverwrite")
    except ErrorIrresolvableConflict:
        return
    raise AssertionError("nothing was said of the conflict")


@script.step
def delete_field(world):
    """A field is deleted."""
    world.item.refresh()
    world.item.categories = None
    world.item.save(update_fields=["categories"])
    world.item.refresh()
    assert world.item.categories is None


@script.step
def attachments(world):
    """Files and a message are attached, read and removed."""
    world.item.attach(FileAttachment(name="täglich.txt", content=b"\x00\x01data", content_type="text/plain"))
    world.item.attach(ItemAttachment(name="inner", item=Message(folder=world.account.drafts, subject="Inner",
                                                                body=Body("Inside"))))
    item = world.account.drafts.get(id=world.item.id)
    files = [one for one in item.attachments if isinstance(one, FileAttachment)]
    inner = [one for one in item.attachments if isinstance(one, ItemAttachment)]
    assert files[0].content == b"\x00\x01data" and files[0].name == "täglich.txt"
    assert inner[0].item.subject == "Inner" and "Inside" in inner[0].item.body
    item.detach(files[0])
    assert [one.name for one in world.account.drafts.get(id=item.id).attachments] == ["inner"]


@script.step
def from_mime(world):
    """A message is created from MIME alone; its bytes come back."""
    item = Message(account=world.account, folder=world.account.inbox, mime_content=LETTER)
    item.save()
    found = world.account.inbox.get(id=item.id)
    assert found.subject == "Grüße" and found.sender.email_address == "zoe@example.net"
    assert found.text_body.strip() == "Schönes Wetter." and found.message_id == "<1@example.net>"
    assert found.mime_content == LETTER
    assert found.datetime_sent == datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
    world.letter = found


@script.step
def read_flag(world):
    """Marking as read and unread changes the count."""
    before = world.account.inbox.unread_count
    world.letter.is_read = False
    world.letter.save(update_fields=["is_read"])
    world.account.inbox.refresh()
    assert world.account.inbox.unread_count == before + 1


@script.step
def sync_folder(world):
    """SyncFolderItems tells all, then nothing, then what changed."""
    inbox = world.account.inbox
    first = list(inbox.sync_items(max_changes_returned=10))
    world.state = inbox.item_sync_state
    assert len(first) == 41 and all(kind == "create" for kind, _ in first)
    assert list(inbox.sync_items(sync_state=world.state)) == []
    world.letter.is_read = True
    world.letter.save(update_fields=["is_read"])
    changes = list(inbox.sync_items(sync_state=world.state))
    assert [kind for kind, _ in changes] == ["read_flag_change"], changes
    assert changes[0][1][1] is True


@script.step
def sync_tree(world):
    """SyncFolderHierarchy tells of new and deleted folders."""
    root = world.account.msg_folder_root
    first = list(root.sync_hierarchy())
    assert len(first) >= 14
    folder = Messages(parent=root, name="Short-lived").save()
    assert [kind for kind, _ in root.sync_hierarchy(sync_state=root.folder_sync_state)] == ["create"]
    folder.delete()
    assert [kind for kind, _ in root.sync_hierarchy(sync_state=root.folder_sync_state)] == ["delete"]


@script.step
def move_item(world):
    """A moved item has a new id; the old one is gone."""
    old = world.letter.id
    world.letter.move(world.child)
    assert world.letter.id != old
    found = list(world.account.fetch([(old, None)]))
    assert isinstance(found[0], ErrorItemNotFound), found
    kinds = [kind for kind, _ in world.account.inbox.sync_items(sync_state=world.state)]
    assert kinds == ["delete"], kinds


@script.step
def copy_item(world):
    """An item is copied."""
    world.letter.copy(world.parent)
    assert world.parent.all().count() == 1
    assert world.child.all().count() == 1


@script.step
def trash_and_delete(world):
    """Items go to deleted items, to the dumpster, or for good."""
    copies = list(world.parent.all())
    copies[0].move_to_trash()
    assert world.parent.all().count() == 0 and world.account.trash.all().count() == 1
    world.account.trash.all().get().soft_delete()
    assert world.account.trash.all().count() == 0
    assert world.account.recoverable_items_deletions.all().count() == 1
    world.letter.delete()
    assert world.child.all().count() == 0


@script.step
def send_mail(world):
    """A message is sent, saved, and arrives."""
    item = Message(account=world.account, folder=world.account.sent, subject="To Bob", body=Body("Hello Bob"),
                   to_recipients=["bob@example.org"], bcc_recipients=["carol@example.org", "far@example.com"])
    item.send_and_save()
    saved = world.account.sent.all().get()
    assert saved.subject == "To Bob" and not saved.is_draft and saved.bcc_recipients
    world.bob = world.account_of("bob")
    got = world.bob.inbox.all().get()
    assert got.sender.email_address == "alice@example.org" and not got.is_read and got.bcc_recipients is None
    assert got.message_id == saved.message_id and got.text_body.strip() == "Hello Bob"
    assert [one["to"] for one in world.server.admin("GET", "outgoing")] == [["far@example.com"]]


@script.step
def reply(world):
    """A reply goes back to the sender."""
    world.bob.inbox.all().get().reply(subject="Re: To Bob", body="Thanks")
    got = world.account.inbox.filter(subject="Re: To Bob").get()
    assert got.in_reply_to and "Thanks" in got.text_body


@script.step
def send_draft(world):
    """A draft is sent; it lies in the sent folder then."""
    world.item.refresh()
    world.item.send()
    assert world.account.sent.filter(subject="Mine").count() == 1
    assert world.account.drafts.all().count() == 0
    assert world.bob.inbox.filter(subject="Mine").get().has_attachments


@script.step
def bulk(world):
    """Items are created, updated and deleted in bulk."""
    items = [Message(subject=f"Bulk {n}", body=Body("x"), is_read=False) for n in range(30)]
    ids = world.account.bulk_create(folder=world.parent, items=items, message_disposition="SaveOnly")
    assert len(ids) == 30 and world.parent.filter(is_read=False).count() == 30
    found = list(world.parent.all())
    for one in found:
        one.is_read = True
    world.account.bulk_update([(one, ["is_read"]) for one in found])
    assert world.parent.filter(is_read=False).count() == 0
    assert all(result is True for result in world.account.bulk_delete(ids[:10]))
    assert world.parent.all().count() == 20


@script.step
def empty(world):
    """A folder is emptied and deleted."""
    world.parent.empty()
    assert world.parent.all().count() == 0
    world.parent.delete()
    assert "Projects" not in {folder.name for folder in world.account.inbox.children}


@script.step
def extended_properties(world):
    """Extended properties are written, found, and computed."""
    Message.register("article", ArticleNumber)
    Message.register("shade", Shade)
    item = Message(account=world.account, folder=world.account.drafts, subject="With shade", shade="dark")
    item.save()
    found = world.account.drafts.filter(shade="dark").get()
    assert found.shade == "dark" and found.article > 0
    numbers = list(world.account.inbox.all().order_by("article").values_list("article", flat=True))
    assert numbers == sorted(numbers) and len(set(numbers)) == len(numbers)
    Message.deregister("article")
    Message.deregister("shade")
    found.delete()


@script.step
def contacts(world):
    """A contact is created, changed part by part, and found by name."""
    contact = Contact(account=world.account, folder=world.account.contacts, given_name="Jürgen", surname="Müller",
                      display_name="Jürgen Müller", company_name="Brücken",
                      email_addresses=[EmailAddress(label="EmailAddress1", email="jm@example.de")],
                      phone_numbers=[PhoneNumber(label="MobilePhone", phone_number="+49 1")],
                      physical_addresses=[PhysicalAddress(label="Home", city="Köln", street="Weg 1")])
    contact.save()
    contact.phone_numbers = [PhoneNumber(label="MobilePhone", phone_number="+49 2")]
    contact.save(update_fields=["phone_numbers"])
    found = world.account.contacts.get(id=contact.id)
    assert found.phone_numbers[0].phone_number == "+49 2" and found.physical_addresses[0].city == "Köln"
    names = world.account.protocol.resolve_names(["Jürgen"], parent_folders=[world.account.contacts])
    assert [one.email_address for one in names] == ["jm@example.de"], names


@script.step
def calendar(world):
    """An event is created, seen in a view, and deleted."""
    start = EWSDateTime(2026, 3, 4, 10, tzinfo=UTC)
    event = CalendarItem(account=world.account, folder=world.account.calendar, subject="Tea", location="Köln",
                         start=start, end=start + timedelta(hours=1), legacy_free_busy_status="Busy")
    event.save()
    view = list(world.account.calendar.view(start=start - timedelta(hours=1), end=start + timedelta(hours=2)))
    assert [(one.subject, one.start, one.location) for one in view] == [("Tea", start, "Köln")]
    assert not list(world.account.calendar.view(start=start + timedelta(days=1), end=start + timedelta(days=2)))
    assert view[0].uid


@script.step
def availability(world):
    """Others see when somebody is busy."""
    start = EWSDateTime(2026, 3, 4, 8, tzinfo=UTC)
    accounts = [(world.bob, "Required", False), (world.account, "Organizer", False)]
    views = list(world.account.protocol.get_free_busy_info(
        accounts=accounts, start=start, end=start + timedelta(hours=8), requested_view="DetailedMerged"))
    assert not views[0].calendar_events and views[1].calendar_events[0].busy_type == "Busy"
    assert views[1].merged == "0000220000000000", views[1].merged


@script.step
def tasks(world):
    """A task is created and completed."""
    task = Task(account=world.account, folder=world.account.tasks, subject="Write", status="NotStarted")
    task.save()
    task.complete()
    found = world.account.tasks.all().get()
    assert found.status == "Completed" and found.percent_complete == 100 and found.is_complete
    found.delete(affected_task_occurrences="AllOccurrences")


@script.step
def out_of_office(world):
    """Automatic replies are set and read."""
    world.account.oof_settings = OofSettings(state="Enabled", external_audience="All", internal_reply="Gone",
                                             external_reply="Away")
    settings = world.account.oof_settings
    assert settings.state == "Enabled" and settings.internal_reply == "Gone" and settings.external_reply == "Away"


@script.step
def directory(world):
    """Names of the directory are resolved; there are no delegates."""
    found = world.account.protocol.resolve_names(["carol"], return_full_contact_data=True)
    assert found[0][0].email_address == "carol@example.org"
    assert world.account.delegates == []


@script.step
def time_zones(world):
    """The server's time zones are read."""
    zones = list(world.account.protocol.get_timezones(return_full_timezone_data=True))
    berlin = next(zone for zone in zones if zone.id == "W. Europe Standard Time")
    standard, summer, _ = berlin.get_std_and_dst(2026)
    assert berlin.name.startswith("(UTC+01:00)") and len(zones) > 10
    assert standard.iso_month == 10 and summer.iso_month == 3, (standard, summer)


@script.step
def convert_ids(world):
    """Ids are converted there and back."""
    from exchangelib.properties import EWS_ID, HEX_ENTRY_ID, AlternateId
    item = next(iter(world.account.inbox.all()))
    one = AlternateId(id=item.id, format=EWS_ID, mailbox="alice@example.org")
    there = list(world.account.protocol.convert_ids([one], destination_format=HEX_ENTRY_ID))
    back = list(world.account.protocol.convert_ids(there, destination_format=EWS_ID))
    assert back[0].id == item.id and there[0].id != item.id


@script.step
def pull(world):
    """A pull subscription tells of a new message."""
    inbox = world.account.inbox
    identity, watermark = inbox.subscribe_to_pull()
    world.server.admin("POST", "deliver", LETTER)
    events = [event for one in inbox.get_events(identity, watermark) for event in one.events]
    kinds = [type(event).__name__ for event in events]
    assert kinds[:2] == ["CreatedEvent", "NewMailEvent"], kinds
    inbox.unsubscribe(identity)


@script.step
def stream(world):
    """A streaming subscription tells of it at once, and ends when its time is over."""
    inbox = world.account.inbox
    identity = inbox.subscribe_to_streaming()
    world.server.admin("POST", "deliver", LETTER)
    heard = list(inbox.get_streaming_events(identity, connection_timeout=1))
    kinds = [type(event).__name__ for one in heard for event in one.events]
    assert "NewMailEvent" in kinds, kinds
    inbox.unsubscribe(identity)


@script.step
def busy(world):
    """A busy server is asked again after it said how long to wait."""
    world.server.admin("POST", "faults", {"fault": "server-busy", "operation": "FindItem", "backoff": 100})
    assert world.account.inbox.all().count() > 0
    assert world.server.admin("GET", "faults") == []


@script.step
def ntlm(_):
    """NTLM signs in, with the right password only."""
    server = Running("--messages=3", "--auth=ntlm")
    try:
        assert open_by_ntlm(server, server["password"]).inbox.total_count == 3
        refuse_by_ntlm(server)
    finally:
        assert server.stop() == 0


@script.step
def bound_ntlm(_):
    """NTLM over TLS is bound to the channel."""
    server = Running("--messages=3", "--auth=ntlm", "--tls", "--bind-channel")
    os.environ["REQUESTS_CA_BUNDLE"] = server["ca-file"]
    try:
        assert open_by_ntlm(server, server["password"]).inbox.total_count == 3
        refuse_by_ntlm(server)
    finally:
        del os.environ["REQUESTS_CA_BUNDLE"]
        assert server.stop() == 0


def open_by_ntlm(server, password):
    """The account, signed in to by NTLM."""
    config = Configuration(service_endpoint=server["url"], auth_type=NTLM, credentials=Credentials("EXAMPLE\\alice",
                                                                                                   password))
    return Account(server["user"], config=config, autodiscover=False, access_type=DELEGATE)


def refuse_by_ntlm(server):
    """A wrong password is refused."""
    try:
        open_by_ntlm(server, "wrong")
    except UnauthorizedError:
        return
    raise AssertionError("a wrong password was taken")


# ---- held against Taube ----

def files_of(item):
    """The attachments of an item by name."""
    return {one.name: one.content or b"" for one in item.attachments}


def attach_all(item):
    """All files that a specimen has."""
    for name, content in mirror.FILES.items():
        item.attach(FileAttachment(name=name, content=content, content_type=mirror.TYPES[name]))


def taube_reads(world):
    """Taube reads what it wrote: addresses, text, categories, files."""
    item = Message(account=world.account, folder=world.account.drafts, subject=mirror.SUBJECT, is_read=True,
                   body=Body(mirror.TEXT), to_recipients=[Mailbox(name="Alice", email_address="alice@example.org")],
                   cc_recipients=["bob@example.org"], categories=mirror.CATEGORIES,
                   author=Mailbox(name="Zoë Müller", email_address="zoe@example.net"))
    attach_all(item)
    item.save()
    one = world.taube.check("Drafts", flags={"seen", "draft", *mirror.CATEGORIES}, is_dated=False)
    page = Message(account=world.account, folder=world.account.drafts, subject="Page", body=HTMLBody("<p>Grüße</p>"))
    page.attach(FileAttachment(name="alles.bin", content=mirror.FILES["alles.bin"], content_type="application/pdf"))
    page.importance = "Low"
    page.save()
    assert (world.taube.importance("Drafts"), world.taube.importance("Drafts", "Page")) == ("normal", "low")
    one = world.taube.find("Drafts", "Page")
    parts = {part["type"]: part["section"] for part in world.taube.show(one)["parts"]}
    assert "<p>Grüße</p>" in world.taube.part(one, parts["text/html"]).decode()
    assert world.taube.files(one) == {"alles.bin": mirror.FILES["alles.bin"]}


def taube_writes(world):
    """It reads what Taube wrote, byte for byte."""
    data = mirror.letter()
    world.taube.append("INBOX", data, "seen", "flagged", *(f"keyword:{one}" for one in mirror.CATEGORIES),
                       date="2026-02-03T04:05:06+01:00")
    item = world.account.inbox.filter(subject=mirror.SUBJECT).get()
    assert item.mime_content == data and item.importance == "Normal"
    assert (item.author.name, item.author.email_address) == ("Zoë Müller", "zoe@example.net")
    assert [one.email_address for one in item.to_recipients] == ["alice@example.org"]
    assert [one.email_address for one in item.cc_recipients] == ["bob@example.org"]
    assert item.datetime_sent == datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
    assert item.datetime_received == datetime(2026, 2, 3, 3, 5, 6, tzinfo=timezone.utc)
    assert item.is_read and not item.is_draft and sorted(item.categories) == mirror.CATEGORIES
    assert item.message_id == "<mirror@example.net>" and mirror.same_text(item.text_body, mirror.TEXT)
    assert files_of(item) == mirror.FILES
    world.item = item


def both_change(world):
    """What either changes the other sees."""
    item = world.item
    item.is_read, item.categories = False, ["Neu"]
    item.save(update_fields=["is_read", "categories"])
    one = world.taube.check("INBOX", flags={"flagged", "Neu"})
    assert world.taube.raw(one) == item.mime_content
    world.taube.flag(one, "+seen", "-flagged", "+keyword:Dazu", "-keyword:Neu")
    item.refresh()
    assert item.is_read and item.categories == ["Dazu"]
    world.taube.check("INBOX", flags={"seen", "Dazu"})
    item.importance = "Low"
    item.save(update_fields=["importance"])
    assert world.taube.importance("INBOX") == "low"
    world.taube.flag(one, "--importance=high")
    item.refresh()
    assert item.importance == "High" and item.is_read and item.categories == ["Dazu"]


def both_send(world):
    """What either sends the other gets."""
    data = mirror.letter("Von Taube", "<sent@example.org>").replace(b"zoe@example.net", b"alice@example.org")
    world.taube.send(data)
    got = world.bob.inbox.filter(subject="Von Taube").get()
    assert got.sender.email_address == "alice@example.org" and files_of(got) == mirror.FILES
    assert mirror.same_text(got.text_body, mirror.TEXT) and got.message_id == "<sent@example.org>"
    item = Message(account=world.bob, folder=world.bob.sent, subject="Von Bob", body=Body(mirror.TEXT),
                   to_recipients=["alice@example.org"], cc_recipients=["bob@example.org"])
    attach_all(item)
    item.send_and_save()
    world.taube.check("INBOX", "Von Bob", sender="bob@example.org", is_dated=False)


if mirror.Mirror.is_built():
    for each in (taube_reads, taube_writes, both_change, both_send):
        script.step(each)


def main():
    server = Running("--messages=40", "--minute=1")
    tell_schema(server)
    print(f"# exchangelib {exchangelib.__version__}")
    failed = script.run(World(server))
    status = server.stop()
    print(f"{'ok' if status == 0 else 'not ok'} {len(script.steps) + 1} the server never broke the schema")
    end(len(script.steps) + 1, failed or status != 0)


if __name__ == "__main__":
    main()
