"""Sources and warnings of an index's member lists: which fund's, how old, which changes apply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from core.answer.views import Source
from core.data.frames import WHOLE

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.measures.membership import Span

#: Names of announced changes that are named.
_MOST_NAMED: Final = 8


def list_sources(fund: str, parts: tuple[Span, ...]) -> Iterator[Source]:
    """The holdings files of a window's parts and the announced changes that act on them."""
    sources: dict[tuple[str, object], Source] = {}
    for part in parts:
        file = part.origin
        what = f"holdings {fund}" if not part.carry.lender else f"holdings {file.fund} for {fund}"
        source = Source(what, file.source, file.as_of, file.fetched_at)
        sources.setdefault((file.fund, file.as_of), source)
    yield from sorted(sources.values(), key=lambda source: (source.what, str(source.as_of)))
    latest: dict[str, date] = {}
    for change in (change for part in parts for change in part.changes):
        latest[change.source] = max(change.session, latest.get(change.source, change.session))
    for origin, last in sorted(latest.items()):
        yield Source(f"announced changes of {fund}", origin, last, None)


def list_warnings(view: IndexView, parts: tuple[Span, ...]) -> Iterator[str]:
    """Sentences on how old an index's lists are, whose they are, and what is not claimed."""
    fund = view.fund
    older = [part.carry.older_than for part in parts if part.carry.older_than]
    if older:
        yield f"{fund}: membership is older than the reconstitution of {max(older)}"
    over = [part.carry.over for part in parts if part.carry.over]
    if over:
        yield f"{fund}: membership is end-dated; top contributors may be missing"
    for part in parts:
        carry, listed = part.carry, part.origin.as_of
        if not carry.partial or carry.older_than or carry.over:
            continue
        way, missing = ("back", "left") if carry.days > 0 else ("forward", "joined")
        yield (
            f"{fund}: a list of {listed} carried {way} {abs(carry.days):,} days: names that"
            f" {missing} are missing"
        )
    for file in dict.fromkeys(part.origin for part in parts):
        if file.share_listed < WHOLE:
            yield (
                f"{fund}: membership is not sure: the rows of {file.fund}'s file of {file.as_of}"
                f" add up to {file.share_listed * 100:.1f} % of the fund: rows are missing"
            )
        for doubt in file.doubts:
            yield f"{fund}: not sure: {file.fund}'s file of {file.as_of} {doubt}"
    bare = [part.origin.as_of for part in parts if not part.carry.weighted]
    if bare:
        yield (
            f"{fund}: the list of {min(bare)} has no weights: breadth is by count alone, and"
            " contributions in the tables take each line alike"
        )
    claims = (("leaders", view.claims), ("breadth", view.claims_breadth))
    withheld = [what for what, claimed in claims if not claimed]
    if view.covered and withheld:
        yield f"{fund}: on such a list nothing is claimed about {' or '.join(withheld)}"
    members = view.breadth.members
    after_start = members is not None and members.as_of > view.segments[0].start
    if members is not None and members.which == "end" and after_start:
        yield (
            f"{fund}: breadth counts the list at the end ({members.as_of}): names that left"
            " before are missing"
        )
    list_dates: dict[tuple[str, bool], dict[date, None]] = {}
    for part in parts:
        if part.carry.lender:
            dates = list_dates.setdefault((part.carry.lender, part.carry.even), {})
            dates[part.origin.as_of] = None
    for (lender, even), dates in list_dates.items():
        weights = ", at equal weights since its last quarterly rebalance" if even else ""
        files = f"file of {min(dates)}"
        if len(dates) > 1:
            files = f"{len(dates):,} files of {min(dates)} to {max(dates)}"
        yield f"{fund}: members by {lender}'s {files}{weights}"
    acting = dict.fromkeys(change for part in parts for change in part.changes)
    since, before = "as announced, no file since", "as announced, on a later file"
    for undone, action, head, words in (
        (False, "leave", since, "left"),
        (False, "join", since, "joined, weight not known"),
        (True, "leave", before, "had not joined yet"),
        (True, "join", before, "had not left yet, weight not known"),
    ):
        names = [c.symbol for c in acting if (c.undone, c.action) == (undone, action)]
        if names:
            more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
            yield f"{fund}: {head}: {' '.join(names[:_MOST_NAMED])}{more} {words}"
