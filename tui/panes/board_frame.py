"""What stands around the rows of the board: its header, its hints, the room for what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.note.ranking_words import BASIS_WORDS
from tui.command import commands
from tui.panes.board_rows import ORDERS
from tui.panes.frame import hint_spans

if TYPE_CHECKING:
    from core.answer.board import Board
    from core.data.question import Question
    from tui.host.board_place import BoardPlace
    from tui.text.spans import Line

#: From this height on what is new is shown, on so many lines at least and at most.
_WITH_NEWS: Final = 16
_NEWS: Final = (5, 12)
_HINTS: Final = (
    ("drill", "open"), ("sort", "sort"), ("reverse", "turn"), ("view", "rotation"),
    ("next_pane", "news"), ("later", "date"), ("basis", "basis"), ("longer", "window"),
    ("refresh", "fetch"), ("command", "command"), ("back", "panes"), ("help", "help"),
    ("quit", "quit"),
)  # fmt: skip


def news_height(height: int, rows: int) -> int:
    """Lines of the screen for what is new, beside so many rows; 0 where there is no room."""
    return min(max(height - 4 - rows, _NEWS[0]), _NEWS[1]) if height >= _WITH_NEWS else 0


def head(
    board: Board | None,
    question: Question,
    place: BoardPlace,
    width: int,
    *,
    last: bool,
    simulated: bool,
) -> Line:
    """What the board shows, on which basis and to when.

    Args:
        board: the answer shown, None before the first.
        question: what a pair is opened with.
        place: the order of the rows.
        width: cells.
        last: the board is of the last session with closes.
        simulated: the market is.
    """
    line: Line = [(" Board", "bold")]
    parts = [BASIS_WORDS[question.basis]]
    if board is not None and board.as_of is not None:
        parts.append(f"as of {board.as_of}{' (last)' * last}")
    if place.key != "group" or place.falling:
        parts.append(
            f"by {ORDERS[place.key][1]}, {'largest' if place.falling else 'smallest'} first"
        )
    parts.append(f"opens {question.window}")
    tail: Line = [("SIMULATED ", "mark")] if simulated else []
    room = width - 6 - len("SIMULATED ") * bool(tail)
    for part in parts:
        if len(part) + 3 <= room:
            line.append((f"  {part}", "" if part != parts[0] else "bold"))
            room -= len(part) + 2
    return [*line, (" " * max(room, 1), ""), *tail] if tail else line


def hint_line(keys: Mapping[str, tuple[str, ...]], width: int) -> Line:
    """Keys that do something here; help and quit stay when the others do not fit."""
    both = {"later": ("earlier", "later"), "longer": ("shorter", "longer")}
    pairs = [
        (" ".join(commands.key_label(keys[one][0]) for one in both.get(name, (name,))), words)
        for name, words in _HINTS
    ]
    while len(pairs) > 3 and sum(len(key) + len(words) + 3 for key, words in pairs) > width:
        del pairs[-4]
    return hint_spans(pairs)
