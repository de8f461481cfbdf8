# SPDX-License-Identifier: LGPL-2.1-or-later
"""Microsoft's schema, held against requests and answers by libxml2. The server's own logic knows nothing of it.

The schema files do not belong to the project: TAUBE_EWS_SCHEMA_DIR names their folder.
"""
import ctypes
import ctypes.util
import os
import re
from pathlib import Path

ENVELOPES = "soap11.xsd"
NO_NETWORK = 1 << 11  # XML_PARSE_NONET
HUGE = 1 << 19        # XML_PARSE_HUGE: a message of 200 MB is one text
SILENT = (1 << 5) | (1 << 6)  # XML_PARSE_NOERROR, XML_PARSE_NOWARNING


class BrokenAnswer(Exception):
    """The server was about to send what the schema does not allow: a fault of the server, which ends the test."""


class Error(ctypes.Structure):
    """The beginning of libxml2's xmlError."""

    _fields_ = [("domain", ctypes.c_int), ("code", ctypes.c_int), ("message", ctypes.c_char_p),
                ("level", ctypes.c_int), ("file", ctypes.c_char_p), ("line", ctypes.c_int)]


ErrorHandler = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Error))


def load_library():
    """libxml2 with the types of what is called."""
    library = ctypes.CDLL(ctypes.util.find_library("xml2") or "libxml2.so.2")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("xmlInitParser", None, []),
        ("xmlReadMemory", pointer, [text, number, text, text, number]),
        ("xmlFreeDoc", None, [pointer]),
        ("xmlSchemaNewParserCtxt", pointer, [text]),
        ("xmlSchemaSetParserStructuredErrors", None, [pointer, ErrorHandler, pointer]),
        ("xmlSchemaParse", pointer, [pointer]),
        ("xmlSchemaFreeParserCtxt", None, [pointer]),
        ("xmlSchemaNewValidCtxt", pointer, [pointer]),
        ("xmlSchemaSetValidStructuredErrors", None, [pointer, ErrorHandler, pointer]),
        ("xmlSchemaValidateDoc", number, [pointer, pointer]),
        ("xmlSchemaFreeValidCtxt", None, [pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.xmlInitParser()
    return library


class Schema:
    """The compiled schema; any number of threads may check documents at once."""

    def __init__(self, folder):
        self.library = load_library()
        complaints, handler = self.collector()
        context = self.library.xmlSchemaNewParserCtxt(str(Path(folder) / ENVELOPES).encode())
        self.library.xmlSchemaSetParserStructuredErrors(context, handler, None)
        self.schema = self.library.xmlSchemaParse(context)
        self.library.xmlSchemaFreeParserCtxt(context)
        if not self.schema:
            raise ValueError(f"the schema in {folder} cannot be read: {'; '.join(complaints)}")

    @staticmethod
    def collector():
        """A list, and the handler that fills it; both must be held while libxml2 may call."""
        complaints = []

        def collect(_, error):
            message = (error.contents.message or b"").decode(errors="replace")
            complaints.append(re.sub(r"\{[^}]*\}", "", message).strip())

        return complaints, ErrorHandler(collect)

    def check(self, data):
        """What is wrong with the document; an empty list when it is valid."""
        document = self.library.xmlReadMemory(data, len(data), None, None, NO_NETWORK | SILENT | HUGE)
        if not document:
            return ["The document is not well-formed."]
        complaints, handler = self.collector()
        context = self.library.xmlSchemaNewValidCtxt(self.schema)
        self.library.xmlSchemaSetValidStructuredErrors(context, handler, None)
        result = self.library.xmlSchemaValidateDoc(context, document)
        self.library.xmlSchemaFreeValidCtxt(context)
        self.library.xmlFreeDoc(document)
        return complaints or (["The document is invalid."] if result else [])

    def check_answer(self, data):
        """Raise BrokenAnswer when the server's own answer is invalid."""
        # The schema wants the namespace "types" for these; every Exchange sends "messages".
        document = re.sub(rb"<(/?)m:(Notification|SubscriptionId)(?=[ >])", rb"<\1t:\2", data) \
            if b"GetStreamingEventsResponseMessage" in data else data
        complaints = self.check(document)
        if complaints:
            raise BrokenAnswer("\n".join(complaints) + "\n" + data.decode(errors="replace"))


class NoSchema:
    """In the place of the schema when there is none: everything passes."""

    @staticmethod
    def check(_):
        """Nothing is known to be wrong."""
        return []

    @staticmethod
    def check_answer(_):
        """Nothing is known to be wrong."""


def load():
    """The schema of TAUBE_EWS_SCHEMA_DIR, and a sentence that says whether there is one."""
    folder = os.environ.get("TAUBE_EWS_SCHEMA_DIR")
    if not folder:
        return NoSchema(), "off: TAUBE_EWS_SCHEMA_DIR is not set"
    if not (Path(folder) / ENVELOPES).exists():
        return NoSchema(), f"off: there is no {ENVELOPES} in TAUBE_EWS_SCHEMA_DIR"
    return Schema(folder), "on"
