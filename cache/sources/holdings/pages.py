"""A JSON answer that comes in pages: how many rows each has, and all of them as one."""

from __future__ import annotations

import json
from typing import Any, Final

from cache.sources.download import DownloadError
from cache.sources.holdings.jsons import SIZES

#: Lists are looked for so deep.
_DEEPEST: Final = 5


def rows_of(page: bytes) -> tuple[int, int]:
    """How many rows a page has, and how many it says there are in all (0 where it does not).

    Raises:
        DownloadError: it is no JSON.
    """
    document = _document(page)
    rows = _rows(document, 0)
    stated = _size(document)
    return (0 if rows is None else len(rows)), stated


def join_pages(pages: list[bytes]) -> bytes:
    """The first page with the rows of all.

    Raises:
        DownloadError: a page is no JSON, or holds no rows where another does.
    """
    documents = [_document(page) for page in pages]
    first = _rows(documents[0], 0)
    if first is None:
        raise DownloadError("the first page holds no list of holdings")
    for document in documents[1:]:
        first += _rows(document, 0) or []
    return json.dumps(documents[0], ensure_ascii=False).encode()


def _document(page: bytes) -> Any:
    try:
        return json.loads(page.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise DownloadError("a page of the answer is no JSON") from None


def _rows(node: Any, depth: int) -> list[Any] | None:
    """The longest list of objects in a document."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, list):
        return node if node and all(isinstance(entry, dict) for entry in node) else None
    best: list[Any] | None = None
    for value in node.values() if isinstance(node, dict) else ():
        rows = _rows(value, depth + 1)
        if rows is not None and (best is None or len(rows) > len(best)):
            best = rows
    return best


def _size(node: Any) -> int:
    """The number of rows that a document says it has, 0 where it says none."""
    if not isinstance(node, dict):
        return 0
    for name, value in node.items():
        if name.lower() in SIZES and isinstance(value, int):
            return value
    return max((_size(value) for value in node.values() if isinstance(value, dict)), default=0)
