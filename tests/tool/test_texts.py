#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people read: German is complete and in the wording of the comparison table; the man page tells of everything."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tool import SOURCE, TAUBE, case, environment, expect, expect_equal, main, taube

GERMAN = environment(language="de_DE.UTF-8")
TABLE = {"E-Mail Abruf": "Ja", "E-Mail synchronisiert": "Ja", "E-Mails verbleiben auf dem Server": "Ja",
         "Kontakte synchronisiert": "Nein", "Kalender synchronisiert": "Nein", "Abruf von mehreren Geräten": "Ja"}
# Those of the source, so that none is forgotten: "&verb_mark_seen" is mark-seen.
VERBS = sorted(name.replace("_", "-") for name in
               re.findall(r"&verb_([a-z_]+)", (SOURCE / "tools" / "taube" / "main.c").read_text(encoding="utf-8")))
MARKED = re.compile(r'\b(?:N_|_) \(\s*"')


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    expect_equal(done.returncode, 0, done.stderr)
    return done.stdout


@case("the table in German, in the original wording")
def _():
    lines = taube("capabilities", env=GERMAN).good().out.splitlines()
    rows = [re.split("  +", line) for line in lines]
    expect_equal(dict(rows[1:7]), TABLE)
    cells = {row[1] for row in rows[1:21]}
    expect_equal(cells, {"Ja", "Nein", "Ja / Nein"})


@case("help and errors in German")
def _():
    expect("Aufruf" in taube("--help", env=GERMAN).good().out)
    expect("neuesten" in taube("list", "--help", env=GERMAN).good().out)
    taube("lst", env=GERMAN).bad(2, "Verb", "gibt es nicht")
    taube("list", env=GERMAN).bad(2, "erwartet wird eine URI")
    # What the library and the module say, too.
    taube("list", "imap://a:b@host/", env=GERMAN).bad(2, "ein Passwort darf nicht darin stehen")
    with_password = {**GERMAN, "TAUBE_PASSWORD": "x"}
    taube("list", "imaps://a@localhost:1/INBOX", env=with_password).bad(5, "keine Verbindung mit localhost:1")
    taube("folders", "imaps://a@localhost/?tls=none", env=with_password).bad(2, "widersprechen einander")


@case("in the C locale only ASCII comes on standard error, whatever is said")
def _():
    env = environment(language="C")
    for words in (["list", "--limit=x", "y"], ["folders", "http://x"], ["folders", "imap://ü:ö@host/"], ["lüst"],
                  ["list", "--ca-file=/nonexistent/ü", "imaps://localhost:1/ü"]):
        run_in_c = taube(*words, env=env)
        expect(run_in_c.code != 0 and run_in_c.err.isascii() and "?" not in run_in_c.err.replace("?tls", ""), run_in_c)
    for words in (["--help"], ["list", "--help"]):
        expect(taube(*words, env=env).good().raw.isascii(), words)


@case("every file with texts to translate is in POTFILES")
def _():
    listed = set((SOURCE / "po" / "POTFILES").read_text().split())
    found = {path.relative_to(SOURCE).as_posix() for folder in ("lib", "backends", "helpers", "tools")
             for path in (SOURCE / folder).rglob("*.[ch]") if MARKED.search(path.read_text(encoding="utf-8"))}
    expect_equal(sorted(listed), sorted(found))


@case("German has every text of the sources, none fuzzy, none left over")
def _():
    if shutil.which("xgettext") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        template, merged = Path(folder) / "taube.pot", Path(folder) / "de.po"
        run("xgettext", "--from-code=UTF-8", "-k_", "-kN_", "-f", "po/POTFILES", "-o", template, cwd=SOURCE)
        run("msgmerge", "--quiet", "--no-fuzzy-matching", "-o", merged, "po/de.po", template, cwd=SOURCE)
        for kind in ("--untranslated", "--only-fuzzy", "--only-obsolete"):
            left = re.findall(r'^(?:#~ )?msgid "(.+)"', run("msgattrib", kind, "--no-wrap", merged), re.MULTILINE)
            expect_equal(left, [], kind)
        run("msgfmt", "--check-format", "-o", Path(folder) / "de.mo", merged)


def complete(*words):
    """What bash offers after WORDS; bash splits at equals signs."""
    script = (f'source "{SOURCE}/tools/taube/taube.bash"; taube() {{ "{TAUBE}" "$@"; }}; compopt() {{ :; }}\n'
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _taube; echo "${COMPREPLY[*]}"')
    return run("bash", "-c", script, "bash", *words, env=environment()).split()


@case("completion in bash")
def _():
    expect_equal(complete("taube", "l"), ["list", "login"])
    expect_equal(complete("taube", "login", "--provider", "=", "m"), ["microsoft"])
    expect_equal(complete("taube", "help", "s"), ["search", "send", "show", "subscribe"])
    expect_equal(complete("taube", "search", "--sort", "=", "si"), ["size"])
    expect_equal(complete("taube", "list", "--l"), ["--limit="])
    expect_equal(complete("taube", "show", "--r"), ["--raw"])
    expect_equal(complete("taube", "list", "--format", "=", "j"), ["json"])
    expect_equal(complete("taube", "list", "--format", "="), ["table", "json"])


@case("the man page has every option and verb, and no other")
def _():
    page = (SOURCE / "tools" / "taube" / "taube.1").read_text(encoding="utf-8")
    plain = re.sub(r"\\f.", "", page.replace("\\-", "-"))
    options = set()
    for verb in VERBS:
        options |= set(re.findall(r"--[a-z-]+", taube("help", verb).good().out))
        expect(re.search(rf"^\.BR? {verb}$", page, re.MULTILINE), verb)
    options |= set(re.findall(r"--[a-z-]+", taube("--help").good().out))
    expect_equal(sorted(options - set(re.findall(r"--[a-z-]+", plain))), [])
    expect_equal(sorted(set(re.findall(r"--[a-z-]+", plain)) - options), [])


@case("the man page has every exit code")
def _():
    page = (SOURCE / "tools" / "taube" / "taube.1").read_text(encoding="utf-8")
    codes = re.findall(r"^(\d+)  ", page, re.MULTILINE)
    expect_equal(codes, list("01234567"))
    expect("130" in page)


@case("the man page is set without a complaint")
def _():
    if shutil.which("groff") is None:
        return
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", SOURCE / "tools" / "taube" / "taube.1"],
                          capture_output=True, text=True, check=False)
    expect_equal([done.returncode, done.stderr], [0, ""])


main()
