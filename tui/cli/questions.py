"""Reads the question from the words of a command line or of an assistant's call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.state.config import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.data.question import BreadthList, Question
    from tui.service.service import Desk
    from tui.state.config import Config


def opening_question(
    desk: Desk, config: Config, as_of: date | None, remembered: Question | None = None
) -> Question:
    """Build the question: flags, then what a simulated market opens with or what is remembered."""
    opening = desk.opening()
    question = config.question(opening or remembered)
    if as_of is None and opening is not None:
        as_of = opening.as_of
    return replace(question, as_of=as_of)


def of_index(question: Question, fund: str | None, *, pair: bool) -> Question:
    """The question of one index alone, or as it is where none is named.

    Raises:
        ConfigError: a pair was named as well.
    """
    if fund is None:
        return question
    if pair:
        raise ConfigError("--index names one fund and --pair two: give one of the two")
    fund = fund.strip().upper()
    return replace(question, small=fund, large=fund, alone=True)


def narrowed(
    desk: Desk,
    question: Question,
    without: Sequence[str],
    themes: Sequence[str],
    breadth_list: BreadthList,
) -> Question:
    """The question with the names it is also worked out without, and the list that breadth counts.

    Raises:
        ConfigError: a name or a theme cannot be left out.
        CacheError: the market, which says what a theme's names are, cannot be read.
    """
    from tui.cli.narrowing import left_out, of_themes

    names = left_out(without, (question.small, question.large))
    if themes:
        names = tuple(dict.fromkeys((*names, *of_themes(themes, desk, question))))
    return replace(question, without=names, breadth_list=breadth_list)
