# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults on demand: what goes wrong, at which operation, how often. README.md lists them."""
import gzip
import re
import threading

from . import soap
from .errors import EwsError
from .markup import local, t

LOGIN_PAGE = (b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action='/owa/auth.owa'>"
              b"<input name='username'><input name='password' type='password'></form></body></html>")
BOMB = (b'<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><bomb>&d;</bomb>')


class Reply:
    """What goes back over HTTP, and how."""

    def __init__(self, status, body=b"", content_type="text/xml; charset=utf-8", headers=()):
        self.status, self.body, self.content_type, self.headers = status, body, content_type, list(headers)
        self.delivery = None   # the rule by which the connection misbehaves


class Rule:
    """One ordered fault."""

    def __init__(self, order):
        self.order = dict(order)
        self.name = order["fault"]
        if self.name not in NAMES:
            raise ValueError(f"there is no fault \"{self.name}\"")
        self.operation = "GetStreamingEvents" if self.name in STREAMS else order.get("operation")
        self.skip = int(order.get("skip", 0))
        self.left = int(order.get("count", 1)) or float("inf")
        self.release = None   # what ends its stalling

    def get(self, name, default=None):
        """A parameter of the order."""
        return self.order.get(name, default)

    def is_due(self, operation):
        """Whether it happens now."""
        if self.operation not in (None, operation):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.left -= 1
        return True

    # ---- instead of the operation ----

    def replace(self):
        """The reply that takes the operation's place, or None; a SOAP fault is raised."""
        if self.name == "server-busy":
            wait = self.get("backoff")
            raise soap.Fault("ErrorServerBusy", "The server cannot service this request right now. Try again later.",
                             [] if wait is None else [soap.back_off(wait)], self.get("status", 500))
        if self.name == "fault":
            error = soap.Fault(self.get("code", "ErrorInternalServerError"), self.get("message", "An internal error."),
                               status=self.get("status", 500))
            error.plain = self.get("plain", False)
            raise error
        maker = REPLIES.get(self.get("like", self.name))
        return None if maker is None else maker(self)

    # ---- one item of it ----

    def refuse_item(self, index):
        """Raise what the item at this place of a batch is refused with."""
        if self.name == "server-busy-inside":
            wait = self.get("backoff")
            raise EwsError("ErrorServerBusy", None, [] if wait is None else [soap.back_off(wait)])
        place = self.get("index", 0)
        if self.name in ("item-error", "batch-stopped") and index == place:
            raise EwsError(self.get("code", "ErrorItemNotFound"), self.get("message"))
        if self.name == "batch-stopped" and index > place:
            raise EwsError("ErrorBatchProcessingStopped")

    # ---- the answer ----

    def edit(self, root):
        """Change an answer that stays valid."""
        if self.name == "warning":
            messages = [one for one in root.iter() if one.get("ResponseClass") == "Success"]
            chosen = messages[self.get("index", 0)]
            chosen.set("ResponseClass", "Warning")
            chosen[0].text = self.get("code", "ErrorBatchProcessingStopped")
        for name, change in (("shuffled", shuffle), ("surprises", surprise)):
            if self.name == name:
                for one in list(root.iter()):
                    change(one)

    @property
    def is_invalid(self):
        """Whether the answer is broken on purpose, so that the schema has no say."""
        return self.name in ("shuffled", "surprises")

    def mangle(self, reply):
        """Change the bytes, valid before."""
        change = MANGLES.get(self.name)
        if change is not None:
            change(self, reply)
        if self.name in DELIVERIES:
            reply.delivery = self


def shuffle(element):
    """The properties of an item in another order than the schema's."""
    if any(local(child) in ("ItemId", "FolderId") for child in element):
        element[:] = list(element)[::-1]


def surprise(element):
    """An element that nobody knows."""
    if any(local(child) in ("ItemId", "FolderId") for child in element):
        element.append(t("Surprise", t("Inside", "1")))


# ---- replies in the operation's place ----

def wait_reply(rule, status):
    """A status that asks to come back later."""
    return Reply(status, b"Try again later.", "text/plain", [("Retry-After", str(rule.get("retry-after", 1)))])


REPLIES = {
    "unavailable": lambda rule: wait_reply(rule, 503),
    "too-many": lambda rule: wait_reply(rule, 429),
    "unauthorized": lambda rule: Reply(401, b"", "text/plain"),
    "tenant-blocked": lambda rule: Reply(403, b"EWS is disabled for this organization.", "text/plain", [
        ("X-MS-Diagnostics", '2000003;reason="EWS is blocked by the tenant\'s application access policy.";'
                             'error_category="invalid_user"')]),
    "login-page": lambda rule: Reply(200, LOGIN_PAGE, "text/html; charset=utf-8"),
    "login-timeout": lambda rule: Reply(440, LOGIN_PAGE, "text/html; charset=utf-8"),
    "redirect": lambda rule: Reply(rule.get("status", 302), b"", "text/html", [("Location", rule.get("location"))]),
    "garbage": lambda rule: Reply(200, rule.get("body", "<s:Envelope").encode()),
    "entities": lambda rule: Reply(200, BOMB),
    "close": lambda rule: Reply(0),
    "stall-before": lambda rule: Reply(0),
}


