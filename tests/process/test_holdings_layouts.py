"""Every issuer's layout by one reader: its day, fund, lines, total, first weights, what is left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cache.sources.holdings.read import read_holdings
from tests.cache.layouts_made import LAYOUTS, WHEN

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    made = LAYOUTS[name]
    file = read_holdings(made.text.encode(), "made.csv", now=NOW, **made.options)
    held = file.holdings
    assert (held.fund, held.as_of, file.rejected) == (made.fund, WHEN, ())
    weights = dict(zip(held.symbols, (held.value / held.total).tolist(), strict=True))
    assert weights == pytest.approx(made.weights, rel=1e-12)
    assert held.total == pytest.approx(made.total, rel=1e-12)
    assert sorted(other.name for other in held.others) == sorted(made.left_out)
