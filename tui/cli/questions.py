"""Reads the question from the words of a command line or of an assistant's call.

The names that an answer is also worked out without (--without, --theme) are part of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cache.facts.symbols import yahoo_symbol
from core.data.symbol_pattern import valid_symbol
from tui.state.config import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import date

    from core.data.frames import Theme
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
        ConfigError: a pair was named as well, or what is named can be no fund.
    """
    if fund is None:
        return question
    if pair:
        raise ConfigError("--index names one fund and --pair two: give one of the two")
    fund = fund.strip().upper()
    if not valid_symbol(fund):
        raise ConfigError(f"--index {fund}: write one fund such as IWM; --pair takes two")
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
    names = _left_out(without, (question.small, question.large))
    if themes:
        names = tuple(dict.fromkeys((*names, *_of_themes(themes, desk, question))))
    return replace(question, without=names, breadth_list=breadth_list)


def add_arguments(answer: argparse.ArgumentParser) -> None:
    """Add the options for the lines an answer counts, and for those it leaves out."""
    answer.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="[FUND:]NAMES",
        help="also without these names, such as SPY:MSFT,META; may be repeated",
    )
    answer.add_argument(
        "--theme",
        action="append",
        default=[],
        metavar="NAME",
        help="also without the names of a theme or an industry",
    )
    answer.add_argument(
        "--breadth-list",
        choices=("start", "end"),
        default="start",
        help="the list of members that breadth counts: of the window's start, or of its end",
    )


def _left_out(texts: Sequence[str], pair: tuple[str, str]) -> tuple[str, ...]:
    """Names to leave out as a question has them: "MSFT", or "SPY:MSFT" for one index alone.

    Raises:
        ConfigError: a text names no symbols, or a fund that is not of the pair.
    """
    names_out: dict[str, None] = {}
    for text in texts:
        fund, colon, listed = text.upper().rpartition(":")
        if colon and fund not in pair:
            raise ConfigError(f"--without {text}: {fund or 'nothing'} is not of {':'.join(pair)}")
        names = [yahoo_symbol(name) for name in listed.split(",") if name.strip()]
        if not names or not all(map(valid_symbol, names)):
            raise ConfigError(f"--without {text}: write names such as SPY:MSFT,META")
        names_out |= dict.fromkeys(f"{fund}{colon}{name}" for name in names)
    return tuple(names_out)


def _of_themes(names: Sequence[str], desk: Desk, question: Question) -> tuple[str, ...]:
    """The names of some themes and industries, under the tickers of their closes.

    Raises:
        ConfigError: there is no such theme and no such industry, or none of its names is stored.
        CacheError: the market, which says what their names are, cannot be read.
        UnavailableError: no answer says which lines are of an industry.
    """
    from core.answer.group_names import industry_theme  # numpy: the frame waits for none

    market = desk.market()
    themes: dict[str, Theme] = {theme.name.casefold(): theme for theme in market.themes}
    lines = set(market.register.symbols.tolist())
    symbols: dict[str, None] = {}
    for text in names:
        name = text.strip()
        theme = themes.get(name.casefold())
        if theme is None:
            # whose industry is which is known of the lines of an answer
            theme = industry_theme([*desk.take(question).indices.values()], name)
        if theme is None:
            names_text = ", ".join(f"{theme.name!r}" for theme in themes.values()) or "none"
            raise ConfigError(
                f"--theme {text}: there is no such theme or industry; themes known are {names_text}"
            )
        members = [symbol for symbol in theme.symbols if symbol in lines]
        if not members:
            raise ConfigError(f"--theme {text}: none of its names is in a holdings file")
        symbols |= dict.fromkeys(members)
    return tuple(symbols)
