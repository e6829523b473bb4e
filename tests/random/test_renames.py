"""One line under several tickers, whoever knows its closes under which."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.answer.snapshot import Question, take
from core.data.frames import Block, Events, Holdings, Prices, Theme
from core.data.market import Market
from core.explain.measures import explain
from core.measures.changes import changes
from tests.examples import examples
from tests.market import NAN, holdings, make_market, prices, weekdays
from tests.random.cases import FEATURES, Case, cases, same, told

DAYS = weekdays("2026-01-05", "2026-02-27")
SIZE = len(DAYS)
#: The rename stands between the two files.
CHANGE = DAYS.index(date(2026, 1, 28))
FALL = np.linspace(60.0, 20.0, SIZE).tolist()
FLAT = [10.0] * SIZE
FUNDS = {"IWM": FLAT, "SPY": FLAT}
NAMES = {"FI": "Fiserv Inc", "FISV": "Fiserv Inc"}
LARGE = holdings("SPY", str(DAYS[0]), {"B": 50})


def asked(
    closes: Mapping[str, list[float]],
    old: Mapping[str, float] | None = None,
    new: Mapping[str, float] | None = None,
    **how: Any,
) -> Market:
    """IWM has FI on the first day, and FISV from the middle on; B never moves."""
    files = (
        holdings("IWM", str(DAYS[0]), old or {"FI": 60, "B": 40}, names=NAMES),
        holdings("IWM", str(DAYS[20]), new or {"FISV": 40, "B": 60}, names=NAMES),
    )
    splits = how.pop("splits", ())
    return make_market(
        prices(DAYS, {**FUNDS, "B": FLAT, **closes}, splits=splits), *files, LARGE, **how
    )


def window(market: Market, basis: str = "pr") -> Any:
    view = take(market, Question(window=f"{DAYS[0]}:{DAYS[-1]}", basis=basis)).small  # type: ignore[arg-type]
    assert view is not None
    return view


def line(view: Any, symbol: str) -> tuple[float, float]:
    """Return and contribution of a line; it neither joined nor left."""
    row = view.contributors.symbols.index(symbol)
    assert row not in view.contributors.joined and row not in view.contributors.left
    return float(view.contributors.returns[row]), float(view.contributors.contribution[row])


BEFORE = [p if i < CHANGE else NAN for i, p in enumerate(FALL)]
AFTER = [p if i >= CHANGE else NAN for i, p in enumerate(FALL)]


@pytest.mark.parametrize(
    ("closes", "symbol"),
    [
        ({"FISV": FALL}, "FISV"),
        ({"FI": FALL}, "FI"),
        ({"FI": BEFORE, "FISV": AFTER}, "FISV"),
        ({"FI": FALL, "FISV": AFTER}, "FISV"),
        ({"FI": FALL, "FISV": FALL}, "FISV"),
    ],
    ids=["new alone", "old alone", "one after the other", "overlapping alike", "both"],
)
def test_a_renamed_line_is_one_line_whoever_knows_it(
    closes: Mapping[str, list[float]], symbol: str
) -> None:
    market = asked(closes)
    view = window(market)
    returns, contribution = line(view, symbol)
    assert returns == pytest.approx(20 / 60 - 1)
    # 60 % to the second file, then 40 % of what is left of the basket
    middle = FALL[20] / 60 - 1
    second = (1 + 0.6 * middle) * 0.4 * (20 / FALL[20] - 1)
    assert contribution == pytest.approx(0.6 * middle + second)
    assert (view.lines, view.measured, view.later) == (2, 2, 0)
    assert view.breadth.n == 2 and view.breadth.down == 1
    found = changes(market, *market.holdings["IWM"])
    assert found.renamed == (("FI", "FISV"),) and not found.joined and not found.left
    (one,) = (r for r in found.resized if r.symbol == "FISV")
    drift = 0.6 * (1 + middle) / (1 + 0.6 * middle)
    assert one.active == pytest.approx(0.4 - drift)


@pytest.mark.parametrize("name", ["FI", "FISV"])
@pytest.mark.parametrize("day", [10, 30], ids=["before the rename", "after it"])
@pytest.mark.parametrize(
    "closes",
    [{"FI": FALL}, {"FI": BEFORE, "FISV": AFTER}],
    ids=["old alone", "one after the other"],
)
def test_a_line_is_named_by_either_ticker_before_a_rename_and_after_it(
    closes: Mapping[str, list[float]], day: int, name: str
) -> None:
    market = asked(closes, themes=[Theme("payments", (name,))])
    question = Question(
        window=f"{DAYS[0]}:{DAYS[-1]}", basis="pr", as_of=DAYS[day], without=(f"IWM:{name}",)
    )
    snapshot = take(market, question)
    assert snapshot.small is not None and snapshot.small.without is not None
    (symbol,) = snapshot.small.without.symbols
    assert symbol in NAMES and [theme.symbols for theme in snapshot.small.themes] == [(symbol,)]
    assert not any("nothing is left out" in remark for remark in snapshot.remarks)
    (one,) = explain(market, snapshot, "IWM", "contribution", name)
    assert one.value == pytest.approx(line(snapshot.small, symbol)[1])


@pytest.mark.parametrize(
    ("index", "as_of", "joined"),
    [
        ("Russell 2000", DAYS[-1], True),
        ("Russell 2000", DAYS[19], False),
        ("Russell 2000 Value", DAYS[-1], False),
    ],
    ids=["the same index", "before its file", "another index"],
)
def test_a_rename_is_told_by_a_file_of_a_fund_of_the_same_index(
    index: str, as_of: date, joined: bool
) -> None:
    files = (
        holdings("IWM", str(DAYS[0]), {"FI": 60, "B": 40}, names=NAMES),
        holdings("VTWO", str(DAYS[20]), {"FISV": 40, "B": 60}, names=NAMES),
    )
    market = make_market(prices(DAYS, {**FUNDS, "B": FLAT, "FISV": FALL}), *files, LARGE)
    indices = {"IWM": "Russell 2000", "VTWO": index}
    market = replace(market, reference=replace(market.reference, indices=indices))
    view = take(market, Question(window=f"{DAYS[0]}:{as_of}", basis="pr", as_of=as_of)).small
    assert view is not None
    assert [one.symbol for one in view.left_out] == ([] if joined else ["FI"])
    if joined:
        # IWM's own list is near enough: VTWO's tells the ticker alone
        assert line(view, "FISV") == pytest.approx((20 / 60 - 1, 0.6 * (20 / 60 - 1)))


def test_closes_of_two_tickers_that_disagree_are_not_joined() -> None:
    other = [p * 1.1 for p in FALL]
    view = window(asked({"FI": other, "FISV": AFTER}))
    assert view.left_out == () and view.contributors.symbols == ("B", "FISV")
    # measured from the second file on alone, on the closes of the new ticker
    assert line(view, "FISV")[0] == pytest.approx(FALL[-1] / FALL[20] - 1)
    assert view.segments[0].measured == 1


def test_old_closes_without_a_later_split_are_put_on_the_basis_of_the_new() -> None:
    doubled = [2 * p for p in BEFORE]
    after = ("FISV", DAYS[CHANGE + 8], 2.0)
    view = window(asked({"FI": doubled, "FISV": AFTER}, splits=[after]))
    assert line(view, "FISV")[0] == pytest.approx(20 / 60 - 1)
    # where the old closes have it taken out already, nothing is done to them
    view = window(asked({"FI": BEFORE, "FISV": AFTER}, splits=[after]))
    assert line(view, "FISV")[0] == pytest.approx(20 / 60 - 1)


def test_dividends_and_adjusted_closes_go_with_the_closes() -> None:
    flat, split = {**FUNDS, "B": FLAT}, {"FI": BEFORE, "FISV": AFTER}
    files = asked(split).holdings
    paid = [("FI", DAYS[3], 1.5), ("FISV", DAYS[CHANGE + 2], 2.0)]
    market = Market(prices(DAYS, {**flat, **split}, dividends=paid), files, asked(split).reference)
    grown = 1.0
    for i in range(1, SIZE):
        cash = {3: 1.5, CHANGE + 2: 2.0}.get(i, 0.0)
        grown *= (FALL[i] + cash) / FALL[i - 1]
    assert line(window(market, "tr"), "FISV")[0] == pytest.approx(grown - 1)
    # adjusted closes: 90 % of the close up to a dividend of the new ticker, equal after it
    adjusted = {
        "FI": BEFORE,
        "FISV": [p * (0.9 if i < CHANGE + 2 else 1.0) for i, p in enumerate(AFTER)],
    }
    market = Market(prices(DAYS, {**flat, **split}, adjusted=adjusted), files, market.reference)
    assert line(window(market, "tr"), "FISV")[0] == pytest.approx(20 / (60 * 0.9) - 1)


def test_a_chain_of_renames_is_one_line() -> None:
    names = {"A1": "Tin", "A2": "Tin", "A3": "Tin"}
    files = [
        holdings("IWM", str(DAYS[at]), {symbol: 50, "B": 50}, names=names)
        for at, symbol in ((0, "A1"), (10, "A2"), (20, "A3"))
    ]
    part = {
        name: [p if a <= i < b else NAN for i, p in enumerate(FALL)]
        for name, a, b in (("A1", 0, 10), ("A2", 10, 20), ("A3", 20, SIZE))
    }
    view = window(make_market(prices(DAYS, {**FUNDS, "B": FLAT, **part}), *files, LARGE))
    assert line(view, "A3")[0] == pytest.approx(20 / 60 - 1)


def test_a_rename_by_identifier_though_the_names_differ() -> None:
    names = {"KAR": "Auction Group", "OPLN": "Openlane"}
    files = [
        holdings("IWM", str(DAYS[at]), {s: 50, "B": 50}, names=names, identifiers={s: "cusip:1"})
        for at, s in ((0, "KAR"), (20, "OPLN"))
    ]
    market = make_market(prices(DAYS, {**FUNDS, "B": FLAT, "OPLN": FALL}), *files, LARGE)
    assert line(window(market), "OPLN")[0] == pytest.approx(20 / 60 - 1)


def test_two_funds_that_name_one_company_under_two_tickers_have_one_line() -> None:
    market = asked({"FISV": FALL})
    lagging = holdings("SPY", str(DAYS[0]), {"FI": 50, "B": 50}, names=NAMES)
    both = Market(market.prices, market.holdings | {"SPY": (lagging,)}, market.reference)
    found = take(both, Question(window=f"{DAYS[0]}:{DAYS[-1]}", basis="pr"))
    assert found.large is not None and "FISV" in found.large.contributors.symbols
    assert found.gap_leaders is not None and set(found.gap_leaders.symbols) == {"B", "FISV"}


def test_a_ticker_given_up_and_listed_again_by_another_company_is_not_the_old_one() -> None:
    names = {**NAMES, "FI": "Fiserv Inc"}
    old = holdings("IWM", str(DAYS[0]), {"FI": 60, "B": 40}, names=names)
    new = holdings("IWM", str(DAYS[20]), {"FISV": 40, "B": 60}, names=names)
    third = holdings(
        "IWM", str(DAYS[30]), {"FISV": 40, "B": 40, "FI": 20}, names={**names, "FI": "Fig Inc"}
    )
    closes = {**FUNDS, "B": FLAT, "FISV": FALL, "FI": [NAN] * 28 + [5.0] * (SIZE - 28)}
    market = make_market(prices(DAYS, closes), old, new, third, LARGE)
    assert market.lines(old) == ("FISV", "B") and market.lines(third) == ("FISV", "B", "FI")


# -- over random markets ---------------------------------------------------------------


def leaps(market: Market, symbol: str, on: date) -> bool:
    """Whether a line's closes step to the threefold, or to a third, at a day."""
    closes = [
        (day < np.datetime64(on), price)
        for block in market.prices.blocks
        if symbol in block.symbols
        for day, price in zip(
            block.sessions, block.close[:, block.symbols.index(symbol)], strict=True
        )
        if np.isfinite(price)
    ]
    return any(
        early and not late and not 1 / 3 < price / last < 3
        for (early, last), (late, price) in pairwise(closes)
    )


