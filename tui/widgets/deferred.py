"""Keys pressed before what they act on is there: nothing of what was typed is lost."""

from __future__ import annotations

from collections.abc import Callable


class Deferred:
    """Does what keys ask for as soon as it can be done, in the order of the keys.

    Args:
        ready: whether what the keys act on is there.
    """

    def __init__(self, ready: Callable[[], bool]) -> None:
        self._ready = ready
        self._actions: list[Callable[[], None]] = []

    @property
    def waits(self) -> bool:
        """Whether something is still to be done."""
        return bool(self._actions)

    def do(self, action: Callable[[], None]) -> None:
        """Do something now, or after what waits."""
        self._actions.append(action)
        self.go_on()

    def go_on(self) -> None:
        """Do what waits, as far as that is possible by now."""
        while self._actions and self._ready():
            self._actions.pop(0)()

    def clear(self) -> None:
        """Forget what waits."""
        self._actions.clear()
