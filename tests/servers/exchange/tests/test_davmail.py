#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""DavMail, as it is, works with the server: IMAP, SMTP and CardDAV over it reach the same mailbox. Prints TAP."""
import base64
import imaplib
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import mirror  # noqa: E402
from private_server import free_ports  # noqa: E402
from support import SECONDS, Running, Script, end, tell_schema  # noqa: E402

JAR = Path("/usr/share/davmail/davmail.jar")
LETTER = (b"Subject: Hallo\r\nFrom: zoe@example.net\r\nTo: alice@example.org\r\nMessage-ID: <1@example.net>\r\n\r\n"
          b"Text\r\n")
CARD = ("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1\r\nFN:Jürgen Müller\r\nN:Müller;Jürgen;;;\r\n"
        "EMAIL;TYPE=work:jm@example.de\r\nTEL;TYPE=cell:+49 1\r\nEND:VCARD\r\n")
SETTINGS = """davmail.server=true
davmail.mode=EWS
davmail.url={url}
davmail.imapPort={imap}
davmail.smtpPort={smtp}
davmail.caldavPort={dav}
davmail.popPort=
davmail.ldapPort=
davmail.bindAddress=127.0.0.1
davmail.disableUpdateCheck=true
davmail.enableProxy=false
davmail.logFilePath={folder}/log
log4j.rootLogger=WARN
log4j.logger.davmail=INFO
"""
script = Script()


class DavMail:
    """DavMail in front of the server, and an IMAP client in front of DavMail."""

    def __init__(self, server, folder):
        self.server = server
        self.ports = dict(zip(("imap", "smtp", "dav"), free_ports(3)))
        settings = Path(folder) / "davmail.properties"
        settings.write_text(SETTINGS.format(url=server["url"], folder=folder, **self.ports), encoding="ascii")
        with (Path(folder) / "output").open("wb") as output:
            self.process = subprocess.Popen(["java", f"-Duser.home={folder}", "-jar", JAR, settings], stdout=output,
                                            stderr=output, stdin=subprocess.DEVNULL)
        self.wait()
        self.taube = mirror.Mirror(server["url"], server["user"], server["password"]) \
            if mirror.Mirror.is_built() else None
        self.imap = imaplib.IMAP4("127.0.0.1", self.ports["imap"], timeout=SECONDS)

    def wait(self):
        """Until it listens; it says so nowhere outside."""
        last = time.monotonic() + SECONDS
        while time.monotonic() < last:
            try:
                socket.create_connection(("127.0.0.1", self.ports["imap"]), timeout=SECONDS).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError("DavMail did not start")

    def do(self, *words):
        """A command whose answer must be OK; its data."""
        name, *arguments = words
        status, data = getattr(self.imap, name)(*arguments)
        assert status == "OK", (words, status, data)
        return data

    def uids(self, *words):
        """What a search finds."""
        return self.do("uid", "SEARCH", *words)[0].split()

    def folder(self, query):
        """A folder as the server itself has it."""
        return self.server.admin("GET", f"folder?{query}")

    def dav(self, method, path, body=None, **headers):
        """A request to CardDAV."""
        secret = base64.b64encode(f"{self.server['user']}:{self.server['password']}".encode()).decode()
        url = f"http://127.0.0.1:{self.ports['dav']}/users/{self.server['user']}/{path}"
        request = urllib.request.Request(url, body, {"Authorization": f"Basic {secret}", **headers}, method=method)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, answer.read().decode()

    def stop(self):
        """End it."""
        self.process.kill()
        self.process.wait()


@script.step
def sign_in(davmail):
    """Signing in finds the mailbox."""
    davmail.do("login", davmail.server["user"], davmail.server["password"])
    names = b" ".join(davmail.do("list"))
    assert b'"INBOX"' in names and b'"Trash"' in names and b'"Sent"' in names, names


@script.step
def select(davmail):
    """The inbox has what the server has, with numbers that rise."""
    assert davmail.do("select", "INBOX") == [b"20"]
    assert davmail.uids("ALL") == [str(one["uid"]).encode() for one in davmail.folder("user=alice")]
    unseen = [one["uid"] for one in davmail.folder("user=alice") if not one["read"]]
    assert davmail.uids("UNSEEN") == [str(uid).encode() for uid in unseen]


@script.step
def fetch(davmail):
    """A message has the server's bytes."""
    for one in davmail.folder("user=alice")[:5]:
        key = one["id"].replace("+", "%2B")
        mime = base64.b64decode(davmail.server.admin("GET", f"mime?id={key}")["mime"])
        data = davmail.do("uid", "FETCH", str(one["uid"]), "(BODY.PEEK[])")[0][1]
        assert data == mime, (data, mime)


@script.step
def append(davmail):
    """An appended message keeps its bytes and flags."""
    davmail.do("append", "INBOX", "(\\Seen \\Flagged)", None, LETTER)
    davmail.do("select", "INBOX")
    uid = davmail.uids("SUBJECT", "Hallo")[0].decode()
    found = davmail.do("uid", "FETCH", uid, "(FLAGS BODY.PEEK[])")[0]
    assert found[1] == LETTER and b"\\Seen" in found[0] and b"\\Flagged" in found[0], found
    assert [one["draft"] for one in davmail.folder("user=alice") if one["subject"] == "Hallo"] == [False]
    davmail.uid = uid


