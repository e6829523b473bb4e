"""Contributions against worked answers and hand-made markets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from core.data.frames import pydate
from core.data.market import Market
from core.measures.basket import Basket
from core.measures.contribution import basket
from core.measures.membership import spans
from tests.answers.read import vectors
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-01-30")


def measured(market: Market, start: date, end: date, basis: str = "pr") -> Basket:
    found = basket(market, spans(market, "FND", start, end, end), basis)
    assert found is not None
    return found


def contribution(found: Basket) -> dict[str, float]:
    return dict(zip(found.symbols, found.contribution, strict=True))


def worked(weights: dict[int, Sequence[float]]) -> Basket:
    """Three lines over three days of a worked answer, with a file on some of them."""
    tv1 = vectors()["contribution_tv1"]
    levels = np.cumprod(np.vstack([np.ones(3), 1 + np.array(tv1["daily"])]), axis=0) * 50
    files = [
        holdings("FND", str(DAYS[at]), dict(zip("ABC", values, strict=True)))
        for at, values in weights.items()
    ]
    closes = prices(DAYS[:3], dict(zip("ABC", levels.T.tolist(), strict=True)))
    found = measured(make_market(closes, *files), DAYS[0], DAYS[2])
    assert found.contribution * 1e4 == pytest.approx(tv1["exact_bp"], abs=1e-8)
    return found


def test_fixed_membership_adds_up_to_the_worked_answer() -> None:
    tv1 = vectors()["contribution_tv1"]
    assert worked({0: tv1["w0"]}).basket_return == pytest.approx(tv1["index_return"], abs=1e-12)


def test_a_cut_with_the_drifted_weights_changes_no_contribution() -> None:
    tv1 = vectors()["contribution_tv1"]
    assert len(worked({0: tv1["w0"], 1: (0.55, 0.27, 0.2)}).segments) == 2


def test_end_weights_are_carried_back_to_the_start_weights() -> None:
    tv1 = vectors()["contribution_tv1"]
    found = worked({2: tv1["w1"]})
    assert found.weights == pytest.approx(tv1["w0"], abs=1e-12)
    assert found.estimated


def test_a_line_that_leaves_and_one_that_joins() -> None:
    answer = vectors()["contribution_tv1_reconstitution"]
    closes = {"A": [50, 55, 60.5], "B": [30, 27, 32.4], "C": [20, 20, 19], "D": [10, 10, 12]}
    market = make_market(
        prices(DAYS[:3], closes),
        holdings("FND", str(DAYS[0]), {"A": 50, "B": 30, "C": 20}),
        holdings("FND", str(DAYS[1]), {"A": 55, "C": 20, "D": 27}),
    )
    found = measured(market, DAYS[0], DAYS[2])
    got = {s: c * 1e4 for s, c in contribution(found).items()}
    assert got == pytest.approx(answer["contribution_bp"], abs=1e-8)
    lines = dict(zip(found.symbols, range(4), strict=True))
    assert [part.start for part in found.segments] == [DAYS[0], DAYS[1]]
    member = {symbol: found.member[:, line].tolist() for symbol, line in lines.items()}
    assert member["A"] == member["C"] == [True, True]
    assert (member["B"], member["D"]) == ([True, False], [False, True])
    returns = found.member_returns
    assert returns[lines["B"]] == pytest.approx(answer["member_return"]["B"])
    assert returns[lines["D"]] == pytest.approx(answer["member_return"]["D"])
    assert found.weights[lines["D"]] == 0


def test_total_return_reinvests_at_the_ex_date_close() -> None:
    """(102/100) x (104 + 1)/102: 5 % over the two days; the price return is 4 %."""
    market = make_market(
        prices(DAYS[:3], {"A": [100, 102, 104]}, dividends=[("A", DAYS[2], 1.0)]),
        holdings("FND", str(DAYS[0]), {"A": 1.0}),
    )
    assert measured(market, DAYS[0], DAYS[2], "tr").basket_return == pytest.approx(0.05, abs=1e-12)
    assert measured(market, DAYS[0], DAYS[2], "pr").basket_return == pytest.approx(0.04, abs=1e-12)


def test_adjusted_closes_give_the_vendor_form_of_total_return() -> None:
    answer = vectors()["total_return"]
    factor = 1 - answer["D"] / answer["P_before_ex"]
    adjusted = [answer["P0"] * factor, answer["P_before_ex"] * factor, answer["P1"]]
    closes = [answer["P0"], answer["P_before_ex"], answer["P1"]]
    market = make_market(
        prices(DAYS[:3], {"A": closes}, adjusted={"A": adjusted}),
        holdings("FND", str(DAYS[0]), {"A": 1.0}),
    )
    tr, pr = (measured(market, DAYS[0], DAYS[2], basis).basket_return for basis in ("tr", "pr"))
    assert tr == pytest.approx(answer["total"], abs=1e-6)
    assert pr == pytest.approx(answer["price"], abs=1e-12)


def test_a_dividend_on_the_start_is_not_earned_and_one_on_the_end_is() -> None:
    closes = {"A": [100.0, 100.0, 100.0]}
    for ex, expected in ((DAYS[0], 0.0), (DAYS[1], 0.01), (DAYS[2], 0.01)):
        market = make_market(
            prices(DAYS[:3], closes, dividends=[("A", ex, 1.0)]),
            holdings("FND", str(DAYS[0]), {"A": 1.0}),
        )
        found = measured(market, DAYS[0], DAYS[2], "tr")
        assert found.basket_return == pytest.approx(expected, abs=1e-12)


def test_a_dividend_without_a_close_counts_at_the_next_close() -> None:
    market = make_market(
        prices(
            DAYS[:4],
            {"A": [100, NAN, 50, 50], "B": [10, 10, 10, 10]},
            dividends=[("A", DAYS[1], 5.0)],
        ),
        holdings("FND", str(DAYS[0]), {"A": 1.0}),
    )
    # (50 + 5) / 100
    assert measured(market, DAYS[0], DAYS[3], "tr").basket_return == pytest.approx(-0.45)


def test_what_is_not_measured_takes_its_weight_out_and_nothing_else() -> None:
    market = make_market(
        prices(DAYS[:3], {"A": [10, 11, 12], "B": [10, 10, 9]}),
        holdings("FND", str(DAYS[0]), {"A": 60, "B": 20, "GONE": 10}, total=100),
    )
    found = measured(market, DAYS[0], DAYS[2])
    assert found.segments[0].coverage == pytest.approx(0.8)
    # shares 3/4 and 1/4 of the basket, weights 0.6 and 0.2 of the fund
    assert found.basket_return == pytest.approx(0.75 * 0.2 + 0.25 * -0.1)
    assert found.contribution[:2] == pytest.approx([0.6 * 0.2, 0.2 * -0.1])
    assert found.reasons == ("", "", "no prices")


def test_a_later_file_is_carried_back_by_prices_and_marked() -> None:
    """V = 60/40 at the file; B doubled since the start, so 60/20 there."""
    market = make_market(
        prices(DAYS[:4], {"A": [10, 10, 10, 11], "B": [5, 10, 10, 10]}),
        holdings("FND", str(DAYS[2]), {"A": 60, "B": 40}),
    )
    found = measured(market, DAYS[0], DAYS[3])
    assert [s.estimated for s in found.segments] == [True, False]
    assert found.weights == pytest.approx([0.75, 0.25])
    assert found.contribution == pytest.approx([1.25 * 0.6 * 0.1, 0.25])


def test_without_a_close_at_the_file_date_quantities_and_splits_are_used() -> None:
    """100 shares before a 4:1 split are 400 today; the start close is split-adjusted."""
    sessions = weekdays("2025-12-01", "2026-01-09")
    start = sessions.index(date(2026, 1, 5))
    late = [NAN] * start + [5.0] * (len(sessions) - start)
    market = make_market(
        prices(
            sessions,
            {"A": late, "B": [10.0] * len(sessions)},
            splits=[("A", date(2026, 1, 8), 4.0)],
        ),
        holdings(
            "FND",
            "2025-12-01",
            {"A": 2000, "B": 2000},
            quantity={"A": 100, "B": 200},
            price={"A": 20.0, "B": 10.0},
        ),
    )
    found = measured(market, date(2026, 1, 5), date(2026, 1, 9))
    assert found.share[0] == pytest.approx([0.5, 0.5])


def test_a_split_after_the_window_counts_too() -> None:
    """The file's price of 20 is 5 on today's shares: it agrees with the close."""
    sessions = weekdays("2025-06-02", "2026-01-09")
    market = make_market(
        prices(
            sessions,
            {"A": [5.0] * len(sessions)},
            splits=[("A", date(2026, 1, 8), 4.0)],
        ),
        holdings("FND", "2025-06-02", {"A": 2000}, quantity={"A": 100}, price={"A": 20.0}),
    )
    assert measured(market, date(2025, 6, 2), date(2025, 12, 31)).flags == {}


def test_a_return_of_a_part_of_the_window_is_marked_with_that_part() -> None:
    """B has closes in the second half alone: its return is of that half, and says so."""
    sessions = weekdays("2026-01-05", "2026-02-27")
    half = len(sessions) // 2
    rises = [NAN] * half + [10.0] * (len(sessions) - half - 1) + [15.0]
    closes = {"A": [10.0] * len(sessions), "B": rises}
    lists = [holdings("FND", str(sessions[at]), {"A": 50, "B": 50}) for at in (0, half)]
    basket = measured(make_market(prices(sessions, closes), *lists), sessions[0], sessions[-1])
    assert basket.member_returns == pytest.approx([0.0, 0.5])
    [words] = basket.flags[1]
    assert words.startswith(f"not measured before {sessions[half]}: ")
    assert basket.member.all() and 0 not in basket.flags


def test_a_line_that_ended_stands_still_and_one_not_fetched_is_not_measured() -> None:
    sessions = weekdays("2026-01-05", "2026-02-27")
    half = len(sessions) // 2
    stops = [10.0] * (half - 1) + [12.0] + [NAN] * (len(sessions) - half)
    closes = {"A": stops, "B": [10.0] * len(sessions)}
    file = holdings("FND", str(sessions[0]), {"A": 50, "B": 50})
    answered = measured(make_market(prices(sessions, closes), file), sessions[0], sessions[-1])
    assert answered.basket_return == pytest.approx(0.1)
    assert answered.flags[0] == (f"last traded {sessions[half - 1]}",)
    assert answered.outside == ("ended", "")

    stopped = prices(
        sessions,
        closes,
        through={"A": sessions[half - 1], "B": sessions[-1]},
        failures={"A": "time-out"},
    )
    silent = measured(make_market(stopped, file), sessions[0], sessions[-1])
    assert silent.basket_return == 0
    assert silent.reasons[0] == f"no closes since {sessions[half - 1]}: time-out"
    assert silent.segments[0].coverage == pytest.approx(0.5)


@pytest.mark.parametrize(("age", "there"), [(5, True), (6, False)])
def test_a_start_close_is_at_most_five_sessions_old(age: int, there: bool) -> None:
    sessions = weekdays("2026-01-05", "2026-01-30")
    gap = [10.0] + [NAN] * age + [11.0] * (len(sessions) - age - 1)
    market = make_market(
        prices(sessions, {"A": gap, "B": [10.0] * len(sessions)}),
        holdings("FND", str(sessions[0]), {"A": 50, "B": 50}),
    )
    found = measured(market, sessions[age], sessions[-1])
    assert bool(found.measured[0, 0]) is there
    if not there:
        assert found.reasons[0] == "no price at start"


def test_a_tenfold_jump_is_quarantined_unless_a_split_is_on_record() -> None:
    closes = {"A": [10, 10, 101, 101], "B": [10, 10, 10, 11]}
    file = holdings("FND", str(DAYS[0]), {"A": 50, "B": 50})
    found = measured(make_market(prices(DAYS[:4], closes), file), DAYS[0], DAYS[3])
    assert found.reasons[0] == (
        f"quarantined: moved by a factor 10.1 on {DAYS[2]}, no split on record"
    )
    assert math.isnan(found.window_returns[0])
    known = prices(DAYS[:4], closes, splits=[("A", DAYS[2], 10.0)])
    assert measured(make_market(known, file), DAYS[0], DAYS[3]).measured[0, 0]


@pytest.mark.parametrize(("split", "later"), [(4.0, 2.5), (0.5, 20.0), (1.5, 6.7)])
def test_closes_on_two_sides_of_a_split_on_different_bases_are_quarantined(
    split: float, later: float
) -> None:
    """An older import stands before the split, a newer one after it, nobody carried it over."""
    closes = {"A": [10, 10, later, later], "B": [10, 10, 10, 11]}
    file = holdings("FND", str(DAYS[0]), {"A": 50, "B": 50})
    market = make_market(prices(DAYS[:4], closes, splits=[("A", DAYS[2], split)]), file)
    assert measured(market, DAYS[0], DAYS[3]).reasons[0] == (
        f"quarantined: closes before and after the split of {DAYS[2]} are on different bases"
    )
    rightly = {"A": [10, 10, 11, 11], "B": [10, 10, 10, 11]}
    fine = make_market(prices(DAYS[:4], rightly, splits=[("A", DAYS[2], split)]), file)
    assert measured(fine, DAYS[0], DAYS[3]).measured.all()


def test_a_jump_before_the_window_harms_nothing() -> None:
    closes = {"A": [1, 101, 101, 102], "B": [10, 10, 10, 11]}
    file = holdings("FND", str(DAYS[1]), {"A": 50, "B": 50})
    found = measured(make_market(prices(DAYS[:4], closes), file), DAYS[1], DAYS[3])
    assert found.measured.all()


def test_a_renamed_line_is_followed_under_its_new_symbol() -> None:
    market = make_market(
        prices(DAYS[:3], {"NEW": [10, 11, 12]}),
        holdings("FND", str(DAYS[0]), {"OLD": 50}),
        aliases={"OLD": "NEW"},
    )
    found = measured(market, DAYS[0], DAYS[2])
    assert found.symbols == ("NEW",)
    assert found.basket_return == pytest.approx(0.2)


def test_a_close_beside_adjusted_closes_says_why_these_are_not_used() -> None:
    """A vendor's adjusted closes of A, and one close of it from another file."""
    late = [NAN, NAN, NAN, 13]
    market = make_market(
        prices(DAYS[:4], {"A": late, "B": [10] * 4}, adjusted={"A": [10, 11, 12, 13]}),
        holdings("FND", str(DAYS[0]), {"A": 50, "B": 50}),
    )
    assert measured(market, DAYS[0], DAYS[2], "tr").reasons[0] == (
        "no prices: closes begin later, and adjusted ones are not used beside closes"
    )


