"""Which line of one holdings file is which line of another, by what the two files say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from core.data.frames import Holdings

K = TypeVar("K", bound=Hashable)


def _once(texts: Sequence[str]) -> dict[str, int]:
    """Text -> row, for texts that stand once; "" is none."""
    counts = Counter(texts)
    return {text: row for row, text in enumerate(texts) if text and counts[text] == 1}


def _stated(file: Holdings) -> Iterable[tuple[str, str, str]]:
    """Symbol, name and identifier of each line."""
    blank = ("",) * len(file.symbols)
    return zip(file.symbols, file.names, file.identifiers or blank, strict=True)


def same_lines(
    old: Holdings,
    new: Holdings,
    aliases: Mapping[str, str],
    runs_through: Callable[[str], bool],
) -> dict[int, int]:
    """Rows of the old file -> rows of the new one that are the same line.

    Matched on ISIN, then CUSIP, then symbol and name, then the alias table, then the symbol
    alone if its closes run through both dates, then the name alone if it stands once in both.

    Args:
        old: the earlier file.
        new: the later one.
        aliases: old symbol -> new symbol.
        runs_through: whether a symbol's closes run through both dates.
    """
    # nearly every line says the same in both files: they are matched before any rule is asked
    place = dict(zip(_stated(new), count(), strict=False))
    pairs = {row: place[line] for row, line in enumerate(_stated(old)) if line in place}
    matched_rows = set(pairs.values())
    if len(pairs) == len(old.symbols) or len(matched_rows) == len(new.symbols):
        return pairs

    def join(old_rows: Mapping[K, int], new_rows: Mapping[K, int]) -> None:
        for key, row in old_rows.items():
            other = new_rows.get(key)
            if other is not None and row not in pairs and other not in matched_rows:
                pairs[row] = other
                matched_rows.add(other)

    identifiers, new_identifiers = _once(old.identifiers), _once(new.identifiers)
    for kind in ("isin:", "cusip:"):
        join(
            {key: row for key, row in identifiers.items() if key.startswith(kind)}, new_identifiers
        )
    symbols = {symbol: row for row, symbol in enumerate(new.symbols)}
    rows = [row for row in range(len(old.symbols)) if row not in pairs]
    join(
        {(old.symbols[row], old.names[row]): row for row in rows},
        {(s, new.names[row]): row for s, row in symbols.items() if row not in matched_rows},
    )
    rows = [row for row in rows if row not in pairs]
    join({aliases[old.symbols[r]]: r for r in rows if old.symbols[r] in aliases}, symbols)
    running = {old.symbols[r]: r for r in rows if r not in pairs and old.symbols[r] in symbols}
    join({symbol: row for symbol, row in running.items() if runs_through(symbol)}, symbols)
    join(_once(old.names), _once(new.names))
    return pairs
