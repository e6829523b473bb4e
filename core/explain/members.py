"""How the measures that look back a year came about: averages, highs, trend, large moves.

Every member's closes of the window's last session are looked at once more, one member after the
other, with sums and largest values of the closes themselves.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.table import find
from core.data.frames import STALE_SESSIONS, day
from core.explain.daily import OF_WINDOW, SessionFigures, ema_of, one, session_of, volumes
from core.explain.explanation import Explanation, Term, Unit, cut
from core.measures.counting import YEAR_SESSIONS
from core.measures.signals import ZWEIG_ALPHA
from core.measures.trait_bits import DAY_MOVE, HIGH_CLOSES, TREND_CLOSES

if TYPE_CHECKING:
    from core.explain.ground import Ground

Explain = Callable[["Ground"], list[Explanation]]
#: A member's figure, None where its closes do not give one.
Figure = Callable[["Ground", date, np.ndarray, np.ndarray], "float | None"]
_UNITS: Final[dict[str, Unit]] = {
    "share": "percent", "return": "percent", "count": "count", "ratio": "number",
}  # fmt: skip
_DECIMALS: Final = 9


def _figure_of(ground: Ground, session: SessionFigures, key: str) -> tuple[str, float | None, Unit]:
    """A row's title, its value, and the unit it is read in."""
    row = find(key)
    assert row is not None and ground.view is not None
    return row.title, row.value(ground.view, session.daily), _UNITS[row.unit]


def _figures(ground: Ground, session: SessionFigures, figure: Figure) -> list[tuple[str, float]]:
    """Symbol and figure of each member with a close on the session, largest first."""
    figures = []
    for symbol, days, closes in session.members:
        if len(days) and days[-1].item() == session.when:
            value = figure(ground, session.when, days, closes)
            if value is not None:
                figures.append((symbol, value))
    return sorted(figures, key=lambda item: (-item[1], item[0]))


def average(_: Ground, when: date, days: np.ndarray, closes: np.ndarray, size: int) -> float | None:
    """A close over the mean of its last closes, less 1; None where there are too few."""
    if len(closes) < size:
        return None
    return float(closes[-1]) / statistics.fmean(closes[-size:].tolist()) - 1


def off_high(ground: Ground, when: date, days: np.ndarray, closes: np.ndarray) -> float | None:
    """1 - close / highest close of 252 sessions; None where 200 of them are not available."""
    sessions = ground.market.reference.sessions
    first = sessions[max(ground.market.position(when) + 1 - YEAR_SESSIONS, 0)]
    inside = closes[days >= first].tolist()
    return 1 - inside[-1] / max(inside) if len(inside) >= HIGH_CLOSES else None


def trend(_: Ground, when: date, days: np.ndarray, closes: np.ndarray) -> float | None:
    """The trend score; None under 220 closes."""
    if len(closes) < TREND_CLOSES:
        return None
    fifty, long, before = (
        statistics.fmean(part.tolist()) for part in (closes[-50:], closes[-200:], closes[-220:-20])
    )
    pairs = ((float(closes[-1]), fifty), (float(closes[-1]), long), (fifty, long), (long, before))
    return float(sum(one > other * (1 + 1e-9) for one, other in pairs))


def _change(
    ground: Ground, when: date, days: np.ndarray, closes: np.ndarray, sessions: int
) -> float | None:
    """Return since the close of so many sessions before, or one at most 5 older."""
    position = ground.market.position
    target = position(when) - sessions
    if target < 0:
        return None
    calendar = ground.market.reference.sessions
    place = int(np.searchsorted(days, calendar[target], side="right")) - 1
    if place < 0 or target - position(days[place].item()) > STALE_SESSIONS:
        return None
    return float(closes[-1] / closes[place]) - 1


