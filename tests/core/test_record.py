"""A record behaves as the frozen dataclass that it stands for."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from core.data.record import record

ROOT = Path(__file__).resolve().parents[2]


def sample(decorate: Callable[[type], type]) -> type:
    """One class, made a record or a dataclass."""

    class Sample:
        name: str
        count: int = 2
        parts: list[int] = field(default_factory=list)
        note: str = field(default="", repr=False, compare=False)

    return decorate(Sample)


#: A record as most are, one with a ``__dict__``, and the same of the standard library.
SLOTTED = sample(record(frozen=True, slots=True))
OPEN = sample(record(frozen=True))
MODEL = sample(dataclass(frozen=True, slots=True))


@record(frozen=True, slots=True)
class Key:
    """A record of values that can be hashed."""

    fund: str
    days: int = 20


@record(frozen=True, slots=True)
class Answer:
    """A record with fields that are named when given, and fields that are never given."""

    day: int
    note: str = field(kw_only=True)
    shown: int = field(default=5, init=False)
    cache: dict[str, int] = field(default_factory=dict, init=False)


@record(frozen=True, eq=False, slots=True)
class Itself:
    """A record that equals itself alone."""

    name: str


def test_fields_are_given_by_name_or_not_at_all() -> None:
    one = Answer(1, note="x")
    assert (one.day, one.note, one.shown, one.cache) == (1, "x", 5, {})
    assert one.cache is not Answer(1, note="x").cache
    for call in (lambda: Answer(1, "x"), lambda: Answer(1, note="x", shown=2)):  # type: ignore[misc, call-arg]
        with pytest.raises(TypeError, match=re.escape("Answer.__init__()")):
            call()


@pytest.mark.parametrize("kind", [SLOTTED, OPEN, MODEL])
def test_it_is_made_compared_printed_and_replaced_as_a_dataclass_is(kind: Any) -> None:
    one = kind("a", note="x")
    assert (one.name, one.count, one.parts, one.note) == ("a", 2, [], "x")
    assert one.parts is not kind("a").parts
    assert one == kind("a", 2, [], "y") and one != kind("b") and one != "a"
    assert repr(one) == f"{kind.__qualname__}(name='a', count=2, parts=[])"
    assert replace(one, count=3) == kind("a", 3)
    assert [member.name for member in fields(kind)] == ["name", "count", "parts", "note"]
    with pytest.raises(TypeError, match="name"):
        kind()
    deep = copy.deepcopy(kind("a", 2, [1]))
    assert deep == kind("a", 2, [1]) and copy.copy(deep).parts is deep.parts


@pytest.mark.parametrize("kind", [SLOTTED, OPEN, MODEL])
def test_it_cannot_be_changed(kind: Any) -> None:
    one = kind("a")
    for name in ("name", "count", "parts"):
        with pytest.raises(FrozenInstanceError, match=name):
            setattr(one, name, None)
        with pytest.raises(FrozenInstanceError, match=name):
            delattr(one, name)
    assert one == kind("a")


@pytest.mark.parametrize("kind", [SLOTTED, OPEN])
def test_it_takes_no_other_names(kind: Any) -> None:
    with pytest.raises(AttributeError):
        kind("a").other = 1


def test_what_follows_the_fields_is_done() -> None:
    @record(frozen=True, slots=True)
    class Sum:
        parts: tuple[int, ...]
        whole: int = 0

        def __post_init__(self) -> None:
            object.__setattr__(self, "whole", sum(self.parts))

    assert Sum((1, 2)).whole == 3 and replace(Sum((1, 2)), parts=(4,)).whole == 4


def test_equal_records_are_one_key() -> None:
    assert {Key("IWM"): 1} == {Key("IWM", 20): 1}
    assert len({Key("IWM"), Key("IWM", 20), Key("IWM", 50)}) == 2
    assert Itself("a") != Itself("a") and len({Itself("a"), Itself("a")}) == 2


def test_every_frozen_dataclass_is_a_record() -> None:
    sources = [path for room in ("core", "cache", "tui") for path in (ROOT / room).rglob("*.py")]
    frozen = re.compile(r"^ *@dataclass\(.*frozen=True", re.MULTILINE)
    assert not [path for path in sources if frozen.search(path.read_text("utf-8"))]
