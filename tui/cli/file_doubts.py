"""What a person should look at again in holdings files and changes that are imported by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from cache.refresh.jumps import doubts_kept, lines_apart, odd, unlike
from core.data.frames import day
from core.note.phrase import several

if TYPE_CHECKING:
    from cache.sources.holdings.read import HoldingsFile
    from core.data.frames import Announcement, Dates, Holdings, Prices


def judged_files(
    files: Sequence[HoldingsFile],
    holdings: Mapping[str, Sequence[Holdings]],
    prices: Prices,
) -> tuple[list[HoldingsFile], list[str]]:
    """Judge files: a refresh would not believe them, or another is replaced.

    Args:
        files: by fund and date.
        holdings: fund -> its stored files, ascending.
        prices: the stored closes.

    Returns:
        The files, each with what speaks against it; and what is to be told at once in sentences.
    """
    kept: list[HoldingsFile] = []
    notes, many = list[str](), len(files) > 1
    earlier = {fund: list(dated) for fund, dated in holdings.items()}
    for file in files:
        rows = file.holdings
        before = earlier.setdefault(rows.fund, [])
        judged = odd(rows, file.rejected, before, prices, chain.from_iterable(earlier.values()))
        what = f"{rows.fund} of {rows.as_of}" if many else "it"
        doubts = (*judged.why, *unlike(rows, before), *judged.notes)
        notes += [f"taken, but look at it again: {what} {doubt}" for doubt in doubts]
        against = [*doubts]
        if judged.dated is not None:
            against.append(f"has the closes of {judged.dated} for prices")
            whose = f"the prices of {what}" if many else "its prices"
            notes.append(
                f"{whose} are the closes of {judged.dated}, not of {rows.as_of};"
                f" --as-of {judged.dated} would date it so"
            )
        for other in [one for one in before if one.as_of == rows.as_of]:
            before.remove(other)
            if unequal := lines_apart(rows, other):
                differ = f"{several(unequal, 'line')} differ{'s' if unequal == 1 else ''}"
                notes.append(f"{what} replaces the file of {rows.as_of} stored before: {differ}")
        rows = replace(rows, doubts=doubts_kept(rows, against))
        kept.append(replace(file, holdings=rows))
        before.append(rows)
        before.sort(key=lambda one: one.as_of)
    return kept, notes


def doubts_of_changes(
    changes: Iterable[Announcement], holdings: Mapping[str, Sequence[Holdings]], sessions: Dates
) -> list[str]:
    """List what is odd about announced changes: no session, or no such line to leave.

    Args:
        changes: as read.
        holdings: fund -> its stored files, ascending.
        sessions: (T,) ascending sessions of the exchange.
    """
    odd_ones: dict[str, list[str]] = {}
    for change in changes:
        if day(change.effective) not in sessions:
            why = f"{change.effective} is no session of the exchange"
            odd_ones.setdefault(why, []).append(change.symbol)
        newest = next(reversed(holdings.get(change.fund, ())), None)
        if newest is None or change.action != "leave" or newest.as_of > change.effective:
            continue
        if change.symbol not in newest.symbols:
            why = f"{change.fund}'s file of {newest.as_of} has no such line to leave"
            odd_ones.setdefault(why, []).append(change.symbol)
    return [
        f"taken, but look at it again: {', '.join(symbols[:3])}"
        f"{f' and {len(symbols) - 3} more' if len(symbols) > 3 else ''}: {why}"
        for why, symbols in odd_ones.items()
    ]
