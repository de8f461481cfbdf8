# SPDX-License-Identifier: LGPL-2.1-or-later
"""Thunderbird from outside: a profile, the program without a screen, and scripts that run in it by Marionette."""
import json
import socket
import subprocess
import time
from pathlib import Path

from support import SECONDS, plain_environment

OFF = ("toolkit.telemetry.enabled", "datareporting.policy.dataSubmissionEnabled", "app.update.enabled",
       "app.normandy.enabled", "extensions.update.enabled", "browser.safebrowsing.update.enabled",
       "network.captive-portal-service.enabled", "network.connectivity-service.enabled", "mailnews.start_page.enabled",
       "mail.shell.checkDefaultClient", "mail.biff.show_alert", "mail.inappnotifications.enabled")
ON = ("mail.provider.suppress_dialog_on_startup", "mail.spotlight.firstRunDone")
WRAPPER = """
const [...args] = arguments;
const done = args.pop();
(async () => { %s })().then(value => done({value}), error => done({error: `${error}\\n${error.stack || ""}`}));
"""


def write_profile(folder):
    """A profile in which nothing asks and nothing goes out; the port of Marionette is any that is free."""
    lines = [f'user_pref("{name}", false);' for name in OFF] + [f'user_pref("{name}", true);' for name in ON]
    lines += ['user_pref("marionette.port", 0);', 'user_pref("network.proxy.type", 0);',
              'user_pref("mailnews.start_page_override.mstone", "ignore");']
    (Path(folder) / "user.js").write_text("\n".join(lines) + "\n", encoding="ascii")


class Thunderbird:
    """The program, with one connection to it."""

    def __init__(self, program, folder):
        write_profile(folder)
        self.counter = 0
        environment = plain_environment(HOME=str(folder), MOZ_HEADLESS="1", MOZ_CRASHREPORTER_DISABLE="1")
        with (Path(folder) / "output").open("wb") as output:
            command = [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
            self.process = subprocess.Popen([*command, "-profile", folder], env=environment, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output)
        try:
            self.connect(folder)
        except Exception:
            self.stop()
            raise

    def connect(self, folder):
        """A session that may do everything."""
        self.socket = socket.create_connection(("127.0.0.1", self.wait_for_port(folder)), timeout=SECONDS)
        self.file = self.socket.makefile("rb")
        self.read()
        self.call("WebDriver:NewSession", capabilities={})
        self.call("Marionette:SetContext", value="chrome")
        self.call("WebDriver:SetTimeouts", script=SECONDS * 500)

    def wait_for_port(self, folder):
        """The port that it wrote into its profile."""
        place, last = Path(folder) / "MarionetteActivePort", time.monotonic() + SECONDS
        while time.monotonic() < last and self.process.poll() is None:
            if place.exists() and place.read_text(encoding="ascii").strip():
                return int(place.read_text(encoding="ascii"))
            time.sleep(0.1)
        raise RuntimeError("Thunderbird did not start")

    def read(self):
        """The next message: its length, a colon, JSON."""
        length = b""
        while not length.endswith(b":"):
            length += self.file.read(1) or self.fail()
        return json.loads(self.file.read(int(length[:-1])))

    @staticmethod
    def fail():
        """It has gone."""
        raise ConnectionError("Thunderbird has gone")

    def call(self, name, **parameters):
        """A command of Marionette's."""
        self.counter += 1
        data = json.dumps([0, self.counter, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(data), data))
        _, _, error, result = self.read()
        if error:
            raise RuntimeError(error["message"])
        return result

    def run(self, script, *arguments):
        """What a script returns; it runs in the program and may wait."""
        result = self.call("WebDriver:ExecuteAsyncScript", script=WRAPPER % script, args=list(arguments), sandbox=None,
                           newSandbox=True)["value"]
        if "error" in result:
            raise RuntimeError(result["error"])
        return result.get("value")

    def stop(self):
        """End it."""
        self.process.kill()
        self.process.wait()
