#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each header of the API and the SDK compiles alone, in C and in C++, without a warning."""
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house import SDK, Report, compiler_flags, public_headers

COMPILERS = {"C": ["cc", "-xc", "-std=gnu11", "-Wstrict-prototypes"], "C++": ["c++", "-xc++", "-std=c++11"]}
STRICT = ["-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]


def link_headers(folder, headers):
    """A folder that holds these headers and no others, so that an include of anything else fails."""
    folder.mkdir(parents=True)
    for header in headers:
        (folder / header.name).symlink_to(header)


def compile_alone(name, command):
    text = f"#include <{name}>\n"
    run = subprocess.run([*command, *STRICT, "-"], input=text, capture_output=True, text=True, check=False)
    return [run.stderr] if run.returncode != 0 else []


def prepare_cxx(folder, flags):
    """What C++ adds to the check in C is quick to see when GIO is read once for all."""
    header = folder / "gio.hpp"
    header.write_text("#include <gio/gio.h>\n", encoding="ascii")
    subprocess.run([*COMPILERS["C++"][:1], *COMPILERS["C++"][2:], *flags, str(header)], check=True)
    return ["-include", str(header)]


def main():
    report = Report()
    flags = compiler_flags("gio-2.0")
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        applications, modules = Path(temporary) / "applications", Path(temporary) / "modules"
        link_headers(applications / "taube", public_headers())
        link_headers(modules / "taube-backend", sorted(SDK.glob("*.h")))
        names = {f"taube/{header.name}": [f"-I{applications}"] for header in public_headers()}
        names |= {f"taube-backend/{h.name}": [f"-I{applications}", f"-I{modules}"] for h in sorted(SDK.glob("*.h"))}
        ahead = {"C": [], "C++": prepare_cxx(Path(temporary), flags)}
        jobs = {(language, name): pool.submit(compile_alone, name, [*command, *ahead[language], *includes, *flags])
                for language, command in COMPILERS.items() for name, includes in names.items()}
        for (language, name), job in jobs.items():
            report.case(f"{language} {name}", job.result())
    report.end()


if __name__ == "__main__":
    main()
