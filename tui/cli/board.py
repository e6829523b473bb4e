"""`internals board`: every pair at a glance, written."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from cache.facts.pairs import board_pairs
from core.answer.board import board
from tui.report.board import WRITERS
from tui.report.files import answer_to
from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, NOTHING, say

if TYPE_CHECKING:
    from tui.service.service import Desk
    from tui.state.config import Config


def write_board(
    desk: Desk, config: Config, as_of: date | None, arguments: argparse.Namespace
) -> int:
    """Write the board and return the exit code: 1 where a pair has no answer."""
    pairs = board_pairs(config.pairs)
    if arguments.group is not None:
        groups = tuple(dict.fromkeys(pair.group for pair in pairs))
        if arguments.group not in groups:
            return say(f"no group {arguments.group}; there are {', '.join(groups)}", BAD_INPUT)
        pairs = tuple(pair for pair in pairs if pair.group == arguments.group)
    desk.prepare()
    opening = desk.opening()
    if as_of is None and opening is not None:
        as_of = opening.as_of
    answer = board(desk.market(), pairs, config.basis, as_of)
    if answer.as_of is None:
        return say("no closes of any pair of the board: import them or fetch", NOTHING)
    text = WRITERS[arguments.format](answer)
    answer_to(arguments.output, text, desk.ledger, kind=arguments.format, force=arguments.force)
    return IN_PART if any(row.missing for row in answer.rows) else ANSWERED
