"""Which columns of a table are shown at which width, and how wide they are."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.test_line_table import COLUMNS, Bench, run
from tui.widgets.table_columns import TableColumn, lay_out


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (200, ["symbol", "name", "sector", "weight", "return", "bp"]),
        (57, ["symbol", "name", "sector", "weight", "return", "bp"]),
        (56, ["symbol", "name", "weight", "return", "bp"]),
        (44, ["symbol", "name", "weight", "return", "bp"]),
        (43, ["symbol", "name", "return", "bp"]),
        (34, ["symbol", "name", "bp"]),
        (25, ["symbol", "bp"]),
        (14, ["symbol"]),
        (5, ["symbol"]),
    ],
)
def test_columns_are_dropped_in_the_stated_order_and_never_squeezed(
    width: int, keys: list[str]
) -> None:
    placed = lay_out(COLUMNS, width)
    assert [one.column.key for one in placed] == keys
    if width >= 8:
        assert all(one.width >= one.column.width for one in placed)
        assert placed[-1].x + placed[-1].width <= width


def test_the_name_grows_to_its_limit_and_no_further() -> None:
    assert [one.width for one in lay_out(COLUMNS, 57)] == [6, 10, 12, 8, 8, 6]
    assert [one.width for one in lay_out(COLUMNS, 60)] == [6, 13, 12, 8, 8, 6]
    assert [one.width for one in lay_out(COLUMNS, 200)] == [6, 20, 12, 8, 8, 6]


def test_a_column_gives_way_where_one_that_matters_more_wants_its_width() -> None:
    columns = [
        TableColumn("name", "Name", 10, priority=1, want=18, max_width=24),
        TableColumn("sector", "Sector", 12, priority=2, max_width=16),
        TableColumn("bp", "bp", 6, "right"),
        TableColumn("bar", "", 6, priority=1, want=8, max_width=20),
    ]

    def widths(width: int) -> dict[str, int]:
        return {one.column.key: one.width for one in lay_out(columns, width)}

    # Gutter 2, gaps 3; the name has its 18 and the bar its 8 before there is a sector ...
    assert widths(48) == {"name": 24, "bp": 6, "bar": 14}
    assert widths(49) == {"name": 18, "sector": 12, "bp": 6, "bar": 8}
    # ... and both grow, from left to right, up to their limits.
    assert widths(59) == {"name": 24, "sector": 16, "bp": 6, "bar": 8}
    assert widths(200) == {"name": 24, "sector": 16, "bp": 6, "bar": 20}
    # Among columns that matter alike, none may lose its least width.
    assert widths(26) == {"name": 10, "bp": 6, "bar": 6}


def test_a_number_is_never_cut() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        app.table.set_columns([TableColumn("ret", "ret", 8, "right")])
        told = iter(["+1,234.56", "-12,345.67", "+123456789", "–"])
        cells = list(told)
        app.table.set_rows(4, lambda row, key: cells[row])
        await pilot.pause()
        shown = [app.table.render_line(y).text.strip(" ▸") for y in range(1, 5)]
        assert shown[:2] == ["+1234.56", "-12345.7"]
        assert shown[2].endswith("…")
        assert shown[3] == "–"

    run(50, steps, (80, 24))


def test_columns_that_are_compared_are_dropped_together() -> None:
    pair = [
        TableColumn(f"{fund} {window}", window, 7, "right", priority, group=window)
        for fund in ("S", "L")
        for window, priority in (("1D", 2), ("1W", 3), ("YTD", 0))
    ]
    columns = (TableColumn("name", "sector", 10), *pair)

    def shown(width: int) -> list[str]:
        return [one.column.key for one in lay_out(columns, width)]

    # a gutter of 2, ten cells and six times eight are 60; one cell less costs both of 1W
    assert len(shown(60)) == 7
    assert shown(59) == ["name", "S 1D", "S YTD", "L 1D", "L YTD"] == shown(44)
    assert shown(43) == ["name", "S YTD", "L YTD"]
