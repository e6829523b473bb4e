"""What a source of prices is made with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.record import record

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor


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
