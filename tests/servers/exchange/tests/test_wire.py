#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server over HTTP: signing in, connections, Autodiscover, streams, and each fault on demand. Prints TAP."""
import base64
import gzip
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

from world_client import CHECKER, LETTER, PASSWORD, local, main  # noqa: E402

from ews import markup, ntlm, seed  # noqa: E402
from ews.auth import Gate  # noqa: E402
from ews.faults import NAMES  # noqa: E402
from ews.http import Server  # noqa: E402
from ews.markup import MESSAGES, SOAP, TYPES  # noqa: E402
from ews.service import Service  # noqa: E402

SECONDS = 30
BASIC = "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
GET_FOLDER = ("<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>"
              '<t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>')
FIND = ('<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
        '<m:ParentFolderIds>'
        '<t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>')


def envelope(body):
    """A request."""
    return (f'<s:Envelope xmlns:s="{SOAP}" xmlns:t="{TYPES}" xmlns:m="{MESSAGES}"><s:Header>'
            f'<t:RequestServerVersion Version="Exchange2016"/></s:Header><s:Body>{body}</s:Body></s:Envelope>').encode()


def codes(data):
    """All response codes of an answer."""
    return [one.text for one in markup.parse(data).iter() if local(one) == "ResponseCode"]


class Wire(unittest.TestCase):
    """A server on a port of its own."""

    schemes = ("basic",)
    context = channel_hash = None
    count = 3

    def setUp(self):
        world = seed.make_world(PASSWORD)
        world.tokens = {"token-1": "alice"}
        seed.fill(world, self.count, small=True)
        self.service = Service(world, CHECKER)
        self.server = Server(self.service, Gate(world, self.schemes, self.channel_hash), 0, self.context)
        self.world = world
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.connections = []

    def tearDown(self):
        self.service.faults.clear()
        for connection in self.connections:
            connection.close()
        self.server.shutdown()
        self.server.server_close()

    def connect(self):
        """A connection of one's own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_address[1], timeout=SECONDS)
        self.connections.append(connection)
        return connection

    def post(self, connection, body=GET_FOLDER, authorization=BASIC, path="/EWS/Exchange.asmx", **headers):
        """(response, body) of a request."""
        if authorization:
            headers["Authorization"] = authorization
        data = body if isinstance(body, bytes) else envelope(body)
        connection.request("POST", path, data, {"Content-Type": "text/xml", **headers})
        response = connection.getresponse()
        return response, response.read()

    def admin(self, method, what, value=None):
        """Ask the server beside its protocol."""
        connection = self.connect()
        connection.request(method, f"/admin/{what}", json.dumps(value) if value is not None else None)
        response = connection.getresponse()
        data = json.loads(response.read())
        self.assertEqual(response.status, 200, data)
        return data


class Connections(Wire):
    """HTTP."""

    def test_a_401_keeps_the_connection(self):
        connection = self.connect()
        response, _ = self.post(connection, authorization=None)
        self.assertEqual((response.status, response.getheader("WWW-Authenticate")[:5]), (401, "Basic"))
        response, data = self.post(connection)
        self.assertEqual((response.status, codes(data)), (200, ["NoError"]))
        self.assertEqual({one["connection"] for one in self.admin("GET", "requests")}, {1})

    def test_get_wants_a_401_then_a_200(self):
        connection = self.connect()
        for headers, status in (({}, 401), ({"Authorization": BASIC}, 200)):
            connection.request("GET", "/ews/exchange.asmx", headers=headers)
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, status)

    def test_chunks_and_paths(self):
        connection = self.connect()
        data = envelope(GET_FOLDER)
        connection.request("POST", "/ews/EXCHANGE.ASMX", iter([data[:100], data[100:]]),
                           {"Authorization": BASIC}, encode_chunked=True)
        response = connection.getresponse()
        self.assertEqual((response.status, codes(response.read())), (200, ["NoError"]))
        self.assertEqual(self.post(connection, path="/elsewhere")[0].status, 404)

    def test_wrong_passwords(self):
        for value in ("alice:wrong", "nobody:x", "alice:", "bob"):
            authorization = "Basic " + base64.b64encode(value.encode()).decode()
            self.assertEqual(self.post(self.connect(), authorization=authorization)[0].status, 401)
        self.assertEqual(self.post(self.connect(), authorization="Basic !")[0].status, 401)

    def test_names_of_a_user(self):
        for name in ("alice", "ALICE", "alice@example.org", "EXAMPLE\\alice"):
            authorization = "Basic " + base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
            self.assertEqual(self.post(self.connect(), authorization=authorization)[0].status, 200)


class Bearer(Wire):
    """Tokens."""

    schemes = ("bearer",)

    def test_tokens(self):
        self.assertEqual(self.post(self.connect(), authorization="Bearer token-1")[0].status, 200)
        self.assertEqual(self.post(self.connect())[0].status, 401)
        self.admin("POST", "tokens", {"token-2": "alice"})
        response, _ = self.post(self.connect(), authorization="Bearer token-1")
        self.assertEqual((response.status, response.getheader("WWW-Authenticate")[:6]), (401, "Bearer"))
        self.assertEqual(self.post(self.connect(), authorization="Bearer token-2")[0].status, 200)


def ntlm_answer(challenge, user, password, bindings=b""):
    """AUTHENTICATE_MESSAGE for a CHALLENGE_MESSAGE."""
    length, _, offset = struct.unpack_from("<HHI", challenge, 40)
    info = challenge[offset:offset + length][:-4]
    if bindings:
        info += struct.pack("<HH", ntlm.BINDINGS, len(bindings)) + bindings
    blob = b"\1\1" + bytes(6) + bytes(8) + b"clientno" + bytes(4) + info + bytes(8)
    secret = hmac.new(ntlm.md4(password.encode("utf-16-le")), (user.upper() + "EXAMPLE").encode("utf-16-le"),
                      hashlib.md5).digest()
    response = hmac.new(secret, challenge[24:32] + blob, hashlib.md5).digest() + blob
    fields = [bytes(24), response, "EXAMPLE".encode("utf-16-le"), user.encode("utf-16-le"), b"", b""]
    head, place, tail = ntlm.SIGNATURE + struct.pack("<I", ntlm.AUTHENTICATE), 64, b""
    for field in fields:
        head += struct.pack("<HHI", len(field), len(field), place + len(tail))
        tail += field
    return head + struct.pack("<I", ntlm.FLAGS) + tail


class Ntlm(Wire):
    """NTLM signs in one connection."""

    schemes = ("ntlm",)

    def sign_in(self, connection, password=PASSWORD, bindings=b""):
        """The status of the last of the two steps."""
        hello = base64.b64encode(ntlm.SIGNATURE + struct.pack("<II", ntlm.NEGOTIATE, ntlm.FLAGS) + bytes(16)).decode()
        response, _ = self.post(connection, b"", authorization=f"NTLM {hello}")
        self.assertEqual(response.status, 401)
        challenge = base64.b64decode(response.getheader("WWW-Authenticate").partition(" ")[2])
        answer = base64.b64encode(ntlm_answer(challenge, "alice", password, bindings)).decode()
        return self.post(connection, authorization=f"NTLM {answer}")[0].status

    def test_digest(self):
        for text, digest in ((b"", "31d6cfe0d16ae931b73c59d7e0c089c0"), (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
                             (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536")):
            self.assertEqual(ntlm.md4(text).hex(), digest)

    def test_signed_in_is_the_connection(self):
        first, second = self.connect(), self.connect()
        self.assertEqual(self.sign_in(first), 200)
        self.assertEqual(self.post(first, authorization=None)[0].status, 200)
        self.assertEqual(self.post(second, authorization=None)[0].status, 401)

    def test_wrong_password(self):
        self.assertEqual(self.sign_in(self.connect(), "wrong"), 401)

    def test_an_answer_belongs_to_its_challenge(self):
        answer = base64.b64encode(ntlm_answer(ntlm.Challenge(b"12345678").token(), "alice", PASSWORD)).decode()
        self.assertEqual(self.post(self.connect(), authorization=f"NTLM {answer}")[0].status, 401)


class Bound(Ntlm):
    """NTLM that must be bound to its channel."""

    channel_hash = ntlm.channel_hash(b"certificate")

    def sign_in(self, connection, password=PASSWORD, bindings=None):
        return super().sign_in(connection, password, self.channel_hash if bindings is None else bindings)

    def test_without_the_binding(self):
        self.assertEqual(self.sign_in(self.connect(), bindings=b""), 401)
        self.assertEqual(self.sign_in(self.connect(), bindings=bytes(16)), 401)


class Tls(Wire):
    """TLS, and certificates that sign in."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        path = Path(cls.folder.name)
        for name, subject in (("server", "localhost"), ("client", "alice")):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "2", "-keyout", path / f"{name}.key", "-out", path / f"{name}.pem", "-subj",
                            f"/CN={subject}", "-addext", "subjectAltName=DNS:localhost"], check=True,
                           capture_output=True)
        cls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.context.load_cert_chain(path / "server.pem", path / "server.key")
        cls.context.load_verify_locations(path / "client.pem")
        cls.context.verify_mode = ssl.CERT_OPTIONAL
        cls.path = path

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def secure(self, with_certificate):
        """A connection that trusts the server."""
        context = ssl.create_default_context(cafile=self.path / "server.pem")
        if with_certificate:
            context.load_cert_chain(self.path / "client.pem", self.path / "client.key")
        connection = http.client.HTTPSConnection("localhost", self.server.server_address[1], context=context,
                                                 timeout=SECONDS)
        self.connections.append(connection)
        return connection

    def test_certificates(self):
        self.assertTrue(self.server.url.startswith("https://localhost:"))
        self.assertEqual(self.post(self.secure(False))[0].status, 200)
        self.assertEqual(self.post(self.secure(False), authorization=None)[0].status, 401)
        self.assertEqual(self.post(self.secure(True), authorization=None)[0].status, 200)


