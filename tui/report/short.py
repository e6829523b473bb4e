"""The answer in one line of ASCII: for a status bar, the subject of a mail, a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.measures.spread import comparisons
from core.note.headline import compared
from core.note.rank_text import as_wide, years_rank
from tui.text import formats as f
from tui.text.safe import safe

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot


def to_line(snapshot: Snapshot, earlier: Since | None = None) -> str:
    """``IWM-SPY YTD +14.84 pp, IWM +22.31 %, SPY +7.47 %, rank 1 of 26, 2026-06-26 final``.

    With an earlier note the gap has what it was: ``+14.84 pp (+14.10 pp on 2026-06-25)``.
    """
    question, spread = snapshot.question, snapshot.spread
    head, single = f"{'-'.join(question.funds)} {snapshot.window.label}", snapshot.single_spread
    before = earlier.before if earlier is not None else None
    if single is not None:
        then = ""
        if before is not None and before.own_return is not None:
            then = f" ({f.pct(before.own_return)} on {before.as_of})"
        parts = [f"{head} {f.pct(single.small_return)}{then}"]
        if comparisons(snapshot.window.label, single.history.length).rolling and single.rolling:
            parts.append(as_wide(single.rolling, gap=False))
        elif single.same_window.claim:
            parts.append(years_rank(single.same_window))
    elif spread is None:
        parts = [f"{head} not known: {'; '.join(snapshot.missing)}"]
        if snapshot.basket_gap is not None:
            parts.append(f"baskets, not funds, {f.pp(snapshot.basket_gap)}")
    else:
        then = ""
        if before is not None and before.gap_pp is not None:
            then = f" ({f.pp(before.gap_pp / 100)} on {before.as_of})"
        parts = [
            f"{head} {f.pp(spread.gap)}{then}",
            f"{question.small} {f.pct(spread.small_return)}",
            f"{question.large} {f.pct(spread.large_return)}",
        ]
        rank = spread.rolling
        if compared(snapshot).rolling and rank is not None:
            parts.append(as_wide(rank))
        elif spread.same_window.claim:
            parts.append(years_rank(spread.same_window))
    parts.append(f"{snapshot.as_of} {snapshot.state_words}")
    mark = "SIMULATED " if snapshot.simulated else ""
    return f.to_ascii(safe(mark + ", ".join(parts))) + "\n"
