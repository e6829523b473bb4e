from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult

from tests.tui.driving import handled, waiting_for_nothing
from tui.panes.sheet import Panel
from tui.text.spans import Drawing


def test_a_drawing_is_made_once_a_size() -> None:
    sizes: list[tuple[int, int]] = []

    def draw(width: int, height: int) -> Drawing:
        sizes.append((width, height))
        return [[("gap \x1b[2J", "gap"), ("wide", "")]]

    async def inner() -> None:
        view = Panel()
        view.show(draw)

        class One(App[None]):
            def compose(self) -> ComposeResult:
                yield view

        async with One().run_test(size=(9, 3)) as pilot:
            await handled(pilot.app)
            assert view.render_line(0).text == "gap [2Jw…"
            assert view.render_line(1).text == " " * 9
            assert sizes == [(9, 3)]
            await pilot.resize_terminal(20, 3)
            await handled(pilot.app)
            assert view.render_line(0).text == "gap [2Jwide" + " " * 9
            assert sizes == [(9, 3), (20, 3)]
            view.show(None)
            assert view.render_line(0).text == " " * 20

    with waiting_for_nothing():
        asyncio.run(inner())


def test_blanks_have_the_look_of_the_text_before_them_where_none_is_seen() -> None:
    async def inner() -> None:
        view = Panel()

        class One(App[None]):
            def compose(self) -> ComposeResult:
                yield view

        async with One().run_test(size=(9, 3)):
            base = view.rich_style
            line = [("+1", "up"), (" ", ""), ("+2", "up"), ("", "mark"), (" ", "match"), ("x", "")]
            texts = [segment.text for segment in view.segments(line, 9, base)]
            # an underlined blank is seen, and so is what follows it
            assert texts == ["+1 +2", " ", "x  "]
            after = view.segments([("+1", "match"), ("  ", "")], 6, base)
            assert [segment.text for segment in after] == ["+1", "    "]
            assert view.segments([], 3, base)[0].text == "   "

    with waiting_for_nothing():
        asyncio.run(inner())


@pytest.mark.parametrize(
    ("theme", "pair"),
    [
        ("textual-dark", ("#5fafff", "#ff8700")),
        ("textual-light", ("#005faf", "#af5f00")),
        ("ansi-dark", ("#5fafff", "#ff8700")),
    ],
)
def test_colours_follow_the_theme(theme: str, pair: tuple[str, str]) -> None:
    async def inner() -> None:
        view = Panel()

        class One(App[None]):
            def compose(self) -> ComposeResult:
                yield view

        async with One().run_test(size=(20, 3)) as pilot:
            dark = view.look("up").color
            pilot.app.theme = theme
            await handled(pilot.app)
            look = view.look("up").color
            assert look is not None
            assert (look == dark) == (theme == "textual-dark")
            small, large = view.look("small reverse"), view.look("large")
            assert small.color is not None
            assert large.color is not None
            assert (small.color.get_truecolor().hex, large.color.get_truecolor().hex) == pair
            assert small.reverse
            assert small.bgcolor is None
            assert view.look("unheard") == view.look("")

    with waiting_for_nothing():
        asyncio.run(inner())
