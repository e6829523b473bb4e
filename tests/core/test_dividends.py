"""A dividend too large for what the price did is named and not counted; expected by hand."""

from __future__ import annotations

import pytest

from core.answer.snapshot import take
from core.data.question import Question
from core.explain.ground import Ground
from core.explain.lines import line
from tests.market import holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-01-09")
FLAT = [100.0] * 5


@pytest.mark.parametrize(
    ("closes", "cash", "total"),
    [
        # paid and seen in the price: (60 + 40) / 100
        ([100.0, 100.0, 60.0, 60.0, 60.0], 40.0, 0.0),
        # 45 without a fall, and 45 with a fall of 5: not counted
        (FLAT, 45.0, 0.0),
        ([100.0, 100.0, 95.0, 95.0, 95.0], 45.0, -0.05),
        # a fifth exactly is an ordinary dividend: 120 / 100
        (FLAT, 20.0, 0.20),
        # more than there was to pay is never counted, whatever the price did
        ([100.0, 100.0, 20.0, 20.0, 20.0], 150.0, -0.80),
        # a liquidation pays nearly all of it: (11 + 89) / 100
        ([100.0, 100.0, 11.0, 11.0, 11.0], 89.0, 0.0),
        # hundredfold too large, and the price rose: not counted
        ([100.0, 100.0, 250.0, 250.0, 250.0], 30.0, 1.5),
    ],
)
def test_a_large_dividend_needs_its_fall(closes: list[float], cash: float, total: float) -> None:
    market = make_market(
        prices(DAYS, {"A": closes, "B": FLAT, "FND": FLAT, "REF": FLAT},
               dividends=[("A", DAYS[2], cash)]),
        holdings("FND", str(DAYS[0]), {"A": 0.5, "B": 0.5}),
    )  # fmt: skip
    question = Question("FND", "REF", f"{DAYS[0]}:{DAYS[4]}", DAYS[4], "tr")
    snapshot = take(market, question)
    view = snapshot.indices["FND"]
    lines = view.contributors
    row = lines.symbols.index("A")
    assert lines.returns[row] == pytest.approx(total, abs=1e-12)
    doubted = total == pytest.approx(closes[-1] / 100 - 1, abs=1e-12) and cash != 20
    words = f"dividend of {cash:g} on {DAYS[2]} is doubtful, not counted"
    assert (words in lines.flags.get(row, ())) == doubted
    assert any("A (dividend of" in told for told in snapshot.warnings) == doubted
    explained = line(Ground(market, snapshot, "FND"), "A")
    assert explained is not None and explained.value == pytest.approx(explained.computed, abs=1e-12)


def test_a_doubtful_dividend_of_a_fund_is_not_in_the_gap() -> None:
    market = make_market(
        prices(DAYS, {"FND": [100.0, 101.0, 102.0, 103.0, 110.0], "REF": FLAT},
               dividends=[("FND", DAYS[3], 60.0), ("REF", DAYS[3], 1.0)])
    )  # fmt: skip
    snapshot = take(market, Question("FND", "REF", f"{DAYS[0]}:{DAYS[4]}", DAYS[4], "tr"))
    assert snapshot.spread is not None
    assert snapshot.spread.gap == pytest.approx(0.10 - 0.01, abs=1e-12)
    assert f"FND: dividend of 60 on {DAYS[3]} is doubtful, not counted" in snapshot.warnings
