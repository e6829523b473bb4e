"""Averages, highs, trend and large moves: by hand, a second time, and by other packages."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.answer.by_session import daily_of
from core.answer.snapshot import Question, take
from core.answer.table import ROWS, find, reading, shortfall
from core.data.frames import FloatArray
from core.data.market import Market
from core.measures.daily import Daily, daily
from core.measures.end_weights import held_weights
from core.measures.trait_bits import NAMES, count, medians
from core.measures.traits import Traits
from tests.core import naive_traits
from tests.market import NAN, holdings, make_market, prices, weekdays

SESSIONS = weekdays("2024-06-03", "2026-01-30")
SIZE = len(SESSIONS)


def random_lines(seed: int, lines: int) -> tuple[np.ndarray, np.ndarray]:
    """(T, N) closes and volumes: late ones, ended ones, holes, flat ones, a tenfold jump."""
    rng = np.random.default_rng(seed)
    steps = rng.choice([-0.05, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05], (SIZE, lines))
    steps += np.linspace(-0.004, 0.004, lines)
    closes = np.round(50 * np.cumprod(1 + steps, axis=0), 3)
    volume = rng.integers(0, 50, closes.shape).astype(float)
    closes[: SIZE - 210, 0] = closes[: SIZE - 100, 1] = closes[SIZE - 3 :, 2] = NAN
    closes[SIZE - 40 : SIZE - 36, 3] = closes[SIZE - 30 : SIZE - 22, 4] = NAN
    closes[rng.random(SIZE) < 0.1, 5] = NAN
    closes[:, 6], closes[SIZE - 60 :, 7] = 33.37, closes[SIZE - 60 :, 7] * 40
    closes[50:300, 8] = NAN
    volume[:, 9] = volume[rng.random(SIZE) < 0.3, 10] = NAN
    return closes, volume


def laid_out(closes: np.ndarray, volume: np.ndarray) -> Market:
    symbols = [f"L{n:02}" for n in range(closes.shape[1])]
    table, traded = (dict(zip(symbols, v.T.tolist(), strict=True)) for v in (closes, volume))
    fund = closes[:, 11:].sum(axis=1).tolist()
    held = prices(SESSIONS, {"F": fund, "G": fund, **table}, volume=traded)
    return make_market(
        held,
        holdings("F", str(SESSIONS[0]), dict.fromkeys(symbols, 1.0)),
        holdings("G", str(SESSIONS[0]), dict.fromkeys(symbols[11:], 1.0)),
    )


@pytest.mark.parametrize(
    ("seed", "end"), [(0, SIZE), (1, SIZE), (2, SIZE), pytest.param(3, 245, id="early")]
)
def test_every_bit_is_that_of_the_second_implementation(seed: int, end: int) -> None:
    closes, volume = random_lines(seed, 13)
    market = laid_out(closes, volume)
    matrix = market.matrix(range(2024, 2027))
    assert matrix is not None
    columns = np.array([matrix.column[f"L{n:02}"] for n in range(13)])
    asked = slice(end - 45, end)
    bits, off = Traits(matrix).of(columns, asked)
    # in two pieces, later rows first: what was worked out before is added to
    pieces = Traits(matrix)
    later = pieces.of(columns, slice(end - 9, end))[0]
    assert (later == bits[:, -9:]).all() and (pieces.of(columns, asked)[0] == bits).all()
    for line in range(13):
        breaks = [SIZE - 60] if line == 7 else []
        own = closes[:, line].tolist(), volume[:, line].tolist()
        for on in range(asked.start, end):
            cell = int(bits[line, on - asked.start])
            told = {name: bool(cell >> place & 1) for place, name in enumerate(NAMES)}
            second = naive_traits.traits(*own, on, breaks)
            assert told == {name: second.get(name, False) for name in NAMES}, (line, on)
            expected = naive_traits.off_high(own[0], on, breaks)
            assert off[line, on - asked.start] == pytest.approx(
                NAN if expected is None else expected, nan_ok=True
            )


def series(market: Market, window: tuple[date, date] = (SESSIONS[-90], SESSIONS[-1])) -> Daily:
    found = daily(market, "F", window, window[1], "pr")
    assert found is not None
    return found


def test_counts_over_members_their_shares_and_medians() -> None:
    closes, volume = random_lines(7, 40)
    found = series(laid_out(closes, volume))
    # no value is known of lines without a close at the file's date, nor past a jump
    members = [n for n in range(40) if n not in (0, 1, 7)]
    for back in (1, 2, 30, 88):
        on = SIZE - back
        second = [
            naive_traits.traits(closes[:, n].tolist(), volume[:, n].tolist(), on) for n in members
        ]
        for name in NAMES:
            told = found.standing.whole.counts[name][-back]
            assert told == sum(line.get(name, False) for line in second), (name, back)
        off = [naive_traits.off_high(closes[:, n].tolist(), on) for n in members]
        middle = statistics.median([x for x in off if x is not None])
        assert found.standing.whole.off_median[-back] == pytest.approx(middle)
    tail, whole = found.standing.tail, found.standing.whole
    for name in NAMES:
        assert tail.counts[name].tolist() == whole.counts[name][-len(tail.sessions) :].tolist()
    assert np.isnan(whole.counts["traded"][: -len(SESSIONS[-90:])]).all()


def test_counts_that_another_thread_drops_meanwhile_are_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix = laid_out(*random_lines(4, 16)).matrix({2024, 2025, 2026})
    assert matrix is not None
    some, others, rows = np.arange(12), np.arange(4, 16), slice(320, 400)
    expected = [values.tolist() for values in Traits(matrix).counts(some, rows)]
    traits, waiting = Traits(matrix), [others]

    def meanwhile(off: FloatArray) -> FloatArray:
        while waiting:
            traits.counts(waiting.pop(), rows)
        return medians(off)

    monkeypatch.setattr("core.measures.traits._KEPT", 5)
    traits.counts(some, slice(320, 352))
    monkeypatch.setattr("core.measures.traits.medians", meanwhile)
    assert [values.tolist() for values in traits.counts(some, rows)] == expected


def test_trin_is_measured_over_the_members_that_moved_and_have_a_volume() -> None:
    closes, volume = random_lines(5, 40)
    volume[-1, 12] = NAN
    found = daily(laid_out(closes, volume), "G", (SESSIONS[-9], SESSIONS[-1]), SESSIONS[-1], "pr")
    assert found is not None
    moved = closes[-1, 11:] != closes[-2, 11:]
    assert found.traded[-1] == (moved & np.isfinite(volume[-1, 11:])).sum() < moved.sum()


def test_a_short_window_has_its_last_sessions_and_the_change_of_the_day() -> None:
    closes, volume = random_lines(3, 30)
    market = laid_out(closes, volume)
    asked = Question("F", "G", "1D", basis="pr", daily=True)
    snapshot, before = (take(market, replace(asked, as_of=SESSIONS[-n])) for n in (1, 2))
    assert set(snapshot.indices) == {"F", "G"}
    checked = 0
    for row in ROWS:
        if not row.daily or row.key.startswith("drawdown"):
            continue
        now, then = (reading(row, s.indices["G"], s.daily["G"]) for s in (snapshot, before))
        if now.value is None or then.value is None:
            assert now.change is None
            continue
        checked += 1
        assert now.change == pytest.approx(now.value - then.value), row.key
    assert checked > 25


def test_the_change_of_a_windows_measure_is_against_the_session_before() -> None:
    closes, volume = random_lines(5, 30)
    market = laid_out(closes, volume)
    asked = Question("F", "G", "YTD", basis="pr", daily=True)
    snapshot, before = (take(market, replace(asked, as_of=SESSIONS[-n])) for n in (1, 2))
    checked = 0
    for row in (row for row in ROWS if not row.daily):
        view, earlier = (s.indices["G"] for s in (snapshot, before))
        now = reading(row, view, None, snapshot.before["G"])
        then = row.value(earlier, None)
        if now.value is None or then is None:
            assert now.change is None
            continue
        checked += 1
        assert now.change == pytest.approx(now.value - then, abs=1e-12), row.key
    assert checked > 30
    assert not take(market, replace(asked, window="1D", as_of=SESSIONS[-1])).before


def test_by_hand() -> None:
    """A doubles over 261 sessions, B halves, C stands still, D is 10 % off since yesterday."""
    sessions = weekdays("2025-01-01", "2026-01-30")
    size = len(sessions)
    line = np.arange(size) / (size - 1)
    table = {
        "A": (100 + 100 * line).tolist(), "B": (100 - 50 * line).tolist(), "C": [10.0] * size,
        "D": [50.0] * (size - 1) + [45.0], "F": [10.0] * size, "G": [10.0] * size,
    }  # fmt: skip
    volume = {"A": [5.0] * size, "D": [5.0] * (size - 1) + [6.0]}
    market = make_market(
        prices(sessions, table, volume=volume),
        holdings("F", str(sessions[0]), {"A": 50, "B": 30, "C": 15, "D": 5}),
        holdings("G", str(sessions[0]), {"C": 1}),
    )
    snapshot = take(market, Question("F", "G", "1Y", basis="pr", daily=True))
    view, found = snapshot.indices["F"], snapshot.daily["F"]
    told = {row.key: reading(row, view, found) for row in ROWS}
    for name, value in {
        "share_above_5": 1 / 4,  # A
        "share_above_200": 1 / 4,
        "share_at_high": 2 / 4,  # A and C
        "share_within_5": 2 / 4,
        "share_off_10": 2 / 4,  # B and D, at exactly 10 %
        "share_off_20": 1 / 4,
        "share_off_30": 1 / 4,
        # A 4, B 0, C 0 (never strictly above), D: 45 < 50: 0, its averages alike
        "trend_score": 1.0,
        "share_uptrend": 1 / 4,
        "share_downtrend": 3 / 4,
        "off_high_median": 0.05,  # 0, 0, 0.10 and B's
        "fund_off_high": 0.0,
        "down4": 1.0,  # D, on more volume; A stands where it stood
        "up4": 0.0,
    }.items():
        assert told[name].value == pytest.approx(value), name
    assert told["share_above_200"].of == 4 and told["down4"].of == 2
    assert told["share_off_10"].change == pytest.approx(1 / 4)
    # B's deepest fall is the whole way, from the close of 30 January 2025
    start = table["B"][sessions.index(date(2025, 1, 30))]
    falls = [0.0, 1 - 50 / start, 0.0, 0.1]
    assert told["drawdown_mean"].value == pytest.approx(statistics.fmean(falls))
    assert told["drawdown_median"].value == pytest.approx(0.05)
    # the file's values are those of the first session: A 50 x 2, B 30 / 2, C 15, D 4.5
    end = {"A": 100.0, "B": 15.0, "C": 15.0, "D": 4.5}
    whole = sum(end.values())
    assert told["top1_weight"].value == pytest.approx(100 / whole)
    assert told["top3_weight"].value == pytest.approx(130 / whole)
    assert told["top5_weight"].value is None
    assert told["effective_n_end"].value == pytest.approx(
        1 / sum((v / whole) ** 2 for v in end.values())
    )
    # A alone beats the basket: its weight on 30 January 2025
    at = sessions.index(date(2025, 1, 30))
    first = {"A": 50 * table["A"][at] / 100, "B": 30 * table["B"][at] / 100, "C": 15.0, "D": 5.0}
    assert told["weight_outperforming"].value == pytest.approx(first["A"] / sum(first.values()))


def test_too_few_closes() -> None:
    """30 sessions held: nothing that needs more, and the sentence that says who has them."""
    sessions = weekdays("2025-12-01", "2026-01-30")
    size = len(sessions)
    short = [NAN] * (size - 8) + [float(n) for n in range(8)]
    table = {"A": [10.0 + n for n in range(size)], "B": [n + 1 for n in short], "F": [1.0] * size}
    market = make_market(
        prices(sessions, {**table, "G": [1.0] * size}),
        holdings("F", str(sessions[-8]), {"A": 1, "B": 1}),
        holdings("G", str(sessions[0]), {"A": 1}),
    )
    snapshot = take(market, Question("F", "G", "1W", basis="pr"))
    view, found = snapshot.indices["F"], daily_of(market, snapshot, "F")
    for key, of in (("share_above_5", 2), ("share_above_10", 1), ("share_above_200", 0)):
        row = find(key)
        assert row is not None
        told = reading(row, view, found)
        assert told.of == of and (told.value is None) == (of == 0)
        words = f"needs {row.closes} closes: {of} of 2 have them"
        assert shortfall(row, told) == ("" if of == 2 else words)
    for key in ("off_high_median", "share_at_high", "trend_score", "up25_21", "up4", "up4_ratio_5"):
        row = find(key)
        assert row is not None
        value = reading(row, view, found).value
        assert value is None or key == "up25_21"
    for key in ("up4", "down4", "up4_ratio_5", "up4_ratio_10", "trin"):
        row = find(key)
        assert row is not None
        words = "needs volumes: 0 of 2 have them"
        assert shortfall(row, reading(row, view, found)) == words, key


def test_averages_and_highs_are_those_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    closes, volume = random_lines(11, 30)
    whole = closes[:, 11:]
    market = laid_out(closes, volume)
    found = daily(market, "G", (SESSIONS[-60], SESSIONS[-1]), SESSIONS[-1], "pr")
    assert found is not None
    frame = pandas.DataFrame(whole)
    counted, rows = found.standing.whole, slice(SIZE - 59, SIZE)
    for size in (5, 10, 100):
        over = (frame > frame.rolling(size).mean() * (1 + 1e-9)).mean(axis=1).to_numpy()[rows]
        assert counted.share(f"above_{size}", f"averaged_{size}")[-59:] == pytest.approx(over)
    off = 1 - frame / frame.rolling(252).max()
    assert counted.off_median[-59:] == pytest.approx(off.median(axis=1).to_numpy()[rows])
    own = frame.sum(axis=1)
    own_off = (1 - own / own.rolling(252).max()).to_numpy()[rows]
    assert counted.own_off[-59:] == pytest.approx(own_off)


def test_many_lines_are_counted_without_a_carry() -> None:
    """Four counters share a number: 300 lines with every bit are 300, not 44."""
    bits = np.full((300, 3), (1 << len(NAMES)) - 1, np.uint32)
    assert (count(bits) == 300).all()


def test_weights_of_no_lines_are_none() -> None:
    found = held_weights(np.zeros(4))
    assert found.of_top(1) is None and found.effective_n is None
    even = held_weights(np.full(4, 0.2))
    assert even.of_top(3) == pytest.approx(0.6) and even.effective_n == pytest.approx(4)
    assert even.of_top(5) is None
