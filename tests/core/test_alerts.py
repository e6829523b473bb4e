"""Alerts: how they are written, when they are judged, when they fire.

Expected figures follow by hand from tests/tui/markets.py as of its last session, 30 June 2026:
the funds stand at 1.2 x 1.001 and 1.09 x 1.001; lines stand still after 26 June.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from core.answer import alerts
from core.answer.alert_measures import MEASURES
from core.answer.alerts import (
    Alert,
    AlertError,
    AlertState,
    from_json,
    judge,
    parse,
    to_json,
    value,
)
from core.answer.by_session import daily_of
from core.answer.snapshot import Question, Snapshot, take
from tests.tui.markets import END, small_market

ASKED = Question(basis="pr")
ALONE = replace(ASKED, large="IWM", alone=True)
NOW = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)


@cache
def answered(question: Question = ASKED, covered: float = 0.96) -> Snapshot:
    held = small_market(covered=covered)
    found = take(held, question)
    by_day = {fund: daily_of(held, found, fund) for fund in found.indices}
    return replace(found, daily={f: own for f, own in by_day.items() if own is not None})


#: An alert -> the number that it is set on, by hand.
TOLD = {
    "gap > 5": 11.011,
    "gap rank <= 3": 1,
    "return > 20": 20.12,
    "return SPY > 5 %": 9.109,
    "breadth iwm < 50": 100 * 19 / 30,
    "breadth SPY < 50": 100 * 13 / 20,
    "median IWM > 10": 20.0,
    # (92.5 + 87.5 + 82.5) of the nineteen gains 2.5, 7.5 ... 92.5
    "top3 share > 40": 100 * 262.5 / 902.5,
    "contribution S29 > 150 bp": 296.0,
    "contribution l19 spy > 150": 180.0,
    "joiners > 0": 2,
    "leavers IWM > 0": 1,
    # of the 31 lines since 26 June those that rose to there: S11 to S28 and two joiners
    "above20 IWM >= 1": 100 * 20 / 31,
}


def test_the_number_an_alert_is_set_on() -> None:
    # the joiners' two last sessions add a hundredth of a per cent to the gains
    told = {text: value(parse(text, ASKED), answered()) for text in TOLD}
    assert told == pytest.approx(TOLD, rel=1e-4)


def test_every_measure_is_told_of_the_hand_market_and_says_what_it_is() -> None:
    for measure in MEASURES:
        subject = f"{measure.words} S29" if measure.symbol else measure.words
        asked, answer = (ALONE, answered(ALONE)) if measure.of == "index" else (ASKED, answered())
        alert = parse(f"{subject} > 1", asked)
        assert alert.measure is measure
        # no volume is held, and no index has fifty lines
        missing = ("trin", "up4", "down4", "up4_ratio_5", "up4_ratio_10")
        missing += ("up_volume_90", "down_volume_90")
        fifty = ("top50_share", "top50_weight", "top50_weight_start")
        known = measure.words not in (*missing, *fifty)
        assert (value(alert, answer) is not None) == known, measure.words
        assert measure.help
        assert measure.pane in (1, 2, 3, 4)
        assert parse(alert.text, asked) == alert


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("return rank <= 1", 1),
        ("return > 20", 20.12),
        # straight up since 31 December; none of 2,870 stretches as long made as much before
        ("return percentile > 99", 100 * 2870 / 2871),
        # a record: the whole history, from 31 December 2014 to 30 June 2026
        ("close high since > 1 y", 11.496),
        ("share_up < 50", 100 * 19 / 30),
        ("contribution S29 > 150 bp", 296.0),
    ],
)
def test_an_alert_on_one_index_alone(text: str, told: float) -> None:
    alert = parse(text, ALONE)
    assert value(alert, answered(ALONE)) == pytest.approx(told, rel=1e-3)
    assert value(alert, answered()) is None
    kept = AlertState(alert)
    assert json.loads(json.dumps(to_json(kept)))["pair"] == "IWM"
    assert from_json(to_json(kept)) == kept and alert.question == replace(ALONE, as_of=None)


def test_an_alert_that_fires_names_the_index(text: str = "return rank <= 3") -> None:
    fired = judge(AlertState(parse(text, ALONE)), answered(ALONE), NOW).fired
    assert fired is not None
    assert fired.sentence == "return rank <= 3: now 1 (IWM YTD pr, 2026-06-30)"


def test_what_is_of_a_pair_is_not_set_on_one_index_nor_the_other_way_round() -> None:
    with pytest.raises(AlertError, match="gap rank is of a pair: write a pair such as IWM SPY"):
        parse("gap rank <= 3", ALONE)
    with pytest.raises(AlertError, match="return rank is of one index alone: write index IWM"):
        parse("return rank <= 3", ASKED)
    with pytest.raises(AlertError, match="SPY is not the index IWM: an alert is set on what"):
        parse("return SPY > 3", ALONE)


#: What sets no alert -> what is said of it.
REFUSED = {
    "": "is no alert: write a measure, <, <=, > or >= and a number",
    "gap": "is no alert: write a measure",
    "gap = 3": "is no alert: write a measure",
    "gap > three": "is no alert: write a measure",
    "gapp > 3": "'gapp' is nothing an alert can be set on; known are gap rank, gap z, gap",
    "> 3": "'' is nothing an alert can be set on",
    "gap > 3 bp": "gap is measured in pp, not in bp",
    "gap rank <= 3 %": "gap rank is measured without a unit, not in %",
    "breadth QQQ < 50": "QQQ is not of the pair IWM:SPY",
    "gap IWM > 3": "'IWM' means nothing after gap",
    "breadth IWM SPY < 50": "'IWM SPY' means nothing after share_up",
    "contribution > 3": "contribution of which name? write contribution BE > 150",
    "contribution M$FT > 3": "contribution of which name?",
}


def test_what_sets_no_alert_says_what_would() -> None:
    for text, words in REFUSED.items():
        with pytest.raises(AlertError) as error:
            parse(text, ASKED)
        assert words in str(error.value), text
        assert "\n" not in str(error.value), text


@pytest.mark.parametrize(
    "question",
    [
        replace(ASKED, as_of=END),
        replace(ASKED, window="1M"),
        replace(ASKED, basis="tr"),
        replace(ASKED, small="SPY", large="IWM"),
    ],
)
def test_an_alert_is_judged_on_its_own_question_and_the_last_session_alone(
    question: Question,
) -> None:
    assert value(parse("gap > 5", ASKED), answered(question)) is None


def test_below_the_floor_only_what_rests_on_closes_is_judged() -> None:
    thin, thin_one = answered(covered=0.80), answered(ALONE, covered=0.80)
    for measure in MEASURES:
        subject = f"{measure.words} S29" if measure.symbol else measure.words
        asked, answer = (ALONE, thin_one) if measure.of == "index" else (ASKED, thin)
        told = value(parse(f"{subject} > 1", asked), answer) is not None
        free = measure.closes or measure.words in ("joiners", "leavers")
        assert told == free, measure.words


def test_a_name_the_index_does_not_have_is_never_judged() -> None:
    assert value(parse("contribution ZZZ > 1", ASKED), answered()) is None


def test_it_fires_once_a_crossing_and_is_armed_again_when_it_has_crossed_back() -> None:
    alert = parse("gap > 11", ASKED)
    kept = AlertState(alert)
    kept = judge(kept, answered(), NOW)
    assert kept.fired is not None
    assert not kept.armed
    assert not kept.shown
    assert kept.fired.value == pytest.approx(11.011)
    assert kept.fired.sentence == ("gap > 11 pp: now 11.01 pp (IWM:SPY YTD pr, 2026-06-30)")
    later = datetime(2026, 7, 2, tzinfo=UTC)
    assert judge(kept, answered(), later) == kept
    below = replace(alert, level=12.0)
    crossed = judge(replace(kept, alert=below), answered(), later)
    assert crossed.armed
    again = judge(replace(crossed, alert=alert), answered(), later)
    assert again.fired is not None
    assert again.fired.at == later


def test_what_cannot_be_judged_changes_nothing() -> None:
    for kept in (
        AlertState(parse("gap > 1", ASKED)),
        AlertState(parse("gap > 1", ASKED), armed=False),
    ):
        assert judge(kept, answered(replace(ASKED, as_of=END)), NOW) == kept


def test_an_alert_whose_condition_holds_when_it_is_set_waits() -> None:
    alert = parse("gap > 5", ASKED)
    assert not alerts.first(alert, 11.0).armed
    assert alerts.first(alert, 4.0).armed
    assert alerts.first(alert, None).armed


def test_exactly_at_the_level() -> None:
    for text, holds in (("gap > 11", False), ("gap >= 11", True), ("gap < 11", False)):
        # 11 as a difference of two floats: 0.11000000000000001 x 100
        assert parse(text, ASKED).holds((1.2 - 1.09) * 100) is holds


def test_what_is_simulated_or_intraday_says_so() -> None:
    alert = parse("gap > 5", ASKED)
    made_up = replace(answered(), simulated=True, state="intraday")
    assert alerts.wording(alert, 11.0, made_up).startswith("SIMULATED: intraday: gap > 5 pp")


def test_estimated_weights_are_said_where_the_number_rests_on_them() -> None:
    # November's file alone: the start weights of December are carried
    view = replace(answered().indices["IWM"], estimated=True)
    carried = replace(answered(), indices={**answered().indices, "IWM": view})
    assert "estimated weights" in alerts.wording(parse("top3 share > 1", ASKED), 29.0, carried)
    assert "estimated weights" not in alerts.wording(parse("breadth > 1", ASKED), 29.0, carried)


def test_an_alert_survives_as_json() -> None:
    for text in ("gap > 11.25", "contribution BRK-B SPY <= -1234567.5", "gap rank <= 3"):
        kept = judge(AlertState(parse(text, ASKED)), answered(), NOW)
        assert from_json(json.loads(json.dumps(to_json(kept)))) == kept


@pytest.mark.parametrize(
    "change",
    [{"alert": "gap"}, {"alert": 3}, {"pair": "IWM"}, {"window": "x"}, {"fired": {"at": "x"}}],
)
def test_what_is_no_alert_is_refused(change: dict[str, object]) -> None:
    whole = to_json(AlertState(parse("gap > 1", ASKED)))
    assert isinstance(from_json(whole).alert, Alert)
    with pytest.raises(AlertError, match="an entry is no"):
        from_json(whole | change)
    with pytest.raises(AlertError, match="an entry is no object"):
        from_json([])
