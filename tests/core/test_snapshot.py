"""take: whole answers from small markets, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.answer.snapshot import Question, stepped, take
from core.answer.trail import trail
from core.data.errors import UnavailableError, WindowError
from core.data.frames import Theme
from core.data.market import Market
from core.note.headline import headline
from core.note.note import coverage, sentences
from core.note.story import story
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2025-12-29", "2026-01-30")
SIZE = len(DAYS)
START = DAYS.index(date(2025, 12, 31))


def path(start: float, end: float) -> list[float]:
    """Flat up to the window's start, then a straight line."""
    return [start] * START + np.linspace(start, end, SIZE - START).tolist()


CLOSES = {
    "IWM": path(200, 220),
    "SPY": path(500, 505),
    "A": path(10, 12),
    "B": path(10, 9.5),
    "C": path(40, 41),
    "D": path(30, 30),
}
SMALL = holdings(
    "IWM", "2025-12-31", {"A": 60, "B": 38}, total=100, sectors={"A": "Energy", "B": ""}
)
LARGE = holdings("SPY", "2025-12-31", {"C": 50, "D": 49}, total=100)


def simple(**how: object) -> Market:
    return make_market(prices(DAYS, CLOSES), SMALL, LARGE, **how)  # type: ignore[arg-type]


def test_a_whole_answer_by_hand() -> None:
    found = take(simple(), Question(basis="pr"))
    assert (found.as_of, found.window.start) == (DAYS[-1], date(2025, 12, 31))
    assert found.spread is not None
    assert found.spread.gap == pytest.approx(0.10 - 0.01)
    small = found.small
    assert small is not None
    # shares 60/98 and 38/98 of a basket that is 98 % of the fund
    assert small.coverage == pytest.approx(0.98)
    assert small.basket_return == pytest.approx((60 * 0.2 + 38 * -0.05) / 98)
    assert small.contributors.symbols == ("A", "B")
    assert small.contributors.contribution == pytest.approx([0.12, -0.019])
    assert small.contributors.weight == pytest.approx([0.6, 0.38])
    # amounts in bp carry m_k: A's gain of 12 % of the fund, not of the basket
    assert small.concentration.gross_gain == pytest.approx(0.12)
    assert small.concentration.gross_loss == pytest.approx(-0.019)
    assert small.unexplained == pytest.approx(0.10 - 0.101)
    assert small.unmeasured == pytest.approx((0.12 - 0.019) / 0.98 - 0.101)
    assert small.rest == pytest.approx(0.10 - 0.101 / 0.98)
    assert [(g.name, g.measured) for g in small.sectors] == [("Energy", 1), ("Unclassified", 1)]
    assert (small.breadth.n, small.breadth.up, small.breadth.down) == (2, 1, 1)
    assert found.large is not None and found.large.breadth.unchanged == 1
    assert sum(step.value for step in found.bridge) == pytest.approx(0.09, abs=1e-15)
    assert found.state == "final" and found.complete and not found.missing


def test_bins_and_outside_equal_the_lines_held() -> None:
    file = holdings("IWM", "2025-12-31", {"A": 60, "B": 30, "X": 5, "Y": 5})
    late = holdings("IWM", "2026-01-14", {"A": 60, "B": 30, "C": 5})
    view = take(make_market(prices(DAYS, CLOSES), file, late, LARGE), Question()).small
    assert view is not None
    assert dict(view.breadth.outside) == {"no prices": 2, "joined": 1}
    # the list at the start has four lines, two with closes; C joined later and is told apart
    assert (view.lines, view.measured, view.later, view.later_measured) == (4, 2, 1, 1)
    assert sum(b.count for b in view.breadth.histogram) + 3 == view.lines + view.later
    assert str(coverage(view)) == "2 of 4 lines, 90.0 % of weight, with 1 of 1 that joined later"
    assert [(o.symbol, o.weight) for o in view.left_out] == [("X", 0.05), ("Y", 0.05)]


def test_themes_and_the_index_without_marked_names() -> None:
    themes = [Theme("both", ("A", "B")), Theme("none", ("Q",)), Theme("one", ("B", "Q"))]
    view = take(simple(themes=themes), Question(without=("A", "C"))).small
    assert view is not None
    assert [(g.name, g.symbols) for g in view.themes] == [("both", ("A", "B")), ("one", ("B",))]
    assert view.without is not None
    assert view.without.symbols == ("A",)
    assert view.without.reweighted == pytest.approx(-0.05)
    assert view.without.zeroed == pytest.approx(38 * -0.05 / 98)


