#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the server shows and finds: shapes, bodies, MIME, restrictions, pages, versions of the schema. Prints TAP."""
import base64
import sys

sys.dont_write_bytecode = True

from world_client import Case, Client, LETTER, Refused, find, key_in, local, main, needs_schema, text_of  # noqa: E402

from ews.mime import Parsed  # noqa: E402
from ews.sources import Small  # noqa: E402

MULTIPART = (
    b"From: Zoe <zoe@example.net>\r\nTo: alice@example.org, =?utf-8?q?J=C3=BCrgen?= <j@example.de>\r\nSubject: "
    b"Parts\r\n"
    b"Importance: high\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nPlain\r\n"
    b"--c\r\nContent-Type: text/html\r\n\r\n<p>Page</p>\r\n--c--\r\n"
    b"--b\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n"
    b"--d\r\n\r\nInside\r\n--d\r\nContent-Disposition: attachment; filename=deep.txt\r\n\r\nDeep\r\n--d--\r\n--b--\r\n")
ID_ONLY = "<t:BaseShape>IdOnly</t:BaseShape>"


def paths(*uris):
    """IdOnly with these properties."""
    fields = "".join(f'<t:FieldURI FieldURI="{uri}"/>' for uri in uris)
    return f"{ID_ONLY}<t:AdditionalProperties>{fields}</t:AdditionalProperties>"


def names(element):
    """The names of what is in an element."""
    return [local(child) for child in element]


class Shapes(Case):
    """Never more than was asked for."""

    def setUp(self):
        super().setUp()
        self.item = self.client.world.deliver(LETTER, self.client.mailbox)
        self.key = self.item.id

    def test_id_only(self):
        self.assertEqual(names(self.client.get(self.key, ID_ONLY)), ["ItemId"])

    def test_additional(self):
        shape = paths("message:From", "item:Subject", "contacts:DisplayName", "item:Flag", "calendar:Start")
        self.assertEqual(names(self.client.get(self.key, shape)), ["ItemId", "Subject", "Flag", "From"])

    def test_default_has_no_mime_and_no_flag(self):
        shown = names(self.client.get(self.key, "<t:BaseShape>Default</t:BaseShape>"))
        self.assertIn("Body", shown)
        self.assertFalse({"MimeContent", "Flag", "Preview", "ItemClass"} & set(shown))

    def test_mime_only_when_asked(self):
        shown = self.client.get(self.key)
        self.assertNotIn("MimeContent", names(shown))
        shown = self.client.get(self.key, ID_ONLY + "<t:IncludeMimeContent>true</t:IncludeMimeContent>")
        self.assertEqual(base64.b64decode(text_of(shown, "MimeContent")), LETTER)

    def test_older_clients_see_less(self):
        self.assertIn("Flag", names(self.client.get(self.key, version="Exchange2013")))
        self.assertNotIn("Flag", names(self.client.get(self.key, version="Exchange2010_SP2")))

    def test_extended_paths_come_back_as_asked(self):
        for path in ('PropertyTag="0xe23" PropertyType="Integer"', 'PropertyTag="3619" PropertyType="Integer"'):
            shape = f"{ID_ONLY}<t:AdditionalProperties><t:ExtendedFieldURI {path}/></t:AdditionalProperties>"
            shown = find(self.client.get(self.key, shape), "ExtendedProperty")
            self.assertEqual(find(shown, "ExtendedFieldURI").get("PropertyTag"), path.split('"')[1])
            self.assertEqual(text_of(shown, "Value"), "1")

    def test_body_types(self):
        item = self.client.world.deliver(MULTIPART, self.client.mailbox)
        for kind, text in (("Text", "Plain"), ("HTML", "<p>Page</p>"), ("Best", "<p>Page</p>")):
            shape = (f"{ID_ONLY}<t:BodyType>{kind}</t:BodyType><t:AdditionalProperties>"
                     '<t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties>')
            body = find(self.client.get(item.id, shape), "Body")
            self.assertEqual((body.text.strip(), body.get("BodyType")), (text, "Text" if kind == "Text" else "HTML"))

    def test_attachments(self):
        item = self.client.world.deliver(MULTIPART, self.client.mailbox)
        shown = find(self.client.get(item.id), "Attachments")
        self.assertEqual(names(shown), ["FileAttachment", "ItemAttachment"])
        self.assertEqual(text_of(self.attachment(shown[0]), "Content"), base64.b64encode(b"\0\1\2").decode())
        inner = find(self.attachment(shown[1]), "Message")
        self.assertEqual(text_of(inner, "Subject"), "Inner")
        deep = self.attachment(find(inner, "Attachments")[0])
        self.assertEqual(base64.b64decode(text_of(deep, "Content")), b"Deep")

    def attachment(self, element):
        """The attachment that an element tells of."""
        key = find(element, "AttachmentId").get("Id")
        return find(self.client.ask(f'<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="{key}"/></m:AttachmentIds>'
                                    "</m:GetAttachment>")[0], "Attachments")[0]

    def test_one_entry_of_a_dictionary(self):
        key, _ = self.client.create(
            '<t:Contact><t:EmailAddresses><t:Entry Key="EmailAddress1">a@example.org</t:Entry><t:Entry '
            'Key="EmailAddress2">b@example.org</t:Entry></t:EmailAddresses></t:Contact>', "contacts")
        shape = (f'{ID_ONLY}<t:AdditionalProperties><t:IndexedFieldURI FieldURI="contacts:EmailAddress" '
                 'FieldIndex="EmailAddress2"/></t:AdditionalProperties>')
        entries = find(self.client.get(key, shape), "EmailAddresses")
        self.assertEqual([entry.text for entry in entries], ["b@example.org"])

    def test_control_characters_never_leave(self):
        item = self.client.world.deliver(b"Subject: a\x01\x1ab\r\n\r\nx\x00y\r\n", self.client.mailbox)
        self.assertEqual(text_of(self.client.get(item.id), "Subject"), "a\ufffd\ufffdb")


