# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who is there, who is away, who is free: names, automatic replies, delegates, availability, and ids in other forms."""
import base64
from datetime import timedelta

from . import times
from .errors import EwsError
from .markup import INSTANCE, copy, find, flag, is_true, local, m, t, text_of
from .send import own_address
from .soap import answer, batch, message, refusal, single

AWAY_SHOWN = ("OofState", "ExternalAudience", "Duration", "InternalReply", "ExternalReply")
AWAY_DEFAULTS = {"OofState": "Disabled", "ExternalAudience": "None"}
BUSY_CODES = {"Free": "0", "Tentative": "1", "Busy": "2", "OOF": "3", "WorkingElsewhere": "4", "NoData": "4"}


# ---- ResolveNames ----

def resolve_names(call):
    """ResolveNames."""
    wanted = text_of(call.body, "UnresolvedEntry")
    scope = call.body.get("SearchScope", "ActiveDirectoryContacts")
    with_contact = is_true(call.body.get("ReturnFullContactData"))
    found = []
    if "ActiveDirectory" in scope:
        found += [directory_entry(one, with_contact) for one in call.world.mailboxes if is_meant(one, wanted)]
    if "Contacts" in scope:
        found += own_contacts(call, wanted)
    if not found:
        return answer("ResolveNames", [refusal("ResolveNames", EwsError("ErrorNameResolutionNoResults"))])
    shown = m("ResolutionSet", *found[:100], TotalItemsInView=len(found[:100]),
              IncludesLastItemInRange=flag(len(found) <= 100))
    if len(found) == 1:
        return answer("ResolveNames", [message("ResolveNamesResponseMessage", shown)])
    several = refusal("ResolveNames", EwsError("ErrorNameResolutionMultipleResults"), "Warning")
    several.append(shown)
    return answer("ResolveNames", [several])


def is_meant(mailbox, text):
    """Whether somebody is meant by the beginning of a name or an address."""
    text = text.lower().removeprefix("smtp:")
    return any(word.lower().startswith(text) for word in (mailbox.name, mailbox.address, *mailbox.name.split()))


def directory_entry(mailbox, with_contact):
    """Somebody of the directory."""
    contact = t("Contact", t("DisplayName", mailbox.name),
                t("EmailAddresses", t("Entry", f"SMTP:{mailbox.address}", Key="EmailAddress1")),
                t("ContactSource", "ActiveDirectory")) if with_contact else None
    return t("Resolution", own_address(mailbox), contact)


def own_contacts(call, text):
    """Contacts of the mailbox."""
    for item in call.mailbox.distinguished["contacts"].items.values():
        addresses = item.get("EmailAddresses")
        name = item.get("DisplayName") or item.get("FileAs") or ""
        where = [entry.text for entry in addresses if entry.text] if addresses is not None else []
        if where and any(one.lower().startswith(text.lower()) for one in (name, *name.split(), *where)):
            yield t("Resolution", t("Mailbox", t("Name", name), t("EmailAddress", where[0]), t("RoutingType", "SMTP"),
                                    t("MailboxType", "Contact"), t("ItemId", Id=item.id, ChangeKey=item.change_key)))


# ---- ConvertId ----

def convert_id(call):
    """ConvertId: EWS's own format stays, the others are the same bytes in other letters.

    Whatever mailbox the client names, the answer names the one that the id is of: DavMail learns its address so.
    """
    target = call.body.get("DestinationFormat")

    def convert(element):
        sealer = call.world.sealer
        key = read_id(sealer, element.get("Id"), element.get("Format"))
        owner = call.world.mailboxes[sealer.object_of(key).mailbox - 1]
        return [m("AlternateId", Format=target, Id=write_id(sealer, key, target), Mailbox=owner.address,
                  **{f"{{{INSTANCE}}}type": "t:AlternateIdType"})]

    return batch(call, "ConvertId", find(call.body, "SourceIds"), convert)


def read_id(sealer, text, source):
    """An id of any format in EWS's own."""
    try:
        if source == "HexEntryId":
            return sealer.text_of(bytes.fromhex(text))
        if source in ("EntryId", "StoreId", "OwaId"):
            return sealer.text_of(base64.urlsafe_b64decode(text))
    except ValueError:
        raise EwsError("ErrorInvalidIdMalformed") from None
    return text


def write_id(sealer, key, target):
    """An id in another format."""
    if target == "HexEntryId":
        return sealer.bytes_of(key).hex().upper()
    if target in ("EntryId", "StoreId", "OwaId"):
        return base64.urlsafe_b64encode(sealer.bytes_of(key)).decode("ascii")
    return key


# ---- automatic replies ----

def get_away(call):
    """GetUserOofSettings."""
    try:
        mailbox = call.mailbox_at(text_of(call.body, "Mailbox", "Address"))
    except EwsError as error:
        return m("GetUserOofSettingsResponse", plain_message(error))
    facts = {**AWAY_DEFAULTS, **mailbox.out_of_office}
    parts = [copy(facts[name]) if not isinstance(facts[name], str) else t(name, facts[name])
             for name in AWAY_SHOWN if name in facts]
    return m("GetUserOofSettingsResponse", plain_message(), t("OofSettings", *parts), m("AllowExternalOof", "All"))


def set_away(call):
    """SetUserOofSettings."""
    try:
        mailbox = call.mailbox_at(text_of(call.body, "Mailbox", "Address"))
        settings = find(call.body, "UserOofSettings")
        first, last = (text_of(settings, "Duration", name) for name in ("StartTime", "EndTime"))
        if text_of(settings, "OofState") == "Scheduled" and (not first or times.read(first) >= times.read(last)):
            raise EwsError("ErrorInvalidScheduledOofDuration")
        mailbox.out_of_office = {local(one): one.text if len(one) == 0 else copy(one) for one in settings}
        return m("SetUserOofSettingsResponse", plain_message())
    except EwsError as error:
        return m("SetUserOofSettingsResponse", plain_message(error))


