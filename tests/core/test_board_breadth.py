"""Breadth beside the board: of the index that leads, as the pair's own answer has it."""

from __future__ import annotations

import pytest

from core.answer.board import Pair, board
from core.answer.board_breadth import COLUMNS, breadth_of, leader
from tests.tui.markets import END, LARGE, SMALL, SMALL_RETURNS, small_market

MARKET = small_market()
SHOWN = board(MARKET, (Pair("IWM", "SPY"), Pair("SPY", "IWM"), Pair("IWM", "QQQ")), "pr", END)


def test_the_index_that_leads_is_counted_as_typed_by_hand() -> None:
    for row in SHOWN.rows[:2]:
        assert leader(row, "YTD") == "IWM"
        breadth = breadth_of(MARKET, row, SHOWN, "YTD")
        assert breadth is not None
        assert breadth.fund == "IWM"
        up = sum(change > 0 for change in SMALL_RETURNS.values())
        assert breadth.values["share_up"] == pytest.approx(up / len(SMALL))
        assert up == 19
        assert set(breadth.values) == set(COLUMNS)
        assert len(LARGE) == 20


def test_a_pair_without_figures_and_a_window_that_is_none_of_the_board_s() -> None:
    assert breadth_of(MARKET, SHOWN.rows[2], SHOWN, "YTD") is None
    other = breadth_of(MARKET, SHOWN.rows[0], SHOWN, "6M")
    assert other is not None
    assert other == breadth_of(MARKET, SHOWN.rows[0], SHOWN, "YTD")
    bare = small_market(listed=("SPY",))
    shown = board(bare, (Pair("IWM", "SPY"),), "pr", END)
    assert breadth_of(bare, shown.rows[0], shown, "YTD") is None
