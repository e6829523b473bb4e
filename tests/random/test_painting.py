"""Our own way to a frame beside Textual's: the same cells, once a press, and off where asked."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.pilot import Pilot

from tests.terminal.test_wire_screen import KEYS, SIZES, Tee, run
from tests.tui.driving import press, settle
from tests.vt import Screen
from tui.screen.app import InternalsApp
from tui.state.config import THEMES
from tui.terminal.fitting import WIRE
from tui.terminal.safe_lines import NET
from tui.widgets.painting import PaintingCompositor

MORE = (*SIZES, (200, 60), (172, 40))


def of_textual(app: App[None]) -> Screen:
    """The cells that Textual makes of the widgets as they are now, nothing kept from before."""
    compositor = app.screen._compositor
    assert not compositor._dirty_regions
    visible_screen_stack.set(app._background_screens)
    for widget in compositor.visible_widgets:
        widget._styles_cache.clear()
    screen = Screen(*app.size)
    update = Compositor.render_full_update(compositor)
    for strip in (strip for line in update.strips for strip in line):
        # Rich keeps a style's sequence, also of a terminal of another test with other colours
        strip._render_cache = None
        for style in filter(None, (segment.style for segment in strip)):
            style._ansi = None
    screen.feed(update.render_segments(app.console))
    return screen


def apart(driver: Tee, app: App[None]) -> list[tuple[int, int, object, object]]:
    """Where the terminal shows another cell than Textual would: row, column, both cells."""
    textual = of_textual(app)
    if driver.ours.cells == textual.cells:
        return []
    seen, wanted = driver.ours.seen(), textual.seen()
    return [
        (y, x, ours, textuals)
        for y, row in enumerate(zip(seen, wanted, strict=True))
        for x, (ours, textuals) in enumerate(zip(*row, strict=True))
        if ours != textuals
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_a_storm_shows_the_cells_of_textual(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm" if theme == "terminal" else "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor" if theme in ("dark", "red-up") else "")
    if theme == "light":
        monkeypatch.setenv("NO_COLOR", "1")
    draw = random.Random(f"painting {theme}")

    async def storm(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        assert isinstance(app.screen._compositor, PaintingCompositor)
        for n in range(30):
            if n % 6 == 5:
                size = draw.choice([size for size in MORE if size != app.size])
                driver.resize(*size)
                await pilot.resize_terminal(*size)
                await settle(pilot, app)
                driver.ours.feed(driver.wire.mend())
            else:
                await press(pilot, app, *draw.choice(KEYS).split(","))
            assert not apart(driver, app), n

    run(storm, theme=theme)


def test_a_press_is_one_frame() -> None:
    async def keys(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        for key in ("2", "j", "3", "less_than_sign", "greater_than_sign", "left_square_bracket"):
            driver.sent.clear()
            await press(pilot, app, key)
            frames = [out for _, out in driver.sent if "H" in out]
            assert len(frames) == 1, key

    run(keys)


def test_textual_paints_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WIRE, "plain")

    async def look(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        assert type(app.screen._compositor) is Compositor
        for key in ("2", "less_than_sign", "v", "left_square_bracket"):
            await press(pilot, app, key)
            assert not apart(driver, app)

    run(look)


class Loud(LineFilter):
    """A filter nobody knows, which looks at the text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text.upper(), style) for text, style, _ in segments]


def test_a_filter_that_is_not_known_is_applied_as_textual_does() -> None:
    async def look(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        known = app.get_line_filters

        def filters() -> Sequence[LineFilter]:
            return [Loud(), *known()]

        app.get_line_filters = filters  # type: ignore[method-assign]
        app.screen.refresh(layout=True)
        await settle(pilot, app)
        assert "CONTRIBUTORS" in "".join(driver.ours.lines())
        assert not apart(driver, app)

    run(look)


def test_the_last_net_is_below_our_way_too() -> None:
    compositor = PaintingCompositor()
    compositor._filters = (NET,)
    text = compositor._text(
        [Segment("a\x1b[2Jb"), Segment("\x07c", Style(bold=True))], Color(0, 0, 0)
    )
    assert text == "a[2Jb\x1b[1mc\x1b[0m"


def test_what_another_size_brings_is_drawn_for_that_size() -> None:
    """Also where the size came under a page, and with it another share of the columns."""
    found: list[list[str]] = []

    async def under_a_page(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        await press(pilot, app, "2", "enter")
        driver.resize(160, 45)
        await pilot.resize_terminal(160, 45)
        await press(pilot, app, "escape")
        found.append(driver.ours.lines())

    async def before(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        driver.resize(160, 45)
        await pilot.resize_terminal(160, 45)
        await press(pilot, app, "2", "enter", "escape", "less_than_sign", "greater_than_sign")
        found.append(driver.ours.lines())

    run(under_a_page)
    run(before)
    assert found[0] == found[1]
