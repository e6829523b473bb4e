"""The bridge and the gap leaderboard against the worked answer."""

from __future__ import annotations

import numpy as np
import pytest

from core.measures.bridge import Side, bridge, gap_leaders
from core.measures.contribution import basket
from core.measures.membership import spans
from tests.answers.read import vectors
from tests.market import holdings, make_market, prices, weekdays

TV5 = vectors()["bridge_tv5"]
DAYS = weekdays("2026-01-05", "2026-01-06")


def side(name: str) -> Side:
    w, r = np.array(TV5[name]["w"]), np.array(TV5[name]["r"])
    return Side(name, TV5[name]["fund"], float(w @ r), float(r.mean()), float(np.median(r)))


def test_the_steps_of_the_worked_answer() -> None:
    steps = bridge(side("small"), side("large"))
    expected = list(TV5["steps_pp"].values())
    main, parts = expected[:3] + expected[5:], expected[3:5]
    assert [s.value * 100 for s in steps] == pytest.approx(main)
    assert [p.value * 100 for p in steps[2].parts] == pytest.approx(parts)
    assert sum(s.value for s in steps) * 100 == pytest.approx(TV5["gap_pp"], abs=1e-12)


def test_gap_leaders_add_up_and_match_the_worked_answer() -> None:
    closes: dict[str, list[float]] = {}
    files = []
    for name, fund in (("small", "S"), ("large", "L")):
        values = {}
        for place, (w, r) in enumerate(zip(TV5[name]["w"], TV5[name]["r"], strict=True)):
            closes[f"{fund}{place}"] = [100.0, 100 * (1 + r)]
            values[f"{fund}{place}"] = w
        files.append(holdings(fund, str(DAYS[0]), values))
    market = make_market(prices(DAYS, closes), *files)
    small, large = (basket(market, spans(market, f, DAYS[0], DAYS[1], DAYS[1]), "pr") for f in "SL")
    assert small is not None and large is not None
    found = gap_leaders(small, large)
    got = dict(zip(found.symbols, (found.value * 1e4).tolist(), strict=True))
    expected = {
        f"{fund}{place}": bp
        for name, fund in (("small", "S"), ("large", "L"))
        for place, bp in enumerate(TV5["gap_leaders_bp"][name])
    }
    assert got == pytest.approx(expected)
    assert found.value.sum() == pytest.approx(small.basket_return - large.basket_return, abs=1e-15)
    assert list(found.value) == sorted(found.value, reverse=True)


def test_a_line_of_both_indices_is_one_entry() -> None:
    market = make_market(
        prices(DAYS, {"A": [10, 12], "B": [10, 10]}),
        holdings("S", str(DAYS[0]), {"A": 80, "B": 20}),
        holdings("L", str(DAYS[0]), {"A": 30, "B": 70}),
    )
    small, large = (basket(market, spans(market, f, DAYS[0], DAYS[1], DAYS[1]), "pr") for f in "SL")
    assert small is not None and large is not None
    found = gap_leaders(small, large)
    # (wS - wL)(r - h) with h = (0.16 + 0.06) / 2
    assert found.symbols == ("B", "A") or found.symbols == ("A", "B")
    got = dict(zip(found.symbols, found.value.tolist(), strict=True))
    assert got == pytest.approx({"A": 0.5 * (0.2 - 0.11), "B": -0.5 * (0 - 0.11)})
