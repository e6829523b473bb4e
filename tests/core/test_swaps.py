"""Tickers that pass from one company of a fund to another: by identifiers, by names, by closes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.frames import Holdings
from core.measures.changes import changes
from tests.market import holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-02-27")
SIZE, CHANGE = len(DAYS), 20
#: Facebook's closes and Roundhill's, as the vendor has them today: each under its ticker of now.
FACEBOOK = np.linspace(300.0, 240.0, SIZE).tolist()
ROUNDHILL = np.linspace(15.0, 18.0, SIZE).tolist()
FLAT = [10.0] * SIZE
NAMES = {"FB": "Facebook Inc", "META": "Roundhill Ball Metaverse"}
NAMES_NOW = {"META": "Facebook Inc", "METV": "Roundhill Ball Metaverse"}
ISINS = {"Facebook Inc": "isin:US30303M1027", "Roundhill Ball Metaverse": "isin:US53656F4173"}
LARGE = holdings("SPY", str(DAYS[0]), {"B": 50})


def files(*, identified: bool) -> tuple[Holdings, Holdings]:
    """FB and META before, META and METV after, with B beside them."""
    first = holdings(
        "IWM", str(DAYS[0]), {"FB": 60, "META": 30, "B": 10}, names=NAMES,
        price={"FB": 300.0, "META": 15.0, "B": 10.0},
    )  # fmt: skip
    second = holdings(
        "IWM", str(DAYS[CHANGE]), {"META": 50, "METV": 35, "B": 15}, names=NAMES_NOW,
        price={"META": FACEBOOK[CHANGE], "METV": ROUNDHILL[CHANGE], "B": 10.0},
    )  # fmt: skip
    if not identified:
        return first, second
    one, two = (
        replace(f, identifiers=tuple(ISINS.get(name, "") for name in f.names))
        for f in (first, second)
    )
    # names are then no help: each file spells them its own way
    return one, replace(two, names=tuple(f"{name} (US)" for name in two.names))


def view_of(closes: dict[str, list[float]], held: tuple[Holdings, Holdings]) -> Any:
    made = make_market(prices(DAYS, {"IWM": FLAT, "SPY": FLAT, "B": FLAT, **closes}), *held, LARGE)
    question = Question(window=f"{DAYS[0]}:{DAYS[-1]}", basis="pr")
    return made, take(made, question).small


@pytest.mark.parametrize("identified", [True, False], ids=["by ISIN", "by name"])
def test_each_company_is_followed_by_its_own_closes(identified: bool) -> None:
    held = files(identified=identified)
    made, view = view_of({"META": FACEBOOK, "METV": ROUNDHILL}, held)
    lines = view.contributors
    returns = dict(zip(lines.symbols, lines.returns.tolist(), strict=True))
    assert returns == pytest.approx({"META": 240 / 300 - 1, "METV": 18 / 15 - 1, "B": 0.0})
    assert not lines.joined and not lines.left and not view.left_out
    # 60 in Facebook over the first part, 50 of 100 over the second
    one, two = (FACEBOOK[CHANGE] / 300 - 1, 240 / FACEBOOK[CHANGE] - 1)
    grown = 1 + 0.6 * one + 0.3 * (ROUNDHILL[CHANGE] / 15 - 1)
    brought = dict(zip(lines.symbols, lines.contribution.tolist(), strict=True))
    assert brought["META"] == pytest.approx(0.6 * one + grown * 0.5 * two)
    found = changes(made, *held)
    assert not found.joined and not found.left
    assert sorted(found.renamed) == [("FB", "META"), ("META", "METV")]


def test_a_ticker_whose_closes_may_be_either_companys_is_not_measured() -> None:
    """The closes under META are those of each company for its time, METV has none."""
    spliced = [*ROUNDHILL[:CHANGE], *FACEBOOK[CHANGE:]]
    _, view = view_of({"META": spliced, "FB": FACEBOOK}, files(identified=True))
    left_out = {row.symbol: row.reason for row in view.left_out}
    assert left_out["META-0"] == "no prices"
    assert view.segments[0].measured <= 2


def test_a_new_name_of_the_same_company_passes_nothing_on() -> None:
    first, second = files(identified=True)
    same = replace(first, as_of=DAYS[CHANGE], names=tuple(f"{n} Corp" for n in first.names))
    made, view = view_of({"META": ROUNDHILL, "FB": FACEBOOK}, (first, same))
    assert made.lines(first) == first.symbols and not view.left_out
    assert second.symbols[0] == "META"


def test_names_that_two_classes_of_one_company_exchange_pass_nothing_on() -> None:
    first = holdings(
        "IWM", str(DAYS[0]), {"META": 60, "METV": 40}, price={"META": 15.0, "METV": 15.3},
        names={"META": "Roundhill", "METV": "Roundhill Class B"},
    )  # fmt: skip
    names = {"META": "Roundhill Class A", "METV": "Roundhill"}
    second = holdings("IWM", str(DAYS[CHANGE]), {"META": 60, "METV": 40}, names=names)
    other = [p * 1.02 for p in ROUNDHILL]
    made, view = view_of({"META": ROUNDHILL, "METV": other}, (first, second))
    assert made.lines(first) == first.symbols and not view.left_out
