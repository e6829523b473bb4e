"""On a program's path: its own modules, and its children's, are told another time.

INTERNALS_SHIFT says how many seconds off. Libraries keep the true class, whose layout some rely on.
"""

import builtins
import datetime
import os
import types
from typing import Any

_OFF = datetime.timedelta(seconds=float(os.environ["INTERNALS_SHIFT"]))


class _Any(type):
    """Every time is one of these, as it was of the class whose place this takes."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime.datetime)


class _Shifted(datetime.datetime, metaclass=_Any):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        return datetime.datetime.now(tz) + _OFF


_module = types.ModuleType("datetime")
vars(_module).update(vars(datetime) | {"datetime": _Shifted})
_import = builtins.__import__


def _shifting(name: str, into: Any = None, *more: Any, **named: Any) -> Any:
    if name == "datetime" and (into or {}).get("__name__", "").partition(".")[0] == "tui":
        return _module
    return _import(name, into, *more, **named)


builtins.__import__ = _shifting
