#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public symbol has a doc comment: functions with a description and all their parameters, types, enum members,
properties and signals."""
import re

from house import PUBLIC, ROOT, Report, declared_functions, relative, without_comments

BLOCK = re.compile(r"/\*\*\n +\* (?:SECTION:)?([\w:-]+?):?(?: \([^\n]*)?\n(.*?)\*/", re.DOTALL)
ENUM = re.compile(r"typedef enum[^{]*\{(.*?)\}\s*(\w+);", re.DOTALL)
TYPE = re.compile(r"typedef struct _\w+ (\w+);")
MACRO = re.compile(r"^#define (TAUBE_\w+)", re.MULTILINE)
CLASS = re.compile(r"^G_DEFINE_\w*TYPE\w* \((Taube\w+)", re.MULTILINE)
PROPERTY = re.compile(r'g_param_spec_\w+ \("([\w-]+)"')
SIGNAL = re.compile(r'g_signal_new \("([\w-]+)"')
CALLBACK = re.compile(r"typedef [\w\s*]+\(\*(\w+)\)")


def doc_blocks():
    """name -> text of its doc comment."""
    blocks = {}
    for path in sorted(PUBLIC.glob("*.h*")) + sorted((ROOT / "lib").rglob("*.c")) + sorted((ROOT / "lib").rglob("*.h")):
        for name, text in BLOCK.findall(path.read_text(encoding="utf-8")):
            blocks[name] = text
    return blocks


def prototypes(header):
    text = re.sub(r"\s+", " ", without_comments(header.read_text(encoding="utf-8")))
    for name, parameters in re.findall(r"TAUBE_API [^;(]*?\b(taube_\w+) \(([^;]*)\)[^;()]*;", text):
        names = [re.sub(r"\[.*", "", p).split()[-1].lstrip("*") for p in split_parameters(parameters)]
        yield name, [n for n in names if n not in ("void", "...")]


def split_parameters(text):
    return [part for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def has_description(text):
    """Whether a paragraph is about the symbol itself, not about a parameter, what is returned, or a version."""
    paragraphs = re.split(r"\n\s*\n", re.sub(r"^ \* ?", "", text, flags=re.MULTILINE))
    return any(p.strip() and not re.match(r"@\w+:|Returns:|Since:|Deprecated:|Stability:", p.strip())
               for p in paragraphs)


def undocumented_functions(header, blocks):
    for name, parameters in prototypes(header):
        if name.endswith(("_get_type", "_error_quark")):
            continue
        if name not in blocks:
            yield f"{relative(header)}: {name}() has no doc comment"
            continue
        if not has_description(blocks[name]):
            yield f"{relative(header)}: {name}() has no description"
        for parameter in parameters:
            if parameter not in ("self", "error") and f"@{parameter}:" not in blocks[name]:
                yield f"{relative(header)}: {name}(): @{parameter} is not described"


def undocumented_types(header, blocks):
    text = header.read_text(encoding="utf-8")
    plain = without_comments(text)
    for members, name in ENUM.findall(plain):
        if name not in blocks:
            yield f"{relative(header)}: {name} has no doc comment"
            continue
        for member in re.findall(r"\b(TAUBE_\w+)\b(?=\s*[,=\n}])", members):
            if f"@{member}:" not in blocks[name]:
                yield f"{relative(header)}: {member} is not described"
    for name in TYPE.findall(plain) + CALLBACK.findall(plain):
        if name not in blocks:
            yield f"{relative(header)}: {name} has no doc comment"


def undocumented_macros(header, blocks):
    text = without_comments(header.read_text(encoding="utf-8"))
    types = {name.replace("TAUBE_TYPE_", "") for name in MACRO.findall(text) if name.startswith("TAUBE_TYPE_")}
    for name in MACRO.findall(text):
        # Type macros are part of their type.
        stem = re.sub(r"^TAUBE_(TYPE_|IS_)?|(_GET)?_(CLASS|IFACE)$", "", name)
        if stem not in types and name != "TAUBE_API" and name not in blocks:
            yield f"{relative(header)}: {name} has no doc comment"


def undocumented_members(source, public_types, blocks):
    """Properties and signals of a public class."""
    text = source.read_text(encoding="utf-8")
    for name in CLASS.findall(text):
        if name not in public_types:
            continue
        for pattern, separator in ((PROPERTY, ":"), (SIGNAL, "::")):
            for member in pattern.findall(text):
                if f"{name}{separator}{member}" not in blocks:
                    yield f"{relative(source)}: {name}{separator}{member} has no doc comment"


def main():
    report = Report()
    blocks = doc_blocks()
    public_types = {name for header in PUBLIC.glob("*.h*") for name in TYPE.findall(header.read_text(encoding="utf-8"))}
    for header in sorted(PUBLIC.glob("*.h*")):
        complaints = [*undocumented_functions(header, blocks), *undocumented_types(header, blocks),
                      *undocumented_macros(header, blocks)]
        if declared_functions(header) or complaints:
            report.case(header.name, complaints)
    report.case("properties and signals", [c for source in sorted((ROOT / "lib").rglob("*.c"))
                                           for c in undocumented_members(source, public_types, blocks)])
    report.end()


if __name__ == "__main__":
    main()
