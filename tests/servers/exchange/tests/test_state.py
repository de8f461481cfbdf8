#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the server's state: ids, change keys, conflicts, sync, sending, deleting. Prints TAP."""
import random
import sys

sys.dont_write_bytecode = True

from world_client import Case, Client, LETTER, Refused, find, id_in, local, main, needs_schema, text_of  # noqa: E402

from ews.changelog import CREATE, DELETE, READ, UPDATE, ChangeLog  # noqa: E402


class Log(Case):
    """The log of changes."""

    def test_created_and_deleted_is_nothing(self):
        log = ChangeLog()
        log.add(1, "a", CREATE)
        log.add(2, "b", CREATE)
        log.add(3, "a", DELETE)
        self.assertEqual(log.changes(0, 0, 3, 9), ([(CREATE, "b")], 3))

    def test_kinds(self):
        log = ChangeLog()
        for number, name in enumerate("abcd", 1):
            log.add(number, name, CREATE)
        writes = (("a", READ), ("b", UPDATE), ("c", DELETE), ("d", UPDATE), ("d", READ))
        for number, (name, kind) in enumerate(writes, 5):
            log.add(number, name, kind)
        self.assertEqual(log.changes(4, 4, 9, 9)[0], [(READ, "a"), (UPDATE, "b"), (DELETE, "c"), (UPDATE, "d")])

    def test_whoever_follows_in_pages_knows_all(self):
        """A client that reads in pages while others write knows in the end what is there, whatever the order."""
        for seed in range(300):
            with self.subTest(seed=seed):
                self.follow(random.Random(seed))

    def follow(self, chance):
        """One client and one writer, taking turns."""
        log, there, known, number = ChangeLog(), {}, {}, 0
        base = position = head = 0
        for turn in range(60):
            for _ in range(chance.randrange(6) if turn < 50 else 0):
                number += 1
                self.write(log, there, number, chance)
            if position >= head:
                base = position = head
                head = log.head
            changes, position = log.changes(base, position, head, chance.randrange(1, 5) if turn < 50 else 1000)
            for kind, name in changes:
                self.apply(kind, name, there, known)
        self.assertEqual(known, there)

    @staticmethod
    def write(log, there, number, chance):
        """One change."""
        name = chance.choice(list(there)) if there and chance.random() < 0.7 else None
        if name is None:
            there[f"i{number}"] = number
            log.add(number, f"i{number}", CREATE)
        elif chance.random() < 0.3:
            del there[name]
            log.add(number, name, DELETE)
        else:
            there[name] = number
            log.add(number, name, chance.choice((READ, UPDATE)))

    def apply(self, kind, name, there, known):
        """What a client makes of a change: it looks at the item as it is now."""
        if kind == DELETE:
            known.pop(name, None)
        elif name in there:
            self.assertEqual(kind == CREATE, name not in known, (kind, name))
            known[name] = there[name]
        else:
            known.pop(name, None)


class Ids(Case):
    """Ids are opaque and last."""

    def test_every_letter_counts(self):
        key, _ = self.client.letter()
        for place in range(0, len(key), 7):
            other = "A" if key[place] != "A" else "B"
            self.refused("ErrorInvalidIdMalformed", self.client.get, key[:place] + other + key[place + 1:])
        self.refused("ErrorInvalidIdMalformed", self.client.get, key.lower())
        self.refused("ErrorInvalidIdMalformed", self.client.get, "")

    def test_survives_an_update(self):
        key, change_key = self.client.letter()
        new = self.client.set_field(key, change_key, "item:Subject", "<t:Subject>Other</t:Subject>")
        self.assertNotEqual(new, change_key)
        self.assertEqual(text_of(self.client.get(key), "Subject"), "Other")

    def test_changes_on_a_move(self):
        key, _ = self.client.letter()
        new, _ = self.client.move(key, "drafts")
        self.assertNotEqual(new, key)
        self.refused("ErrorItemNotFound", self.client.get, key)
        self.assertEqual(text_of(self.client.get(new), "Subject"), "Letter")

    def test_a_folder_is_no_item(self):
        folder = self.client.mailbox.distinguished["inbox"]
        self.refused("ErrorCannotUseFolderIdForItemId", self.client.get, folder.id)
        key, _ = self.client.letter()
        self.refused("ErrorCannotUseItemIdForFolderId", self.client.sync, folder=f'<t:FolderId Id="{key}"/>')

    def test_another_mailbox_knows_nothing(self):
        key, _ = self.client.letter()
        self.refused("ErrorItemNotFound", Client(other=self.client, user="bob").get, key)


