"""The paths of vendors' addresses are data: every source asks by them, and a bad one is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cache.facts.errors import SourceError
from cache.facts.vendors import YAHOO, load_vendors
from cache.refresh.ask import Ask
from cache.sources.vendors.registry import SourceSettings, price_source

#: A key for each, which no test of paths sends anywhere.
ENVIRON = dict.fromkeys(
    ("MASSIVE_API_KEY", "EODHD_API_KEY", "APCA_API_KEY_ID", "APCA_API_SECRET_KEY"), "key"
)

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)


def test_every_path_is_data_that_a_user_can_change(tmp_path: Path) -> None:
    assert load_vendors()["yahoo"] == YAHOO
    file = tmp_path / "funds.toml"
    file.write_text(
        '[vendors.massive.paths]\nday = "v9/days/{date}"\nsplits = "v9/splits"\n'
        '[vendors.eodhd.paths]\nhistory = "v9/{symbol}"\n[vendors.alpaca.paths]\nbars = "v9/bars"\n'
    )
    asked: list[str] = []
    day, vendors = date(2026, 6, 26), load_vendors(file)
    for key in ("massive", "eodhd", "alpaca"):
        source = price_source(SourceSettings(vendors[key], tmp_path, 1000.0, environ=ENVIRON))
        empty: Any = [] if key == "eodhd" else {}
        source.get = lambda path, *_, empty=empty, **__: asked.append(path) or empty
        if key == "massive":
            source.day(day)
            source.events([day])
        elif key == "eodhd":
            source.history("SAA", day, day)
        else:
            list(source.answers([Ask("SAA", day, day, whole=True)], NOW, day))
    assert asked == [
        "v9/days/2026-06-26", "v9/splits", "stocks/v1/dividends",
        "v9/SAA", "splits/SAA.US", "div/SAA.US", "v9/bars",
        "v1/corporate-actions",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[vendors.massive]\npaths = "v2"\n', "must be a table of paths"),
        ('[vendors.massive.paths]\nweek = "x"\n', '"week" is nothing known'),
        ('[vendors.massive.paths]\nday = "v9/days"\n', "the same names in braces"),
        ('[vendors.massive.paths]\nday = "../{date}"\n', "must be a path below its address"),
        ('[vendors.massive.paths]\nday = "/{date}"\n', "must be a path below its address"),
        ('[vendors.massive.paths]\nday = "{date.year}"\n', "must be a path below its address"),
        ("[vendors.massive.paths]\nday = 5\n", "must be a path below its address"),
        ('[vendors.yahoo.paths]\nchart = "v9/chart"\n', "the same names in braces"),
    ],
)
def test_a_path_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "funds.toml"
    file.write_text(text)
    with pytest.raises(SourceError) as raised:
        load_vendors(file)
    assert words in str(raised.value) and "line 2" in str(raised.value)
