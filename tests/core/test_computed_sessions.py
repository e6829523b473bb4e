"""Sessions that no list tells are computed, and every answer that uses them says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core.answer.snapshot import take
from tests.tui.markets import QUESTION, small_market


def test_a_window_beyond_the_list_is_marked_and_one_within_is_not() -> None:
    market = small_market()
    words = "are computed from the exchange's usual holidays; a newer release lists them"
    for listed, marked in (
        (None, False),
        (date(2026, 6, 26), False),
        (date(2026, 6, 25), True),
        (date(2025, 12, 31), True),
    ):
        told = replace(market, reference=replace(market.reference, listed=listed))
        snapshot = take(told, QUESTION)
        assert sum(words in line for line in snapshot.warnings) == marked, listed
        if marked:
            assert snapshot.warnings[0].startswith(f"sessions after {listed} ")
    assert str(snapshot.window.end) == "2026-06-26"
