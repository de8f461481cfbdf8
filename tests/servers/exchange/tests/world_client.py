# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client without a network: requests go into the service as bytes, answers come back as elements."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ews import markup, schema, seed  # noqa: E402
from ews.markup import MESSAGES, SOAP, TYPES, find, local, text_of  # noqa: E402
from ews.service import Service  # noqa: E402

PASSWORD = "pigeon-Post-7"
CHECKER, CHECKER_STATE = schema.load()
needs_schema = unittest.skipUnless(CHECKER_STATE == "on", "Microsoft's schema is not here")
LETTER = (b"From: Zoe <zoe@example.net>\r\nTo: alice@example.org\r\nSubject: Letter\r\nMessage-ID: <1@example.net>\r\n"
          b"Date: Mon, 05 Jan 2026 10:00:00 +0100\r\n\r\nText.\r\n")


class Refused(Exception):
    """The answer tells of an error."""

    def __init__(self, code, status=200):
        super().__init__(code)
        self.code, self.status = code, status


class Client:
    """One user of a world of its own, or of another client's."""

    def __init__(self, count=0, build="15.2", other=None, user="alice", ids="exchange"):
        self.user = user
        if other is None:
            self.world = seed.make_world(PASSWORD, ids=ids)
            seed.fill(self.world, count, small=True)
            self.service = Service(self.world, CHECKER, build)
        else:
            self.world, self.service = other.world, other.service
        self.mailbox = self.world.mailbox_of(user)

    def send(self, body, version="Exchange2016"):
        """(status, root element) of the answer to a body written with the prefixes m and t."""
        head = f'<t:RequestServerVersion Version="{version}"/>' if version else ""
        data = (f'<s:Envelope xmlns:s="{SOAP}" xmlns:t="{TYPES}" xmlns:m="{MESSAGES}"><s:Header>{head}</s:Header>'
                f"<s:Body>{body}</s:Body></s:Envelope>").encode()
        reply, _ = self.service.answer(data, self.mailbox, {})
        return reply.status, markup.parse(reply.body)

    def ask(self, body, version="Exchange2016"):
        """The response messages; the first error or fault is raised."""
        status, root = self.send(body, version)
        content = find(root, "Body")[0]
        if local(content) == "Fault":
            raise Refused(text_of(content, "detail", "ResponseCode"), status)
        inner = find(content, "ResponseMessages")
        messages = list(inner) if inner is not None else [content]
        for one in messages:
            if one.get("ResponseClass") == "Error":
                raise Refused(text_of(one, "ResponseCode"))
        return messages

    # ---- what tests do often ----

    def folder(self, name="inbox"):
        """The id element of a distinguished folder."""
        return f'<t:DistinguishedFolderId Id="{name}"/>'

    def create(self, content, folder="inbox", disposition="SaveOnly"):
        """(id, change key) of a new item."""
        body = (f'<m:CreateItem MessageDisposition="{disposition}" SendMeetingInvitations="SendToNone">'
                f"<m:SavedItemFolderId>{self.folder(folder)}</m:SavedItemFolderId><m:Items>{content}</m:Items>"
                "</m:CreateItem>")
        return key_in(self.ask(body)[0])

    def letter(self, subject="Letter", folder="inbox", **options):
        """(id, change key) of a new message."""
        return self.create(f"<t:Message><t:Subject>{subject}</t:Subject></t:Message>", folder, **options)

    def get(self, key, shape="<t:BaseShape>AllProperties</t:BaseShape>", version="Exchange2016"):
        """The element of an item."""
        body = f'<m:GetItem><m:ItemShape>{shape}</m:ItemShape><m:ItemIds><t:ItemId Id="{key}"/></m:ItemIds></m:GetItem>'
        return find(self.ask(body, version)[0], "Items")[0]

    def update(self, key, change_key, updates, how="NeverOverwrite"):
        """The new change key."""
        attribute = f' ChangeKey="{change_key}"' if change_key else ""
        body = (f'<m:UpdateItem ConflictResolution="{how}" MessageDisposition="SaveOnly" '
                'SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>'
                f'<t:ItemId Id="{key}"{attribute}/><t:Updates>{updates}</t:Updates></t:ItemChange></m:ItemChanges>'
                "</m:UpdateItem>")
        return key_in(self.ask(body)[0])[1]

    def set_field(self, key, change_key, uri, content, how="NeverOverwrite"):
        """The new change key after one field was set."""
        return self.update(key, change_key, f'<t:SetItemField><t:FieldURI FieldURI="{uri}"/><t:Message>{content}'
                           "</t:Message></t:SetItemField>", how)

    def delete(self, key, how="HardDelete"):
        """Delete an item."""
        self.ask(f'<m:DeleteItem DeleteType="{how}" SendMeetingCancellations="SendToNone" '
                 f'AffectedTaskOccurrences="AllOccurrences"><m:ItemIds><t:ItemId Id="{key}"/></m:ItemIds>'
                 f'</m:DeleteItem>')

    def move(self, key, folder, operation="MoveItem"):
        """The new (id, change key)."""
        return key_in(self.ask(f"<m:{operation}><m:ToFolderId>{self.folder(folder)}</m:ToFolderId><m:ItemIds>"
                               f'<t:ItemId Id="{key}"/></m:ItemIds></m:{operation}>')[0])

    def sync(self, state=None, limit=512, folder=None, ignore=""):
        """(state, whether that was all, [(kind, id)])."""
        given = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        message = self.ask(
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>"
            f"{folder or self.folder()}</m:SyncFolderId>{given}{ignore}<m:MaxChangesReturned>{limit}"
            "</m:MaxChangesReturned></m:SyncFolderItems>")[0]
        changes = [(local(one), id_in(one)) for one in find(message, "Changes")]
        return text_of(message, "SyncState"), text_of(message, "IncludesLastItemInRange") == "true", changes

    def sync_all(self, state=None, **options):
        """(state, [(kind, id)]) after as many calls as it takes."""
        changes, is_last = [], False
        while not is_last:
            state, is_last, some = self.sync(state, **options)
            changes += some
        return state, changes

    def find(self, inside="", shape="<t:BaseShape>IdOnly</t:BaseShape>", view="", after="", folder="inbox"):
        """(root folder, items) of a FindItem."""
        root = find(self.ask(
            f'<m:FindItem Traversal="Shallow"><m:ItemShape>{shape}</m:ItemShape>{view}{inside}<m:ParentFolderIds>'
            f"{self.folder(folder)}</m:ParentFolderIds>{after}</m:FindItem>")[0], "RootFolder")
        return root, list(find(root, "Items"))


