"""Where a fund's closes are missing, the gap of the measured lines is told, named as such."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import take
from core.note.headline import headline
from tests.tui.driving import drive, press, seen
from tests.tui.markets import QUESTION, market
from tests.tui.test_standing import type_line
from tui.report.document import document
from tui.report.short import to_line
from tui.screen.app import InternalsApp

#: IWM's lines rose 20 % together, SPY's 9 %; SPY has no closes of its own.
HELD = market(funds=("IWM",))
WORDS = "apart by +11.00 pp this year (IWM +20.00 %, SPY +9.00 %), which is not ranked."


def test_it_is_told_in_the_sentence_the_line_and_the_json() -> None:
    snapshot = take(HELD, QUESTION)
    assert snapshot.spread is None and snapshot.basket_gap == pytest.approx(0.11)
    sentence = f"{headline(snapshot)}"
    assert sentence.startswith(
        "no closes of SPY: import them or fetch. The measured lines alone, not"
    )
    assert sentence.endswith(WORDS)
    assert "baskets, not funds, +11.00 pp" in to_line(snapshot)
    fields = document(snapshot)
    assert fields["spread"] is None and fields["baskets"]["gap_pp"] == pytest.approx(11)
    assert fields["baskets"]["large_return"] == pytest.approx(0.09)


def test_it_is_not_told_where_the_funds_gap_is_or_too_little_is_measured() -> None:
    assert take(market(), QUESTION).basket_gap is None
    thin = take(market(funds=("IWM",), covered=0.8), QUESTION)
    assert thin.basket_gap is None and "measured lines alone" not in f"{headline(thin)}"
    assert document(thin)["baskets"] is None


def test_it_is_shown_in_pane_1_and_weights_say_whose_they_are() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        text = " ".join(seen(app).split())
        assert "Baskets of measured lines, not funds: gap +11.00 pp" in text and WORDS in text
        await type_line(pilot, app, "view sectors")
        # 96 % of either fund is measured
        assert seen(app).count("96.00") == 2
        await type_line(pilot, app, "view brinson")
        text = " ".join(seen(app).split())
        assert text.count("100.00") == 2 and "weights here are of the measured lines" in text
        await press(pilot, app, "1")

    drive(story, held=HELD, size=(100, 30))
