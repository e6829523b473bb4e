"""A user's own list of industries: read, stored, taken back; and files that name them."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cache.facts.errors import SourceError, StoreError
from cache.sources.holdings import layouts
from cache.sources.industries import parse
from cache.sources.sniff import kind_of
from cache.store import draft
from cache.store.draft import Note
from cache.store.store import Store
from core.data.industries import IndustryList

NOW = datetime(2026, 6, 27, 12, 30, tzinfo=UTC)
ARGS: dict[str, Any] = {"columns": {}, "ignore": []}
LIST = """our own list

Ticker;GICS Sector;GICS Sub-Industry;Name
BRK/B;Financial Services;Multi-Sector Holdings;Berkshire
 mu us;Technology;Semiconductors;Micron
META;Communication;-;Meta
a b c;Energy;Oil;Nobody
MU;Technology;Memory;Micron again
"""


def read(text: str | bytes, **args: Any) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    return parse(io.BytesIO(data), ARGS | args)[0]


def test_a_list_is_read_by_its_titles_and_bad_rows_are_refused_by_line() -> None:
    fields = read(LIST)
    assert fields["rows"] == {
        "BRK-B": ("Multi-Sector Holdings", "Financials"),
        "MU": ("Semiconductors", "Information Technology"),
    }
    assert fields["blank"] == 1
    assert [(line, column) for line, column, *_ in fields["rejected"]] == [
        (7, "Ticker"), (8, "GICS Sub-Industry"),
    ]  # fmt: skip
    assert fields["titles"] == {
        "symbol": "Ticker", "industry": "GICS Sub-Industry", "sector": "GICS Sector",
    }  # fmt: skip


def test_json_and_named_columns() -> None:
    rows = [{"symbol": "MU", "group": "Memory", "industry": "Chips"}]
    assert read(json.dumps(rows))["rows"] == {"MU": ("Chips", "")}
    named = read(json.dumps(rows), columns={"industry": "group"}, ignore=["industry"])
    assert named["rows"] == {"MU": ("Memory", "")}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("symbol,weight\nMU,1\n", "no header with a symbol and an industry"),
        ("", "is empty; a file with a header and rows is needed"),
        ("symbol,industry\nMU,-\n", "every cell of its column of industries is empty"),
        ("symbol,industry\n$,Oil\n", 'the first: "\\$" is no symbol'),
        ("symbol,industry,industry\nMU,a,b\n", "this column appears twice"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        read(text)


def test_the_kind_of_a_list_is_told_by_its_titles(tmp_path: Path) -> None:
    for name, text in (
        ("a.csv", LIST),
        ("b.csv", "symbol\tindustry\nMU\tChips\n"),
        ("c.json", '[{"Symbol": "MU", "Sub-Industry": "Chips"}]'),
    ):
        (tmp_path / name).write_text(text)
        assert kind_of(tmp_path / name) == "industries"
    for text in ("symbol,industry,weight\nMU,Chips,100%\n", "symbol,sector\nMU,Energy\n"):
        (tmp_path / "h.csv").write_text(text)
        assert kind_of(tmp_path / "h.csv") == "holdings"
    (tmp_path / "p.csv").write_text("symbol,industry,date,close\nMU,Chips,2026-06-26,1\n")
    assert kind_of(tmp_path / "p.csv") == "prices"


def holdings(text: str) -> dict[str, Any]:
    return layouts.parse(io.BytesIO(text.encode()), {"columns": {}, "ignore": []})[0]


def test_a_funds_file_says_industries_beside_or_instead_of_sectors() -> None:
    both = holdings("symbol,sector,industry,weight\nAAA,Energy,Oil,60%\nBBB,Financials,n/a,40%\n")
    assert both["sectors"] == ["Energy", "Financials"] and both["industries"] == ["Oil", ""]
    # a column titled "Industry" that holds nothing but sectors is one of sectors
    alone = holdings("symbol,industry,weight\nAAA,Energy,60%\nBBB,-,40%\n")
    assert (alone["sectors"], alone["industries"]) == (["Energy", ""], ["", ""])
    assert alone["titles"]["sector"] == "industry"
    # where one of its cells is no sector none is guessed
    mixed = holdings("symbol,industry,weight\nAAA,Energy,60%\nBBB,Banks,40%\n")
    assert (mixed["sectors"], mixed["industries"]) == (["", ""], ["Energy", "Banks"])


def industry_list(industry: str, as_of: date | None = None) -> IndustryList:
    return IndustryList(("MU", "BE"), (industry, "Power"), ("", "Industrials"), "a.csv", NOW, as_of)


def test_lists_are_kept_in_order_and_each_import_is_taken_back_by_itself(tmp_path: Path) -> None:
    store = Store(tmp_path / "market")

    def bring(one: IndustryList) -> int:
        return store.commit(industries=one, note=Note("industries", NOW, "a.csv")).generation

    first, second = industry_list("Chips"), industry_list("Memory", date(2026, 6, 1))
    numbers = [bring(one) for one in (first, second, first)]
    assert store.read().industries == (first, second, first)
    assert bring(industry_list("Chips")) == numbers[-1], "the same list again changes nothing"
    assert [entry.id for entry in store.journal()] == numbers
    store.change(lambda change: change.take_back(numbers[0]))
    assert Store(tmp_path / "market").read().industries == (second, first)
    store.change(lambda change: change.take_back(numbers[2]))
    assert store.read().industries == (second,)
    store.change(lambda change: change.take_back(numbers[1]))
    assert store.read().industries == () and store.journal() == ()


def test_more_lists_than_are_read_at_every_start_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "LISTS", 1)
    store = Store(tmp_path / "market")
    store.commit(industries=industry_list("Chips"))
    with pytest.raises(StoreError, match="1 lists of industries are stored; take one back first"):
        store.commit(industries=industry_list("Memory"))
    assert store.read().industries == (industry_list("Chips"),)