class Autodiscover(Wire):
    """Where the service is."""

    POX = ('<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
           '<Request>'
           "<EMailAddress>{}</EMailAddress><AcceptableResponseSchema>x</AcceptableResponseSchema></Request>"
           "</Autodiscover>")

    def test_pox(self):
        connection = self.connect()
        _, data = self.post(connection, self.POX.format("alice@example.org").encode(),
                            path="/Autodiscover/Autodiscover.xml")
        urls = {one.text for one in markup.parse(data).iter() if local(one) == "EwsUrl"}
        self.assertEqual(urls, {self.server.url})
        _, data = self.post(connection, self.POX.format("nobody@example.org").encode(),
                            path="/Autodiscover/Autodiscover.xml")
        self.assertEqual([one.text for one in markup.parse(data).iter() if local(one) == "ErrorCode"], ["500"])
        self.assertEqual(self.post(connection, b"", None, "/autodiscover/autodiscover.xml")[0].status, 401)

    def test_soap(self):
        body = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
                'xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover"><s:Header/><s:Body>'
                "<a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>alice@example.org</a:Mailbox>"
                "</a:User></a:Users><a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting><a:Setting>Other"
                "</a:Setting>"
                "</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>")
        _, data = self.post(self.connect(), body.encode(), path="/autodiscover/autodiscover.svc")
        values = [one.text for one in markup.parse(data).iter() if local(one) == "Value"]
        self.assertEqual(values, [self.server.url])

    def test_nonsense(self):
        for path in ("/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.svc"):
            self.assertEqual(self.post(self.connect(), b"<unclosed", path=path)[0].status, 400)
        self.assertEqual(self.post(self.connect(), path="/autodiscover/autodiscover.svc")[0].status, 400)

    def test_json(self):
        for path, status in (("?Email=alice@example.org&Protocol=EWS", 200), ("?Email=no@x.org&Protocol=EWS", 404),
                             ("/v1.0/alice@example.org?Protocol=ews", 200),
                             ("?Email=alice@example.org&Protocol=x", 400)):
            connection = self.connect()
            connection.request("GET", f"/autodiscover/autodiscover.json{path}")
            response = connection.getresponse()
            value = json.loads(response.read())
            self.assertEqual((response.status, value.get("Url")), (status, self.server.url if status == 200 else None))


