from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from rich.cells import cell_len

from core.data.frames import Dates, dates_of
from tui import charts
from tui.charts import (
    Curve,
    Multiple,
    SubChart,
    multiples,
    stacked_charts,
    waterfall,
    year_bars,
)
from tui.charts.canvas import round_ticks, tick_labels
from tui.charts.line_charts import date_ticks
from tui.text.spans import Characters, Drawing, fit_line, line_width, plain, to_ascii

NAN = math.nan
BINS = ["< -50", "-50 -25", "-25 -10", "-10 0", "0 10", "10 25", "25 50", "50 100", "> 100"]
SMALL = [40, 120, 140, 354, 214, 359, 334, 200, 102]
LARGE = [6, 40, 80, 100, 110, 90, 50, 20, 5]
YEARS = list(range(2001, 2027))
GAPS = [((i * 7) % 11 - 5) / 100 for i in range(25)] + [0.1484]
SESSIONS = np.arange("2025-12-31", "2026-06-27", dtype="datetime64[D]")
RISE = np.linspace(0.0, 0.2, len(SESSIONS))
#: A name of which each letter takes two cells.
WIDE = "株式"


@pytest.fixture
def ascii_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Characters, "ascii_only", True)


def line_chart(dates: Dates, series: list[Curve], width: int, height: int) -> Drawing:
    return stacked_charts(dates, [SubChart(series, height)], width)


def lines(width: int, height: int) -> Drawing:
    series = [
        Curve("SPY", RISE / 3, "large", dashed=True),
        Curve(WIDE, RISE, "small", filled=True),
    ]
    return line_chart(SESSIONS, series, width, height)


DRAWERS: dict[str, Callable[[int, int], Drawing]] = {
    "lines": lines,
    "no values": lambda w, h: line_chart(
        SESSIONS, [Curve("IWM", np.full(len(SESSIONS), NAN))], w, h
    ),
    "no dates": lambda w, h: line_chart(
        np.array([], dtype="datetime64[D]"), [Curve("IWM", [])], w, h
    ),
    "one date": lambda w, h: line_chart(dates_of(["2026-06-26"]), [Curve("IWM", [0.0])], w, h),
    "years": lambda w, h: charts.year_bars(YEARS, GAPS, 2026, w, h),
    "three years": lambda w, h: charts.year_bars([2024, 2025, 2026], [-0.1, NAN, -0.2], 2025, w, h),
    "no years": lambda w, h: charts.year_bars([], [], None, w, h),
    "level years": lambda w, h: charts.year_bars([2025, 2026], [0.0, 0.0], 2026, w, h),
    "histogram": lambda w, h: charts.histogram_pair(BINS, SMALL, LARGE, w, h, ("IWM", "SPY")),
    "no lines": lambda w, h: charts.histogram_pair(BINS, [0] * 9, LARGE, w, h, ("IWM", "SPY")),
    "no bins": lambda w, h: charts.histogram_pair([], [], [], w, h, ("IWM", "SPY")),
    "curve": lambda w, h: charts.cumulative_curve(
        [0.02, 0.01, NAN, -0.01], w, h, marks=[(1, "1 name: half of the gain")]
    ),
    "no curve": lambda w, h: charts.cumulative_curve([NAN], w, h),
}


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("name", DRAWERS)
def test_every_size_gets_its_lines_and_none_too_wide(
    name: str, ascii: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Characters, "ascii_only", ascii)
    drawn = set[str]()
    for width in (0, 1, 2, 3, 4, 5, 7, 10, 16, 20, 27, 28, 29, 40, 59, 80, 120, 200):
        for height in (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 19, 24, 27, 36, 60):
            text = plain(DRAWERS[name](width, height))
            assert len(text) == height, (width, height)
            cells = (len(line) + sum(map(line.count, WIDE)) for line in text)
            assert max(cells, default=0) <= width, (width, height)
            drawn.update(*text)
    assert {char for char in drawn if cell_len(char) != 1} <= set(WIDE)
    assert not (ascii and any("\u2800" <= char <= "\u28ff" for char in drawn))


@pytest.mark.usefixtures("ascii_terminal")
def test_line_chart_rises_from_zero_to_its_labelled_end() -> None:
    series = [Curve("IWM", [0.0, 0.1, 0.2], "small")]
    drawing = line_chart(dates_of(["2026-06-24", "2026-06-25", "2026-06-26"]), series, 40, 6)
    assert plain(drawing) == [
        "+20 %                   *** IWM +20.00 %",
        "                   *****",
        "+10 %         *****",
        "         *****",
        "  0 % ***------------------",
        "      24 Jun    25 Jun    26 Jun",
    ]


