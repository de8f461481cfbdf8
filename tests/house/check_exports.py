#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library exports what its headers declare, in the right node, and nothing else."""
import re
import subprocess

from house import BUILD, SDK, Report, declared_functions, public_headers


def exported_symbols():
    library = BUILD / "lib" / "libtaube-1.so"
    command = ["nm", "-D", "--defined-only", "--with-symbol-versions", library]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    symbols = {"TAUBE_1": set(), "TAUBE_BACKEND_1": set()}
    for line in lines:
        kind, name = line.split()[-2:]
        name, _, node = name.partition("@@")
        if kind != "A" or name not in symbols:
            symbols.setdefault(node, set()).add(name)
    return symbols


def compare(node, declared, exported):
    for name in sorted(declared - exported):
        yield f"{name} is declared, but not exported in {node}"
    for name in sorted(exported - declared):
        yield f"{name} is exported in {node}, but no header declares it"


def undeclared_names(symbols):
    for node, names in symbols.items():
        for name in sorted(names):
            if not re.match(r"_?taube_", name):
                yield f"{name} ({node}) does not begin with taube_"


def main():
    report = Report()
    symbols = exported_symbols()
    public = {name for header in public_headers() for name in declared_functions(header)}
    sdk = {name for header in SDK.glob("*.h") for name in declared_functions(header)} - public
    report.case("public headers = TAUBE_1", compare("TAUBE_1", public, symbols["TAUBE_1"]))
    report.case("SDK headers = TAUBE_BACKEND_1", compare("TAUBE_BACKEND_1", sdk, symbols["TAUBE_BACKEND_1"]))
    others = {node: names for node, names in symbols.items() if node not in ("TAUBE_1", "TAUBE_BACKEND_1")}
    report.case("no other node", [f"{node}: {sorted(names)}" for node, names in others.items()])
    report.case("one prefix", undeclared_names(symbols))
    report.end()


if __name__ == "__main__":
    main()
