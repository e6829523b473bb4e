"""How the daily figures of a session came about: counts of members, and what follows from them.

The last session of the window is explained. Every member's closes are looked at once more,
one by one; averages and extremes are taken of the closes themselves.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import numpy as np

from core.answer.table import find
from core.data.frames import STALE_SESSIONS, day
from core.explain.explanation import Explanation, Term, Unit, cut
from core.explain.ground import Ground, SessionFigures, select
from core.measures.counting import AVERAGES, YEAR_SESSIONS
from core.measures.daily import FAST, SETTLING, SLOW
from core.measures.trait_bits import FURTHER_AVERAGES

#: Note on a sum or average over the sessions before.
OF_WINDOW: Final = (
    "where closes are missing, another window, or a history by whole years, counts a few lines more"
    " or fewer on these sessions: its value may differ in the last digits, and by a few percent in"
    " a window that begins before most closes"
)
_STRICT: Final = "strictly beyond every close of the 252 sessions before"


def moves_of(ground: Ground, session: SessionFigures) -> dict[str, float]:
    """Map each member to its close less the close before, where that is recent enough."""
    position = ground.market.position
    return {
        symbol: float(closes[-1] - closes[-2])
        for symbol, days, closes in session.members
        if len(days) > 1
        and days[-1].item() == session.when
        and position(session.when) - position(days[-2].item()) <= STALE_SESSIONS
    }


def _last_value(values: np.ndarray) -> float | None:
    """Return the last value; None where it is not finite."""
    value = float(values[-1])
    return value if math.isfinite(value) else None


def one(
    ground: Ground,
    session: SessionFigures,
    title: str,
    value: float | None,
    unit: Unit,
    formula: str,
    computed: float | None,
    terms: tuple[Term, ...],
    *notes: str,
) -> Explanation:
    """Return the explanation of one figure of a session."""
    adjusted = ("dividend-adjusted closes are used where there are no closes",)
    return Explanation(
        f"{title} of {ground.fund} on {session.when}",
        value,
        unit,
        formula,
        computed,
        terms,
        notes=(*notes, *(adjusted if session.daily.adjusted else ())),
        origins=(session.file, *ground.origins),
    )


_KINDS: Final[dict[str, tuple[str, Callable[[float], bool]]]] = {
    "advances": ("count of close > close before", lambda move: move > 0),
    "declines": ("count of close < close before", lambda move: move < 0),
    "unchanged": ("count of close = close before", lambda move: move == 0),
}


def advances(ground: Ground) -> Iterator[Explanation]:
    """Members up, down and unchanged on the session."""
    session = ground.session
    if session is None:
        return
    moves = moves_of(ground, session)
    for kind, (formula, condition) in _KINDS.items():
        title = "members unchanged" if kind == "unchanged" else kind
        ranked = sorted((-abs(move), symbol) for symbol, move in moves.items() if condition(move))
        terms = (
            Term("members", float(len(moves)), "count", "with this close and the one before"),
            *cut((Term(s, moves[s], "price", "move of its close") for _, s in ranked), 5),
        )
        value = _last_value(getattr(session.daily, kind))
        computed = float(len(ranked)) if moves else None
        yield one(ground, session, title, value, "count", formula, computed, terms)


def _counts(ground: Ground, session: SessionFigures) -> tuple[float, float]:
    """Count members up and members down a second time, from their closes."""
    moves = moves_of(ground, session).values()
    return float(sum(m > 0 for m in moves)), float(sum(m < 0 for m in moves))


def net_line(ground: Ground) -> Iterator[Explanation]:
    """The advance/decline line: net advances added up from the session that sums start at."""
    session = ground.session
    if session is None:
        return
    daily = session.daily
    up, down = _counts(ground, session)
    nets = (daily.advances - daily.declines)[:-1][daily.sessions[:-1] >= day(daily.since)]
    before = math.fsum(nets[np.isfinite(nets)].tolist())
    terms = (
        Term("line before", before, "count", f"net advances from {daily.since} on"),
        Term("A", up, "count", "members up"),
        Term("D", down, "count", "members down"),
    )
    value = _last_value(daily.oscillators.line)
    name = "advance/decline line"
    formula = "line before + A - D"
    computed = before + up - down
    yield one(ground, session, name, value, "count", formula, computed, terms, OF_WINDOW)


def rana(ground: Ground) -> Iterator[Explanation]:
    """Explain the ratio-adjusted net advances."""
    session = ground.session
    if session is None:
        return
    up, down = _counts(ground, session)
    terms = (Term("A", up, "count", "members up"), Term("D", down, "count", "members down"))
    computed = 1000 * (up - down) / (up + down) if up + down else None
    value = _last_value(session.daily.oscillators.rana)
    formula, name = "1000 (A - D) / (A + D)", "ratio-adjusted net advances"
    yield one(ground, session, name, value, "number", formula, computed, terms)


def ema_of(values: list[float], alpha: float) -> float:
    """An exponential average in its closed form, seeded with the first value."""
    last = len(values) - 1
    parts = [alpha * (1 - alpha) ** (last - n) * x for n, x in enumerate(values[1:], start=1)]
    return math.fsum([*parts, (1 - alpha) ** last * values[0]])


def mcclellan(ground: Ground) -> Iterator[Explanation]:
    """The McClellan oscillator and its running sum."""
    session = ground.session
    if session is None:
        return
    swings = session.daily.oscillators
    begun = np.isfinite(swings.rana) & (session.daily.sessions >= day(session.daily.since))
    values = swings.rana[begun].tolist()
    fast, slow = (ema_of(values, alpha) if values else None for alpha in (FAST, SLOW))
    computed = None if fast is None or slow is None else fast - slow
    first = f"of RANA from {session.daily.since} on, seeded with the first value"
    terms = (
        Term("EMA fast", fast, "number", f"alpha {FAST:.2f}, {first}"),
        Term("EMA slow", slow, "number", f"alpha {SLOW:.2f}, {first}"),
        Term("RANA", values[-1] if values else None, "number", "1000 (A - D) / (A + D)"),
    )
    value = _last_value(swings.mcclellan)
    hidden = f"hidden on the screen: fewer than {SETTLING} sessions since its seed"
    notes = (OF_WINDOW,) if session.daily.settled[-1] else (OF_WINDOW, hidden)
    earlier = swings.mcclellan[:-1][np.isfinite(swings.mcclellan[:-1])].tolist()
    before = math.fsum(earlier)
    running = (
        Term("sum before", before, "number", f"over {len(earlier):,} sessions"),
        Term("oscillator", computed, "number", f"of {session.when}"),
    )
    whole = None if computed is None else before + computed
    summed = _last_value(swings.summation)
    yield one(
        ground, session, "McClellan oscillator", value, "number", "EMA fast - EMA slow",
        computed, terms, *notes,
    )  # fmt: skip
    yield one(
        ground, session, "McClellan summation", summed, "number", "sum before + oscillator",
        whole, running, *notes,
    )  # fmt: skip


def volumes(ground: Ground, when: date) -> dict[str, float]:
    """Symbol -> shares traded on a session, where they are available."""
    for block in ground.market.bars:
        if block.year == when.year and block.volume is not None:
            row = block.volume[int(np.searchsorted(block.sessions, day(when)))].tolist()
            return {s: v for s, v in zip(block.symbols, row, strict=True) if math.isfinite(v)}
    return {}


def trin(ground: Ground) -> Iterator[Explanation]:
    """Explain TRIN, the Arms index."""
    session = ground.session
    if session is None:
        return
    moves, traded = moves_of(ground, session), volumes(ground, session.when)
    up, down = ([s for s, m in moves.items() if m * sign > 0] for sign in (1, -1))
    shares = [math.fsum(traded.get(s, 0.0) for s in side) for side in (up, down)]
    defined = bool(down) and min(shares) > 0
    computed = (len(up) / len(down)) / (shares[0] / shares[1]) if defined else None
    terms = (
        Term("A", float(len(up)), "count", "members up"),
        Term("D", float(len(down)), "count", "members down"),
        Term("AV", shares[0], "count", "shares traded of those up"),
        Term("DV", shares[1], "count", "shares traded of those down"),
    )
    notes = () if defined else ("not defined without decliners or without volume on both sides",)
    value = _last_value(session.daily.oscillators.trin)
    formula = "(A / D) / (AV / DV)"
    yield one(ground, session, "TRIN", value, "number", formula, computed, terms, *notes)


def above(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """The share of members above their average of 5 to 200 closes, or of one of these."""
    session = ground.session
    if session is None:
        return
    for days in select(sorted((*AVERAGES, *FURTHER_AVERAGES)), str, item, "average"):
        counted = [
            (symbol, float(closes[-1]), statistics.fmean(closes[-days:].tolist()))
            for symbol, sessions, closes in session.members
            if len(closes) >= days and sessions[-1].item() == session.when
        ]
        over = [(s, close / mean - 1) for s, close, mean in counted if close > mean * (1 + 1e-9)]
        over.sort(key=lambda line: -line[1])
        terms = (
            Term("above", float(len(over)), "count", f"close above its {days}-day average"),
            Term("members", float(len(counted)), "count", f"with {days} closes of their own"),
            *cut((Term(s, beyond, "percent", "over its average") for s, beyond in over), 5),
        )
        computed = len(over) / len(counted) if counted else None
        row = find(f"share_above_{days}")
        assert row is not None
        value = row.value(ground.view, session.daily)
        formula = "above / members"
        yield one(ground, session, row.title, value, "percent", formula, computed, terms)


def extremes(ground: Ground) -> Iterator[Explanation]:
    """Members at a 52-week closing high, at a low, and the difference."""
    session = ground.session
    if session is None:
        return
    daily, need = session.daily, YEAR_SESSIONS + 1
    calendar = daily.sessions[-need:]
    counted_members = [
        (symbol, closes[-need:].tolist())
        for symbol, days, closes in session.members
        if len(calendar) == need and len(days) >= need and (days[-need:] == calendar).all()
    ]
    high = [symbol for symbol, closes in counted_members if closes[-1] > max(closes[:-1])]
    low = [symbol for symbol, closes in counted_members if closes[-1] < min(closes[:-1])]
    counted = Term(
        "members", float(len(counted_members)), "count", f"with a close on each of {need} sessions"
    )
    for title, counts, names, word in (
        ("52-week highs", daily.highs, high, "closes higher"),
        ("52-week lows", daily.lows, low, "closes lower"),
    ):
        which = ", ".join(names[:10]) + (" …" if names[10:] else "")
        yield one(
            ground, session, title, _last_value(counts), "count",
            f"count of {word} than the closes before",
            float(len(names)) if counted_members else None,
            (counted, Term("which", which, "text")), _STRICT,
        )  # fmt: skip
    value = _last_value(daily.highs - daily.lows)
    terms = (Term("highs", float(len(high)), "count"), Term("lows", float(len(low)), "count"))
    computed = float(len(high) - len(low)) if counted_members else None
    name = "52-week highs less lows"
    yield one(ground, session, name, value, "count", "highs - lows", computed, terms)
