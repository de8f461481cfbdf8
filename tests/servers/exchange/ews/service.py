# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service behind /EWS/Exchange.asmx: bytes of a request to bytes of an answer."""
import sys
import traceback

from . import attachments, directory, find, folders, items, markup, notify, soap, sync, timezones, update
from .errors import EwsError
from .faults import Reply, Script
from .markup import TYPES, t
from .refs import folder_of
from .world import Call
from .zones import zone_of

STREAM = "GetStreamingEvents"
OPERATIONS = {}
for module in (attachments, directory, find, folders, items, notify, sync, timezones, update):
    OPERATIONS.update(module.OPERATIONS)


class Service:
    """One world, spoken to in SOAP."""

    def __init__(self, world, schema, build="15.2", missing=()):
        self.world, self.schema = world, schema
        self.version = soap.Version(build)
        self.faults = Script()
        self.missing = set(missing)     # operations that this server does not know
        self.minute, self.heartbeat = 60.0, 45.0
        self.trace = None               # a file that gets all requests and answers

    def check(self, data, record):
        """The request in the bytes, valid by the schema."""
        try:
            request = soap.Request(markup.parse(data))
        except markup.MarkupError as error:
            raise soap.Fault("ErrorSchemaValidation", f"The request failed schema validation: {error}") from None
        self.version.check(request.version)
        complaints = self.schema.check(data)
        if complaints:
            raise soap.Fault("ErrorSchemaValidation", f"The request failed schema validation: {complaints[0]}",
                             [t("LineNumber", 1), t("Violation", complaints[0])])
        if request.operation not in {STREAM, *OPERATIONS} - self.missing:
            record["operation"] = request.operation
            raise soap.Fault("ErrorInvalidRequest", f"There is no operation {request.operation}.")
        return request

    def answer(self, data, mailbox, record):
        """(reply, call): the call is there when it asks for a stream, which has no reply yet."""
        reply, call = self.obey(data, mailbox, record)
        if self.trace is not None:
            self.trace.write(b"> %s\n< %s\n" % (data, reply.body if reply is not None else b"(a stream)"))
        return reply, call

    def obey(self, data, mailbox, record):
        """The same, without a trace."""
        rule = None
        try:
            request = self.check(data, record)
            record["operation"] = request.operation
            record["version"] = request.version
            rule = self.faults.take(request.operation)
            reply = rule.replace() if rule is not None else None
            if reply is not None:
                rule.mangle(reply)
                return reply, None
            call = self.call_of(request, mailbox, rule)
            call.choose_backend(record)
            if request.operation == STREAM:
                return None, call
            reply = self.run(call)
        except soap.Fault as error:
            reply = self.refuse(error)
        if rule is not None:
            rule.mangle(reply)
        return reply, None

    def call_of(self, request, mailbox, rule):
        """The call that a request makes."""
        if request.header_of("ExchangeImpersonation") is not None:
            raise soap.Fault("ErrorImpersonateUserDenied",
                             "The account does not have permission to impersonate the requested user.")
        call = Call(self.world, mailbox, request, request.version or "Exchange2007")
        call.rule = rule
        call.zone = zone_of(request.header_of("TimeZoneContext"))
        return call

    def run(self, call):
        """Do it, and write the answer."""
        if call.rule is not None and call.rule.name == "item-vanishes":
            self.vanish(call)
        if call.rule is not None and call.rule.name == "item-changes":
            self.change(call)
        if call.rule is not None and call.rule.name == "folder-changes":
            self.change_folder(call)
        try:
            with self.world.lock:
                content = OPERATIONS[call.request.operation](call)
        except EwsError as error:
            raise soap.Fault(error.code, error.words, error.details) from None
        except soap.Fault:
            raise
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            raise soap.Fault("ErrorInternalServerError", f"{type(error).__name__}: {error}") from None
        root = soap.envelope(self.version, content)
        if call.rule is not None:
            call.rule.edit(root)
        data = markup.write(root)
        if call.rule is None or not call.rule.is_invalid:
            self.schema.check_answer(data)
        return Reply(200, data, headers=call.reply_headers)

    def vanish(self, call):
        """Somebody else removes an item just before it is asked for."""
        ids = [one for one in call.body.iter() if one.tag == f"{{{TYPES}}}ItemId"]
        with self.world.lock:
            call.mailbox.remove_item(call.mailbox.find_item(ids[call.rule.get("index", 0)].get("Id")))

    def change(self, call):
        """Somebody else adds a category to an item just before it is changed."""
        ids = [one for one in call.body.iter() if one.tag == f"{{{TYPES}}}ItemId"]
        with self.world.lock:
            item = call.mailbox.find_item(ids[call.rule.get("index", 0)].get("Id"))
            old = item.get("Categories")
            words = [one.text for one in (old if old is not None else ())]
            item.set("Categories", t("Categories", *(t("String", one) for one in
                                                     [*words, call.rule.get("category", "Other")])))
            call.mailbox.touch_item(item, ["Categories"])

    def change_folder(self, call):
        """Somebody else removes items from the folder, and some arrive, just before it is read."""
        with self.world.lock:
            folder = folder_of(call, markup.find(call.body, "ParentFolderIds")[0])
            items = list(folder.items.values())
            for place in call.rule.get("remove", ()):
                call.mailbox.remove_item(items[place])
            for _ in range(int(call.rule.get("arrive", 0))):
                self.world.deliver(b"Subject: It arrived meanwhile\r\n\r\nText\r\n", call.mailbox, folder)

    def refuse(self, error):
        """A fault as a reply."""
        data = soap.write_fault(self.version, error)
        self.schema.check_answer(data)
        return Reply(error.status, data)

    def stream(self, call):
        """The documents of a stream, one by one; None now and then, to see whether the client is still there."""
        for content in notify.Stream(call, self.minute, self.heartbeat).frames():
            if content is None:
                yield None
                continue
            data = markup.write(soap.envelope(self.version, content))
            self.schema.check_answer(data)
            yield data
