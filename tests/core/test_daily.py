"""Daily breadth and the sector attribution against worked answers and by hand."""

from __future__ import annotations

import itertools
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.data.frames import FloatArray, IntArray
from core.data.latest import latest
from core.measures.attribution import brinson, by_sector
from core.measures.contribution import basket
from core.measures.correlation import average_correlation, can_correlate, correlation_of
from core.measures.counting import Marks, extremes, may_move, sums
from core.measures.daily import daily, ema, oscillators
from core.measures.membership import spans
from core.measures.trait_bits import trailing
from tests.answers.read import vectors
from tests.market import NAN, holdings, make_market, prices, weekdays

TV3, TV6 = vectors()["series_tv3"], vectors()["brinson_tv6"]
DAYS = weekdays("2026-01-05", "2026-01-16")


def test_oscillators_of_the_worked_answer() -> None:
    found = oscillators(*(np.array(TV3[k], float) for k in ("A", "D", "AV", "DV")))
    assert found.line.tolist() == TV3["ad_line"]
    assert found.rana == pytest.approx(TV3["rana1000"])
    assert found.mcclellan == pytest.approx(TV3["mcclellan"])
    assert found.summation == pytest.approx(TV3["summation"])
    expected = [NAN if t is None else t for t in TV3["trin"]]
    assert found.trin == pytest.approx(expected, nan_ok=True)


def test_a_session_without_a_move_leaves_the_averages_as_they_were() -> None:
    assert ema(np.array([NAN, 1.0, NAN, 2.0]), 0.5) == pytest.approx([NAN, 1, 1, 1.5], nan_ok=True)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 20, 21, 33, 39, 40, 41])
def test_sums_and_extremes_are_those_of_every_window(size: int) -> None:
    values = np.random.default_rng(3).normal(size=(40, 3))
    values[11, 1] = NAN
    windows = [values[t : t + size] for t in range(40 - size + 1)]
    for got, of in (
        (extremes(values, size, high=True), np.max),
        (extremes(values, size, high=False), np.min),
        (sums(values, (size,))[size], np.sum),
    ):
        assert got.shape == (len(windows), 3)
        for row, window in zip(got, windows, strict=True):
            assert row == pytest.approx(of(window, axis=0), nan_ok=True)


def test_what_neighbouring_rows_share_is_in_each_of_them() -> None:
    values = np.random.default_rng(5).normal(size=(60, 3))
    values[51, 1] = values[33, 2] = NAN
    ways = ((np.add, np.sum), (np.fmax, np.nanmax))
    sizes, rows = (1, 2, 3, 7, 8, 20, 33), (1, 2, 7, 8, 20, 27)
    for size, wanted, (pick, of) in itertools.product(sizes, rows, ways):
        expected = []
        for last in range(61 - wanted, 61):
            window = values[last - size : last]
            alone = np.isnan(window).all(axis=0)
            expected.append(np.where(alone, NAN, of(np.where(alone, 0.0, window), axis=0)))
        got = trailing(pick, values, size, wanted)
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12, err_msg=f"{size, wanted}")


def test_counts_of_two_blocks_are_those_of_one() -> None:
    """Rows are counted in blocks; what is asked for may begin and end inside any two of them."""
    closes = np.random.default_rng(7).normal(100, 1, size=(400, 5))
    days = weekdays("2024-01-01", "2025-12-31")[:400]
    market = make_market(
        prices(days, {f"L{n}": closes[:, n].tolist() for n in range(5)}),
        holdings("F", "2024-01-01", {f"L{n}": 1 for n in range(5)}),
    )
    matrix = market.matrix((2024, 2025))
    assert matrix is not None
    listed = np.array([matrix.column[f"L{n}"] for n in range(5)])
    up = (np.diff(closes[:, :3], axis=0) > 0).sum(axis=1)
    for first, last in ((1, 400), (100, 140), (128, 256), (130, 384)):
        marks, rows = Marks(matrix), slice(first, last)
        counts = marks.counts(listed, listed[:3], rows)
        assert counts.up.tolist() == up[first - 1 : last - 1].tolist()
        assert marks.moves(listed, listed[:3], rows)[0].tolist() == counts.up.tolist()


def test_latest_keeps_the_latest_alone() -> None:
    kept: dict[int, int] = {}
    for key in range(100):
        assert latest(kept, key, lambda key=key: key * key, 8) == key * key  # type: ignore[misc]
        assert key in kept and len(kept) <= 8
    assert latest(kept, 99, lambda: 0, 8) == 99 * 99


