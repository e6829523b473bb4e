"""Symbols without a price for a quarter: an import names them, as each may be two companies."""

from __future__ import annotations

import numpy as np
import pytest

from cache.store.doubts import long_gaps


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[D]")


EARLY = days("2015-03-02", "2015-03-03")
LATE = days("2019-01-02", "2019-01-03")
BETWEEN = days("2015-06-01", "2015-09-01", "2015-12-01")


@pytest.mark.parametrize(
    ("given", "stored", "gaps"),
    [
        pytest.param([*EARLY, *LATE], [], ["2015-03-03 and 2019-01-02"], id="within a file"),
        pytest.param(LATE, EARLY, ["2015-03-03 and 2019-01-02"], id="a file goes on"),
        pytest.param(EARLY, LATE, ["2015-03-03 and 2019-01-02"], id="a file of earlier years"),
        pytest.param([*EARLY, *LATE], [*EARLY, *LATE], [], id="the gap was there before"),
        pytest.param(
            days("2017-05-02"),
            [*EARLY, *LATE],
            ["2015-03-03 and 2017-05-02", "2017-05-02 and 2019-01-02"],
            id="a file within a gap",
        ),
        pytest.param(
            [EARLY[0], days("2016-02-01")[0]],
            [*EARLY, *BETWEEN],
            [],
            id="the store fills the gap of a file",
        ),
        pytest.param(days("2015-06-10"), EARLY, [], id="less than a quarter, with a day more"),
        pytest.param([], EARLY, [], id="no price in the file"),
    ],
)
def test_gaps_of_a_quarter_and_more(given: np.ndarray, stored: np.ndarray, gaps: list[str]) -> None:
    notes = long_gaps("XYZ", np.array(given, "datetime64[D]"), np.array(stored, "datetime64[D]"))
    assert [
        note.partition(":")[0].removeprefix("XYZ has no price between ") for note in notes
    ] == gaps
    assert all("`internals forget prices XYZ`" in note for note in notes)
