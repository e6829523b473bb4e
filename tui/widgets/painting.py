"""A fast path from our widgets' lines to a frame, around Textual's compositor.

Textual keeps each line of a widget as strips, with borders round them, filtered, cut at every
edge of every widget and with seven caches each. Lines that fill their widget and lie over all
others need none of it: here a line is taken as its widget draws it, and its style is filtered
once for good. What is no `Painter`, or has a border or an opacity, is asked as Textual asks.

This uses private parts of Textual's compositor; `tests/random/test_painting.py` holds both to the
same cells, and the setting `wire = "plain"` goes without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import (
    ChopsUpdate,
    Compositor,
    CompositorUpdate,
    LayoutUpdate,
    ReflowResult,
)
from textual.color import Color
from textual.filter import ANSIToTruecolor, DimFilter, LineFilter, Monochrome, NoColor
from textual.strip import Strip

from tui.terminal.colours import Eight
from tui.terminal.safe_lines import NET
from tui.widgets.drawing import Backdrop, Painter

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from textual.geometry import Region, Size
    from textual.widget import Widget

#: Filters that look at nothing but the style of a segment.
_BY_STYLE: Final = (ANSIToTruecolor, DimFilter, Eight, Monochrome, NoColor)
_RESET: Final = "\x1b[0m"
#: A line's text from a column on, with everything that makes it look as it does.
Piece = tuple[int, int, str]


class Frame(CompositorUpdate):
    """Texts ready for a terminal and where they belong."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Console) -> str:
        """One string, for `App._display`."""
        return "".join([f"\x1b[{y + 1};{x + 1}H{text}" for y, x, text in self.pieces])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render for Rich, which Textual's own updates can do too."""
        yield Segment(self.render_segments(console))


class PaintingCompositor(Compositor):
    """Textual's compositor with a faster drawing of changed regions."""

    def __init__(self) -> None:
        super().__init__()
        self._filters: tuple[LineFilter, ...] = ()
        self._by_style = False
        self._colours: ColorSystem | None = None
        #: Backdrop -> style -> what stands before a text that has it.
        self._looks: dict[Color | None, dict[Style | None, str]] = {}

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        """Draw every line."""
        if simplify:
            return super().render_full_update(simplify=simplify)
        self._dirty_regions.clear()
        width, height = self.size
        # whoever asks for an update shows any kind of one
        return self._frame([(y, 0, width) for y in range(height)])  # type: ignore[return-value]

    def render_partial_update(self) -> ChopsUpdate | None:
        """Draw the lines of changed regions."""
        screen = self.size.region
        regions = [region.intersection(screen) for region in self._dirty_regions]
        self._dirty_regions.clear()
        spans = list(self._regions_to_spans(region for region in regions if region))
        return self._frame(spans) if spans else None  # type: ignore[return-value]

    def update_widgets(self, widgets: set[Widget]) -> None:
        """Take what is dirty; of what is not seen, nothing is looked up or arranged anew."""
        super().update_widgets(widgets & self.visible_widgets.keys())

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out as Textual does, and keep the full map, as it already has every widget."""
        result = super().reflow(parent, size)
        self._full_map_invalidated = False
        return result

    def _frame(self, spans: list[tuple[int, int, int]]) -> Frame:
        """The visible parts of spans of lines, each widget's part of one as a piece."""
        assert self.root is not None
        app = self.root.app
        self._colours = app.console._color_system
        filters = tuple(app.get_line_filters())
        if filters != self._filters:
            self._filters, self._looks = filters, {}
            self._by_style = all(one is NET or isinstance(one, _BY_STYLE) for one in filters)
        pieces: list[Piece] = []
        self._blocks: dict[Widget, list[Strip]] = {}
        self._grounds: dict[Widget, tuple[Backdrop, int] | None] = {}
        layers = self.layers_visible
        for y, first, last in spans:
            unseen = [(first, last)]
            for widget, visible, region in layers[y]:
                left, right = visible.x, visible.x + visible.width
                for start, end in unseen[:]:
                    a, b = max(start, left), min(end, right)
                    if a < b:
                        pieces.append((y, a, self._drawn(widget, region, y, a, b)))
                        unseen.remove((start, end))
                        unseen += [(c, d) for c, d in ((start, a), (b, end)) if c < d]
                if not unseen:
                    break
        return Frame(pieces)

    def _drawn(self, widget: Widget, region: Region, y: int, start: int, end: int) -> str:
        """Columns of a widget's line, ready for a terminal."""
        x, width = region.x, region.width
        ours = self._ours(widget)
        if ours is None:
            strip = self._blocks[widget][y - region.y]
            return self._text(list(strip.crop(start - x, end - x)), None)
        ground, room = ours
        assert isinstance(widget, Painter)
        segments = widget.line(y - region.y, ground)
        if room < width:
            blank = Style(bgcolor=ground.colour.rich_color)
            segments.append(Segment(" " * (width - room), blank))
        if end - start < max(width, room):
            segments = list(Strip(segments).crop(start - x, end - x))
        return self._text(segments, ground.colour)

    def _ours(self, widget: Widget) -> tuple[Backdrop, int] | None:
        """The background and the width of one of our widgets; None for any other, drawn whole."""
        if widget not in self._grounds:
            ground_and_width = None
            if self._by_style and isinstance(widget, Painter) and (ground := widget.ground).bare:
                ground_and_width = ground, widget.line_width
            else:
                self._blocks[widget] = widget.render_lines(widget.outer_size.region)
            self._grounds[widget] = ground_and_width
        return self._grounds[widget]

    def _text(self, segments: list[Segment], ground: Color | None) -> str:
        """Segments as text with escape sequences, after the line filters."""
        if ground is not None and not "".join([text for text, _, _ in segments]).isprintable():
            segments = NET.apply(segments, ground)
        looks = self._looks.setdefault(ground, {})
        out: list[str] = []
        for text, style, _ in segments:
            look = looks.get(style)
            if look is None:
                look = looks[style] = self._look(style, ground)
            out.append(f"{look}{text}{_RESET}" if look else text)
        return "".join(out)

    def _look(self, style: Style | None, ground: Color | None) -> str:
        """The escape sequence that switches a style on."""
        segments = [Segment("x", style)]
        if ground is not None:
            for one in self._filters:
                segments = one.apply(segments, ground)
        filtered = segments[0].style
        if filtered is None:
            return ""
        codes = Strip.render_ansi(filtered, self._colours or ColorSystem.TRUECOLOR)
        return f"\x1b[{codes}m" if codes else ""
