"""What one refresh has done so far: its counts, failures and notes, its clock and its progress."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cache.refresh.clock_skew import Skew
from cache.refresh.progress import Progress, Stage
from cache.store.draft import Note
from core.data.frames import Prices

if TYPE_CHECKING:
    from cache.refresh.request import Request
    from cache.refresh.sources import PriceSource
    from cache.store.store import Store
    from core.data.frames import Holdings

#: At most this many progress reports a second, beside those that open or close a stage.
REPORTS: Final = 10.0


class RunState:
    """A refresh under way: what was requested, and what came of it so far.

    Attributes:
        prices: the prices read from the store when the stage began.
        holdings: fund -> its files, ascending.
        generation: of the store, 0 where it is empty.
        failed: symbol or file -> why it did not come.
        files: names of the files that came.
        refetched: symbols whose histories were fetched again whole.
        moved: symbols taken anew that were of another source.
        sources: the sources of prices that were asked, in that order.
        symbols, new_bars: how many symbols brought bars, and how many new bars.
        done, total: of the stage, answered and in all.
        planned: requests of the plans followed.
        unanswered: symbols that the source said nothing of.
        notes: sentences for the summary.
        poisoned: why all that the vendor gave is refused, "" where it is not.
        refused: what the first source said when it could not be reached.
    """

    def __init__(
        self,
        store: Store,
        request: Request,
        report: Callable[[Progress], None] | None,
        stop: threading.Event,
    ) -> None:
        self.store, self.request, self.stop = store, request, stop
        self._report, self._reported = report, 0.0
        self.began = time.monotonic()
        self.skew = Skew()
        self.prices: Prices = Prices()
        self.holdings: Mapping[str, tuple[Holdings, ...]] = {}
        self.generation = 0
        self.failed: dict[str, str] = {}
        self.files: list[str] = []
        self.refetched: list[str] = []
        self.moved: list[str] = []
        self.sources: list[PriceSource] = []
        self.symbols = self.new_bars = self.done = self.total = self.planned = 0
        self.unanswered = 0
        self.notes: list[str] = []
        self.poisoned = self.refused = ""

    def load(self) -> None:
        """Read the stored data, where anything is."""
        contents = self.store.read_or_empty()
        self.prices, self.holdings = contents.prices, contents.holdings
        self.generation = contents.generation

    def note(self, source: str) -> Note:
        """Return this refresh's entry for the list of imports."""
        request = self.request
        what = "refresh of " + ("the board" if request.board else ":".join(request.pair))
        key = f"{what} {request.now.isoformat()} {self.began}"
        return Note("refresh", request.now, source, what, key)

    def clock(self) -> datetime:
        """Return the time now: the time at the start plus the seconds since."""
        seconds = int(time.monotonic() - self.began)
        return self.request.now + timedelta(seconds=seconds)

    def say(
        self,
        stage: Stage,
        *,
        symbol: str = "",
        message: str = "",
        since: float | None = None,
        always: bool = False,
        came: bool | None = None,
    ) -> None:
        """Report progress, at most `REPORTS` times a second unless ``always``.

        Args:
            stage: of the refresh.
            symbol: whom it is about.
            message: a sentence for a person.
            since: when the stage began, on the monotonic clock; gives rate and time left.
            always: report it even right after another.
            came: at the end, whether anything new is stored.
        """
        at = time.monotonic()
        if self._report is None or not (always or at - self._reported >= 1 / REPORTS):
            return
        self._reported = at
        rate = remaining = None
        if since is not None and self.done and at - since >= 1.0:
            rate = round(self.done / (at - since), 2)
            remaining = round((self.total - self.done) / (self.done / (at - since)), 1)
        failed = len(self.failed)
        self._report(
            Progress(stage, self.done, self.total, failed, rate, remaining, symbol, message, came)
        )
