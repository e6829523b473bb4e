"""Signals by hand and a second time: thrusts, 90 % days, omens, divergences."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.frames import dates_of
from core.data.market import Market
from core.data.windows import resolve
from core.explain.measures import explain
from core.measures.daily import Daily, daily
from core.measures.signals import RULES, Signal, signals, states, thrusts, zweig_average
from core.note.measure_words import signal_sentences
from tests.market import holdings, make_market, prices, weekdays

SESSIONS = weekdays("2024-01-01", "2026-01-30")
SIZE = len(SESSIONS)
LINES = 40


def of(
    moves: np.ndarray,
    volume: np.ndarray | None = None,
    fund: np.ndarray | None = None,
    listed: date = SESSIONS[0],
) -> Market:
    """A market whose lines move by (T, N) steps, a per cent each; the fund as it is told."""
    closes = 50 * np.cumprod(1 + moves / 100, axis=0)
    symbols = [f"L{n:02}" for n in range(moves.shape[1])]
    table = dict(zip(symbols, closes.T.tolist(), strict=True))
    own = (np.full(SIZE, 100.0) if fund is None else fund).tolist()
    traded = None
    if volume is not None:
        traded = dict(zip(symbols, volume.T.tolist(), strict=True))
    return make_market(
        prices(SESSIONS, {"F": own, "G": own, **table}, volume=traded),
        holdings("F", str(listed), dict.fromkeys(symbols, 1.0)),
        holdings("G", str(SESSIONS[0]), dict.fromkeys(symbols[:3], 1.0)),
    )


def up_share(shares: list[float]) -> np.ndarray:
    """(T, N) steps of which such a share are up on the last sessions; half before."""
    out = np.ones((SIZE, LINES))
    out[:, LINES // 2 :] = -1
    out[1::2] *= -1  # nobody drifts away
    for back, share in enumerate(reversed(shares), start=1):
        out[-back] = -1
        out[-back, : round(share * LINES)] = 1
    return out


def told(market: Market) -> tuple[Daily, dict[str, Signal]]:
    month = resolve("1M", SESSIONS[-1], dates_of(SESSIONS))
    found = daily(market, "F", (month.start, month.end), SESSIONS[-1], "pr")
    assert found is not None
    return found, {signal.key: signal for signal in signals(found)}


def average(found: Daily) -> list[float]:
    """The exponential average once more: x + 2/11 (new - x), from the first ratio on."""
    out: list[float] = []
    for up, down in zip(found.advances.tolist(), found.declines.tolist(), strict=True):
        ratio = up / (up + down)
        out.append(ratio if not out else out[-1] + 2 / 11 * (ratio - out[-1]))
    return out


def test_a_thrust_comes_within_ten_sessions() -> None:
    """Six sessions of nobody take the average from .50 to .150, four of everybody to .617."""
    low, high = 0.5 * (9 / 11) ** 6, 1 - (1 - 0.5 * (9 / 11) ** 6) * (9 / 11) ** 4
    assert (low < 0.40, high > 0.615) == (True, True)
    found, by_key = told(of(up_share([0.0] * 6 + [1.0] * 4)))
    assert zweig_average(found)[-1] == pytest.approx(high) == pytest.approx(average(found)[-1])
    thrust = by_key["zweig"]
    assert (thrust.state, thrust.fired, thrust.since, thrust.last) == (
        "on", True, SESSIONS[-1], SESSIONS[-1],
    )  # fmt: skip
    _, before = told(of(up_share([0.0] * 6 + [1.0] * 3)))
    armed = before["zweig"]
    # below .40 still after one session of everybody (.305), above after two (.431)
    assert (armed.state, armed.days_left, armed.fired) == ("armed", 8, False)
    _, later = told(of(up_share([0.0] * 6 + [1.0] * 4 + [0.5])))
    assert (later["zweig"].state, later["zweig"].ended) == ("off", False)
    assert later["zweig"].last == SESSIONS[-2]
    # below .40 last after the first session of everybody: its eleventh session is too late
    for more, state, ended in ((9, "armed", False), (10, "off", True), (11, "off", False)):
        _, slow = told(of(up_share([0.0] * 6 + [1.0, 1.0] + [0.5] * more)))
        assert (slow["zweig"].state, slow["zweig"].ended) == (state, ended)


def test_a_thrust_that_takes_eleven_sessions_is_none() -> None:
    dip, rise = [0.0] * 6, [1.0, 1.0]
    # below .40 last on the first session of the rise: nine more at about half, then up
    for wait, fires in ((4, True), (9, False)):
        found, by_key = told(of(up_share([*dip, *rise, *[0.5] * wait, *[1.0] * 3])))
        values = average(found)
        last_low = max(n for n, x in enumerate(values) if x < 0.40)
        assert (values[-1] > 0.615 or values[-2] > 0.615) is True
        crossed = next(n for n, x in enumerate(values) if n > last_low and x > 0.615)
        assert (crossed - last_low <= 10) is fires
        assert (by_key["zweig"].last is not None) is fires


def noted(moves: np.ndarray, fund: np.ndarray | None = None) -> list[str]:
    """What the note says of the signals of the last session, without whose members they are of."""
    market = of(moves, fund=fund, listed=date(2025, 12, 31))
    snapshot = take(market, Question("F", "G", "1M", SESSIONS[-1], basis="pr", daily=True))
    whose = " (members by F's file of 31 December 2025, not an exchange's issues)."
    sentences = [f"{one}" for one in signal_sentences(snapshot, snapshot.indices["F"])]
    assert all(one.startswith("F: ") and one.endswith(whose) for one in sentences)
    return [one[3 : -len(whose)] for one in sentences]


def test_the_note_says_which_signals_came_or_ended() -> None:
    dip = [0.0] * 6
    assert noted(up_share([*dip, *[1.0] * 4])) == ["Zweig breadth thrust came on"]
    assert noted(up_share([*dip, *[1.0] * 4, 0.5])) == []
    # a thrust that never came has not ended: its time has
    lapsed = [*dip, 1.0, 1.0, *[0.5] * 10]
    assert noted(up_share(lapsed)) == ["Zweig breadth thrust did not come within 10 sessions"]
    assert noted(up_share([0.95])) == ["90 % up day by members came on"]
    fund = np.linspace(100, 150, SIZE)
    fund[-1] = fund[-2] * 0.989
    assert noted(up_share([0.45] * 21), fund) == ["A/D line below its high ended"]


def test_thrusts_are_those_of_a_plain_search() -> None:
    rng = np.random.default_rng(2)
    values = np.clip(0.5 + np.cumsum(rng.normal(0, 0.06, 600)) % 0.6 - 0.3, 0.2, 0.8)
    fired, left = thrusts(values)
    expected, used = [], -1
    for n, x in enumerate(values.tolist()):
        lows = [m for m in range(max(used + 1, n - 10), n + 1) if values[m] < 0.40]
        hit = x > 0.615 and bool(lows)
        expected.append(hit)
        if hit:
            used = n
        days = 10 - (n - max(lows)) if lows and not hit else None
        assert np.isnan(left[n]) if days is None else left[n] == days, n
    assert fired.tolist() == expected and sum(expected) > 5


def test_ninety_per_cent_days_by_members_and_by_volume() -> None:
    """36 of 40 up is 90 %; those four have a tenth, or nearly all, of the volume."""
    moves = up_share([0.9])
    volume = np.full(moves.shape, 10.0)
    _, by_key = told(of(moves, volume))
    for key, on in (("up_issues_90", "on"), ("up_volume_90", "on"), ("down_volume_90", "off")):
        assert by_key[key].state == on, key
    # a true bool: NumPy's own cannot be written as JSON
    assert by_key["up_issues_90"].fired is True and by_key["up_issues_90"].since == SESSIONS[-1]
    volume[-1, 36:] = 1000.0
    _, by_key = told(of(moves, volume))
    assert (by_key["up_volume_90"].state, by_key["down_volume_90"].state) == ("off", "on")
    assert by_key["up_issues_90"].state == "on"
    _, by_key = told(of(up_share([35 / 40])))
    assert by_key["up_issues_90"].state == "off"
    assert (by_key["up_volume_90"].state, by_key["up_volume_90"].needs) == (
        "unknown", "needs members' volumes",
    )  # fmt: skip
    # nobody down: all of the volume is of those up
    _, by_key = told(of(up_share([1.0]), np.full(moves.shape, 3.0)))
    assert by_key["up_volume_90"].state == "on" and by_key["down_volume_90"].state == "off"


def omen_market(highs: int, lows: int, *, risen: bool = True, jump: float = 1.0) -> Market:
    """So many lines at a new high, and at a new low, on the last session; the rest in between."""
    moves = up_share([])
    moves[-1] = 0.0
    moves[-1, :highs], moves[-1, highs : highs + lows] = 60.0, -40.0
    # more have fallen than risen of late: the oscillator is below zero
    moves[-12:-1] = -0.001
    fund = np.linspace(100, 110 if risen else 90, SIZE)
    fund[-30:] *= jump
    return of(moves, fund=fund)


@pytest.mark.parametrize(
    ("highs", "lows", "risen", "state"),
    [
        (2, 2, True, "on"),  # 5 % each
        (4, 2, True, "on"),  # twice the lows is not above
        (5, 2, True, "off"),
        (1, 2, True, "off"),  # 2.5 %
        (2, 1, True, "off"),
        (2, 2, False, "off"),
    ],
)
def test_the_omen_by_its_five_conditions(highs: int, lows: int, risen: bool, state: str) -> None:
    found, by_key = told(omen_market(highs, lows, risen=risen))
    assert (found.highs[-1], found.lows[-1]) == (highs, lows)
    assert found.oscillators.mcclellan[-1] < 0 and found.settled[-1]
    assert by_key["hindenburg"].state == state


def test_closes_before_a_doubtful_move_of_the_fund_are_not_compared() -> None:
    """The fund falls, but for one jump to its 25-fold 30 sessions ago with no split on record."""
    assert told(omen_market(2, 2, risen=False))[1]["hindenburg"].state == "off"
    market = omen_market(2, 2, risen=False, jump=25)
    _, by_key = told(market)
    assert by_key["hindenburg"].state == by_key["divergence"].state == "unknown"
    snapshot = take(market, Question("F", "G", "1M", SESSIONS[-1], basis="pr", daily=True))
    for key in ("hindenburg", "divergence"):
        (one,) = explain(market, snapshot, "F", key)
        assert one.value is None and one.computed is None


def test_a_line_that_lags_its_index() -> None:
    """The line falls for a month while the fund goes on to new highs; then both rise again."""
    fund = np.linspace(100, 150, SIZE)
    moves = up_share([0.45] * 21)
    found, by_key = told(of(moves, fund=fund))
    line = found.oscillators.line
    year = line[-252:]
    assert year.max() - line[-1] > 0.01 * (year.max() - year.min())
    signal = by_key["divergence"]
    assert signal.state == "on" and not signal.fired and signal.since is not None
    # the fund 1.1 % off its high: the index has none to lag behind
    late = fund.copy()
    late[-1] = late[-2] * 0.989
    _, by_key = told(of(moves, fund=late))
    assert by_key["divergence"].state == "off" and by_key["divergence"].ended


def test_every_signal_explains_itself() -> None:
    market = omen_market(2, 2)
    snapshot = take(market, Question("F", "G", "1M", SESSIONS[-1], basis="pr", daily=True))
    on = states(snapshot.daily["F"])
    made = {one.title.split(" of F")[0]: one for one in explain(market, snapshot, "F", "signals")}
    assert list(made) == [title for title, _ in RULES.values()]
    for key, (title, rule) in RULES.items():
        one, last = made[title], float(on[key][-1])
        assert one.formula == rule and one.in_words
        # by its name as an alert has it, too
        assert explain(market, snapshot, "F", key) == (one,)
        assert one.value == (None if np.isnan(last) else last) and one.computed == one.value
    assert made["Hindenburg omen"].value == 1.0


def test_too_few_sessions() -> None:
    days = weekdays("2026-01-05", "2026-01-16")
    flat = [10.0 + n for n in range(len(days))]
    market = make_market(
        prices(days, {"F": flat, "A": flat}), holdings("F", str(days[0]), {"A": 1.0})
    )
    found = daily(market, "F", (days[0], days[-1]), date(2026, 1, 16), "pr")
    assert found is not None
    by_key = {signal.key: signal for signal in signals(found)}
    assert by_key["up_issues_90"].state == "on"
    for key in ("zweig", "up_volume_90", "hindenburg", "divergence"):
        assert by_key[key].state == "unknown" and by_key[key].needs
