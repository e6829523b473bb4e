"""The sentence about a measure's history: how rare its last value is, and from which data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.rank_text import rank_of

if TYPE_CHECKING:
    from core.answer.history import History


def history_sentence(history: History, value: str) -> str:
    """One sentence with the value, its standing, the first year, the points and the coverage."""
    what = f"{history.fund}, {history.row.title} {history.window}"
    rank, points = history.rank, history.points
    counting = sum(point.counts for point in points)
    if rank is None:
        last = points[-1] if points else None
        why = "no holdings file speaks for any of its windows" if last is None else last.why
        if last is not None and not why:
            why = "it is the only point"
            if len(points) > 1:
                why += f" of {len(points)} that counts"
        return f"{what}: no rank ({why})."
    side = "highest" if rank.side > 0 else "lowest"
    rests = f"{counting} of {len(points)} points count, from {rank.first.year}"
    rests += f", coverage at least {100 * rank.coverage:.1f} %"
    if rank.on_files:
        rests += f", up to {100 * rank.on_files:.1f} % on file prices"
    if rank.estimated:
        rests += f", {rank.estimated} of them estimated"
    begun = f"{what} to {rank.end}: {value}, "
    if not rank.claim:
        few = f"{rank_of(rank.rank, rank.of)} from the {side}, too few years for a claim"
        return f"{begun}{few} ({rests})."
    if rank.since is None:
        return f"{begun}the {side} on record ({rests})."
    if rank.rank == 1:
        return f"{begun}the {side}, as on {rank.since} ({rests})."
    return f"{begun}the {side} since {rank.since}, {rank_of(rank.rank, rank.of)} ({rests})."