class Mime(Case):
    """Properties and MIME say the same."""

    def test_small_messages(self):
        for number in (0, 96, 12345):
            made, read = Small(number).parsed(), Parsed(Small(number).mime())
            self.assertEqual(made.text, read.text)
            self.assertEqual(set(made.properties), set(read.properties))
            for name, value in read.properties.items():
                mine = made.properties[name]
                self.assertEqual([one.text for one in mine.iter()] if hasattr(mine, "iter") else mine,
                                 [one.text for one in value.iter()] if hasattr(value, "iter") else value)

    def test_what_is_made_of_properties_reads_the_same(self):
        key, _ = self.client.create(
            '<t:Message><t:Subject>Grüße, wie immer mit sehr langem Betreff, damit er sicher umgebrochen wird; und '
            'noch '
            'mehr</t:Subject><t:Body BodyType="HTML">&lt;p&gt;Schön&lt;/p&gt;</t:Body><t:Attachments><t:FileAttachment>'
            "<t:Name>täglich.bin</t:Name><t:Content>AAEC</t:Content></t:FileAttachment></t:Attachments><t:ToRecipients>"
            "<t:Mailbox><t:Name>Jürgen, der Müller</t:Name><t:EmailAddress>j@example.de</t:EmailAddress></t:Mailbox>"
            "<t:Mailbox><t:EmailAddress>bob@example.org</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message>")
        item = self.client.mailbox.find_item(key)
        read = Parsed(item.mime())
        self.assertEqual(read.properties["Subject"], item.get("Subject"))
        self.assertEqual(read.html.strip(), "<p>Schön</p>")
        self.assertEqual([(part.name, part.content) for part in read.parts], [("täglich.bin", b"\0\1\2")])
        shown = [(text_of(one, "Name"), text_of(one, "EmailAddress")) for one in read.properties["ToRecipients"]]
        self.assertEqual(shown[0], ("Jürgen, der Müller", "j@example.de"))
        self.assertEqual(shown[1][1], "bob@example.org")
        self.assertTrue(all(len(line) <= 998 for line in item.mime().split(b"\r\n")))

    def test_an_update_makes_the_mime_anew(self):
        item = self.client.world.deliver(MULTIPART, self.client.mailbox)
        self.client.set_field(item.id, item.change_key, "item:Subject", "<t:Subject>New</t:Subject>")
        read = Parsed(item.mime())
        self.assertEqual((read.properties["Subject"], len(read.parts)), ("New", 2))
        self.client.set_field(item.id, item.change_key, "item:Categories",
                              "<t:Categories><t:String>Blue</t:String></t:Categories>")
        self.assertEqual(Parsed(item.mime()).properties["Subject"], "New")

    def test_raw_and_broken_mail_is_taken(self):
        for data in (b"", b"\r\n", b"Subject: Gr\xfc\xdfe\r\n\r\n\xff\xfe", b"Content-Type: multipart/mixed\r\n\r\nx",
                     b"Subject: =?x?q?=41?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xe4",
                     b"Date: yesterday\r\nFrom: <>\r\nTo: (\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n"):
            with self.subTest(data=data):
                item = self.client.world.deliver(data, self.client.mailbox)
                self.assertEqual(text_of(self.client.get(item.id), "ItemClass"), "IPM.Note")


