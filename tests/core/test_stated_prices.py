"""A price in a file that its own line's value and quantity deny is a close of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.frames import Holdings, Listing
from core.data.stated_prices import misfits, stated_prices
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2013-01-02", "2013-04-30")
ENDS = ("2013-01-31", "2013-02-28", "2013-03-29")
FLAT = [100.0] * len(DAYS)


def file(as_of: str, stated: dict[str, float], real: dict[str, float] | None = None) -> Holdings:
    """A file of 1,000 shares a line: its prices, and those that its values are of."""
    worth = stated if real is None else real
    return holdings(
        "IWM", as_of, {s: 1000 * p for s, p in worth.items()},
        quantity=dict.fromkeys(worth, 1000.0), price=stated,
    )  # fmt: skip


def returns(start: str, end: str, *files: Holdings) -> dict[str, float]:
    market = make_market(prices(DAYS, {"IWM": FLAT, "SPY": FLAT}), *files)
    view = take(market, Question(window=f"{start}:{end}", basis="pr")).indices["IWM"]
    lines = view.contributors
    assert {one.symbol for one in view.left_out} == set("ABCD") - set(lines.symbols)
    return dict(zip(lines.symbols, lines.returns.tolist(), strict=True))


@pytest.mark.parametrize("factor", [1.6, 1.03, 0.7, 5.5])
def test_a_misprint_beside_a_right_value_is_left_out_and_counted(factor: float) -> None:
    january, march = dict.fromkeys("ABCD", 10.0), dict.fromkeys("ABCD", 11.0)
    february = {**january, "A": 10.0 * factor}
    files = file(ENDS[0], january), file(ENDS[1], february, january), file(ENDS[2], march)
    rest = dict.fromkeys("BCD", 0.0)
    assert returns(ENDS[0], ENDS[1], *files) == pytest.approx(rest)
    assert returns(ENDS[1], ENDS[2], *files) == pytest.approx(dict.fromkeys("BCD", 0.1))
    # files before and after it are on one basis
    whole = returns(ENDS[0], ENDS[2], files[0], files[2])
    assert whole == pytest.approx(dict.fromkeys("ABCD", 0.1))


def test_a_month_that_the_files_own_value_bears_out_is_no_misprint() -> None:
    """A line that rose by 60 % and fell back: its value rose as well."""
    calm, high = dict.fromkeys("ABCD", 10.0), {**dict.fromkeys("ABCD", 10.0), "A": 16.0}
    files = file(ENDS[0], calm), file(ENDS[1], high), file(ENDS[2], calm)
    assert returns(ENDS[0], ENDS[1], *files)["A"] == pytest.approx(0.6)
    assert returns(ENDS[1], ENDS[2], *files)["A"] == pytest.approx(-0.375)


def test_prices_in_other_currencies_and_roundings_are_no_misprints() -> None:
    stated = dict(zip("ABCDEFG", (10.0, 0.014, 33.0, 25.0, 8.0, 40.0, 3.0), strict=True))
    rate = dict(zip("ABCDEFG", (1, 1, 1, 1, 1.1, 1.1, 1.1), strict=True))
    real = {s: p * rate[s] for s, p in stated.items()}
    real["B"] = 0.0135  # a cent is not fine enough for it
    one = replace(
        file(ENDS[0], stated, real),
        listings=(Listing("NYSE", "USD"), Listing("Xetra", "EUR")),
        listing=(0, 0, 0, 0, 1, 1, 1),
    )
    assert not misfits(one).any()
    # 11 where the rate makes 8 of it
    wrong = replace(one, price=np.where(one.price == 8.0, 11.0, one.price))
    assert misfits(wrong).tolist() == [s == "E" for s in "ABCDEFG"]
    assert np.isnan(stated_prices(wrong)).tolist() == [s == "E" for s in "ABCDEFG"]


def test_where_values_are_of_another_day_no_line_is_singled_out() -> None:
    stated = {f"S{n}": 20.0 + n for n in range(30)}
    moved = {s: p * (1.03 if n % 10 == 0 else 1.001) for n, (s, p) in enumerate(stated.items())}
    assert not misfits(file(ENDS[0], stated, moved)).any()
    one_moved = {s: p * (1.03 if n == 0 else 1.001) for n, (s, p) in enumerate(stated.items())}
    assert misfits(file(ENDS[0], stated, one_moved)).sum() == 1


def test_weights_alone_deny_no_price() -> None:
    stated = dict(zip("ABCD", (10.0, 20.0, 30.0, 40.0), strict=True))
    rounded = holdings(
        "IWM", ENDS[0], dict(zip("ABCD", (0.1, 0.2, 0.3, 0.4), strict=True)),
        quantity=dict.fromkeys("ABCD", 1.04), price=stated,
    )  # fmt: skip
    assert not misfits(replace(rounded, price=rounded.price * [1.6, 1, 1, 1])).any()


def test_a_quantity_that_value_and_price_deny_gives_no_weight() -> None:
    """No close is held near the file's date: quantity x price would weigh A tenfold."""
    late = [NAN if str(day) < "2013-03-01" else 10.0 for day in DAYS]
    lines = dict.fromkeys("ABCD", late)
    stated = dict.fromkeys("ABCD", 10.0)
    sound = file(ENDS[0], stated)
    tenfold = replace(sound, quantity=sound.quantity * [10, 1, 1, 1])
    for one, weights in ((sound, [0.25] * 4), (tenfold, [0.0, *[1 / 4] * 3])):
        market = make_market(prices(DAYS, {"IWM": FLAT, "SPY": FLAT, **lines}), one)
        window = Question(window="2013-03-05:2013-04-30", basis="pr")
        view = take(market, window).indices["IWM"]
        measured = dict(zip(view.contributors.symbols, view.contributors.weight, strict=True))
        assert [measured.get(s, 0.0) for s in "ABCD"] == pytest.approx(weights)
