"""The price source of a name: a built-in one, or a plug-in.

A plug-in is a package with an entry point of the group ``internals.prices``: a function that takes
`SourceSettings` and gives a `cache.refresh.sources.PriceSource`. ``python -m
cache.sources.vendors.conformance NAME`` tries it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.vendors import load_vendors
from core.data.record import record

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.sources import PriceSource

GROUP: Final = "internals.prices"


@record(frozen=True, slots=True)
class SourceSettings:
    """What a source of prices is made with.

    Attributes:
        vendor: its name, its address and its terms.
        private: a folder for whatever it keeps between runs.
        rate: requests a second.
        pool: requests under way at once.
        folder: where files are, for the source that reads a folder.
        spark: ask Yahoo for closes of twenty symbols at once.
        environ: where its key lies; it is never kept.
    """

    vendor: Vendor
    private: Path
    rate: float
    pool: int = 8
    folder: Path | None = None
    spark: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


def price_source(settings: SourceSettings) -> PriceSource:
    """The source of prices of that name.

    Raises:
        SourceError: none is called so, its key is not there, or it could not be made.
        OSError: its folder cannot be written.
    """
    key = settings.vendor.key
    if key == "yahoo":
        from cache.sources.yahoo.deferred_yahoo import DeferredYahoo

        return DeferredYahoo(
            settings.private / "yfinance",
            pool=settings.pool,
            rate=settings.rate,
            spark=settings.spark,
            vendor=settings.vendor,
        )
    if key == "massive":
        from cache.sources.vendors.massive import Massive

        return Massive(settings)
    if key == "eodhd":
        from cache.sources.vendors.eodhd import Eodhd

        return Eodhd(settings)
    if key == "alpaca":
        from cache.sources.vendors.alpaca import Alpaca

        return Alpaca(settings)
    if key == "files":
        from cache.sources.vendors.folder import Folder

        return Folder(settings)
    return _plugin(key)(settings)


def _plugin(key: str) -> Callable[[SourceSettings], PriceSource]:
    """The function that makes the source of a plug-in.

    Raises:
        SourceError: no plug-in is called so, or it cannot be loaded.
    """
    from importlib.metadata import entry_points

    plugins = {point.name: point for point in entry_points(group=GROUP)}
    if key not in plugins:
        names = ", ".join([*load_vendors(), *sorted(plugins)])
        name = clean(key, 30)
        raise SourceError(f'no source of prices is called "{name}"; known are {names}')
    try:
        make: Callable[[SourceSettings], PriceSource] = plugins[key].load()
    except Exception as error:  # whatever a plug-in does at its import
        reason = clean(f"{type(error).__name__}: {error}", 160)
        raise SourceError(f"the source of prices {key} cannot be loaded ({reason})") from None
    return make
