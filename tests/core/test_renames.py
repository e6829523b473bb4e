"""Which tickers are one company, however the table of old and new ones is ordered."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from core.data.renames import companies

#: One company's four tickers, each given up for the next.
CHAIN = (("A", "B"), ("B", "D"), ("D", "C"))


@pytest.mark.parametrize(
    ("closes", "key"), [({}, "C"), ({"A": "2025-03-03", "D": "2026-01-02"}, "D")]
)
def test_a_chain_of_aliases_is_one_company_in_every_order(closes: dict[str, str], key: str) -> None:
    ends = {ticker: date.fromisoformat(day) for ticker, day in closes.items()}
    for order in permutations(CHAIN):
        found = companies((), dict(order), lambda _file, _row: "", ends.get)
        assert len(set(map(id, found.values()))) == 1, order
        assert set(found) == set(found["A"].tickers) == set("ABCD"), order
        assert found["A"].key == key, order
