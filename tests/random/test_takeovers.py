"""A ticker that another company took over: its line ended where its own closes stopped."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.answer.trail import trail
from core.data.frames import Holdings
from core.data.market import Market
from core.explain.ground import Ground
from core.explain.lines import line as explained
from tests.market import NAN, holdings, make_market, prices, weekdays
from tests.random.cases import same, told

DAYS = weekdays("2025-12-29", "2026-04-10")
SIZE = len(DAYS)
STOP = 25  # the first session without a close
FLAT = [10.0] * SIZE
LARGE = holdings("SPY", str(DAYS[0]), {"B": 50})


def taken(gap: int = 21, factor: float = 5.0, **how: Any) -> list[float]:
    """From 10 to 11, nothing for some sessions, then a multiple of it."""
    path = [*np.linspace(10, 11, STOP).tolist(), *[NAN] * gap]
    return [*path, *[11 * factor] * (SIZE - len(path))]


def asked(closes: Sequence[float], *files: Holdings, quiet: bool = False, **how: Any) -> Market:
    others = [NAN if quiet and 0 < i < SIZE - 1 else 10.0 for i in range(SIZE)]
    held = prices(DAYS, {"AAA": closes, "B": others, "IWM": FLAT, "SPY": FLAT}, **how)
    old = holdings("IWM", str(DAYS[0]), {"AAA": 50, "B": 50})
    return make_market(held, *(files or (old,)), LARGE)


def answer(market: Market, first: int = 0, last: int = SIZE - 1, **how: Any) -> Any:
    return take(market, Question(window=f"{DAYS[first]}:{DAYS[last]}", basis="pr", **how))


def returned(market: Market) -> float:
    view = answer(market).small
    return float(view.contributors.returns[view.contributors.symbols.index("AAA")])


@pytest.mark.parametrize("factor", [5.0, 3.1, 0.3])
def test_the_line_ends_at_the_gap_everywhere(factor: float) -> None:
    market = asked(taken(factor=factor))
    found = answer(market, daily=True)
    view, gone = found.small, f"last traded {DAYS[STOP - 1]}"
    row = view.contributors.symbols.index("AAA")
    assert view.contributors.returns[row] == pytest.approx(0.10)
    assert view.contributors.contribution[row] == pytest.approx(0.05)
    assert view.contributors.flags[row] == (gone,)
    assert view.breadth.outside == (("ended", 1),) and view.breadth.n == 1
    # the daily series count it up to its last close alone
    by_day = found.daily["IWM"]
    moved = dict(zip(by_day.sessions.tolist(), by_day.advances.tolist(), strict=True))
    assert moved[DAYS[STOP - 1]] == 1 and not any(moved[day] == 1 for day in DAYS[STOP:])
    why = explained(Ground(market, found, "IWM"), "AAA")
    assert why is not None and why.computed == pytest.approx(0.05) and why.notes == (gone,)
    path = trail(market, found, "IWM", "AAA")
    assert path is not None and path.contribution[-1] == pytest.approx(0.05)
    assert path.flags == (gone,)


def test_what_is_no_takeover() -> None:
    assert returned(asked(taken(gap=20))) == pytest.approx(4.5)
    assert returned(asked(taken(factor=3.0))) == pytest.approx(2.3)
    assert returned(asked(taken(factor=1 / 3))) == pytest.approx(1.1 / 3 - 1)
    split = [("AAA", DAYS[STOP + 5], 2.0)]
    assert returned(asked(taken(factor=5.0), splits=split)) == pytest.approx(4.5)
    # where the others have no closes either, nobody asked for them
    assert returned(asked(taken(), quiet=True)) == pytest.approx(4.5)


def test_a_file_after_the_gap_means_the_new_company() -> None:
    late = holdings("IWM", str(DAYS[50]), {"AAA": 50, "B": 50})
    found = answer(asked(taken(), late), first=50).small
    assert found.contributors.symbols == ("B", "AAA") or "AAA" in found.contributors.symbols
    assert found.measured == 2 and found.contributors.flags == {}
    # before the gap there is no close of it: nothing is made of the old company's
    found = answer(asked(taken(), late), last=50).small
    assert [(row.symbol, row.reason) for row in found.left_out] == [("AAA", "no price at start")]


def test_both_companies_of_a_ticker_are_two_lines() -> None:
    old = holdings("IWM", str(DAYS[0]), {"AAA": 50, "B": 50}, names={"AAA": "Old Tin"})
    new = holdings("IWM", str(DAYS[50]), {"AAA": 25, "B": 75}, names={"AAA": "New Tin"})
    closes = taken()
    closes[-1] = 2 * closes[-2]
    found = answer(asked(closes, old, new))
    view = found.small
    assert set(view.contributors.symbols) == {"AAA", "AAA-2", "B"}
    rows = {s: view.contributors.symbols.index(s) for s in ("AAA", "AAA-2")}
    got = {s: float(view.contributors.returns[row]) for s, row in rows.items()}
    assert got == pytest.approx({"AAA": 0.10, "AAA-2": 1.0})
    assert [view.contributors.names[row] for row in rows.values()] == ["Old Tin", "New Tin"]
    (joined,), (left,) = found.changes["IWM"].joined, found.changes["IWM"].left
    assert (joined.returns, left.returns) == (pytest.approx(1.0), pytest.approx(0.10))
    # a file from inside the gap lists the old one still, or the new one by its price
    between = [holdings("IWM", str(DAYS[40]), {"AAA": 1}, price={"AAA": p}) for p in (11.5, 50.0)]
    market = asked(closes, old, new)
    assert [market.lines(file) for file in between] == [("AAA",), ("AAA-2",)]


@pytest.mark.parametrize("seed", range(40))
def test_a_market_with_a_takeover_answers_as_the_one_where_the_line_just_ended(seed: int) -> None:
    rng = random.Random(seed)
    lines = "ABCDEF"
    paths = {
        s: (10 * np.cumprod([1 + rng.choice([-0.02, 0, 0.01, 0.03]) for _ in DAYS])).tolist()
        for s in (*lines, "IWM", "SPY")
    }
    stop, gap = rng.randrange(3, 40), rng.randrange(21, 27)
    level = paths["A"][stop - 1] * rng.choice([3.5, 9.0, 40.0, 0.3, 0.05])
    ended = [p if i < stop else NAN for i, p in enumerate(paths["A"])]
    back = [level * 1.01 ** (i - stop - gap) if i >= stop + gap else p for i, p in enumerate(ended)]
    values = {s: rng.uniform(1, 9) for s in lines}
    files = [holdings("IWM", str(DAYS[0]), values), holdings("SPY", str(DAYS[1]), {"B": 1, "C": 2})]
    if rng.random() < 0.5:
        rest = {s: v for s, v in values.items() if s != "A"}
        files.append(holdings("IWM", str(DAYS[rng.randrange(5, SIZE)]), rest))
    paid = [("A", DAYS[rng.randrange(stop)], 0.2), ("B", DAYS[rng.randrange(SIZE)], 0.1)]
    with_new = [*paid, ("A", DAYS[-1], 0.5)]
    one, two = (
        make_market(prices(DAYS, {**paths, "A": closes}, dividends=cash), *files)
        for closes, cash in ((ended, paid), (back, with_new))
    )
    for _ in range(4):
        first, last = sorted(rng.sample(range(SIZE), 2))
        question = Question(
            window=f"{DAYS[first]}:{DAYS[last]}",
            as_of=rng.choice([None, DAYS[last]]),
            basis=rng.choice(["pr", "tr"]),
            daily=True,
        )
        plain, found = take(one, question), take(two, question)
        for fund, view in plain.indices.items():
            want, got = told(view), told(found.indices[fund])
            assert {k: v for k, v in got.items() if not same(v, want[k])} == {}, want
            flags = [dict(v.contributors.flags) for v in (view, found.indices[fund])]
            assert flags[0] == flags[1]
            days = [v.daily[fund] for v in (plain, found)]
            for name in ("advances", "declines", "highs"):
                np.testing.assert_array_equal(*(getattr(d, name) for d in days))


def test_a_ticker_is_looked_at_in_its_own_years() -> None:
    """The gap runs over the turn of the year, and the symbol is in both blocks."""
    days = weekdays("2025-11-17", "2026-02-27")
    cut, back = days.index(date(2025, 12, 10)), days.index(date(2026, 1, 20))
    closes = [10.0 if i < cut else 80.0 if i >= back else NAN for i in range(len(days))]
    flat = [10.0] * len(days)
    market = make_market(
        prices(days, {"AAA": closes, "B": flat, "IWM": flat, "SPY": flat}),
        holdings("IWM", str(days[0]), {"AAA": 50, "B": 50}),
        LARGE,
    )
    view = take(market, Question(window=f"{days[0]}:{days[-1]}", basis="pr")).small
    assert view is not None
    row = view.contributors.symbols.index("AAA")
    assert view.contributors.flags[row] == (f"last traded {days[cut - 1]}",)
    assert view.contributors.returns[row] == pytest.approx(0.0)