PLAIN = tuple(f for f in FEATURES if f not in {"renamed", "both", "adjusted", "unasked", "failed"})


def renamed(case: Case, seed: int, as_of: date) -> tuple[Case, dict[str, str]]:
    """The same market where some lines had another ticker before a file known on a day.

    The vendor knows a line under the new ticker, under the old, or under each for its time;
    under a ticker without a close of its time it knows nothing, no split either.

    Returns:
        The case, and old ticker -> new.
    """
    rng, held = random.Random(seed), case.market
    by_fund = held.holdings.values()
    pairs = [(a, b) for files in by_fund for a, b in pairwise(files) if b.as_of <= as_of]
    traded: dict[str, list[np.datetime64]] = {}
    for block in held.prices.blocks:
        for symbol, closes in zip(block.symbols, block.close.T, strict=True):
            traded.setdefault(symbol, []).extend(block.sessions[np.isfinite(closes)])
    new: dict[str, str] = {}
    parts: dict[str, tuple[str, date]] = {}
    for before, after in pairs:
        for symbol in sorted(set(before.symbols) & set(after.symbols) - set(parts)):
            if rng.random() < 0.6:
                new[symbol + "Q"] = symbol
                kind, change = rng.choice(["new", "old", "each"]), rng.choice([before, after]).as_of
                early = [day < np.datetime64(change) for day in traded.get(symbol, ())]
                if kind == "each" and leaps(held, symbol, change):
                    kind = "new"  # closes that far apart are not joined: they are two companies'
                if kind == "each" and all(early):
                    kind = "old"
                parts[symbol] = kind if any(early) else "new", change
                at = after.as_of
                parts[symbol + "@"] = "", at
    since = {s[:-1]: at for s, (_, at) in parts.items() if s.endswith("@")}

    def file(own: Holdings) -> Holdings:
        listed = (s + "Q" if s in since and own.as_of < since[s] else s for s in own.symbols)
        return replace(own, symbols=tuple(listed))

    def block(own: Block) -> Block:
        symbols = list(own.symbols)
        close, events = [own.close], {"dividend": own.dividend, "split": own.split}
        volume = [] if own.volume is None else [own.volume]
        for symbol, (kind, at) in parts.items():
            if not kind or symbol not in symbols:
                continue
            place = symbols.index(symbol)
            if kind == "old":
                symbols[place] = symbol + "Q"
            if kind != "each":
                continue
            symbols.append(symbol + "Q")
            early = own.sessions < np.datetime64(at)
            for tables in (close, volume):
                if tables:
                    column = tables[0][:, place].copy()
                    tables[0] = tables[0].copy()
                    tables[0][early, place] = np.nan
                    tables.append(np.where(early, column, np.nan)[:, None])
            for name, event in events.items():
                there = early[event.row] & (event.col == place)
                col = np.where(there, len(symbols) - 1, event.col)
                events[name] = Events(event.row, col, event.value)
        return replace(
            own,
            symbols=tuple(symbols),
            close=np.hstack(close),
            volume=np.hstack(volume) if volume else None,
            **events,
        )

    files = {fund: tuple(map(file, own)) for fund, own in held.holdings.items()}
    through = dict(held.prices.through)
    through |= {old: through[s] for old, s in new.items() if s in through}
    changed: Prices = replace(
        held.prices, blocks=tuple(map(block, held.prices.blocks)), through=through
    )
    question = replace(case.question, without=())
    return Case(Market(changed, files, held.reference), question, case.story), new


