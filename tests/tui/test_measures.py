"""The table of measures: every row is on every surface under one name, and explains itself."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from core.answer.alert_measures import MEASURES as ALERTS
from core.answer.alerts import parse, value
from core.answer.snapshot import Snapshot, common_sessions, take
from core.answer.table import DAILY_KEYS, ROWS, SERIES, find, reading, shortfall, shown_in
from core.explain.ground import Ground
from core.explain.measures import MEASURES, explain
from core.explain.scalars import EXPLAINED
from core.measures.daily import Daily
from core.measures.signals import RULES, signals
from tests.tui.driving import drive, lines_of, press, seen, until
from tests.tui.markets import QUESTION, answer, small_market
from tui.command.completion import Vocabulary, offers
from tui.host.scene import Scene, Side
from tui.panes import breadth, concentration, measure_rows
from tui.panes.explain import ExplainRequest, requests_of_pane
from tui.panes.frame import VIEWS
from tui.report.document import to_json
from tui.report.export import to_markdown
from tui.report.parts import part
from tui.report.tables_measures import change_figure, figure
from tui.screen.app import InternalsApp
from tui.text.formats import cell_width
from tui.text.spans import plain

MARKET = small_market()


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """As of the last session, for alerts; with the daily breadth."""
    return answer(MARKET, replace(QUESTION, as_of=None, daily=True))


@pytest.fixture(scope="module")
def whole(snapshot: Snapshot) -> dict[str, Any]:
    """Its JSON."""
    found: dict[str, Any] = json.loads(to_json(snapshot))
    return found


@pytest.fixture(scope="module")
def noted(snapshot: Snapshot) -> list[str]:
    """The lines of its note."""
    return to_markdown(snapshot).splitlines()


@cache
def drawn(pane: int, view: str, scene: Scene) -> list[str]:
    """What a pane's view shows, line by line."""
    if (pane, view) == (4, "concentration"):
        return plain(concentration.drawing(scene, 120, 40))
    if (pane, view) == (4, "weights"):
        return plain(concentration.weights(scene, 120, 40))
    if view in breadth.COUNTED:
        sides: dict[Side, str] = {"small": "IWM", "large": "SPY"}
        daily = {side: scene.snapshot.daily[fund] for side, fund in sides.items()}
        return plain(breadth.by_session(scene, view, daily, 120, 200))
    return plain(breadth.drawing(scene, view, 120, 60))


@pytest.fixture(scope="module")
def scene(snapshot: Snapshot) -> Scene:
    return Scene(snapshot, MARKET)


