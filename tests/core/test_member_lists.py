"""Which list of members speaks for which day, how far it is carried, and what is claimed on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.data.frames import Action, Announcement, Holdings
from core.data.market import Market
from core.explain.measures import explain
from core.measures.amended import third_friday
from core.measures.carry import carry
from core.measures.membership import spans
from core.note.note import sentences
from tests.market import holdings, make_market, prices, weekdays
from tui.report.document import document

DAYS = weekdays("2025-06-02", "2026-06-30")
REMADE = date(2025, 6, 27)
LARGE = holdings("SPY", "2025-06-02", {"C": 1.0})


def market_of(
    *files: Holdings,
    announced: Sequence[Announcement] = (),
    indices: Mapping[str, str] | None = None,
    closes: Mapping[str, Sequence[float]] | None = None,
    remade: tuple[date, ...] = (REMADE,),
) -> Market:
    """Lines A to D from June 2025 to June 2026: A gains a point a session, B and D stand still."""
    size = len(DAYS)
    tapes: dict[str, Sequence[float]] = {s: [100.0] * size for s in ("IWM", "SPY", "B", "D")}
    tapes["A"] = [100.0 + i for i in range(size)]
    tapes["C"] = [100.0 + i / 2 for i in range(size)]
    made = make_market(
        prices(DAYS, tapes | dict(closes or {})), *files, reconstitutions={"IWM": remade}
    )
    return replace(
        made,
        announced=tuple(announced),
        reference=replace(made.reference, indices=indices or {}),
    )


def iwm(as_of: str, **values: float) -> Holdings:
    return holdings("IWM", as_of, values or {"A": 60, "B": 40})


def asked(own: Market, start: str, end: str, **how: Any) -> Snapshot:
    return take(own, Question(window=f"{start}:{end}", basis="pr", **how))


def said(found: Snapshot, words: str) -> bool:
    return any(words in warning for warning in found.warnings)


def test_a_file_cut_off_is_told_beside_who_left() -> None:
    """The file of November was cut after its first row: B did not leave, it is missing."""
    cut = holdings("IWM", "2025-11-18", {"A": 60.0}, total=100.0)
    snapshot = asked(market_of(iwm("2025-06-27"), cut), "2025-06-27", "2025-12-31")
    assert [line.symbol for line in snapshot.changes["IWM"].left] == ["B"]
    assert said(
        snapshot,
        "IWM: membership is not sure: the rows of IWM's file of 2025-11-18 add up to 60.0 % of the"
        " fund: rows are missing",
    )
    whole = market_of(iwm("2025-06-27"), iwm("2025-11-18", A=60, B=39.5))
    assert not said(asked(whole, "2025-06-27", "2025-12-31"), "not sure")


@pytest.mark.parametrize(
    ("start", "listed"),
    [
        ("2025-06-26", ["2025-06-20", "2025-11-18"]),  # the day before it: the old members first
        ("2025-06-27", ["2025-11-18"]),  # on it
        ("2025-08-01", ["2025-11-18"]),  # after it
    ],
)
def test_a_reconstitution_on_or_before_the_start_counts_like_one_inside(
    start: str, listed: list[str]
) -> None:
    """The file of June is older than the reconstitution; that of November is held."""
    own = market_of(iwm("2025-06-20", A=60, D=40), iwm("2025-11-18", B=60, C=40))
    parts = spans(own, "IWM", date.fromisoformat(start), date(2025, 10, 31), date(2025, 12, 31))
    assert [str(part.origin.as_of) for part in parts] == listed
    assert parts[-1].carry.older_than is None and parts[-1].carry.estimated
    found = asked(own, "2025-06-27", "2025-12-31")
    view = found.indices["IWM"]
    assert set(view.contributors.symbols) == {"B", "C"}
    assert said(found, "start weights are estimated from the holdings of 2025")


def test_without_a_list_since_the_reconstitution_nothing_is_claimed() -> None:
    found = asked(market_of(iwm("2025-06-20"), LARGE), "2025-08-01", "2025-09-30")
    view = found.indices["IWM"]
    assert view.covered and not view.claims and not view.claims_breadth
    assert found.state == "partial" and not found.complete
    assert said(found, "IWM: membership is older than the reconstitution of 2025-06-27")
    prose = [s for s in sentences(found) if s.startswith("IWM")]
    assert any("membership is older than the reconstitution of 27 June 2025" in s for s in prose)
    assert not any("brought" in s or "rose" in s for s in prose)
    told = document(found)
    assert told["verdict"] is None
    assert told["indices"]["IWM"]["claims"] == {"leaders": False, "breadth": False}
    # the numbers themselves are told: A goes from day 44 to day 86, of a point each
    assert view.contributors.symbols[0] == "A"


@pytest.mark.parametrize(
    ("listed", "estimated", "leaders", "breadth", "words"),
    [
        ("2025-09-01", False, True, True, ""),
        ("2025-12-10", True, True, True, ""),  # 100 days back
        ("2025-12-11", True, True, False, "a list of 2025-12-11 carried back 101 days"),
        ("2026-06-02", True, True, False, "names that left are missing"),
        ("2025-05-26", False, True, True, ""),  # 98 days forward
        (
            "2025-05-23",
            True,
            True,
            True,
            "estimated from the holdings of 2025-05-23",
        ),  # 101
        ("2024-09-02", True, True, True, ""),  # a year less a day, without closes: by quantity
        ("2024-08-29", True, False, False, "carried forward 368 days: names that joined are"),
    ],
)
def test_how_far_a_list_is_carried(
    listed: str, estimated: bool, leaders: bool, breadth: bool, words: str
) -> None:
    """A window from 1 September 2025; 1 September 2025 plus 100 days is 10 December."""
    size = {"A": 60.0, "B": 20.0, "D": 20.0}
    file = holdings("IWM", listed, size, quantity=size, price=dict.fromkeys(size, 1.0))
    own = market_of(file, LARGE, remade=())
    found = asked(own, "2025-09-01", "2025-09-30")
    view = found.indices["IWM"]
    assert (view.estimated, view.claims, view.claims_breadth) == (estimated, leaders, breadth)
    assert found.state == ("final" if breadth else "partial")
    assert not words or said(found, words)
    carried = [s for s in sentences(found) if s.startswith("IWM") and "brought" in s]
    assert bool(carried) == leaders
    if leaders and not breadth:
        assert "days: names that left are missing" in carried[0]
        assert not any("rose" in s for s in sentences(found) if s.startswith("IWM"))
    document(found)  # every figure of the prose stands in it


def test_a_year_is_the_same_day_of_the_year_before() -> None:
    assert carry(date(2024, 2, 29), date(2025, 2, 28), ()).within_year
    assert not carry(date(2024, 2, 28), date(2025, 3, 1), ()).within_year
    assert carry(date(2025, 12, 31), date(2024, 12, 31), ()).within_year


def test_a_list_carried_back_over_a_reconstitution_carries_no_claim() -> None:
    """Thirty days: near enough, but the members of before are not in it."""
    found = asked(market_of(iwm("2025-07-02"), LARGE), "2025-06-05", "2025-06-26")
    view = found.indices["IWM"]
    assert view.segments[0].carry.over == REMADE and not view.claims
    assert said(found, "IWM: membership is end-dated; top contributors may be missing")
    assert found.state == "partial"


SAME = {"IWM": "S&P 500", "IVV": "S&P 500", "RSP": "S&P 500 Equal Weight"}


def ivv(as_of: str, **values: float) -> Holdings:
    return holdings("IVV", as_of, values)


def test_a_fund_without_a_file_for_the_date_borrows_the_nearer_list() -> None:
    files = (iwm("2026-02-02"), ivv("2025-09-01", B=30, C=70), LARGE)
    found = asked(market_of(*files, indices=SAME, remade=()), "2025-09-02", "2025-09-30")
    view = found.indices["IWM"]
    assert [s.carry.lender for s in view.segments] == ["IVV"]
    assert set(view.contributors.symbols) == {"B", "C"}
    assert view.contributors.weight.sum() == pytest.approx(1) and view.claims_breadth
    assert said(found, "IWM: members by IVV's file of 2025-09-01")
    assert any(s.what == "holdings IVV for IWM" for s in found.sources)
    assert document(found)["indices"]["IWM"]["segments"][0]["holdings_of"] == "IVV"
    # a file of its own that stands for the date is used, however near the other is
    files = (iwm("2025-08-01"), *files)
    found = asked(market_of(*files, indices=SAME, remade=()), "2025-09-02", "2025-09-30")
    assert [s.carry.lender for s in found.indices["IWM"].segments] == [""]


@pytest.mark.parametrize("other", ["S&P 500 3% Capped", "S&P 500 Equal Weight", "Nasdaq-100", ""])
def test_another_index_lends_nothing(other: str) -> None:
    indices = {"IWM": "S&P 500", "IVV": other}
    own = market_of(
        iwm("2026-02-02"), ivv("2025-09-01", B=30, C=70), LARGE, indices=indices, remade=()
    )
    found = asked(own, "2025-09-02", "2025-09-30")
    assert [s.carry.lender for s in found.indices["IWM"].segments] == [""]


def test_an_equal_weight_fund_borrows_members_at_one_nth_on_its_last_rebalance() -> None:
    """Of 19 September 2025: A stood at 179, on the 30th at 186; B and C beside it."""
    files = (ivv("2025-09-01", A=98, B=2), LARGE)
    indices = SAME | {"IWM": "S&P 500 Equal Weight", "RSP": ""}
    own = market_of(*files, indices=indices, remade=())
    found = asked(own, "2025-09-30", "2025-10-31")
    view, (segment,) = found.indices["IWM"], found.indices["IWM"].segments
    assert segment.carry.even and segment.estimated and segment.carry.lender == "IVV"
    weight = dict(zip(view.contributors.symbols, view.contributors.weight, strict=True))
    at = {day: 100.0 + place for place, day in enumerate(DAYS)}
    grown = at[date(2025, 9, 30)] / at[date(2025, 9, 19)]
    assert weight["A"] == pytest.approx(grown / (grown + 1))
    assert said(found, "members by IVV's file of 2025-09-01, at equal weights")
    # and is set back to 1/N at the next one inside a window
    found = asked(own, "2025-09-30", "2026-01-30")
    cuts = [str(s.start) for s in found.indices["IWM"].segments]
    assert cuts == ["2025-09-30", "2025-12-19"]


def test_changes_of_a_borrowed_list_are_those_of_its_lenders_files() -> None:
    """IVV's D, 30 of 100, went for B, 40 of 200; IWM itself has one file, which tells no change."""
    files = (
        ivv("2025-09-01", A=50, C=20, D=30),
        ivv("2026-01-02", A=120, B=40, C=40),
        iwm("2026-01-20"),
        LARGE,
    )
    own = market_of(*files, indices=SAME, remade=())
    snapshot = asked(own, "2025-09-02", "2026-01-30")
    change = snapshot.changes["IWM"]
    assert change.lender == "IVV" and change.turnover is not None and change.resized
    assert [(c.symbol, c.weight, c.contribution) for c in change.left] == [("D", 0.3, 0.0)]
    assert [(c.symbol, c.weight) for c in change.joined] == [("B", 0.2)]
    answer = document(snapshot)["changes"]["IWM"]
    assert (answer["by"], answer["from"], answer["to"]) == ("IVV", "2025-09-01", "2026-01-02")
    (weight,) = explain(own, snapshot, "IWM", "change", "D")
    assert weight.computed == weight.value == 0.3
    assert "2025-09-01" in weight.origins[0]
    # two files of its own that lie further apart are compared instead
    nearer = market_of(*files, iwm("2026-06-20"), indices=SAME, remade=())
    change = asked(nearer, "2025-12-31", "2026-06-26").changes["IWM"]
    assert (change.lender, str(change.from_date)) == ("", "2026-01-20")
    # at equal weights a line is one of three, and what the lender's money did is no turnover
    even = market_of(
        files[0], files[1], LARGE, indices=SAME | {"IWM": "S&P 500 Equal Weight"}, remade=()
    )
    snapshot = asked(even, "2025-09-02", "2026-01-30")
    change = snapshot.changes["IWM"]
    assert (change.lender, change.turnover, change.resized) == ("IVV", None, ())
    assert [(c.symbol, c.weight) for c in (*change.left, *change.joined)] == [
        ("D", pytest.approx(1 / 3)),
        ("B", pytest.approx(1 / 3)),
    ]
    (weight,) = explain(even, snapshot, "IWM", "change", "B")
    assert weight.computed == weight.value == pytest.approx(1 / 3)
    assert explain(even, snapshot, "IWM", "turnover") == ()


