"""Breadth session by session, told a second time from `tests.core.naive`: one line, one day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.core.naive import Index, Naive
from tests.core.naive_files import FRESH
from tests.core.naive_lists import Part


@dataclass
class Day:
    """What is counted on a session."""

    up: int = 0
    down: int = 0
    same: int = 0
    above: int = 0  # the average of 20 of its own closes
    averaged: int = 0


def counted(second: Naive, part: Part, doubtful: set[str], basis: str) -> list[str]:
    """Measured lines, and joiners of unknown weight that closes allow."""
    lines = list(part.share)
    for symbol in part.joining:
        why, _ = second.measure(symbol, part.start, part.end, basis)
        if not why and symbol not in doubtful:
            lines.append(symbol)
    return lines


def believed(second: Naive, symbol: str, on: date) -> list[date]:
    """Days up to one with a close of a line, from the last move on that cannot be believed."""
    cuts = [after for _, after in second.jumps.get(symbol, ()) if after <= on]
    days = second.days[symbol]
    return days[bisect_left(days, max(cuts, default=date.min)) : bisect_right(days, on)]


def series(
    second: Naive, fund: str, start: date, end: date, as_of: date, basis: str
) -> tuple[dict[date, Day], date]:
    """Session -> counts, and the session that running sums begin after."""
    place = bisect_right(second.calendar, end) - 1
    lead = second.calendar[place - 504]
    lists = second.cut(fund, start, end, as_of)
    members = [s for s in map(second.follow, lists[0].file.symbols) if s not in lists[0].gone]
    firsts = [second.days[s][0] for s in {*members, *lists[0].joining} if second.days[s]]
    firsts = sorted(d for d in firsts if d <= start)
    lead = max(lead, firsts[(len(firsts) - 1) // 2] if firsts else start)

    def stretches() -> Iterator[Index]:
        if lead < start:
            # a file dated after the as-of date only where the window has one as well
            later = any(second.session(part.file.as_of) > as_of for part in lists)
            yield second.index(fund, lead, start, as_of, basis, later)
        yield second.index(fund, start, end, as_of, basis)

    held = sorted({d for days in second.days.values() for d in days})
    found: dict[date, Day] = {}
    for part, doubtful in ((part, one.doubtful) for one in stretches() for part in one.parts):
        lines = counted(second, part, doubtful, basis)
        for on in (d for d in held if part.start < d <= part.end):
            told = Day()
            for symbol in lines:
                days, price = believed(second, symbol, on), second.tapes[symbol].price
                if not days or days[-1] != on:
                    continue
                if len(days) > 1 and second.age(days[-2], on) <= FRESH:
                    told.up += price[on] > price[days[-2]]
                    told.down += price[on] < price[days[-2]]
                    told.same += price[on] == price[days[-2]]
                if len(days) >= 20:
                    mean = sum(price[d] for d in days[-20:]) / 20
                    told.averaged += 1
                    told.above += price[on] > mean * (1 + 1e-9)
            found[on] = told
    return found, lead
