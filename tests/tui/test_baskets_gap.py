"""Where a fund's closes are missing, the gap of the measured lines is told, named as such."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import take
from core.note.headline import headline
from tests.tui.driving import drive, press, seen
from tests.tui.markets import QUESTION, small_market
from tests.tui.test_standing import type_line
from tests.tui.test_story import check
from tui.report.document import document
from tui.report.short import to_line
from tui.screen.app import InternalsApp

#: IWM's lines rose 20 % together, SPY's 9 %; SPY has no closes of its own.
MARKET = small_market(funds=("IWM",))
WORDS = "apart by +11.00 pp this year (IWM +20.00 %, SPY +9.00 %), which is not ranked."


def test_it_is_told_in_the_sentence_the_line_and_the_json() -> None:
    snapshot = take(MARKET, QUESTION)
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


def test_the_prose_is_of_the_lines_and_says_so() -> None:
    text = check(take(MARKET, QUESTION), "full")
    assert text.startswith(
        "The measured stocks of IWM outpaced those of SPY by 11.0 percentage points from 31"
        " December 2025 to 26 June 2026. Those of IWM gained 20.0% before dividends, those of SPY"
        " 9.0%. How far the funds themselves are apart, and how rare that is, is not known (no"
        " closes of SPY)."
    )
    for words in (
        "Example L00 (L00), down 19.5%, weighed most on SPY and cost it 94 basis points.",
        "Example S29 (S29) led IWM: its gain of 92.5% added 296 bp.",
        "Of IWM's 30 measured stocks, 63.3% rose",
        "Returns are of the measured stocks, without cash and fees.",
    ):
        assert words in text
    assert "The gap is" not in text and "market closes" not in text
    short = check(take(MARKET, QUESTION), "short")
    assert 40 <= len(short.split()) <= 80 and "\n" not in short
    # too little of either is measured for a gap: what the fund with closes made is told
    thin = check(take(small_market(funds=("IWM",), covered=0.8), QUESTION), "full")
    assert thin.startswith("How far IWM and SPY are apart from 31 December 2025 to 26 June 2026")
    assert " is not known (no closes of SPY). IWM gained 20.0% before dividends." in thin
    assert thin.endswith("The return of IWM is of its market closes.") and " led " not in thin
    alone = check(take(MARKET, replace(QUESTION, small="SPY", large="SPY", alone=True)), "full")
    assert alone.startswith("What SPY returned from 31 December 2025 to 26 June 2026 is not known")
    assert "The measured stocks of SPY gained 9.00% before dividends." in alone


def test_it_is_not_told_where_the_funds_gap_is_or_too_little_is_measured() -> None:
    assert take(small_market(), QUESTION).basket_gap is None
    thin = take(small_market(funds=("IWM",), covered=0.8), QUESTION)
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

    drive(story, market=MARKET, size=(100, 30))
