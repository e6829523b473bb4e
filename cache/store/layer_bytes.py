"""Layers of changed cells as bytes, and back."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from cache.store.changed_cells import Column, Layer


def pack_layer(layer: Layer) -> bytes:
    """Return a layer as bytes: a line of JSON, then its numbers, compressed."""
    head: dict[str, Any] = {"symbols": layer.symbols, "facts": layer.facts, "fields": {}}
    body = []
    for name, column in layer.columns.items():
        # Of a first import nothing was stored before, and of most no cell is scaled.
        filled, scaled = (
            bool((~np.isnan(values)).any()) for values in (column.before, column.factor)
        )
        head["fields"][name] = [len(column.key), scaled, filled]
        body.append(np.diff(column.key, prepend=0).astype("<i8"))
        body += [column.before.astype("<f8")] if filled else []
        body += [column.factor.astype("<f8")] if scaled else []
    text = json.dumps(head, separators=(",", ":")).encode("ascii")
    return zlib.compress(b"\n".join([text, b"".join(a.tobytes() for a in body)]), 1)


def unpack_layer(data: bytes | memoryview) -> Layer:
    """Return the layer that `pack_layer` packed.

    Raises:
        ValueError, LookupError, TypeError: it never packed this.
    """
    try:
        text, _, numbers = zlib.decompress(data).partition(b"\n")
    except zlib.error as error:
        raise ValueError("no packed layer") from error
    head = json.loads(text)
    at, columns = 0, {}
    for name, (size, scaled, *flags) in head["fields"].items():
        key = np.cumsum(np.frombuffer(numbers, "<i8", size, at))
        at += 8 * size
        before = factor = np.full(size, np.nan)
        # A layer of before has the former values always.
        if not flags or flags[0]:
            before = np.frombuffer(numbers, "<f8", size, at)
            at += 8 * size
        if scaled:
            factor = np.frombuffer(numbers, "<f8", size, at)
            at += 8 * size
        columns[name] = Column(key, before, factor)
    return Layer(tuple(head["symbols"]), columns, head["facts"])
