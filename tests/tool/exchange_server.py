# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private EWS server for the tests of the command."""
import json
import subprocess
import urllib.request

from tool import BACKENDS, BUILD, SOURCE, environment, expect_equal, taube

SERVE = SOURCE / "tests" / "servers" / "exchange" / "serve"
BACKEND = BUILD / "backends" / "exchange"


class Exchange:
    """A private server, gone at the end of the with."""

    def __enter__(self):
        self.child = subprocess.Popen([SERVE, "--port=0", "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True)
        lines = iter(self.child.stdout.readline, "\n")
        self.facts = dict(line.rstrip("\n").partition("=")[::2] for line in lines)
        self.env = environment(self.facts["password"], TAUBE_BACKEND_PATH=f"{BACKEND}:{BACKENDS}")
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        expect_equal(self.child.wait(), 0, "the server complains")
        self.child.stdout.close()

    def ask(self, what, body=None):
        base = self.facts["url"].split("/EWS/")[0]
        with urllib.request.urlopen(f"{base}/admin/{what}", json.dumps(body).encode() if body else None) as answer:
            return json.load(answer)

    def subjects(self, user, folder):
        return [item["subject"] for item in self.ask(f"folder?user={user}&folder={folder}")]

    def send(self, *arguments, **more):
        return taube("send", self.facts["exchange-uri"], *arguments, env=self.env, **more)
