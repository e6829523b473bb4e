"""Breadth of the index that leads in a row of the board, where its lines are available.

The figures are the table's (`core.answer.table`), of the answer to the row's pair over one
window. They take far longer than closes: they are requested after the rows are shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from core.answer.board import WINDOWS
from core.answer.by_session import daily_of
from core.answer.snapshot import take
from core.answer.table import find, reading
from core.data.errors import CoreError
from core.data.question import Question
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.answer.board import Board, BoardRow
    from core.data.market import Market

#: Columns of the board -> row of the table, and whether its change of the session is shown.
COLUMNS: Final[Mapping[str, tuple[str, bool]]] = {
    "share_up": ("share_up", False),
    "share_above_50": ("share_above_50", False),
    "change_50": ("share_above_50", True),
    "share_above_200": ("share_above_200", False),
    "change_200": ("share_above_200", True),
    "highs_less_lows": ("highs_less_lows", False),
    "share_outperforming": ("share_outperforming", False),
    "top10_weight": ("top10_weight", False),
}
#: The window where the one asked for is none of the board's.
USUAL: Final = "YTD"


@record(frozen=True, slots=True)
class BoardBreadth:
    """Breadth of one index.

    Attributes:
        fund: the index's.
        window: what it is counted over.
        values: column -> figure, a fraction or a count; None where it is not claimed.
    """

    fund: str
    window: str
    values: Mapping[str, float | None]


def leader(row: BoardRow, window: str) -> str | None:
    """The fund of a pair that is ahead over a window; None where the gap is not known or 0."""
    gap = row.gaps.get(window if window in WINDOWS else USUAL)
    if not gap:
        return None
    return row.pair.small if gap > 0 else row.pair.large


def breadths_of(market: Market, board: Board, window: str) -> dict[str, BoardBreadth]:
    """Pair -> breadth of its leading index, of the pairs that have one; see `breadth_of`."""
    rows = ((row.pair.name, breadth_of(market, row, board, window)) for row in board.rows)
    return {name: breadth for name, breadth in rows if breadth is not None}


def breadth_of(market: Market, row: BoardRow, board: Board, window: str) -> BoardBreadth | None:
    """Breadth of the leading index of a row; None where its lines are not available.

    Args:
        market: the available data.
        row: of the board.
        board: gives basis and date.
        window: whose gap says who leads, and which breadth is counted over.
    """
    window = window if window in WINDOWS else USUAL
    fund = leader(row, window)
    if fund is None or not market.holdings.get(fund) or row.end != board.as_of:
        return None
    question = Question(row.pair.small, row.pair.large, window, board.as_of)
    question = replace(question, basis="pr" if board.basis == "pr" else "tr")
    try:
        snapshot = take(market, question)
        view = snapshot.indices.get(fund)
        if view is None:
            return None
        key = ("board breadth", fund, snapshot.window.start, snapshot.as_of, board.basis)
        daily = market.cached(key, lambda: daily_of(market, snapshot, fund))
    except CoreError:
        return None
    values: dict[str, float | None] = {}
    for column, (name, change) in COLUMNS.items():
        scalar = find(name)
        assert scalar is not None
        figure = reading(scalar, view, daily) if scalar.claimed(view) else None
        value = None if figure is None else figure.change if change else figure.value
        values[column] = value
    return BoardBreadth(fund, window, values)
