"""How the measures that look back a year came about: averages, highs, trend, large moves.

Every member's closes of the window's last session are looked at once more, one member after the
other, with sums and largest values of the closes themselves.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.table import find
from core.data.frames import STALE_SESSIONS, day
from core.explain.daily import OF_WINDOW, ema_of, one, volumes
from core.explain.explanation import Explanation, Term, Unit, cut
from core.explain.ground import closes_up_to
from core.measures.counting import YEAR_SESSIONS
from core.measures.signals import ZWEIG_ALPHA
from core.measures.trait_bits import DAY_MOVE, HIGH_CLOSES, TREND_CLOSES

if TYPE_CHECKING:
    from core.answer.scalar import Scalar
    from core.explain.ground import Explain, Ground, SessionFigures

#: What a figure comes to: its formula, the figure computed a second time, the terms.
Worked = tuple[str, "float | None", tuple[Term, ...]]
#: A member's figure, None where its closes do not give one.
Figure = Callable[["Ground", date, np.ndarray, np.ndarray], "float | None"]
_UNITS: Final[dict[str, Unit]] = {
    "share": "percent", "return": "percent", "count": "count", "ratio": "number",
}  # fmt: skip
_DECIMALS: Final = 9
_FAR_ENOUGH: Final = "whose closes reach back far enough"


def _of_row(
    key: str, work: Callable[[Ground, SessionFigures, Scalar], Worked], *notes: str
) -> Explain:
    """Explain a row of the table of measures on the session, by a function that works it out."""

    def explain(ground: Ground) -> Iterator[Explanation]:
        session, row = ground.session, find(key)
        assert row is not None
        if session is not None:
            value, unit = row.value(ground.view, session.daily), _UNITS[row.unit]
            yield one(ground, session, row.title, value, unit, *work(ground, session, row), *notes)

    return explain


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

    def work(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
        figures = _figures(ground, session, figure)
        inside = [(s, x) for s, x in figures if condition(round(x, _DECIMALS))]
        terms = (
            Term("counted", float(len(inside)), "count", words),
            Term("members", float(len(figures)), "count", _FAR_ENOUGH),
            *cut((Term(s, x, unit) for s, x in inside), 5, both_ends=True),
        )
        if row.unit == "count":
            return "counted", float(len(inside)) if figures else None, terms
        return "counted / members", len(inside) / len(figures) if figures else None, terms

    return _of_row(key, work)


def middle(key: str, figure: Figure, words: str, pick: Callable[[list[float]], float]) -> Explain:
    """Explain a mean or a median of the members' figures."""

    def work(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
        figures = _figures(ground, session, figure)
        terms = (
            Term("members", float(len(figures)), "count", _FAR_ENOUGH),
            *cut((Term(s, x, _UNITS[row.unit]) for s, x in figures), 6, both_ends=True),
        )
        return words, pick([x for _, x in figures]) if figures else None, terms

    return _of_row(key, work)


def _zweig(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
    """The average of A / (A + D) in its closed form."""
    movers = session.daily.advances + session.daily.declines
    ratios = (session.daily.advances / np.where(movers > 0, movers, np.nan)).tolist()
    ratios = [ratio for ratio in ratios if ratio == ratio]
    terms = (
        Term("A / (A + D)", ratios[-1] if ratios else None, "ratio", f"of {session.when}"),
        Term("sessions", float(len(ratios)), "count", "seeded with the first; 25 are needed"),
    )
    formula = "exponential average of A / (A + D), alpha 2/11"
    return formula, ema_of(ratios, ZWEIG_ALPHA) if len(ratios) > 24 else None, terms


def _fund_off_high(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
    """The fund's distance from its high."""
    series, when = ground.market.series(ground.fund), session.when
    closes, has_high = np.zeros(0), False
    if series is not None:
        days, closes = closes_up_to(series, when)
        closes = closes[-YEAR_SESSIONS:]
        has_high = len(closes) >= HIGH_CLOSES and days[-1].item() == when
    top = float(closes.max()) if has_high else None
    terms = (
        Term("close", float(closes[-1]) if has_high else None, "price", f"of {when}"),
        Term("high", top, "price", f"highest of its last {len(closes)} closes"),
    )
    return "1 - close / high", 1 - float(closes[-1]) / top if top else None, terms


zweig = _of_row("zweig_average", _zweig, OF_WINDOW)
fund_off_high = _of_row("fund_off_high", _fund_off_high)


def _day_moves(ground: Ground, session: SessionFigures) -> list[tuple[str, float, bool]]:
    """Symbol, move of the session, and whether its volume grew, of members that have volumes."""
    before = ground.market.session_before(session.when)
    if before is None:
        return []
    now, then = volumes(ground, session.when), volumes(ground, before)
    moves = _figures(ground, session, _last_move)
    return [(s, r, now[s] > then[s]) for s, r in moves if s in now and s in then]


def _last_move(ground: Ground, when: date, days: np.ndarray, closes: np.ndarray) -> float | None:
    """Return since the close before, where that is at most 5 sessions old."""
    position = ground.market.position
    if len(days) < 2 or position(when) - position(days[-2].item()) > STALE_SESSIONS:
        return None
    return float(closes[-1] / closes[-2]) - 1


def day_move(key: str, sign: int) -> Explain:
    """Explain a count of members that moved 4 % or more on more volume."""

    def work(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
        moves = _day_moves(ground, session)
        large = [(s, r) for s, r, more in moves if more and round(sign * r, _DECIMALS) >= DAY_MOVE]
        terms = (
            Term("members", float(len(moves)), "count", "with a volume of this session and before"),
            *cut((Term(s, r, "percent") for s, r in large), 5),
        )
        move = "r >= 4 %" if sign > 0 else "r <= -4 %"
        formula = f"StockBee's count of {move} on more volume than the session before"
        return formula, float(len(large)) if moves else None, terms

    return _of_row(key, work)


def day_move_ratio(key: str, size: int) -> Explain:
    """Explain the ratio of members up 4 % to members down 4 % over some sessions."""

    def work(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
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
        return "StockBee's up / down", up / down if up is not None and down else None, terms

    return _of_row(key, work)


def moved(key: str, sessions: int, size: float, sign: int) -> Explain:
    """Explain a count of members that moved by a size over some sessions."""

    def figure(g: Ground, when: date, days: np.ndarray, closes: np.ndarray) -> float | None:
        return _change(g, when, days, closes, sessions)

    move = f"r {'>=' if sign > 0 else '<='} {sign * size * 100:g} %"
    words = f"{move} over {sessions} sessions, as StockBee counts"
    return share(key, figure, lambda r: r * sign >= size, words)


def drawdown(key: str, pick: Callable[[Sequence[float]], float]) -> Explain:
    """Explain the mean or the median of the lines' deepest falls in the window."""

    def work(ground: Ground, session: SessionFigures, row: Scalar) -> Worked:
        basket = ground.basket
        first, last = (day(end) for end in ground.ends)
        falls = []
        for line in np.nonzero(np.isfinite(basket.window_returns))[0].tolist():
            series = ground.market.series(basket.symbols[line])
            if series is None:
                continue
            inside = (series.sessions >= first) & (series.sessions <= last)
            peak, deepest = 0.0, 0.0
            for close in series.stand_in[inside].tolist():
                peak = max(peak, close)
                deepest = max(deepest, 1 - close / peak)
            falls.append((basket.symbols[line], deepest))
        falls.sort(key=lambda item: (-item[1], item[0]))
        terms = (
            Term("lines", float(len(falls)), "count", "with closes at both ends of the window"),
            *cut((Term(s, fall, "percent") for s, fall in falls), 6, both_ends=True),
        )
        formula = f"{row.title.split()[0]} of largest 1 - close / running peak"
        return formula, pick([fall for _, fall in falls]) if falls else None, terms

    return _of_row(key, work)
