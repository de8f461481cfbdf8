#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write the linker's export map: one node for the public headers, one for the backend SDK.

usage: make-map.py OUTPUT INCLUDE-FOLDER HEADER...
"""
import re
import sys
from pathlib import Path

DECLARATION = re.compile(r"^\s*TAUBE_API\b[^;{]*?\b(_?taube_\w+)\s*(?:\(|;|\[)", re.MULTILINE)


def exported(header):
    text = re.sub(r"/\*.*?\*/", "", Path(header).read_text(encoding="utf-8"), flags=re.DOTALL)
    # mkenums puts its decorator on a line of its own
    return set(DECLARATION.findall(text))


def main(output, include, *headers):
    nodes = {"TAUBE_1": set(), "TAUBE_BACKEND_1": set()}
    for header in headers:
        sdk = Path(header).resolve().is_relative_to(Path(include).resolve() / "taube-backend")
        nodes["TAUBE_BACKEND_1" if sdk else "TAUBE_1"] |= exported(header)
    nodes["TAUBE_BACKEND_1"] -= nodes["TAUBE_1"]
    public = "".join(f"    {name};\n" for name in sorted(nodes["TAUBE_1"]))
    backend = "".join(f"    {name};\n" for name in sorted(nodes["TAUBE_BACKEND_1"]))
    Path(output).write_text(
        f"TAUBE_1 {{\n  global:\n{public}  local:\n    *;\n}};\n\n"
        f"TAUBE_BACKEND_1 {{\n  global:\n{backend}}} TAUBE_1;\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
