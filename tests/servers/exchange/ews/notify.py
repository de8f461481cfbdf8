# SPDX-License-Identifier: LGPL-2.1-or-later
"""Subscriptions: events asked for now and then, or sent as they happen."""
import secrets
import time

from . import ids
from .errors import EwsError
from .mailbox import Event
from .markup import find, flag, is_true, m, t, text_of
from .refs import folder_of
from .soap import VERSIONS, Fault, answer, message, refusal, single
from .times import now

MOST_EVENTS = 250   # in one answer
COOKIE = "X-BackEndOverrideCookie"


class Subscription:
    """What one client wants to know of one mailbox."""

    def __init__(self, call, element, is_streaming):
        self.mailbox = call.mailbox
        self.is_streaming = is_streaming
        self.types = {one.text for one in find(element, "EventTypes")}
        folders = find(element, "FolderIds")
        self.folders = None
        if not is_true(element.get("SubscribeToAllFolders")):
            if folders is None:
                raise EwsError("ErrorInvalidSubscriptionRequest", "Folders are missing.")
            self.folders = {folder_of(call, one).number for one in folders}
        self.position = len(self.mailbox.events)
        self.most_kept = call.world.events_kept
        self.minutes = int(text_of(element, "Timeout") or 30)
        self.used = time.monotonic()
        self.id = secrets.token_urlsafe(48)
        self.backend = call.backend   # which of the servers has it
        self.stream = None   # whoever streams it now; a later one takes it away

    def watermark(self, position):
        """The place after so many events."""
        return t("Watermark", self.mailbox.sealer.watermark(self.mailbox.number, position))

    def matches(self, event):
        """Whether the client wants to know of it."""
        if event.kind not in self.types:
            return False
        return self.folders is None or event.folder in self.folders or event.old_folder in self.folders or (
            not event.is_item and event.subject in self.folders)

    def since(self, position):
        """(events, the position after them, whether there are more) after a position; no server keeps all."""
        if len(self.mailbox.events) - position > self.most_kept:
            raise EwsError("ErrorMissedNotificationEvents")
        found, end = [], position
        for index in range(position, len(self.mailbox.events)):
            if len(found) == MOST_EVENTS:
                return found, end, True
            if self.matches(self.mailbox.events[index]):
                found.append((index + 1, self.mailbox.events[index]))
            end = index + 1
        return found, end, False

    def show(self, position, event, with_watermark):
        """An event as an element."""
        def key(kind, name, number, version=None):
            return t(name, Id=self.mailbox.sealer.id_of(kind, self.mailbox.number, number),
                     ChangeKey=self.mailbox.sealer.change_key(version) if version is not None else None)

        def folder_key(name, number):
            folder = self.mailbox.folders.get(number)
            return key(ids.FOLDER, name, number, folder.version if folder is not None else None)

        kind, name = (ids.ITEM, "ItemId") if event.is_item else (ids.FOLDER, "FolderId")
        content = [self.watermark(position) if with_watermark else None, t("TimeStamp", event.time),
                   key(kind, name, event.subject, event.version), folder_key("ParentFolderId", event.folder)]
        if event.old_subject is not None:
            content += [key(kind, f"Old{name}", *event.old_subject), folder_key("OldParentFolderId", event.old_folder)]
        if event.unread is not None:
            content.append(t("UnreadCount", event.unread))
        return t(event.kind, *content)


# ---- operations ----

def subscribe(call):
    """Subscribe."""
    element = call.body[0]
    kind = element.tag.rpartition("}")[2]
    if kind == "PushSubscriptionRequest":
        raise EwsError("ErrorInvalidSubscriptionRequest", "Push subscriptions are not supported.")
    if kind == "StreamingSubscriptionRequest" and VERSIONS.index(call.version) < VERSIONS.index("Exchange2010_SP1"):
        raise Fault("ErrorSchemaValidation", f"The request failed schema validation: {call.version} has no {kind}.")
    made = Subscription(call, element, kind == "StreamingSubscriptionRequest")
    if made.folders is not None and len(made.folders) > call.world.folders_per_subscription:
        raise EwsError("ErrorInvalidSubscriptionRequest", "There are too many folders in one subscription.")
    own = [one for one in call.world.subscriptions.values() if one.mailbox is call.mailbox]
    if len(own) >= call.world.subscriptions_per_mailbox:
        raise EwsError("ErrorExceededSubscriptionCount")
    mark = text_of(element, "Watermark")
    if mark:
        made.position = call.world.sealer.read_watermark(mark, call.mailbox.number)
    call.world.subscriptions[made.id] = made
    if call.prefers_affinity:
        call.reply_headers.append(("Set-Cookie", f"{COOKIE}=EX{made.backend}~{secrets.token_hex(8)}; expires="
                                   "Wed, 01-Jan-2031 00:00:00 GMT; path=/EWS; secure; HttpOnly"))
    shown = [m("SubscriptionId", made.id)]
    if not made.is_streaming:
        watermark = made.watermark(made.position)
        shown.append(m("Watermark", watermark.text))
    return shown


def subscription_of(call, key):
    """The caller's subscription of that id."""
    found = call.world.subscriptions.get(key)
    if found is None or found.mailbox is not call.mailbox or found.backend != call.backend:
        raise EwsError("ErrorSubscriptionNotFound")
    return found


def unsubscribe(call):
    """Unsubscribe."""
    found = subscription_of(call, text_of(call.body, "SubscriptionId"))
    del call.world.subscriptions[found.id]
    call.world.changed.notify_all()
    return []


