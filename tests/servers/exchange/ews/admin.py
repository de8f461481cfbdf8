# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests ask of the server beside its protocol, in JSON below /admin/; nobody signs in for that."""
import base64
import json
import urllib.parse

from .faults import Reply
from .shake import shake
from .sources import Small
from .world import received_item


def mailbox_in(server, query):
    """The mailbox that ?user= names; the first one without."""
    user = query.get("user")
    return server.world.mailbox_of(user) if user else server.world.mailboxes[0]


def folder_in(server, query):
    """The folder that ?folder= names: a distinguished id, or a path of names below the top."""
    mailbox = mailbox_in(server, query)
    name = query.get("folder", "inbox")
    if name in mailbox.distinguished:
        return mailbox.distinguished[name]
    folder = mailbox.distinguished["msgfolderroot"]
    for step in name.split("/"):
        folder = folder.child_named(step)
        if folder is None:
            raise LookupError(f"there is no folder {name}")
    return folder


def get_faults(server, *_):
    """What is ordered."""
    return server.service.faults.show()


def post_faults(server, _, body):
    """Order faults."""
    server.service.faults.add(json.loads(body))


def delete_faults(server, *_):
    """Nothing goes wrong any more."""
    server.service.faults.clear()


def get_requests(server, *_):
    """All requests so far."""
    with server.lock:
        return list(server.records)


def delete_requests(server, *_):
    """Forget them."""
    with server.lock:
        server.records.clear()


def post_deliver(server, query, body):
    """A message arrives: the body is MIME."""
    item = server.world.deliver(body, mailbox_in(server, query), folder_in(server, query), query.get("read") == "true")
    return {"id": item.id}


def post_messages(server, query, _):
    """?count= small messages arrive."""
    folder = folder_in(server, query)
    for number in range(int(query.get("count", 1))):
        source = Small(number)
        folder.mailbox.add_item(received_item(source, False, source.received), folder, is_mail=True)
    return {"total": len(folder.items)}


def post_remove(server, query, body):
    """Items are gone: the body is a list of ids."""
    mailbox = mailbox_in(server, query)
    for key in json.loads(body):
        mailbox.remove_item(mailbox.find_item(key))


def post_read(server, query, body):
    """Items are read: the body is a list of ids."""
    mailbox = mailbox_in(server, query)
    for key in json.loads(body):
        item = mailbox.find_item(key)
        mailbox.set_read(item, query.get("read", "true") == "true")
        mailbox.touch_item(item, ["IsRead"])


def marks_of(item):
    """Its flag and its categories, sorted, as one text."""
    flag, categories = item.get("Flag"), item.get("Categories")
    marks = [one.text for one in categories] if categories is not None else []
    if flag is not None and flag[0].text == "Flagged":
        marks.append("\\flagged")
    return " ".join(sorted(marks))


def post_shake(server, query, _):
    """?count= changes by chance, after ?seed=, of what is in ?folders= (several, with "|" between them)."""
    folders = [folder_in(server, query | {"folder": name}) for name in query.get("folders", "inbox").split("|")]
    return {"events": shake(folders, int(query.get("count", 1)), int(query.get("seed", 1)))}


def post_folder(server, query, _):
    """A folder comes (?folder=), goes (with gone=true), or gets another ?name=."""
    path = query["folder"]
    if query.get("gone") == "true":
        mailbox_in(server, query).remove_folder(folder_in(server, query))
    elif "name" in query:
        folder = folder_in(server, query)
        folder.name = query["name"]
        folder.mailbox.touch_folder(folder)
    else:
        parent, _, name = path.rpartition("/")
        above = folder_in(server, query | {"folder": parent or "msgfolderroot"})
        above.mailbox.create_folder(above, name, "IPF.Note")