def share(
    key: str, figure: Figure, condition: Callable[[float], bool], words: str, unit: Unit = "percent"
) -> Explain:
    """Explain a share (or, of a count, a number) of members whose figure meets a condition."""

    def explain(ground: Ground) -> list[Explanation]:
        session = session_of(ground)
        if session is None:
            return []
        title, value, read_in = _figure_of(ground, session, key)
        figures = _figures(ground, session, figure)
        inside = [(s, x) for s, x in figures if condition(round(x, _DECIMALS))]
        few = read_in == "count"
        number = float(len(inside)) if few else len(inside) / len(figures) if figures else None
        terms = (
            Term("counted", float(len(inside)), "count", words),
            Term("members", float(len(figures)), "count", "whose closes reach back far enough"),
            *cut((Term(s, x, unit) for s, x in inside), 5, both_ends=True),
        )
        formula = "counted" if few else "counted / members"
        computed = number if figures else None
        return [one(ground, session, title, value, read_in, formula, computed, terms)]

    return explain


def middle(key: str, figure: Figure, words: str, pick: Callable[[list[float]], float]) -> Explain:
    """Explain a mean or a median of the members' figures."""

    def explain(ground: Ground) -> list[Explanation]:
        session = session_of(ground)
        if session is None:
            return []
        title, value, unit = _figure_of(ground, session, key)
        figures = _figures(ground, session, figure)
        computed = pick([x for _, x in figures]) if figures else None
        terms = (
            Term("members", float(len(figures)), "count", "whose closes reach back far enough"),
            *cut((Term(s, x, unit) for s, x in figures), 6, both_ends=True),
        )
        return [one(ground, session, title, value, unit, words, computed, terms)]

    return explain


def zweig(ground: Ground) -> list[Explanation]:
    """Explain the average of A / (A + D) in its closed form."""
    session = session_of(ground)
    if session is None:
        return []
    title, value, unit = _figure_of(ground, session, "zweig_average")
    movers = session.daily.advances + session.daily.declines
    ratios = (session.daily.advances / np.where(movers > 0, movers, np.nan)).tolist()
    ratios = [ratio for ratio in ratios if ratio == ratio]
    computed = ema_of(ratios, ZWEIG_ALPHA) if len(ratios) > 24 else None
    terms = (
        Term("A / (A + D)", ratios[-1] if ratios else None, "ratio", f"of {session.when}"),
        Term("sessions", float(len(ratios)), "count", "seeded with the first; 25 are needed"),
    )
    formula = "exponential average of A / (A + D), alpha 2/11"
    return [one(ground, session, title, value, unit, formula, computed, terms, OF_WINDOW)]


def fund_off_high(ground: Ground) -> list[Explanation]:
    """Explain the fund's distance from its high."""
    session = session_of(ground)
    if session is None:
        return []
    title, value, unit = _figure_of(ground, session, "fund_off_high")
    series, when = ground.market.series(ground.fund), session.when
    closes, days = np.zeros(0), np.zeros(0, "datetime64[D]")
    if series is not None:
        upto = int(np.searchsorted(series.sessions, day(when), side="right"))
        doubts = [session for session, _ in series.doubts if session <= day(when)]
        first = int(np.searchsorted(series.sessions, doubts[-1])) if doubts else 0
        days = series.sessions[first:upto][-YEAR_SESSIONS:]
        closes = series.stand_in[first:upto][-YEAR_SESSIONS:]
    there = len(closes) >= HIGH_CLOSES and days[-1].item() == when
    top = float(closes.max()) if there else None
    computed = 1 - float(closes[-1]) / top if top else None
    terms = (
        Term("close", float(closes[-1]) if there else None, "price", f"of {when}"),
        Term("high", top, "price", f"highest of its last {len(closes)} closes"),
    )
    return [one(ground, session, title, value, unit, "1 - close / high", computed, terms)]


def _day_moves(ground: Ground, session: SessionFigures) -> list[tuple[str, float, bool]]:
    """Symbol, move of the session, and whether its volume grew, of members that have volumes."""
    before = ground.market.session_before(session.when)
    if before is None:
        return []
    now, then = volumes(ground, session.when), volumes(ground, before)
    moves = _figures(ground, session, lambda g, w, d, c: _last_move(g, w, d, c))
    return [(s, r, now[s] > then[s]) for s, r in moves if s in now and s in then]


def _last_move(ground: Ground, when: date, days: np.ndarray, closes: np.ndarray) -> float | None:
    """Return since the close before, where that is at most 5 sessions old."""
    position = ground.market.position
    if len(days) < 2 or position(when) - position(days[-2].item()) > STALE_SESSIONS:
        return None
    return float(closes[-1] / closes[-2]) - 1


