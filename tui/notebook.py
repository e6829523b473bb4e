"""For a notebook: the command line's answer as a Snapshot, its tables as pandas or polars frames.

from tui.notebook import ask, to_pandas

answer = ask("IWM:SPY", window="YTD", as_of="2026-06-26")
to_pandas(answer)["contributors"]
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.remote import local_home
from tui.report.tidy import to_pandas, to_polars
from tui.service.service import Desk
from tui.state.config import FILE, as_date, load, with_flags
from tui.state.places import places

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot

__all__ = ["ask", "to_pandas", "to_polars"]


def ask(
    pair: str | None = None,
    *,
    window: str | None = None,
    as_of: str | None = None,
    basis: str | None = None,
    home: Path | str | None = None,
    demo: bool = False,
) -> Snapshot:
    """Answer a question from the stored data; the network is never touched.

    Args:
        pair: two funds such as "IWM:SPY"; what is not given is as on the command line.
        window: YTD, 1M, 2025, 2026-01-21:2026-05-05 ...
        as_of: an ISO date; the last session with final closes unless given.
        basis: "tr" or "pr".
        home: the directory everything is kept under.
        demo: the simulated market.

    Raises:
        ConfigError: a setting or an argument cannot be used.
        CacheError: nothing is stored, or it cannot be read.
        CoreError: the stored data does not answer the question.
    """
    place = Path(home) if home is not None else None
    where = places(place if demo else local_home(place), demo=demo)
    desk = Desk(where, demo=demo)
    config = with_flags(load(where.settings / FILE), pair, window, basis)
    question = config.question(desk.opening())
    opening = desk.opening()
    dated = as_date(as_of) if as_of is not None else opening.as_of if opening else None
    return desk.take(replace(question, as_of=dated, daily=True))
