# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Kerberos: a realm of its own, whose KDC listens on a free port of 127.0.0.1, all in one folder.

Nothing of the system's Kerberos is read: whoever uses the realm has KRB5_CONFIG in its environment.
"""
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from private_server import PASSWORD, MissingServer, ServerError, die_with_parent, free_ports

REALM = "TAUBE.TEST"
START_SECONDS = 60

KRB5_CONF = """
[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  localhost = {realm}
[logging]
  kdc = FILE:{folder}/kdc.log
"""

KDC_CONF = """
[kdcdefaults]
  kdc_listen = ""
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
    max_life = 1d
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
  }}
"""


def find_program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise MissingServer(f"{name} is not installed (krb5-kdc, krb5-admin-server, krb5-user; ./dev setup does it)")
    return path


class Kdc:
    """The realm, keys for the services of localhost, and tickets for those who ask."""

    def __init__(self, folder, services=("imap", "pop")):
        self.folder = Path(folder)
        self.services = services
        self.keytab = self.folder / "keytab"
        self.process = None

    @property
    def environment(self):
        files = dict(KRB5_CONFIG=self.folder / "krb5.conf", KRB5_KDC_PROFILE=self.folder / "kdc.conf")
        return {name: str(file) for name, file in files.items()}

    def run(self, name, *arguments, text=None):
        subprocess.run([find_program(name), *arguments], env={**os.environ, **self.environment}, check=True, input=text,
                       capture_output=True, text=True, stdin=None if text is not None else subprocess.DEVNULL)

    def start(self, users):
        self.folder.mkdir()
        self.folder.chmod(0o755)
        port = free_ports(1)[0]
        for name, text in (("krb5.conf", KRB5_CONF), ("kdc.conf", KDC_CONF)):
            (self.folder / name).write_text(text.format(realm=REALM, port=port, folder=self.folder), encoding="ascii")
        self.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master-of-the-test")
        for user in users:
            self.run("kadmin.local", "-q", f"addprinc -pw {PASSWORD} {user}")
        for service in self.services:
            self.run("kadmin.local", "-q", f"addprinc -randkey {service}/localhost")
            self.run("kadmin.local", "-q", f"ktadd -k {self.keytab} {service}/localhost")
        self.keytab.chmod(0o644)
        self.launch(port)

    def launch(self, port):
        parent = os.getpid()
        with (self.folder / "errors").open("wb") as errors:
            self.process = subprocess.Popen(
                [find_program("krb5kdc"), "-n"], env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
                stdout=errors, stderr=errors, start_new_session=True, preexec_fn=lambda: die_with_parent(parent),
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS):
                    return
            except ConnectionError:
                # It says nothing outside when it has bound its port, so look again soon.
                time.sleep(0.02)
        raise ServerError("the KDC does not answer: " + (self.folder / "errors").read_text(errors="replace"))

    def get_ticket(self, user):
        """A cache with a ticket of the user's; its name as KRB5CCNAME wants it."""
        cache = f"FILE:{self.folder}/cache-{user}"
        self.run("kinit", "-c", cache, user, text=PASSWORD + "\n")
        return cache

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
