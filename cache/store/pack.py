"""Prices, holdings and announced changes as bytes, and back: no disk, no pickle, exact."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, astuple, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import numpy as np

from cache.store.bars import EVENTS, MATRICES
from cache.store.compression import as_before, smaller
from core.data.frames import (
    Announcement,
    Block,
    Events,
    FloatArray,
    Holdings,
    LeftOut,
    Listing,
    Prices,
)
from core.data.industries import IndustryList

Json = dict[str, Any]

#: The header that `np.save` gives the arrays below, padded with blanks.
_HEADER: Final = re.compile(
    rb"\x93NUMPY\x01\x00(..)\{'descr': '(<f8|<U[1-9]\d{0,6}|<M8\[D\])', 'fortran_order': False,"
    rb" 'shape': \((SIZE, (?:SIZE)?|SIZE,)\), \} *\n".replace(rb"SIZE", rb"(?:0|[1-9]\d{0,17})"),
    re.DOTALL,
)

#: Columns of holdings, and what is known of each symbol with its way back from text.
_TEXTS: Final = ("symbols", "names", "sectors", "identifiers")
_DAYS: Final = ("effective", "announced")
_NUMBERS: Final = ("quantity", "price", "value")
#: How numbers in hundredths begin, the largest among them, and what stands for one not known.
_HUNDREDTHS: Final = b"hundredths\n"
_MOST: Final = 1e13
_UNKNOWN: Final = -(2**63)
FACTS: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("through", "provisional"), date.fromisoformat),
    **dict.fromkeys(("source", "failures", "disputed"), str),
    "fetched_at": datetime.fromisoformat,
    "origin": lambda text: tuple((date.fromisoformat(d), s) for d, s in json.loads(text)),
}


def fact_text(name: str, value: Any) -> str:
    """A fact as text, which its entry in ``FACTS`` reads back."""
    return json.dumps(value, default=str) if name == "origin" else str(value)


def seal(text: bytes) -> bytes:
    """Return a manifest with its hash; ``text`` determines every byte."""
    return b'{"sha256":"%s","manifest":%s}\n' % (sha256(text).hexdigest().encode(), text)


def unseal(data: bytes) -> Json | None:
    """Return a sealed manifest's fields, None where it does not match its hash."""
    text = data[len(seal(b"")) - 2 : -2]
    if data != seal(text):
        return None
    body: Json = json.loads(text)
    return body


def to_json(value: Json | list[Json]) -> bytes:
    """JSON in ASCII; dates and times as ISO text."""
    return json.dumps(value, separators=(",", ":"), default=str).encode("ascii")


def pack_block(block: Block) -> dict[str, bytes]:
    """A block's fields as .npy files; fields it has not are left out."""
    parts: dict[str, Any] = {"sessions": block.sessions, "symbols": np.array(block.symbols)}
    parts |= {name: getattr(block, name) for name in MATRICES}
    for name in EVENTS:
        events: Events = getattr(block, name)
        if len(events):
            parts[name] = np.stack([events.row, events.col, events.value], axis=1)
    return {name: npy_bytes(array) for name, array in parts.items() if array is not None}


def unpack_block(files: Mapping[str, bytes | memoryview]) -> Block:
    """The block whose fields `pack_block` wrote; its matrices are read-only views.

    Raises:
        ValueError, LookupError, TypeError: `pack_block` never wrote this.
    """
    parts = {field: npy_array(data) for field, data in files.items()}
    shape = *parts["sessions"].shape, *parts["symbols"].shape
    if any(parts[f].shape != shape or parts[f].dtype != float for f in MATRICES if f in parts):
        raise ValueError("a matrix that is not of its sessions and symbols")
    for field in EVENTS:
        if field in parts:
            with np.errstate(invalid="ignore"):
                row, col = parts[field][:, :2].T.astype(np.intp)
            np.ravel_multi_index((row, col), shape)  # raises for a place that there is not
            parts[field] = Events(row, col, parts[field][:, 2].copy())
    return Block(**{**parts, "symbols": tuple(parts["symbols"].tolist())})


def pack_holdings(rows: Holdings) -> tuple[bytes, bytes]:
    """A holdings file as JSON (texts) and bytes (numbers), each made smaller."""
    names = [field.name for field in fields(rows) if field.name not in _NUMBERS]
    text: Json = {name: getattr(rows, name) for name in names}
    # which earlier releases have not
    if rows.weighted:
        del text["weighted"]
    if rows.whole:
        del text["whole"]
    for name in ("industries", "doubts"):
        if not text[name]:
            del text[name]
    text["others"] = [astuple(other) for other in rows.others]
    text["listings"] = [astuple(listing) for listing in rows.listings]
    numbers = np.stack([getattr(rows, name) for name in _NUMBERS], dtype=np.float64)
    return smaller(to_json(text)), smaller(_pack_numbers(numbers))


