"""A snapshot as text, from one process of ours to another, and nothing but a snapshot back.

JSON with a word before what JSON has not: tuples, maps, days, arrays, and the records of `core`
by their names. No other object can come out of it, whatever is put in.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any, Final

import numpy as np

#: Before the name of a record that is a tuple: as many of them as follow.
_ROWS: Final = "rows of "
#: What JSON has as it is.
_PLAIN: Final = frozenset({type(None), str, int, float, bool})
#: Where the records are.
_ROOM: Final = "core."


def packed(value: Any) -> bytes:
    """A value of plain Python, arrays of numbers, and records of `core`.

    Raises:
        TypeError: something else is in it.
    """
    return json.dumps(_told(value)).encode()


def unpacked(data: bytes) -> Any:
    """What `packed` was given.

    Raises:
        ValueError: these are no such bytes, or half of them.
    """
    try:
        return json.loads(data, object_hook=_made)
    except (TypeError, KeyError, AttributeError, ImportError) as error:
        raise ValueError(f"nothing that was packed here: {error}") from error


def _told(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is datetime:
        return _word("moment", value.isoformat())
    if kind is date:
        return _word("day", value.isoformat())
    if isinstance(value, dict):
        return _word("map", [[_told(key), _told(own)] for key, own in value.items()])
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        text = b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return _word("array", [value.dtype.str, list(value.shape), text])
    if kind is tuple:
        of = type(value[0]) if value else tuple
        if of is not tuple and issubclass(of, tuple) and all(type(row) is of for row in value):
            return _word(_ROWS + _name(of), [_all(row) for row in value])
        return _word("tuple", _all(value))
    if is_dataclass(kind):
        return _word(_name(kind), [_told(getattr(value, one.name)) for one in fields(value)])
    # a number of NumPy's that is a float is one
    if isinstance(value, float):
        return float(value)
    raise TypeError(f"{kind.__name__} is no part of an answer")


def _all(values: tuple[Any, ...]) -> list[Any]:
    # most are long and plain
    return list(values) if _PLAIN.issuperset(map(type, values)) else [*map(_told, values)]


def _word(kind: str, of: Any) -> dict[str, Any]:
    return {"kind": kind, "of": of}


def _name(record: type) -> str:
    return f"{record.__module__.removeprefix(_ROOM)}.{record.__qualname__}"


def _record(name: str) -> Any:
    """A class of records: nothing else of a module is reached by its name."""
    module, _, word = name.rpartition(".")
    found = getattr(import_module(_ROOM + module), word)
    if not isinstance(found, type) or not (is_dataclass(found) or issubclass(found, tuple)):
        raise TypeError(f"{name} is no record")
    return found


def _made(found: dict[str, Any]) -> Any:
    kind, of = found["kind"], found["of"]
    if kind == "tuple":
        return tuple(of)
    if kind == "map":
        return dict(of)
    if kind == "day":
        return date.fromisoformat(of)
    if kind == "moment":
        return datetime.fromisoformat(of)
    if kind == "array":
        dtype, shape, text = of
        return np.frombuffer(b64decode(text), dtype).reshape(shape).copy()
    if kind.startswith(_ROWS):
        return tuple(map(_record(kind.removeprefix(_ROWS))._make, of))
    return _record(kind)(*of)
