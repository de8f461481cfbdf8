# SPDX-License-Identifier: LGPL-2.1-or-later
"""HTTP/1.1: connections that stay, chunks, who signs in, and all the ways in which a connection can misbehave."""
import io
import os
import select
import socket
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler

from . import admin, autodiscover
from .faults import Reply
from .markup import MarkupError
from .schema import BrokenAnswer
from .sites import ANONYMOUS, SIGNED_IN, UNKNOWN, Sites

SERVICE_PATHS = ("/ews/exchange.asmx", "/ews/services.wsdl")
MOST_BYTES = 512 << 20   # of a request's body
EXIT_BROKEN = 70


class Gone(Exception):
    """The connection is over."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Microsoft-IIS/10.0", ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self):
        super().setup()
        self.user = None        # whoever signed in on this connection by NTLM
        self.challenge = None
        self.context = None     # of a ticket that is being looked at
        self.proof = None       # what the server shows to whoever has signed in
        self.certified = None
        self.number = self.server.count_connection(self.connection)
        if isinstance(self.connection, ssl.SSLSocket):
            self.certified = self.server.owner_of(self.connection)

    def finish(self):
        self.server.forget_connection(self.connection)
        try:
            super().finish()
        except OSError:
            pass

    def handle(self):
        try:
            super().handle()
        except (OSError, Gone):
            pass
        except BrokenAnswer as error:
            self.server.abort(error)

    # ---- requests ----

    def read_body(self):
        """The body, of known length or in chunks."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self.read_chunks())
        length = int(self.headers.get("content-length") or 0)
        if length > MOST_BYTES:
            raise Gone
        return self.read_whole(length)

    def read_whole(self, length):
        """So many bytes: what was broken off is no request."""
        data = self.rfile.read(length)
        if len(data) < length:
            raise Gone
        return data

    def read_chunks(self):
        """The chunks of a body, and the lines after the last one."""
        total = 0
        while True:
            size = int(self.rfile.readline(1000).split(b";")[0] or b"0", 16)
            total += size
            if total > MOST_BYTES:
                raise Gone
            if size == 0:
                break
            yield self.read_whole(size)
            self.rfile.readline(10)
        while self.rfile.readline(1000).strip():
            pass

    def do_GET(self):
        """A look whether the service is there, Autodiscover in JSON, or a test that wants to know something."""
        self.serve("GET")

    def do_POST(self):
        """A request to the service, or Autodiscover in XML."""
        self.serve("POST")

    def do_DELETE(self):
        """Only tests delete."""
        self.serve("DELETE")

    def do_OPTIONS(self):
        """DavMail and browsers ask."""
        self.serve("OPTIONS")

    def serve(self, method):
        """One request."""
        body = self.read_body()
        path = self.path.partition("?")[0].lower()
        if path.startswith("/admin/"):
            self.send(admin.answer(self.server, method, self.path, body))
            return
        record = self.server.record(self, method, body)
        reply, call = self.route(method, path, body, record)
        if call is not None:
            record["status"] = 200
            self.send_stream(call)
            return
        record["status"] = reply.status
        self.send(reply)

    def route(self, method, path, body, record):
        """(reply, call for a stream or None)."""
        host = self.headers.get("host") or ""
        made = self.server.sites.answer(host, path, ANONYMOUS if "authorization" not in self.headers else UNKNOWN)
        if made is not None:
            return made, None
        if path.startswith(autodiscover.JSON_PATH) and method == "GET":
            url = self.server.sites.url_of(host, self.server.url)
            status, value = autodiscover.version_two(self.server.world, self.path, url)
            return Reply(status, autodiscover.write_json(value), "application/json"), None
        if path not in SERVICE_PATHS and path not in autodiscover.PATHS:
            return Reply(404, b"", "text/plain"), None
        mailbox, token = self.server.gate.check(self.headers.get("authorization"), self)
        if mailbox is None:
            return self.refusal(token), None
        self.proof = token
        record["user"] = mailbox.user
        made = self.server.sites.answer(host, path, SIGNED_IN)
        if made is not None:
            return made, None
        if method != "POST":
            return Reply(200, b"<html><body>Service</body></html>", "text/html; charset=utf-8"), None
        if path in autodiscover.PATHS:
            return self.discover(path, body), None
        reply, call = self.server.service.answer(body, mailbox, record)
        if reply is not None and reply.status == 401:
            self.user = None
            reply.headers += self.refusal(None).headers
        return reply, call

    def refusal(self, token):
        """A 401 with what would be accepted."""
        challenges = self.server.gate.challenges(token)
        return Reply(401, b"", "text/plain", [("WWW-Authenticate", one) for one in challenges])

    def discover(self, path, body):
        """Autodiscover in XML."""
        function = getattr(autodiscover, autodiscover.PATHS[path])
        url = self.server.sites.url_of(self.headers.get("host") or "", self.server.url)
        try:
            with self.server.world.lock:
                return Reply(200, function(self.server.world, body, url, self.server.service.version))
        except MarkupError as error:
            return Reply(400, str(error).encode(), "text/plain")

    # ---- replies ----

    def send(self, reply):
        """Send it, well or badly."""
        if reply.delivery is not None:
            getattr(self, "send_" + reply.delivery.name.replace("-", "_"))(reply, reply.delivery)
            return
        self.send_head(reply, [("Content-Length", str(len(reply.body)))])
        self.wfile.write(reply.body)
        self.wfile.flush()

    def send_head(self, reply, headers):
        """The status line and all headers."""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        proof, self.proof = self.proof, None
        if proof is not None:
            self.send_header("WWW-Authenticate", self.server.gate.challenges(proof)[0])
        for name, value in [*reply.headers, *headers]:
            self.send_header(name, value)
        self.end_headers()

    def write_chunk(self, data):
        """One chunk, at once."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def send_stream(self, call):
        """A stream: each frame a chunk, until it ends or the client goes."""
        frames = self.server.service.stream(call)
        if call.has_fault("stall-before"):
            self.send_stall_before(None, call.rule)
        if call.has_fault("held-back"):
            frames = self.hold_back(frames)
        if call.has_fault("cut-answer"):
            self.send_cut_answer(Reply(200, headers=call.reply_headers), call.rule)
        self.send_head(Reply(200, headers=call.reply_headers), [("Transfer-Encoding", "chunked")])
        self.wfile.flush()
        with self.server.streaming(self):
            for data in self.misbehave(call, frames):
                if self.has_gone():
                    self.hang_up()
                if data is not None:
                    self.write_frame(call, data)
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def misbehave(self, call, frames):
        """The frames until the one at which the connection is cut, which may be cut in its middle, or falls silent."""
        most = int(call.rule.get("frames", 1)) if call.has_fault("cut") or call.has_fault("silence") else None
        sent = 0
        for data in frames:
            if sent == most and call.has_fault("cut") and "bytes" not in call.rule.order:
                self.hang_up()
            if sent == most and data is not None:
                self.stop_at(call, data)
            yield data
            sent += data is not None

    def stop_at(self, call, data):
        """The frame that is not sent, or not as a whole."""
        if call.has_fault("cut"):
            self.write_chunk(data[:int(call.rule.get("bytes"))])
        else:
            self.wait_for_release(call.rule)
        self.hang_up()

    def hold_back(self, frames):
        """Something in between waits for the whole answer."""
        held = []
        for data in frames:
            if self.has_gone():
                self.hang_up()
            if data is not None:
                held.append(data)
        return held

    def write_frame(self, call, data):
        """One frame in one chunk, or in very small ones."""
        size = int(call.rule.get("bytes", 1)) if call.has_fault("dribble") else len(data)
        for start in range(0, len(data), size):
            self.write_chunk(data[start:start + size])

    def has_gone(self):
        """Whether the client closed the connection; whoever streams sends nothing more."""
        if isinstance(self.connection, ssl.SSLSocket) and self.connection.pending():
            return False
        ready, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(ready) and self.connection.recv(1, 0 if isinstance(self.connection, ssl.SSLSocket)
                                                        else socket.MSG_PEEK) == b""
        except OSError:
            return True

    def hang_up(self):
        """The connection ends here and now."""
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        raise Gone

    # ---- misbehaviour: the names of faults.DELIVERIES ----

    def send_truncated(self, reply, rule):
        """Less than was announced."""
        at = rule.get("at", len(reply.body) // 2)
        if rule.get("chunked"):
            self.send_head(reply, [("Transfer-Encoding", "chunked")])
            self.write_chunk(reply.body[:at])
        else:
            self.send_head(reply, [("Content-Length", str(len(reply.body)))])
            self.wfile.write(reply.body[:at])
        self.hang_up()

    def send_stall(self, reply, rule):
        """A part, and then nothing until somebody clears the faults or the client goes."""
        self.send_head(reply, [("Content-Length", str(len(reply.body)))])
        self.wfile.write(reply.body[:rule.get("at", len(reply.body) // 2)])
        self.wfile.flush()
        self.wait_for_release(rule)
        self.hang_up()

    def send_stall_before(self, _, rule):
        """Nothing at all."""
        self.wait_for_release(rule)
        self.hang_up()

    def wait_for_release(self, rule):
        """Until the faults are cleared or the client goes."""
        while not rule.release.wait(0.1) and not self.has_gone():
            pass

    def send_close(self, *_):
        """Closed before anything was done."""
        self.hang_up()

    def send_lost_answer(self, *_):
        """Done, but nobody is told."""
        self.hang_up()

    def send_close_after(self, reply, _):
        """Answered, and closed without a word."""
        self.send_head(reply, [("Content-Length", str(len(reply.body)))])
        self.wfile.write(reply.body)
        self.hang_up()

    def send_cut_answer(self, reply, rule):
        """So many bytes of it, beginning with the status line; the length may stand before all other fields."""
        line, self.wfile = self.wfile, io.BytesIO()
        try:
            self.send_head(reply, [("Content-Length", str(len(reply.body)))])
            head = self.wfile.getvalue()
        finally:
            self.wfile = line
        if rule.get("length-first"):
            status, *fields = head.split(b"\r\n")
            fields.sort(key=lambda field: not field.startswith(b"Content-Length:") if field else 2)
            head = b"\r\n".join([status, *fields])
        self.wfile.write((head + reply.body)[:rule.get("at", len(head) // 2)])
        self.hang_up()

    def send_dribble(self, reply, rule):
        """In very small pieces."""
        size = rule.get("bytes", 1)
        self.send_head(reply, [("Transfer-Encoding", "chunked")])
        for start in range(0, len(reply.body), size):
            self.write_chunk(reply.body[start:start + size])
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def send_twice(self, reply, _):
        """The same answer once more, for which nobody asked."""
        reply.delivery = None
        self.send(reply)
        self.send(reply)

    def log_message(self, *_):
        """Tests read the records instead."""


class Server(socketserver.ThreadingTCPServer):
    """The listener, and what all connections share."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service, gate, port=0, context=None, host="127.0.0.1"):
        self.service, self.world, self.gate, self.context = service, service.world, gate, context
        self.records, self.connections, self.streams = [], {}, set()
        self.counter, self.lock = 0, threading.Lock()
        self.sites = Sites()
        super().__init__((host, port), Handler)
        scheme = "https" if context is not None else "http"
        # The name that a certificate and a ticket are for.
        name = "localhost" if context is not None or gate.acceptor is not None else host
        self.url = f"{scheme}://{name}:{self.server_address[1]}/EWS/Exchange.asmx"

    def finish_request(self, request, client_address):
        """TLS is spoken in the connection's own thread: a slow client holds up nobody else."""
        if self.context is not None:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                return
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """What goes wrong in a connection is told; a client that goes is nothing wrong."""
        if not isinstance(sys.exc_info()[1], (OSError, Gone)):
            super().handle_error(request, client_address)

    def abort(self, error):
        """The server's own answer was invalid: no test may pass over that."""
        print(f"serve: BROKEN ANSWER\n{error}", file=sys.stderr, flush=True)
        os._exit(EXIT_BROKEN)

    def owner_of(self, connection):
        """The mailbox that a client's certificate stands for, by its common name."""
        certificate = connection.getpeercert() or {}
        names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
        return self.world.mailbox_of(names[0]) if names else None

    # ---- records ----

    def count_connection(self, connection):
        """A number for a new connection."""
        with self.lock:
            self.counter += 1
            self.connections[connection] = self.counter
            return self.counter

    def forget_connection(self, connection):
        """It is closed."""
        with self.lock:
            self.connections.pop(connection, None)

    def record(self, handler, method, body):
        """Write down that a request came in."""
        scheme = (handler.headers.get("authorization") or "").partition(" ")[0].lower() or None
        record = {"connection": handler.number, "method": method, "path": handler.path, "scheme": scheme,
                  "host": handler.headers.get("host"), "user": None,
                  "operation": None, "version": None, "bytes": len(body), "status": None,
                  "agent": handler.headers.get("user-agent"), "anchor": handler.headers.get("x-anchormailbox"),
                  "affinity": handler.headers.get("x-preferserveraffinity"), "cookie": handler.headers.get("cookie")}
        with self.lock:
            self.records.append(record)
        return record

    def streaming(self, handler):
        """While a connection streams, it can be cut."""
        return Streaming(self, handler)

    def cut_streams(self):
        """Cut all connections that stream."""
        with self.lock:
            cut = list(self.streams)
        for handler in cut:
            try:
                handler.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        return len(cut)


class Streaming:
    """The time in which a connection streams."""

    def __init__(self, server, handler):
        self.server, self.handler = server, handler

    def __enter__(self):
        with self.server.lock:
            self.server.streams.add(self.handler)

    def __exit__(self, *_):
        with self.server.lock:
            self.server.streams.discard(self.handler)
