"""An announced change of a list that no holdings file has yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.data.record import record

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import Action

AnnouncedState = Literal["announced", "due", "doubtful", "contradicted"]


@record(frozen=True, slots=True)
class Coming:
    """An announced change, its status, and what the line contributed over the window.

    Attributes:
        symbol: the line, as its closes are followed.
        name: its name, "" where nobody says it.
        sector: its sector, "" where unknown.
        action: "join" or "leave".
        effective: the day at whose close it takes effect.
        announced: the day it was announced, None where not known.
        source: who says so, "" where not known.
        standing: "announced"; "due" when its day has passed and no file since is available;
            "doubtful" when the newest file before it already has it so; "contradicted" when
            a file dated later has it otherwise.
        file: date of the file that makes it doubtful or contradicts it, else None.
        weight: at the window's start, a fraction; None where the line is not measured.
        returns, contribution: over the window, while a member; fractions, None where not known.
        rank: place among the contributors, from 1; None where not measured.
    """

    symbol: str
    name: str
    sector: str
    action: Action
    effective: date
    announced: date | None
    source: str
    standing: AnnouncedState
    file: date | None = None
    weight: float | None = None
    returns: float | None = None
    contribution: float | None = None
    rank: int | None = None
