"""Tables of the note that are no rows of the table of measures: sessions, sectors, signals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.by_session import universe
from core.data.register import UNKNOWN
from core.measures.signals import Signal, signals
from tui.report.note_table import ReportTable, Row
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.measures.daily import Daily

#: Sessions of the table of the last ones.
SESSIONS: Final = 10
#: Averages in it.
_AVERAGES: Final = (20, 50, 100, 200)
SESSION_HEAD: Final = (
    "session", "up", "down", "+4 %", "-4 %",
    *(f"{days} d" for days in _AVERAGES), "highs", "lows", "McClellan",
)  # fmt: skip


def session_rows(daily: Daily) -> list[Row]:
    """The last ten sessions, latest last: counts, per cent above averages, the oscillator."""
    tail = daily.standing.tail
    rows: list[Row] = []
    for back in range(min(SESSIONS, len(daily.sessions), len(tail.sessions)), 0, -1):
        swing = daily.oscillators.mcclellan[-back] if daily.settled[-back] else np.nan
        large = [
            f.count(float(tail.counts[name][-back]))
            if tail.counts["traded"][-back] > 0
            else f.MISSING
            for name in ("up4", "down4")
        ]
        shares = [
            tail.share("above_100", "averaged_100") if days == 100 else daily.above[days]
            for days in _AVERAGES
        ]
        rows.append(
            (
                str(daily.sessions[-back]),
                f.count(float(daily.advances[-back])),
                f.count(float(daily.declines[-back])),
                *large,
                *(f.pct(float(share[-back]), 0, sign=False, unit=False) for share in shares),
                f.count(float(daily.highs[-back])),
                f.count(float(daily.lows[-back])),
                f.number(float(swing), 1, sign=True),
            )
        )
    return rows


SECTOR_HEAD: Final = ("sector", "lines", "up", "median", "bp", "50 d", "200 d")


def sector_rows(view: IndexView, daily: Daily) -> list[Row]:
    """Each sector: lines counted, share up, median, contribution, share above its averages."""
    if daily.sectors is None:
        return []
    contributions = {group.name: group.contribution for group in view.sectors}
    return [
        (
            one.name or UNKNOWN,
            f.count(one.n),
            f.pct(one.share_up, 0, sign=False, unit=False),
            f.pct(one.median, 1),
            f.bp(contributions.get(one.name or UNKNOWN), unit=False),
            *(f.pct(one.above[days], 0, sign=False, unit=False) for days in (50, 200)),
        )
        for one in daily.sectors.rows
    ]


SIGNAL_HEAD: Final = ("signal", "state", "since", "last on")


def state_words(signal: Signal) -> str:
    """``on``, ``armed, 3 days left``, ``off`` or ``unknown``."""
    if signal.state == "armed":
        return f"armed, {signal.days_left} day{'s' * (signal.days_left != 1)} left"
    return signal.state


def signal_rows(judged: Iterable[Signal]) -> list[Row]:
    """Each signal: its state, since when, when it was last on; or what it needs."""
    rows: list[Row] = []
    for signal in judged:
        since = "" if signal.since is None else str(signal.since)
        last = _never(signal) if signal.last is None else str(signal.last)
        rows.append((signal.title, state_words(signal), since, last))
    return rows


def _never(signal: Signal) -> str:
    """The word in place of the day that a signal was last on, where there is none."""
    return signal.needs if signal.first is None else f"never, from {signal.first}"


def signal_sentence(signal: Signal) -> str:
    """A row as a sentence: ``Hindenburg omen: off since 2026-06-02; last on 2026-06-01.``."""
    since = "" if signal.since is None else f" since {signal.since}"
    last = _never(signal) if signal.last is None else f"last on {signal.last}"
    return f"{signal.title}: {state_words(signal)}{since}; {last}."


def _right(head: Row) -> Row:
    """Return a heading whose columns but the first are figures."""
    return (head[0], *(f">{name}" for name in head[1:]))


def breadth_tables(snapshot: Snapshot) -> Iterator[ReportTable]:
    """The last sessions, the sectors and the signals of each index."""
    for fund, daily in snapshot.daily.items():
        view = snapshot.indices.get(fund)
        if view is None:
            continue
        yield ReportTable(
            f"{fund}: the last sessions", _right(SESSION_HEAD), tuple(session_rows(daily)),
            ("above averages in per cent of members",),
        )  # fmt: skip
        if daily.sectors is not None:
            yield ReportTable(
                f"{fund}: breadth by sector", _right(SECTOR_HEAD), tuple(sector_rows(view, daily)),
                ("up and above averages in per cent of lines; under 5 lines without a share",),
            )  # fmt: skip
        judged = signals(daily)
        yield ReportTable(
            f"{fund}: signals", SIGNAL_HEAD, tuple(signal_rows(judged)),
            (f"of {universe(view)}", *(f"{s.title}: {s.rule}" for s in judged)),
        )  # fmt: skip
