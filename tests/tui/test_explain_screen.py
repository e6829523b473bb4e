"""What `d` says in every pane and view, and on the page of a name.

Expected figures follow by hand from tests/tui/markets.py: IWM +20 %, SPY +9 %; S29 weighs 3.2 %
and rose 92.5 %; 30 lines of IWM are counted, L19 is SPY's best.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import take
from tests.tui.driving import drive, press, seen
from tests.tui.markets import QUESTION, small_market
from tui.host.scene import Scene
from tui.panes.breadth import BreadthPane
from tui.panes.changes import ChangesPane
from tui.panes.contributors import Contributors
from tui.panes.explain import ExplainRequest, ExplainScreen, requests_of_pane
from tui.panes.frame import VIEWS
from tui.panes.pane import Pane
from tui.panes.spread import SpreadPane
from tui.screen.app import InternalsApp

MARKET = small_market()
#: Views whose rows are lines: what is no line is of the index's return.
LISTS_OF_LINES = ((2, "names"), (2, "windows"), (2, "movers"), (2, "left out"))
#: Keys one after the other -> what `d` then says.
WALKS = {
    "spread": (
        ("1", "gap of IWM over SPY = 11.0000 pp"),
        ("v", "rank among the same windows"),
        ("v", "rank among full calendar years"),
        ("v", "gap of IWM over SPY = 11.0000 pp"),
        ("v", "gap of IWM over SPY = 11.0000 pp"),
    ),
    "contributors": (
        ("2", "contribution of S29 Example S29 to IWM = 296.0000 bp"),
        ("G", "return of IWM = 20.0000 %"),
        ("gv", "in IWM ="),
        ("G", "sum of the contributions of"),
        ("gv", "Odd pair in IWM ="),
        ("v", "in the gap of the baskets ="),
        ("v", "allocation + selection + interaction"),
        ("G", "gap of the baskets of IWM and SPY by sector = 1,100.0000 bp"),
        ("gv", "contribution of S29 Example S29 to IWM = 296.0000 bp"),
        ("v", "in IWM ="),
        ("v", "contribution of"),
        ("gv", "= not measured"),
    ),
    "breadth": (
        ("3", "lines up of IWM ="),
        ("v", "lines with r > +0 % of IWM ="),
        ("v", "unmeasured, cash and fees in SPY ="),
        ("v", "advances of IWM on 2026-06-26 ="),
    ),
    "changes": (
        ("4v", "top 1 of IWM = 296.0000 bp"),
        ("v", "effective N at the end of IWM ="),
    ),
}


def test_d_explains_what_is_in_sight() -> None:
    async def check(pilot: Pilot[None], app: InternalsApp) -> None:
        for walk, steps in WALKS.items():
            for keys, words in steps:
                await press(pilot, app, *keys, "d")
                assert isinstance(app.screen, ExplainScreen), (walk, keys)
                text = seen(app)
                assert words in text, (walk, keys)
                assert "no such number" not in text, (walk, keys)
                await press(pilot, app, "escape")
                assert app.screen is app.main, (walk, keys)
        # and on the page of a name
        await press(pilot, app, "2", "v", "enter", "d")
        assert "contribution of S29 Example S29 to IWM = 296.0000 bp" in seen(app)
        assert "no such number" not in seen(app)

    drive(check, market=MARKET, size=(160, 60))


@pytest.mark.parametrize("pane", [SpreadPane, Contributors, BreadthPane, ChangesPane])
def test_no_view_is_without_an_explanation_of_its_own(pane: type[Pane]) -> None:
    """A view nobody thought of falls back to the index's return: each has a measure of its own."""
    scene = Scene(take(MARKET, QUESTION), MARKET)
    for view in VIEWS[pane.NUMBER]:
        wanted = requests_of_pane(scene, pane.NUMBER, view, "small", None)
        if (pane.NUMBER, view) not in LISTS_OF_LINES:
            assert ExplainRequest("IWM", "return") not in wanted, view


def test_over_an_empty_table_d_says_why_it_is_empty() -> None:
    """Without a file of IWM there is no line of it; the way on is to import one."""
    market = small_market()
    market = replace(market, holdings={"SPY": market.holdings["SPY"]})
    why = "no holdings file of IWM: import one or fetch."

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "z")
        assert why in seen(app)
        await press(pilot, app, "d")
        assert why in seen(app) and "SPY" not in seen(app)

    drive(story, market=market)
