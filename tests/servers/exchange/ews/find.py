# SPDX-License-Identifier: LGPL-2.1-or-later
"""FindItem."""
from . import aqs, times
from .errors import EwsError
from .markup import find, m, t
from .paging import page_of
from .refs import folder_of
from .search import matcher, refuse, sort
from .shapes import Shape, show_item
from .soap import batch


def find_item(call):
    """FindItem."""
    query, restriction = find(call.body, "QueryString"), find(call.body, "Restriction")
    if query is not None and restriction is not None:
        raise EwsError("ErrorInvalidArgument", "A QueryString and a Restriction cannot be given together.")
    if find(call.body, "GroupBy") is not None or find(call.body, "DistinguishedGroupBy") is not None:
        raise EwsError("ErrorInvalidOperation", "Grouping is not supported.")
    if call.world.refusals.get("fault"):
        refuse(call.world, restriction, find(call.body, "SortOrder"))

    def find_in(element):
        refuse(call.world, restriction, find(call.body, "SortOrder"))
        check_count(call)
        accepts = aqs.build(query.text or "") if query is not None else matcher(restriction)
        shape = Shape(find(call.body, "ItemShape"), call.version, is_listing=True, is_strict=True)
        items = candidates(call, folder_of(call, element))
        found = [item for item in items if accepts(item)]
        view = find(call.body, "CalendarView")
        if view is not None:
            found = in_view(found, view)
            shown, attributes = found[:int(view.get("MaxEntriesReturned") or len(found))], {
                "TotalItemsInView": len(found), "IncludesLastItemInRange": "true"}
        else:
            order = find(call.body, "SortOrder")
            found = sort(found, order) if order is not None else newest_first(found)
            shown, attributes = page_of(call, contacts_view(call, found), "Item")
        return [m("RootFolder", t("Items", *(show_item(item, shape) for item in shown)), **attributes)]

    return batch(call, "FindItem", find(call.body, "ParentFolderIds"), find_in)


def check_count(call):
    """The throttling policy's limit for one FindItem."""
    view, limit = find(call.body, "IndexedPageItemView"), call.world.find_count_limit
    if limit and (view is None or int(view.get("MaxEntriesReturned") or limit + 1) > limit):
        raise EwsError("ErrorExceededFindCountLimit")


def candidates(call, folder):
    """The items that a traversal looks at."""
    traversal = call.body.get("Traversal")
    if traversal == "Shallow":
        return folder.items.values()
    if traversal == "SoftDeleted":
        return call.mailbox.distinguished["recoverableitemsdeletions"].items.values()
    return ()  # nothing is associated with a folder here


def newest_first(found):
    """Without an order, Exchange shows what came last first."""
    return sorted(found, key=lambda item: (item.received, item.number), reverse=True)


def in_view(found, view):
    """Events that touch a span of time, in their order."""
    first, last = times.normal(view.get("StartDate")), times.normal(view.get("EndDate"))
    if first > last:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    events = [item for item in found if item.kind == "CalendarItem" and item.get("Start") and item.get("End")]
    return sorted((one for one in events if one.get("Start") < last and one.get("End") > first),
                  key=lambda one: one.get("Start"))


def contacts_view(call, found):
    """Contacts whose name lies between two."""
    view = find(call.body, "ContactsView")
    if view is None:
        return found
    first, last = (view.get("InitialName") or "").casefold(), view.get("FinalName")
    named = [(item.get("DisplayName") or item.get("FileAs") or "").casefold() for item in found]
    shown = [item for item, name in zip(found, named) if first <= name and (last is None or name <= last.casefold())]
    return shown[:int(view.get("MaxEntriesReturned") or len(shown))]


OPERATIONS = {"FindItem": find_item}
