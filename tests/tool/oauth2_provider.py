# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private OAuth 2 provider for the tests of the command, and a user with his browser."""
import atexit
import contextlib
import json
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tool import BUILD, GUARD, SOURCE, TAUBE, Result, environment, expect, expect_equal

SERVE = SOURCE / "tests" / "servers" / "oauth2" / "serve"
MODULES = ":".join(str(BUILD / place) for place in ("backends/imap", "backends/pop3", "backends/exchange",
                                                    "helpers/https"))
ENVIRONMENT = environment(password=None, TAUBE_BACKEND_PATH=MODULES)


class Provider:
    """A private server, over TLS, gone at the end of the with; `settings` are what login needs to know of it."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.child = subprocess.Popen([SERVE, "--until-eof", "--tls", *self.options], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        lines = iter(self.child.stdout.readline, "\n")
        self.facts = dict(line.rstrip("\n").partition("=")[::2] for line in lines)
        self.tls = ssl.create_default_context(cafile=self.facts["ca-file"])
        url = self.facts["url"]
        self.settings = ["--provider=other", f"--client-id={self.facts['client-id']}",
                         f"--ca-file={self.facts['ca-file']}", f"--set=authorization-endpoint={url}/authorize",
                         f"--set=token-endpoint={url}/token", f"--set=device-endpoint={url}/device",
                         f"--set=issuer={url}", f"--set=scope={self.facts['scope']}",
                         "--set=hosts=localhost,127.0.0.1"]
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        expect_equal(self.child.wait(), 0, "the provider complains")
        self.child.stdout.close()

    def tell(self, what, order=None):
        """Orders something; its state comes back."""
        with urllib.request.urlopen(f"{self.facts['url']}/admin/{what}", json.dumps(order).encode(),
                                    context=self.tls) as answer:
            return json.load(answer)

    def asked(self, grant=None):
        """How often it was asked for tokens."""
        return sum(entry["path"] == "/token" and grant in (None, entry["grant"]) for entry in self.tell("state")["log"])

    def gave(self, name):
        """All tokens of that kind that it gave: "access" or "refresh"."""
        return [entry[name] for entry in self.tell("state")["log"] if name in entry]

    def browse(self, uri):
        """Goes where the answers lead; gives the status and the page at the end."""
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self.tls))
        with contextlib.closing(open_anyway(opener, uri)) as page:
            return page.status, page.read().decode()


def open_anyway(opener, uri):
    """A page, whatever its status."""
    try:
        return opener.open(uri, timeout=GUARD)
    except urllib.error.HTTPError as error:
        return error


def start(*arguments, env=None, **more):
    """The command, which waits for its user; it is gone at the latest when the tests are."""
    child = subprocess.Popen([TAUBE, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             env=env or ENVIRONMENT, start_new_session=True, **more)
    atexit.register(child.kill)
    return child


class Login:
    """The command `taube login` while it waits for its user; `prompt` is what it told him, an object."""

    def __init__(self, *arguments):
        self.arguments = ("login", "--format=json", *map(str, arguments))
        self.child = start(*self.arguments, stderr=subprocess.PIPE)
        self.first = self.child.stdout.readline()
        self.prompt = json.loads(self.first) if self.first else None

    def end(self):
        """How it ended."""
        out, err = self.child.communicate(timeout=GUARD)
        return Result(self.arguments, self.child.returncode, self.first + out, err)

    @property
    def redirect(self):
        """Where the browser is to come back to."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.prompt["uri"]).query)
        return query["redirect_uri"][0]


def sign_in(provider, file, *more):
    """The user agrees in his browser."""
    login = Login(f"--token-file={file}", *provider.settings, *more)
    expect(login.prompt is not None, login.end() if login.prompt is None else "")
    status, page = provider.browse(login.prompt["uri"])
    expect_equal(status, 200, page)
    return login.end().good()


def read_file(path):
    """Group and name to value."""
    found = {}
    group = ""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif "=" in line:
            name, _, value = line.partition("=")
            found[group, name] = value
    return found
