"""`record`: a frozen dataclass that Python makes in a third of the time.

For each frozen dataclass the standard library compiles six functions, a millisecond a class with
Python 3.11, and a start makes about a hundred such classes. Here one is compiled, `__init__`, and
that by the first instance; what compares, prints and refuses changes is shared by all of them.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, fields
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
            frozen_class = dataclass(init=False, eq=False, repr=False, slots=slots)(cls)
            frozen_class.__init__ = _init_at_first(frozen_class)
            frozen_class.__repr__ = _repr
            frozen_class.__setattr__ = frozen_class.__delattr__ = _refuse
            if slots:
                frozen_class.__getstate__, frozen_class.__setstate__ = _state, _set_state
            if eq:
                frozen_class.__eq__, frozen_class.__hash__ = _comparing(frozen_class)
            return frozen_class

        return decorate


def _init_at_first(cls: Any) -> Any:
    """An `__init__` that compiles the class's real one at its first call, and gives way to it."""

    def __init__(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807
        cls.__init__ = _init_of(cls)
        cls.__init__(self, *arguments, **options)

    return __init__


def _init_of(cls: Any) -> Any:
    """Compile the `__init__` of a class: it sets each field past `__setattr__`, which refuses."""
    plain, by_name, body = ["self"], ["*"], []
    names: dict[str, object] = {"set_field": object.__setattr__, "MISSING": MISSING}
    for one in fields(cls):
        argument = value = name = one.name
        if one.default is not MISSING:
            argument, names[f"default_{name}"] = f"{name}=default_{name}", one.default
        elif one.default_factory is not MISSING:
            argument, names[f"make_{name}"] = f"{name}=MISSING", one.default_factory
            value = f"make_{name}() if {name} is MISSING else {name}"
        if one.init:
            (by_name if one.kw_only else plain).append(argument)
        else:
            # no argument: it is always the default
            names[name] = one.default
        body.append(f" set_field(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    arguments = ", ".join(plain + (by_name if len(by_name) > 1 else []))
    exec(f"def __init__({arguments}):\n" + "\n".join(body), names)
    init: Any = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _refuse(_: Any, name: str, value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"cannot change field {name!r}")


def _repr(self: Any) -> str:
    parts = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(parts)})"


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