def _pack_numbers(numbers: FloatArray) -> bytes:
    """Numbers as whole hundredths, of all the first bytes before all the second; else as .npy.

    Issuers write two decimals. As hundredths, and byte by byte, zlib makes a quarter less of them.
    """
    small = np.abs(numbers) <= _MOST
    whole = np.where(small, np.rint(np.where(small, numbers, 0) * 100), _UNKNOWN).astype("<i8")
    packed = _HUNDREDTHS + whole.view(np.uint8).reshape(-1, 8).T.tobytes()
    return packed if _unpack_numbers(packed).tobytes() == numbers.tobytes() else npy_bytes(numbers)


def _unpack_numbers(data: bytes) -> Any:
    """What `_pack_numbers` packed, a row for each of `_NUMBERS`."""
    if not data.startswith(_HUNDREDTHS):
        return npy_array(data)
    of_bytes = np.frombuffer(data, np.uint8, offset=len(_HUNDREDTHS)).reshape(8, -1)
    whole = np.ascontiguousarray(of_bytes.T).view("<i8").reshape(len(_NUMBERS), -1)
    return np.where(whole == _UNKNOWN, np.nan, whole / 100)


def unpack_holdings(text: bytes, numbers: bytes) -> Holdings:
    """The holdings that `pack_holdings` wrote."""
    fields: Json = json.loads(as_before(text))
    fields |= {name: tuple(fields[name]) for name in _TEXTS}
    fields["others"] = tuple(LeftOut(*other) for other in fields["others"])
    # a store of before has none of these
    later = ("sedols", "listing", "industries", "doubts")
    fields |= {name: tuple(fields.get(name, ())) for name in later}
    fields["listings"] = tuple(Listing(*listing) for listing in fields.get("listings", ()))
    fields["as_of"] = date.fromisoformat(fields["as_of"])
    fields["fetched_at"] = fields["fetched_at"] and datetime.fromisoformat(fields["fetched_at"])
    arrays = zip(_NUMBERS, _unpack_numbers(as_before(numbers)), strict=True)
    return Holdings(**fields, **dict(arrays))


def pack_facts(prices: Prices) -> dict[str, list[list[Any]]]:
    """Return the facts of each symbol, grouped by equal values: [[value, [symbols]], ...]."""
    result: dict[str, list[list[Any]]] = {}
    for field in FACTS:
        groups: dict[str, list[str]] = {}
        for symbol, value in sorted(getattr(prices, field).items()):
            groups.setdefault(fact_text(field, value), []).append(symbol)
        if groups or field not in ("origin", "disputed"):  # which earlier releases have not
            result[field] = [[text, groups[text]] for text in sorted(groups)]
    return result


def unpack_prices(blocks: Iterable[Block], facts: Json) -> Prices:
    """Prices from their blocks and from what `pack_facts` wrote."""
    by_field: dict[str, Json] = {}
    for field, groups in facts.items():
        by_field[field] = {}
        for text, symbols in groups:
            by_field[field] |= dict.fromkeys(symbols, FACTS[field](text))
    return Prices(tuple(blocks), **by_field)


def by_fund(rows: Iterable[Holdings]) -> dict[str, tuple[Holdings, ...]]:
    """Fund -> its files, ascending by date."""
    result: dict[str, tuple[Holdings, ...]] = {}
    for one in sorted(rows, key=lambda one: (one.fund, one.as_of)):
        result[one.fund] = (*result.get(one.fund, ()), one)
    return result


def npy_bytes(array: np.ndarray[Any, Any]) -> bytes:
    """An array as a .npy file."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def npy_array(data: bytes | memoryview) -> Any:
    """A read-only view of a .npy file's bytes: nothing is copied, nothing unpickled.

    Raises:
        ValueError: `npy_bytes` never wrote this.
    """
    header = _HEADER.match(data)
    if header is None or header.end() != 10 + int.from_bytes(header[1], "little"):
        raise ValueError("no header of an array")
    # NumPy's own reader parses Python here, which takes longer than all the hashing
    dtype, shape = header[2].decode(), tuple(map(int, header[3].replace(b",", b" ").split()))
    return np.frombuffer(data, dtype, offset=header.end()).reshape(shape)


def pack_announced(changes: tuple[Announcement, ...]) -> bytes:
    """Announced changes as JSON."""
    return to_json([asdict(change) for change in changes])


def unpack_announced(data: bytes) -> tuple[Announcement, ...]:
    """What `pack_announced` packed."""
    return tuple(map(announcement, json.loads(data)))


def pack_industries(industries: IndustryList) -> bytes:
    """A user's list of industries as JSON."""
    return to_json(asdict(industries))


def unpack_industries(data: bytes) -> IndustryList:
    """The list that `pack_industries` packed."""
    fields: Json = json.loads(data)
    fields |= {name: tuple(fields[name]) for name in ("symbols", "industries", "sectors")}
    fields["fetched_at"] = datetime.fromisoformat(fields["fetched_at"])
    fields["as_of"] = fields["as_of"] and date.fromisoformat(fields["as_of"])
    return IndustryList(**fields)


def announcement(fields: Json) -> Announcement:
    """An announced change from its fields, days as ISO text."""
    days = {name: fields[name] and date.fromisoformat(fields[name]) for name in _DAYS}
    return Announcement(**fields | days)
