"""A price file with one thing wrong with it: what is kept, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.test_price_files import read, refusal, table

GOOD = {("AAA", "2026-06-24"): 10.0, ("AAA", "2026-06-25"): 11.0, ("AAA", "2026-06-26"): 12.0}
ROWS = [f"{symbol},{day},{close}" for (symbol, day), close in GOOD.items()]


def test_rows_out_of_order_are_the_same_bars(tmp_path: Path) -> None:
    for rows in (ROWS, ROWS[::-1], [ROWS[1], ROWS[2], ROWS[0]]):
        file = read(tmp_path, "\n".join(["symbol,date,close", *rows]) + "\n")
        assert table(file) == GOOD and not file.rejected


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    """The missing session is neither made up nor 0."""
    file = read(tmp_path, "\n".join(["symbol,date,close", ROWS[0], ROWS[2]]) + "\n")
    assert table(file) == {key: v for key, v in GOOD.items() if key[1] != "2026-06-25"}


@pytest.mark.parametrize(
    ("close", "words"),
    [
        ("0", "0 is no price"),
        ("-11", "-11 is no price"),
        ("inf", "not a number"),
        ("nan", "not a number"),
    ],
    ids=["zero", "negative", "infinite", "not a number"],
)
def test_a_close_that_is_no_price_is_refused_and_the_rest_kept(
    tmp_path: Path, close: str, words: str
) -> None:
    rows = [ROWS[0], f"AAA,2026-06-25,{close}", ROWS[2]]
    file = read(tmp_path, "\n".join(["symbol,date,close", *rows]) + "\n")
    assert table(file) == {key: v for key, v in GOOD.items() if key[1] != "2026-06-25"}
    assert [(r.line, r.column) for r in file.rejected] == [(3, "close")]
    assert words in file.rejected[0].reason
    alone = refusal(tmp_path, f"symbol,date,close\nAAA,2026-06-25,{close}\n")
    assert words in alone


def test_a_date_that_stands_twice_counts_once_and_another_value_is_refused(tmp_path: Path) -> None:
    rows = [*ROWS, ROWS[1], "AAA,2026-06-25,99"]
    file = read(tmp_path, "\n".join(["symbol,date,close", *rows]) + "\n")
    assert table(file) == GOOD
    assert [r.line for r in file.rejected] == [6]
    assert "2026-06-25 is given another value on line 3" in file.rejected[0].reason
