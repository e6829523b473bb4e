"""The machine that the checks examine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cache.sources.reach import Reached
from core.data.record import record

if TYPE_CHECKING:
    from tui.state.places import Places
    from tui.terminal.capabilities import Capabilities

#: Asks hosts whether they can be reached, through the proxies in force.
Reach = Callable[[list[str]], Mapping[str, Reached]]


@record(frozen=True, slots=True)
class Surroundings:
    """The machine that the checks examine; tests pass another one.

    Attributes:
        environ: the environment.
        now: the clock, with a time zone.
        terminal: what it can show.
        size: columns and lines of the terminal, None where the answer goes elsewhere.
        places: where things are kept.
        simulated: whether the simulated market is meant.
        reach: asks the network; None where it is not to be asked.
    """

    environ: Mapping[str, str]
    now: datetime
    terminal: Capabilities
    size: tuple[int, int] | None
    places: Places
    simulated: bool
    reach: Reach | None
