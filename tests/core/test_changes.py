"""Differences of two dated files."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.measures.changes import Changes, changes, pair_of_files, turnover
from tests.answers.read import vectors
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-01-30")
FIRST, LAST = str(DAYS[0]), str(DAYS[-1])


def told(old: dict[str, float], new: dict[str, float], **how: object) -> Changes:
    names = how.pop("names", ({}, {}))
    identifiers = how.pop("identifiers", ({}, {}))
    closes = how.pop("closes", None)
    a = holdings("FND", FIRST, old, names=names[0], identifiers=identifiers[0])  # type: ignore[index]
    b = holdings("FND", LAST, new, names=names[1], identifiers=identifiers[1])  # type: ignore[index]
    flat = {s: [10.0] * len(DAYS) for s in {*old, *new}}
    market = make_market(prices(DAYS, closes or flat), a, b, **how)  # type: ignore[arg-type]
    return changes(market, a, b)


def symbols(lines: tuple[object, ...]) -> list[str]:
    return [line.symbol for line in lines]  # type: ignore[attr-defined]


def test_joined_and_left_heaviest_first() -> None:
    found = told({"A": 60, "B": 10, "C": 30}, {"A": 60, "D": 10, "E": 30})
    assert symbols(found.left) == ["C", "B"]
    assert symbols(found.joined) == ["E", "D"]
    assert found.left[0].weight == pytest.approx(0.3)
    assert (found.from_date, found.to_date) == (DAYS[0], DAYS[-1])


def test_weights_are_over_the_fund_and_cash_moves_with_the_rest() -> None:
    """Stocks are 80 of 100, then 95 of 190: A doubled, C came in for 5, B went."""
    closes = {"A": [10.0] * (len(DAYS) - 1) + [20.0], "B": [10.0] * len(DAYS)}
    a = holdings("FND", FIRST, {"A": 40, "B": 40}, total=100)
    b = holdings("FND", LAST, {"A": 90, "C": 5}, total=190)
    found = changes(make_market(prices(DAYS, closes), a, b), a, b)
    assert [(c.symbol, c.weight) for c in found.left] == [("B", pytest.approx(0.4))]
    assert [(c.symbol, c.weight) for c in found.joined] == [("C", pytest.approx(5 / 190))]
    (kept,) = found.resized
    # the stocks rose by half: A's 40 % would be .4 x 2 / 1.5 of the fund, B's .4 / 1.5
    assert (kept.before, kept.after) == (pytest.approx(0.4), pytest.approx(90 / 190))
    assert kept.drift == pytest.approx(0.8 / 1.5 - 0.4)
    assert kept.active == pytest.approx(90 / 190 - 0.8 / 1.5)
    moves = [90 / 190 - 0.8 / 1.5, -0.4 / 1.5, 5 / 190]
    assert found.turnover == pytest.approx(sum(map(abs, moves)) / 2)


def test_a_rename_by_identifier_is_no_change() -> None:
    ids = ({"OLD": "cusip:1"}, {"NEW": "cusip:1"})
    found = told({"OLD": 50, "A": 50}, {"NEW": 50, "A": 50}, identifiers=ids)
    assert not found.joined and not found.left
    assert found.renamed == (("OLD", "NEW"),)


def test_a_rename_by_the_alias_table_is_no_change() -> None:
    found = told({"OLD": 50, "A": 50}, {"NEW": 50, "A": 50}, aliases={"OLD": "NEW"})
    assert not found.joined and not found.left


def test_a_rename_by_a_name_that_stands_once_is_no_change() -> None:
    names = ({"OLD": "Tin Works"}, {"NEW": "Tin Works"})
    found = told({"OLD": 50, "A": 50}, {"NEW": 50, "A": 50}, names=names)
    assert found.renamed == (("OLD", "NEW"),)


def test_a_symbol_taken_over_by_another_company_is_one_left_and_one_joined() -> None:
    size = len(DAYS)
    closes = {"A": [10.0] * size, "RNA": [NAN] * (size - 5) + [10.0] * 5}
    names = ({"RNA": "Old Tin"}, {"RNA": "New Tin"})
    found = told({"RNA": 50, "A": 50}, {"RNA": 5, "A": 95}, names=names, closes=closes)
    assert symbols(found.left) == symbols(found.joined) == ["RNA"]
    closes["RNA"] = [10.0] * size
    same = told({"RNA": 50, "A": 50}, {"RNA": 5, "A": 95}, names=names, closes=closes)
    assert not same.left and not same.joined


def test_turnover_is_half_of_the_active_change() -> None:
    answer = vectors()["turnover"]
    keys = sorted({*answer["w0"], *answer["w1"]})
    w0, w1 = (np.array([answer[k].get(s, 0.0) for s in keys]) for k in ("w0", "w1"))
    p = np.array([answer["p"].get(s, np.nan) for s in keys])
    assert turnover(w0, p, w1) == pytest.approx(answer["turnover"], abs=1e-6)


def test_turnover_of_a_market_that_only_drifted_is_nothing() -> None:
    closes = {"A": [10.0] * (len(DAYS) - 1) + [20.0], "B": [10.0] * len(DAYS)}
    found = told({"A": 50, "B": 50}, {"A": 100, "B": 50}, closes=closes)
    assert found.turnover == pytest.approx(0, abs=1e-12)


def test_which_files_a_window_is_told_from() -> None:
    files = [holdings("FND", d, {"A": 1}) for d in ("2026-01-05", "2026-01-12", "2026-01-20")]
    market = make_market(prices(DAYS, {"A": [10.0] * len(DAYS)}), *files)

    def dates(first: int, end: str) -> tuple[str, str] | None:
        pair = pair_of_files(market, "FND", files[first], date.fromisoformat(end))
        return pair and (str(pair[0].as_of), str(pair[1].as_of))

    assert dates(0, "2026-01-30") == ("2026-01-05", "2026-01-20")
    assert dates(0, "2026-01-14") == ("2026-01-05", "2026-01-12")
    assert dates(2, "2026-01-30") == ("2026-01-12", "2026-01-20")
    assert dates(0, "2026-01-06") is None


def test_resized_lines_split_into_drift_and_active() -> None:
    """A doubles and splits 2:1 while its 10 shares become 22: 10 % more of it was bought."""
    size = len(DAYS)
    closes = {"A": [10.0] * (size - 1) + [20.0], "B": [10.0] * size}
    a = holdings("FND", FIRST, {"A": 200, "B": 200}, quantity={"A": 10, "B": 20})
    b = holdings("FND", LAST, {"A": 440, "B": 160}, quantity={"A": 22, "B": 16})
    market = make_market(prices(DAYS, closes, splits=[("A", DAYS[5], 2.0)]), a, b)
    found = {r.symbol: r for r in changes(market, a, b).resized}
    assert found["A"].shares == pytest.approx(0.1)
    assert found["B"].shares == pytest.approx(-0.2)
    # one half grew to two thirds by price; P = 0.5
    assert found["A"].drift == pytest.approx(2 / 3 - 1 / 2)
    assert found["A"].active == pytest.approx(440 / 600 - 2 / 3)
    assert sum(r.active for r in found.values()) == pytest.approx(0)
    assert changes(market, a, b).turnover == pytest.approx(440 / 600 - 2 / 3)
