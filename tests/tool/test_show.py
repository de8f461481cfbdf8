#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Showing messages of every kind: raw, text, parts, and what a terminal must not see."""
import base64
import subprocess

from tool import TAUBE, Dovecot, case, environment, expect, expect_equal, main, taube

HEAD = "From: Bob <bob@example.org>\nTo: alice@example.org\nDate: Mon, 2 Nov 2026 10:11:12 +0100\nMIME-Version: 1.0\n"
BINARY = bytes(range(256)) * 50
MESSAGES = {
    "plain": HEAD + "Subject: plain\nX-Odd: kept\n\nJust text.\n",
    "html": HEAD + "Subject: html\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
            "<html><style>p{color:red}</style><p>Gr&uuml;&szlig;e &amp; <b>Küsse</b><script>evil()</script>"
            "</p></html>\n",
    "latin": (HEAD + "Subject: latin\nContent-Type: text/plain; charset=iso-8859-1\n"
              "Content-Transfer-Encoding: 8bit\n\nStraße nach Köln\n").encode("latin-1"),
    "japanese": HEAD.encode() + b"Subject: =?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=\n"
                b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + "日本語のメール\n".encode("iso-2022-jp"),
    "quoted": HEAD + "Subject: quoted\nContent-Type: text/plain; charset=windows-1252\n"
              "Content-Transfer-Encoding: quoted-printable\n\nPreis: 5 =80 f=FCr alle, lange Zeile =\nhier weiter\n",
    "unknown": (HEAD + "Subject: unknown\nContent-Type: text/plain; charset=x-nobody-knows\n"
                "Content-Transfer-Encoding: 8bit\n\nbytes \xff here\n").encode("latin-1"),
    "attached": HEAD + "Subject: attached\nContent-Type: multipart/mixed; boundary=b\n\n"
                "--b\nContent-Type: text/plain\n\nSee the file.\n"
                "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
                "Content-Disposition: attachment; filename*=utf-8''%C3%9Cbersicht.bin\n\n"
                + base64.encodebytes(BINARY).decode() + "--b--\n",
    "nested": HEAD + "Subject: outer\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
              "Outer text.\n--b\nContent-Type: message/rfc822\n\nFrom: carol@example.org\nSubject: inner\n"
              "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain\n\n"
              "Inner text.\n--i\nContent-Type: text/html\n\n<p>Inner html.</p>\n--i--\n\n--b--\n",
    "escape": HEAD + "Subject: =?utf-8?B?" + base64.b64encode("red \x1b[31mred \u202eevil".encode()).decode()
              + "?=\n\nscreen \x1b[2J\x07 \x9b cleared\n",
    "empty": HEAD + "Subject: empty\n\n",
}
sent = {}


def uri(name, section=None):
    return server.uri(f"INBOX;UID={list(MESSAGES).index(name) + 1}" + (f";SECTION={section}" if section else ""))


def shown(name):
    return taube("show", uri(name), "--format=json").json()


@case("--raw is byte for byte what is on the server")
def _():
    for name, data in sent.items():
        expect_equal(taube("show", "--raw", uri(name)).good().raw, data, name)


@case("show prints the usual headers and the text")
def _():
    out = taube("show", uri("plain")).good().out
    for line in ("From: Bob <bob@example.org>", "To: alice@example.org", "Subject: plain", "", "Just text."):
        expect(line in out.splitlines(), line, out)
    expect("X-Odd" not in out, out)
    expect("X-Odd: kept" in taube("show", "--headers", uri("plain")).good().out)


@case("show as JSON is one document")
def _():
    message = shown("plain")
    wanted = {"uri", "id", "flags", "size", "date", "subject", "from", "to", "message_id", "text", "parts"}
    expect(wanted <= set(message), message.keys())
    expect_equal([message["text"], message["date"]], ["Just text.\n", "2026-11-02T10:11:12+01:00"])
    expect_equal(message["size"], len(sent["plain"]))