def test_a_ticker_without_a_close_is_drawn_without_a_split() -> None:
    """B's closes end before the file that may rename it, a split is of that file's day."""
    at, files = DAYS[20], [holdings("IWM", str(DAYS[k]), {"A": 50, "B": 50}) for k in (0, 20)]
    closes = {**FUNDS, "A": FLAT, "B": FLAT[:15] + [NAN] * (SIZE - 15)}
    market = make_market(prices(DAYS, closes, splits=[("B", at, 2.0)]), *files, LARGE)
    case, tickers = Case(market, Question(window="YTD"), ()), set[str]()
    for seed in range(30):
        (block,) = renamed(case, seed, at)[0].market.prices.blocks
        (place,) = block.split.col.tolist()
        assert np.isfinite(block.close[:, place]).any()
        tickers.add(block.symbols[place])
    assert tickers == {"B", "BQ"}


def under_new(found: Any, new: Mapping[str, str]) -> Any:
    """An answer's numbers with every line under its new ticker."""
    if not isinstance(found, dict):
        return found
    return {new.get(key, key): under_new(value, new) for key, value in found.items()}


@examples(40)
@given(cases(PLAIN), st.integers(0, 10_000))
def test_a_market_with_renames_answers_as_the_one_without(case: Case, seed: int) -> None:
    quiet = replace(case.market, announced=())
    plain = Case(quiet, replace(case.question, without=()), case.story).answer()
    if plain is None:
        return
    other, new = renamed(case, seed, plain.as_of)
    assume(new)
    found = other.answer()
    assert found is not None
    assert plain.indices.keys() == found.indices.keys()
    for fund, view in plain.indices.items():
        want, got = told(view), under_new(told(found.indices[fund]), new)
        assert {k: v for k, v in got.items() if not same(v, want[k])} == {}, want
        assert (view.lines, view.measured) == (
            found.indices[fund].lines,
            found.indices[fund].measured,
        )
        for name in ("joined", "left"):
            one, two = (
                getattr(v.changes[fund], name) if fund in v.changes else () for v in (plain, found)
            )
            assert {c.symbol for c in one} == {new.get(c.symbol, c.symbol) for c in two}