def test_an_average_is_over_a_lines_own_closes() -> None:
    """21 closes with a hole: the mean of the last 20 spans 21 sessions, and 21 > 11.5."""
    days = weekdays("2026-01-01", "2026-01-30")
    closes = [*range(1, 11), NAN, *range(11, 22)]
    market = make_market(prices(days, {"A": closes}), holdings("F", "2026-01-01", {"A": 1}))
    found = daily(market, "F", (days[0], days[-1]), days[-1], "pr")
    assert found is not None and found.sessions.tolist() == days[1:]
    assert np.isnan(found.above[20][:19]).all() and found.above[20][19:].tolist() == [1, 1]


def test_members_are_counted_while_they_are_members() -> None:
    closes = {
        "A": [10, 11, 12, 11, 11, 11],
        "B": [10, 9, 9, 10, 10, 11],
        "C": [10, 11, 12, 13, 14, 15],
    }
    volume = {s: [100.0 * (i + 1)] * 6 for i, s in enumerate("ABC")}
    market = make_market(
        prices(DAYS[:6], closes, volume=volume),
        holdings("FND", str(DAYS[0]), {"A": 1, "B": 1}),
        holdings("FND", str(DAYS[3]), {"B": 1, "C": 1}),
    )
    found = daily(market, "FND", (DAYS[0], DAYS[5]), DAYS[5], "pr")
    assert found is not None
    assert found.sessions.tolist() == DAYS[1:6] and found.since == DAYS[1]
    assert found.advances.tolist() == [1, 1, 1, 1, 2]
    assert found.declines.tolist() == [1, 0, 1, 0, 0]
    assert found.unchanged.tolist() == [0, 1, 0, 1, 0]
    # day 1: one up with volume 100, one down with volume 200
    assert found.oscillators.trin[0] == pytest.approx((1 / 1) / (100 / 200))
    assert not found.settled.any()
    earlier = daily(market, "FND", (DAYS[0], DAYS[3]), DAYS[3], "pr")
    assert earlier is not None and earlier.sessions[-1].item() == DAYS[3]
    assert earlier.advances.tolist() == [1, 1, 1]
    # before the window its own lists go on: the same counts, whatever the window
    short = daily(market, "FND", (DAYS[2], DAYS[5]), DAYS[5], "pr")
    assert short is not None and short.sessions.tolist() == DAYS[1:6]
    assert short.oscillators.line.tolist() == found.oscillators.line.tolist() == [0, 1, 1, 2, 4]
    assert daily(market, "NONE", (DAYS[0], DAYS[5]), DAYS[5], "pr") is None


def test_highs_need_a_year_of_closes_and_are_strict() -> None:
    sessions = weekdays("2025-01-01", "2026-01-30")
    size = len(sessions)
    rising = [10.0 + i for i in range(size)]
    flat = [10.0] * size
    market = make_market(
        prices(sessions, {"A": rising, "B": flat, "C": rising[::-1]}),
        holdings("FND", str(sessions[0]), {"A": 1, "B": 1, "C": 1}),
    )
    found = daily(market, "FND", (sessions[0], sessions[-1]), sessions[-1], "pr")
    assert found is not None
    at = {day: place for place, day in enumerate(found.sessions.tolist())}
    last, first = at[sessions[251]], at[sessions[252]]
    assert np.isnan(found.highs[last]) and found.highs[first] == 1 and found.lows[first] == 1
    below, full = at[sessions[198]], at[sessions[199]]
    assert np.isnan(found.above[200][below]) and found.above[200][full] == pytest.approx(1 / 3)


def test_a_flat_line_is_never_above_its_average() -> None:
    sessions = weekdays("2025-01-01", "2026-01-30")
    for close in (10.1, 33.37, 0.07):
        market = make_market(
            prices(sessions, {"A": [close] * len(sessions)}),
            holdings("FND", str(sessions[0]), {"A": 1}),
        )
        found = daily(market, "FND", (sessions[0], sessions[-1]), sessions[-1], "pr")
        assert found is not None
        for share in found.above.values():
            assert np.nanmax(share) == 0


def test_brinson_fachler_of_the_worked_answer() -> None:
    found = brinson(("a", "b", "c"), *(np.array(TV6[k]) for k in ("wS", "wL", "rS", "rL")))
    for name in ("allocation", "selection", "interaction"):
        assert [getattr(e, name) * 1e4 for e in found] == pytest.approx(TV6[f"{name}_bp"])
    assert sum(e.total for e in found) * 1e4 == pytest.approx(TV6["total_bp"])