@case("the text of an HTML message is readable, without its scripts")
def _():
    text = shown("html")["text"]
    expect("Grüße & " in text and "Küsse" in text, text)
    expect("<" not in text and "evil" not in text and "color" not in text, text)


@case("charsets and encodings")
def _():
    expect_equal(shown("latin")["text"], "Straße nach Köln\n")
    expect_equal([shown("japanese")["text"], shown("japanese")["subject"]], ["日本語のメール\n", "日本語"])
    expect_equal(shown("quoted")["text"].rstrip(), "Preis: 5 € für alle, lange Zeile hier weiter")
    expect(shown("unknown")["text"].startswith("bytes "), shown("unknown")["text"])
    expect_equal(shown("empty")["text"], "")


@case("attachments are listed, and one part is written decoded")
def _():
    message = shown("attached")
    text, attachment = message["parts"]
    expect_equal([text["section"], text["attachment"]], ["1", False])
    expect_equal([attachment["section"], attachment["type"], attachment["filename"], attachment["attachment"]],
                 ["2", "application/octet-stream", "Übersicht.bin", True])
    expect("Übersicht.bin" in taube("show", uri("attached")).good().out)
    expect_equal(taube("show", "--part=2", uri("attached")).good().raw, BINARY)
    expect_equal(taube("show", uri("attached", "2")).good().raw, BINARY)
    expect_equal(taube("show", "--part=1", uri("attached")).good().out.rstrip("\r\n"), "See the file.")


@case("a message inside a message, and its parts")
def _():
    out = taube("show", uri("nested")).good().out
    expect("Outer text." in out, out)
    sections = [part["section"] for part in shown("nested")["parts"]]
    expect("1" in sections and "2.1" in sections and "2.2" in sections, sections)
    expect_equal(taube("show", "--part=2.1", uri("nested")).good().out.rstrip("\r\n"), "Inner text.")
    inner = taube("show", uri("nested", "2")).good().out
    expect("Subject: inner" in inner and "Inner html." in inner, inner)


@case("a part that is not there")
def _():
    for section in ("9", "1.1.1", "x", "0", "1..2", ""):
        taube("show", f"--part={section}", uri("plain")).bad(3, "part")


@case("nothing that a terminal obeys is printed")
def _():
    for verb, where in (("show", uri("escape")), ("list", server.uri("INBOX"))):
        out = taube(verb, where).good().out
        expect(not any(c < " " and c != "\n" or "\x7f" <= c < "\xa0" or c == "\u202e" for c in out), repr(out))


@case("standard output full or closed: one line, exit code 1")
def _():
    for arguments in (["show", "--raw", uri("attached")], ["show", "--part=2", uri("attached")], ["show", uri("plain")],
                      ["list", server.uri("INBOX")], ["list", "--format=json", server.uri("INBOX")],
                      ["folders", server.uri()], ["capabilities"], ["--help"], ["--version"]):
        for redirection in (">/dev/full", ">&-"):
            command = f'exec "$0" "$@" {redirection}'
            done = subprocess.run(["/bin/sh", "-c", command, TAUBE, *arguments], env=environment(), capture_output=True,
                                  timeout=120, check=False)
            expect_equal([done.returncode, done.stderr.count(b"\n")], [1, 1], (arguments, redirection, done.stderr))


@case("a reader that has seen enough ends it without a word")
def _():
    for arguments in (["show", "--raw", uri("attached")], ["show", "--part=2", uri("attached")],
                      ["list", "--format=json", server.uri("INBOX")]):
        child = subprocess.Popen([TAUBE, *arguments], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.close()
        err = child.stderr.read()
        child.stderr.close()
        expect_equal([err, child.wait(timeout=120)], [b"", 1], arguments)


with Dovecot() as server:
    device = server.connect()
    for key, value in MESSAGES.items():
        sent[key] = device.append(value)
    main()
