"""The board, answered in a thread, with the pairs of the watch list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.message import Message

from cache.facts.errors import CacheError, why
from cache.facts.pairs import board_pairs
from core.data.errors import CoreError
from tui.state.config import ConfigError

if TYPE_CHECKING:
    from datetime import date

    from core.answer.board import Board
    from core.data.question import Basis
    from tui.command.line import EditPairs
    from tui.host.host import Host
    from tui.host.messages import DeskLike


@dataclass
class Boarded(Message):
    """Every pair as of one session, or the sentence that says why there is no answer.

    Attributes:
        number: of the question; an older one never replaces a newer one.
        identity: of the store before it was read.
        last: the last session of any pair.
        moved: another date was requested than the question's.
    """

    number: int
    board: Board | None
    sentence: str = ""
    identity: str | None = None
    last: date | None = None
    moved: bool = False


def answer_board(
    desk: DeskLike,
    number: int,
    watched: tuple[tuple[str, str], ...],
    basis: Basis,
    as_of: date | None,
    steps: int = 0,
) -> Boarded:
    """Answer for every pair, some sessions after the as-of date; what goes wrong is a sentence."""
    pairs = board_pairs(watched)
    try:
        identity = desk.identity()
        from core.answer.board import last_session, stepped

        if steps:
            market = desk.market()
            start = as_of or last_session(market, pairs)
            as_of = None if start is None else stepped(market, pairs, start, steps)
        answer = desk.board(pairs, basis, as_of)
        last = answer.as_of if as_of is None else last_session(desk.market(), pairs)
    except (CoreError, CacheError, OSError) as error:
        return Boarded(number, None, why(error))
    except Exception as error:
        sentence = f"the board could not be answered: {type(error).__name__}: {error}"
        return Boarded(number, None, sentence)
    return Boarded(number, answer, "", identity, last, moved=bool(steps))


def edit_pairs(host: Host, edit: EditPairs) -> bool:
    """Change the watch list in the config file and in force; says how it went."""
    name = ":".join(edit.pair)
    try:
        pairs = host.desk.config_file.edit(edit)
    except (ConfigError, CacheError, OSError) as error:
        host.tell(why(error), error=True)
        return False
    host.config = replace(host.config, pairs=pairs)
    on_it = f"on the watch list of {len(pairs)}"
    place = pairs.index(edit.pair) + 1 if edit.pair in pairs else 0
    shipped = edit.pair in {(pair.small, pair.large) for pair in board_pairs(())}
    fetched = "" if host.desk.simulated else "; opened, r fetches what is missing of it"
    words = {
        "add": f"{name} is {on_it} now{fetched}",
        "remove": f"{name} is off the watch list" + "; the board goes on showing it" * shipped,
        "move": f"{name} is number {place} {on_it}",
    }
    host.tell(words[edit.verb])
    return True


def follow_config(host: Host) -> bool:
    """Take over a watch list that another process has written; True where it differs."""
    try:
        pairs = host.desk.config_file.news()
    except (ConfigError, OSError) as error:
        host.tell(why(error), error=True)
        return False
    if pairs is None or pairs == host.config.pairs:
        return False
    host.config = replace(host.config, pairs=pairs)
    return True
