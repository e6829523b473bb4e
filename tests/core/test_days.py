"""Days and whole numbers as sets: what `np.unique` and `np.intersect1d` give, at less cost."""

from __future__ import annotations

import random
from datetime import date, datetime

import numpy as np

from core.data.frames import dates_of, distinct, in_both, pydate


def days(numbers: list[int]) -> np.ndarray:
    return np.array(numbers, "datetime64[D]")


def test_distinct_days_and_numbers() -> None:
    draw = random.Random(1)
    for size in (0, 1, 2, 50):
        numbers = [draw.randrange(-20, 20) for _ in range(size)]
        of_days = distinct(days(numbers))
        assert of_days.dtype == "datetime64[D]"
        assert of_days.astype(int).tolist() == sorted(set(numbers))
        assert distinct(np.array(numbers, np.intp)).tolist() == sorted(set(numbers))


def test_days_in_both() -> None:
    draw = random.Random(2)
    for _ in range(40):
        one, other = (sorted(draw.sample(range(-30, 30), draw.randrange(30))) for _ in range(2))
        common = in_both(days(one), days(other))
        assert common.dtype == "datetime64[D]"
        assert common.astype(int).tolist() == sorted(set(one) & set(other))


def test_a_date_of_any_unit() -> None:
    assert pydate(dates_of(["2026-06-26"])[0]) == date(2026, 6, 26)
    of_seconds = pydate(np.datetime64(datetime(2026, 6, 26, 16), "s"))
    assert of_seconds == date(2026, 6, 26) and type(of_seconds) is date