@pytest.mark.usefixtures("ascii_terminal")
def test_a_missing_value_is_a_gap_and_not_a_zero() -> None:
    days = dates_of([f"2026-06-{d:02d}" for d in range(1, 6)])
    drawing = line_chart(days, [Curve("IWM", [0.1, 0.1, NAN, 0.1, 0.1])], 9, 2)
    assert plain(drawing) == ["***   ***", "---------"]


def test_braille_dots_stand_where_the_values_are() -> None:
    # Two dots across and four down: the left column's lower half, the right one's upper half.
    days = dates_of(["2026-06-25", "2026-06-26"])
    cell = chr(0x2800 + 0x40 + 0x04 + 0x10 + 0x08)
    assert plain(line_chart(days, [Curve("", [0.0, 1.0])], 1, 1)) == [cell]


@pytest.mark.usefixtures("ascii_terminal")
def test_a_line_keeps_its_style_and_the_axis_gives_way() -> None:
    days = dates_of(["2026-06-25", "2026-06-26"])
    drawing = line_chart(days, [Curve("", [0.0, 0.0], "small")], 4, 1)
    assert drawing == [[("****", "small")]]


def test_several_ends_are_told_apart_where_they_meet() -> None:
    days = dates_of(["2026-06-24", "2026-06-25", "2026-06-26"])
    series = [Curve(name, [0.0, 0.05, 0.1]) for name in ("IWM", "SPY", "RSP")]
    text = plain(line_chart(days, series, 60, 8))
    found = [line.split()[-3] for line in text if line.endswith("+10.00 %")]
    assert sorted(found) == ["IWM", "RSP", "SPY"]


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="series IWM has 1 values for 2 dates"):
        line_chart(dates_of(["2026-06-25", "2026-06-26"]), [Curve("IWM", [0.0])], 20, 5)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (-0.053, 0.218, 4, ["0 %", "+10 %", "+20 %"]),
        (-0.053, 0.218, 7, ["-5 %", "0 %", "+5 %", "+10 %", "+15 %", "+20 %"]),
        (0.0, 0.01, 5, ["0.00 %", "+0.25 %", "+0.50 %", "+0.75 %", "+1.00 %"]),
        (-0.026, 0.0, 4, ["-2 %", "-1 %", "0 %"]),
        (0.0, 5.5, 3, ["0 %", "+200 %", "+400 %"]),
        (-0.0052, 0.0001, 6, ["-0.5 %", "-0.4 %", "-0.3 %", "-0.2 %", "-0.1 %", "0.0 %"]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, labels: list[str]) -> None:
    assert tick_labels(round_ticks(low, high, most)) == labels


