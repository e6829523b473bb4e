"""Seeded mutations of good files, and the parser that reads many of them in one limited child."""

from __future__ import annotations

import io
import json
import random
import struct
from collections import Counter
from typing import Any, BinaryIO

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings import layouts
from cache.sources.prices import price_file
from cache.sources.sandbox import Parsed
from core.data.symbol_pattern import valid_symbol

#: What is put into a file in place of some of its bytes.
SPLICES = (
    b"\0", b"\xff\xfe", b"\x1b]0;x\x07", b'"', b'""', b",", b"\n", b"\r", b"NaN", b"inf", b"-1",
    b"1e309", b"1E5", b"0", b"TRUE", b"NA", b"../../etc/passwd", b"=cmd()", b"\xc2\x9b31m",
    b"\xe2\x80\xae", b"A" * 5000, b"," * 3000, b"9" * 400, b"<!ENTITY x 'y'>", b"\xf0\x9f\x92\xa9",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with one to six changes: bits, splices, cuts, repeats, swaps."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(out) + 1)
        size = chance.choice((1, 2, 8, 60, 400))
        how = chance.randrange(6)
        if how == 0 and at < len(out):
            out[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            out[at : at + chance.choice((0, size))] = chance.choice(SPLICES)
        elif how == 2:
            del out[at : at + size]
        elif how == 3:
            out[at:at] = out[at : at + size] * chance.choice((1, 2, 50))
        elif how == 4:
            other = chance.randrange(len(out) + 1)
            out[at : at + size] = out[other : other + size]
        elif chance.random() < 0.3:
            del out[at:]
    return bytes(out)


def packed(files: list[bytes]) -> bytes:
    """Files one after another, each behind its length."""
    return b"".join(struct.pack(">I", len(one)) + one for one in files)


def many(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """In the child: each file through a parser; what came of them, and what must not have."""
    came: Counter[str] = Counter()
    wrong: list[str] = []
    parse = price_file.parse if args["kind"] == "prices" else layouts.parse
    while head := stream.read(4):
        data = stream.read(struct.unpack(">I", head)[0])
        try:
            fields, arrays = parse(io.BytesIO(data), dict(args["args"]))
        except SourceError as error:
            came["refused"] += 1
            if not str(error).isprintable():
                wrong.append(f"the sentence {str(error)!r}"[:300])
            continue
        except MemoryError:
            came["out of memory"] += 1
            continue
        except Exception as error:
            # The real child says of these that the file is damaged.
            came["damaged"] += 1
            came[f"({type(error).__name__})"] += 1
            continue
        came["read"] += 1
        wrong += checked(fields, arrays)
    return {"came": dict(came), "wrong": wrong[:5]}, {}


def checked(fields: dict[str, Any], arrays: dict[str, Any]) -> list[str]:
    """What of a file that was read should not have come through."""
    wrong = [f"symbol {s!r}"[:200] for s in fields["symbols"] if not valid_symbol(s)]
    for name in ("names", "sectors", "industries"):
        wrong += [f"{name} {t!r}"[:200] for t in fields.get(name, ()) if clean(t, 10**6) != t]
    for name in ("close", "adj_close", "price", "value", "quantity"):
        values = arrays.get(name)
        if values is not None and values.dtype.kind == "f":
            given = values[~np.isnan(values)]
            if np.isinf(given).any() or (name != "quantity" and (given < 0).any()):
                wrong.append(f"{name} holds {given.min()} to {given.max()}")
    if not json.dumps(fields).isprintable():
        wrong.append("unprintable fields")
    return wrong
