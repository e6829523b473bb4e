"""The pairs of the board that ship with the program, in their groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cache.facts.datafile import package_text, parse_toml
from core.answer.board import Pair

#: The group of the pairs that a user has added.
OWN: Final = "own"
_FILE: Final = "pairs.toml"


def shipped_pairs() -> tuple[Pair, ...]:
    """The shipped pairs, group by group."""
    groups = parse_toml(package_text(_FILE), _FILE)["groups"]
    group_pairs = (
        (group, name.partition(":")) for group, names in groups.items() for name in names
    )
    return tuple(Pair(small, large, group) for group, (small, _, large) in group_pairs)


def board_funds(watched: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Every fund of the pairs of the board, once."""
    pairs = board_pairs(watched)
    return tuple(dict.fromkeys(fund for pair in pairs for fund in (pair.small, pair.large)))


def board_pairs(watched: Iterable[tuple[str, str]]) -> tuple[Pair, ...]:
    """The shipped pairs, and after them those of a user's list that are not among them."""
    shipped = shipped_pairs()
    symbols = {(pair.small, pair.large) for pair in shipped}
    return (*shipped, *(Pair(*pair, OWN) for pair in dict.fromkeys(watched) if pair not in symbols))