def test_a_sector_empty_on_one_side_has_no_selection() -> None:
    ws, wl = np.array([1.0, 0.0]), np.array([0.4, 0.6])
    found = brinson(("a", "b"), ws, wl, np.array([0.1, NAN]), np.array([0.05, 0.2]))
    assert found[1].selection == 0 and found[1].small_return is None
    assert sum(e.total for e in found) == pytest.approx(0.1 - (0.4 * 0.05 + 0.6 * 0.2))


def test_sectors_of_two_baskets_add_up_to_their_gap() -> None:
    two = DAYS[:2]
    market = make_market(
        prices(two, {"A": [10, 12], "B": [10, 9], "C": [10, 10.5], "D": [10, 11]}),
        holdings("S", str(two[0]), {"A": 60, "B": 40}, sectors={"A": "Energy", "B": "Utilities"}),
        holdings("L", str(two[0]), {"C": 70, "D": 30}, sectors={"C": "Energy", "D": "Materials"}),
    )
    small, large = (basket(market, spans(market, f, *two, two[1]), "pr") for f in "SL")
    assert small is not None and large is not None
    found = by_sector(small, large)
    assert {e.name for e in found} == {"Energy", "Utilities", "Materials"}
    assert sum(e.total for e in found) == pytest.approx(
        small.basket_return - large.basket_return, abs=1e-15
    )


def test_a_sector_that_joined_later_keeps_the_sum() -> None:
    three = DAYS[:3]
    market = make_market(
        prices(three, {"A": [10, 12, 12], "B": [10, 10, 13], "C": [10, 10.5, 11]}),
        holdings("S", str(three[0]), {"A": 60}, sectors={"A": "Energy"}),
        holdings("S", str(three[1]), {"A": 60, "B": 40}, sectors={"A": "Energy", "B": "Utilities"}),
        holdings("L", str(three[0]), {"C": 70}, sectors={"C": "Energy"}),
    )
    small, large = (
        basket(market, spans(market, f, three[0], three[2], three[2]), "pr") for f in "SL"
    )
    assert small is not None and large is not None
    assert sum(e.total for e in by_sector(small, large)) == pytest.approx(
        small.basket_return - large.basket_return, abs=1e-15
    )


def test_average_correlation_of_the_worked_answer() -> None:
    answer = vectors()["average_correlation"]
    got = average_correlation(
        np.array(answer["w"]), np.array(answer["sigma"]), answer["sigma_index"]
    )
    assert got == pytest.approx(answer["rho"], abs=1e-4)
    assert average_correlation(np.array([1.0]), np.array([0.2]), 0.2) is None
    assert date(2026, 1, 5) == DAYS[0]


def test_the_correlation_of_a_basket_is_the_average_of_its_pairs() -> None:
    """With equal weights and equal deviations rho is the mean of the pairs' correlations."""
    sessions = weekdays("2026-01-05", "2026-06-30")
    rng = np.random.default_rng(11)
    size = len(sessions) - 1
    steps = rng.normal(size=(size, 4)) + rng.normal(size=(size, 1))
    steps = 0.01 * (steps - steps.mean(axis=0)) / steps.std(axis=0, ddof=1)
    levels = 100 * np.cumprod(np.vstack([np.ones(4), 1 + steps]), axis=0)
    market = make_market(
        prices(sessions, dict(zip("ABCD", levels.T.tolist(), strict=True))),
        holdings("FND", str(sessions[0]), dict.fromkeys("ABCD", 1.0)),
    )
    found = basket(market, spans(market, "FND", sessions[0], sessions[-1], sessions[-1]), "pr")
    assert found is not None
    pairs = np.corrcoef(steps.T)[np.triu_indices(4, 1)]
    assert correlation_of(market, found) == pytest.approx(pairs.mean(), abs=1e-9)
    short = basket(market, spans(market, "FND", sessions[0], sessions[50], sessions[50]), "pr")
    assert short is not None and correlation_of(market, short) is None


@pytest.mark.parametrize(("apart", "advances"), [(5, 1.0), (6, None)])
def test_the_close_before_is_five_sessions_old_at_most(apart: int, advances: float | None) -> None:
    sessions = weekdays("2026-01-05", "2026-03-31")
    closes = [NAN] * len(sessions)
    closes[20], closes[20 + apart] = 10.0, 11.0
    fund = [100.0] * len(sessions)
    market = make_market(
        prices(sessions, {"A": closes, "FND": fund}),
        holdings("FND", str(sessions[20]), {"A": 1.0}),
    )
    breadth = daily(market, "FND", (sessions[20], sessions[40]), sessions[40], "pr")
    if advances is None:
        assert breadth is None
    else:
        assert breadth is not None and breadth.advances.tolist()[0] == advances
        assert breadth.sessions[0].item() == sessions[20 + apart]


