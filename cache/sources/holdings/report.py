"""Reports how a holdings file was read, and what was left out, in lines for the user."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cache.sources.holdings.read import HoldingsFile
    from core.data.frames import LeftOut

#: Rows left out that are named one by one.
MOST_NAMED: Final = 12
_MARKS: Final = {".": "point", ",": "comma"}


def report(file: HoldingsFile) -> list[str]:
    """Return how a file was read, a line each: columns, day, notation, total, rows left out."""
    rows, reading = file.holdings, file.reading
    unread = ", ".join(f'"{title}"' for title in reading.unread)
    lines = [taken_for(reading.titles), f"not read: {unread}" if unread else "every column is read"]
    total = f"total {rows.total:,.2f}" + f" in {reading.currency}" * bool(reading.currency)
    if not rows.whole:
        total = f"the total is not known, of the rows that tell it {total.removeprefix('total ')}"
    if reading.weights is not None:
        total = f"the weights add up to {100 * reading.weights:.2f} %"
    lines.append(
        f"{rows.fund} as of {rows.as_of}, numbers with a decimal {_MARKS[reading.decimal]}, {total}"
    )
    lines += reading.notes
    lines += left_out(rows.others)
    return lines


def taken_for(titles: Mapping[str, str]) -> str:
    """Which column was taken for what: `symbol from "Ticker", weight from "Weight (%)"`."""
    return ", ".join(f'{word} from "{title}"' for word, title in titles.items())


def left_out(others: Iterable[LeftOut]) -> list[str]:
    """Rows left out, the heaviest first, each with its reason; the rest as a count."""
    ranked = sorted(others, key=lambda o: -abs(o.weight) if o.weight == o.weight else 0.0)
    lines = []
    for other in ranked[:MOST_NAMED]:
        weight = "" if math.isnan(other.weight) else f" {other.weight:.2%}"
        lines.append(f"left out: {other.label}{weight}, {other.reason}")
    if len(ranked) > MOST_NAMED:
        total = math.fsum(o.weight for o in ranked[MOST_NAMED:] if o.weight == o.weight)
        lines.append(f"left out: {len(ranked) - MOST_NAMED:,} more rows, {total:.2%} together")
    return lines
