#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an error says is marked for translation: no phrase stands bare among the arguments of what makes errors."""
import re

from house import ROOT, Report, relative, without_comments

FOLDERS = ("lib", "backends")
# What gives a text to an error, by its name wherever it stands; "fail" and "refuse" are what files call their own.
MAKERS = re.compile(r"\b(g_set_error|g_set_error_literal|g_error_new|g_error_new_literal|g_prefix_error|"
                    r"g_propagate_prefixed_error|g_task_return_new_error|taube_error_new_throttled|imap_session_call|"
                    r"imap_call_new|imap_errors_new|fail|refuse|set_reason|make_error|"
                    r"set_unknown) \(")
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
# Words, not names of commands, conversions or punctuation.
PHRASE = re.compile(r"[a-z]{2,} [a-z(\"%]|^\"[a-z]+ [a-z]|[a-z]{2}: %s")


def arguments(text, start):
    """What stands between the bracket before START and the one that closes it."""
    depth, at = 1, start
    while depth > 0 and at < len(text):
        if text[at] == '"':
            at = LITERAL.match(text, at).end()
            continue
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    return text[start:at - 1]


def without_marked(text):
    """TEXT without what stands in _ (…) and N_ (…)."""
    kept, at = [], 0
    for mark in re.finditer(r"\bN?_ \(", text):
        if mark.start() < at:
            continue
        kept.append(text[at:mark.start()])
        at = mark.end() + len(arguments(text, mark.end())) + 1
    return "".join(kept) + text[at:]


def complaints(path):
    text = path.read_text(encoding="utf-8")
    plain = without_comments(text, keep_strings=True)
    allowed = "nolint: not translated" in text
    for maker in MAKERS.finditer(plain):
        for literal in LITERAL.findall(without_marked(arguments(plain, maker.end()))):
            if PHRASE.search(re.sub(r"%[-.*\d]*[a-z]", "%s", literal)) and not allowed:
                yield f"{relative(path)}: {maker.group(1)}(): {literal} is not marked for translation"


def main():
    report = Report()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.c")):
            found = list(complaints(path))
            if found or MAKERS.search(path.read_text(encoding="utf-8")):
                report.case(str(relative(path)), found)
    report.end()


if __name__ == "__main__":
    main()
