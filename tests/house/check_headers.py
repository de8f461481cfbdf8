#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each header of the API and the SDK compiles alone, in C and in C++, without a warning."""
import subprocess
import tempfile
from pathlib import Path

from house import SDK, Report, compiler_flags, public_headers

LANGUAGES = {"C": ["cc", "-xc", "-std=gnu11", "-Wstrict-prototypes"], "C++": ["c++", "-xc++", "-std=c++11"]}
STRICT = ["-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]


def link_headers(folder, headers):
    """A folder that holds these headers and no others, so that an include of anything else fails."""
    folder.mkdir(parents=True)
    for header in headers:
        (folder / header.name).symlink_to(header)


def compile_alone(name, command, includes, flags):
    run = subprocess.run([*command, *STRICT, *includes, *flags, "-"], input=f"#include <{name}>\n",
                         capture_output=True, text=True, check=False)
    return [run.stderr] if run.returncode != 0 else []


def main():
    report = Report()
    flags = compiler_flags("gio-2.0")
    with tempfile.TemporaryDirectory() as temporary:
        applications, modules = Path(temporary) / "applications", Path(temporary) / "modules"
        link_headers(applications / "taube", public_headers())
        link_headers(modules / "taube-backend", sorted(SDK.glob("*.h")))
        for language, command in LANGUAGES.items():
            for header in public_headers():
                name = f"taube/{header.name}"
                report.case(f"{language} {name}", compile_alone(name, command, [f"-I{applications}"], flags))
            for header in sorted(SDK.glob("*.h")):
                name = f"taube-backend/{header.name}"
                includes = [f"-I{applications}", f"-I{modules}"]
                report.case(f"{language} {name}", compile_alone(name, command, includes, flags))
    report.end()


if __name__ == "__main__":
    main()
