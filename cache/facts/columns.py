"""What a column of a foreign file holds, by its title: one table of synonyms, which is data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from cache.facts.datafile import package_text, parse_toml

Files = Literal["holdings", "prices"]
_NAME: Final = "columns.toml"


def fold(title: str) -> str:
    """A title without case, blanks and punctuation: "Weight (%)" and "weight %" are "weight%".

    Letters of any language, digits and the percent sign stay.
    """
    return "".join(c for c in title.casefold() if c.isalnum() or c == "%")


@cache
def synonyms(files: Files) -> Mapping[str, str]:
    """Folded title -> what its column holds, for one kind of file.

    Raises:
        ValueError: one title stands for two things.
    """
    sections: dict[str, list[str]] = parse_toml(package_text(_NAME), _NAME)[files]
    table: dict[str, str] = {}
    for meaning, titles in sections.items():
        for title in (meaning, *titles):
            if table.setdefault(fold(title), meaning) != meaning:
                raise ValueError(f"{title} stands for {table[fold(title)]} and for {meaning}")
    return table


def column_words(files: Files) -> tuple[str, ...]:
    """What a column of such a file can hold, as ``--columns`` names it."""
    sections: dict[str, list[str]] = parse_toml(package_text(_NAME), _NAME)[files]
    return tuple(sections)
