"""`internals board`: every pair at a glance, written."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from cache.facts.pairs import board_pairs
from core.answer.board import Board, board
from core.answer.board_breadth import breadths_of
from core.data.errors import UnavailableError
from core.data.question import normal
from tui.cli.questions import opening_question
from tui.report.answer_file import answer_to
from tui.report.board import WRITERS
from tui.report.note_formats import PICTURE_FORMATS
from tui.state.config import ConfigError
from tui.text.streams import ANSWERED, IN_PART

if TYPE_CHECKING:
    from tui.service.service import Desk
    from tui.state.config import Config


def write_board(
    desk: Desk,
    config: Config,
    as_of: date | None,
    arguments: argparse.Namespace,
    group: str | None,
) -> int:
    """Write the board and return the exit code: 1 where a pair has no answer, 2 for wrong use.

    Raises:
        ConfigError, CacheError, UnavailableError: see `the_board`.
    """
    answer = the_board(desk, config, as_of, group)
    text: str | bytes
    if arguments.format in PICTURE_FORMATS:
        from tui.report.gallery import board_svg
        from tui.report.png import in_format

        text = in_format(board_svg(answer, dark=arguments.dark), arguments.format)
    else:
        breadths = {}
        if arguments.format != "line":
            breadths = breadths_of(desk.market(), answer, normal(config.window))
        text = WRITERS[arguments.format](answer, breadths)
    answer_to(arguments.output, text, desk.ledger, kind=arguments.format, force=arguments.force)
    return IN_PART if any(row.missing for row in answer.rows) else ANSWERED


def the_board(desk: Desk, config: Config, as_of: date | None, group: str | None) -> Board:
    """Answer for the pairs of the board, or of one group of them.

    Raises:
        ConfigError: there is no such group.
        UnavailableError: no pair has closes.
        CacheError: the market cannot be read.
    """
    pairs = board_pairs(config.pairs)
    if group is not None:
        groups = tuple(dict.fromkeys(pair.group for pair in pairs))
        if group not in groups:
            raise ConfigError(f"no group {group}; there are {', '.join(groups)}")
        pairs = tuple(pair for pair in pairs if pair.group == group)
    desk.prepare()
    as_of = opening_question(desk, config, as_of).as_of
    answer = board(desk.market(), pairs, config.basis, as_of)
    if answer.as_of is None:
        raise UnavailableError("no closes of any pair of the board: import them or fetch")
    return answer
