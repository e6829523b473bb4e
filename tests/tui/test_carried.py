"""A snapshot carried as text is the same one, and nothing but records comes out of it."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import take
from core.data.question import Question
from core.measures.changes import Change
from tests.tui.markets import QUESTION, market
from tui.report.document import to_json
from tui.startup.carried import packed, unpacked


def same(one: Any, other: Any) -> bool:
    """Equal through and through: types, order, every bit of a number."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(one.dtype == other.dtype and one.shape == other.shape) and (
            one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, float):
        return one.hex() == other.hex()
    return bool(one == other)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        replace(QUESTION, window="1M", daily=True),
        replace(QUESTION, small="SPY", large="IWM", without=("L00", "L01")),
        replace(QUESTION, basis="tr", as_of=None),
    ],
)
@pytest.mark.parametrize("simulated", [False, True])
def test_an_answer_comes_out_as_it_went_in(question: Question, simulated: bool) -> None:
    snapshot = take(market(simulated=simulated), question)
    found = unpacked(packed(snapshot))
    assert same(found, snapshot)
    assert to_json(found) == to_json(snapshot)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -3, 0.1, -0.0, math.nan, math.inf, 1e-308, "", "a\x1b\ud7ff😀\"\\",
        date(2026, 2, 28), datetime(2026, 2, 28, 13, 1, 2, 3, tzinfo=UTC), (), (1, (2, ("3",))),
        {}, {1: (date(2026, 1, 1),), 2: {}}, {"kind": "day", "of": "no day"},
        np.array([1.5, math.nan]), np.zeros((2, 0)), np.array([True, False]),
        np.array(["2026-01-02", "NaT"], "datetime64[D]"),
        (Change("A", "A & B", "", 0.5), Change("B", "", "x", 0.1, 0.2, None)),
    ],
)  # fmt: skip
def test_values_come_out_as_they_went_in(value: Any) -> None:
    assert same(unpacked(packed(value)), value)


@pytest.mark.parametrize(
    "value", [threading.Lock(), {1, 2}, [1], b"x", np.array([object()]), (object(),), 1j]
)
def test_what_is_no_part_of_an_answer_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        packed(value)


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        ("market.replace", []), ("snapshot.take", [1, 2]), ("nothing.Here", []),
        ("..os.system", ["x"]), ("changes.Change", []), ("rows of views.Snapshot", [[]]),
        ("views.math", []), ("day", "x"),
        ("map", 3), ("array", ["O", [1], "AAAAAAAAAAA="]), ("array", ["<f8", [7], "AAAAAAAAAAA="]),
    ],
)  # fmt: skip
def test_no_other_object_comes_out(kind: str, of: Any) -> None:
    with pytest.raises(ValueError):
        unpacked(json.dumps({"kind": kind, "of": of}).encode())


def test_half_of_it_is_nothing() -> None:
    whole = packed(take(market(), QUESTION))
    for end in (0, 1, len(whole) // 2, len(whole) - 1):
        with pytest.raises(ValueError):
            unpacked(whole[:end])