# ---- bytes ----

def insert_reference(rule, reply):
    """What XML 1.0 does not allow, at the beginning of each such element's text."""
    name, reference = rule.get("element", "Subject").encode(), rule.get("reference", "&#x1A;").encode()
    reply.body = re.sub(rb"(<t:" + name + rb"(?: [^>]*)?>)", lambda found: found[1] + reference, reply.body)


def add_fractions(rule, reply):
    """Fractions of seconds, as compatible servers write them."""
    reply.body = re.sub(rb"(T\d\d:\d\d:\d\d)Z", rb"\1." + str(rule.get("fraction", 123)).encode() + b"Z", reply.body)


def lengthen(rule, reply):
    """A text that is longer than anybody reads."""
    name = rule.get("element", "Subject").encode()
    reply.body = re.sub(rb"(<t:" + name + rb">)", rb"\1" + b"a" * int(rule.get("bytes", 1 << 20)), reply.body)


def deepen(rule, reply):
    """Elements in elements."""
    depth = int(rule.get("depth", 10000))
    reply.body = reply.body.replace(b"</s:Body>", b"<x>" * depth + b"</x>" * depth + b"</s:Body>")


def add_doctype(_, reply):
    """A document type declaration before a good answer."""
    reply.body = reply.body.replace(b"?>", b"?><!DOCTYPE s:Envelope [<!ENTITY x \"y\">]>", 1)


def misnumber(rule, reply):
    """Another offset of the next page than is right, or none."""
    offset = rule.get("offset")
    written = b"" if offset is None else b'IndexedPagingOffset="%d"' % offset
    reply.body = re.sub(rb'IndexedPagingOffset="\d+"', written, reply.body)


def deny_end(_, reply):
    """There is always more, it says."""
    reply.body = reply.body.replace(b"IncludesLastItemInRange>true<", b"IncludesLastItemInRange>false<")


def hide_folder(rule, reply):
    """One folder is not listed; those below it are."""
    name = re.escape(rule.get("name", "Archive").encode())
    found = rb"<t:Folder>(?:(?!</t:Folder>).)*<t:DisplayName>" + name + rb"</t:DisplayName>.*?</t:Folder>"
    reply.body = re.sub(found, b"", reply.body, flags=re.DOTALL)


def rewrite(rule, reply):
    """What other servers write: patterns and what stands in their place, a mark in front, another charset or type."""
    for pattern, replacement in rule.get("changes", ()):
        reply.body = re.sub(pattern.encode(), replacement.encode(), reply.body, flags=re.DOTALL)
    reply.body = rule.get("before", "").encode() + reply.body
    if "charset" in rule.order:
        reply.body = reply.body.decode().encode(rule.get("charset"))
    reply.content_type = rule.get("type", reply.content_type)


def compress(rule, reply):
    """gzip, with as many blanks as were ordered behind the document."""
    reply.body = gzip.compress(reply.body + b" " * int(rule.get("bytes", 0)))
    reply.headers.append(("Content-Encoding", "gzip"))


MANGLES = {"control-character": insert_reference, "fractions": add_fractions, "long-text": lengthen, "deep": deepen,
           "doctype": add_doctype, "gzip": compress, "rewrite": rewrite,
           "paging-offset": misnumber, "never-last": deny_end, "hidden-folder": hide_folder}

# How the connection misbehaves with a good answer: http.py does it.
DELIVERIES = {"truncated", "stall", "close", "stall-before", "lost-answer", "close-after", "cut-answer", "dribble",
              "twice"}
# What goes wrong with a stream only.
STREAMS = {"cut", "silence", "held-back", "early-end", "flood"}
NAMES = {"server-busy", "fault", "server-busy-inside", "item-error", "batch-stopped", "warning", "shuffled",
         "surprises", "item-vanishes", "item-changes", "folder-changes", "unpaged", *REPLIES, *MANGLES, *DELIVERIES,
         *STREAMS}


class Script:
    """All faults that are ordered, in order; one happens at a time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []
        self.release = threading.Event()   # ends what stalls

    def add(self, orders):
        """Order one fault or several."""
        rules = [Rule(order) for order in (orders if isinstance(orders, list) else [orders])]
        with self.lock:
            self.rules += rules

    def clear(self):
        """Nothing goes wrong any more; what stalls goes on."""
        with self.lock:
            self.rules.clear()
            self.release.set()
            self.release = threading.Event()

    def take(self, operation):
        """The fault that is due at this operation, or None."""
        with self.lock:
            for rule in self.rules:
                if rule.is_due(operation):
                    if rule.left <= 0:
                        self.rules.remove(rule)
                    rule.release = self.release
                    return rule
        return None

    def show(self):
        """What is still ordered."""
        with self.lock:
            return [rule.order for rule in self.rules]
