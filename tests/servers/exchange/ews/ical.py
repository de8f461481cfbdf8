# SPDX-License-Identifier: LGPL-2.1-or-later
"""An event as iCalendar (RFC 5545): times in UTC."""
from .markup import text_of


def moment(text):
    """An xs:dateTime in UTC as iCalendar writes it."""
    return text.replace("-", "").replace(":", "")


def escape(text):
    """A text value."""
    for char in "\\;,":
        text = text.replace(char, "\\" + char)
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def fold(line):
    """A line of at most 75 bytes each, continued by a space."""
    data, pieces = line.encode(), []
    while len(data) > 73:
        cut = 73
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data = data[cut:]
    return b"\r\n ".join([*pieces, data])


def write(item):
    """The whole object."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Taube tests//EWS server//EN", "METHOD:PUBLISH",
             "BEGIN:VEVENT", f"UID:{item.get('UID') or item.number}", f"DTSTAMP:{moment(item.modified)}"]
    for name, key in (("Start", "DTSTART"), ("End", "DTEND")):
        if item.get(name):
            lines.append(f"{key}:{moment(item.get(name))}")
    for name, key in (("Subject", "SUMMARY"), ("Location", "LOCATION")):
        if item.get(name):
            lines.append(f"{key}:{escape(item.get(name))}")
    text = item.body("Text")[1]
    if text:
        lines.append(f"DESCRIPTION:{escape(text)}")
    organizer = text_of(item.get("Organizer"), "Mailbox", "EmailAddress") if item.get("Organizer") is not None else None
    if organizer:
        lines.append(f"ORGANIZER:mailto:{organizer}")
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    return b"\r\n".join(fold(line) for line in lines)