def test_third_fridays_by_the_calendar() -> None:
    assert [third_friday(2025, m).day for m in (3, 6, 9, 12)] == [21, 20, 19, 19]
    assert [third_friday(2026, m).day for m in (3, 6, 9, 12)] == [20, 19, 18, 18]


def told(symbol: str, action: Action, when: str, known: str | None = None) -> Announcement:
    day = date.fromisoformat(known) if known else None
    return Announcement("IWM", symbol, action, date.fromisoformat(when), announced=day)


def test_announced_changes_that_took_effect_act_on_the_old_file() -> None:
    """B leaves on 12 September, D joins: A alone is measured on 60 % of the fund's money."""
    changes = (told("B", "leave", "2025-09-12"), told("D", "join", "2025-09-12"))
    own = market_of(iwm("2025-09-01"), LARGE, announced=changes, remade=())
    found = asked(own, "2025-09-02", "2025-09-30")
    view = found.indices["IWM"]
    assert [str(s.start) for s in view.segments] == ["2025-09-02", "2025-09-12"]
    assert [s.coverage for s in view.segments] == pytest.approx([1.0, 0.6])
    lines = dict(zip(view.contributors.symbols, range(2), strict=True))
    assert view.contributors.left == {lines["B"]: date(2025, 9, 12)}
    assert [(row.symbol, row.reason) for row in view.left_out] == [
        ("D", "joined as announced: its weight is not known")
    ]
    assert dict(view.breadth.outside) == {"joined": 1}
    assert said(found, "IWM: as announced, no file since: B left")
    assert said(found, "IWM: as announced, no file since: D joined, weight not known")
    assert document(found)["indices"]["IWM"]["left_out"][0]["weight"] is None
    # from a start after it the joiner counts in breadth, and the leaver is no line at all
    view = asked(own, "2025-09-15", "2025-09-30").indices["IWM"]
    assert (view.breadth.n, view.breadth.up, view.breadth.unchanged) == (2, 1, 1)
    assert view.contributors.symbols == ("A",) and view.lines == 2