def test_without_holdings_the_spread_is_told_and_the_rest_is_missing() -> None:
    found = take(make_market(prices(DAYS, CLOSES), LARGE), Question())
    assert found.spread is not None and found.small is None and found.large is not None
    assert found.missing == ("no holdings file of IWM: import one or fetch",)
    assert found.state == "partial" and not found.complete and found.bridge == ()


def test_a_list_is_not_missing_for_want_of_that_of_a_fund_whose_symbol_goes_on() -> None:
    closes = {"SPY": CLOSES["SPY"], "SPYG": CLOSES["IWM"]}
    snapshot = take(make_market(prices(DAYS, closes), LARGE), Question(small="SPYG", large="SPY"))
    text = " ".join(sentence for paragraph in story(snapshot) for sentence in paragraph)
    assert "No stock of SPY can be measured over this window" in text
    assert "No list of members of SPYG is held for this window" in text


def test_without_fund_closes_the_contributions_are_told() -> None:
    lines = {s: c for s, c in CLOSES.items() if s not in ("IWM", "SPY")}
    found = take(make_market(prices(DAYS, lines), SMALL, LARGE), Question())
    assert found.spread is None and found.small is not None
    assert found.small.fund_return is None and found.small.unexplained is None
    assert found.small.basket_return == pytest.approx((60 * 0.2 + 38 * -0.05) / 98)
    # C rises by 2.5 % and D stands still: 50 * .025 / 99
    assert headline(found) == (
        "no closes of IWM and SPY: import them or fetch. The measured lines alone, not the funds,"
        " are apart by +9.04 pp this year (IWM +10.31 %, SPY +1.26 %), which is not ranked."
    )


def test_below_the_coverage_floor_nothing_is_claimed() -> None:
    thin = holdings("IWM", "2025-12-31", {"A": 60, "B": 29}, total=100)
    found = take(make_market(prices(DAYS, CLOSES), thin, LARGE), Question())
    assert found.state == "partial" and not found.complete
    assert found.small is not None and not found.small.claims
    said = [s for s in sentences(found) if s.startswith("IWM:")]
    assert said == [
        "IWM: 89.0 % of weight is measured; nothing is claimed about leaders or breadth."
    ]


def test_the_default_as_of_is_the_last_final_session_of_both() -> None:
    market = make_market(prices(DAYS, CLOSES, provisional={"SPY": DAYS[-1]}), SMALL, LARGE)
    assert take(market, Question()).as_of == DAYS[-2]
    today = take(market, Question(as_of=DAYS[-1]))
    assert today.state == "intraday"
    assert headline(today).startswith("Intraday: ")


def test_a_later_file_is_not_used_before_its_date() -> None:
    later = holdings("IWM", "2026-01-14", {"B": 100})
    market = make_market(prices(DAYS, CLOSES), SMALL, later, LARGE)
    before = take(market, Question(as_of=date(2026, 1, 13))).small
    assert before is not None and [s.holdings_as_of for s in before.segments] == [DAYS[START]]


