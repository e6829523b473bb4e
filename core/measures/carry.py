"""How far from its date a member list may be used, and which statements it allows.

A list carried back knows nothing of the names that left in between, one carried forward nothing
of those that joined. The further it is carried the less is claimed, and over a known
reconstitution nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from core.data.record import record
from core.data.windows import years_back

#: Up to so many calendar days a list stands for another date; further, it is said.
NEAR_DAYS: Final = 100


@record(frozen=True, slots=True)
class Carry:
    """How far, and from which list, members are carried to the start of a segment.

    Attributes:
        days: calendar days from the segment's start to the list's session: above 0 the list is
            carried back, below 0 forward.
        within_year: it is carried a year at most.
        over: a reconstitution that it is carried back over, or None.
        older_than: a reconstitution on or before the segment's start that no list held speaks
            for, so that an older one stays; or None.
        lender: the fund whose list it is, "" for the fund's own.
        even: only the lender's members are used, each at 1/N.
        weighted: the list has weights.
    """

    days: int = 0
    within_year: bool = True
    over: date | None = None
    older_than: date | None = None
    lender: str = ""
    even: bool = False
    weighted: bool = True

    @property
    def estimated(self) -> bool:
        """Weights come from a later list, or from one more than `NEAR_DAYS` old, or from none."""
        return self.days > 0 or -self.days > NEAR_DAYS or self.even or not self.weighted

    @property
    def members(self) -> bool:
        """Whether the list is good enough to say who the members are."""
        return self.within_year and self.over is None and self.older_than is None

    @property
    def leaders(self) -> bool:
        """Whether the list is good enough to name leaders."""
        return self.members and self.weighted

    @property
    def breadth(self) -> bool:
        """Whether the list is good enough to count how many lines rose."""
        return self.members and self.days <= NEAR_DAYS

    @property
    def partial(self) -> bool:
        """Whether an answer on this list is partial."""
        return not self.breadth


def carry(
    listed: date,
    start: date,
    reconstitutions: Iterable[date],
    *,
    older_than: date | None = None,
    lender: str = "",
    even: bool = False,
    weighted: bool = True,
) -> Carry:
    """Describe how a list of one session is carried to another.

    Args:
        listed: the list's session.
        start: the session it stands for.
        reconstitutions: sessions at whose close the index is remade.
        older_than: see `Carry`.
        lender: see `Carry`.
        even: see `Carry`.
        weighted: see `Carry`.
    """
    earlier, later = sorted((listed, start))
    return Carry(
        days=(listed - start).days,
        within_year=years_back(later, 1) <= earlier,
        over=max((r for r in reconstitutions if start < r <= listed), default=None),
        older_than=older_than,
        lender=lender,
        even=even,
        weighted=weighted,
    )
