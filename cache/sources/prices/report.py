"""Reports how a price file was read, in lines for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.sources.prices.basis import Decided
    from cache.sources.prices.price_columns import PriceColumns, TableReading

#: Files of a folder that are named one by one; of more of the same kind one is named for all.
_NAMES: int = 8


def report(columns: PriceColumns, decided: Decided, unknown: Sequence[str]) -> list[str]:
    """How a file was read, a line each, ready to be shown.

    Args:
        columns: the file, or several joined.
        decided: the basis of its closes.
        unknown: titles of columns that no table knows and that were passed over.
    """
    lines: list[str] = []
    groups: dict[tuple[object, ...], list[TableReading]] = {}
    for account in columns.readings:
        # In a folder of files alike each has a symbol of its own.
        titles = {word: title for word, title in account.columns.items() if word != "symbol"}
        key = account.kind, *titles.items(), *account.unread, account.notation
        groups.setdefault(key, []).append(account)
    for group in groups.values():
        lines += _group(group, unknown)
    if decided.note:
        lines.append(decided.note)
    for account in columns.readings:
        prefix = f"{account.file}: " if account.file else ""
        lines += [f"{prefix}{remark}" for remark in account.remarks]
    return [clean(line, 400) for line in lines]


def _group(group: Sequence[TableReading], unknown: Sequence[str]) -> list[str]:
    first = group[0]
    files = "" if not first.file else first.file
    if len(group) > 1:
        files = f"{len(group):,} files" if first.file else f"{len(group):,} sheets"
    kind = f"{files}: {first.kind}" if files else first.kind
    titles = dict(first.columns)
    if len(group) > 1 and "symbol" in titles and "(" in titles["symbol"]:
        titles["symbol"] = "each one's name"
    words = "symbol date close adj_close dividend capital_gain split volume exchange currency"
    order = [word for word in words.split() if word in titles]
    pairs = [_pair(word, titles[word]) for word in order]
    unread = [*first.unread, *unknown]
    lines = [kind, f"taken: {', '.join(pairs)}"]
    if unread:
        names = ", ".join(clean(title, 30) or "(no title)" for title in unread[: _NAMES * 3])
        more = len(unread) - _NAMES * 3
        lines.append(f"not read: {names}{f' and {more:,} more' if more > 0 else ''}")
    money = ", ".join(first.currencies)
    currency = f"currency {money}" if money else "no currency given, taken as US dollars"
    lines.append("; ".join(part for part in (first.notation, currency) if part))
    return lines


def _pair(word: str, title: str) -> str:
    title_text = clean(title, 40)
    return word if title_text.lower() == word else f"{word} from {title_text}"
