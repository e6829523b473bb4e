"""Rarity told a second time: loops over dates, one definition after the other.

Nothing here shares a line with core.measures.
"""

from __future__ import annotations

import statistics
from collections.abc import Container, Sequence
from datetime import date, timedelta
from itertools import pairwise


def lack(before: date, after: date, calendar: Container[date]) -> bool:
    """Whether closes are missing between two: over 7 days, or a session of the calendar's."""
    between = [before + timedelta(days=k) for k in range(1, (after - before).days)]
    return len(between) > 6 or any(d in calendar for d in between)


def gaps(
    days: Sequence[date],
    small: Sequence[float],
    large: Sequence[float],
    n: int,
    calendar: Container[date] = (),
) -> list[tuple[date, date, float]]:
    """(start, end, gap) of every stretch of n sessions inside which no close is missing."""
    told = []
    holes = [at for at in range(1, len(days)) if lack(days[at - 1], days[at], calendar)]
    for at in range(n, len(days)):
        if any(at - n < hole <= at for hole in holes):
            continue
        gap = small[at] / small[at - n] - large[at] / large[at - n]
        told.append((days[at - n], days[at], gap))
    return told


def rank(stretches: Sequence[tuple[date, date, float]], end: date) -> dict[str, object]:
    """Everything that is told of the stretch ending on ``end``."""
    start, _, now = next(one for one in stretches if one[1] == end)
    s = -1 if now < 0 else 1
    wide = [one for one in stretches if round(s * one[2], 4) >= round(s * now, 4)]
    every = [gap for _, _, gap in stretches]
    return {
        "of": len(every),
        "as_wide": len(wide),
        "later": sum(one[1] > end for one in wide),
        "last": max((e for _, e, _ in wide if e <= start), default=None),
        "last_overlapping": max((e for _, e, _ in wide if e < end), default=None),
        "percentile": sum(g < now for g in every) / len(every),
        "z": (now - statistics.fmean(every)) / statistics.stdev(every),
        "record": max(s * g for g in every) * s,
    }


def streaks(
    days: Sequence[date],
    small: Sequence[float],
    large: Sequence[float] | None,
    unit: str,
    calendar: Container[date] = (),
) -> list[tuple[int, date, date, int]]:
    """(length, first session, last session, sign) of every run, zero ends one.

    The exchange has a session on every weekday: a week that ends before a Friday, and a month
    that ends before its last weekday, have not ended. A return that is not known has the sign 2,
    one entry each: of a session before which one of the calendar's has no close, of a week or
    month at whose end, or the end before, closes stop before the calendar does.
    """

    def of(value: date) -> object:
        if unit == "session":
            return value
        return value.isocalendar()[:2] if unit == "week" else (value.year, value.month)

    following = days[-1] + timedelta(days=1)
    while following.weekday() > 4:
        following += timedelta(days=1)
    ends = [
        at
        for at, value in enumerate(days)
        if of(days[at + 1] if at + 1 < len(days) else following) != of(value)
    ]

    def early(value: date) -> bool:
        later = [value + timedelta(days=k) for k in range(1, 32)]
        return unit != "session" and any(d in calendar for d in later if of(d) == of(value))

    told: list[tuple[int, date, date, int]] = []
    for before, at in pairwise(ends):
        change = small[at] / small[before] - 1
        if large is not None:
            change -= large[at] / large[before] - 1
        inside = range(before, at)
        known = calendar if unit == "session" else ()
        if any(lack(days[k], days[k + 1], known) for k in inside) or any(
            early(days[k]) for k in (before, at)
        ):
            told.append((1, days[before + 1], days[at], 2))
            continue
        change = round(change, 9)
        sign = (change > 0) - (change < 0)
        if told and sign and told[-1][3] == sign:
            length, start, _, _ = told[-1]
            told[-1] = (length + 1, start, days[at], sign)
        else:
            told.append((1, days[before + 1], days[at], sign))
    return told


def since(days: Sequence[date], level: Sequence[float], *, high: bool) -> date | None:
    """The latest earlier session as high (as low)."""
    earlier = [
        value
        for value, one in zip(days[:-1], level[:-1], strict=True)
        if (one >= level[-1] if high else one <= level[-1])
    ]
    return max(earlier, default=None)


def episodes(state: Sequence[bool], window: int) -> list[int]:
    """Places where the state begins, having been off for ``window`` sessions in a row."""
    return [
        at
        for at, on in enumerate(state)
        if on and at >= window and not any(state[at - window : at])
    ]
