#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Thunderbird, as it is, works with the server: its own EWS code reads, writes and follows the mailbox. Prints TAP."""
import base64
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import mirror  # noqa: E402
from marionette import Thunderbird  # noqa: E402
from support import SECONDS, Running, Script, end, tell_schema  # noqa: E402

PROGRAM = "/usr/lib/thunderbird/thunderbird"
FIRST_WITH_EWS = 145
LETTER = (b"Subject: New\r\nFrom: zoe@example.net\r\nTo: alice@example.org\r\nMessage-ID: <1@example.net>\r\n\r\n"
          b"Text\r\n")
HELPERS = """
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const {setTimeout} = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const server = MailServices.accounts.allServers.find(one => one.type == "ews");
const folder = name => server.rootFolder.descendants.find(one => one.name == name);
const heads = name => [...folder(name).messages];
const subjects = name => heads(name).map(one => one.mime2DecodedSubject);
const until = async test => { while (!test()) await new Promise(done => setTimeout(done, 50)); };
const fetchNew = name => new Promise(done => folder(name).getNewMessages(null, {
  OnStartRunningUrl() {}, OnStopRunningUrl(url, status) { done(status); }}));
const copied = run => new Promise(done => run({onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() {},
  onStopCopy(status) { done(status); }}));
"""
STREAM = """
const [name, id] = args;
const wanted = heads(name).find(one => !id || one.messageId == id);
const uri = folder(name).getUriForMsg(wanted);
let data = "";
await new Promise(done => MailServices.messageServiceFromURI(uri).streamMessage(uri, {
  QueryInterface: ChromeUtils.generateQI(["nsIStreamListener"]),
  onStartRequest() {},
  onStopRequest() { done(); },
  onDataAvailable(request, stream, offset, count) {
    const input = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
    input.setInputStream(stream);
    data += input.readBytes(count);
  },
}, null, null, false, ""));
return btoa(data);
"""
script = Script()


class Setting:
    """Thunderbird and the server."""

    def __init__(self, server, thunderbird):
        self.server, self.thunderbird = server, thunderbird
        self.taube = mirror.Mirror(server["url"], server["user"], server["password"]) \
            if mirror.Mirror.is_built() else None

    def run(self, text, *arguments):
        """What a script returns."""
        return self.thunderbird.run(HELPERS + text, *arguments)

    def folder(self, name="inbox"):
        """A folder as the server has it."""
        return self.server.admin("GET", f"folder?folder={name.replace(' ', '%20')}")

    @staticmethod
    def until(test):
        """Wait for what Thunderbird does without telling when it is done."""
        last = time.monotonic() + SECONDS
        while not test():
            assert time.monotonic() < last, "it never happened"
            time.sleep(0.05)

    def subjects(self, name="inbox"):
        """What lies in a folder of the server."""
        return [one["subject"] for one in self.folder(name)]


@script.step
def add_account(setting):
    """An account is added."""
    setting.run("""
      const [url, user, password] = args;
      const made = MailServices.accounts.createIncomingServer(user, "127.0.0.1", "ews");
      made.setStringValue("ews_url", url);
      made.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
      made.password = password;
      made.valid = true;
      const identity = MailServices.accounts.createIdentity();
      identity.email = user;
      identity.valid = true;
      const account = MailServices.accounts.createAccount();
      account.addIdentity(identity);
      account.incomingServer = made;
    """, setting.server["url"], setting.server["user"], setting.server["password"])


@script.step
def see_folders(setting):
    """The folders appear, with what they are for."""
    setting.run("""
      server.performExpand(null);
      const roles = ["Inbox", "Trash", "SentMail", "Drafts"].map(name => Ci.nsMsgFolderFlags[name]);
      await until(() => roles.every(role => server.rootFolder.getFolderWithFlags(role)));
    """)


@script.step
def see_messages(setting):
    """The messages appear with their subjects."""
    found = setting.run("""
      await fetchNew("Inbox");
      await until(() => heads("Inbox").length == 20);
      return subjects("Inbox");
    """)
    assert sorted(found) == sorted(one or "" for one in setting.subjects()), found


@script.step
def read_message(setting):
    """A message has the server's bytes."""
    shown = setting.run(STREAM, "Inbox", None)
    key = setting.folder()[0]["id"].replace("+", "%2B")
    assert base64.b64decode(shown) == base64.b64decode(setting.server.admin("GET", f"mime?id={key}")["mime"])


@script.step
def mark_read(setting):
    """Marking as read reaches the server."""
    assert not all(one["read"] for one in setting.folder())
    setting.run('folder("Inbox").markMessagesRead(heads("Inbox").filter(one => !one.isRead), true);')
    setting.until(lambda: all(one["read"] for one in setting.folder()))


@script.step
def new_mail(setting):
    """A message that arrives is fetched."""
    setting.server.admin("POST", "deliver", LETTER)
    setting.run("""
      await fetchNew("Inbox");
      await until(() => subjects("Inbox").includes("New"));
    """)


@script.step
def read_elsewhere(setting):
    """What another client reads is seen as read."""
    key = next(one["id"] for one in setting.folder() if one["subject"] == "New")
    setting.server.admin("POST", "read", [key])
    setting.run("""
      await fetchNew("Inbox");
      await until(() => heads("Inbox").find(one => one.mime2DecodedSubject == "New").isRead);
    """)


@script.step
def create_folder(setting):
    """A folder is created."""
    setting.run("""
      folder("Inbox").createSubfolder("Projekte", null);
      await until(() => folder("Projekte"));
    """)
    assert setting.subjects("inbox/Projekte") == []


