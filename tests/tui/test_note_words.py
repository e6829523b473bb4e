"""Words of the note that follow the data: disagreement, small amounts, states, reconstitutions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.data.market import Market
from core.note.announced import reconstitution_sentence
from core.note.phrase import basis_points, several
from core.note.verdict import verdict
from core.note.verdict_words import verdict_sentence
from tests.market import NAN, make_market, prices, weekdays
from tests.random.test_prose import check_prose, checked
from tests.tui import markets
from tui.report.document import document
from tui.report.export import state_line, to_text
from tui.report.ledger import NumberOrigins
from tui.report.short import to_line


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return markets.answer(markets.small_market(), markets.QUESTION)


def test_one_thing_is_counted_in_the_singular() -> None:
    assert several(1, "row") == "1 row" and several(0, "row") == "0 rows"
    assert several(2348, "industry", "industries") == "2,348 industries"


def test_a_number_of_the_funds_alone_names_no_file_of_holdings(snapshot: Snapshot) -> None:
    """Nor after one of the members was looked up, or before it."""
    of_funds = "prices IWM: typed by hand; prices SPY: typed by hand"
    of_members = "holdings IWM of 2025-12-31: IWM.csv"
    origins = NumberOrigins(snapshot, None)
    for _ in range(2):
        assert origins.of("spread.gap_pp") == (of_funds, "2026-06-26")
        assert of_members in origins.of("verdict.share")[0]
        assert "SPY" not in origins.of("indices.IWM.leaders[0].bp")[0]


def test_amounts_under_ten_basis_points_get_a_decimal() -> None:
    texts = {
        0.000523: "+5.2 bp", -0.00004: "-0.4 bp", 0.00099: "+9.9 bp", 0.000996: "+10 bp",
        0.0213: "+213 bp", 0.0: "0 bp", 0.000004: "0 bp",
    }  # fmt: skip
    assert {amount: basis_points(amount) for amount in texts} == texts


def test_broad_is_not_said_where_lines_do_not_explain_the_gap(snapshot: Snapshot) -> None:
    small, large = snapshot.small, snapshot.large
    assert small is not None and large is not None and small.fund_return is not None
    judged = verdict(snapshot)
    assert judged is not None and judged.word == "broad"
    # the gap is 11 points: rests of 3 and -2 are 5 together, of 3 and -2.6 above half of it
    for rests, word in (((0.03, -0.02), "broad"), ((0.03, -0.026), "unexplained")):
        indices = {
            view.fund: replace(view, basket_return=(view.fund_return or 0) - rest)
            for view, rest in zip((small, large), rests, strict=True)
        }
        bent = replace(snapshot, indices=indices)
        now = verdict(bent)
        assert now is not None and now.word == word
    told = verdict_sentence(bent)
    assert "+300 bp of IWM's return and -260 bp of SPY's return unexplained" in told
    assert "disagree" in told and "The gap is" not in told
    assert told in check_prose(bent)


def test_the_note_says_estimated_as_the_screen_does() -> None:
    early = take(markets.small_market(), replace(markets.QUESTION, window="2025-11-03:2026-06-26"))
    assert early.state == "final" and early.state_words == "final, estimated"
    assert state_line(early).endswith("as of 2026-06-26 · final, estimated")
    assert to_line(early).rstrip().endswith("2026-06-26 final, estimated")


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 6, 26), "is reconstituted at the close of 26 June 2026."),
        (date(2026, 7, 10), "is reconstituted at the close of 10 July 2026; its new list"),
        (date(2026, 7, 13), ""),
        # the file of 26 June is held: the changes are known
        (date(2026, 6, 12), "was reconstituted at the close of 12 June 2026."),
        (date(2026, 6, 11), ""),
    ],
)
def test_a_reconstitution_near_the_date_is_named(day: date, told: str) -> None:
    market = markets.small_market()
    reference = replace(market.reference, reconstitutions={"IWM": (date(2020, 6, 26), day)})
    snapshot = take(replace(market, reference=reference), markets.QUESTION)
    sentence = reconstitution_sentence(snapshot, "IWM")
    assert sentence.startswith(f"IWM's index {told}" if told else "")
    assert bool(sentence) == bool(told)
    found = checked(snapshot)
    assert any("reconstituted" in entry["sentence"] for entry in found["prose"]) == bool(told)
    assert found["reconstitutions"] == ({"IWM": str(day)} if told else {})


def test_changes_before_the_window_are_said_to_be_outside() -> None:
    market = markets.small_market()
    late = take(market, replace(markets.QUESTION, window="2026-06-29:2026-06-30", as_of=None))
    assert late.changes["IWM"].to_date == markets.END
    assert "IWM CHANGES FROM 2025-12-31 TO 2026-06-26, OUTSIDE THE WINDOW" in to_text(late)
    assert document(late)["changes"]["IWM"]["inside_window"] is False
    inside = take(market, markets.QUESTION)
    assert "2026-06-26, OUTSIDE" not in to_text(inside)
    assert document(inside)["changes"]["IWM"]["inside_window"] is True


def two_funds(days: list[date], skip: slice = slice(0, 0), young: int = 0) -> Market:
    """Two funds that rise at their own pace; closes of some days missing, of one from the start."""
    kept = [d for n, d in enumerate(days) if n not in range(*skip.indices(len(days)))]
    small = [NAN] * young + [100 * 1.001**n for n in range(young, len(kept))]
    return make_market(prices(kept, {"AAA": small, "BBB": [50.0] * len(kept)}))


def test_a_window_with_a_hole_has_no_rank_and_says_why() -> None:
    days = weekdays("2023-01-02", "2024-12-31")
    hole = two_funds(days, slice(400, 415))
    asked = Question("AAA", "BBB", f"{days[390]}:{days[430]}", None, "pr")
    told = take(hole, asked)
    assert "no rank, closes are missing inside the window" in check_prose(told)[0]
    assert document(told)["spread"]["rolling"] is None
    after = document(take(hole, replace(asked, window="1W")))["spread"]["rolling"]
    # the stretches of five sessions that end on one of the five sessions after the hole
    assert (after["over_holes"], after["of"]) == (5, len(days) - 15 - 5 - 5)


def test_a_younger_fund_starts_the_sample_and_few_sessions_carry_no_claim() -> None:
    days = weekdays("2023-01-02", "2024-12-31")
    young = take(two_funds(days, young=len(days) - 200), Question("AAA", "BBB", "1W", None, "pr"))
    told = check_prose(young)[0]
    assert "too short a history for a rank (195 overlapping stretches of 5 sessions from" in told
    assert document(young)["spread"]["rolling"]["first"] == str(days[-200])
    assert "widest" not in told and "record" not in told