class ShortIds(Ids):
    """The same with ids as other servers have them."""

    def setUp(self):
        self.client = Client(ids="short")

    def test_look(self):
        key, _ = self.client.letter()
        self.assertLess(len(key), 60)
        self.assertTrue(set(key) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))


class Conflicts(Case):
    """Change keys."""

    def setUp(self):
        super().setUp()
        self.key, self.old = self.client.letter()
        self.new = self.client.set_field(self.key, self.old, "item:Subject", "<t:Subject>Two</t:Subject>")

    def set(self, change_key, how, uri="item:Subject", content="<t:Subject>Three</t:Subject>"):
        """Set a field."""
        return self.client.set_field(self.key, change_key, uri, content, how)

    def test_old_key(self):
        self.refused("ErrorIrresolvableConflict", self.set, self.old, "NeverOverwrite")
        self.assertEqual(text_of(self.client.get(self.key), "Subject"), "Two")

    def test_missing_key(self):
        self.refused("ErrorChangeKeyRequiredForWriteOperations", self.set, None, "NeverOverwrite")
        self.refused("ErrorChangeKeyRequiredForWriteOperations", self.set, None, "AutoResolve")

    def test_overwrite_needs_no_key(self):
        self.set(None, "AlwaysOverwrite")
        self.set(self.old, "AlwaysOverwrite")

    def test_auto_resolve_only_what_others_left_alone(self):
        self.refused("ErrorIrresolvableConflict", self.set, self.old, "AutoResolve")
        self.set(self.old, "AutoResolve", "item:Importance", "<t:Importance>High</t:Importance>")
        item = self.client.get(self.key)
        self.assertEqual((text_of(item, "Subject"), text_of(item, "Importance")), ("Two", "High"))

    def test_garbled_key(self):
        for garbled in (self.new[:20] + "////" + self.new[24:], self.new[:-4], "nonsense"):
            self.refused("ErrorInvalidChangeKey", self.set, garbled, "NeverOverwrite")

    def test_sending_needs_the_key(self):
        def send(attribute):
            self.client.ask(f'<m:SendItem SaveItemToFolder="false"><m:ItemIds><t:ItemId Id="{self.key}"{attribute}/>'
                            "</m:ItemIds></m:SendItem>")

        self.refused("ErrorChangeKeyRequiredForWriteOperations", send, "")
        self.refused("ErrorIrresolvableConflict", send, f' ChangeKey="{self.old}"')
        self.refused("ErrorInvalidRecipients", send, f' ChangeKey="{self.new}"')

    def test_a_refused_update_changes_nothing(self):
        updates = ('<t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>No</t:Subject>'
                   '</t:Message>'
                   '</t:SetItemField><t:SetItemField><t:FieldURI FieldURI="item:Size"/><t:Message><t:Size>1</t:Size>'
                   "</t:Message></t:SetItemField>")
        self.refused("ErrorInvalidPropertySet", self.client.update, self.key, self.new, updates)
        self.assertEqual(text_of(self.client.get(self.key), "Subject"), "Two")


