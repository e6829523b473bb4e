"""Roll-ups of lines: sectors and industries, which partition an index, themes, issuers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import FloatArray, IntArray, Theme, distinct
from core.data.industries import UNTOLD
from core.data.labels import coded
from core.data.record import record
from core.data.register import UNKNOWN

if TYPE_CHECKING:
    from core.data.labels import Coded


@record(frozen=True, slots=True)
class Group:
    """Some lines of an index together; fractions.

    Attributes:
        name: of the sector, industry or theme.
        weight: sum of start weights.
        contribution: sum of contributions.
        measured: measured lines in it.
        symbols: the lines in it that the index has, for a theme; () for a sector or an industry.
        source: whose grouping it is, and of when, for a theme or an industry; "" for others.
        members_named: how many lines a theme names, those that the index has not among them.
    """

    name: str
    weight: float
    contribution: float
    measured: int
    symbols: tuple[str, ...] = ()
    source: str = ""
    members_named: int = 0

    @property
    def total_return(self) -> float | None:
        """Contribution over start weight; None where no weight stood at the start."""
        return self.contribution / self.weight if self.weight > 0 else None


def _group(
    name: str,
    rows: IntArray,
    weight: FloatArray,
    contribution: FloatArray,
    symbols: tuple[str, ...] = (),
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
    return _partition(sectors, UNKNOWN, weight, contribution)


def industries(
    industries: Coded,
    weight: FloatArray,
    contribution: FloatArray,
    sources: Coded,
) -> tuple[Group, ...]:
    """Roll (M,) measured lines up by industry, largest contribution first; () where none is stated.

    Lines of no industry stand together at the end.

    Args:
        industries: of each line, "" where unknown.
        weight: (M,) start weights.
        contribution: (M,) contributions.
        sources: who says so, and of when.
    """
    if not any(industries.texts[code] for code in distinct(industries.codes)):
        return ()
    groups = _partition(industries, UNTOLD, weight, contribution)
    size = len(industries.texts), len(sources.texts)
    lines = np.bincount(industries.codes * size[1] + sources.codes, minlength=size[0] * size[1])
    source_of = {
        name: _most(sources.texts, of_source)
        for name, of_source in zip(industries.texts, lines.reshape(size), strict=True)
        if name
    }
    return tuple(
        replace(group, source=source_of.get(group.name, ""))
        for group in sorted(groups, key=lambda group: group.name == UNTOLD)
    )


def _most(sources: tuple[str, ...], lines: IntArray) -> str:
    """The source of most lines, and how many others there are.

    Args:
        sources: (S,).
        lines: (S,) how many each has.
    """
    others = np.count_nonzero(lines) - 1
    return f"{sources[int(lines.argmax())]}{f' and {others} more' if others > 0 else ''}"


def _partition(
    kinds: Coded, unknown: str, weight: FloatArray, contribution: FloatArray
) -> tuple[Group, ...]:
    """Groups of the lines of one kind each, largest contribution first."""
    kinds = coded([name or unknown for name in kinds.texts]).of(kinds.codes)
    by_kind = np.argsort(kinds.codes, kind="stable")
    counts = np.bincount(kinds.codes, minlength=len(kinds.texts))
    groups = [
        _group(name, by_kind[end - lines : end], weight, contribution)
        for name, lines, end in zip(kinds.texts, counts, np.cumsum(counts), strict=True)
        if lines
    ]
    return tuple(sorted(groups, key=lambda g: (-g.contribution, g.name)))


def themes(
    theme_list: tuple[Theme, ...],
    symbols: tuple[str, ...],
    weight: FloatArray,
    contribution: FloatArray,
) -> tuple[Group, ...]:
    """Roll (M,) measured lines up by theme, as given; a theme without a line is left out."""
    return _themes(theme_list, dict(zip(symbols, count(), strict=False)), weight, contribution)


def _themes(
    theme_list: Iterable[Theme],
    place: Mapping[str, int],
    weight: FloatArray,
    contribution: FloatArray,
) -> tuple[Group, ...]:
    """Groups of the lines that themes name, by each line's place."""
    groups = []
    for theme in theme_list:
        members = tuple(s for s in theme.symbols if s in place)
        if members:
            rows = np.array([place[symbol] for symbol in members], np.intp)
            group = _group(theme.name, rows, weight, contribution, members)
            groups.append(replace(group, source=theme.source, members_named=len(theme.symbols)))
    return tuple(groups)


def issuers(
    companies: Mapping[str, str],
    symbols: tuple[str, ...],
    weight: FloatArray,
    contribution: FloatArray,
) -> tuple[Group, ...]:
    """Roll the share classes of one company up, largest contribution first.

    Only companies of which the index has two lines or more; the classes come from a table,
    never from names.

    Args:
        companies: symbol -> company.
        symbols: (M,) measured lines.
        weight: (M,) start weights.
        contribution: (M,) contributions.
    """
    place = dict(zip(symbols, count(), strict=False))
    members: dict[str, list[str]] = {}
    for symbol in sorted(companies.keys() & place.keys(), key=place.__getitem__):
        members.setdefault(companies[symbol], []).append(symbol)
    several = (Theme(name, tuple(tickers)) for name, tickers in members.items() if len(tickers) > 1)
    groups = _themes(several, place, weight, contribution)
    return tuple(sorted(groups, key=lambda g: (-g.contribution, g.name)))
