#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finding an Exchange: what the user sees of it, and what the trace shows."""
import json
import ssl
import subprocess
import urllib.request

from tool import BACKENDS, BUILD, PASSWORD, SOURCE, case, environment, expect, expect_equal, main, taube

SERVE = SOURCE / "tests" / "servers" / "exchange" / "serve"
BACKEND = BUILD / "backends" / "exchange"
NAMES = "example.org,autodiscover.example.org,mail.example.org,mail.example.net"
ENDPOINT = "https://mail.example.org/EWS/Exchange.asmx"


class Hosts:
    """A private server that is many hosts, gone at the end of the with."""

    def __init__(self, sites):
        self.sites = sites

    def __enter__(self):
        self.child = subprocess.Popen([SERVE, "--port=0", "--until-eof", "--tls", "--proxy", f"--names={NAMES}"],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lines = iter(self.child.stdout.readline, "\n")
        self.facts = dict(line.rstrip("\n").partition("=")[::2] for line in lines)
        self.env = environment(self.facts["password"], TAUBE_BACKEND_PATH=f"{BACKEND}:{BACKENDS}")
        context = ssl.create_default_context(cafile=self.facts["ca-file"])
        base = self.facts["url"].split("/EWS/")[0]
        with urllib.request.urlopen(f"{base}/admin/sites", json.dumps(self.sites).encode(), context=context) as answer:
            expect_equal(answer.status, 200)
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        expect_equal(self.child.wait(), 0, "the server complains")
        self.child.stdout.close()

    def uri(self, more=""):
        return f"exchange://alice@example.org/?ca-file={self.facts['ca-file']}&proxy={self.facts['proxy']}{more}"


SIMPLE = {"autodiscover.example.org": {"serves": ["soap"], "url": ENDPOINT}, "mail.example.org": {"serves": ["ews"]}}
ELSEWHERE = {"autodiscover.example.org": {"serves": [], "answers": {"http": {
    "status": 302, "location": "https://mail.example.net/autodiscover/autodiscover.xml"}}},
             "mail.example.net": {"serves": ["ews", "pox"]}}

if BACKEND.exists():

    @case("capabilities and folders of a mail domain; where the server was found is told")
    def _():
        with Hosts(SIMPLE) as hosts:
            shown = taube("capabilities", hosts.uri(), "--format=json", env=hosts.env).good().out
            expect("found by Autodiscover: SOAP at autodiscover.example.org" in shown, shown)
            expect("INBOX" in taube("folders", hosts.uri(), env=hosts.env).good().out, "no inbox")

    @case("the trace shows each step and no secret")
    def _():
        with Hosts(SIMPLE) as hosts:
            env = hosts.env | {"TAUBE_DEBUG": "exchange"}
            shown = taube("folders", hosts.uri(), env=env)
            expect_equal(shown.code, 0, shown)
            for words in ("looking for the services of alice@example.org", "asking example.org by JSON",
                          "asking autodiscover.example.org by SOAP", "found mail.example.org"):
                expect(words in shown.err, f"{words!r} is not said", shown)
            expect(PASSWORD not in shown.err and "Basic " not in shown.err, "a secret is in the trace")

    @case("a host that nothing vouches for is named and gets nothing; the option agrees to it")
    def _():
        with Hosts(ELSEWHERE) as hosts:
            taube("folders", hosts.uri(), env=hosts.env).bad(3, "mail.example.net", "allow-hosts")
            expect("INBOX" in taube("folders", hosts.uri("&allow-hosts=mail.example.net"), env=hosts.env).good().out,
                   "no inbox")

    @case("a domain without Exchange ends with 5 when nobody can be reached")
    def _():
        with Hosts({"www.example.org": {}}) as hosts:
            taube("folders", hosts.uri(), env=hosts.env).bad(5, "no Exchange was found for alice@example.org")


main()