class Sync(Case):
    """SyncFolderItems and SyncFolderHierarchy."""

    def test_kinds(self):
        one, two = self.client.letter("One"), self.client.letter("Two")
        state, changes = self.client.sync_all()
        self.assertEqual(changes, [("Create", one[0]), ("Create", two[0])])
        self.assertEqual(self.client.sync(state)[2], [])
        self.client.set_field(*one, "message:IsRead", "<t:IsRead>false</t:IsRead>")
        self.client.set_field(*two, "item:Subject", "<t:Subject>X</t:Subject>")
        three = self.client.letter("Three")
        self.client.delete(three[0])
        _, changes = self.client.sync_all(state)
        self.assertEqual(changes, [("ReadFlagChange", one[0]), ("Update", two[0])])
        self.client.delete(one[0])
        self.assertEqual(sorted(self.client.sync_all(state)[1]), [("Delete", one[0]), ("Update", two[0])])

    def test_never_more_than_512(self):
        client = Client(1200)
        state, is_last, changes = client.sync(limit=512)
        self.assertEqual((len(changes), is_last), (512, False))
        _, rest = client.sync_all(state)
        self.assertEqual(len({key for _, key in changes + rest}), 1200)

    @needs_schema
    def test_more_than_512_is_invalid(self):
        with self.assertRaises(Refused) as caught:
            self.client.sync(limit=513)
        self.assertEqual((caught.exception.code, caught.exception.status), ("ErrorSchemaValidation", 500))

    def test_states_belong_to_one_folder(self):
        state, _, _ = self.client.sync()
        self.refused("ErrorInvalidSyncStateData", self.client.sync, state, folder=self.client.folder("drafts"))
        self.refused("ErrorInvalidSyncStateData", self.client.sync, state[:-4] + "AAAA")
        self.refused("ErrorInvalidSyncStateData", self.client.sync, "nonsense")
        self.refused("ErrorInvalidSyncStateData", Client(other=self.client, user="bob").sync, state)

    def test_a_state_can_be_used_again(self):
        state, _ = self.client.sync_all()
        key, _ = self.client.letter()
        for _ in range(2):
            self.assertEqual(self.client.sync(state)[2], [("Create", key)])

    def test_a_move_is_delete_there_and_create_here(self):
        key, _ = self.client.letter()
        there, _ = self.client.sync_all()
        here, _ = self.client.sync_all(folder=self.client.folder("drafts"))
        new, _ = self.client.move(key, "drafts")
        self.assertEqual(self.client.sync(there)[2], [("Delete", key)])
        self.assertEqual(self.client.sync(here, folder=self.client.folder("drafts"))[2], [("Create", new)])

    def test_ignored(self):
        one, two = self.client.letter("One"), self.client.letter("Two")
        _, _, changes = self.client.sync(ignore=f'<m:Ignore><t:ItemId Id="{one[0]}"/></m:Ignore>')
        self.assertEqual(changes, [("Create", two[0])])

    def hierarchy(self, state=""):
        """(state, [(kind, name)])."""
        given = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        message = self.client.ask("<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape>"
                                  "</m:FolderShape>"
                                  f"<m:SyncFolderId>{self.client.folder('msgfolderroot')}</m:SyncFolderId>{given}"
                                  "</m:SyncFolderHierarchy>")[0]
        return text_of(message, "SyncState"), [(local(one), id_in(one)) for one in find(message, "Changes")]

    def test_hierarchy(self):
        state, changes = self.hierarchy()
        self.assertEqual({kind for kind, _ in changes}, {"Create"})
        self.assertNotIn(self.client.mailbox.distinguished["root"].id, [key for _, key in changes])
        made = self.client.ask('<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/>'
                               '</m:ParentFolderId>'
                               "<m:Folders><t:Folder><t:DisplayName>New</t:DisplayName></t:Folder></m:Folders>"
                               "</m:CreateFolder>")[0]
        self.assertEqual(self.hierarchy(state)[1], [("Create", id_in(made))])
        state, _ = self.hierarchy(state)
        self.client.ask('<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>'
                        f'<t:FolderId Id="{id_in(made)}"/></m:FolderIds></m:DeleteFolder>')
        self.assertEqual(self.hierarchy(state)[1], [("Delete", id_in(made))])
        self.refused("ErrorInvalidSyncStateData", self.hierarchy, self.client.sync()[0])