def plain_message(error=None):
    """A ResponseMessage of the operations that come from the availability service."""
    if error is None:
        return m("ResponseMessage", m("ResponseCode", "NoError"), ResponseClass="Success")
    return m("ResponseMessage", m("MessageText", error.words), m("ResponseCode", error.code),
             m("DescriptiveLinkKey", 0), ResponseClass="Error")


# ---- delegates ----

def get_delegate(call):
    """GetDelegate: without delegates there are no ResponseMessages at all."""
    try:
        call.mailbox_at(text_of(call.body, "Mailbox", "EmailAddress"))
    except EwsError as error:
        return m("GetDelegateResponse", m("MessageText", error.words), m("ResponseCode", error.code),
                 m("DescriptiveLinkKey", 0), ResponseClass="Error")
    return m("GetDelegateResponse", m("ResponseCode", "NoError"),
             m("DeliverMeetingRequests", "DelegatesAndSendInformationToMe"), ResponseClass="Success")


# ---- availability ----

def get_availability(call):
    """GetUserAvailability."""
    options = find(call.body, "FreeBusyViewOptions")
    responses = []
    for one in find(call.body, "MailboxDataArray"):
        mailbox = call.world.mailbox_of(text_of(one, "Email", "Address") or "")
        if mailbox is None:
            responses.append(m("FreeBusyResponse", plain_message(EwsError("ErrorMailRecipientNotFound"))))
        else:
            responses.append(m("FreeBusyResponse", plain_message(), free_busy(mailbox, options)))
    return m("GetUserAvailabilityResponse", m("FreeBusyResponseArray", *responses))


def free_busy(mailbox, options):
    """When somebody is busy; the caller sees details of his own and others' alike."""
    view = text_of(options, "RequestedView") or "FreeBusy"
    start, end = (times.read(text_of(options, "TimeWindow", name)) for name in ("StartTime", "EndTime"))
    events = [item for item in mailbox.distinguished["calendar"].items.values()
              if item.get("Start") and item.get("End") and times.read(item.get("Start")) < end
              and times.read(item.get("End")) > start]
    events.sort(key=lambda item: item.get("Start"))
    shown = [t("CalendarEvent", t("StartTime", item.get("Start").rstrip("Z")),
               t("EndTime", item.get("End").rstrip("Z")), t("BusyType", item.get("LegacyFreeBusyStatus")),
               details(item) if "Detailed" in view else None)
             for item in events]
    merged = None
    if "Merged" in view:
        merged = merge(events, start, end, int(text_of(options, "MergedFreeBusyIntervalInMinutes") or 30))
    kind = view if view in ("FreeBusy", "FreeBusyMerged", "Detailed", "DetailedMerged", "MergedOnly") else "FreeBusy"
    return m("FreeBusyView", t("FreeBusyViewType", kind), t("MergedFreeBusy", merged) if merged is not None else None,
             t("CalendarEventArray", *shown) if shown and kind != "MergedOnly" else None, working_hours())


def details(item):
    """What an event is about."""
    return t("CalendarEventDetails", t("ID", item.id), t("Subject", item.get("Subject") or ""),
             t("Location", item.get("Location") or ""), t("IsMeeting", item.get("IsMeeting")),
             t("IsRecurring", item.get("IsRecurring")), t("IsException", "false"),
             t("IsReminderSet", item.get("ReminderIsSet")), t("IsPrivate", flag(item.get("Sensitivity") == "Private")))


def merge(events, start, end, minutes):
    """One digit an interval: the busiest that is in it."""
    digits, step = [], timedelta(minutes=minutes)
    while start < end:
        codes = [BUSY_CODES.get(item.get("LegacyFreeBusyStatus"), "2") for item in events
                 if times.read(item.get("Start")) < start + step and times.read(item.get("End")) > start]
        digits.append(max(codes, default="0"))
        start += step
    return "".join(digits)


def working_hours():
    """Monday to Friday, eight to five, in UTC."""
    def change(hour):
        return (t("Bias", 0), t("Time", f"{hour:02d}:00:00"), t("DayOrder", 1), t("Month", 1), t("DayOfWeek", "Sunday"))

    period = t("WorkingPeriod", t("DayOfWeek", "Monday Tuesday Wednesday Thursday Friday"),
               t("StartTimeInMinutes", 480), t("EndTimeInMinutes", 1020))
    return t("WorkingHours", t("TimeZone", t("Bias", 0), t("StandardTime", *change(0)), t("DaylightTime", *change(0))),
             t("WorkingPeriodArray", period))


# ---- what is asked by the way ----

def get_room_lists(_):
    """GetRoomLists: there are none."""
    return m("GetRoomListsResponse", m("ResponseCode", "NoError"), m("RoomLists"), ResponseClass="Success")


def get_configuration(_):
    """GetUserConfiguration: nobody stored any."""
    raise EwsError("ErrorItemNotFound")


def expand_list(call):
    """ExpandDL: there are no lists in the directory."""
    raise EwsError("ErrorNameResolutionNoResults", f"There is no list {text_of(call.body, 'Mailbox', 'EmailAddress')}.")


OPERATIONS = {
    "ResolveNames": resolve_names, "ConvertId": convert_id, "GetUserOofSettingsRequest": get_away,
    "SetUserOofSettingsRequest": set_away, "GetDelegate": get_delegate,
    "GetUserAvailabilityRequest": get_availability, "GetRoomLists": get_room_lists,
    "GetUserConfiguration": single("GetUserConfiguration", get_configuration),
    "ExpandDL": single("ExpandDL", expand_list),
}
