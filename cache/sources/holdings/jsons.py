"""The rows of a JSON answer: the list of its holdings under the names of their fields."""

from __future__ import annotations

import html
import json
from typing import Any, Final

from cache.facts.errors import SourceError
from cache.sources.holdings.rows import Row, check_size

#: Lists are looked for so deep.
_DEEPEST: Final = 5
#: Fields that say how many rows the whole answer has.
SIZES: Final = ("size", "totalnumberofholdings", "totalcount")


def json_rows(data: bytes) -> list[Row]:
    """Fields above the holdings as a preamble, then a header and a row for each holding.

    Raises:
        SourceError: it is no JSON, holds no list of holdings, or a part of them only.
    """
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SourceError("is no JSON, though it begins like one") from None
    facts: dict[str, Any] = {}
    entries = longest_list(document, facts)
    if not entries:
        raise SourceError("holds no list of holdings")
    sizes = [v for k, v in facts.items() if k.lower() in SIZES and isinstance(v, int)]
    if any(size > len(entries) for size in sizes):
        raise SourceError(
            f"holds {len(entries):,} of {max(sizes):,} rows; save all its pages in one file"
        )
    names = list(dict.fromkeys(name for entry in entries for name in entry))
    check_size(len(entries), len(names), 1)
    rows = [Row(1, [str(name), _text(value)]) for name, value in facts.items()]
    rows.append(Row(1, names))
    for number, entry in enumerate(entries, 1):
        rows.append(Row(number, [_text(entry.get(name)) for name in names]))
    return rows


def longest_list(node: Any, facts: dict[str, Any], depth: int = 0) -> list[dict[str, Any]]:
    """The longest list of objects; the plain fields beside and above it go to ``facts``."""
    if depth > _DEEPEST:
        return []
    if isinstance(node, list):
        return node if all(isinstance(entry, dict) for entry in node) else []
    best: list[dict[str, Any]] = []
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, (dict, list)):
                best = max(best, longest_list(value, facts, depth + 1), key=len)
            elif value is not None:
                facts.setdefault(str(name), value)
    return best


def _text(value: Any) -> str:
    """A value as a CSV would write it."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        text = repr(value)
        # three places could be thousands elsewhere; here the mark is settled
        return f"{text}0" if text[-4:-3] == "." else text
    return html.unescape(str(value)).strip()