class Finding(Case):
    """FindItem."""

    def setUp(self):
        self.client = Client(25)

    def subjects(self, inside="", **options):
        """The subjects that are found."""
        _, items = self.client.find(inside, shape=paths("item:Subject"), **options)
        return [text_of(item, "Subject") for item in items]

    def restricted(self, expression):
        """How many meet an expression."""
        return len(self.subjects(f"<m:Restriction>{expression}</m:Restriction>"))

    @staticmethod
    def compare(name, uri, value):
        """One comparison."""
        return (f'<t:{name}><t:FieldURI FieldURI="{uri}"/><t:FieldURIOrConstant><t:Constant Value="{value}"/>'
                f"</t:FieldURIOrConstant></t:{name}>")

    @staticmethod
    def contains(uri, value, mode="Substring", comparison="IgnoreCase"):
        """One text in another."""
        return (f'<t:Contains ContainmentMode="{mode}" ContainmentComparison="{comparison}"><t:FieldURI '
                f'FieldURI="{uri}"/><t:Constant Value="{value}"/></t:Contains>')

    def test_restrictions(self):
        compare, contains = self.compare, self.contains
        cases = [
            (compare("IsEqualTo", "item:Subject", "message 7"), 1),
            (compare("IsNotEqualTo", "item:Subject", "Message 7"), 24),
            (compare("IsGreaterThan", "item:DateTimeReceived", "2024-01-01T07:50:00Z"), 4),
            (compare("IsGreaterThanOrEqualTo", "item:DateTimeReceived", "2024-01-01T08:50:00+01:00"), 5),
            (compare("IsLessThan", "item:Size", "100000"), 25), (compare("IsEqualTo", "message:IsRead", "false"), 5),
            (contains("item:Subject", "SAGE 2"), 6), (contains("item:Subject", "SAGE 2", comparison="Exact"), 0),
            (contains("item:Subject", "Message 1", "Prefixed"), 11), (contains("item:Body", "line 3."), 1),
            (contains("message:From", "sender5@"), 1), (contains("item:DisplayTo", "alice"), 25),
            (contains("item:Subject", "m\u0117ssage 7"), 0), (contains("item:Subject", "me\u0300ssage 7"), 0),
            (contains("item:Subject", "m\u0117ssage 7", comparison="IgnoreCaseAndNonSpacingCharacters"), 1),
            (contains("item:Categories", "red", "FullString"), 0),
            (f"<t:Not>{contains('item:Subject', '2')}</t:Not>", 18),
            (f"<t:And>{contains('item:Subject', '1')}{contains('item:Subject', '2')}</t:And>", 2),
            (f"<t:Or>{contains('item:Subject', '1')}{contains('item:Subject', '2')}</t:Or>", 17),
            ('<t:Exists><t:FieldURI FieldURI="item:InReplyTo"/></t:Exists>', 0),
            ('<t:Excludes><t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/><t:Bitmask Value="1"/>'
             "</t:Excludes>", 5),
        ]
        for expression, count in cases:
            with self.subTest(expression=expression):
                self.assertEqual(self.restricted(expression), count)

    def test_restrictions_that_make_no_sense(self):
        exists = '<t:Exists><t:FieldURI FieldURI="message:IsRead"/></t:Exists>'
        for code, expression in (
            ("ErrorInvalidPropertyForExists", exists),
            ("ErrorUnsupportedPathForQuery", self.contains("item:MimeContent", "x")),
            ("ErrorUnsupportedPathForQuery", self.contains("message:ToRecipients", "alice")),
            ("ErrorUnsupportedPathForQuery", self.contains("item:Flag", "x")),
            ("ErrorContainsFilterWrongType", self.contains("item:Size", "1")),
            ("ErrorContainsFilterWrongType", self.contains("message:IsRead", "true")),
            ("ErrorInvalidValueForProperty", self.compare("IsGreaterThan", "item:DateTimeReceived", "true")),
            ("ErrorInvalidValueForProperty", self.compare("IsEqualTo", "item:Size", "large")),
        ):
            self.refused(code, self.restricted, expression)

    def test_words(self):
        for query, count in (("subject:7", 1), ("from:sender5", 1), ("isread:false", 5), ("NOT isread:false", 20),
                             ("subject:3 OR subject:4", 2), ('"Message 12"', 1), ("received:>=2024-01-02", 0),
                             ("received:2024-01-01 subject:12", 1), ("(subject:3 OR subject:4) isread:true", 1),
                             ("hasattachment:true", 0), ("-subject:message", 0), ("kind:contacts", 0)):
            with self.subTest(query=query):
                found = self.subjects(after=f"<m:QueryString>{query}</m:QueryString>")
                self.assertEqual(len(found), count, found)

    def test_orders(self):
        order = ('<m:SortOrder><t:FieldOrder Order="{}"><t:ExtendedFieldURI PropertyTag="0xe23" '
                 'PropertyType="Integer"/>'
                 "</t:FieldOrder></m:SortOrder>")
        up = self.subjects(order.format("Ascending"))
        self.assertEqual(up, [f"Message {number}" for number in range(25)])
        self.assertEqual(self.subjects(order.format("Descending")), up[::-1])
        self.assertEqual(self.subjects(), up[::-1])

    def test_pages(self):
        def page(offset, count, base="Beginning"):
            root, items = self.client.find(view=f'<m:IndexedPageItemView MaxEntriesReturned="{count}" '
                                                f'Offset="{offset}" '
                                           f'BasePoint="{base}"/>', shape=paths("item:Subject"))
            return (root.get("IndexedPagingOffset"), root.get("IncludesLastItemInRange"), root.get("TotalItemsInView"),
                    [text_of(item, "Subject").split()[1] for item in items])

        self.assertEqual(page(0, 3), ("3", "false", "25", ["24", "23", "22"]))
        self.assertEqual(page(23, 3), ("25", "true", "25", ["1", "0"]))
        self.assertEqual(page(99, 3), ("25", "true", "25", []))
        self.assertEqual(page(0, 2, "End"), ("2", "false", "25", ["1", "0"]))
        self.assertEqual(page(2, 2, "End"), ("4", "false", "25", ["3", "2"]))

    def test_cap(self):
        self.client.world.find_cap = 10
        root, items = self.client.find()
        self.assertEqual((len(items), root.get("IncludesLastItemInRange"), root.get("IndexedPagingOffset")),
                         (10, "false", "10"))

    def test_bodies_are_not_listed(self):
        for uri in ("item:Body", "item:MimeContent", "message:ToRecipients", "item:Attachments"):
            self.refused("ErrorInvalidPropertyRequest", self.client.find, shape=paths(uri))
        _, items = self.client.find(shape="<t:BaseShape>AllProperties</t:BaseShape>")
        self.assertFalse({"Body", "ToRecipients", "MimeContent", "Attachments"} & set(names(items[0])))


