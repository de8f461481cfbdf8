# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements: their namespaces, how they are made, read and written."""
import re
import xml.etree.ElementTree as ElementTree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
XML = "http://www.w3.org/XML/1998/namespace"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

for prefix, namespace in (("s", SOAP), ("t", TYPES), ("m", MESSAGES), ("e", ERRORS), ("xsi", INSTANCE)):
    ElementTree.register_namespace(prefix, namespace)

# What XML 1.0 cannot carry at all.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class MarkupError(Exception):
    """The bytes are no document that we read."""


def clean(text):
    """Text as XML can carry it."""
    return ILLEGAL.sub("\ufffd", text)


def make(namespace, name, *content, **attributes):
    """An element; content is text, elements, or None for nothing; so is an attribute that is None."""
    tag = f"{{{namespace}}}{name}" if namespace else name
    element = ElementTree.Element(tag, {k: str(v) for k, v in attributes.items() if v is not None})
    for part in content:
        if isinstance(part, ElementTree.Element):
            element.append(part)
        elif part is not None:
            element.text = clean(str(part))
    return element


def t(name, *content, **attributes):
    """An element of the namespace "types"."""
    return make(TYPES, name, *content, **attributes)


def m(name, *content, **attributes):
    """An element of the namespace "messages"."""
    return make(MESSAGES, name, *content, **attributes)


def local(element):
    """Its name without the namespace."""
    return element.tag.rpartition("}")[2]


def find(element, *names):
    """The descendant that these local names lead to, or None; namespaces are those of the schema, checked before."""
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if local(child) == name), None)
    return element


def text_of(element, *names):
    """The text of the element that these names lead to; None when it is not there."""
    found = find(element, *names)
    return None if found is None else found.text or ""


def is_true(text):
    """An xs:boolean."""
    return text is not None and text.strip() in ("true", "1")


def flag(value):
    """An xs:boolean as text."""
    return "true" if value else "false"


def parse(data):
    """The document's root element. Document types are refused: nobody who speaks SOAP sends one."""
    if b"<!DOCTYPE" in data:
        raise MarkupError("a document type declaration is not allowed")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise MarkupError(str(error)) from error


def write(element):
    """The bytes of a whole document."""
    return b'<?xml version="1.0" encoding="utf-8"?>' + ElementTree.tostring(element, encoding="utf-8")


def copy(element):
    """A copy that nobody else holds."""
    twin = ElementTree.Element(element.tag, dict(element.attrib))
    twin.text, twin.tail = element.text, None
    twin.extend(copy(child) for child in element)
    return twin
