# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many hosts in one server, for finding the right one: what each of them serves, and a proxy by which all names lead
here."""
import select
import socket
import socketserver
import threading
import urllib.parse

from .faults import Reply, Rule

FORMS = {"/autodiscover/autodiscover.xml": "pox", "/autodiscover/autodiscover.svc": "soap",
         "/autodiscover/autodiscover.json": "json", "/ews/exchange.asmx": "ews"}
PIECE = 65536
ANONYMOUS, UNKNOWN, SIGNED_IN = "anonymous", "unknown", "signed-in"   # who asks


class Sites:
    """The table of hosts; empty: there is one host, which serves everything."""

    def __init__(self):
        self.table = {}
        self.connects = []   # "host:port", in order
        self.headers = set()  # names of those that the proxy itself got
        self.lock = threading.Lock()

    def set(self, table):
        """From now on there are these: {host: {"serves": [form], "url": URL, "answers": {form: reply}}}."""
        with self.lock:
            self.table = table
            self.connects = []

    def find(self, host):
        """What stands in the table for a host, or None."""
        return self.table.get((host or "").partition(":")[0].lower())

    def url_of(self, host, url):
        """Where the services of a host are said to be."""
        site = self.find(host)
        return url if site is None else site.get("url", f"https://{host.partition(':')[0]}/EWS/Exchange.asmx")

    def answer(self, host, path, who):
        """The reply that the table has for a request, or None: it is served as always."""
        site = self.find(host)
        if site is None:
            return None
        form = FORMS.get(path, "other")
        order = site.get("answers", {}).get(form)
        wanted = order.get("to") if order is not None else None
        if order is not None and (wanted == who or (wanted is None and who != SIGNED_IN)):
            return reply_of(order)
        if order is None and form not in site.get("serves", list(FORMS.values())):
            return Reply(404, b"Not found", "text/plain")
        return None

    def note(self, names):
        """Note which headers the proxy itself got."""
        with self.lock:
            self.headers.update(names)

    def connect(self, target):
        """Note that somebody wants to talk to host:port; whether there is such a host."""
        with self.lock:
            self.connects.append(target)
        return self.find(target) is not None


def reply_of(order):
    """A reply made by hand."""
    headers = [(name, value) for name, value in order.get("headers", [])]
    if "count" in order:
        order["count"] += 1
    if "location" in order:
        headers.append(("Location", order["location"] + str(order.get("count", ""))))
    body = bytes.fromhex(order["hex"]) if "hex" in order else order.get("body", "").encode()
    reply = Reply(order.get("status", 200), body + b" " * order.get("blanks", 0),
                  order.get("type", "text/xml; charset=utf-8"), headers)
    if "fault" in order:
        reply.delivery = Rule(order["fault"])
        reply.delivery.release = threading.Event()
    return reply


class ProxyHandler(socketserver.StreamRequestHandler):
    """One connection to the proxy: a tunnel, or one request without TLS."""

    def handle(self):
        try:
            self.serve()
        except OSError:
            pass

    def serve(self):
        """Read one request and do it."""
        words = self.rfile.readline(PIECE).decode("latin-1").split()
        names = []
        while (line := self.rfile.readline(PIECE).strip()):
            names.append(line.partition(b":")[0].decode("latin-1").lower())
        if len(words) != 3:
            return
        sites = self.server.owner.sites
        sites.note(names)
        if words[0] == "CONNECT":
            self.tunnel() if sites.connect(words[1]) else self.say("502 No such host")
            return
        url = urllib.parse.urlsplit(words[1])
        sites.connect(f"{url.hostname}:80")
        order = (sites.find(url.hostname) or {}).get("answers", {}).get("http")
        reply = reply_of(order) if order is not None else Reply(404)
        self.say(f"{reply.status} Reply", reply.headers, reply.body)

    def say(self, status, headers=(), body=b""):
        """Answer without TLS, and close."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close",
                 *(f"{name}: {value}" for name, value in headers), "", ""]
        self.wfile.write("\r\n".join(lines).encode() + body)

    def tunnel(self):
        """Bytes to and from the server itself."""
        with socket.create_connection(("127.0.0.1", self.server.owner.server_address[1])) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {self.connection: there, there: self.connection}
            while True:
                for one in select.select(list(ends), [], [])[0]:
                    data = one.recv(PIECE)
                    if not data:
                        return
                    ends[one].sendall(data)


class Proxy(socketserver.ThreadingTCPServer):
    """By which every name leads to the server."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, owner):
        self.owner = owner
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        """Of the proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"
