"""Recognises the kind of a user's file by its first lines."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from cache.facts import regular_files
from cache.facts.column_titles import fold, synonyms
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import Row
from cache.sources.prices.header import DEEPEST, find_layout
from cache.sources.prices.layout import ColumnOptions
from cache.sources.sandbox import LARGEST

Kind = Literal["holdings", "prices", "industries"]
#: Bytes of a file that tell what it is.
_HEAD: Final = 65_536
#: What only a file of holdings has.
_HOLDINGS_WORDS: Final = frozenset({"quantity", "weight", "value", "base_value", "notional"})
#: Keys of JSON that only bars have.
_BARS: Final = re.compile(rb'"(?:close|adjClose|adjusted_close|c)"\s*:')
_KEY: Final = re.compile(rb'"([^"\n]{1,60})"\s*:')
#: What may stand between the cells of a text.
_SEPARATORS: Final = ",;\t|"
_TEXT: Final = re.compile(rb"<t(?: [^>]*)?>([^<]*)</t>")
#: The parts of a workbook that hold its texts, in the order in which they are looked for.
_PARTS: Final = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")


def kind_of(path: Path) -> Kind:
    """Return a file's kind by its first lines: holdings where unclear, closes for a folder.

    Raises:
        SourceError: it cannot be read.
    """
    if path.is_dir():
        return "prices"
    try:
        with regular_files.opened(path, LARGEST) as file:
            head = file.read(_HEAD)
            if head.startswith(b"PK"):
                file.seek(0)
                titles = _workbook_texts(io.BytesIO(file.read()))
                return _kind_of_titles(titles)
    except OSError as error:
        raise SourceError(error.strerror or f"{error}", file=f"{path}") from None
    if head.startswith(b"PAR1"):
        return "prices"
    if head.startswith(b"\x1f\x8b"):
        # Wide enough for the header of a gzip file; a damaged one is reported by its reader.
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
        except zlib.error:
            return "prices"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        if _BARS.search(head):
            return "prices"
        keys = [key.decode("utf-8", "replace") for key in _KEY.findall(head)]
        return "industries" if _tells_industries(keys) else "holdings"
    # The last line may be cut off.
    text = head.decode("utf-8-sig", "replace")
    text = text[: text.rfind("\n") + 1] or text
    if _has_closes(text):
        return "prices"
    return "industries" if any(map(_tells_industries, _tables(text))) else "holdings"


def _kind_of_titles(titles: Sequence[str]) -> Kind:
    """The kind of a workbook, by its first texts."""
    if _tells_industries(titles):
        return "industries"
    dated = any(synonyms("prices").get(fold(title)) == "date" for title in titles)
    return "holdings" if _any_of_holdings(titles) or not dated else "prices"


def _tells_industries(titles: Sequence[str]) -> bool:
    """Whether titles are those of symbols and industries, and none of closes or holdings."""
    words = {synonyms("holdings").get(fold(title)) for title in titles}
    return (
        words.issuperset({"symbol", "industry"})
        and not _any_of_holdings(titles)
        and "date" not in words
    )


def _tables(text: str) -> Iterator[list[str]]:
    """The cells of each of the first lines of a text, by each mark that may part them."""
    for separator in _SEPARATORS:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        with suppress(csv.Error):
            yield from islice(lines, DEEPEST)


def _has_closes(text: str) -> bool:
    """Whether the first lines of a text have a header of closes, and none of holdings."""
    for separator in _SEPARATORS:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            rows = [Row(line, cells) for line, cells in enumerate(islice(lines, DEEPEST + 3), 1)]
            layout = find_layout(rows, ColumnOptions())
        except (csv.Error, SourceError):
            continue
        return not _any_of_holdings([*layout.titles.values()])
    return False


def _any_of_holdings(titles: Sequence[str]) -> bool:
    """Whether any title is of a column that only holdings have."""
    table = synonyms("holdings")
    return any(table.get(fold(title)) in _HOLDINGS_WORDS for title in titles)


def _workbook_texts(data: io.BytesIO) -> list[str]:
    """Return the first texts of a workbook; empty where it is damaged, which its reader reports."""
    try:
        with zipfile.ZipFile(data) as book:
            for name in _PARTS:
                if name in book.namelist():
                    with book.open(name) as part:
                        texts = _TEXT.findall(part.read(_HEAD))
                    if texts:
                        return [text.decode("utf-8", "replace") for text in texts]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):
        pass
    return []
