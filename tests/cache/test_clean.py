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


@pytest.mark.parametrize(
    ("foreign", "kept"),
    [
        ("\x1b]0;owned\x07Bloom", "Bloom"),
        ("\x1b]52;c;aGk=\x1b\\Bloom", "Bloom"),
        ("\x1bP1;1|17/ab\x1b\\Bloom", "Bloom"),
        ("\x9d0;owned\x9cBloom", "Bloom"),
        ("\x1b[31;5mBloom\x1b[0m", "Bloom"),
        ("\x9b31mBloom", "Bloom"),
        ("\x1bcBloom", "Bloom"),
        ("Bl\u200boo\u202em\u2066", "Bloom"),
        ("Bloom\x00\x08\x7f\ue000\ud800", "Bloom"),
        ("line\r\nbreak\u2028here\x85and\tthere", "line break here and there"),
        ("So\u0301cie\u0301te\u0301", "S\u00f3ci\u00e9t\u00e9"),
        ("\u0301\u0301x\u0316\u0317\u0318\u0319y", "x\u0316\u0317y"),
        ("\u682a\u5f0f\u4f1a\u793e", "\u682a\u5f0f\u4f1a\u793e"),
        ("[@click=app.quit]Bloom[/]", "[@click=app.quit]Bloom[/]"),
        ("x" * 200, "x" * 79 + "\u2026"),
    ],
)
def test_what_the_gate_lets_through(foreign: str, kept: str) -> None:
    assert clean(foreign) == kept


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