def test_only_adjusted_closes_answer_total_return_alone() -> None:
    market = make_market(
        prices(DAYS[:3], {"B": [10, 10, 10]}, adjusted={"A": [10, 11, 12], "B": [10, 10, 10]}),
        holdings("FND", str(DAYS[0]), {"A": 50, "B": 50}),
    )
    assert measured(market, DAYS[0], DAYS[2], "tr").basket_return == pytest.approx(0.1)
    found = measured(market, DAYS[0], DAYS[2], "pr")
    assert found.reasons[0] == "only adjusted closes: no price return"
    # on the file's own date nothing is carried, so nothing is estimated
    assert not found.estimated
    assert measured(market, DAYS[1], DAYS[2], "tr").estimated


def test_flags_tell_a_reader_what_to_know() -> None:
    sessions = weekdays("2026-01-05", "2026-01-16")
    size = len(sessions)
    closes = {"A": [10.0] * size, "B": [10.0 + i for i in range(size)], "C": [10.0] * size}
    market = make_market(
        prices(sessions, closes, volume={"A": [0.0] * size, "B": [0.0] * size, "C": [5.0] * size}),
        holdings(
            "FND",
            str(sessions[0]),
            {"A": 50, "B": 50, "C": 50},
            price={"A": 10.0, "B": 10.0, "C": 11.0},
        ),
        spinoffs=[("B", sessions[2]), ("C", sessions[0])],
    )
    found = measured(market, sessions[0], sessions[-1])
    assert found.flags == {
        0: ("stale",),
        1: (f"spin-off {sessions[2]}",),
        2: ("disagrees with the file",),
    }