def test_an_announced_change_acts_only_when_known_effective_and_not_contradicted() -> None:
    late = told("B", "leave", "2025-09-12", "2025-10-01")
    for changes, files, end in (
        ((late,), (), "2025-09-30"),  # announced after the as-of date
        ((told("B", "leave", "2025-10-10"),), (), "2025-09-30"),  # not yet
        ((told("B", "leave", "2025-09-12"),), (iwm("2025-09-22"),), "2025-09-30"),  # denied
    ):
        own = market_of(iwm("2025-09-01"), *files, LARGE, announced=changes, remade=())
        found = asked(own, "2025-09-02", end, as_of=date.fromisoformat(end))
        assert not found.indices["IWM"].contributors.left
        assert not said(found, "as announced, no file since")
    # a file of a later day that has it so confirms it: it acts until then
    own = market_of(
        iwm("2025-09-01"),
        iwm("2025-09-22", A=100),
        LARGE,
        announced=(told("B", "leave", "2025-09-12"),),
        remade=(),
    )
    view = asked(own, "2025-09-02", "2025-09-30").indices["IWM"]
    assert [str(s.start) for s in view.segments] == ["2025-09-02", "2025-09-12", "2025-09-22"]
    assert set(view.contributors.left.values()) == {date(2025, 9, 12)}


