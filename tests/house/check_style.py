#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files, functions and nesting stay small enough to read. `nolint: reason` in a comment answers a complaint, for
the function it stands in, or for the file when it stands in its first ten lines."""
import ast
import re

from house import Report, relative, source_files, without_comments

FILE_LINES = 700
FUNCTION_LINES = 60
NESTING = 4
LINE_LENGTH = 120
NOLINT = re.compile(r"nolint:\s*\w+")


def is_excused(lines):
    return any(NOLINT.search(line) for line in lines)


def check_file(path, lines):
    name = relative(path)
    if not any("SPDX-License-Identifier: LGPL-2.1-or-later" in line for line in lines[:3]):
        yield f"{name}: the licence line is missing"
    if len(lines) > FILE_LINES and not is_excused(lines[:10]):
        yield f"{name}: {len(lines)} lines"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH and not is_excused([line]) and not is_excused(lines[:10]):
            yield f"{name}:{number}: {len(line)} columns"
        if "\t" in line and path.suffix in (".c", ".h"):
            yield f"{name}:{number}: a tab"
        if line != line.rstrip():
            yield f"{name}:{number}: space at the end of the line"


def c_functions(code):
    """(first, last) line numbers of each function body, in GNU layout: its braces stand in the first column."""
    start = None
    for number, line in enumerate(code, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            if line.strip() == "}":
                yield start, number
            start = None


def depth_of(code):
    """How deep blocks stand in one another; initialisers do not count."""
    depth = deepest = 0
    stack = []
    before = ""
    for char in "\n".join(code):
        if char == "{":
            block = before.rstrip()[-1:] not in ("=", ",", "{", "(") or before.rstrip().endswith(")")
            stack.append(block)
            depth += block
            deepest = max(deepest, depth)
        elif char == "}" and stack:
            depth -= stack.pop()
        before = (before + char)[-40:]
    return deepest - 1


def check_c(path, text, lines):
    name = relative(path)
    code = without_comments(text).splitlines()
    for number, line in enumerate(code, 1):
        if re.search(r"\bgoto\b", line) and not is_excused([lines[number - 1]]):
            yield f"{name}:{number}: goto"
    for first, last in c_functions(code):
        if is_excused(lines[max(first - 2, 0):last]):
            continue
        if last - first + 1 > FUNCTION_LINES:
            yield f"{name}:{first}: a function of {last - first + 1} lines"
        if depth_of(code[first - 1:last]) > NESTING:
            yield f"{name}:{first}: blocks stand {depth_of(code[first - 1:last])} deep"


def check_python(path, text, lines):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > FUNCTION_LINES:
            if not is_excused(lines[node.lineno - 1:node.end_lineno]):
                yield f"{relative(path)}:{node.lineno}: a function of {node.end_lineno - node.lineno + 1} lines"


def main():
    report = Report()
    folders = {}
    for path in source_files(".c", ".h", ".py", ".h.in", ".sh", "/dev", "/run", "/serve"):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        complaints = list(check_file(path, lines))
        if path.suffix == ".py" or path.name == "serve":
            complaints += check_python(path, text, lines)
        elif path.suffix in (".c", ".h"):
            complaints += check_c(path, text, lines)
        folders.setdefault(relative(path.parent), []).extend(complaints)
    for folder, complaints in folders.items():
        report.case(f"style of {folder}", complaints)
    report.end()


if __name__ == "__main__":
    main()