class Streams(Wire):
    """Events as they happen."""

    SUBSCRIBE = ('<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes><t:EventType>'
                 "NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>")

    def subscribe(self):
        """The id of a subscription."""
        _, data = self.post(self.connect(), self.SUBSCRIBE)
        return next(one.text for one in markup.parse(data).iter() if local(one) == "SubscriptionId")

    def open(self, key, minutes=30):
        """A response that streams."""
        connection = self.connect()
        connection.request("POST", "/EWS/Exchange.asmx", envelope(
            f"<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{key}</t:SubscriptionId></m:SubscriptionIds>"
            f"<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>"), {"Authorization": BASIC})
        return connection.getresponse()

    @staticmethod
    def frame(response):
        """The next frame: a whole document."""
        data = b""
        while not data.endswith(b"</s:Envelope>"):
            more = response.read1(65536)
            if not more:
                return None
            data += more
        return markup.parse(data)

    def test_frames(self):
        response = self.open(self.subscribe())
        self.assertEqual(response.getheader("Transfer-Encoding"), "chunked")
        status = [one.text for one in self.frame(response).iter() if local(one) == "ConnectionStatus"]
        self.assertEqual(status, ["OK"])
        item = self.world.deliver(LETTER, self.world.mailboxes[0])
        frame = self.frame(response)
        self.assertEqual([one.get("Id") for one in frame.iter() if local(one) == "ItemId"], [item.id])
        self.assertTrue(any(one.tag == f"{{{MESSAGES}}}Notification" for one in frame.iter()))

    def test_the_end(self):
        self.service.minute = 0.2
        response = self.open(self.subscribe(), 1)
        self.frame(response)
        status = [one.text for one in self.frame(response).iter() if local(one) == "ConnectionStatus"]
        self.assertEqual((status, self.frame(response)), (["Closed"], None))

    def statuses(self, response):
        """What the frames of a stream say of it, until it ends."""
        found = []
        while (frame := self.frame(response)) is not None:
            found += [one.text for one in frame.iter() if local(one) in ("ConnectionStatus", "ResponseCode")]
        return found

    def test_lost_in_the_middle(self):
        response = self.open(self.subscribe())
        self.frame(response)
        self.admin("DELETE", "subscriptions")
        self.assertEqual(self.statuses(response), ["ErrorInvalidSubscription"])

    def test_missed_events(self):
        self.world.events_kept = 5
        key = self.subscribe()
        self.admin("POST", "shake?count=10&seed=1")
        self.assertEqual(self.statuses(self.open(key)), ["NoError", "OK", "ErrorMissedNotificationEvents"])

    def test_early_end(self):
        key = self.subscribe()
        self.admin("POST", "faults", {"fault": "early-end"})
        self.assertEqual(self.statuses(self.open(key)), ["NoError", "OK", "NoError", "Closed"])

    def test_cut_in_the_middle(self):
        key = self.subscribe()
        self.admin("POST", "faults", {"fault": "cut", "frames": 1, "bytes": 100})
        response = self.open(key)
        self.frame(response)
        self.world.deliver(LETTER, self.world.mailboxes[0])
        with self.assertRaises(http.client.IncompleteRead) as caught:
            response.read()
        self.assertEqual(len(caught.exception.partial), 100)

    def test_silence_and_holding_back(self):
        self.service.heartbeat, self.service.minute = 0.05, 0.2
        for name, begin in (("silence", ["NoError", "OK"]), ("held-back", ["NoError", "OK"])):
            key = self.subscribe()
            self.admin("POST", "faults", {"fault": name})
            response = self.open(key, 1)
            frame = self.frame(response)
            found = [one.text for one in frame.iter() if local(one) in ("ConnectionStatus", "ResponseCode")]
            self.assertEqual(found, begin)
            if name == "held-back":
                self.assertEqual(self.statuses(response)[-1], "Closed")

    def test_flood(self):
        key = self.subscribe()
        self.admin("POST", "faults", {"fault": "flood", "frames": 30})
        response = self.open(key)
        frames = [self.frame(response) for _ in range(31)]
        self.assertEqual(sum(local(one) == "ModifiedEvent" for frame in frames for one in frame.iter()), 600)

    def test_no_streams_before_2010_sp1(self):
        _, data = self.post(self.connect(), envelope(self.SUBSCRIBE).replace(b"Exchange2016", b"Exchange2007_SP1"))
        self.assertIn(b"ErrorSchemaValidation", data)

    def test_affinity(self):
        self.world.backends = 3
        headers = {"X-AnchorMailbox": "alice@example.org", "X-PreferServerAffinity": "true"}
        response, data = self.post(self.connect(), self.SUBSCRIBE, **headers)
        key = next(one.text for one in markup.parse(data).iter() if local(one) == "SubscriptionId")
        cookie = response.getheader("Set-Cookie").partition(";")[0]
        self.assertTrue(cookie.startswith("X-BackEndOverrideCookie="))
        ask = f"<m:Unsubscribe><m:SubscriptionId>{key}</m:SubscriptionId></m:Unsubscribe>"
        _, data = self.post(self.connect(), ask)
        self.assertIn(b"ErrorSubscriptionNotFound", data)
        _, data = self.post(self.connect(), ask, Cookie=cookie)
        self.assertIn(b"NoError", data)

    def test_what_happened_in_between_is_told_later(self):
        key = self.subscribe()
        items = [self.world.deliver(LETTER, self.world.mailboxes[0]).id for _ in range(3)]
        response = self.open(key)
        self.frame(response)
        told = [one.get("Id") for one in self.frame(response).iter() if local(one) == "ItemId"]
        self.assertEqual(told, items)

    def test_heartbeat(self):
        self.service.heartbeat = 0.05
        response = self.open(self.subscribe())
        self.frame(response)
        self.assertTrue(any(local(one) == "StatusEvent" for one in self.frame(response).iter()))

    def test_cuts(self):
        response = self.open(self.subscribe())
        self.frame(response)
        self.assertEqual(self.admin("POST", "cut"), {"cut": 1})
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            response.read()

    def test_unknown_subscription(self):
        self.admin("DELETE", "subscriptions")
        frame = self.frame(self.open("unknown"))
        found = [one.text for one in frame.iter() if local(one) == "ResponseCode"]
        self.assertEqual(found, ["ErrorInvalidSubscription"])


