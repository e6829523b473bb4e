from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest
from rich.cells import cell_len
from textual import events, on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.tui.driving import handled, until, waiting_for_nothing
from tui import charts
from tui.widgets.line_table import LineTable
from tui.widgets.table_columns import Cell, TableColumn

COLUMNS = [
    TableColumn("symbol", "Ticker", 6),
    TableColumn("name", "Name", 10, max_width=20, priority=1, searched=True),
    TableColumn("sector", "Sector", 12, priority=4),
    TableColumn("weight", "Weight %", 8, "right", priority=3),
    TableColumn("return", "Return %", 8, "right", priority=2),
    TableColumn("bp", "bp", 6, "right"),
]
NAMES = ["Alpha Example", "株式会社サンプル例示", "Socie\u0301te\u0301 d'Exemple", "\x1b[31mRed[/]"]


def cell(row: int, key: str) -> Cell:
    match key:
        case "symbol":
            return f"ZX{row:04d}", "bold"
        case "name":
            return NAMES[row % 4]
        case "sector":
            return "Industrials", "dim"
        case "bp":
            return f"{100 - row:+d}", "up" if row < 100 else "down"
        case _:
            return f"{row / 100:.2f}"


class Counting(LineTable):
    """Notes the lines that are drawn anew."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class Bench(App[None]):
    def __init__(self, count: int, table: type[Counting] = Counting) -> None:
        super().__init__()
        self.table = table()
        self.count = count
        self.told: list[tuple[str, object]] = []

    def compose(self) -> ComposeResult:
        keys = [f"ZX{i:04d}" for i in range(self.count)]
        empty = "Nothing is held yet. Press r to fetch it."
        self.table.set_rows(self.count, cell, keys, empty=empty)
        yield self.table

    @on(LineTable.Highlighted)
    def note_highlighted(self, message: LineTable.Highlighted) -> None:
        self.told.append(("highlighted", message.key))

    @on(LineTable.Chosen)
    def note_chosen(self, message: LineTable.Chosen) -> None:
        self.told.append(("chosen", message.key))

    @on(LineTable.HeaderClicked)
    def note_header(self, message: LineTable.HeaderClicked) -> None:
        self.told.append(("header", message.key))

    def seen(self) -> list[str]:
        height = self.table.size.height
        return [LineTable.render_line(self.table, y).text.rstrip() for y in range(height)]


def run(
    count: int,
    steps: Callable[[Bench, Pilot[None]], Awaitable[None]],
    size: tuple[int, int],
    table: type[Counting] = Counting,
) -> None:
    async def inner() -> None:
        app = Bench(count, table)
        async with app.run_test(size=size) as pilot:
            app.table.quiet(False)
            await handled(app)
            assert app.told == ([("highlighted", "ZX0000")] if count else [])
            app.told.clear()
            await steps(app, pilot)

    with waiting_for_nothing():
        asyncio.run(inner())


def moved(app: Bench, *moves: str) -> None:
    for how in moves:
        app.table.move(how)


def test_what_is_seen_at_80_columns() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        app.table.sort_key = "bp"
        app.table.marked = frozenset({"ZX0001"})
        await handled(app)
        seen = app.seen()
        assert seen[:5] == [
            "  Ticker Name                 Sector       Weight % Return %    bp▼",
            "▸ ZX0000 Alpha Example        Industrials      0.00     0.00   +100",
            " ●ZX0001 株式会社サンプル例示 Industrials      0.01     0.01    +99",
            "  ZX0002 Soci\u00e9t\u00e9 d'Exemple    Industrials      0.02     0.02    +98",
            "  ZX0003 [31mRed[/]           Industrials      0.03     0.03    +97",
        ]
        assert len(seen) == 24
        assert seen[23].startswith("  ZX0022 ")

    run(2500, steps, (80, 24))


def test_every_line_is_as_wide_as_the_table() -> None:
    sizes = [(80, 24), (120, 36), (40, 10), (20, 5), (1, 1)]

    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        for size in sizes:
            await pilot.resize_terminal(*size)
            await until(lambda size=size: app.table.outer_size == size)  # type: ignore[misc]
            for y in range(app.table.size.height):
                # The scrollbar's column is kept free even where nothing scrolls.
                assert cell_len(app.table.render_line(y).text) == max(size[0] - 1, 0), size

    run(50, steps, (100, 30))


def test_a_cursor_wider_than_the_table_ends_with_it() -> None:
    # as of the board's rows, shown again before the screen is laid out for a larger terminal
    class Lit(Counting):
        @property
        def lit_cells(self) -> int:
            return 12

    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        assert app.table.outer_size.width == 6
        assert cell_len(app.table.render_line(1).text) == 5

    run(3, steps, (6, 5), Lit)


def test_the_cursor_moves_and_stays_in_sight() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        moved(app, "down", "down", "up")
        assert app.table.cursor_row == 1
        assert app.seen()[2].startswith("▸ ZX0001")
        moved(app, "page_down")
        assert app.table.cursor_row == 24
        assert [app.seen()[row][2:8] for row in (1, 23)] == ["ZX0023", "ZX0045"]
        assert app.seen()[2].startswith("▸ ZX0024")
        moved(app, "last")
        assert app.table.cursor_row == 2499
        assert app.seen()[23].startswith("▸ ZX2499")
        moved(app, "down")
        assert app.table.cursor_row == 2499
        moved(app, "first", "up")
        assert app.table.cursor_row == 0
        assert app.seen()[0].startswith("  Ticker")
        assert app.seen()[1].startswith("▸ ZX0000")
        await handled(app)
        assert app.told[:3] == [
            ("highlighted", "ZX0001"),
            ("highlighted", "ZX0002"),
            ("highlighted", "ZX0001"),
        ]

    run(2500, steps, (80, 24))


def test_a_cursor_move_draws_two_lines() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        moved(app, "down", "down")
        await handled(app)
        app.table.drawn.clear()
        moved(app, "down")
        await handled(app)
        assert sorted(app.table.drawn) == [3, 4]

    run(2500, steps, (80, 24))


def test_scrolling_leaves_the_header_alone() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        moved(app, "last")
        await handled(app)
        app.table.drawn.clear()
        moved(app, "first")
        await handled(app)
        assert 0 not in app.table.drawn
        assert set(app.table.drawn) == set(range(1, 24))

    run(2500, steps, (80, 24))


def test_the_cursor_follows_its_key_through_other_data() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        app.table.cursor_row = 3
        await handled(app)
        app.told.clear()
        keys = [f"ZX{i:04d}" for i in reversed(range(2500))]
        app.table.set_rows(2500, lambda row, key: cell(2499 - row, key), keys)
        await handled(app)
        assert app.table.cursor_row == 2496
        # It keeps the line it stood on as far as the rows reach.
        assert app.seen()[20].startswith("▸ ZX0003")
        assert app.told == []
        app.table.set_rows(2, cell, ["ZX0000", "ZX0001"])
        await handled(app)
        assert app.table.cursor_row == 1
        assert app.seen()[:3] == [
            "  Ticker Name                 Sector       Weight % Return %     bp",
            "  ZX0000 Alpha Example        Industrials      0.00     0.00   +100",
            "▸ ZX0001 株式会社サンプル例示 Industrials      0.01     0.01    +99",
        ]
        assert app.told == [("highlighted", "ZX0001")]

    run(2500, steps, (80, 24))


def test_an_empty_table_says_so() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        moved(app, "down", "page_down")
        assert app.table.cursor_key is None
        assert app.seen()[:5] == [
            "  Ticker     bp",
            "",
            "  Nothing is held",
            "  yet. Press r to",
            "  fetch it.",
        ]
        assert app.told == []
        app.table.set_rows(1, cell)
        await handled(app)
        assert app.seen()[1].startswith("▸ ZX0000")
        app.table.set_rows(0, cell, empty="No name holds 'zz'.")
        await handled(app)
        assert app.seen()[1:4] == ["", "  No name holds", "  'zz'."]

    run(0, steps, (19, 8))


def test_a_smaller_terminal_keeps_the_cursor_in_sight() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        app.table.cursor_row = 30
        await pilot.resize_terminal(40, 12)
        await handled(app)
        assert app.seen()[11].startswith("▸ ZX0030")
        assert app.seen()[0] == "  Ticker Name           Return %     bp"
        await pilot.resize_terminal(120, 36)
        await handled(app)
        assert app.seen()[0].split() == [
            "Ticker",
            "Name",
            "Sector",
            "Weight",
            "%",
            "Return",
            "%",
            "bp",
        ]
        assert any(line.startswith("▸ ZX0030") for line in app.seen())

    run(2500, steps, (120, 36))


def test_the_mouse_points_chooses_and_scrolls() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        await pilot.click(app.table, offset=(10, 5))
        assert app.table.cursor_row == 4
        await pilot.click(app.table, offset=(10, 5))
        await pilot.click(app.table, offset=(64, 0))
        await pilot.click(app.table, offset=(0, 0))
        assert app.told == [("highlighted", "ZX0004"), ("chosen", "ZX0004"), ("header", "bp")]
        app.table.post_message(
            events.MouseScrollDown(app.table, 5, 5, 0, 0, 0, False, False, False)
        )
        await handled(app)
        assert "ZX0000" not in app.seen()[1]
        assert app.table.cursor_row == 4

    run(2500, steps, (80, 24))


def test_a_click_below_the_rows_means_nothing() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        await pilot.click(app.table, offset=(10, 9))
        assert app.told == []

    run(2, steps, (80, 24))


def test_the_text_of_a_filter_is_underlined() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        app.table.needle = "EXA"
        await handled(app)
        marked = [
            segment.text
            for segment in app.table.render_line(1)
            if segment.style and segment.style.underline
        ]
        assert marked == ["Exa"]

    run(10, steps, (80, 24))


def test_no_row_sends_a_control_character() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        texts = [segment.text for y in range(24) for segment in app.table.render_line(y)]
        assert any("[31mRed[/]" in text for text in texts)
        assert all(text.isprintable() for text in texts)

    run(2500, steps, (80, 24))


def test_ascii_only() -> None:
    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        app.table.ascii_only = True
        app.table.sort_key = "name"
        app.table.marked = frozenset({"ZX0000"})
        await handled(app)
        seen = app.seen()
        assert "".join(seen).isascii()
        assert seen[0].startswith("  Ticker Namev ")
        assert seen[1].startswith(">*ZX0000 ")
        assert seen[2].startswith("  ZX0001 ???????????????????? Industrials")

    run(10, steps, (80, 24))


def test_2500_rows_cost_no_more_than_what_is_seen() -> None:
    asked: list[int] = []

    def counted(row: int, key: str) -> Cell:
        asked.append(row)
        return cell(row, key)

    async def steps(app: Bench, pilot: Pilot[None]) -> None:
        keys = [f"ZX{i:04d}" for i in range(2500)]
        began = time.process_time()
        app.table.set_rows(2500, counted, keys)
        app.seen()
        took = time.process_time() - began
        assert max(asked) == 22
        assert took < 0.1

    run(0, steps, (80, 24))


def test_keys_must_be_as_many_as_rows() -> None:
    with pytest.raises(ValueError, match="2 row keys for 3 rows"):
        LineTable(COLUMNS).set_rows(3, cell, ["a", "b"])


def test_lists_and_bars_are_cells_too() -> None:
    bars = charts.diverging_bars([1.0, -1.0], 7)
    cells: dict[str, Sequence[Cell]] = {"symbol": ["AA", "BB"], "bar": bars}

    async def inner() -> None:
        table = LineTable([TableColumn("symbol", "Ticker", 6), TableColumn("bar", "", 7)])
        table.set_rows(2, lambda row, key: cells[key][row])

        class One(App[None]):
            def compose(self) -> ComposeResult:
                yield table

        async with One().run_test(size=(30, 4)) as pilot:
            await handled(pilot.app)
            assert [table.render_line(y).text.rstrip() for y in (1, 2)] == [
                "  AA        │███",
                "  BB     ███│",
            ]

    with waiting_for_nothing():
        asyncio.run(inner())