def texts(dates: Dates, cells: int) -> list[str]:
    columns = [i * (cells - 1) // max(len(dates) - 1, 1) for i in range(len(dates))]
    return [text for _, text in date_ticks(dates, columns)]


def test_dates_are_told_in_the_steps_that_fit() -> None:
    assert texts(SESSIONS, 70) == ["Jan 2026", "Feb", "Mar", "Apr", "May", "Jun"]
    assert texts(SESSIONS, 30) == ["2026", "Feb", "Mar", "Apr", "May", "Jun"]
    assert texts(SESSIONS, 28) == ["'26", "Feb", "Mar", "Apr", "May", "Jun"]
    assert texts(SESSIONS, 20) == ["Jan 2026", "Apr"]
    decades = np.arange("2000-12-29", "2026-06-26", dtype="datetime64[D]")
    assert texts(decades, 40) == ["2000", "2005", "2010", "2015", "2020", "2025"]
    week = np.arange("2026-06-22", "2026-06-27", dtype="datetime64[D]")
    assert texts(week, 60) == ["22 Jun 2026", "23 Jun", "24 Jun", "25 Jun", "26 Jun"]


def test_year_columns_stand_on_a_line_of_years() -> None:
    drawing = charts.year_bars([2024, 2025, 2026], [-0.05, 0.05, 0.1], 2026, 10, 9)
    assert plain(drawing) == [
        " +10.00 pp",
        "       ██",
        "       ██",
        "    ██ ██",
        "    ██ ██",
        "─24─25▸26─",
        " ██",
        " ██",
        "-5.00",
    ]


def test_a_hanging_bar_ends_in_the_blank_of_a_block_in_reverse() -> None:
    # Four lines for bars, two on each side of the years: -3 of 4 a side are 1.5 lines,
    # the second a half block's blank.
    drawing = charts.year_bars([2025, 2026], [0.04, -0.03], None, 7, 5)
    assert plain(drawing) == [" ██", " ██", "─25─26─", "    ██", "    ▄▄"]
    assert drawing[3][-1] == ("██", "down")
    assert drawing[4][-1] == ("▄▄", "down reverse")


def test_more_years_than_cells_leave_an_ellipsis_for_the_earlier() -> None:
    axis = [line for line in plain(charts.year_bars(YEARS, GAPS, 2026, 12, 8)) if "…" in line]
    assert len(axis) == 1
    assert axis[0].startswith("…")
    assert axis[0].endswith("▸26")


def test_year_rows_where_there_is_height_and_no_width() -> None:
    years = list(range(2017, 2027))
    values = [-0.02, 0.04] * 5
    text = plain(charts.year_bars(years, values, 2026, 26, 11))
    assert text[0] == " 2017 ████│          -2.00"
    assert text[9] == "▸2026     │████████  +4.00"
    assert text[10] == ""


def test_little_height_leaves_the_numbers() -> None:
    text = plain(charts.year_bars([2024, 2025, 2026], [-0.153, 0.01, 0.1484], 2026, 40, 1))
    assert text == ["2026 +14.84 pp  2024 -15.30 pp"]


def test_diverging_bars_share_a_zero_and_a_scale() -> None:
    # 9 cells: one for zero, 4 a side; 4 fills a side, 1/8 of a cell is 0.125.
    values = [4.0, -4.0, 2.0, -2.0, 0.125, -0.125, 0.0, NAN, 0.001, 3.5]
    assert plain(charts.diverging_bars(values, 9)) == [
        "    │████",
        "████│    ",
        "    │██  ",
        "  ██│    ",
        "    │▏   ",
        "   ▕│    ",
        "    │    ",
        "         ",
        "    │▏   ",
        "    │███▌",
    ]


def test_left_eighths_are_right_eighths_in_reverse() -> None:
    # 3/8 of a cell to the left: five left-hand eighths, in reverse the other three.
    drawing = charts.diverging_bars([4.0, -4.0, -0.375, -0.5], 9)
    assert drawing[2] == [("   ", ""), ("▋", "down reverse"), ("│", "axis"), ("    ", "")]
    assert drawing[3] == [("   ", ""), ("▐", "down"), ("│", "axis"), ("    ", "")]


def test_diverging_bars_of_one_sign_need_no_zero_line() -> None:
    assert plain(charts.diverging_bars([2.0, 1.0, NAN], 4)) == ["████", "██  ", "    "]
    assert plain(charts.diverging_bars([-2.0, -1.0], 4)) == ["████", "  ██"]


@pytest.mark.usefixtures("ascii_terminal")
def test_bars_of_whole_cells_without_block_characters() -> None:
    # 0.3 of 2 cells a side is drawn as one: the least that is seen
    bars = to_ascii(charts.diverging_bars([2.0, -2.0, 0.3], 5))
    assert plain(bars) == ["  |##", "##|  ", "  |# "]
    assert plain(to_ascii([charts.ladder_bar(0.5, 4)])) == ["##.."]
    assert plain(to_ascii(waterfall([4.0, -2.5], 9))) == ["#########", "|  ######", "####     "]


def test_diverging_bars_take_exactly_their_cells() -> None:
    for values in ([1.0, -3.0, NAN], [NAN], [0.0], [-1.0], [5.0], []):
        for width in range(14):
            text = plain(charts.diverging_bars(values, width))
            assert [len(line) for line in text] == [width] * len(values), (values, width)


def test_ladder_bar() -> None:
    assert plain([charts.ladder_bar(0.5, 8)]) == ["████····"]
    assert plain([charts.ladder_bar(1.0, 4)]) == ["████"]
    assert plain([charts.ladder_bar(0.0, 4)]) == ["····"]
    assert plain([charts.ladder_bar(0.001, 4)]) == ["▏···"]
    assert plain([charts.ladder_bar(NAN, 4)]) == ["    "]
    assert charts.ladder_bar(0.5, 0) == []


def test_sparkline() -> None:
    assert charts.sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert charts.sparkline([0, NAN, 7], 8) == "▁ █"
    assert charts.sparkline([0, 0, 7, 7], 2) == "▁█"
    assert charts.sparkline([3, 3], 8) == "▄▄"
    assert charts.sparkline([NAN, NAN], 8) == "  "
    assert charts.sparkline([], 8) == ""
    assert charts.sparkline([1, 2], 0) == ""


def test_the_curve_starts_at_nothing_and_ends_at_the_sum() -> None:
    # 200 + 100 - 50 bp; the fourth name is not measured.
    text = plain(charts.cumulative_curve([0.02, 0.01, NAN, -0.005], 50, 8, marks=[(1, "1 name")]))
    assert any(line.endswith("+250 bp") for line in text)
    assert any(line.startswith("+300 bp") for line in text)
    assert any(line.startswith("   0 bp ") for line in text)
    assert any("1 name" in line for line in text[:-1])
    assert text[-1].endswith("3 names")


def test_lines_are_cut_and_padded_by_cells() -> None:
    assert fit_line([("ab", "up"), ("cd", "")], 6) == [("ab", "up"), ("cd", ""), ("  ", "")]
    assert fit_line([("ab", "up"), ("cd", "")], 4) == [("ab", "up"), ("cd", "")]
    assert plain([fit_line([("ab", "up"), ("cd", "")], 3)]) == ["ab…"]
    assert plain([fit_line([("ab", "up"), ("cd", "")], 2)]) == ["a…"]
    assert plain([fit_line([("株", ""), ("式", "")], 3)]) == ["株…"]
    assert fit_line([("ab", "")], 0) == []


def test_charts_over_one_another_have_their_dates_in_the_same_columns() -> None:
    small, large = Curve("A", [0.0, 0.1, 0.2]), Curve("a longer name", [0, 5000.0, 12_000.0])
    days = np.array(["2026-01-05", "2026-01-06", "2026-01-07"], "datetime64[D]")
    top, bottom = SubChart([small], 6, caption="upper"), SubChart([large], 6, unit="", places=0)
    found = plain(stacked_charts(days, [top, bottom], 60))
    assert len(found) == 6 + 1 + 6
    assert found[0] == "upper"
    dated = [line for line in found if "5 Jan" in line]
    assert len(dated) == 2
    assert dated[0] == dated[1]
    # One above without dates gives their line to its plot.
    bare = plain(stacked_charts(days, [SubChart([small], 6, dated=False), bottom], 60))
    assert len(bare) == 12
    assert [n for n, line in enumerate(bare) if "5 Jan" in line] == [11]


def test_the_larger_of_two_ends_on_one_row_stands_above() -> None:
    low, high = Curve("low", [0.0, 0.5, 0.400]), Curve("high", [0.0, -0.5, 0.401])
    days = np.array(["2026-01-05", "2026-01-06", "2026-01-07"], "datetime64[D]")
    found = plain(line_chart(days, [low, high], 60, 9))
    rows = {name: n for n, line in enumerate(found) for name in ("low", "high") if name in line}
    assert rows["high"] == rows["low"] - 1


def test_steps_of_a_waterfall_begin_where_the_one_before_ended() -> None:
    found = plain(waterfall([4.0, -2.0, 6.0], 16))
    # 8 is the highest sum: two cells a unit, the sum last.
    assert found == [
        "████████        ",
        "│   ████        ",
        "│   ████████████",
        "████████████████",
    ]
    below = plain(waterfall([-2.0, 4.0], 12))
    assert below == ["██████│     ", "████████████", "      ██████"]
    assert plain(waterfall([0.0], 8)) == ["│       ", "│       "]
    # A step too small to see is seen.
    assert plain(waterfall([100.0, 0.01], 10))[1] == "│        ▐"


def test_small_charts_share_a_scale_and_the_last_are_kept() -> None:
    flat, wide = np.full(30, 0.01), np.linspace(0, 0.5, 30)
    shown = [Multiple(f"{2000 + n}", "+1.00", flat, "small") for n in range(9)]
    shown.append(Multiple("2009", "+50.00", wide, "small", marked=True))
    found = plain(multiples(shown, 80, 24))
    assert sum(line.count("20") for line in found) >= 10
    assert "▸2009" in "".join(found)
    # On the common scale a hundredth hugs the zero line: no dots in the upper lines.
    first = [line[:14] for line in found[1:3]]
    assert all(not line.strip() for line in first)
    few = "".join(plain(multiples(shown, 20, 6)))
    assert "▸2009" in few
    assert "2000" not in few
    assert multiples(shown, 5, 24) == multiples(shown, 80, 2) == multiples([], 80, 24) == []
    for width, height in ((14, 3), (33, 7), (80, 24), (200, 60)):
        lines_ = multiples(shown, width, height)
        assert len(lines_) <= height
        assert all(line_width(line) <= width for line in lines_)


def test_every_year_is_written_out_where_there_is_room() -> None:
    gaps = [0.0967, -0.0244, 0.1484]
    found = "\n".join(plain(year_bars([2024, 2025, 2026], gaps, 2026, 40, 12)))
    for told in ("+9.7", "-2.4", "+14.84 pp"):
        assert told in found


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.1484), (-0.3, 1.05), (-0.06, 0.2231)])
def test_figures_beside_a_chart_have_a_line_between_them(low: float, high: float) -> None:
    line = Curve("IWM", np.linspace(low, high, len(SESSIONS)), "small")
    for height in range(6, 24):
        drawn = line_chart(SESSIONS, [line], 80, height)
        told = [n for n, row in enumerate(drawn) if "%" in "".join(t for t, _ in row)[:7]]
        assert len(told) >= 2, height
        assert min(b - a for a, b in itertools.pairwise(told)) > 1, height
