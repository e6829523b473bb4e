"""The position on the board, remembered while one of its pairs is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.answer.board import Board


@dataclass(slots=True)
class BoardPlace:
    """Where a person is on the board; changes no number.

    Attributes:
        pair: name of the row under the cursor, "" for the first one.
        key: column that the rows are sorted by.
        falling: largest first.
        rotation: the rotation is shown in place of the table.
        pair_opened: a pair was opened from it, and esc leads back.
        board: what was shown last.
    """

    pair: str = ""
    key: str = "group"
    falling: bool = False
    rotation: bool = False
    pair_opened: bool = False
    board: Board | None = None
