"""The lines below the board, computed in the background once the rows are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from cache.facts.errors import CacheError
from core.answer.alerts import figure
from core.answer.board import stepped
from core.answer.board_breadth import BoardBreadth, breadths_of
from core.answer.board_news import BoardNews, RowState, news_of, stale, state_of
from core.data.errors import CoreError
from core.data.record import record
from tui.state.board_look import BoardLooks

if TYPE_CHECKING:
    from core.answer.board import Board, BoardRow
    from core.explain.board import RowParts
    from tui.screen.workbench import Workbench

#: What a line is about -> the sign in front of it.
SIGNS = {"fired": "+", "ended": "-", "alert": "◆", "stale": "!"}


@record(frozen=True, slots=True)
class NewsLine:
    """One line below the board: a sign, a pair, and the text."""

    sign: str
    pair: str
    text: str


@dataclass
class NewsTaken(Message):
    """The lines below a board.

    Attributes:
        board: the board they belong to.
        since: what they compare with.
        lines: alerts first, then what is new, then what is not of the day.
        rung: names of the pairs of which an alert holds.
    """

    board: Board
    since: str
    lines: tuple[NewsLine, ...]
    rung: frozenset[str]


@dataclass
class BreadthTaken(Message):
    """Breadth for a board has been computed.

    Attributes:
        board: the board it belongs to.
        window: what it is counted over.
        breadths: name of a pair -> breadth of its index that leads.
    """

    board: Board
    window: str
    breadths: dict[str, BoardBreadth]


def count_breadth(host: Workbench, board: Board) -> BreadthTaken:
    """In a thread: breadth of the indices that lead, where their lines are stored."""
    window = host.question.window.upper()
    try:
        market = host.desk.market()
    except (CoreError, CacheError, OSError):
        return BreadthTaken(board, window, {})
    return BreadthTaken(board, window, breadths_of(market, board, window))


def parts_of(host: Workbench, row: BoardRow, board: Board) -> RowParts | None:
    """In a thread: what the gaps of a row come from; None where the market cannot be read."""
    from core.explain.board import row_parts

    try:
        return row_parts(host.desk.market(), row, board)
    except (CoreError, CacheError, OSError):
        return None


def look_up(host: Workbench, board: Board, *, last: bool) -> NewsTaken:
    """In a thread: alerts over all pairs, and what is new on a board.

    Args:
        host: the app.
        board: what is on the screen.
        last: it is of the last session: a look that is remembered.
    """
    alerts, rung = _alerts(host)
    since, news = "", list[BoardNews]()
    if board.as_of is not None:
        states = {row.pair.name: state for row in board.rows if (state := state_of(row))}
        looks = BoardLooks(host.desk.memory)
        look = looks.before(board.basis, board.as_of) if last else None
        if look is not None:
            since, before = f"the last look, of {look[0]}", look[1]
        else:
            since, before = _session_before(host, board)
        for name, state in states.items():
            if name in before:
                news += news_of(name, before[name], state)
        if last:
            looks.keep(board.basis, board.as_of, states)
    news += stale(board.rows, board.as_of)
    lines = (*alerts, *(NewsLine(SIGNS[one.kind], one.pair, one.text) for one in news))
    return NewsTaken(board, since, lines, rung)


def _session_before(host: Workbench, board: Board) -> tuple[str, dict[str, RowState]]:
    """The states of the session before a board's, and what it is called."""
    from core.answer.board import board as board_of

    assert board.as_of is not None
    try:
        market = host.desk.market()
    except (CoreError, CacheError, OSError):
        return "", {}
    pairs = [row.pair for row in board.rows]
    day = stepped(market, pairs, board.as_of, -1)
    before = board_of(market, pairs, board.basis, day)
    states = {row.pair.name: state for row in before.rows if (state := state_of(row))}
    return f"the session before, {day}", states


def _alerts(host: Workbench) -> tuple[list[NewsLine], frozenset[str]]:
    """A line for each alert that is set, on any pair; and the pairs of which one holds."""
    standings, trouble = host.ringer.standing()
    lines, rung = [], set()
    for one in standings:
        alert = one.state.alert
        name = alert.funds
        holds = one.value is not None and alert.holds(one.value)
        if holds:
            rung.add(name)
        now = "no value" if one.value is None else f"now {figure(alert, one.value)}"
        words = f"alert {alert.text}, {alert.window} {alert.basis}: {now}{', holds' * holds}"
        lines.append(NewsLine(SIGNS["alert"] if holds else "·", name, words))
    if trouble:
        lines.append(NewsLine(SIGNS["stale"], "", trouble))
    return lines, frozenset(rung)