def get_folder(server, query, _):
    """The items of a folder as they are now."""
    folder = folder_in(server, query)
    return [{"id": item.id, "change-key": item.change_key, "subject": item.get("Subject"), "read": item.is_read,
             "draft": item.is_draft, "class": item.get("ItemClass"), "uid": item.uid, "marks": marks_of(item)}
            for item in folder.items.values()]


def get_mime(server, query, _):
    """One item as MIME."""
    return {"mime": base64.b64encode(mailbox_in(server, query).find_item(query["id"]).mime()).decode("ascii")}


def get_outgoing(server, *_):
    """Mail for elsewhere."""
    return [{"from": sender, "to": recipients, "mime": base64.b64encode(data).decode("ascii")}
            for sender, recipients, data in server.world.outgoing]


def post_claims(server, _, body):
    """Tokens are refused for the lack of these; null: no more."""
    server.gate.claims = json.loads(body)


def post_tokens(server, _, body):
    """These tokens are valid from now on, and no others: {token: user}."""
    server.world.tokens = json.loads(body)


def post_limits(server, _, body):
    """Limits of the world: {"find_cap": 10}."""
    for name, value in json.loads(body).items():
        if not isinstance(getattr(server.world, name), int):
            raise LookupError(f"there is no limit {name}")
        setattr(server.world, name, int(value))


def post_refusals(server, _, body):
    """What FindItem refuses: {"query": ["item:Body", "Or"], "sort": ["0xe23"], "code": "…", "named": true,
    "fault": false}."""
    server.world.refusals = json.loads(body)


def post_sites(server, _, body):
    """There are these hosts from now on."""
    server.sites.set(json.loads(body))


def get_proxy_headers(server, *_):
    """Names of the headers that the proxy itself got."""
    return sorted(server.sites.headers)


def get_connects(server, *_):
    """To whom somebody wanted to talk through the proxy."""
    return server.sites.connects


def post_cut(server, *_):
    """All connections that stream are cut."""
    return {"cut": server.cut_streams()}


def get_subscriptions(server, *_):
    """How many there are."""
    return {"count": len(server.world.subscriptions)}


def delete_subscriptions(server, query, _):
    """The server forgets all subscriptions, or so many, the oldest first."""
    for key in list(server.world.subscriptions)[:int(query.get("count", 1 << 30))]:
        del server.world.subscriptions[key]
    server.world.changed.notify_all()


VERBS = {
    ("GET", "faults"): get_faults, ("POST", "faults"): post_faults, ("DELETE", "faults"): delete_faults,
    ("GET", "requests"): get_requests, ("DELETE", "requests"): delete_requests, ("POST", "deliver"): post_deliver,
    ("POST", "messages"): post_messages, ("POST", "remove"): post_remove, ("POST", "read"): post_read,
    ("GET", "folder"): get_folder, ("GET", "mime"): get_mime, ("GET", "outgoing"): get_outgoing,
    ("POST", "tokens"): post_tokens, ("POST", "claims"): post_claims, ("POST", "refusals"): post_refusals,
    ("POST", "limits"): post_limits, ("POST", "cut"): post_cut,
    ("DELETE", "subscriptions"): delete_subscriptions, ("GET", "subscriptions"): get_subscriptions,
    ("POST", "shake"): post_shake, ("POST", "folder"): post_folder,
    ("POST", "sites"): post_sites, ("GET", "connects"): get_connects,
    ("GET", "proxy-headers"): get_proxy_headers,
}


def answer(server, method, target, body):
    """The reply to a test."""
    parts = urllib.parse.urlsplit(target)
    query = dict(urllib.parse.parse_qsl(parts.query))
    verb = VERBS.get((method, parts.path.rpartition("/")[2]))
    if verb is None:
        return Reply(404, b"{}", "application/json")
    try:
        with server.world.lock:
            value = verb(server, query, body)
    except Exception as error:
        return Reply(400, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode(), "application/json")
    return Reply(200, json.dumps(value if value is not None else {}).encode(), "application/json")
