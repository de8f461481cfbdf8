#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library from Python: by the module taube, and by introspection alone. Prints TAP."""
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(os.environ["TAUBE_SRCDIR"])
sys.path.insert(0, str(ROOT / "bindings" / "python"))

import taube  # noqa: E402
from gi.repository import Gio, GLib, Taube  # noqa: E402

SECONDS = 60
LETTER = "Subject: Grüße\nFrom: Ada <ada@example.org>\nContent-Type: text/plain; charset=utf-8\n\nSchönes Wetter.\n"


class Dovecot:
    """The private server."""

    def __init__(self):
        self.process = subprocess.Popen(
            [ROOT / "tests" / "servers" / "dovecot" / "serve", "--until-eof", "--messages=12"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts = {}
        for line in self.process.stdout:
            if line == "\n":
                return
            name, _, value = line.rstrip("\n").partition("=")
            self.facts[name] = value
        raise RuntimeError("the private Dovecot did not start")

    def __getitem__(self, name):
        return self.facts[name]

    def deliver(self, folder, text):
        subprocess.run(["doveadm", "-c", self["config"], "save", "-u", "alice", "-m", folder], input=text, text=True,
                       check=True, timeout=SECONDS)

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=SECONDS)


class Case(unittest.TestCase):
    """Each case has the one server."""

    server = None

    def open(self, **options):
        options.setdefault("password", self.server["password"])
        options.setdefault("settings", {"ca-file": self.server["ca-file"]})
        return taube.open(self.server["imaps-uri"], **options)

    def assert_code(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(taube.error_quark(), code), caught.exception.message)
        return caught.exception.message


class ModuleTest(Case):
    """What the module taube gives."""

    def test_backends(self):
        table = taube.backends()["imap"]
        self.assertEqual(len(table), Taube.N_CAPABILITIES)
        self.assertEqual(len(dict(table)), 20)
        self.assertEqual(table["retrieval"], taube.Support.YES)
        with self.assertRaises(KeyError):
            table["no-such-row"]  # pylint: disable=pointless-statement

    def test_capabilities(self):
        with self.open() as account:
            self.assertEqual(account.capabilities["push"], taube.Support.YES)
            self.assertIn("IDLE", account.capabilities.evidence("push"))
            self.assertEqual(account.capabilities["calendar-sync"], taube.Support.NO)
            self.assertTrue(account.capabilities.reason("calendar-sync"))

    def test_folders(self):
        with self.open() as account:
            names = {folder.name: folder for folder in account.folders()}
            self.assertEqual(names["INBOX"].role, taube.Role.INBOX)
            self.assertEqual(names["INBOX"].total, 12)
            self.assertEqual(account.by_role(taube.Role.SENT).name, "Sent")
            self.assertEqual(account.folder("INBOX").path, ["INBOX"])

    def test_messages(self):
        self.server.deliver("Sent", LETTER)
        with self.open() as account:
            message, = account.folder("Sent").list(newest=1)
            self.assertEqual(message.subject, "Grüße")
            self.assertEqual(message.sender, "Ada <ada@example.org>")
            self.assertIsNotNone(message.date.tzinfo)
            self.assertEqual(message.text().rstrip(), "Schönes Wetter.")
            self.assertTrue(message.raw().endswith("Schönes Wetter.\r\n".encode()))
            self.assertEqual(len(message.raw()), message.size)
            self.assertEqual(message.structure().get_media_type(), "text/plain")
            self.assertIn(message.id.split(".")[1], message.uri)
            self.assertEqual(account.folder("Sent").get(message.id).subject, "Grüße")

    def test_iteration(self):
        with self.open() as account:
            ids = [int(message.id.split(".")[1]) for message in account.inbox]
            self.assertEqual(len(ids), 12)
            self.assertEqual(ids, sorted(ids, reverse=True))

    def test_flags(self):
        with self.open() as account:
            message = account.inbox.list(newest=1)[0]
            for result in account.inbox.set_flags([message.id], add=taube.Flags.FLAGGED, add_keywords=["work"]):
                self.assertTrue(result.is_all_done())
            message = account.inbox.get(message.id)
            self.assertTrue(message.flags & taube.Flags.FLAGGED)
            self.assertEqual(message.keywords, ["work"])
            account.inbox.set_flags([message.id], remove=taube.Flags.FLAGGED, remove_keywords=["work"])
            message = account.inbox.get(message.id)
            self.assertFalse(message.flags & taube.Flags.FLAGGED)
            self.assertEqual(message.keywords, [])

    def test_changes(self):
        with self.open() as account:
            first = account.inbox.changes()
            self.assertEqual(sorted(first.added), sorted(message.id for message in account.inbox))
            token = first.token
            self.assertIsInstance(token, bytes)
            message = account.inbox.list(newest=1)[0]
            account.inbox.set_flags([message.id], add=taube.Flags.ANSWERED)
            later = account.inbox.changes(token)
            self.assertEqual((later.added, later.changed, later.removed), ([], [message.id], []))
            self.assertFalse(later.reset)
            self.assertEqual(account.inbox.changes(later.token).changed, [])
            damaged = account.inbox.changes(token[:-1])
            self.assertEqual((damaged.reset, damaged.token, damaged.added), (True, None, []))
            self.assert_code(taube.Error.INVALID, account.inbox.changes, b"no token")
            account.inbox.set_flags([message.id], remove=taube.Flags.ANSWERED)

    def test_search(self):
        with self.open() as account:
            inbox = account.inbox
            everything = inbox.search()
            self.assertEqual(len(everything), everything.total)
            self.assertEqual([m.id for m in everything], [m.id for m in inbox.list()])
            by_size = inbox.search("larger:0", sort="-size", limit=3)
            sizes = [message.size for message in by_size]
            self.assertEqual(sizes, sorted(sizes, reverse=True))
            self.assertEqual(sizes[0], max(message.size for message in everything))
            self.assertEqual(by_size.place(taube.SearchStep.SORT), taube.SearchPlace.SERVER)
            threads = inbox.search(threads=taube.Threading.REFERENCES)
            self.assertEqual(sum(len(thread) for thread in threads.threads), everything.total)
            self.assertEqual(threads.threads[0][0][0], 0)
            with self.assertRaises(GLib.Error) as caught:
                inbox.search("since:yesterday")
            self.assertIn("column 7", caught.exception.message)

    def test_view(self):
        with self.open() as account:
            view = account.folder("Junk").view()
            view.wait()
            self.assertEqual(len(view), 0)
            splices = []
            view.on_change(lambda *splice: splices.append(splice))
            for i in range(3):
                self.server.deliver("Junk", LETTER.replace("Grüße", f"letter {i}"))
            view.wait(lambda: len(view) == 3)
            self.assertEqual([message.subject for message in view], ["letter 2", "letter 1", "letter 0"])
            self.assertEqual(sum(added - removed for _, removed, added in splices), 3)
            self.assertEqual(view[-1].subject, "letter 0")
            self.assertEqual([message.subject for message in view[:2]], ["letter 2", "letter 1"])
            self.assertEqual(view.find(view[1].id), 1)
            with self.assertRaises(IndexError):
                view[3]  # pylint: disable=pointless-statement
            account.folder("Junk").set_flags([view[0].id], add=taube.Flags.SEEN)
            view.wait(lambda: view[0].flags & taube.Flags.SEEN)
            view.filter(lacking=taube.Flags.SEEN)
            self.assertEqual(len(view), 2)
            view.filter()
            view.sort(Taube.ViewSort.SUBJECT, False)
            self.assertEqual(view[0].subject, "letter 0")
            self.assertTrue(view.online)
            self.assertFalse(view.loading)
            self.assertIsNone(view.error)

    def test_token(self):
        hosts = []

        def give(host):
            hosts.append(host)
            return self.server["token"]

        with self.open(password=None, token_source=give) as account:
            self.assertEqual(len(account.inbox.list(newest=1)), 1)
        self.assertEqual(hosts, ["localhost"])

    def test_ask(self):
        users = []

        def answer(question):
            users.append(question.get_user())
            question.answer_password(self.server["password"])

        with self.open(password=None, ask=answer) as account:
            self.assertEqual(account.inbox.total, -1)
        self.assertEqual(users, ["alice"])

    def test_write(self):
        letter = "Subject: {0}\nMessage-ID: <write-{0}@example.org>\n\nCoo {0}.\n"
        when = datetime.datetime(2024, 2, 29, 23, 59, 58, tzinfo=datetime.timezone.utc)
        with self.open() as account, tempfile.NamedTemporaryFile() as file:
            drafts, trash = account.folder("Drafts"), account.folder("Trash")
            file.write(letter.format(2).encode())
            file.flush()
            first = drafts.append(letter.format(1).encode(), flags=taube.Flags.SEEN, keywords=["parcel"], date=when)
            second, third = drafts.append(file.name, Path(file.name))
            with open(file.name, "rb") as stream:
                fourth = drafts.append(stream)
            message = drafts.get(first)
            self.assertEqual(message.raw(), letter.format(1).replace("\n", "\r\n").encode())
            self.assertEqual((message.flags & taube.Flags.SEEN, message.keywords), (taube.Flags.SEEN, ["parcel"]))
            self.assertEqual(message.native.get_date().to_unix(), int(when.timestamp()))
            message.set_flags(add=taube.Flags.FLAGGED, remove_keywords=["parcel"])
            self.assertEqual(drafts.get(first).keywords, [])
            copy = message.copy(trash)
            self.assertEqual(trash.get(copy).subject, "1")
            moved = drafts.get(second).move(trash)
            self.assertEqual(trash.get(moved).subject, "2")
            self.assert_code(taube.Error.NOT_FOUND, drafts.get, second)
            new = drafts.get(third).replace(letter.format(5).encode(), flags=taube.Flags.DRAFT)
            self.assertEqual(drafts.get(new).subject, "5")
            self.assert_code(taube.Error.NOT_FOUND, drafts.get, third)
            trash.remove([copy, moved])
            self.assert_code(taube.Error.NOT_FOUND, trash.remove, [copy])
            drafts.get(fourth).remove()
            self.assert_code(taube.Error.NOT_FOUND, account.folder("nowhere").append, b"Subject: x\n\nCoo\n")
            self.assert_code(taube.Error.STORAGE, drafts.append, "/not/there")
            self.assert_code(taube.Error.INVALID, drafts.append, b"")


    def test_discard(self):
        with self.open() as account:
            thrown, trash = account.create_folder("Thrown"), account.folder("Trash")
            first, second = thrown.append(b"Subject: 1\n\nCoo.\n", b"Subject: 2\n\nCoo.\n")
            thrown.mark_all_seen()
            self.assertTrue(all(message.flags & taube.Flags.SEEN for message in thrown.list()))
            there = thrown.get(first).discard()
            self.assertEqual(trash.get(there).subject, "1")
            self.assert_code(taube.Error.NOT_SUPPORTED, thrown.discard, [second], taube.Discard.RECOVERABLE)
            self.assert_code(taube.Error.INVALID, trash.discard, [there])
            thrown.empty()
            self.assertEqual(len(thrown.list()), 0)
            trash.remove([there])
            thrown.delete()

    def test_manage_folders(self):
        with self.open() as account:
            folder = account.create_folder("Reisen/2026")
            self.assertEqual(folder.name, "Reisen/2026")
            self.assertFalse(folder.subscribed)
            folder.subscribed = True
            self.assertTrue(folder.subscribed)
            renamed = account.folder("Reisen").rename("Fahrten")
            moved = account.folder("Fahrten/2026")
            self.assertEqual(renamed.name, "Fahrten")
            self.assertTrue(moved.subscribed)
            moved.refresh()
            self.assertEqual(moved.size, 0)
            moved.set_metadata("/private/comment", "Für später")
            self.assertEqual(moved.metadata("/private/comment"), {"/private/comment": "Für später".encode()})
            moved.delete()
            self.assertNotIn("Fahrten/2026", [f.name for f in account.folders()])

    def test_sharing(self):
        with self.open() as account:
            folder = account.create_folder("Geteilt")
            self.assertTrue(folder.my_rights() & taube.Rights.ADMIN)
            folder.grant("bob", taube.Rights.LOOKUP | taube.Rights.READ)
            folder.grant("carol", "lrs")
            given = {p.identifier: p.rights for p in folder.permissions()}
            self.assertEqual(given["bob"], taube.Rights.LOOKUP | taube.Rights.READ)
            self.assertTrue(given["carol"] & taube.Rights.SEEN)
            folder.revoke("bob")
            self.assertNotIn("bob", [p.identifier for p in folder.permissions()])
            [quota] = account.inbox.quotas()
            self.assertEqual([quota.resource, quota.in_bytes, quota.limit], ["STORAGE", True, 2 << 30])


class SpoolTest(Case):
    """Retrieving mail by POP3, with a journal; bob's mailbox, so that nobody else's mail goes."""

    def open_pop(self):
        uri = self.server["pop3s-uri"].replace("alice", "bob")
        return taube.open(uri, password=self.server["password"], settings={"ca-file": self.server["ca-file"]})

    def deliver(self, text):
        subprocess.run(["doveadm", "-c", self.server["config"], "save", "-u", "bob", "-m", "INBOX"], input=text,
                       text=True, check=True, timeout=SECONDS)

    def test_spool(self):
        stored = {}
        for number in range(3):
            self.deliver(f"Subject: coo {number}\n\nCoo.\n")

        def store_two(item_id, data):
            if len(stored) == 2:
                raise ValueError("the box is full")
            stored[item_id] = data

        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "journal"
            with self.open_pop() as account, account.inbox.spool(journal) as spool:
                self.assertEqual(len(spool.unstored()), 3)
                with self.assertRaisesRegex(ValueError, "the box is full"):
                    spool.fetch(store_two)
            with self.open_pop() as account, account.inbox.spool(journal) as spool:
                self.assertEqual(len(spool.unstored()), 1)
                self.assertEqual(len(spool.fetch(stored.__setitem__)), 1)
                self.assertEqual(spool.unstored(), [])
                self.assertEqual(sorted(data.split(b"\r\n")[0] for data in stored.values()),
                                 [b"Subject: coo 0", b"Subject: coo 1", b"Subject: coo 2"])
                self.assertEqual(spool.settle(), [])
                self.assertEqual(spool.settle("days=1"), [])
                spool.confirm_removed(list(stored)[:1])
                self.assertEqual(spool.settle("until-removed"), list(stored)[:1])
                self.assertEqual(sorted(spool.settle("no")), sorted(list(stored)[1:]))
            with self.open_pop() as account:
                self.assertEqual(account.inbox.list(), [])

    def test_not_there(self):
        with tempfile.TemporaryDirectory() as folder, self.open() as account:
            self.assert_code(taube.Error.NOT_SUPPORTED, account.inbox.spool, Path(folder) / "journal")


class ErrorTest(Case):
    """Error codes as Python sees them."""

    def test_password(self):
        self.assert_code(taube.Error.AUTH, self.open(password="wrong").__enter__)

    def test_not_supported(self):
        with self.open() as account:
            text = self.assert_code(taube.Error.NOT_SUPPORTED, account.folders, taube.Content.CALENDAR)
            self.assertIn("calendar-sync", text)

    def test_not_found(self):
        with self.open() as account:
            self.assert_code(taube.Error.NOT_FOUND, account.folder("no such folder").list)

    def test_uri(self):
        self.assert_code(taube.Error.INVALID, taube.open, "imaps://alice@:99999/")
        self.assert_code(taube.Error.NOT_SUPPORTED, taube.open, "unheard-of://alice@localhost/")

    def test_certificate(self):
        account = self.open(settings={})
        self.assert_code(taube.Error.CERTIFICATE, account.__enter__)
        certificate = account.native.get_certificate()
        self.assertTrue(certificate.get_problems() & Taube.CertificateProblems.UNTRUSTED)
        self.assertIn("CN", certificate.get_subject())


class NativeTest(Case):
    """Introspection alone."""

    def create(self):
        settings = Taube.Settings.new()
        settings.set("ca-file", self.server["ca-file"])
        return Taube.Account.create_with_settings(self.server["imaps-uri"], settings,
                                                  Taube.Credentials.new_password(self.server["password"]))

    def test_out_parameters(self):
        self.assertEqual(Taube.capability_from_key("push"), (True, Taube.Capability.PUSH))
        table = Taube.Backend.find("imap").get_capabilities()
        known, support, reason, evidence = table.lookup(Taube.Capability.PUSH, Taube.CapabilityLevel.PROTOCOL)
        self.assertTrue(known)
        self.assertEqual(support, Taube.Support.CONDITIONAL)
        self.assertIn("IDLE", reason)
        self.assertIsNone(evidence)

    def test_certificate_question(self):
        account = Taube.Account.create(self.server["imaps-uri"],
                                       Taube.Credentials.new_password(self.server["password"]))
        kinds = []

        def trust(question, *_):
            kinds.append(question.get_kind())
            question.answer_trust()

        account.set_certificate_func(trust)
        self.assertTrue(account.account_connect(None))
        self.assertEqual(kinds, [Taube.QuestionKind.CERTIFICATE])
        account.account_disconnect(None)

    def test_main_loop(self):
        loop = GLib.MainLoop()
        account = self.create()
        subjects = []

        def on_listed(folder, result):
            rows = folder.list_finish(result)
            subjects.extend(rows.get_subject(i) for i in range(rows.get_size()))
            loop.quit()

        def on_connected(_, result):
            account.connect_finish(result)
            account.get_folder_for_role(Taube.FolderRole.INBOX).list_async(None, None, on_listed)

        account.connect_async(None, on_connected)
        guard = GLib.timeout_add_seconds(SECONDS, loop.quit)
        loop.run()
        GLib.source_remove(guard)
        self.assertEqual(len(subjects), 12)

    def test_cancel(self):
        account = self.create()
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            account.account_connect(cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertTrue(account.account_connect(None))

    def test_watch(self):
        """A thread waits for what happens; the others go on meanwhile."""
        account = self.create()
        account.account_connect(None)
        watch = account.watch([account.get_folder(["Drafts"])])
        found = []

        def wait():
            event = watch.next(None)
            found.append((event.get_folder().get_name(), event.get_changes().get_added().get_size()))

        context = GLib.MainContext.default()
        while not watch.is_online():
            context.iteration(True)
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        self.server.deliver("Drafts", LETTER)
        thread.join(timeout=SECONDS)
        watch.stop()
        self.assertEqual(found, [("Drafts", 1)])


class TapResult(unittest.TestResult):
    """One line a case."""

    count = 0

    def tell(self, word, test, more="", detail=""):
        self.count += 1
        print(f"{word} {self.count} {test.id().split('.', 1)[1]}{more}")
        for line in detail.splitlines():
            print(f"# {line}")
        sys.stdout.flush()

    def addSuccess(self, test):
        self.tell("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell("not ok", test, detail=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.tell("not ok", test, detail=self.errors[-1][1])


def main():
    if not any(shutil.which("dovecot", path=path) for path in (None, "/usr/sbin")):
        print("1..0 # SKIP missing: Dovecot is not installed")
        return 0
    Case.server = Dovecot()
    try:
        suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
        result = TapResult()
        suite.run(result)
        print(f"1..{result.count}")
    finally:
        Case.server.stop()
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
