"""A mapping that is computed when it is first read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LazyMapping(Mapping[K, V], Generic[K, V]):
    """The mapping that a function returns, called at the first access."""

    def __init__(self, make: Callable[[], Mapping[K, V]]) -> None:
        """Keep the function that makes the mapping."""
        self._make = make

    @property
    def ready(self) -> Mapping[K, V]:
        """The mapping if it has been computed already, else an empty one."""
        return self._mapping if "_mapping" in vars(self) else {}

    @cached_property
    def _mapping(self) -> Mapping[K, V]:
        return self._make()

    def __getitem__(self, key: K) -> V:
        return self._mapping[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._mapping)

    def __len__(self) -> int:
        return len(self._mapping)
