"""A move as at a split in a file without splits is never a return without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.test_price_files import read, table

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")


def closes(symbol: str, values: tuple[float, ...], days: tuple[str, ...] = DAYS) -> str:
    return "".join(f"{symbol},{day},{value}\n" for day, value in zip(days, values, strict=True))


HEADER = "symbol,date,close\n"
#: A company whose closes stay in one region, in cents.
CALM = closes("CALM", (10.00, 10.10, 10.20, 10.15))


@pytest.mark.parametrize(
    ("values", "ratio"),
    [
        ((400.00, 404.00, 102.50, 103.50), "4:1"),
        ((60.00, 60.50, 39.80, 40.00), "3:2"),
        ((60.00, 60.50, 30.90, 31.00), "2:1"),
        ((2000.00, 2010.00, 101.00, 102.00), "20:1"),
        ((2.00, 2.10, 4.15, 4.20), "1:2"),
        ((2.00, 2.10, 21.50, 21.00), "1:10"),
    ],
)
def test_closes_before_a_move_as_at_a_split_are_left_out_by_name(
    tmp_path: Path, values: tuple[float, ...], ratio: str
) -> None:
    file = read(tmp_path, HEADER + closes("AAA", values) + CALM)
    days = [day for symbol, day in table(file) if symbol == "AAA"]
    assert days == [*DAYS[2:]]
    assert sum(symbol == "CALM" for symbol, _ in table(file)) == 4
    (row,) = file.rejected
    assert (row.symbol, row.line) == ("AAA", 4)
    assert f"as at a split of {ratio}," in row.reason and "--adjusted" in row.reason


def test_a_real_fall_is_taken_where_the_user_says_so(tmp_path: Path) -> None:
    text = HEADER + closes("AAA", (40.00, 41.00, 20.40, 20.00)) + CALM
    assert len(read(tmp_path, text).rejected) == 1
    file = read(tmp_path, text, adjusted=True)
    assert file.rejected == () and len(file.bars) == 8


@pytest.mark.parametrize(
    "text",
    [
        # a fall of a quarter and a rise of a half are no splits
        HEADER + closes("AAA", (40.00, 30.00, 45.00, 44.00)) + CALM,
        # two closes half a year apart are a legitimate file
        HEADER + closes("AAA", (40.00, 20.00), ("2025-12-31", "2026-06-26")) + CALM,
        # fractions of a cent: the vendor adjusts, and would have adjusted for this one
        HEADER
        + closes("AAA", (40.00, 41.00, 20.40, 20.00))
        + closes("CALM", (10.0021, 10.1043, 10.2077, 10.1512)),
        # a column of splits tells none
        "symbol,date,close,split\n"
        + (closes("AAA", (40.00, 41.00, 20.40, 20.00)) + CALM).replace("\n", ",0\n"),
        # an adjusted close beside it falls too
        "symbol,date,close,adj_close\nAAA,2026-03-02,40,39\nAAA,2026-03-03,20,19.5\n",
    ],
)
def test_what_is_no_untold_split_is_taken(tmp_path: Path, text: str) -> None:
    file = read(tmp_path, text)
    assert file.rejected == ()
    assert len(file.bars) == text.count("\n") - 1
