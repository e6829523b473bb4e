"""The board: each row is what the pair's own answer says, for every window and date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.answer.board import RANKED, WINDOWS, Board, Pair, board
from core.answer.snapshot import take
from core.data.errors import UnavailableError
from core.data.market import Market
from core.data.question import Question
from core.measures.spread import Spread
from tests.market import make_market, prices, weekdays

DAYS = weekdays("2023-01-02", "2026-06-26")
PAIRS = (
    Pair("IWM", "SPY", "size"),
    Pair("SPY", "IWM"),
    Pair("NEW", "SPY", "own"),
    Pair("FAR", "SPY"),
    Pair("BAD", "SPY"),
)
DATES = (None, date(2026, 6, 25), date(2026, 3, 31), date(2025, 1, 4), date(2023, 1, 3))


def closes(seed: int, count: int) -> list[float]:
    """A random walk; its last ``count`` sessions."""
    steps = np.random.default_rng(seed).normal(0, 0.01, len(DAYS))
    return [float("nan")] * (len(DAYS) - count) + list(100 * np.exp(np.cumsum(steps)))[-count:]


@pytest.fixture(scope="module")
def market() -> Market:
    """Two funds of three and a half years; others of a year, with other holidays, ended, doubtful.

    The doubtful one jumps to the 25-fold 80 sessions before the end, with no split on record.
    """
    whole = len(DAYS)
    far = closes(5, whole)
    far[3:-1:9] = [float("nan")] * len(far[3:-1:9])
    ended = closes(4, whole)
    ended[-21:] = [float("nan")] * 21
    table = {"IWM": closes(1, whole), "SPY": closes(2, whole), "NEW": closes(3, 252), "OLD": ended}
    jump = [25.0 if place >= whole - 80 else 1.0 for place in range(whole)]
    table["BAD"] = [close * times for close, times in zip(closes(6, whole), jump, strict=True)]
    table["FAR"] = far
    return make_market(prices(DAYS, table))


def answer(
    market: Market, pair: Pair, window: str, as_of: date | None, basis: str
) -> Spread | None:
    """What the pair's own answer gives; None where the window is not available."""
    question = Question(pair.small, pair.large, window=window, as_of=as_of, basis=basis)
    try:
        return take(market, question).spread
    except UnavailableError:
        return None


@pytest.mark.parametrize("basis", ["tr", "pr"])
@pytest.mark.parametrize("as_of", DATES)
def test_every_row_is_the_answer_of_its_pair(
    market: Market, as_of: date | None, basis: str
) -> None:
    rows = board(market, PAIRS, basis, as_of).rows
    compared = 0
    for row, pair in zip(rows, PAIRS, strict=True):
        for window in (*WINDOWS, *RANKED):
            spread = answer(market, pair, window, as_of, basis)
            if window in WINDOWS:
                assert row.gaps.get(window) == (spread.gap if spread else None)
            if window in RANKED:
                rank = spread.rolling if spread else None
                assert row.ranks.get(window) == rank
                assert row.percentile(window) == (rank.percentile if rank and rank.claim else None)
            if spread is not None and row.history is not None:
                assert row.streak == spread.history.session_streak
                assert row.run == row.streak.sign * row.streak.length
                ratio, year = spread.history.ratio, row.ratio_year
                assert row.ratio == ratio
                for name in ("level", "end", "high_52", "low_52", "averages"):
                    assert getattr(year, name) == getattr(ratio, name)
                compared += 1
    assert compared >= (14 if as_of is None or as_of.year > 2024 else 0)


def test_a_doubtful_close_takes_the_windows_over_it_alone(market: Market) -> None:
    row = board(market, (Pair("BAD", "SPY"),)).rows[0]
    known = {window for window in WINDOWS if row.gaps[window] is not None}
    # the quarter began 62 sessions before the end, the year 127
    assert known == {"1D", "1W", "1M", "QTD"} and "BAD" in row.missing
    assert row.percentile("3M") is None and row.run


def test_what_a_row_shows_asks_for_no_whole_rank_streak_or_ratio(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    for name in ("rank_value", "streak_of", "level_history"):
        monkeypatch.setattr(f"core.measures.pair_history.{name}", refuse)
    row = board(market, PAIRS[:1]).rows[0]
    assert row.run and row.ratio_year is not None and len(row.spark) == 64
    assert row.percentile("1M") is not None and row.stretched is not None
    assert "streak" in row.new or abs(row.run) > 1
    with pytest.raises(AssertionError):
        _ = row.ranks["1M"]


def test_one_date_for_all_and_a_pair_that_ends_before_it_says_where(market: Market) -> None:
    shown = board(market, (Pair("IWM", "SPY"), Pair("OLD", "SPY")))
    assert shown.as_of == date(2026, 6, 26)
    assert [row.end for row in shown.rows] == [date(2026, 6, 26), date(2026, 5, 28)]


def test_pairs_without_an_answer_say_why(market: Market) -> None:
    pairs = (Pair("QQQ", "SPY"), Pair("AAA", "BBB"), Pair("SPY", "SPY"))
    reasons = [row.missing for row in board(market, pairs).rows]
    assert reasons == [
        "no closes of QQQ",
        "no closes of AAA and BBB",
        "SPY cannot be compared with itself",
    ]
    nothing: Board = board(market, (Pair("AAA", "BBB"),))
    assert nothing.as_of is None
    assert nothing.rows[0].gaps == {}


def rising(extra: float) -> Market:
    """A pair that stands still for 400 sessions and then moves by ``extra`` on the last one."""
    days = DAYS[:401]
    moves = [100.0 + 0.01 * (place % 2) for place in range(400)]
    return make_market(prices(days, {"IWM": [*moves, 100 * (1 + extra)], "SPY": [100.0] * 401}))


def test_what_is_new_on_the_session() -> None:
    row = board(rising(0.05), (Pair("IWM", "SPY"),)).rows[0]
    assert {"high_52", "percentile_1M", "percentile_3M"} <= row.new
    assert "low_52" not in row.new
    # the last day is Monday 15 July 2024, a month before it Saturday 15 June: 21 sessions from
    # Friday's close on, so 401 - 21 stretches, and this one is far above the others
    assert (DAYS[400], row.ranks["1M"].of) == (date(2024, 7, 15), 380)  # type: ignore[union-attr]
    assert row.percentile("1M") == pytest.approx(379 / 380)
    assert row.stretched == pytest.approx(2 * 379 / 380 - 1, abs=1e-3)


def test_the_rotation_is_the_percentile_and_its_change_over_a_month(market: Market) -> None:
    row = board(market, PAIRS[:1]).rows[0]
    gaps = row.stretches["3M"]
    shares = [np.mean(gaps[np.isfinite(gaps)] < gap) for gap in gaps]
    newest = (shares[-1], shares[-1] - shares[-22])
    assert row.rotation.shape == (9, 2)
    assert row.rotation[-1] == pytest.approx(newest)
    assert row.rotation[0] == pytest.approx((shares[-41], shares[-41] - shares[-62]))
