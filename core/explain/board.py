"""Explain a row of the board: each gap from its two funds' returns, computed a second way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answer.board import WINDOWS
from core.answer.index import own_return
from core.answer.snapshot import common_sessions
from core.data.errors import UnavailableError
from core.data.record import record
from core.data.windows import resolve

if TYPE_CHECKING:
    from core.answer.board import Board, BoardRow
    from core.data.market import Market
    from core.data.windows import Window


@record(frozen=True, slots=True)
class FundReturns:
    """What each of two funds returned over a window, as fractions."""

    window: Window
    small: float
    large: float


@record(frozen=True, slots=True)
class RowParts:
    """The returns and sources behind the gaps of a row.

    Attributes:
        returns: window -> the returns of both funds; none where the window is not available.
        sources: fund -> where its closes came from.
    """

    returns: dict[str, FundReturns]
    sources: dict[str, str]


def row_parts(market: Market, row: BoardRow, board: Board) -> RowParts:
    """The returns that the gaps of a board's row are differences of, and where closes came from."""
    assert board.as_of is not None
    small, large = row.pair.small, row.pair.large
    market = market.kinds_known_on(board.as_of)
    sessions = common_sessions(market, small, large)
    returns = {}
    for label in WINDOWS:
        try:
            window = resolve(label, board.as_of, sessions, market.reference.sessions)
        except UnavailableError:
            continue
        one = own_return(market.series(small), window, board.basis)
        other = own_return(market.series(large), window, board.basis)
        if one is not None and other is not None:
            returns[label] = FundReturns(window, one, other)
    sources = {fund: market.prices.sources_of(fund) for fund in (small, large)}
    return RowParts(returns, sources)
