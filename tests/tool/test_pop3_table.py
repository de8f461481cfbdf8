#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command over POP3: what the comparison table says of a live maildrop, in both languages."""
import re

from tool import BUILD, Dovecot, case, environment, expect, expect_equal, main, taube

BACKENDS = str(BUILD / "backends" / "pop3")
ENGLISH = environment(TAUBE_BACKEND_PATH=BACKENDS)
GERMAN = environment(language="de_DE.UTF-8", TAUBE_BACKEND_PATH=BACKENDS)
server = None


def uri(rest=""):
    query = rest.replace("?", "&", 1) if rest.startswith("?") else rest
    return f"pop3s://alice@localhost:{server.facts['pop3s']}/?ca-file={server.facts['ca-file']}{query}"


def read_rows(*arguments, env=ENGLISH):
    out = taube("capabilities", *arguments, env=env).good().out
    return {row[0]: row[1:] for row in (re.split("  +", line) for line in out.splitlines()) if len(row) > 1}


@case("the table of the protocol: what depends is \"yes / no\"")
def _():
    (backend,) = taube("capabilities", "pop3", "--format=json", env=ENGLISH).json()["backends"]
    expect_equal(backend["schemes"], ["pop", "pops", "pop3", "pop3s"])
    cells = backend["capabilities"]
    table = {row: cell["support"] for row, cell in cells.items()}
    expect_equal([table[row] for row in list(table)[:6]], ["yes", "no", "conditional", "no", "no", "conditional"])


@case("a live maildrop: the conditions are resolved, with evidence")
def _():
    cells = taube("capabilities", uri(), "--format=json", env=ENGLISH).json()["capabilities"]
    keeps, devices = cells["keeps-on-server"], cells["multi-device"]
    expect_equal([keeps["support"], keeps["evidence"]], ["yes", "leave=forever, no CAPA EXPIRE"])
    expect_equal([devices["support"], devices["evidence"]], ["yes", "leave=forever, CAPA UIDL, no CAPA EXPIRE"])
    expect_equal(keeps["levels"]["protocol"]["support"], "conditional")
    for cell in cells.values():
        expect(cell["support"] != "conditional", cell)
        expect(cell["evidence"] or cell["reason"], cell)


@case("the setting decides: nothing stays with leave=no")
def _():
    cells = taube("capabilities", uri("?leave=no"), "--format=json", env=ENGLISH).json()["capabilities"]
    expect_equal([cells[row]["support"] for row in ("keeps-on-server", "multi-device")], ["no", "no"])
    for text in ("days=30", "days%3D30"):
        cells = taube("capabilities", uri(f"?leave={text}"), "--format=json", env=ENGLISH).json()["capabilities"]
        expect_equal([cells["keeps-on-server"]["support"], cells["keeps-on-server"]["evidence"]],
                     ["yes", "leave=days=30, no CAPA EXPIRE"])


@case("the table in English")
def _():
    rows = read_rows(uri())
    expect_equal(rows["Mail stays on the server"], ["yes / no", "yes / no", "yes", "leave=forever, no CAPA EXPIRE"])
    expect_equal(rows["Mail synchronised"][:3], ["no", "no", "no"])


@case("the table in German, in the original wording")
def _():
    rows = read_rows(uri("?leave=no"), env=GERMAN)
    expect_equal(rows["E-Mail Abruf"][:3], ["Ja", "Ja", "Ja"])
    expect_equal(rows["E-Mail synchronisiert"][:3], ["Nein", "Nein", "Nein"])
    expect_equal(rows["E-Mails verbleiben auf dem Server"][:3], ["Ja / Nein", "Ja / Nein", "Nein"])
    expect_equal(rows["Abruf von mehreren Geräten"][:3], ["Ja / Nein", "Ja / Nein", "Nein"])
    expect_equal(rows["Kontakte synchronisiert"][3], "POP3 kennt nur E-Mail")


@case("a wrong password in German")
def _():
    env = environment(password="falsch", language="de_DE.UTF-8", TAUBE_BACKEND_PATH=BACKENDS)
    result = taube("folders", uri(), env=env)
    expect(result.code != 0 and "falsch" not in result.err, result)
    expect("Anmelden bei localhost" in result.err, result)


if __name__ == "__main__":
    with Dovecot("--messages=3") as server:
        main()
