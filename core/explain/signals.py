"""Explain the signals: each rule with the figures it was compared with, computed a second time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from core.answer.by_session import universe
from core.data.frames import day
from core.explain.daily import extremes, mcclellan, moves_of, volumes
from core.explain.explanation import Explanation, Term
from core.explain.ground import closes_up_to
from core.measures.counting import YEAR_SESSIONS
from core.measures.signals import (
    LINE_BELOW,
    NEAR_HIGH,
    NINETY,
    OMEN_SESSIONS,
    OMEN_SHARE,
    RULES,
    ZWEIG_HIGH,
    ZWEIG_LOW,
    ZWEIG_SESSIONS,
    states,
)

if TYPE_CHECKING:
    from core.explain.ground import Ground, SessionFigures
    from core.measures.daily import Daily

#: What a rule comes to, and the figures it was held against.
Judged = tuple["bool | None", tuple[Term, ...]]


def signals(ground: Ground, key: str = "") -> Iterator[Explanation]:
    """Explain each signal's state on the window's last session, or one's: 1 where it is on."""
    session = ground.session
    if session is None:
        return
    judged = {
        "zweig": _zweig(session.daily),
        **_ninety(ground, session),
        "hindenburg": _hindenburg(ground, session),
        "divergence": _divergence(ground, session),
    }
    for name, on in states(session.daily).items():
        if key not in ("", name):
            continue
        title, rule = RULES[name]
        holds, terms = judged[name]
        value = float(on[-1])
        yield Explanation(
            f"{title} of {ground.fund} on {session.when}",
            value if math.isfinite(value) else None,
            "count",
            rule,
            None if holds is None else float(holds),
            terms,
            notes=(f"of {universe(ground.view)}",),
            origins=(session.file, *ground.origins),
            in_words=True,
        )


def averages(daily: Daily) -> list[float]:
    """The average of A / (A + D) session by session, x + 2/11 (new - x) from the first on."""
    out: list[float] = []
    for up, down in zip(daily.advances.tolist(), daily.declines.tolist(), strict=True):
        ratio = up / (up + down) if up + down > 0 else math.nan
        before = out[-1] if out else math.nan
        out.append(before if ratio != ratio else ratio)
        if ratio == ratio and before == before:
            out[-1] = before + 2 / 11 * (ratio - before)
    return out


def _zweig(daily: Daily) -> Judged:
    values = averages(daily)
    moved = sum(u + d > 0 for u, d in zip(daily.advances, daily.declines, strict=True))
    if moved <= 24:
        return None, (Term("sessions", float(len(values)), "count", "25 are needed"),)
    used, hit = -1, False
    settled = range(len(values) - moved + 24, len(values))
    for n in settled:
        since = values[max(used + 1, n - ZWEIG_SESSIONS, settled.start) : n + 1]
        hit = values[n] > ZWEIG_HIGH and any(value < ZWEIG_LOW for value in since)
        used = n if hit else used
    last = [n for n in settled if values[n] < ZWEIG_LOW]
    low = f"last below .40 on {daily.sessions[last[-1]]}" if last else "not below .40 since held"
    return hit, (Term("average", values[-1], "number", low),)


def _ninety(ground: Ground, session: SessionFigures) -> dict[str, Judged]:
    moves, traded = moves_of(ground, session), volumes(ground, session.when)
    values: dict[str, Judged] = {}
    sides = {
        "up": [s for s, m in moves.items() if m > 0],
        "down": [s for s, m in moves.items() if m < 0],
    }
    whole = len(sides["up"]) + len(sides["down"])
    volume = {
        way: math.fsum(traded[s] for s in lines if s in traded) for way, lines in sides.items()
    }
    has_volume = all(not lines or any(s in traded for s in lines) for lines in sides.values())
    both = volume["up"] + volume["down"]
    for way, lines in sides.items():
        share = len(lines) / whole if whole else None
        term = Term(f"members {way}", float(len(lines)), "count", f"of {whole:,} that moved")
        values[f"{way}_issues_90"] = None if share is None else round(share, 9) >= NINETY, (term,)
        part = volume[way] / both if has_volume and both else None
        term = Term(f"volume {way}", volume[way], "money", f"shares, of {both:,.0f}")
        values[f"{way}_volume_90"] = None if part is None else round(part, 9) >= NINETY, (term,)
    return values


def _closes(ground: Ground, session: SessionFigures) -> list[float]:
    """The fund's closes up to the session, from the last doubtful move on; [] without its own."""
    series = ground.market.series(ground.fund)
    if series is None:
        return []
    days, closes = closes_up_to(series, session.when)
    return closes.tolist() if len(days) and days[-1] == day(session.when) else []


def _hindenburg(ground: Ground, session: SessionFigures) -> Judged:
    highs, lows, _ = extremes(ground)
    swing = next(mcclellan(ground)).computed if session.daily.settled[-1] else None
    closes = _closes(ground, session)
    lines = float(session.daily.seasoned[-1])
    terms = (
        Term("highs", highs.computed, "count", f"of {lines:,.0f} with a year of closes"),
        Term("lows", lows.computed, "count", "likewise"),
        Term("oscillator", swing, "number", "McClellan"),
        Term("close", closes[-1] if closes else None, "price", "of the fund"),
        Term(
            "before", closes[-1 - OMEN_SESSIONS] if len(closes) > OMEN_SESSIONS else None, "price",
            f"{OMEN_SESSIONS} sessions before",
        ),
    )  # fmt: skip
    if highs.computed is None or lows.computed is None or swing is None:
        return None, terms
    if len(closes) <= OMEN_SESSIONS:
        return None, terms
    shares = (highs.computed / lines > OMEN_SHARE, lows.computed / lines > OMEN_SHARE)
    fits = highs.computed <= 2 * lows.computed and closes[-1] > closes[-1 - OMEN_SESSIONS]
    return all(shares) and fits and swing < 0, terms


def _divergence(ground: Ground, session: SessionFigures) -> Judged:
    line = session.daily.oscillators.line
    year = line[np.isfinite(line)][-YEAR_SESSIONS:].tolist()
    closes = _closes(ground, session)[-YEAR_SESSIONS:]
    enough = len(year) == YEAR_SESSIONS and len(closes) >= 200
    span = max(year, default=0.0) - min(year, default=0.0)
    terms = (
        Term("off high", 1 - closes[-1] / max(closes) if closes else None, "percent", "the fund"),
        Term("line", year[-1] if year else None, "count", "advance/decline line"),
        Term("high", max(year, default=None), "count", f"of the line, {len(year)} sessions"),
        Term("range", span, "count", "its high less its low"),
    )
    if not enough or not span:
        return None, terms
    near = closes[-1] >= max(closes) * (1 - NEAR_HIGH - 5e-10)
    return near and max(year) - year[-1] > LINE_BELOW * span, terms
