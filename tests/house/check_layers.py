#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom. The table is the architecture; a wrong #include fails here."""
import re

from house import PUBLIC, Report, relative, source_files, without_comments

# folder: the folders whose headers it may include, beside its own. Everybody may include the public headers
# ("taube"); "sdk" is include/taube-backend. Bottom to top.
LAYERS = {
    "include/taube": [],
    "include/taube-backend": [],
    "lib/base": ["sdk"],
    "lib/net": ["sdk", "lib/base"],
    "lib/sasl": ["sdk", "lib/base"],
    "lib/mime": ["sdk", "lib/base"],
    "lib/core": ["sdk", "lib/base", "lib/mime"],
    "lib/login": ["sdk", "lib/base", "lib/net", "lib/sasl", "lib/core"],
    "lib/oauth2": ["sdk", "lib/base", "lib/core"],
    "lib/sync": ["sdk", "lib/base", "lib/mime", "lib/core"],
    "backends/imap": ["sdk"],
    "backends/pop3": ["sdk"],
    "backends/exchange": ["sdk"],
    "helpers/https": ["sdk"],
    "tools": [],
}

# What of the SDK belongs to which layer; a layer may include SDK headers of itself and of those below.
SDK_OF_NET = ["taube-connection.h", "taube-line-reader.h", "taube-dot-reader.h", "taube-certificate-impl.h",
              "taube-client-key.h"]
SDK_OF_SASL = ["taube-sasl.h"]
SDK_OF_LOGIN = ["taube-login.h"]
NO_SDK = {
    "lib/base": SDK_OF_NET + SDK_OF_SASL + SDK_OF_LOGIN,
    "lib/net": SDK_OF_SASL + SDK_OF_LOGIN,
    "lib/sasl": SDK_OF_NET + SDK_OF_LOGIN,
    "lib/mime": SDK_OF_NET + SDK_OF_SASL + SDK_OF_LOGIN,
    "lib/core": ["taube-line-reader.h", "taube-dot-reader.h"] + SDK_OF_SASL + SDK_OF_LOGIN,
    "lib/oauth2": SDK_OF_NET + SDK_OF_SASL + SDK_OF_LOGIN,
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.MULTILINE)
PROTOCOLS = re.compile(r"(?<![a-z])(imap|pop3|exchange|ews|graph|smtp)(?![a-z])", re.IGNORECASE)


def layer_of(name):
    return next((layer for layer in LAYERS if name.startswith(layer + "/")), None)


def target_of(source, quote, included):
    """The layer an #include leads to; None for the system and for other libraries."""
    if included.startswith("taube/"):
        return "taube"
    if included.startswith("taube-backend/"):
        return "sdk"
    if quote == "<":
        return None
    if "/" not in included:
        return layer_of(source)
    for root in ("lib/", "backends/", ""):
        layer = layer_of(root + included)
        if layer is not None:
            return layer
    return layer_of(source)  # a subfolder of its own


def wrong_includes(path):
    name = relative(path)
    layer = layer_of(name)
    own = "sdk" if layer == "include/taube-backend" else "taube" if layer == "include/taube" else layer
    text = without_comments(path.read_text(encoding="utf-8"), keep_strings=True)
    for quote, included in INCLUDE.findall(text):
        target = target_of(name, quote, included)
        if target not in (None, "taube", own, layer) and target not in LAYERS[layer]:
            yield f"{name} includes {included}: {layer} may not know {target}"
        if target == "sdk" and included.split("/")[-1] in NO_SDK.get(layer, []):
            yield f"{name} includes {included}: {layer} may not know that part"


def named_protocols(path):
    """Rule 1: the API names no protocol, outside of comments."""
    text = without_comments(path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        if PROTOCOLS.search(line.replace("_", " ")):
            yield f"{relative(path)}:{number}: {line.strip()}"


def foreign_pools(path):
    """Jobs run on the library's own workers: GLib's pool is shared with its resolver, which they would starve."""
    text = without_comments(path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        if "g_task_run_in_thread" in line:
            yield f"{relative(path)}:{number}: {line.strip()}"


def main():
    report = Report()
    files = source_files(".c", ".h", ".in")
    for layer in LAYERS:
        members = [path for path in files if layer_of(relative(path)) == layer]
        if members:
            report.case(f"includes of {layer}", [c for path in members for c in wrong_includes(path)])
    report.case("no protocol in the API", [c for path in sorted(PUBLIC.glob("*.h*")) for c in named_protocols(path)])
    sources = [path for path in files if relative(path).startswith(("lib/", "backends/"))]
    report.case("no work on GLib's own pool", [c for path in sources for c in foreign_pools(path)])
    report.end()


if __name__ == "__main__":
    main()
