"""The gate for foreign text, by itself: what passes can be drawn, stored and compared as it is."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from tests.cache.holdings_maker import NOW
from tests.torture.hostile import PAYLOADS

CLEANED = {
    "plain name": "plain name",
    "  two \t\r\n blanks  ": "two blanks",
    "L'Or\u00e9al S\u00e3o M\u00fcller": "L'Or\u00e9al S\u00e3o M\u00fcller",
    "Cafe\u0301": "Caf\u00e9",
    "東京エレクトロン 三星": "東京エレクトロン 三星",
    "a\x00b\x07c\x7fd\x9fe": "abcd",  # APC without an end takes the rest with it
    "\x1b[31mred\x1b[0m": "red",
    "\x1b]0;owned\x07title": "title",
    "\x1b]52;c;ZXZpbA==\x1b\\clip": "clip",
    "\x9b31mC1": "C1",
    "\x1bPq#0\x1b\\sixel": "sixel",
    "\x1bcreset": "reset",
    "evil\u202egnp.exe\u2066x\u2069": "evilgnp.exex",
    "zero\u200bwidth\u200d\ufeff\u00ad": "zerowidth",
    "line\u2028para\u2029end\u0085x": "line para end x",
    "priv\ue000ate\U000f0000": "private",
    "sur\ud800rogate": "surrogate",
    "tag\U000e0041s": "tags",
    "nbsp\u00a0\u3000wide": "nbsp wide",
    "z\u0300\u0301\u0302\u0303\u0304algo": "z\u0300\u0301algo",
    "\u0301start": "start",
    "[@click=app.bell]x[/]": "[@click=app.bell]x[/]",
    "\x1bP1;1|17/ab\x1b\\Bloom": "Bloom",
    "\x9d0;owned\x9cBloom": "Bloom",
    "\x1b[31;5mBloom\x1b[0m": "Bloom",
    "Bl\u200boo\u202em\u2066": "Bloom",
    "Bloom\x00\x08\x7f\ue000\ud800": "Bloom",
    "line\r\nbreak\u2028here\x85and\tthere": "line break here and there",
    "So\u0301cie\u0301te\u0301": "S\u00f3ci\u00e9t\u00e9",
    "\u0301\u0301x\u0316\u0317\u0318\u0319y": "x\u0316\u0317y",
    "x" * 200: "x" * 79 + "\u2026",
}


def test_what_the_gate_lets_through() -> None:
    assert {foreign: clean(foreign) for foreign in CLEANED} == CLEANED


def test_the_gate_cuts() -> None:
    assert clean("x" * 100, 10) == "xxxxxxxxx…"
    assert clean("x" * 10, 10) == "x" * 10
    assert len(clean("名" * 1000)) == 80


@pytest.mark.process
def test_a_files_names_and_sectors_pass_the_gate() -> None:
    from cache.sources.holdings.read import read_holdings

    texts = [p.encode("utf-8", "ignore").decode().replace("\0", "") for p in PAYLOADS]
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("symbol", "name", "sector", "weight"))
    table.writerows((f"A{n}", f"{t} name", f"{t} sector", 1) for n, t in enumerate(texts))
    found = read_holdings(
        out.getvalue().encode(), "x.csv", fund="MINE", as_of=date(2026, 3, 31), now=NOW
    )
    held = found.holdings
    assert len(held.symbols) > len(texts) // 2
    for text in (*held.names, *held.sectors):
        assert text == clean(text) and text.isprintable()
    # A control string goes with what is in it; what stood outside one stays.
    assert sum("PWN" in name for name in held.names) > 12
    assert all(name.endswith("name") for name in held.names)


def test_an_error_names_a_column_and_a_symbol_as_they_may_be_shown() -> None:
    title = "\x1b[31mShares\n" + "held, " * 500
    error = SourceError("is no number", file="x.csv", line=3, column=title, symbol="A\u202eB")
    assert str(error).startswith("x.csv, line 3, column Shares held, held")
    assert str(error).endswith("…, AB: is no number")
    assert str(error).isprintable() and len(str(error)) < 120