def test_names_are_one_each() -> None:
    names = [name for row in ROWS for name in (row.key, *row.also)]
    assert len(set(names)) == len(names)
    assert len({row.title for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert find(row.key) is row and row.key.isidentifier() and row.key.islower()
        assert row.help and row.title[-1] != "."
        assert row.view[1] in VIEWS[row.view[0]], row.key
    assert set(EXPLAINED) == {row.key for row in ROWS}


def test_a_row_explains_itself_and_agrees(snapshot: Snapshot) -> None:
    units = {"share": "percent", "return": "percent", "ratio": "number"}
    grounds = dict[str, Ground]()
    for row, (fund, view) in itertools.product(ROWS, snapshot.indices.items()):
        told = reading(row, view, snapshot.daily.get(fund))
        (one,) = explain(MARKET, snapshot, fund, row.key, grounds=grounds)
        assert one.title.startswith(f"{row.title} of {fund}"), one.title
        if told.value is None:
            assert one.value is None or not snapshot.daily[fund].settled[-1], one.title
        else:
            assert one.value == told.value, one.title
        if one.value is not None:
            assert one.computed == pytest.approx(one.value, abs=1e-9), one.title
        assert one.unit == units.get(row.unit, row.unit), one.title
        for name in row.also:
            known = row.key == name or name in ("return",)
            assert known or explain(MARKET, snapshot, fund, name, grounds=grounds), name
        assert MEASURES[row.key].help == row.title


def test_json_and_csv_have_every_row_and_the_same_values(
    snapshot: Snapshot, whole: dict[str, Any]
) -> None:
    flat = part(whole, "measures")
    names = [column.name for column in flat.columns]
    cells = {(line[0], line[1]): dict(zip(names, line, strict=True)) for line in flat.rows}
    for fund, view in snapshot.indices.items():
        rows = whole["indices"][fund]["measures"]
        assert list(rows) == [row.key for row in ROWS]
        for row in ROWS:
            told = reading(row, view, snapshot.daily.get(fund), snapshot.before.get(fund))
            entry = rows[row.key]
            assert set(entry) == {"value", "unit", "of", "change", "history", "among"}
            scale = {"pp": 100, "bp": 10_000}.get(row.unit, 1)
            if told.value is None:
                assert entry["value"] is None
            else:
                assert entry["value"] == pytest.approx(told.value * scale)
            assert (entry["unit"], entry["of"]) == (row.unit, told.of)
            flat_row = cells[fund, row.key]
            assert [flat_row[k] for k in ("value", "unit", "of", "change")] == [
                entry[k] for k in ("value", "unit", "of", "change")
            ]


def test_what_json_has_elsewhere_is_the_tables(whole: dict[str, Any]) -> None:
    """The older places of a number go on, and say the same."""
    assert set(whole["indices"]) == {"IWM", "SPY"}
    for index in whole["indices"].values():
        rows = {key: row["value"] for key, row in index["measures"].items()}
        older = index["breadth"] | {
            "lines_up": index["breadth"]["up"],
            "lines_down": index["breadth"]["down"],
            "lines_unchanged": index["breadth"]["unchanged"],
        }
        for name in (
            "share_up", "equal_weight", "median", "dispersion", "dispersion_cap_weighted", "skew",
            "share_outperforming", "average_correlation", "lines_up", "lines_down",
            "lines_unchanged",
        ):  # fmt: skip
            assert rows[name] == older[name], name
        few = index["concentration"]
        for name in ("effective_n", "effective_n_gains", "effective_n_abs", "gini", "gini_gains"):
            assert rows[name] == few[name], name
        assert rows["gross_gain"] == few["gross_gain_bp"]
        assert rows["names_for_half"] == few["names_for_half_of_gross_gain"]
        for top in few["top"]:
            assert rows[f"top{top['k']}_share"] == top["share_of_gross_gain"]
        for name, values in index["breadth"]["daily"].items():
            if name in rows:
                assert rows[name] == values[-1], name


def test_a_row_is_in_the_note_and_on_the_screen(
    snapshot: Snapshot, scene: Scene, noted: list[str]
) -> None:
    for row in ROWS:
        shown = [line for line in drawn(*row.view, scene) if f" {row.title} " in line]
        assert shown, row.key
        in_note = [line for line in noted if line.startswith(f"| {row.title} |")]
        assert len(in_note) == 1, row.key
        for fund, index in snapshot.indices.items():
            measured = reading(row, index, snapshot.daily.get(fund), snapshot.before.get(fund))
            for words in (figure(row, measured.value), change_figure(row, measured.change)):
                assert words in in_note[0], (row.key, fund)
                assert any(words in line for line in shown), (row.key, fund)


def test_the_change_of_the_day_comes_to_a_view_that_stands() -> None:
    """Of the window: what it is less what the same start gives to the session before."""
    now = answer(MARKET, QUESTION)
    days = common_sessions(MARKET, "IWM", "SPY").tolist()
    then = take(MARKET, replace(QUESTION, as_of=days[days.index(now.as_of) - 1]))
    one, other = (s.indices["IWM"].breadth.median for s in (now, then))
    assert one is not None and other is not None and one != other

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        with patch("tui.panes.pane.STANDS", 0.001):
            await press(pilot, app, "3", "z", "v")
        assert app.main is not None and app.main.pane_here.view == "ladder"
        await until(lambda: re.search(r"IWM +day ", seen(app)))
        (line,) = [line for line in lines_of(app) if line.strip().startswith("median return")]
        assert line.split()[2:4] == [f"{one * 100:+.2f}", "%"]
        assert line.split()[4:6] == [f"{(one - other) * 100:+.2f}", "pp"]

    drive(story, market=MARKET, size=(120, 48))


def test_a_row_can_be_an_alert_and_is_offered(snapshot: Snapshot) -> None:
    for row, (fund, view) in itertools.product(ROWS, snapshot.indices.items()):
        alert = parse(f"{row.key} {fund} > 1", snapshot.question)
        told = row.value(view, snapshot.daily.get(fund))
        number = value(alert, snapshot)
        if told is None:
            assert number is None, (row.key, fund)
            continue
        scale = {"share": 100, "return": 100, "pp": 100, "bp": 10_000}.get(row.unit, 1)
        assert number is not None, (row.key, fund)
        assert math.isclose(number, told * scale, abs_tol=1e-12), (row.key, fund)
        for name in row.also:
            assert parse(f"{name} {fund} > 1", snapshot.question) == alert, name
    offered = {offer.word for offer in offers("alert ", Vocabulary())}
    for row in ROWS:
        assert row.key in offered
        assert next(m for m in ALERTS if m.words == row.key).help == row.title, row.key


def test_the_key_of_explanations_reaches_a_row(snapshot: Snapshot) -> None:
    for view in {row.view for row in ROWS}:
        wanted = requests_of_pane(Scene(snapshot, MARKET), *view, "small", None)
        for row, fund in itertools.product(shown_in(*view), snapshot.indices):
            assert ExplainRequest(fund, row.key) in wanted


@pytest.mark.parametrize(
    "place", [(3, "session"), (3, "averages"), (4, "weights")], ids=lambda place: str(place[1])
)
def test_rows_are_told_apart_where_their_titles_have_no_room(place: tuple[int, str]) -> None:
    # 40 columns: a cell before, 13 for each of two values, a scroll bar
    labels = [row.label(12) for row in shown_in(*place)]
    assert max(map(len, labels)) <= 12 and len(set(labels)) == len(labels)
    assert [row.label(60) for row in shown_in(*place)] == [row.title for row in shown_in(*place)]


def test_signals_sectors_and_series_are_in_json_and_csv(
    snapshot: Snapshot, whole: dict[str, Any]
) -> None:
    for fund, daily in snapshot.daily.items():
        index = whole["indices"][fund]
        told = {one["key"]: one for one in index["signals"]}
        assert list(told) == list(RULES)
        for signal in signals(daily):
            one = told[signal.key]
            assert (one["state"], one["since"]) == (
                signal.state, signal.since and str(signal.since),
            )  # fmt: skip
            assert "file of" in one["universe"] and "not an exchange's issues" in one["universe"]
        sectors = index["sector_breadth"]
        assert sum(one["n"] for one in sectors) == index["breadth"]["n"]
        assert sum(one["up"] for one in sectors) == index["breadth"]["up"]
        series = index["breadth"]["daily"]
        for row in SERIES:
            assert len(series[row.key]) == len(series["sessions"])
            assert series[row.key][-1] == row.value(snapshot.indices[fund], daily), row.key
    assert {row.key for row in ROWS if row.series} == {row.key for row in SERIES} | DAILY_KEYS
    flat = part(whole, "daily")
    assert {column.name for column in flat.columns} >= {row.key for row in SERIES}
    assert len(part(whole, "signals").rows) == 2 * len(RULES)
    assert len(part(whole, "sector_breadth").rows) == 8


def test_sector_counts_by_hand(snapshot: Snapshot) -> None:
    """Of S00 to S29 each fourth is Industrials: S00, S04 ... S28; from S11 on they rose."""
    daily = snapshot.daily["IWM"]
    assert daily.sectors is not None
    by_name = {one.name: one for one in daily.sectors.rows}
    first = by_name["Industrials"]
    rose = [n for n in range(0, 30, 4) if n >= 11]
    assert (first.n, first.up, first.share_up) == (8, len(rose), len(rose) / 8)
    # the returns of S12 and S16 stand in the middle: 7.5 and 27.5 %
    assert first.median == pytest.approx((0.075 + 0.275) / 2, abs=1e-6)
    course = daily.sectors.course(50)
    names = [one.name for one in daily.sectors.rows]
    assert course[names.index("Industrials"), -1] == first.above[50]
    few = answer(MARKET, replace(QUESTION, daily=True)).daily["SPY"].sectors
    assert few is not None and all(one.share_up is not None for one in few.rows)  # five each


def test_views_of_sectors_sessions_and_signals(snapshot: Snapshot) -> None:
    scene = Scene(snapshot, MARKET)
    daily: dict[Side, Daily] = {"small": snapshot.daily["IWM"], "large": snapshot.daily["SPY"]}
    for view, words in (
        ("ten sessions", ("2026-06-30", "McClellan")),
        ("sectors", ("Industrials", "50 d", "above 50 d")),
        ("signals", ("Zweig breadth thrust", "not an exchange's issues", "needs members' volumes")),
    ):
        for width in (80, 160):
            lines = plain(breadth.by_session(scene, view, daily, width, 60))
            assert all(cell_width(line) <= width for line in lines), view
            text = "\n".join(lines)
            assert all(word in text for word in words), view
    ten = plain(breadth.by_session(scene, "ten sessions", daily, 120, 60))
    assert sum(line.startswith(" 2026-") for line in ten) == 20


def test_too_few_closes_are_said_with_the_lines_that_have_them(snapshot: Snapshot) -> None:
    row = find("share_above_200")
    assert row is not None and row.closes == 200
    told = reading(row, snapshot.indices["IWM"], snapshot.daily["IWM"])
    assert shortfall(row, told) == ""
    few = replace(told, of=1402, members=1863)
    assert shortfall(row, few) == "needs 200 closes: 1,402 of 1,863 have them"
    lines = measure_rows.table(Scene(snapshot, MARKET), shown_in(3, "session"), {}, 120)
    assert not any("needs" in text for line in lines for text, _ in line)


def test_the_lines_counted_stay_when_the_change_of_the_day_comes_and_has_no_room() -> None:
    rows = [find("share_up")]
    # an answer of its own: no other test has asked for its change of the day
    unasked = take(MARKET, replace(QUESTION, as_of=None, daily=True))
    scene = Scene(unasked, MARKET)
    without = plain(measure_rows.table(scene, rows, {}, 66))
    wide = plain(measure_rows.table(scene, rows, {}, 120))
    assert wide[0].split() == ["IWM", "lines", "SPY", "lines"]
    tuple(unasked.before)  # works it out
    assert plain(measure_rows.table(scene, rows, {}, 66)) == without
    assert without[0].split() == ["IWM", "lines", "SPY", "lines"]
    wide = plain(measure_rows.table(scene, rows, {}, 120))
    assert wide[0].split() == ["IWM", "day", "lines", "SPY", "day", "lines"]


def test_an_index_without_measured_lines_leaves_its_side_of_the_histogram_empty(
    snapshot: Snapshot,
) -> None:
    large = {fund: view for fund, view in snapshot.indices.items() if fund == "SPY"}
    text = "\n".join(
        plain(breadth.histogram(Scene(replace(snapshot, indices=large), MARKET), 80, 12))
    )
    assert text.count("SPY") == 1 and "N 20" in text and "N 0" not in text