class Versions(Case):
    """What the server says before it looks at a request."""

    GET = ('<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>'
           '<t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>')

    def code(self, body, version="Exchange2016", build="15.2"):
        """The fault's code, or None."""
        try:
            Client(build=build).ask(body, version)
        except Refused as error:
            return error.code
        return None

    def test_unknown_version_comes_first(self):
        self.assertEqual(self.code(self.GET, "Exchange2019"), "ErrorInvalidServerVersion")
        self.assertEqual(self.code("<m:Nonsense/>", "Exchange2019"), "ErrorInvalidServerVersion")
        self.assertIsNone(self.code(self.GET, None))

    def test_builds(self):
        self.assertIsNone(self.code(self.GET, "Exchange2010_SP2", "14.2"))
        self.assertEqual(self.code(self.GET, "Exchange2013", "14.2"), "ErrorInvalidServerVersion")
        for build, major, minor in (("14.2", "14", "2"), ("15.1", "15", "1"), ("15.2", "15", "2")):
            _, root = Client(build=build).send(self.GET, "Exchange2010")
            info = find(root, "Header", "ServerVersionInfo")
            self.assertEqual((info.get("MajorVersion"), info.get("MinorVersion")), (major, minor))

    @needs_schema
    def test_broken_requests(self):
        wrong_order = self.GET.replace("<m:FolderShape>", "<m:FolderIds>@", 1).partition("@")[0] + (
            '<t:DistinguishedFolderId Id="inbox"/></m:FolderIds><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>'
            "</m:FolderShape></m:GetFolder>")
        for body in (wrong_order, "<m:Nonsense/>", self.GET.replace("IdOnly", "Everything"),
                     self.GET.replace('Id="inbox"', 'Id="attic"')):
            status, root = self.client.send(body)
            self.assertEqual(status, 500)
            self.assertEqual(text_of(find(root, "Body", "Fault"), "faultcode"), "a:ErrorSchemaValidation")

    @needs_schema
    def test_a_broken_answer_is_an_exception(self):
        from ews.schema import BrokenAnswer
        from ews.markup import m, t
        from ews.soap import envelope
        from ews import markup
        broken = m("GetItemResponse", m("ResponseMessages", m("GetItemResponseMessage", m("Items", t("Message", t(
            "Subject", "x"), t("ItemId", Id="x"))), ResponseClass="Success")))
        with self.assertRaises(BrokenAnswer):
            self.client.service.schema.check_answer(markup.write(envelope(self.client.service.version, broken)))

    def test_a_document_type_is_refused(self):
        reply, _ = self.client.service.answer(b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>', self.client.mailbox, {})
        self.assertEqual(reply.status, 500)
        self.assertIsNone(key_in(find(self.client.send(self.GET)[1], "Body")))


if __name__ == "__main__":
    main()
