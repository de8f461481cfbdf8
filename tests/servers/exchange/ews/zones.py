# SPDX-License-Identifier: LGPL-2.1-or-later
"""The zone in which a request writes its times."""
from datetime import timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .markup import find

# Windows' id: a place that keeps this time.
PLACES = {
    "GMT Standard Time": "Europe/London", "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris", "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw", "FLE Standard Time": "Europe/Kiev",
    "South Africa Standard Time": "Africa/Johannesburg", "Russian Standard Time": "Europe/Moscow",
    "India Standard Time": "Asia/Kolkata", "China Standard Time": "Asia/Shanghai", "Tokyo Standard Time": "Asia/Tokyo",
    "AUS Eastern Standard Time": "Australia/Sydney", "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago", "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
}


def zone_of(header):
    """The zone of a TimeZoneContext; UTC when there is none, or one that nobody knows."""
    definition = find(header, "TimeZoneDefinition") if header is not None else None
    place = PLACES.get(definition.get("Id")) if definition is not None else None
    try:
        return ZoneInfo(place) if place is not None else timezone.utc
    except ZoneInfoNotFoundError:
        return timezone.utc
