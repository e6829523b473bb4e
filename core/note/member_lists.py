"""Words for the member list behind a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.phrase import Figure, Sentence, long_date, path_of

if TYPE_CHECKING:
    from core.answer.views import IndexView


def _carried(view: IndexView, place: int) -> Sentence:
    """``a list of 28 November 2025 carried back 331 days: names that left are missing``."""
    segment, path = view.segments[place], f"{path_of(view)}.segments[{place}]"
    days = segment.carry.days
    way, missing = ("back", "left") if days > 0 else ("forward", "joined")
    return Sentence(
        "a list of ",
        Figure(long_date(segment.holdings_as_of), f"{path}.holdings_as_of"),
        f" carried {way} ",
        Figure(f"{abs(days):,}", f"{path}.carried_days"),
        f" days: names that {missing} are missing",
    )


def far_list(view: IndexView) -> Sentence:
    """The list carried too far for breadth on which leaders are named; or nothing."""
    if not view.claims or view.near:
        return Sentence()
    far = [k for k, segment in enumerate(view.segments) if not segment.carry.breadth]
    return _carried(view, far[0]) if far else Sentence()


def list_trouble(view: IndexView) -> Sentence:
    """Why nothing is claimed on a list."""
    path = f"{path_of(view)}.segments"
    for place, segment in enumerate(view.segments):
        if segment.carry.older_than:
            when = Figure(
                long_date(segment.carry.older_than), f"{path}[{place}].membership_older_than"
            )
            return Sentence("membership is older than the reconstitution of ", when)
    for place, segment in enumerate(view.segments):
        if segment.carry.over:
            when = Figure(long_date(segment.carry.over), f"{path}[{place}].carried_over")
            return Sentence("the list is carried back over the reconstitution of ", when)
    far, segment = next(
        (k, segment) for k, segment in enumerate(view.segments) if not segment.carry.leaders
    )
    if segment.carry.members:
        when = Figure(long_date(segment.holdings_as_of), f"{path}[{far}].holdings_as_of")
        return Sentence("the list of ", when, " has no weights")
    return _carried(view, far)