@script.step
def flags(davmail):
    """Flags are set and taken away."""
    davmail.do("uid", "STORE", davmail.uid, "+FLAGS", "(\\Answered)")
    davmail.do("uid", "STORE", davmail.uid, "-FLAGS", "(\\Flagged \\Seen)")
    found = davmail.do("uid", "FETCH", davmail.uid, "(FLAGS)")[0]
    assert b"\\Answered" in found and b"\\Seen" not in found and b"\\Flagged" not in found, found
    assert [one["read"] for one in davmail.folder("user=alice") if one["subject"] == "Hallo"] == [False]


@script.step
def folders(davmail):
    """Folders are created, renamed and deleted."""
    davmail.do("create", "Projekte")
    davmail.do("create", "Projekte/Br&APw-cke")
    davmail.do("rename", "Projekte/Br&APw-cke", "Projekte/Weg")
    assert b'"Projekte/Weg"' in b" ".join(davmail.do("list"))
    davmail.do("delete", "Projekte/Weg")
    assert b'"Projekte/Weg"' not in b" ".join(davmail.do("list"))


@script.step
def copy_and_move(davmail):
    """Messages are copied and moved."""
    davmail.do("uid", "COPY", davmail.uid, "Projekte")
    davmail.do("uid", "MOVE", davmail.uid, "Projekte")
    assert [one["subject"] for one in davmail.folder("user=alice&folder=Projekte")] == ["Hallo", "Hallo"]
    assert len(davmail.folder("user=alice")) == 20


@script.step
def expunge(davmail):
    """Messages are removed."""
    davmail.do("select", "Projekte")
    davmail.do("uid", "STORE", davmail.uids("ALL")[0].decode(), "+FLAGS", "(\\Deleted)")
    davmail.do("expunge")
    assert len(davmail.folder("user=alice&folder=Projekte")) == 1


@script.step
def new_mail(davmail):
    """A message that arrives is seen."""
    davmail.do("select", "INBOX")
    davmail.server.admin("POST", "deliver", LETTER)
    davmail.do("select", "INBOX")
    assert len(davmail.uids("ALL")) == 21


@script.step
def send(davmail):
    """Mail goes out over SMTP and arrives."""
    with smtplib.SMTP("127.0.0.1", davmail.ports["smtp"], timeout=SECONDS) as smtp:
        smtp.login(davmail.server["user"], davmail.server["password"])
        smtp.sendmail(davmail.server["user"], ["bob@example.org"],
                      b"Subject: To Bob\r\nFrom: alice@example.org\r\nTo: bob@example.org\r\n\r\nHello\r\n")
    assert [one["subject"] for one in davmail.folder("user=bob")] == ["To Bob"]


@script.step
def contact(davmail):
    """A contact is stored and read over CardDAV."""
    status, _ = davmail.dav("PUT", "contacts/c1.vcf", CARD.encode(), **{"Content-Type": "text/vcard"})
    assert status == 201
    _, card = davmail.dav("GET", "contacts/c1.vcf")
    for line in ("FN:Jürgen Müller", "N:Müller;Jürgen;;;", "jm@example.de", "+49 1"):
        assert line in card, card


# ---- held against Taube ----

def taube_reads(davmail):
    """Taube reads what it wrote, byte for byte."""
    data = mirror.letter()
    davmail.do("append", "INBOX", "(\\Seen \\Answered)", None, data)
    one = davmail.taube.check("INBOX", flags={"seen", "answered"})
    assert davmail.taube.raw(one) == data
    davmail.do("select", "INBOX")
    uid = davmail.uids("HEADER", "Message-ID", "<mirror@example.net>")[0].decode()
    davmail.do("uid", "STORE", uid, "-FLAGS", "(\\Seen)")
    davmail.do("uid", "STORE", uid, "+FLAGS", "(\\Flagged)")
    davmail.taube.check("INBOX", flags={"answered", "flagged"})


def taube_writes(davmail):
    """It reads what Taube wrote, byte for byte."""
    data = mirror.letter("Von Taube", "<taube@example.net>")
    davmail.taube.append("INBOX", data, "seen", "flagged")
    davmail.do("select", "INBOX")
    uid = davmail.uids("HEADER", "Message-ID", "<taube@example.net>")[0].decode()
    found = davmail.do("uid", "FETCH", uid, "(FLAGS BODY.PEEK[])")[0]
    assert found[1] == data and b"\\Seen" in found[0] and b"\\Flagged" in found[0], found[0]
    davmail.taube.flag(davmail.taube.find("INBOX", "Von Taube"), "-seen", "-flagged", "+answered")
    davmail.do("select", "INBOX")
    found = davmail.do("uid", "FETCH", uid, "(FLAGS)")[0]
    assert b"\\Seen" not in found and b"\\Flagged" not in found and b"\\Answered" in found, found


if mirror.Mirror.is_built():
    for each in (taube_reads, taube_writes):
        script.step(each)


def main():
    if not JAR.exists() or shutil.which("java") is None:
        print("1..1\nok 1 DavMail # SKIP DavMail is not installed (Debian's package davmail)")
        return
    server = Running("--messages=20")
    tell_schema(server)
    with tempfile.TemporaryDirectory(prefix="taube-davmail-") as folder:
        davmail = DavMail(server, folder)
        try:
            failed = script.run(davmail)
        finally:
            davmail.stop()
    status = server.stop()
    print(f"{'ok' if status == 0 else 'not ok'} {len(script.steps) + 1} the server never broke the schema")
    end(len(script.steps) + 1, failed or status != 0)


if __name__ == "__main__":
    main()