def test_announced_changes_are_taken_back_on_a_list_of_later() -> None:
    """B left and D joined on 12 September; the only file is of the 22nd."""
    changes = (told("B", "leave", "2025-09-12"), told("D", "join", "2025-09-12"))
    own = market_of(iwm("2025-09-22", A=60, D=40), LARGE, announced=changes, remade=())
    found = asked(own, "2025-09-02", "2025-09-30")
    view = found.indices["IWM"]
    starts = [str(s.start) for s in view.segments]
    assert starts == ["2025-09-02", "2025-09-12", "2025-09-22"]
    # D, whose money was elsewhere before it joined, is measured from then on alone
    assert view.segments[0].coverage == pytest.approx(0.6)
    assert view.segments[2].coverage == pytest.approx(1.0)
    joined = {view.contributors.symbols[row]: on for row, on in view.contributors.joined.items()}
    assert joined == {"D": date(2025, 9, 12)}
    assert [(row.symbol, row.reason) for row in view.left_out] == [
        ("B", "left later as announced: its weight is not known")
    ]
    assert view.lines == 2 and dict(view.breadth.outside) == {"joined": 1}
    assert said(found, "IWM: as announced, on a later file: D had not joined yet")
    assert said(found, "IWM: as announced, on a later file: B had not left yet, weight not known")
    # a file that has B still, or has D not, does not show the change: nothing is taken back
    denied = market_of(iwm("2025-09-22"), LARGE, announced=changes, remade=())
    view = asked(denied, "2025-09-02", "2025-09-30").indices["IWM"]
    assert not view.contributors.joined and not view.contributors.left


