# SPDX-License-Identifier: LGPL-2.1-or-later
"""Envelopes: what a request asks for, answers and faults around it, versions."""
from . import markup
from .errors import EwsError
from .markup import ERRORS, MESSAGES, SOAP, TYPES, XML, find, local, m, make, t

# What may be asked for in RequestServerVersion. "Exchange2019" is what one expects and no Exchange knows.
VERSIONS = ["Exchange2007", "Exchange2007_SP1", "Exchange2009", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2",
            "Exchange2012", "Exchange2013", "Exchange2013_SP1", "Exchange2015", "Exchange2016", "V2015_10_05",
            "V2016_01_06", "V2016_04_13", "V2016_07_13", "V2016_10_10", "V2017_01_07", "V2017_04_14", "V2017_07_11"]

# What a server of that build says of itself, and the newest version of the schema that it knows.
BUILDS = {
    "14.0": ((14, 0, 722, 0), "Exchange2010"),
    "14.2": ((14, 2, 247, 5), "Exchange2010_SP2"),
    "15.1": ((15, 1, 2507, 27), "V2017_07_11"),
    "15.2": ((15, 2, 1544, 4), "V2017_07_11"),
}


class Fault(Exception):
    """The whole request is refused."""

    def __init__(self, code, words, details=(), status=500):
        super().__init__(code)
        self.code, self.words, self.details, self.status = code, words, list(details), status
        self.plain = False   # as SOAP has it, without what Exchange adds


class Request:
    """What an envelope asks for."""

    def __init__(self, root):
        if root.tag != f"{{{SOAP}}}Envelope":
            raise Fault("ErrorSchemaValidation", "The request is no SOAP 1.1 envelope.")
        self.header = next((part for part in root if part.tag == f"{{{SOAP}}}Header"), None)
        body = next((part for part in root if part.tag == f"{{{SOAP}}}Body"), None)
        self.body = None if body is None or len(body) == 0 else body[0]
        version = self.header_of("RequestServerVersion")
        self.version = None if version is None else version.get("Version")

    def header_of(self, name):
        """The header of that name, or None."""
        return None if self.header is None else find(self.header, name)

    @property
    def operation(self):
        """The name of what is asked for."""
        if self.body is None or not self.body.tag.startswith(f"{{{MESSAGES}}}"):
            return None
        return local(self.body)


class Version:
    """Which Exchange this is."""

    def __init__(self, build):
        self.numbers, self.schema = BUILDS[build]

    def check(self, wanted):
        """Refuse what this server does not know, before the schema is asked."""
        known = VERSIONS[:VERSIONS.index(self.schema) + 1]
        if wanted is not None and wanted not in known:
            raise Fault("ErrorInvalidServerVersion", "The specified server version is invalid.")

    def is_at_least(self, major, minor=0):
        """Whether the build is that one or a newer one."""
        return self.numbers[:2] >= (major, minor)

    def element(self):
        """ServerVersionInfo."""
        names = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")
        return t("ServerVersionInfo", Version=self.schema, **dict(zip(names, self.numbers)))


def envelope(version, content):
    """An answer around its content."""
    return make(SOAP, "Envelope", make(SOAP, "Header", version.element()), make(SOAP, "Body", content))


def fault(error):
    """A fault as Exchange writes it, or a plain one."""
    if error.plain:
        return make(SOAP, "Fault", make(None, "faultcode", f"s:{error.code}"), make(None, "faultstring", error.words))
    code = make(None, "faultcode", f"a:{error.code}")
    words = make(None, "faultstring", error.words, **{f"{{{XML}}}lang": "en-US"})
    details = make(None, "detail", make(ERRORS, "ResponseCode", error.code), make(ERRORS, "Message", error.words),
                   make(TYPES, "MessageXml", *error.details) if error.details else None)
    return make(SOAP, "Fault", code, words, details)


def write_fault(version, error):
    """The document of a fault. Its code is a name in the namespace of Microsoft's types, with the prefix "a"."""
    data = markup.write(envelope(version, fault(error)))
    return data.replace(b"<faultcode>", b'<faultcode xmlns:a="' + TYPES.encode() + b'">')


def back_off(milliseconds):
    """The element that asks a client to wait."""
    return t("Value", milliseconds, Name="BackOffMilliseconds")


def message(name, *content):
    """A response message that tells of success."""
    return m(name, m("ResponseCode", "NoError"), *content, ResponseClass="Success")


# What a response message must have even when it tells of an error.
EMPTY = {
    **dict.fromkeys(("CreateItem", "GetItem", "UpdateItem", "MoveItem", "CopyItem", "ArchiveItem"), [("Items", None)]),
    **dict.fromkeys(("CreateFolder", "GetFolder", "UpdateFolder", "MoveFolder", "CopyFolder"), [("Folders", None)]),
    **dict.fromkeys(("CreateAttachment", "GetAttachment"), [("Attachments", None)]),
    "GetServerTimeZones": [("TimeZoneDefinitions", None)],
    "SyncFolderItems": [("SyncState", None), ("IncludesLastItemInRange", "true")],
    "SyncFolderHierarchy": [("SyncState", None), ("IncludesLastFolderInRange", "true")],
}


def refusal(operation, error, response_class="Error"):
    """A response message that tells of an error."""
    details = m("MessageXml", *error.details) if error.details else None
    empty = [m(name, text) for name, text in EMPTY.get(operation, ())]
    return m(f"{operation}ResponseMessage", m("MessageText", error.words), m("ResponseCode", error.code),
             m("DescriptiveLinkKey", 0), details, *empty, ResponseClass=response_class)


def answer(operation, messages):
    """The response of an operation around its messages."""
    return m(f"{operation}Response", m("ResponseMessages", *messages))


def batch(call, operation, inputs, function):
    """One message an input: what the function made of it, or why it would not."""
    messages = []
    for index, one in enumerate(inputs):
        try:
            call.before_item(index)
            messages.append(message(f"{operation}ResponseMessage", *function(one)))
        except EwsError as error:
            messages.append(refusal(operation, error, error.response_class))
    return answer(operation, messages)


def single(operation, function):
    """An operation that has one message, whatever it was asked."""
    return lambda call: batch(call, operation, [call], function)
