"""The price sources of the user's settings: the terms of each, and how it is created."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cache.facts.errors import SourceError
from cache.facts.vendors import SPARK, YAHOO, Vendor, load_vendors, plugin_vendor

if TYPE_CHECKING:
    from pathlib import Path

    from cache.refresh.sources import PriceSource
    from tui.state.config import Config
    from tui.state.places import Places


class Sources:
    """The sources that a user's settings name."""

    def __init__(self, where: Places, config: Config, home: Path) -> None:
        """Make none of them yet.

        Args:
            where: whose funds.toml may change a vendor's terms.
            config: the settings.
            home: where a source keeps what it needs between runs.

        Raises:
            SourceError: funds.toml is broken.
        """
        self._config, self._home = config, home
        self._vendors = load_vendors(where.config / "funds.toml")

    def vendor(self, key: str) -> Vendor:
        """The terms of a source."""
        return _with_spark(self._vendors.get(key) or plugin_vendor(key), self._config)

    def source(self, key: str) -> PriceSource:
        """A source, made.

        Raises:
            SourceError: none is called so, or its key is not there.
            OSError: its folder cannot be written.
        """
        from cache.sources.vendors.registry import SourceSettings, price_source

        vendor, config = self.vendor(key), self._config
        rate = config.rate if key == YAHOO.key else vendor.rate
        return price_source(
            SourceSettings(vendor, self._home, rate, config.pool, config.folder, config.spark)
        )

    def make(self, key: str) -> tuple[PriceSource, Vendor]:
        """Return a source with its terms; a plug-in's has the name that it gives itself."""
        source, vendor = self.source(key), self.vendor(key)
        return source, replace(vendor, name=source.name)


def vendor_of(where: Places, config: Config) -> Vendor:
    """The terms of the first source; Yahoo's where the user's file of them is broken."""
    try:
        vendors = load_vendors(where.config / "funds.toml")
    except SourceError:
        return YAHOO
    return _with_spark(vendors.get(config.source) or plugin_vendor(config.source), config)


def _with_spark(vendor: Vendor, config: Config) -> Vendor:
    """Yahoo's terms with closes of twenty symbols at once, where that is set."""
    if vendor.key != YAHOO.key or not config.spark:
        return vendor
    return replace(vendor, closes_alone=SPARK)
