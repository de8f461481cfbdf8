# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the private servers share: their own folder, ports, certificates and users, and that nothing stays behind.

A server is a class with a few functions; run() gives it the command line, prints its facts and ends it.
"""
import argparse
import ctypes
import grp
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

USERS = ["alice", "bob", "carol"]
PASSWORD = "pigeon-Post-7"
ROLES = ["Drafts", "Sent", "Trash", "Junk", "Archive"]
START_SECONDS = 60


EXIT_MISSING = 77  # the server is not installed


class ServerError(Exception):
    """The server could not be started; the text says why."""


class MissingServer(ServerError):
    """It is not installed; the text says how it would be."""


def free_ports(count):
    """Ports that nobody uses now; all are held until each was found, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def make_certificates(folder, names=()):
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    for name in ("ca", "wrong-ca"):
        openssl("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/O=Taube/CN={name}")
    openssl("req", *key[:-2], "-keyout", "server.key", "-out", "server.csr", "-subj", "/O=Taube test/CN=localhost")
    hosts = ",".join(f"DNS:{name}" for name in ("localhost", *names))
    (folder / "names").write_text(f"subjectAltName={hosts},IP:127.0.0.1\n", encoding="ascii")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", "names", "-out", "server.pem")


def mail_owner():
    """Mail belongs to nobody when root starts the server, else to who starts it: names and numbers."""
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    gid = user.pw_gid if os.getuid() == 0 else os.getgid()
    return dict(mail_user=user.pw_name, mail_group=grp.getgrgid(gid).gr_name, mail_uid=user.pw_uid, mail_gid=gid)


def give_away(folder, owner):
    """All of FOLDER to the owner of the mail."""
    if os.getuid() != 0:
        return
    for path, folders, files in os.walk(folder):
        for name in ["", *folders, *files]:
            os.chown(os.path.join(path, name), owner["mail_uid"], owner["mail_gid"])


def die_with_parent(parent, owner=None):
    """In a child before its program runs: it becomes OWNER's, and ends when PARENT does."""
    if owner is not None and os.getuid() == 0:
        os.setgroups([])
        os.setgid(owner["mail_gid"])
        os.setuid(owner["mail_uid"])
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def become_reaper():
    """Whatever a child leaves behind becomes ours instead of the system's."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def list_children():
    found = []
    for file in Path("/proc/self/task").glob("*/children"):
        found += [int(pid) for pid in file.read_text(encoding="ascii").split()]
    return found


def reap_orphans():
    """Ends and waits for all that came from us; a child's children become ours when it ends."""
    while True:
        for pid in list_children():
            os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class PrivateServer:
    """One private server in one folder."""

    title = ""
    protocols = ("imap", "imaps", "pop3", "pop3s")
    run_as_owner = False  # else as who started us

    def __init__(self, folder, options):
        self.folder = Path(folder)
        self.options = options
        self.owner = mail_owner()
        self.version = ""
        self.process = None
        self.ports = {}

    # ---- what a server says of itself ----

    def prepare(self):
        """Make what does not depend on ports, mail included where it can be written without the server."""

    def write_config(self):
        """Write the configuration for self.ports."""

    def make_command(self):
        """The program with its arguments, and its environment."""
        raise NotImplementedError

    def fill(self):
        """Put the mail in that can only go through the server; it runs."""

    def has_lost_port(self):
        """Whether somebody else took one of our ports before the server could."""
        return False

    def read_log(self):
        files = [self.folder / name for name in ("errors", "log")]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    # ---- life ----

    def start(self):
        """Another program may take a port between our looking and the server's binding: then look again."""
        self.folder.chmod(0o755)
        make_certificates(self.folder)
        self.prepare()
        for _ in range(5):
            self.choose_ports()
            self.write_config()
            self.launch()
            if self.wait_until_ready():
                self.fill()
                return
            self.stop()
        raise ServerError("no free ports")

    def choose_ports(self):
        self.ports = dict(zip(self.protocols, free_ports(len(self.protocols))))

    def launch(self):
        parent = os.getpid()
        owner = self.owner if self.run_as_owner else None
        command, environment = self.make_command()
        with (self.folder / "errors").open("wb") as errors:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                start_new_session=True, preexec_fn=lambda: die_with_parent(parent, owner),
            )

    def wait_until_ready(self):
        """TRUE when it answers, FALSE when a port was taken."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.has_lost_port():
                return False
            if self.process.poll() is not None:
                raise ServerError(f"{self.title} ended at once: {self.read_log()}")
            try:
                with socket.create_connection(("127.0.0.1", self.ports["imap"]), timeout=START_SECONDS) as s:
                    if s.recv(4).startswith(b"* OK"):
                        return True
            except ConnectionError:
                pass
            # No server says outside when it has bound its ports, so look again soon.
            select.select([], [], [], 0.02)
        raise ServerError(f"{self.title} does not answer: {self.read_log()}")

    def stop(self):
        """All of it lies in our folder, so nobody misses a polite end, which takes a server a second."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None
        reap_orphans()

    def facts(self):
        facts = dict(self.ports, version=self.version, dir=self.folder, user=USERS[0], password=PASSWORD,
                     pid=self.process.pid)
        facts["ca-file"] = self.folder / "ca.pem"
        facts["wrong-ca-file"] = self.folder / "wrong-ca.pem"
        for scheme, port in self.ports.items():
            query = "?tls=none" if not scheme.endswith("s") else ""
            facts[f"{scheme}-uri"] = f"{scheme}://{USERS[0]}@localhost:{port}/{query}"
        return facts


def wait_for_end(until_eof):
    watched = [sys.stdin] if until_eof else []
    while True:
        ready, _, _ = select.select(watched, [], [])
        if ready and not os.read(sys.stdin.fileno(), 4096):
            return


def ignore_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def stop_by_signal(number, frame):
    """Ends once: a second signal must not cut the clearing away short."""
    ignore_signals()
    raise SystemExit(0)


def make_parser(text):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", help="the folder to make and use (default: a new one for temporary files)")
    parser.add_argument("--messages", type=int, default=0, metavar="N", help="give alice N messages that look real")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same messages")
    parser.add_argument("--spread", action="store_true", help="over several folders (default: all in INBOX)")
    parser.add_argument("--small", action="store_true", help="give them bodies of one line")
    parser.add_argument("--big", type=int, default=0, metavar="BYTES", help="one more message of about this size")
    parser.add_argument("--secure-only", dest="plaintext", action="store_false", help="no plaintext login without TLS")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    return parser


def run(server_class, parser):
    """The main function of a serve program."""
    options = parser.parse_args()
    become_reaper()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop_by_signal)
    server = None
    folder = Path(options.dir) if options.dir else Path(tempfile.mkdtemp(prefix=f"taube-{server_class.title.lower()}-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        server = server_class(folder, options)
        server.start()
        for name, value in server.facts().items():
            print(f"{name}={value}")
        print(flush=True)
        wait_for_end(options.until_eof)
    except (ServerError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", None)
        print(f"serve: {error}{': ' + detail.decode(errors='replace') if detail else ''}", file=sys.stderr)
        return EXIT_MISSING if isinstance(error, MissingServer) else 1
    finally:
        ignore_signals()
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0
