# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the server share: a running server, requests to it, results as TAP."""
import json
import os
import subprocess
import sys
import traceback
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVE = HERE.parent / "serve"
SECONDS = 120


def plain_environment(**more):
    """The environment for somebody else's program, without what makes ours strict."""
    strict = ("G_DEBUG", "MALLOC_CHECK_", "MALLOC_PERTURB_")
    return {name: value for name, value in os.environ.items() if name not in strict} | more


class Running:
    """A server of its own process; all that it says of itself is a fact."""

    def __init__(self, *options):
        self.process = subprocess.Popen([SERVE, "--until-eof", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.facts = {}
        for line in self.process.stdout:
            if line == "\n":
                break
            name, _, value = line.rstrip("\n").partition("=")
            self.facts[name] = value
        else:
            raise RuntimeError("the server did not start")

    def __getitem__(self, name):
        return self.facts[name]

    def admin(self, method, what, body=b""):
        """Ask the server beside its protocol."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        base = self["url"].partition("/EWS")[0]
        request = urllib.request.Request(f"{base}/admin/{what}", data or None, method=method)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def stop(self):
        """End it; its exit status says whether it ever broke the schema."""
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=SECONDS)


class Script:
    """Steps in order, each a test case; they build on one another, so the first failure is the last step."""

    def __init__(self):
        self.steps = []

    def step(self, function):
        """Add a step; its first line of documentation is its name."""
        self.steps.append(function)
        return function

    def run(self, *arguments):
        """All steps as TAP; how many failed."""
        failed = False
        for number, step in enumerate(self.steps, 1):
            name = step.__doc__.splitlines()[0].rstrip(".")
            if failed:
                print(f"not ok {number} {name}\n# an earlier step failed")
                continue
            try:
                step(*arguments)
                print(f"ok {number} {name}", flush=True)
            except Exception:
                failed = True
                print(f"not ok {number} {name}")
                print("\n".join(f"# {line}" for line in traceback.format_exc().splitlines()), flush=True)
        return failed


def tell_schema(facts):
    """Say clearly whether requests and answers were held against the schema."""
    print(f"# schema validation {facts['schema']}")


def end(count, failed):
    """The plan, and the exit status."""
    print(f"1..{count}")
    sys.exit(1 if failed else 0)