def test_a_reconstitution_inside_the_window_uses_the_first_file_after_it() -> None:
    closes = {"A": [10, 11, 12, 12], "B": [10, 10, 10, 20]}
    before = holdings("FND", str(DAYS[0]), {"A": 50})
    after = holdings("FND", str(DAYS[2]), {"B": 50})
    remade = {"FND": (DAYS[1],)}
    market = make_market(prices(DAYS[:4], closes), before, after, reconstitutions=remade)
    found = measured(market, DAYS[0], DAYS[3])
    assert [(s.start, s.holdings_as_of, s.estimated) for s in found.segments] == [
        (DAYS[0], DAYS[0], False),
        (DAYS[1], DAYS[2], True),
        (DAYS[2], DAYS[2], False),
    ]
    assert found.basket_return == pytest.approx(1.1 * 1.0 * 2.0 - 1)

    alone = make_market(prices(DAYS[:4], closes), before, reconstitutions=remade)
    found = measured(alone, DAYS[0], DAYS[3])
    assert [s.older_than for s in found.segments] == [None, DAYS[1]]


def test_a_file_dated_on_a_holiday_counts_as_the_session_before() -> None:
    closes = {"A": [10.0, 11.0, 12.0, 13.0]}
    sunday = date(2026, 1, 11)
    sessions = [DAYS[3], DAYS[4], DAYS[5], DAYS[6]]
    assert pydate(np.datetime64(sunday)) not in sessions
    market = make_market(
        prices(sessions, closes),
        holdings("FND", str(sessions[0]), {"A": 1}),
        holdings("FND", str(sunday), {"A": 1}),
    )
    found = measured(market, sessions[0], sessions[-1])
    assert [s.start for s in found.segments] == [sessions[0], date(2026, 1, 9)]
    assert not found.estimated


def test_lines_of_one_symbol_are_summed() -> None:
    market = make_market(
        prices(DAYS[:3], {"NEW": [10, 11, 12], "B": [10, 10, 10]}),
        holdings("FND", str(DAYS[0]), {"OLD": 25, "NEW": 25, "B": 50}),
        aliases={"OLD": "NEW"},
    )
    found = measured(market, DAYS[0], DAYS[2])
    assert contribution(found) == pytest.approx({"NEW": 0.1, "B": 0.0})
