"""What the prose says of sums, signs and sides, over random markets: true as it is printed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.answer.looks import LookError, look
from core.answer.since import since
from core.answer.snapshot import Question, Snapshot, take
from core.note.phrase import FURTHER, adds_up, further_places
from core.note.since_note import since_sentences
from tests.examples import examples
from tests.market import Theme, holdings, make_market, prices, weekdays
from tests.random.test_prose import check_prose

#: A signed number of a sentence with its unit.
SIGNED = re.compile(r"([+-]?[\d,]+(?:\.\d+)?) (bp|%|pp)")


def numbers(text: str, unit: str) -> list[Decimal]:
    """The numbers of one unit in a text, as a reader types them into a calculator."""
    found = SIGNED.findall(text)
    return [Decimal(number.replace(",", "")) for number, own in found if own == unit]


def adds(total: Decimal, *parts: Decimal) -> bool:
    """Whether printed parts add up to a printed total."""
    return total == sum(parts)


def listed_beside(total: Decimal, parts: list[Decimal]) -> bool:
    """Whether parts listed beside their total are its: within the rounding of each."""
    return (
        abs(total - sum(parts))
        <= Decimal(len(parts) + 1).scaleb(int(total.as_tuple().exponent)) / 2
    )


def check_arithmetic(text: str) -> None:
    """What a sentence names as adding up does, as it is printed; a sign agrees with its word."""
    body = text.partition(": ")[2]
    if re.search(r"\) (?:brought|held up best,|cost it) ", text):
        named = re.findall(r"\([+-]?[\d,.]+ %, ([+-]?[\d,.]+) bp\)", body)
        whole = numbers(body.partition(" together")[0], "bp")[-1]
        whole = -whole if " cost it " in text else whole
        assert listed_beside(whole, [Decimal(n.replace(",", "")) for n in named]), text
    if re.search(r" (leads|trails) \S+ by ", text):
        gap, (small, large) = numbers(text, "pp")[0], numbers(text, "%")[:2]
        assert adds(gap if " leads " in text else -gap, small, -large), text
        return
    for unit, places in (("bp", 1), ("%", 3), ("pp", 3)):
        exponents = [number.as_tuple().exponent for number in numbers(text, unit)]
        assert all(int(exponent) >= -places for exponent in exponents), text
    if " (zeroed)" in text and "the fund's return would be" not in text:
        before, after = numbers(text[text.index("the fund's") :], "%")[:2]
        brought = numbers(text.partition("the fund's")[0], "bp")[-1]
        assert adds(after, before, -brought / 100), text
    if "with their part at zero the gap of" in text:
        gap, left = numbers(text.partition("part at zero")[2], "pp")[:2]
        brought = numbers(text.partition(", and with")[0], "bp")[-1]
        assert adds(left, gap, -brought / 100) or adds(left, gap, brought / 100), text
        assert (gap < 0) == (left > gap), text
    if "the gap has" in text:
        *change, before, after = numbers(text, "pp")
        if "the gap has" in text and " by " in text.partition("the gap has")[2][:20]:
            side = 1 if after > before else -1
            assert adds(after, before, side * change[0]), text
    if " cost it " in text:
        # the names' amounts carry their sign, what they cost together carries none
        names, _, together = body.partition(" cost it ")
        assert all(number < 0 for number in numbers(names, "bp")), text
        assert all(number > 0 for number in numbers(together, "bp")), text
        assert "cost it -" not in text and "cost it +" not in text, text


def check_sides(snapshot: Snapshot, text: str) -> None:
    """Every gap of the sentence on what made the gap is small less large."""
    small, large = snapshot.small, snapshot.large
    assert small is not None and large is not None and snapshot.spread is not None
    one, other = small.breadth, large.breadth
    assert one.median is not None and other.median is not None
    assert one.equal_weight is not None and other.equal_weight is not None
    gap = snapshot.spread.gap
    right = {"between the funds it is": gap, "the gap of": gap,
             "it would be": one.equal_weight - other.equal_weight,
             "between the median lines": one.median - other.median}  # fmt: skip
    for words, value in right.items():
        if words in text:
            printed = numbers(text.partition(words)[2], "pp")[0]
            assert abs(float(printed) - 100 * value) <= 0.005 + 1e-9, text


@st.composite
def random_markets(draw: st.DrawFn) -> Snapshot:
    """Two funds over eleven or twelve years, a few lines, two files of each; any sign of gap."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    first = draw(st.sampled_from(["2014-12-29", "2022-12-29"]))
    days = weekdays(first, "2026-02-27")
    size = len(days)
    drift, tide = draw(st.floats(-0.002, 0.002)), draw(st.sampled_from([0.0, -0.004, 0.004]))

    def path(width: float, slope: float = 0.0) -> list[float]:
        steps = rng.normal(slope + tide, width, size)
        return (100 * np.exp(np.cumsum(steps))).tolist()

    lines = {name: path(0.03) for name in ("A1", "B-2", "C.3", "D", "E5", "F", "G", "H", "I", "J")}
    lines |= {f"K{n}": path(0.02, drift) for n in range(draw(st.integers(1, 12)))}
    symbols = list(lines)
    if draw(st.booleans()):  # a tie: two lines that are one, under two names
        lines["B-2"] = lines["A1"]
    closes = {"S-1": path(0.01, drift), "LGE": path(0.008), **lines}
    cut = draw(st.just(1) | st.integers(1, len(symbols) - 1))  # often both have enough lines
    files = []
    for fund, own in (("S-1", symbols), ("LGE", symbols[cut:])):
        kept = own[draw(st.integers(0, min(3, len(own) - 1))) :]
        share = draw(st.sampled_from([1.0, 1.0, 0.95, 0.7]))
        for when, listed in (("2025-12-31", own), ("2026-01-30", kept)):
            values = dict(zip(listed, rng.uniform(1, 90, len(listed)), strict=True))
            total = sum(values.values()) / share
            files.append(holdings(fund, when, values, total=total))
    held = prices(days, closes, provisional={"S-1": days[-1]} if draw(st.booleans()) else {})
    as_of = draw(st.sampled_from([days[-1], days[-1] - timedelta(days=14), None]))
    window = draw(st.sampled_from(["YTD", "MTD", "1M", "2025-12-31:2026-02-05", "2025", "3M"]))
    theme = Theme("Odd 7", tuple(symbols[:2]))
    market = make_market(held, *files, themes=(theme,))
    return take(market, Question("S-1", "LGE", window, as_of, "pr"))


