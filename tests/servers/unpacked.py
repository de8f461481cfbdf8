# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers that ./dev setup unpacked into a cache folder (tools/dev/servers.sh)."""
import os
from pathlib import Path

from private_server import MissingServer


def cache_folder():
    if os.environ.get("TAUBE_SERVERS"):
        return Path(os.environ["TAUBE_SERVERS"])
    if os.getuid() == 0:
        return Path("/var/cache/taube/servers")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "taube" / "servers"


class Unpacked:
    """The files of one such server."""

    def __init__(self, kind):
        folder = cache_folder() / kind
        if not (folder / "stamp").exists():
            raise MissingServer(f"{kind} is not there: {folder} (./dev setup unpacks it)")
        self.root = folder / "root"
        lines = (folder / "packages").read_text(encoding="ascii").splitlines()
        self.packages = dict(line.split("=", 1) for line in lines)

    def library_path(self):
        folders = {str(file.parent) for file in self.root.rglob("*.so*")}
        return ":".join(sorted(folders, key=lambda name: (len(name), name)))

    def environment(self, **more):
        """What its programs need, and nothing of ours."""
        plugins = [str(path) for path in (Path("/usr/lib"), self.root / "usr/lib") for path in path.glob("*/sasl2")]
        return dict(PATH=os.environ.get("PATH", "/usr/bin:/bin"), LD_LIBRARY_PATH=self.library_path(),
                    SASL_PATH=":".join(plugins), **more)
