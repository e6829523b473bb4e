"""A folder that some job fills with price files, as a source of prices."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.refresh.gate import Answer, gate, nothing
from cache.sources.prices.read import files_of, read_prices
from core.data.frames import day

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from cache.sources.vendors.registry import SourceSettings
    from cache.store.bars import Bars
    from core.data.frames import FloatArray, IntArray

#: A file may have been written so long before the session it is of is over, elsewhere.
_EARLY: Final = timedelta(days=1)


class Folder:
    """Closes of the files of a folder; what has changed since the last close is read.

    Attributes:
        unreachable: the folder cannot be read.
        limited_until: never set: nobody limits it.
        off: 0: it has no clock of its own.
        requests, retried: 0: nobody is asked.
        remarks: rows that were not read, a sentence a time.
    """

    limited_until: datetime | None = None
    off = timedelta()
    requests = 0
    retried = 0

    def __init__(self, settings: SourceSettings) -> None:
        """Nothing is read yet.

        Raises:
            SourceError: no folder is set.
        """
        if settings.folder is None:
            raise SourceError(
                'no folder is set: write folder = "/path/to/files" under [prices] in config.toml'
            )
        self.folder, self.name = settings.folder, settings.vendor.name
        self.unreachable = False
        self.remarks: list[str] = []

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Read the files, and give an answer to each ask."""
        requests = list(asks)
        pieces = all(not ask.whole for ask in requests)
        since = min((ask.start for ask in requests), default=None) if pieces else None
        try:
            paths = self._changed(since)
            bars = read_prices(paths, now=now) if paths else None
        except SourceError as error:
            self.unreachable = True
            for ask in requests:
                yield Answer(ask, kind="try_again", reason=f"{error}", answered_by="unasked")
            return
        if bars is not None and bars.rejected:
            first = bars.rejected[0]
            self.remarks.append(
                f"{len(bars.rejected):,} rows of {clean(self.folder.name, 60)} were not read"
                f" (line {first.line}: {first.reason})"
            )
        rows = _by_symbol(bars.bars) if bars is not None else {}
        for ask in requests:
            if stop is not None and stop.is_set():
                return
            yield self._answer(ask, bars.bars if bars else None, rows, now)

    def _changed(self, since: date | None) -> list[Path]:
        """The files of the folder, those alone that were written since a day where one is given.

        Raises:
            SourceError: the folder is not there, or holds no file that can be read.
        """
        if not self.folder.is_dir():
            raise SourceError("is no folder", file=clean(str(self.folder), 200))
        paths = files_of(self.folder)
        if since is None:
            return paths
        start = datetime.combine(since, datetime.min.time(), UTC) - _EARLY
        return [path for path in paths if path.stat().st_mtime >= start.timestamp()]

    def _answer(
        self,
        ask: Ask,
        bars: Bars | None,
        rows: dict[str, IntArray],
        now: datetime,
    ) -> Answer:
        of_symbol = rows.get(ask.symbol)
        if bars is None or of_symbol is None:
            return nothing(ask, now, self.name) if ask.whole else Answer(ask, through=ask.start)
        session = bars.session[of_symbol]
        inside = (session >= day(ask.start)) & (session <= day(ask.end))
        order = np.argsort(session[inside])

        def column(name: str, empty: float) -> FloatArray:
            values: FloatArray | None = getattr(bars, name)
            if values is None:
                return np.full(len(order), empty)
            return np.where(np.isnan(values[of_symbol]), empty, values[of_symbol])[inside][order]

        if bars.close is None:
            reason = "its files give adjusted closes alone"
            return Answer(ask, kind="bad_data", reason=reason)
        if not len(order):
            return nothing(ask, now, self.name) if ask.whole else Answer(ask, through=ask.start)
        return gate(
            ask,
            session[inside][order],
            column("close", np.nan),
            column("volume", np.nan),
            column("dividend", 0.0),
            column("split", 0.0),
            now=now,
            meta={},
            vendor=self.name,
        )


def _by_symbol(bars: Bars) -> dict[str, IntArray]:
    """Symbol -> places of its rows."""
    order = np.argsort(bars.symbol, kind="stable")
    edges = np.searchsorted(bars.symbol[order], np.arange(len(bars.symbols) + 1))
    return {s: order[edges[i] : edges[i + 1]] for i, s in enumerate(bars.symbols)}
