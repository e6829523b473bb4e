"""Maps titles of columns in foreign files to their meanings: one table of synonyms, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, Literal

from cache.facts.clean import clean
from cache.facts.datafile import package_text, parse_toml
from cache.facts.errors import SourceError

Files = Literal["holdings", "prices"]
_NAME: Final = "columns.toml"


def fold(title: str) -> str:
    """Return a title without case, blanks and punctuation: "Weight (%)" becomes "weight%".

    Letters of any language, digits and the percent sign stay.
    """
    return "".join(c for c in title.casefold() if c.isalnum() or c == "%")


@cache
def synonyms(files: Files) -> Mapping[str, str]:
    """Folded title -> what its column holds, for one kind of file.

    Raises:
        ValueError: one title stands for two things.
    """
    sections = _sections(files)
    table: dict[str, str] = {}
    for meaning, titles in sections.items():
        for title in (meaning, *titles):
            if table.setdefault(fold(title), meaning) != meaning:
                raise ValueError(f"{title} stands for {table[fold(title)]} and for {meaning}")
    return table


def column_words(files: Files) -> tuple[str, ...]:
    """What a column of such a file can hold, as ``--columns`` names it."""
    return tuple(_sections(files))


@cache
def _sections(files: Files) -> Mapping[str, list[str]]:
    """What a column holds -> its titles; the text is cut first, since parsing it takes longest."""
    text = package_text(_NAME)
    start = text.index(f"[{files}]")
    end = text.find("\n[", start)
    sections: dict[str, list[str]] = parse_toml(text[start : end if end > 0 else None], _NAME)[
        files
    ]
    return sections


@cache
def letters() -> Mapping[str, str]:
    """Title of one letter, as market data services write bars -> what its column holds."""
    table: dict[str, str] = parse_toml(package_text(_NAME), _NAME)["letters"]
    return table


#: Where one WORD=TITLE ends and the next begins; a title may hold a comma.
_NEXT: Final = re.compile(r",(?=\s*\w+=)")


def given_columns(texts: Sequence[str], words: Sequence[str]) -> dict[str, str]:
    """Title -> meaning of the column, from the option ``--columns``.

    Args:
        texts: each "adj_close=Adjusted,split=Factor".
        words: what a column of such a file can hold.

    Raises:
        SourceError: one is not WORD=TITLE, its word is not known, or a word is given twice.
    """
    titles: dict[str, str] = {}
    for part in (part for text in texts for part in _NEXT.split(text)):
        word, equals, title = (piece.strip() for piece in part.partition("="))
        if not equals or not title:
            raise SourceError(
                f'--columns "{clean(part, 60)}" is not WORD=TITLE, such as adj_close=Adjusted'
            )
        if word not in words:
            listed = ", ".join(words)
            raise SourceError(f'--columns knows no "{clean(word, 30)}"; it knows {listed}')
        if word in titles.values() or title in titles:
            reason = "its word or its title is given twice"
            raise SourceError(f'--columns "{clean(part, 60)}": {reason}')
        titles[title] = word
    return titles