def day_move(key: str, sign: int) -> Explain:
    """Explain a count of members that moved 4 % or more on more volume."""

    def explain(ground: Ground) -> list[Explanation]:
        session = session_of(ground)
        if session is None:
            return []
        title, value, unit = _figure_of(ground, session, key)
        moves = _day_moves(ground, session)
        large = [(s, r) for s, r, more in moves if more and round(sign * r, _DECIMALS) >= DAY_MOVE]
        terms = (
            Term("members", float(len(moves)), "count", "with a volume of this session and before"),
            *cut((Term(s, r, "percent") for s, r in large), 5),
        )
        move = "r >= 4 %" if sign > 0 else "r <= -4 %"
        formula = f"StockBee's count of {move} on more volume than the session before"
        computed = float(len(large)) if moves else None
        return [one(ground, session, title, value, unit, formula, computed, terms)]

    return explain


def day_move_ratio(key: str, size: int) -> Explain:
    """Explain the ratio of members up 4 % to members down 4 % over some sessions."""

    def explain(ground: Ground) -> list[Explanation]:
        session = session_of(ground)
        if session is None:
            return []
        title, value, unit = _figure_of(ground, session, key)
        tail, moves = session.daily.standing.tail, _day_moves(ground, session)
        sums: list[float | None] = []
        for name, sign in (("up4", 1), ("down4", -1)):
            has_trades = tail.counts["traded"][-size:-1] > 0
            earlier = tail.counts[name][-size:-1]
            now = sum(more and round(sign * r, _DECIMALS) >= DAY_MOVE for _, r, more in moves)
            whole = len(has_trades) == size - 1 and has_trades.all() and bool(moves)
            sums.append(math.fsum(earlier.tolist()) + now if whole else None)
        up, down = sums
        terms = (
            Term("up", up, "count", f"members up 4 % over {size} sessions"),
            Term("down", down, "count", f"members down 4 % over {size} sessions"),
        )
        computed = up / down if up is not None and down else None
        formula = "StockBee's up / down"
        return [one(ground, session, title, value, unit, formula, computed, terms)]

    return explain


def moved(key: str, sessions: int, size: float, sign: int) -> Explain:
    """Explain a count of members that moved by a size over some sessions."""

    def figure(g: Ground, when: date, days: np.ndarray, closes: np.ndarray) -> float | None:
        return _change(g, when, days, closes, sessions)

    move = f"r {'>=' if sign > 0 else '<='} {sign * size * 100:g} %"
    words = f"{move} over {sessions} sessions, as StockBee counts"
    return share(key, figure, lambda r: r * sign >= size, words)


def drawdown(key: str, pick: Callable[[Sequence[float]], float]) -> Explain:
    """Explain the mean or the median of the lines' deepest falls in the window."""

    def explain(ground: Ground) -> list[Explanation]:
        session, basket = session_of(ground), ground.basket
        if session is None or basket is None:
            return []
        title, value, unit = _figure_of(ground, session, key)
        first, last = (day(end) for end in ground.ends)
        falls = []
        for row in np.nonzero(np.isfinite(basket.window_returns))[0].tolist():
            series = ground.market.series(basket.symbols[row])
            if series is None:
                continue
            inside = (series.sessions >= first) & (series.sessions <= last)
            peak, deepest = 0.0, 0.0
            for close in series.stand_in[inside].tolist():
                peak = max(peak, close)
                deepest = max(deepest, 1 - close / peak)
            falls.append((basket.symbols[row], deepest))
        falls.sort(key=lambda item: (-item[1], item[0]))
        computed = pick([fall for _, fall in falls]) if falls else None
        terms = (
            Term("lines", float(len(falls)), "count", "with closes at both ends of the window"),
            *cut((Term(s, fall, "percent") for s, fall in falls), 6, both_ends=True),
        )
        formula = f"{title.split()[0]} of largest 1 - close / running peak"
        return [one(ground, session, title, value, unit, formula, computed, terms)]

    return explain