class Disposal(Case):
    """Ways of deleting, and what is refused."""

    def count(self, name):
        """How many items a folder has."""
        return len(self.client.mailbox.distinguished[name].items)

    def test_ways_of_deleting(self):
        for how, place in (("HardDelete", None), ("SoftDelete", "recoverableitemsdeletions"),
                           ("MoveToDeletedItems", "deleteditems")):
            key, _ = self.client.letter()
            self.client.delete(key, how)
            self.assertEqual(self.count("inbox"), 0)
            if place:
                self.assertEqual(self.count(place), 1)
        trash = next(iter(self.client.mailbox.distinguished["deleteditems"].items.values()))
        self.client.delete(trash.id, "MoveToDeletedItems")
        self.assertEqual(self.count("deleteditems"), 0)

    def test_distinguished_folders_stay(self):
        for operation, attribute in (("DeleteFolder", ""), ("EmptyFolder", ' DeleteSubFolders="true"')):
            self.refused("ErrorDeleteDistinguishedFolder" if operation == "DeleteFolder" else "ErrorCannotEmptyFolder",
                         self.client.ask, f'<m:{operation} DeleteType="HardDelete"{attribute}><m:FolderIds>'
                         f"{self.client.folder('calendar')}</m:FolderIds></m:{operation}>")

    def test_renaming_may_need_the_change_key(self):
        with self.client.world.lock:
            folder = self.client.mailbox.create_folder(self.client.mailbox.distinguished["inbox"], "Old", "IPF.Note")

        def rename(attribute):
            self.client.ask('<m:UpdateFolder><m:FolderChanges><t:FolderChange>'
                            f'<t:FolderId Id="{folder.id}"{attribute}/><t:Updates>'
                            '<t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder>'
                            "<t:DisplayName>New</t:DisplayName></t:Folder></t:SetFolderField></t:Updates>"
                            "</t:FolderChange></m:FolderChanges></m:UpdateFolder>")

        rename("")
        old = folder.change_key
        self.client.world.strict_keys = True
        self.refused("ErrorChangeKeyRequiredForWriteOperations", rename, "")
        rename(f' ChangeKey="{old}"')
        self.assertEqual(folder.name, "New")
        self.refused("ErrorIrresolvableConflict", rename, f' ChangeKey="{old}"')

    def test_names_are_taken_in_whatever_case(self):
        create = ('<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderId>'
                  "<m:Folders><t:Folder><t:DisplayName>INBOX</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>")
        self.refused("ErrorFolderExists", self.client.ask, create)

    def test_calendar_items_only_in_calendars(self):
        self.refused("ErrorCannotCreateCalendarItemInNonCalendarFolder", self.client.create,
                     "<t:CalendarItem><t:Subject>Tea</t:Subject></t:CalendarItem>", "inbox")

    def test_a_batch_fails_one_by_one(self):
        keys = [self.client.letter(str(number))[0] for number in range(3)]
        self.client.delete(keys[1])
        ids = "".join(f'<t:ItemId Id="{key}"/>' for key in keys)
        _, root = self.client.send('<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>'
                                   f"<m:ItemIds>{ids}</m:ItemIds></m:GetItem>")
        codes = [one.text for one in root.iter() if local(one) == "ResponseCode"]
        self.assertEqual(codes, ["NoError", "ErrorItemNotFound", "NoError"])