@script.step
def move_message(setting):
    """A message is moved."""
    setting.run("""
      const head = heads("Inbox").find(one => one.mime2DecodedSubject == "New");
      await copied(done => MailServices.copy.copyMessages(folder("Inbox"), [head], folder("Projekte"), true, done, null,
                                                          false));
    """)
    assert setting.subjects("inbox/Projekte") == ["New"] and "New" not in setting.subjects()


@script.step
def append_message(setting):
    """A message from a file is stored."""
    status = setting.run("""
      const file = Services.dirsvc.get("ProfD", Ci.nsIFile);
      file.append("letter.eml");
      await IOUtils.writeUTF8(file.path, "Subject: Stored\\r\\nFrom: zoe@example.net\\r\\n\\r\\nText\\r\\n");
      return copied(done => MailServices.copy.copyFileMessage(file, folder("Projekte"), null, false,
                                                              Ci.nsMsgMessageFlags.Read, "", done, null));
    """)
    assert status == 0 and setting.subjects("inbox/Projekte") == ["New", "Stored"]
    assert [one["draft"] for one in setting.folder("inbox/Projekte")] == [False, False]


@script.step
def delete_message(setting):
    """A deleted message goes to the deleted items."""
    setting.run("""
      await copied(done => folder("Inbox").deleteMessages([heads("Inbox")[0]], null, false, false, done, false));
    """)
    assert len(setting.folder("deleteditems")) == 1 and len(setting.folder()) == 19


@script.step
def removed_elsewhere(setting):
    """What another client removes is gone."""
    setting.server.admin("POST", "remove", [setting.folder()[0]["id"]])
    setting.run("""
      await fetchNew("Inbox");
      await until(() => heads("Inbox").length == 18);
    """)


@script.step
def rename_folder(setting):
    """A folder is renamed."""
    setting.run("""
      folder("Projekte").rename("Weg", null);
      await until(() => folder("Weg"));
    """)
    assert setting.subjects("inbox/Weg") == ["New", "Stored"]


# ---- held against Taube ----

def taube_reads(setting):
    """Taube reads what it wrote, byte for byte."""
    data = mirror.letter()
    status = setting.run("""
      const bytes = Uint8Array.from(atob(args[0]), one => one.charCodeAt(0));
      const file = Services.dirsvc.get("ProfD", Ci.nsIFile);
      file.append("mirror.eml");
      await IOUtils.write(file.path, bytes);
      return copied(done => MailServices.copy.copyFileMessage(file, folder("Weg"), null, false,
                                                              Ci.nsMsgMessageFlags.Read, "", done, null));
    """, base64.b64encode(data).decode())
    assert status == 0
    one = setting.taube.check("INBOX/Weg", flags={"seen"})
    assert setting.taube.raw(one) == data
    setting.run("""
      await fetchNew("Weg");
      const head = heads("Weg").find(one => one.messageId == "mirror@example.net");
      folder("Weg").markMessagesRead([head], false);
    """)
    setting.until(lambda: "seen" not in setting.taube.find("INBOX/Weg")["flags"])


def taube_writes(setting):
    """It reads what Taube wrote, byte for byte."""
    data = mirror.letter("Von Taube", "<taube@example.net>")
    setting.taube.append("INBOX/Weg", data, "seen", "flagged")
    found = setting.run("""
      const find = () => heads("Weg").find(one => one.messageId == "taube@example.net");
      await fetchNew("Weg");
      await until(find);
      const head = find();
      return [head.mime2DecodedSubject, head.mime2DecodedAuthor, head.recipients, head.ccList, head.date / 1000000,
              head.isRead];
    """)
    assert found[0] == "Von Taube" and "zoe@example.net" in found[1] and "Müller" in found[1], found
    assert "alice@example.org" in found[2] and found[5] is True, found
    assert found[4] == 1767603600, found
    # It is being fetched; until then there is nothing to be shown.
    setting.until(lambda: base64.b64decode(setting.run(STREAM, "Weg", "taube@example.net")) == data)
    setting.taube.flag(setting.taube.find("INBOX/Weg", "Von Taube"), "-seen")
    setting.run("""
      await fetchNew("Weg");
      await until(() => !heads("Weg").find(one => one.messageId == "taube@example.net").isRead);
    """)


if mirror.Mirror.is_built():
    for each in (taube_reads, taube_writes):
        script.step(each)


def version():
    """The program's main version, or 0."""
    if not os.path.exists(PROGRAM):
        return 0
    text = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False, timeout=SECONDS).stdout
    return int(text.split()[-1].partition(".")[0]) if "Thunderbird" in text else 0


def main():
    found = version()
    if found < FIRST_WITH_EWS:
        print(f"1..1\nok 1 Thunderbird # SKIP version {found or 'none'} is here; EWS came with {FIRST_WITH_EWS}")
        return
    server = Running("--messages=20")
    tell_schema(server)
    print(f"# Thunderbird {found}")
    with tempfile.TemporaryDirectory(prefix="taube-thunderbird-", ignore_cleanup_errors=True) as folder:
        thunderbird = Thunderbird(PROGRAM, folder)
        try:
            failed = script.run(Setting(server, thunderbird))
        finally:
            thunderbird.stop()
    status = server.stop()
    print(f"{'ok' if status == 0 else 'not ok'} {len(script.steps) + 1} the server never broke the schema")
    end(len(script.steps) + 1, failed or status != 0)


if __name__ == "__main__":
    main()
