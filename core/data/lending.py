"""Which funds may use one another's member lists, by the index each follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

_EQUAL: Final = re.compile(r" equal weight(ed)?$")


def lenders(
    indices: Mapping[str, str], fund: str, funds: Iterable[str]
) -> tuple[tuple[str, bool], ...]:
    """Funds whose list stands for a fund's, A to Z, and whether for its members alone.

    Funds of the same index lend each other their lists; a fund of the same index at equal
    weights borrows the members alone. A capped variant is another index, and never lends.

    Args:
        indices: fund -> the index it follows.
        fund: the fund that borrows.
        funds: those that may lend.
    """
    index = _plain(indices.get(fund, ""))
    if not index or "capped" in index:
        return ()
    base = _EQUAL.sub("", index)
    result = []
    for name in sorted(funds):
        other = _plain(indices.get(name, ""))
        if name == fund or not other or "capped" in other:
            continue
        if other == index or (base != index and other == base):
            result.append((name, other != index))
    return tuple(result)


def of_one_index(indices: Mapping[str, str], funds: Iterable[str]) -> list[tuple[str, ...]]:
    """Sets of two funds or more that have the same members, whatever their weights."""
    sets: dict[str, list[str]] = {}
    for name in sorted(funds):
        index = _plain(indices.get(name, ""))
        if index and "capped" not in index:
            sets.setdefault(_EQUAL.sub("", index), []).append(name)
    return [tuple(names) for names in sets.values() if len(names) > 1]


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())