class Faults(Wire):
    """Each fault on demand does what it says, once, and the next request is answered."""

    # Status and something that the body must hold; or how the connection ends.
    REPLIES = {
        "server-busy": (500, b"BackOffMilliseconds"), "fault": (500, b"ErrorInternalServerError"),
        "server-busy-inside": (200, b"ErrorServerBusy"), "item-error": (200, b"ErrorItemNotFound"),
        "batch-stopped": (200, b"ErrorItemNotFound"), "warning": (200, b'ResponseClass="Warning"'),
        "shuffled": (200, b"</t:DisplayName><t:FolderId"), "surprises": (200, b"t:Surprise"),
        "unavailable": (503, b"later"), "too-many": (429, b"later"), "unauthorized": (401, b""),
        "tenant-blocked": (403, b"disabled"), "login-page": (200, b"<html>"), "login-timeout": (440, b"<html>"),
        "redirect": (302, b""), "garbage": (200, b"<s:Envelope"), "entities": (200, b"<!ENTITY"),
        "control-character": (200, b"<t:DisplayName>&#x1A;Inbox"), "fractions": (200, b"NoError"),
        "long-text": (200, b"a" * 1000), "deep": (200, b"<x><x><x>"), "doctype": (200, b"<!DOCTYPE"),
        "gzip": (200, b""), "rewrite": (200, b"\xef\xbb\xbf<?xml"),
        "dribble": (200, b"NoError"), "twice": (200, b"NoError"), "close-after": (200, b"NoError"),
    }
    ENDS = {"truncated": http.client.IncompleteRead, "close": http.client.RemoteDisconnected,
            "lost-answer": http.client.RemoteDisconnected, "cut-answer": http.client.RemoteDisconnected}
    ELSEWHERE = {"cut", "silence", "held-back", "early-end", "flood", "stall", "stall-before", "item-vanishes",
                 "item-changes", "folder-changes", "paging-offset", "never-last", "hidden-folder", "unpaged"}
    OPTIONS = {"server-busy": {"backoff": 5}, "cut-answer": {"at": 0}, "control-character": {"element": "DisplayName"},
               "long-text": {"element": "DisplayName", "bytes": 2000}, "deep": {"depth": 50},
               "redirect": {"location": "https://login.example.org/"}, "rewrite": {"before": "\ufeff"}}

    def post_raw(self):
        """A socket on which a request was sent."""
        data = envelope(GET_FOLDER)
        head = f"POST /EWS/Exchange.asmx HTTP/1.1\r\nAuthorization: {BASIC}\r\nContent-Length: {len(data)}\r\n\r\n"
        s = socket.create_connection(self.server.server_address, timeout=SECONDS)
        s.sendall(head.encode() + data)
        return s

    def order(self, name, **options):
        """Order a fault."""
        self.admin("POST", "faults", {"fault": name, **self.OPTIONS.get(name, {}), **options})

    def test_all_are_tried(self):
        self.assertEqual({*self.REPLIES, *self.ENDS, *self.ELSEWHERE}, NAMES)

    def test_replies(self):
        for name, (status, part) in self.REPLIES.items():
            with self.subTest(fault=name):
                self.order(name)
                response, data = self.post(self.connect())
                self.assertEqual(response.status, status)
                self.assertIn(part, data)
                self.assertEqual(codes(self.post(self.connect())[1]), ["NoError"])

    def test_cut_answers(self):
        for options, wanted in (({"at": 12}, b"HTTP/1.1 200"), ({"at": 32, "length-first": True}, None),
                                ({"at": 12, "like": "tenant-blocked"}, b"HTTP/1.1 403")):
            with self.subTest(options=options):
                self.order("cut-answer", **options)
                with self.post_raw() as s:
                    data = b"".join(iter(lambda: s.recv(4096), b""))  # pylint: disable=cell-var-from-loop
                self.assertEqual(len(data), options["at"])
                self.assertEqual(data, wanted or b"HTTP/1.1 200 OK\r\nContent-Length:"[:32])

    def test_pages(self):
        shape = '<t:BaseShape>IdOnly</t:BaseShape>'
        inbox = '<t:DistinguishedFolderId Id="inbox"/>'
        find = (f'<m:FindItem Traversal="Shallow"><m:ItemShape>{shape}</m:ItemShape><m:IndexedPageItemView '
                f'MaxEntriesReturned="1" Offset="0" BasePoint="Beginning"/><m:ParentFolderIds>{inbox}'
                '</m:ParentFolderIds></m:FindItem>')
        sync = (f'<m:SyncFolderItems><m:ItemShape>{shape}</m:ItemShape><m:SyncFolderId>{inbox}</m:SyncFolderId>'
                '<m:MaxChangesReturned>9</m:MaxChangesReturned></m:SyncFolderItems>')
        folders = ('<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>'
                   '<m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds>'
                   '</m:FindFolder>')
        for order, request, wanted, part in (
                ({"name": "paging-offset", "offset": 77}, find, True, b'IndexedPagingOffset="77"'),
                ({"name": "paging-offset"}, find, False, b"IndexedPagingOffset"),
                ({"name": "unpaged"}, find, False, b"IndexedPagingOffset"),
                ({"name": "never-last"}, sync, True, b"IncludesLastItemInRange>false<"),
                ({"name": "hidden-folder"}, folders, False, b">Archive<")):
            with self.subTest(order=order):
                fault = {"fault": order["name"], **{key: value for key, value in order.items() if key != "name"}}
                self.admin("POST", "faults", fault)
                self.assertEqual(part in self.post(self.connect(), request)[1], wanted)
                self.assertEqual(part in self.post(self.connect(), request)[1], not wanted)

    def test_other_ways_of_writing(self):
        self.order("rewrite", changes=[["<t:(DisplayName)>", "<t:\\1 a='b'>"]], charset="utf-16", type="a/b")
        response, data = self.post(self.connect())
        self.assertEqual(response.getheader("Content-Type"), "a/b")
        self.assertIn("<t:DisplayName a='b'>", data.decode("utf-16"))
        self.order("fault", plain=True, code="Client", message="No", status=200)
        response, data = self.post(self.connect())
        self.assertEqual(response.status, 200)
        self.assertIn(b">s:Client</faultcode><faultstring>No<", data)
        self.assertNotIn(b"detail", data)

    def test_headers(self):
        for name, header, value in (("unavailable", "Retry-After", "7"), ("too-many", "Retry-After", "7"),
                                    ("unauthorized", "WWW-Authenticate", 'Basic realm="mail.example.org"'),
                                    ("redirect", "Location", "https://login.example.org/")):
            self.order(name, **{"retry-after": 7})
            self.assertEqual(self.post(self.connect())[0].getheader(header), value)

    def test_ends(self):
        for name, error in self.ENDS.items():
            with self.subTest(fault=name):
                self.order(name)
                with self.assertRaises(error):
                    self.post(self.connect())
                self.assertEqual(codes(self.post(self.connect())[1]), ["NoError"])

    def test_lost_and_closed_differ_in_what_was_done(self):
        create = ("<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id=\"inbox\"/></m:ParentFolderId>"
                  "<m:Folders>"
                  "<t:Folder><t:DisplayName>{}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>")
        inbox = self.world.mailboxes[0].distinguished["inbox"]
        for name, is_there in (("close", False), ("lost-answer", True)):
            self.order(name)
            with self.assertRaises(http.client.RemoteDisconnected):
                self.post(self.connect(), create.format(name))
            self.assertEqual(inbox.child_named(name) is not None, is_there)

    def test_stalls(self):
        for name, part in (("stall", b"HTTP/1.1 200"), ("stall-before", b"")):
            self.order(name)
            with self.post_raw() as s:
                self.assertEqual(s.recv(len(part), socket.MSG_WAITALL) if part else b"", part)
                while self.admin("GET", "faults"):
                    time.sleep(0.01)  # the request was not looked at yet
                self.admin("DELETE", "faults")
                while s.recv(4096):
                    pass

    def test_when(self):
        self.order("fault", operation="FindItem", skip=1, count=2)
        results = [self.post(self.connect(), FIND)[0].status for _ in range(4)]
        self.assertEqual(results, [200, 500, 500, 200])
        self.order("fault", operation="GetItem")
        self.assertEqual(self.post(self.connect())[0].status, 200)
        self.assertEqual(len(self.admin("GET", "faults")), 1)

    def test_inside_a_batch(self):
        ids = "".join(f'<t:ItemId Id="{item.id}"/>' for item in list(self.world.mailboxes[0].items.values()))
        get = (f"<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>{ids}</m:ItemIds>"
               "</m:GetItem>")
        for name, wanted in (("item-error", ["NoError", "ErrorItemNotFound", "NoError"]),
                             ("item-vanishes", ["NoError", "ErrorItemNotFound", "NoError"]),
                             ("batch-stopped", ["NoError", "ErrorItemNotFound", "ErrorBatchProcessingStopped"])):
            self.order(name, index=1)
            self.assertEqual(codes(self.post(self.connect(), get)[1]), wanted)
        self.assertEqual(len(self.world.mailboxes[0].items), 2)

    def test_somebody_changes_an_item(self):
        item = list(self.world.mailboxes[0].items.values())[0]
        get = (f'<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>'
               f'<t:ItemId Id="{item.id}"/></m:ItemIds></m:GetItem>')
        key = item.change_key
        self.order("item-changes", category="Theirs")
        self.assertEqual(codes(self.post(self.connect(), get)[1]), ["NoError"])
        self.assertNotEqual(item.change_key, key)
        self.assertEqual([one.text for one in item.get("Categories")], ["Theirs"])

    def test_a_second_answer(self):
        self.order("twice")
        with self.post_raw() as s:
            got = b""
            while got.count(b"</s:Envelope>") < 2:
                got += s.recv(65536) or self.fail("the connection was closed")
        self.assertEqual(got.count(b"HTTP/1.1 200 OK"), 2)

    def test_packed(self):
        self.order("gzip", bytes=100000)
        response, data = self.post(self.connect())
        self.assertEqual(response.getheader("Content-Encoding"), "gzip")
        self.assertLess(len(data), 5000)
        self.assertGreater(len(gzip.decompress(data)), 100000)

    def test_cut_streams(self):
        _, data = self.post(self.connect(), Streams.SUBSCRIBE)
        key = next(one.text for one in markup.parse(data).iter() if local(one) == "SubscriptionId")
        self.order("cut", frames=1)
        response = Streams.open(self, key)
        self.assertIsNotNone(Streams.frame(response))
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            response.read()


class Admin(Wire):
    """What tests can ask."""

    def test_deliver_and_look(self):
        connection = self.connect()
        connection.request("POST", "/admin/deliver?user=bob", LETTER)
        key = json.loads(connection.getresponse().read())["id"]
        shown = self.admin("GET", "folder?user=bob")
        self.assertEqual([(one["id"], one["subject"], one["read"]) for one in shown], [(key, "Letter", False)])
        mime = self.admin("GET", f"mime?user=bob&id={key.replace('+', '%2B')}")["mime"]
        self.assertEqual(base64.b64decode(mime), LETTER)
        self.admin("POST", "read?user=bob", [key])
        self.assertTrue(self.admin("GET", "folder?user=bob")[0]["read"])
        self.admin("POST", "remove?user=bob", [key])
        self.assertEqual(self.admin("GET", "folder?user=bob"), [])

    def test_many(self):
        self.assertEqual(self.admin("POST", "messages?count=50"), {"total": 53})

    def test_requests_are_written_down(self):
        self.post(self.connect())
        record = self.admin("GET", "requests")[0]
        self.assertEqual((record["operation"], record["status"], record["scheme"], record["user"]),
                         ("GetFolder", 200, "basic", "alice"))


if __name__ == "__main__":
    main()