def test_the_last_sessions_tell_whether_closes_may_move() -> None:
    """The years before them are looked through for lines of few closes alone."""
    closes, looked_at = np.full((600, 50), NAN), list[int]()

    class Rows:
        def __getitem__(self, key: tuple[slice, IntArray]) -> FloatArray:
            looked_at.append(key[0].stop - key[0].start)
            return closes[key]

    matrix: Any = SimpleNamespace(stand_in=Rows())
    closes[::21] = 10.0
    assert not may_move(matrix, np.arange(50), 300, 600)
    closes[299, 7] = 10.0  # held against that of row 294, but before the first that counts
    assert not may_move(matrix, np.arange(50), 300, 600)
    closes[304, 7] = 10.0
    assert may_move(matrix, np.arange(50), 300, 600)
    assert looked_at == 3 * [6, 305]
    closes[[594, 599], 3] = 10.0
    assert may_move(matrix, np.arange(50), 300, 600) and looked_at[6:] == [6]


@pytest.mark.parametrize("missing", [None, 30])
def test_a_correlation_takes_a_line_with_a_close_on_every_session(missing: int | None) -> None:
    sessions = weekdays("2026-01-05", "2026-04-30")
    closes = [10.0 + place % 3 for place in range(len(sessions))]
    if missing is not None:
        closes[missing] = NAN
    file = holdings("FND", str(sessions[0]), {"A": 1.0})
    market = make_market(prices(sessions, {"A": closes, "B": [5.0] * len(sessions)}), file)
    assert can_correlate(market, file, sessions[0], sessions[60]) is (missing is None)
    assert not can_correlate(market, file, sessions[0], sessions[59])
    assert can_correlate(market, file, sessions[31], sessions[-1]) is False


def test_a_window_in_an_earlier_year_has_its_series_whatever_is_held_later() -> None:
    """Five years held: the sums of a window in 2023 start 504 sessions before its end."""
    sessions = weekdays("2021-01-01", "2026-01-30")
    upto = sessions.index(date(2023, 6, 30)) + 1
    rng = np.random.default_rng(5)
    steps = rng.choice([-0.01, 0.0, 0.01], (len(sessions), 9))
    closes = dict(zip("ABCDEFGHI", (50 * np.cumprod(1 + steps, axis=0)).T.tolist(), strict=True))
    file = holdings("FND", "2022-12-30", dict.fromkeys(closes, 1.0))
    late = holdings("FND", "2025-12-31", dict.fromkeys("ABC", 1.0))
    window = date(2022, 12, 30), sessions[upto - 1]
    short = make_market(prices(sessions[:upto], {s: c[:upto] for s, c in closes.items()}), file)
    found = [
        daily(held, "FND", window, window[1], "pr")
        for held in (short, make_market(prices(sessions, closes), file, late))
    ]
    for one in found:
        assert one is not None
        # session number upto - 1 is the last: 504 before it the sums begin, on the next the first
        assert one.since == sessions[upto - 504] and one.sessions[-1].item() == window[1]
        moved = np.sign(np.round(steps[upto - 504 : upto], 9)).sum(axis=1)
        assert one.oscillators.line.tolist() == np.cumsum(moved).tolist()
    assert found[0] is not None and found[1] is not None
    assert found[0].oscillators.summation.tolist() == found[1].oscillators.summation.tolist()
    assert found[0].above[200].tolist() == pytest.approx(found[1].above[200].tolist(), nan_ok=True)


def test_closes_on_either_side_of_a_jump_are_never_held_against_each_other() -> None:
    """B jumps twelvefold before the window: no advance then, and its averages begin anew."""
    sessions = weekdays("2026-01-01", "2026-03-31")
    closes = [10.0 if i < 25 else 120.0 + i for i in range(len(sessions))]
    market = make_market(
        prices(sessions, {"A": [10.0] * len(sessions), "B": closes}),
        holdings("FND", str(sessions[30]), {"A": 1.0, "B": 1.0}),
    )
    found = daily(market, "FND", (sessions[30], sessions[-1]), sessions[-1], "pr")
    assert found is not None
    at = {day: place for place, day in enumerate(found.sessions.tolist())}
    assert found.advances[at[sessions[25]]] == 0
    # B rises on every session after the jump; it has twenty closes of its own from day 44 on
    assert found.advances[at[sessions[31]]] == 1
    assert found.above[20][at[sessions[43]]] == 0 and found.above[20][at[sessions[44]]] == 0.5
