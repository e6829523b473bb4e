"""Changes of membership to come: announced ones, and the index's known reconstitution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.answer.announced import leaders_to_leave
from core.note.phrase import Figure, Name, Sentence, basis_points, key, long_date

if TYPE_CHECKING:
    from core.answer.coming import Coming
    from core.answer.views import IndexView, Snapshot

_COUNTS: Final = {1: "one", 2: "two", 3: "three"}


def reconstitution_sentence(snapshot: Snapshot, fund: str) -> Sentence:
    """When the index of a fund is remade, near the as-of date; nothing where no date is known."""
    when = snapshot.reconstitutions.get(fund)
    if when is None:
        return Sentence()
    verb = "was" if when < snapshot.as_of else "is"
    changes = snapshot.changes.get(fund)
    # a file holds the close of its day, after any change made at that close
    on_file = changes is not None and changes.to_date >= when
    tail = "" if on_file else "; its new list of members is not held yet"
    date = Figure(long_date(when), f"reconstitutions{key(fund)}")
    words = f"'s index {verb} reconstituted at the close of "
    return Sentence(Name(fund), words, date, tail, ".")


def announced_sentence(head: Sentence, view: IndexView, changes: tuple[Coming, ...]) -> Sentence:
    """How many of an index's top contributors are to leave, and their contribution; or nothing."""
    leavers = leaders_to_leave(changes)
    if leavers is None or not view.claims:
        return Sentence()
    several = len(leavers.symbols) > 1
    verb = ("were to leave" if several else "was to leave") if leavers.due else "leave"
    if not several and not leavers.due:
        verb = "leaves"
    path = f"changes{key(view.fund)}.leaders_to_leave"
    return Sentence(
        head,
        _COUNTS[len(leavers.symbols)],
        " of its top three contributors",
        f" {verb}",
        " by " if leavers.days > 1 else " on ",
        Figure(long_date(leavers.effective), f"{path}.effective"),
        " as announced (",
        Name(" ".join(leavers.symbols)),
        "); together ",
        Figure(basis_points(leavers.contribution), f"{path}.sum_bp"),
        ".",
    )
