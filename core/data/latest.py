"""Caches: values computed once for all, or the latest few, so that years of dates do not add up."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
#: In place of a value that is not in a cache, where None is one.
_ABSENT: Final = object()


def once(cache: dict[Hashable, Any], key: Hashable, make: Callable[[], T]) -> T:
    """Return ``make()`` for a key, out of ``cache`` where it is there already.

    Another thread may empty the cache meanwhile.
    """
    value: T = cache.get(key, _ABSENT)
    if value is _ABSENT:
        value = cache[key] = make()
    return value


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