@examples(40)
@given(random_markets())
def test_every_number_said_stands_in_the_json_and_adds_up(snapshot: Snapshot) -> None:
    texts = check_prose(snapshot)
    assert texts
    for text in texts:
        check_arithmetic(text)
        if "he gap is" in text:
            check_sides(snapshot, text)


@examples(40)
@given(random_markets(), random_markets())
def test_what_changed_adds_up_too(one: Snapshot, other: Snapshot) -> None:
    then, now = sorted((look(one), look(other)), key=lambda found: found.as_of)
    try:
        earlier = since(replace(then, window=now.window), now)
    except LookError:
        return
    for text in since_sentences(earlier):
        check_arithmetic(text)


def test_sums_are_printed_so_that_they_add_up() -> None:
    # 1.4 + 1.4 = 2.8: rounded to whole basis points 1 + 1 is not 3
    assert further_places((0.00028, 0.00014, 0.00014)) == 1
    assert further_places((0.0003, 0.0001, 0.0002)) == 0
    # 1.44 + 1.44 = 2.88 would need two places: the sentence then names no whole sum
    sum_of_two = 0.000288, 0.000144, 0.000144
    assert further_places(sum_of_two) == FURTHER == 1 and not adds_up(1, sum_of_two)
    assert adds_up(1, (0.00028, 0.00014, 0.00014)) and adds_up(2, sum_of_two)
    # names beside their total add up where one more place is enough, and are left else
    assert further_places(wished=[(0.00028, 0.00014, 0.00014)]) == 1
    assert further_places((0.0003, 0.0001, 0.0002), wished=[(0.0001, 0.0002)]) == 0
