"""Roll-ups of lines: sectors, which partition an index, themes, which may overlap, issuers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import FloatArray, IntArray, Theme
from core.data.record import record
from core.data.register import UNKNOWN

if TYPE_CHECKING:
    from core.data.labels import Coded


@record(frozen=True, slots=True)
class Group:
    """Some lines of an index together; fractions.

    Attributes:
        name: of the sector or theme.
        weight: sum of start weights.
        contribution: sum of contributions.
        measured: measured lines in it.
        symbols: the lines in it that the index has, for a theme; () for a sector.
        source: whose grouping it is, and of when, for a theme; "" for others.
        named: how many lines a theme names, those that the index has not among them.
    """

    name: str
    weight: float
    contribution: float
    measured: int
    symbols: tuple[str, ...] = ()
    source: str = ""
    named: int = 0

    @property
    def total_return(self) -> float | None:
        """Contribution over start weight; None where no weight stood at the start."""
        return self.contribution / self.weight if self.weight > 0 else None


def _group(
    name: str,
    rows: IntArray,
    weight: FloatArray,
    contribution: FloatArray,
    symbols: tuple[str, ...],
) -> Group:
    sums = math.fsum(weight[rows].tolist()), math.fsum(contribution[rows].tolist())
    return Group(name, *sums, len(rows), symbols)


def sectors(sectors: Coded, weight: FloatArray, contribution: FloatArray) -> tuple[Group, ...]:
    """Roll (M,) measured lines up by sector, largest contribution first.

    Args:
        sectors: of each line, "" where unknown.
        weight: (M,) start weights.
        contribution: (M,) contributions.
    """
    sectors = sectors.renamed([name or UNKNOWN for name in sectors.texts])
    by_sector = np.argsort(sectors.codes, kind="stable")
    counts = np.bincount(sectors.codes, minlength=len(sectors.texts))
    groups = [
        _group(name, by_sector[end - lines : end], weight, contribution, ())
        for name, lines, end in zip(sectors.texts, counts, np.cumsum(counts), strict=True)
        if lines
    ]
    return tuple(sorted(groups, key=lambda g: (-g.contribution, g.name)))


def themes(
    wanted: tuple[Theme, ...],
    symbols: tuple[str, ...],
    weight: FloatArray,
    contribution: FloatArray,
) -> tuple[Group, ...]:
    """Roll (M,) measured lines up by theme, as given; a theme without a line is left out."""
    place = dict(zip(symbols, count(), strict=False))
    groups = []
    for theme in wanted:
        members = tuple(s for s in theme.symbols if s in place)
        if members:
            rows = np.array(sorted({place[s] for s in members}), np.intp)
            group = _group(theme.name, rows, weight, contribution, members)
            groups.append(replace(group, source=theme.source, named=len(theme.symbols)))
    return tuple(groups)


def issuers(
    known: Mapping[str, str],
    symbols: tuple[str, ...],
    weight: FloatArray,
    contribution: FloatArray,
) -> tuple[Group, ...]:
    """Roll the share classes of one company up, largest contribution first.

    Only companies of which the index has two lines or more; the classes come from a table,
    never from names.

    Args:
        known: symbol -> company.
        symbols: (M,) measured lines.
        weight: (M,) start weights.
        contribution: (M,) contributions.
    """
    members: dict[str, list[str]] = {}
    for symbol in symbols:
        if symbol in known:
            members.setdefault(known[symbol], []).append(symbol)
    several = tuple(
        Theme(name, tuple(tickers)) for name, tickers in members.items() if len(tickers) > 1
    )
    groups = themes(several, symbols, weight, contribution)
    return tuple(sorted(groups, key=lambda g: (-g.contribution, g.name)))