def test_fund_calendars_that_differ_use_common_closes() -> None:
    closes = dict(CLOSES)
    closes["SPY"] = [*CLOSES["SPY"][:-1], NAN]
    found = take(make_market(prices(DAYS, closes), SMALL, LARGE), Question())
    assert found.as_of == DAYS[-2]


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (Question(window="nonsense"), WindowError, "is no window"),
        (Question(small="NOPE"), UnavailableError, "no data for NOPE"),
        (
            Question("NOPE", "NONE"),
            UnavailableError,
            "no data for NOPE and NONE: import their files",
        ),
        (Question(small="SPY"), UnavailableError, "with itself"),
        (Question(as_of=date(2020, 1, 1)), UnavailableError, "no close on or before"),
        (Question(window="1Y"), UnavailableError, "no close near 2025-01-30"),
    ],
)
def test_what_cannot_be_answered_says_why(
    question: Question, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        take(simple(), question)


def test_a_jump_of_a_fund_is_no_return() -> None:
    closes = dict(CLOSES)
    closes["IWM"] = [*CLOSES["IWM"][:-3], 5000.0, 5000.0, 5000.0]
    found = take(make_market(prices(DAYS, closes), SMALL, LARGE), Question())
    assert found.spread is None
    assert found.missing[0].startswith("IWM moved by a factor 23 on 2026-01-28, no split")


def test_membership_that_ends_before_the_window_is_said() -> None:
    late = holdings("IWM", "2026-01-20", {"A": 60, "B": 38})
    remade = {"IWM": (date(2026, 1, 14),)}
    market = make_market(prices(DAYS, CLOSES), late, LARGE, reconstitutions=remade)
    said = take(market, Question()).warnings
    assert "IWM: membership is end-dated; top contributors may be missing" in said


def test_stepping_stays_inside_the_sessions_held() -> None:
    market = simple()
    question = Question()
    found = take(market, question)
    assert stepped(question, market, found, -2).as_of == DAYS[-3]
    assert stepped(question, market, found, 5).as_of == DAYS[-1]
    assert stepped(question, market, found, -999).as_of == DAYS[0]


def test_damage_is_passed_on() -> None:
    market = simple()
    broken = Market(
        market.prices, market.holdings, market.reference, damage=("generation 7 is damaged",)
    )
    assert take(broken, Question()).warnings[0] == "generation 7 is damaged"


def test_the_trail_of_a_line_ends_at_its_contribution() -> None:
    left = holdings("IWM", "2026-01-14", {"B": 100})
    market = make_market(prices(DAYS, CLOSES), SMALL, left, LARGE)
    found = take(market, Question(basis="pr"))
    view = found.small
    assert view is not None
    lines = view.contributors
    for symbol in ("A", "B"):
        one = trail(market, found, "IWM", symbol)
        assert one is not None
        place = lines.symbols.index(symbol)
        assert one.contribution[-1] == pytest.approx(lines.contribution[place], abs=1e-12)
        assert one.sessions[0].item() == found.window.start
        assert one.contribution[0] == 0
        assert one.index[-1] == pytest.approx(0.10)
    gone = trail(market, found, "IWM", "A")
    assert gone is not None
    assert gone.line[-1] == pytest.approx(0.2)
    assert gone.memberships == ((None, date(2026, 1, 14)),)
    assert np.isnan(gone.weight[-1]) and gone.weight[0] == pytest.approx(0.6)
    assert trail(market, found, "IWM", "C") is None


def test_the_headline_says_which_comparison_it_makes() -> None:
    years = weekdays("2010-12-31", "2026-06-26")
    rng = np.random.default_rng(7)
    steps = rng.normal(0, 0.0005, (len(years), 2))
    levels = 100 * np.exp(np.cumsum(steps, axis=0))
    opened = years.index(date(2025, 12, 31))
    levels[opened + 1 :, 0] *= np.linspace(1, 1.5, len(years) - opened - 1)
    market = make_market(
        prices(years, {"IWM": levels[:, 0].tolist(), "SPY": levels[:, 1].tolist()}), SMALL, LARGE
    )
    said = headline(take(market, Question()))
    assert "the widest lead for this window on record (16 years, from 2011)" in said
    assert "wider than any full year on record (from 2011)" in said
    # under 100 sessions all stretches as long come first, and no full year is like it
    young = headline(take(market, Question(as_of=date(2026, 1, 30))))
    widest = ["the widest lead over 22 sessions on record", "the widest lead for this window on"]
    assert widest[0] in young and widest[1] in young.partition(widest[0])[2]
    assert "full year" not in young


def test_a_market_with_other_prices_takes_nothing_from_the_answers_of_the_one_it_came_from() -> (
    None
):
    """As when today's quotes are laid over it: IWM at 230 instead of 220, 15 % for 10 %."""
    before = simple()
    take(before, Question(basis="pr"))
    other = prices(DAYS, CLOSES | {"IWM": path(200, 230), "A": path(10, 14)})
    after = take(replace(before, prices=other), Question(basis="pr"))
    assert after.spread is not None and after.small is not None
    assert after.spread.gap == pytest.approx(0.15 - 0.01)
    assert after.small.contributors.contribution == pytest.approx([0.24, -0.019])
