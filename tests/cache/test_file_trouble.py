"""What can be wrong with one file inside a series of files: each is noted, none moves a return."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cache.refresh.jumps import lines_apart, odd
from core.data.frames import Holdings, Prices
from tests.core.test_file_closes import DAYS, ENDS, file, fund_closes, returns, view
from tests.market import NAN, make_market

NAMES = [f"L{n:02}" for n in range(40)]


def month(as_of: str, price: float, names: list[str] = NAMES) -> Holdings:
    return file(as_of, {name: (100.0, price + n) for n, name in enumerate(names)})


def test_prices_of_another_day_than_the_files_date_are_told_and_dated() -> None:
    """Closes step from 10 to 12 on the session of the file; its prices are of the one before."""
    at = [str(day) for day in DAYS].index(ENDS[1])
    lines = {name: [10.0 + n] * at + [12.0 + n] * (len(DAYS) - at) for n, name in enumerate(NAMES)}
    judged = odd(month(ENDS[1], 10.0), (), (), fund_closes(**lines))
    assert judged.dated == DAYS[at - 1]
    assert odd(month(ENDS[1], 12.0), (), (), fund_closes(**lines)) == odd(
        month(ENDS[1], 12.0), (), (), Prices()
    )


def test_a_truncated_file_inside_the_series_is_told() -> None:
    before, cut = month(ENDS[0], 10.0), month(ENDS[1], 10.0, NAMES[:20])
    [why, *_] = odd(cut, (), (before,), Prices()).why
    assert why == f"names 20 lines where the file of {ENDS[0]} named 40"
    # a list without weights says nothing of how many lines an issuer's file has
    bare = replace(before, value=np.ones(40), total=40.0, weighted=False)
    assert not odd(cut, (), (bare,), Prices()).why


def test_a_fund_that_changed_its_index_is_told() -> None:
    other = [f"M{n:02}" for n in range(40)]
    [why, *_] = odd(month(ENDS[1], 10.0, other), (), (month(ENDS[0], 10.0),), Prices()).why
    assert why == f"says that 100% of the fund was traded since {ENDS[0]}"


def test_the_lines_that_two_files_of_one_day_differ_by_are_counted() -> None:
    one = month(ENDS[0], 10.0)
    assert lines_apart(one, month(ENDS[0], 10.0)) == 0
    traded = replace(one, quantity=np.r_[200.0, one.quantity[1:]])
    assert lines_apart(traded, one) == 1
    # one line less, and another in its place
    other = month(ENDS[0], 10.0, [*NAMES[:-1], "X"])
    assert lines_apart(other, one) == 2


@pytest.mark.parametrize(("first", "measured"), [(11.0, True), (15.0, False)])
def test_a_files_price_that_is_not_the_close_held_is_not_compared_with_it(
    first: float, measured: bool
) -> None:
    """L00 has closes from the second file's session on; one file's price comes before them."""
    at = [str(day) for day in DAYS].index(ENDS[2])
    late = {"L00": [NAN] * at + [first] * (len(DAYS) - at)}
    files = [month(ENDS[1], 10.0), month(ENDS[2], 11.0)]
    told = returns(view(make_market(fund_closes(**late), *files), ENDS[1], ENDS[2]))
    assert ("L00" in told) is measured
    assert told["L01"] == pytest.approx(12 / 11 - 1)
    if measured:
        assert told["L00"] == pytest.approx(0.1)
