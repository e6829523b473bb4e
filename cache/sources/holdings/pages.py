"""A JSON answer that comes in pages: how many rows each has, and all of them as one."""

from __future__ import annotations

import json
from typing import Any

from cache.sources.download import DownloadError
from cache.sources.holdings.jsons import SIZES, longest_list


def rows_of(page: bytes) -> tuple[int, int]:
    """How many rows a page has, and how many it says there are in all (0 where it does not).

    Raises:
        DownloadError: it is no JSON.
    """
    document = _document(page)
    return len(longest_list(document, {})), _size(document)


def join_pages(pages: list[bytes]) -> bytes:
    """The first page with the rows of all.

    Raises:
        DownloadError: a page is no JSON, or holds no rows where another does.
    """
    documents = [_document(page) for page in pages]
    first, *others = (longest_list(document, {}) for document in documents)
    if not first:
        raise DownloadError("the first page holds no list of holdings")
    for rows in others:
        first += rows
    return json.dumps(documents[0], ensure_ascii=False).encode()


def _document(page: bytes) -> Any:
    try:
        return json.loads(page.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise DownloadError("a page of the answer is no JSON") from None


def _size(node: Any) -> int:
    """The number of rows that a document says it has, 0 where it says none."""
    if not isinstance(node, dict):
        return 0
    for name, value in node.items():
        if name.lower() in SIZES and isinstance(value, int):
            return value
    return max((_size(value) for value in node.values() if isinstance(value, dict)), default=0)