@pytest.mark.parametrize(
    ("weighted", "plain", "remade", "listed"),
    [
        ("2025-08-01", "2025-09-01", (), "2025-08-01"),  # the nearer one lacks weights
        ("2025-11-28", "2025-09-01", (), "2025-11-28"),  # carried back 88 days
        ("2026-06-02", "2025-09-01", (), "2026-06-02"),  # and 274, as far as leaders are told
        ("2024-08-29", "2025-09-01", (), "2025-09-01"),  # more than a year old
        ("2025-11-28", "2025-09-01", (date(2025, 10, 3),), "2025-09-01"),  # remade between
        ("2025-06-20", "2025-07-01", (REMADE,), "2025-07-01"),  # remade since
    ],
)
def test_a_list_without_weights_speaks_only_where_none_with_weights_may(
    weighted: str, plain: str, remade: tuple[date, ...], listed: str
) -> None:
    """A window from 1 to 30 September 2025: A from 165 to 186 (12.7 %), B stands still."""
    size = {"A": 90.0, "B": 10.0}
    file = holdings("IWM", weighted, size, quantity=size, price=dict.fromkeys(size, 1.0))
    members = replace(holdings("IWM", plain, {"A": 1, "B": 1, "D": 1}), weighted=False)
    own = market_of(*sorted((file, members), key=lambda one: one.as_of), LARGE, remade=remade)
    # asked today, as a history is, and as of the window's end, as a note of that day is
    for as_of in (date(2026, 6, 30), date(2025, 9, 30)):
        parts = spans(own, "IWM", date(2025, 9, 1), date(2025, 9, 30), as_of)
        assert [str(part.origin.as_of) for part in parts] == [listed]
    view = asked(own, "2025-09-01", "2025-09-30").indices["IWM"]
    assert view.claims == (listed == weighted)
    leader = dict(zip(view.contributors.symbols, view.contributors.weight, strict=True))["A"]
    # a list without weights counts a third for each line, before its drift with prices
    assert (leader > 0.8) == (listed == weighted) and (leader < 0.5) == (listed == plain)


def test_members_lent_at_equal_weights_need_no_weights() -> None:
    """RSP takes SPY's members alone: the nearest list of them, whether it has weights or not."""
    names = {"RSP": "S&P 500 Equal Weight", "SPY": "S&P 500", "IWM": "Russell 2000"}
    far = holdings("SPY", "2025-06-02", {"A": 90, "B": 10})
    near = replace(holdings("SPY", "2025-08-29", {"B": 1, "C": 1}), weighted=False)
    own = market_of(far, near, iwm("2025-08-29"), indices=names, remade=())
    (part,) = spans(own, "RSP", date(2025, 9, 1), date(2025, 9, 12), date(2026, 6, 30))
    assert part.origin.as_of == date(2025, 8, 29) and part.carry.even