def get_events(call):
    """GetEvents."""
    found = subscription_of(call, text_of(call.body, "SubscriptionId"))
    if found.is_streaming:
        raise EwsError("ErrorInvalidPullSubscriptionId", "This is a streaming subscription.")
    if time.monotonic() - found.used > found.minutes * 60:
        del call.world.subscriptions[found.id]
        raise EwsError("ErrorExpiredSubscription")
    found.used = time.monotonic()
    mark = text_of(call.body, "Watermark")
    position = call.world.sealer.read_watermark(mark, call.mailbox.number)
    events, end, has_more = found.since(position)   # MoreEvents only says that there were too many for one answer
    shown = [found.show(number, event, True) for number, event in events]
    return [m("Notification", t("SubscriptionId", found.id), t("PreviousWatermark", mark),
              t("MoreEvents", flag(has_more)), *(shown or [t("StatusEvent", found.watermark(end))]))]


OPERATIONS = {"Subscribe": single("Subscribe", subscribe), "Unsubscribe": single("Unsubscribe", unsubscribe),
              "GetEvents": single("GetEvents", get_events)}


# ---- streaming ----

class Stream:
    """One GetStreamingEvents: frames, each an answer of its own, until its time is over."""

    def __init__(self, call, minute=60.0, heartbeat=45.0):
        self.call = call
        self.keys = [one.text for one in find(call.body, "SubscriptionIds")]
        self.end = time.monotonic() + int(text_of(call.body, "ConnectionTimeout")) * minute
        self.heartbeat = heartbeat
        self.subscriptions = []

    def frames(self):
        """The contents of the frames; None asks whether the client is still there."""
        world = self.call.world
        try:
            self.call.before_item(0)
        except EwsError as error:
            yield answer("GetStreamingEvents", [refusal("GetStreamingEvents", error)])
            return
        with world.lock:
            missing = [key for key in self.keys if not self.is_ours(key)]
            if missing:
                yield self.frame_of_missing(missing)
                return
            self.subscriptions = [world.subscriptions[key] for key in self.keys]
            for one in self.subscriptions:
                one.stream = self
        yield self.frame(m("ConnectionStatus", "OK"))
        if self.call.has_fault("early-end"):
            yield self.frame(m("ConnectionStatus", "Closed"))
            return
        if self.call.has_fault("flood"):
            yield from self.flood(int(self.call.rule.get("frames", 1 << 30)))
        yield from self.events()

    def is_ours(self, key):
        """Whether this is a streaming subscription of the caller."""
        found = self.call.world.subscriptions.get(key)
        return (found is not None and found.mailbox is self.call.mailbox and found.is_streaming
                and found.backend == self.call.backend)

    def events(self):
        """Frames of what happens, of nothing now and then, and of the end."""
        world, beat = self.call.world, time.monotonic() + self.heartbeat
        while True:
            with world.lock:
                try:
                    shown = self.collect()
                    if not shown and not self.is_over():
                        world.changed.wait(max(0.0, min(self.end, beat, time.monotonic() + 0.5) - time.monotonic()))
                        shown = self.collect()
                except EwsError as error:
                    yield answer("GetStreamingEvents", [refusal("GetStreamingEvents", error)])
                    return
                missing = [key for key in self.keys if not self.is_ours(key)]
            if missing:
                yield self.frame_of_missing(missing)
                return
            if shown:
                beat = time.monotonic() + self.heartbeat
                yield self.frame(m("Notifications", *shown))
            elif self.is_over():
                yield self.frame(m("ConnectionStatus", "Closed"))
                return
            elif time.monotonic() >= beat:
                beat = time.monotonic() + self.heartbeat
                yield self.frame(m("Notifications", *(self.notification(one, [t("StatusEvent")])
                                                      for one in self.subscriptions)))
            else:
                yield None

    def is_over(self):
        """Whether the time is over, or another connection streams the same."""
        return time.monotonic() >= self.end or any(
            one.stream is not self or not self.is_ours(one.id) for one in self.subscriptions)

    def collect(self):
        """Notifications of all that is new."""
        found = []
        for one in self.subscriptions:
            events, end, _ = one.since(one.position)
            one.position = end
            if events:
                found.append(self.notification(one, [one.show(number, event, False) for number, event in events]))
        return found

    def flood(self, frames):
        """Events in which nothing happened, so many frames of them, as fast as they go."""
        mailbox = self.call.mailbox
        inbox = mailbox.distinguished["inbox"]
        event = Event("ModifiedEvent", False, inbox.number, inbox.version, inbox.parent.number, None, None, now(),
                      inbox.unread)
        for _ in range(frames):
            yield self.frame(m("Notifications", *(self.notification(one, [one.show(0, event, False)] * 20)
                                                  for one in self.subscriptions)))

    @staticmethod
    def notification(subscription, events):
        """Events of one subscription. The schema calls this types:Notification; servers send messages:."""
        return m("Notification", t("SubscriptionId", subscription.id), *events)

    @staticmethod
    def frame(content):
        """One answer."""
        return answer("GetStreamingEvents", [message("GetStreamingEventsResponseMessage", content)])

    @staticmethod
    def frame_of_missing(keys):
        """The answer to subscriptions that are not there."""
        refused = refusal("GetStreamingEvents", EwsError("ErrorInvalidSubscription"))
        refused.append(m("ErrorSubscriptionIds", *(m("SubscriptionId", key) for key in keys)))
        return answer("GetStreamingEvents", [refused])
