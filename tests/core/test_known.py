"""What became known after the as-of date moves no answer for it: hand-made cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.market import Market
from core.explain.measures import explain
from tests.core.build import NAN, holdings, market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-03-31")
SIZE, LATE = len(DAYS), 40
FALL = np.linspace(60.0, 20.0, SIZE).tolist()
FLAT = [10.0] * SIZE
FUNDS = {"IWM": FLAT, "SPY": FLAT, "B": FLAT}
NAMES = {"FI": "Fiserv Inc", "FISV": "Fiserv Inc"}
LARGE = holdings("SPY", str(DAYS[0]), {"B": 50})


def upto(values: list[float], end: int) -> list[float]:
    return [value if i < end else NAN for i, value in enumerate(values)]


def since(values: list[float], first: int) -> list[float]:
    return [value if i >= first else NAN for i, value in enumerate(values)]


def renamed(closes: Mapping[str, list[float]]) -> Market:
    """IWM lists FI on the first day, and FISV in a file of the 41st session."""
    old = holdings("IWM", str(DAYS[0]), {"FI": 60, "B": 40}, names=NAMES)
    new = holdings("IWM", str(DAYS[LATE]), {"FISV": 40, "B": 60}, names=NAMES)
    return market(prices(DAYS, {**FUNDS, **closes}), old, new, LARGE)


def view_of(held: Market, end: int, as_of: int, basis: Any = "pr") -> Any:
    window = f"{DAYS[0]}:{DAYS[end]}"
    snapshot = take(held, Question(window=window, basis=basis, as_of=DAYS[as_of]))
    assert snapshot.small is not None
    return snapshot.small


@pytest.mark.parametrize(
    "closes",
    [
        {"FI": FALL},
        {"FI": upto(FALL, LATE - 5), "FISV": since(FALL, LATE - 5)},
        {"FI": FALL, "FISV": FALL},
    ],
    ids=["old alone", "one after the other", "both"],
)
def test_a_rename_acts_from_the_file_that_tells_it(closes: Mapping[str, list[float]]) -> None:
    held = renamed(closes)
    before = view_of(held, 20, 20)
    assert before.contributors.symbols == ("B", "FI") and not before.estimated
    assert before.contributors.returns[1] == pytest.approx(FALL[20] / 60 - 1)
    # the same window asked for later is told under the name it has by then
    after = view_of(held, 20, LATE)
    name = "FISV" if "FISV" in closes else "FI"
    assert after.contributors.symbols == ("B", name)
    assert after.contributors.returns[1] == pytest.approx(FALL[20] / 60 - 1)


def test_closes_known_under_the_new_ticker_alone_are_not_the_old_ones_before_the_file() -> None:
    held = renamed({"FISV": FALL})
    (line,) = view_of(held, 20, 20).left_out
    assert (line.symbol, line.reason) == ("FI", "no prices")
    assert view_of(held, 20, LATE).left_out == ()


def test_an_explanation_is_of_the_answer_that_it_explains() -> None:
    held = renamed({"FI": upto(FALL, LATE - 5), "FISV": since(FALL, LATE - 5)})
    snapshot = take(held, Question(window=f"{DAYS[0]}:{DAYS[20]}", basis="pr", as_of=DAYS[20]))
    (one,) = explain(held, snapshot, "IWM", "contribution", "FI")
    # 60 of 100 in FI
    assert one.value == one.computed == pytest.approx(0.6 * (FALL[20] / 60 - 1))


def test_a_ticker_that_another_company_takes_over_is_the_old_ones_until_then() -> None:
    gone, back = 10, 40
    closes = [f if i < gone else NAN if i < back else 900.0 for i, f in enumerate(FALL)]
    old = holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40, "C": 10})
    new = holdings("IWM", str(DAYS[back + 1]), {"A": 60, "B": 40, "C": 10}, price={"A": 900.0})
    files = old, new, LARGE
    bars = {**FUNDS, "A": closes, "C": FLAT}
    through = dict.fromkeys(bars, DAYS[-1])
    held = market(prices(DAYS, bars, through=through), *files)
    alone = {name: upto(values, back) for name, values in bars.items()}
    then = market(prices(DAYS, alone, through=dict.fromkeys(bars, DAYS[back - 1])), old, LARGE)
    for view in (view_of(held, back - 1, back - 1), view_of(then, back - 1, back - 1)):
        row = view.contributors.symbols.index("A")
        assert view.contributors.returns[row] == pytest.approx(FALL[gone - 1] / 60 - 1)
        assert view.contributors.flags[row] == (f"last traded {DAYS[gone - 1]}",)


def test_a_files_price_that_the_next_close_bears_out_stands_from_that_close_on() -> None:
    leap, day = [10.0] * 12 + [NAN] + [16.0] * (SIZE - 13), 12
    own = holdings(
        "IWM", str(DAYS[day]), {"A": 1520.0, "B": 8480.0},
        quantity={"A": 100, "B": 848}, price={"A": 15.2, "B": 10.0},
    )  # fmt: skip
    first = holdings("IWM", str(DAYS[0]), {"A": 1000.0, "B": 8480.0})
    held = market(prices(DAYS, {**FUNDS, "A": leap}), first, own, LARGE)

    def returned(as_of: int) -> float:
        lines = view_of(held, day, as_of).contributors
        return float(lines.returns[lines.symbols.index("A")])

    # a step near 3:2 may be a split that one of the two does not know of
    assert returned(day) == 0
    assert returned(day + 1) == pytest.approx(0.52)


@pytest.mark.parametrize("basis", ["tr", "pr"])
def test_closes_that_come_after_adjusted_ones_alone(basis: str) -> None:
    adjusted = [0.9 * p for p in FALL]
    own = holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40})
    closes = {**FUNDS, "A": since(FALL, LATE)}
    held = market(prices(DAYS, closes, adjusted={"A": upto(adjusted, LATE)}), own, LARGE)
    view = view_of(held, 20, 20, basis)
    if basis == "pr":
        (line,) = view.left_out
        assert line.reason == "only adjusted closes: no price return"
    else:
        row = view.contributors.symbols.index("A")
        assert view.contributors.returns[row] == pytest.approx(FALL[20] / 60 - 1)
    # from the first close on it is followed by its closes: there is none at the start
    assert view_of(held, LATE + 2, LATE + 2, basis).left_out[0].reason == "no price at start"


def test_a_first_dividend_after_the_window_does_not_move_its_total_return() -> None:
    adjusted = [p * 0.9 * (1 + i / 1000) for i, p in enumerate(FALL)]
    own = holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40})
    paid: list[tuple[str, date, float]] = [("A", DAYS[30], 1.0), ("IWM", DAYS[30], 1.0)]
    bars = {**FUNDS, "A": FALL}
    both = {"A": adjusted, "IWM": [10 * (1 + i / 1000) for i in range(SIZE)]}
    held = market(prices(DAYS, bars, adjusted=both, dividends=paid), own, LARGE)
    view = view_of(held, 20, 20, "tr")
    row = view.contributors.symbols.index("A")
    assert view.contributors.returns[row] == pytest.approx(FALL[20] / 60 * 1.02 - 1)
    assert view.fund_return == pytest.approx(0.02)
    later = view_of(held, 35, 35, "tr")
    row = later.contributors.symbols.index("A")
    # adjusted up to the dividend, with it from there on
    total = FALL[35] / 60 * 1.029 * (1 + 1 / FALL[30]) - 1
    assert later.contributors.returns[row] == pytest.approx(total)
    assert later.fund_return == pytest.approx(1.029 * 1.1 - 1)