class Sending(Case):
    """Mail between mailboxes."""

    MESSAGE = ("<t:Message><t:Subject>Hi</t:Subject><t:Body BodyType=\"Text\">Hello</t:Body><t:ToRecipients><t:Mailbox>"
               "<t:EmailAddress>bob@example.org</t:EmailAddress></t:Mailbox></t:ToRecipients><t:BccRecipients>"
               "<t:Mailbox>"
               "<t:EmailAddress>carol@example.org</t:EmailAddress></t:Mailbox></t:BccRecipients></t:Message>")

    def test_arrives(self):
        self.assertIsNone(self.client.create(self.MESSAGE, "sentitems", "SendAndSaveCopy"))
        saved = next(iter(self.client.mailbox.distinguished["sentitems"].items.values()))
        self.assertFalse(saved.is_draft)
        self.assertIsNotNone(saved.get("BccRecipients"))
        for user in ("bob", "carol"):
            got = next(iter(self.client.world.mailbox_of(user).distinguished["inbox"].items.values()))
            self.assertEqual((got.get("Subject"), got.is_read, got.is_draft), ("Hi", False, False))
            self.assertIsNone(got.get("BccRecipients"))
            self.assertNotIn(b"carol", got.mime())
            self.assertEqual(got.get("InternetMessageId"), saved.get("InternetMessageId"))

    def test_send_only_leaves_nothing(self):
        self.client.create(self.MESSAGE, "sentitems", "SendOnly")
        self.assertFalse(self.client.mailbox.distinguished["sentitems"].items)

    def test_what_is_refused(self):
        key, change_key = self.client.create(self.MESSAGE, "drafts")
        self.refused("ErrorInvalidSendItemSaveSettings", self.client.ask,
                     f'<m:SendItem SaveItemToFolder="false"><m:ItemIds><t:ItemId Id="{key}" ChangeKey="{change_key}"/>'
                     f"</m:ItemIds><m:SavedItemFolderId>{self.client.folder()}</m:SavedItemFolderId></m:SendItem>")
        reply = f'<t:ReplyToItem><t:ReferenceItemId Id="{key}" ChangeKey="{change_key}"/></t:ReplyToItem>'
        self.refused("ErrorInvalidReferenceItem", self.client.create, reply)
        item = self.client.world.deliver(LETTER, self.client.mailbox)
        self.refused("ErrorInvalidPropertyUpdateSentMessage", self.client.set_field, item.id, item.change_key,
                     "message:IsReadReceiptRequested", "<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested>")

    def test_drafts_and_flags(self):
        key, _ = self.client.create("<t:Message><t:Subject>D</t:Subject></t:Message>")
        self.assertEqual(text_of(self.client.get(key), "IsDraft"), "true")
        key, _ = self.client.create('<t:Message><t:Subject>D</t:Subject><t:ExtendedProperty><t:ExtendedFieldURI '
                                    'PropertyTag="0x0E07" PropertyType="Integer"/><t:Value>0</t:Value>'
                                    '</t:ExtendedProperty>'
                                    "</t:Message>")
        item = self.client.get(key)
        self.assertEqual((text_of(item, "IsDraft"), text_of(item, "IsRead")), ("false", "false"))

    def test_unread_counts(self):
        inbox = self.client.mailbox.distinguished["inbox"]
        item = self.client.world.deliver(LETTER, self.client.mailbox)
        self.assertEqual(inbox.unread, 1)
        self.client.ask("<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true"
                        "</m:SuppressReadReceipts><m:FolderIds><t:DistinguishedFolderId Id=\"inbox\"/></m:FolderIds>"
                        "</m:MarkAllItemsAsRead>")
        self.assertEqual((inbox.unread, item.is_read), (0, True))
        self.client.set_field(item.id, item.change_key, "message:IsRead", "<t:IsRead>false</t:IsRead>")
        self.assertEqual(inbox.unread, 1)
        self.client.move(item.id, "drafts")
        self.assertEqual((inbox.unread, self.client.mailbox.distinguished["drafts"].unread), (0, 1))


if __name__ == "__main__":
    main()
