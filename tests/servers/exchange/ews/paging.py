# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which part of what was found an answer shows."""
from .errors import EwsError
from .markup import find
from .search import matcher


def page_of(call, found, what):
    """(the part to show, attributes of the root folder) by the view that the request asks for."""
    if call.has_fault("unpaged"):
        return found, {}
    for name, view in (("IndexedPage", indexed), ("FractionalPage", fractional), ("SeekToConditionPage", seek)):
        element = find(call.body, f"{name}{what}View")
        if element is not None:
            return view(call, found, element)
    return cut(call, found, 0, None)


def cut(call, found, start, count):
    """COUNT from START on, but never more than the server gives at once."""
    end = min(len(found), start + min(call.world.find_cap, count if count is not None else len(found)))
    return found[start:end], {"IndexedPagingOffset": end, "TotalItemsInView": len(found),
                              "IncludesLastItemInRange": "true" if end >= len(found) else "false"}


def limit_of(element):
    """MaxEntriesReturned, or None."""
    text = element.get("MaxEntriesReturned")
    if text is not None and int(text) <= 0:
        raise EwsError("ErrorInvalidPagingMaxRows", "MaxEntriesReturned must be positive.")
    return None if text is None else int(text)


def indexed(call, found, element):
    """From a number on, counted from the beginning or from the end."""
    offset, count = int(element.get("Offset")), limit_of(element)
    if offset < 0:
        raise EwsError("ErrorInvalidIndexedPagingParameters")
    if element.get("BasePoint") == "Beginning":
        return cut(call, found, min(offset, len(found)), count)
    end = max(0, len(found) - offset)
    start = max(0, end - min(call.world.find_cap, count if count is not None else end))
    return found[start:end], {"IndexedPagingOffset": len(found) - start, "TotalItemsInView": len(found),
                              "IncludesLastItemInRange": "true" if start == 0 else "false"}


def fractional(call, found, element):
    """From a fraction of the whole on."""
    numerator, denominator = int(element.get("Numerator")), int(element.get("Denominator"))
    if denominator <= 0 or not 0 <= numerator <= denominator:
        raise EwsError("ErrorInvalidFractionalPagingParameters")
    shown, facts = cut(call, found, len(found) * numerator // denominator, limit_of(element))
    end = facts.pop("IndexedPagingOffset")
    return shown, {"NumeratorOffset": end, "AbsoluteDenominator": max(1, len(found)), **facts}


def seek(call, found, element):
    """From the first on that meets a condition."""
    accepts = matcher(find(element, "Condition"))
    start = next((index for index, one in enumerate(found) if accepts(one)), len(found))
    return cut(call, found, start, limit_of(element))
