"""The first board on the frame, drawn before the screen's library is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.host.board_place import BoardPlace
from tui.panes.board_frame import head, hint_line, news_height
from tui.panes.board_rows import ORDERS, BoardCells, columns_for, lit_cells, ordered
from tui.panes.frame import Start, form, frame
from tui.text.spans import Drawing, fit_line, split_line
from tui.widgets.table_columns import lay_out, title_line, width_of

if TYPE_CHECKING:
    from core.answer.board import Board
    from core.data.question import Question


def boarded(width: int, height: int, start: Start, board: Board, question: Question) -> Drawing:
    """The frame of the board with its rows; what is new on them is looked up later.

    Args:
        width: cells of the screen.
        height: its lines.
        start: what the frame is drawn from.
        board: the answer.
        question: what a pair is opened with.
    """
    lines, seat = frame(width, height, start), start.seat
    if form(width, height, zoomed=False) == "small" or board.as_of is None:
        return lines
    key = seat.board_key if seat.board_key in ORDERS else "group"
    place = BoardPlace(seat.board_pair, key, seat.board_falling)
    rows = ordered(board.rows, place.key, falling=place.falling)
    # the scrollbar's column is kept free
    placed = lay_out(columns_for(rows, breadth=False), width - 1)
    cells = BoardCells(
        rows,
        grouped=place.key == "group",
        rung=(),
        spark=width_of(placed, "spark"),
        as_of=board.as_of,
    )
    names = [row.pair.name for row in rows]
    cursor = names.index(place.pair) if place.pair in names else 0
    room = height - 4 - news_height(height, len(rows))
    first = max(cursor - room + 1, 0)
    last, simulated = question.as_of is None, board.simulated
    lines[0] = head(board, question, place, width, last=last, simulated=simulated)
    titles = title_line(placed, place.key, falling=place.falling)
    lines[1] = [(text, "dim") for text, _ in titles]
    for n, row in enumerate(range(len(rows))[first : first + room]):
        lines[2 + n] = cells.line(row, placed, width - 1, pointed=row == cursor)
        if row == cursor:
            lit, others = split_line(lines[2 + n], lit_cells(placed))
            lines[2 + n] = [*((text, f"{style} cursor") for text, style in lit), *others]
    # the rows are here: nothing is waited for
    lines[-2] = []
    lines[-1] = hint_line(start.keys, width)
    return [fit_line(line, width) for line in lines]
