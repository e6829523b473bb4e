"""The key that writes the note: beside the screen, of the very answer that is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cache.facts.errors import why
from core.answer.snapshot import Snapshot, take
from tui.report.notes import keep

if TYPE_CHECKING:
    from core.data.market import Market
    from tui.host.host import Host
    from tui.report.files import Ledger


def _written(
    market: Market, shown: Snapshot, directory: Path, formats: Sequence[str], ledger: Ledger
) -> list[Path]:
    """In a thread: the same answer with its daily breadth, as files."""
    return keep(take(market, replace(shown.question, daily=True)), directory, formats, ledger)


async def write_note(host: Host) -> None:
    """Write the note of what is shown, and say where; nothing is asked."""
    shown, market = host.snapshot, host.market
    if shown is None or market is None:
        host.tell("there is no answer to write a note of yet")
        return
    if host.desk.memory.refusal:
        host.tell(host.desk.memory.refusal, error=True)
        return
    directory = host.config.note_directory or host.desk.notes
    formats = host.config.note_formats
    try:
        ledger = host.desk.ledger
        files = await asyncio.to_thread(_written, market, shown, directory, formats, ledger)
    except OSError as error:
        host.tell(f"the note is not written: {why(error)}", error=True)
        return
    except Exception as error:
        sentence = f"the note could not be written: {type(error).__name__}: {error}"
        host.tell(sentence, error=True)
        return
    first, *others = files
    endings = "".join(f" {other.suffix}" for other in others)
    host.tell(f"note written: {first}{endings}")
