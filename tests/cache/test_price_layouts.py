"""Every layout in which people have closes gives the closes it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cache.sources.prices.read import read_prices
from tests.cache.price_layouts import LAYOUTS
from tests.cache.price_values import CLOSES, DAYS, VOLUME, dividend, split, total
from tests.process.test_price_files import NOW, table


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_gives_the_closes_it_was_made_from(tmp_path: Path, layout: str) -> None:
    name, make, tickers, beside = LAYOUTS[layout]
    path = tmp_path / name
    path.write_bytes(make())
    file = read_prices(path, now=NOW)
    missing = [("MSFT", DAYS[0])] if layout == "Bloomberg blocks" else []
    keys = [(t, d) for t in tickers for d in DAYS if (t, d) not in missing]
    closes = {(t, d): CLOSES[t][DAYS.index(d)] for t, d in keys}
    assert table(file) == pytest.approx(closes, rel=1e-12)
    makers = {
        "adj_close": total,
        "dividend": dividend,
        "split": split,
        "volume": lambda ticker, day: VOLUME,
    }
    for field, make_value in makers.items():
        if field not in beside.split():
            assert getattr(file.bars, field) is None, field
            continue
        expected = {key: make_value(*key) for key in keys}
        values = table(file, field)
        if layout in ("Tiingo", "Alpha Vantage") and field == "volume":
            # As traded, as the close beside it: a share then is four now.
            expected = {key: VOLUME * (4 if key[1] < "2026-06-24" else 1) for key in keys}
        rel = 1e-9 if layout == "Alpha Vantage" else 1e-12
        assert values == pytest.approx(expected, rel=rel), field
    refused = [row.reason for row in file.rejected]
    empty = ["the row gives no price and no event"] * 2
    assert refused == (empty if layout == "tidyquant" else [])
    assert not np.isnan(file.bars.close if file.bars.close is not None else np.nan).any()
    assert any(line.startswith("taken: ") for line in file.notes)
