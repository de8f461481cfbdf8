# SPDX-License-Identifier: LGPL-2.1-or-later
"""Moments: all are kept in UTC and written as Exchange writes them, in whole seconds with a Z."""
import re
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
DURATION = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$")


def write(moment):
    """A moment as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now():
    """This moment as text."""
    return write(datetime.now(UTC))


def read(text, zone=UTC):
    """The moment that an xs:dateTime means; without an offset it is ZONE's. None when it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def normal(text, zone=UTC):
    """The same xs:dateTime in UTC; what is none stays as it is."""
    moment = read(text, zone)
    return text if moment is None else write(moment)


def duration(text):
    """The length that an xs:duration of days and less means."""
    sign, days, hours, minutes, seconds = DURATION.match(text).groups()
    length = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0),
                       seconds=float(seconds or 0))
    return -length if sign else length
