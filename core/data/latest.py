"""What was worked out last, kept so that going through years of dates does not add up."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


def latest(cache: dict[Any, T], key: Hashable, make: Callable[[], T], most: int) -> T:
    """Return ``make()`` for a key, out of ``cache`` where it is there already.

    Args:
        cache: key -> value; emptied where it has reached its limit.
        key: what the value is of.
        make: works it out.
        most: how many are kept.
    """
    value = cache.get(key)
    if value is not None:
        return value
    value = make()
    if len(cache) >= most:
        cache.clear()
    cache[key] = value
    return value
