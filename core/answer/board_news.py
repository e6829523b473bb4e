"""What is new on the board: signals that fired or ended between two looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

from core.answer.board import EDGE, RANKED, BoardRow
from core.data.record import record

#: What a line is about: a signal that fired or ended, or figures that are not of the day.
Kind = Literal["fired", "ended", "stale"]
#: Sessions of a streak whose end is told.
LEAST_STREAK: Final = 5


@record(frozen=True, slots=True)
class RowState:
    """The state of a pair on one session.

    Attributes:
        end: the session.
        edges: window -> 1 where the gap is beyond `EDGE` of all stretches, -1 where below the
            same share of them, 0 between; windows without a percentile are not in it.
        above: closes of an average -> whether the ratio stands above it.
        streak: sessions in a row that the gap has one sign, below 0 where it is negative.
        high: the ratio is at its highest of 52 weeks.
        low: at its lowest.
    """

    end: date
    edges: Mapping[str, int]
    above: Mapping[int, bool]
    streak: int
    high: bool
    low: bool


@record(frozen=True, slots=True)
class BoardNews:
    """One line about a pair."""

    pair: str
    kind: Kind
    text: str


def state_of(row: BoardRow) -> RowState | None:
    """The state of a pair now; None without figures."""
    if row.end is None or row.history is None:
        return None
    percentiles = {window: row.percentile(window) for window in RANKED}
    ratio = row.ratio_year
    highs = (None, None) if ratio is None else (ratio.high_52, ratio.low_52)
    return RowState(
        end=row.end,
        edges={name: _edge(value) for name, value in percentiles.items() if value is not None},
        above={} if ratio is None else {a.closes: a.above for a in ratio.averages},
        streak=row.run or 0,
        high=highs[0] is not None and highs[0].end == row.end,
        low=highs[1] is not None and highs[1].end == row.end,
    )


def _edge(percentile: float) -> int:
    return 1 if percentile > EDGE else -1 if percentile < 1 - EDGE else 0


def news_of(name: str, before: RowState, now: RowState) -> list[BoardNews]:
    """The changes of a pair between two of its sessions; [] where it is the same session."""
    if before.end >= now.end:
        return []
    lines: list[tuple[Kind, str]] = []
    for window, edge in now.edges.items():
        was = before.edges.get(window, 0)
        if edge and edge != was:
            share = f"{100 * EDGE:.0f} %"
            side = f"wider than {share}" if edge > 0 else f"further below than {share}"
            lines.append(("fired", f"{window} gap {side} of all stretches"))
        elif was and not edge:
            lines.append(("ended", f"{window} gap back among {100 * (2 * EDGE - 1):.0f} % of all"))
    for closes, above in now.above.items():
        if before.above.get(closes, above) != above:
            side = "above" if above else "below"
            lines.append(("fired", f"ratio crossed {side} its {closes}-session average"))
    if now.high and not before.high:
        lines.append(("fired", "ratio at a 52-week high"))
    if now.low and not before.low:
        lines.append(("fired", "ratio at a 52-week low"))
    if before.streak * now.streak < 0 and abs(before.streak) >= LEAST_STREAK:
        sign = "leads" if before.streak > 0 else "lags"
        lines.append(("ended", f"{sign} in a row ended at {abs(before.streak)} sessions or more"))
    return [BoardNews(name, kind, text) for kind, text in lines]


def stale(rows: Iterable[BoardRow], as_of: date | None) -> list[BoardNews]:
    """Pairs whose figures are not of the board's session, or are missing in part, and why."""
    lines = []
    for row in rows:
        if row.end is not None and as_of is not None and row.end < as_of:
            text = f"figures of {row.end}: no later close of both"
            lines.append(BoardNews(row.pair.name, "stale", text))
        if row.missing and row.history is not None:
            lines.append(BoardNews(row.pair.name, "stale", row.missing))
    return lines


def to_json(state: RowState) -> dict[str, Any]:
    """A state as plain JSON values."""
    return {
        "end": f"{state.end}",
        "edges": dict(state.edges),
        "above": {f"{closes}": above for closes, above in state.above.items()},
        "streak": state.streak,
        "high": state.high,
        "low": state.low,
    }


def read(data: Mapping[str, Any]) -> RowState:
    """A state from `to_json`'s values.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: they are none.
    """
    return RowState(
        end=date.fromisoformat(data["end"]),
        edges={f"{name}": int(edge) for name, edge in data["edges"].items()},
        above={int(closes): bool(above) for closes, above in data["above"].items()},
        streak=int(data["streak"]),
        high=bool(data["high"]),
        low=bool(data["low"]),
    )
