"""`record`: a frozen dataclass that Python makes in a third of the time.

For each frozen dataclass the standard library compiles six functions, a millisecond a class with
Python 3.11, and a start makes about a hundred such classes. Here one is compiled, `__init__`; what
compares, prints and refuses changes is shared by all of them.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["record"]

if TYPE_CHECKING:
    # to a type checker it is the dataclass that it stands for
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen, slots=False, eq=True):
        """Return a decorator that makes a class a frozen dataclass.

        Args:
            frozen: True; written out for those who know dataclasses.
            slots: whether instances have the fields alone, and no ``__dict__``.
            eq: whether instances of equal fields are equal; otherwise each equals itself alone.
        """
        assert frozen

        def decorate(cls):
            made = dataclass(frozen=False, slots=slots, eq=False, repr=False)(cls)
            made.__repr__ = _repr
            made.__setattr__ = _set_slot_once if slots else _set_once
            made.__delattr__ = _refuse
            if slots:
                made.__getstate__, made.__setstate__ = _state, _set_state
            if eq:
                made.__eq__, made.__hash__ = _comparing(made)
            return made

        return decorate


def _set_slot_once(self: Any, name: str, value: object) -> None:
    """Set a field that has no value yet, as `__init__` does."""
    if hasattr(self, name):
        _refuse(self, name)
    object.__setattr__(self, name, value)


def _set_once(self: Any, name: str, value: object) -> None:
    """As `_set_slot_once`; a field's default is an attribute of the class."""
    if name in self.__dict__ or name not in self.__dataclass_fields__:
        _refuse(self, name)
    object.__setattr__(self, name, value)


def _refuse(_: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot change field {name!r}")


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _comparing(cls: Any) -> tuple[Any, Any]:
    """The `__eq__` and `__hash__` of a class, over the fields that are compared."""
    values = attrgetter(*(one.name for one in fields(cls) if one.compare))

    def eq(self: Any, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return values(self) == values(other)

    return eq, lambda self: hash(values(self))


def _state(self: Any) -> list[Any]:
    """The values of the fields, for `copy`: no instance has a ``__dict__`` to copy."""
    return [getattr(self, one.name) for one in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)