def id_in(element):
    """The first item id in an element."""
    return next(one.get("Id") for one in element.iter() if local(one) in ("ItemId", "FolderId"))


def key_in(element):
    """(id, change key) of the first item id in an element, or None."""
    return next(((one.get("Id"), one.get("ChangeKey")) for one in element.iter() if local(one) == "ItemId"), None)


class Case(unittest.TestCase):
    """A case with one client of a fresh world."""

    def setUp(self):
        self.client = Client()

    def refused(self, code, function, *arguments, **options):
        """FUNCTION must be refused with that code."""
        with self.assertRaises(Refused) as caught:
            function(*arguments, **options)
        self.assertEqual(caught.exception.code, code)


class TapResult(unittest.TestResult):
    """Results as TAP."""

    def __init__(self):
        super().__init__()
        self.bad = 0

    def tell(self, test, complaint=None):
        """One line, and what is wrong."""
        name = test.id().partition(".")[2]
        self.bad += complaint is not None
        print(f"{'not ok' if complaint else 'ok'} {self.testsRun} {name}")
        if complaint:
            print("\n".join(f"# {line}" for line in complaint.splitlines()))

    def addSuccess(self, test):
        self.tell(test)

    def addError(self, test, err):
        self.tell(test, self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.tell(test, self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.testsRun += 1
            self.tell(subtest, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        print(f"ok {self.testsRun} {test.id()} # SKIP {reason}")


def main():
    """Run all cases of the program."""
    print(f"# schema validation {CHECKER_STATE}")
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = TapResult()
    suite.run(result)
    print(f"1..{result.testsRun}")
    sys.exit(1 if result.bad else 0)
