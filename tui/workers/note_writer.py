"""The key that writes the note: in the background, of the answer that is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cache.facts.errors import CacheError, why
from cache.facts.pairs import board_pairs
from core.answer.board import Board, board
from core.answer.history import with_ranks
from core.answer.snapshot import Snapshot, take
from core.data.errors import UnavailableError
from tui.report.note_formats import PICTURES, ranked_measures
from tui.report.notes import keep, keep_picture

if TYPE_CHECKING:
    from core.data.market import Market
    from tui.host.host import Host


def _written(
    host: Host, market: Market, on_screen: Snapshot, directory: Path, formats: Sequence[str]
) -> list[Path]:
    """In a thread: the same answer with its daily breadth and the ranks of its measures."""
    snapshot = take(market, replace(on_screen.question, daily=True))
    snapshot = _ranked(host, market, snapshot, ranked_measures(formats))
    return keep(snapshot, directory, formats, host.desk.ledger)


def _ranked(host: Host, market: Market, snapshot: Snapshot, names: Sequence[str]) -> Snapshot:
    """The answer with the ranks of its measures, from histories kept of the same market."""
    # a store or a user's file that cannot be read by now keeps nobody from a note of the screen
    with suppress(CacheError, OSError):
        if (answer := host.desk.histories(market)) is not None:
            ranked = with_ranks(market, snapshot, names, answer)
            # another process may have stored data meanwhile: these ranks may be of it
            if host.desk.histories(market) is not None:
                return ranked
    return with_ranks(market, snapshot, names)


async def write_note(host: Host) -> None:
    """Write the note of what is on the screen, and say where."""
    snapshot, market = host.snapshot, host.market
    if snapshot is None or market is None:
        host.tell("there is no answer to write a note of yet")
        return
    if host.desk.memory.refusal:
        host.tell(host.desk.memory.refusal, error=True)
        return
    directory = host.config.note_directory or host.desk.notes
    formats = host.config.note_formats
    try:
        files = await asyncio.to_thread(_written, host, market, snapshot, directory, formats)
    except (OSError, UnavailableError) as error:
        host.tell(f"the note is not written: {why(error)}", error=True)
        return
    except Exception as error:
        sentence = f"the note could not be written: {type(error).__name__}: {error}"
        host.tell(sentence, error=True)
        return
    first, *others = files
    endings = "".join(f" {other.suffix}" for other in others)
    host.tell(f"note written: {first}{endings}")


def _drawn(host: Host, market: Market, on_screen: Snapshot, name: str, target: Path | None) -> Path:
    """In a thread: one picture of the answer that is shown, or of the board."""
    directory = host.config.note_directory or host.desk.notes
    answer: Snapshot | Board = on_screen
    if name == "board":
        pairs, question = board_pairs(host.config.pairs), on_screen.question
        answer = board(market, pairs, question.basis, on_screen.as_of)
    return keep_picture(name, answer, directory, target, host.desk.ledger)


async def write_picture(host: Host, words: str) -> None:
    """Write a picture of what is shown, by its name and perhaps a file, and say where."""
    snapshot, market = host.snapshot, host.market
    name, _, file = words.strip().partition(" ")
    if name not in PICTURES:
        host.tell(f"which picture? {', '.join(PICTURES)}", error=True)
    elif snapshot is None or market is None:
        host.tell("there is no answer to draw yet")
    elif host.desk.memory.refusal:
        host.tell(host.desk.memory.refusal, error=True)
    else:
        target = Path(file.strip()).expanduser() if file.strip() else None
        try:
            path = await asyncio.to_thread(_drawn, host, market, snapshot, name, target)
        except (OSError, UnavailableError) as error:
            host.tell(f"the picture is not written: {why(error)}", error=True)
            return
        host.tell(f"picture written: {path}")
