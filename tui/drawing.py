"""Spans on the screen: what a style name looks like, and a widget that shows a drawing.

Nothing here reads markup: text becomes segments, cleaned of every control character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui import formats
from tui.charts.canvas import Drawing, Span, fit_line
from tui.safe import safe

#: Style names with a component class of their own, ``painter--NAME``.
NAMES: Final = ("small", "large", "gap", "up", "down", "axis", "dim", "mark", "match")
_ATTRIBUTES: Final = {
    "bold": Style(bold=True),
    "reverse": Style(reverse=True),
    "italic": Style(italic=True),
    "underline": Style(underline=True),
}
_NO_STYLE: Final = Style()
PAINTER_CLASSES: Final = {f"painter--{name}" for name in NAMES}

# Textual takes styles from the first widget base alone: the painter is none at run time.
if TYPE_CHECKING:
    _Base = Widget
else:
    _Base = object


def painter_css(widget: str) -> str:
    """Default looks of the style names inside a widget type, for its DEFAULT_CSS."""
    return f"""
    {widget} {{
        .painter--small {{ color: #5fafff; }}
        .painter--large {{ color: #ff8700; }}
        .painter--gap {{ color: $text-accent; }}
        .painter--up {{ color: $text-success; }}
        .painter--down {{ color: $text-error; }}
        .painter--axis {{ color: $foreground 40%; }}
        .painter--dim {{ color: $foreground 65%; }}
        .painter--mark {{ color: $text-warning; text-style: bold; }}
        .painter--match {{ text-style: underline; }}
        /* The same two hues, dark enough to be read on a light ground. */
        &:light {{
            .painter--small {{ color: #005faf; }}
            .painter--large {{ color: #af5f00; }}
        }}
    }}
    """


class Painter(_Base):
    """Turns style names into styles of the theme, for a widget that draws its own lines.

    The widget names ``PAINTER_CLASSES`` among its component classes and takes
    ``painter_css`` into its default styles; a stylesheet may then give any
    ``.painter--NAME`` other colours. Sign, position and character carry the meaning.
    """

    #: Whether every character is drawn in ASCII.
    ascii_only: bool = False

    def look(self, name: str) -> Style:
        """The style of a name such as "up" or "small reverse"; unknown words mean nothing."""
        style = _NO_STYLE
        for word in name.split():
            style += _ATTRIBUTES.get(word) or (
                self.component(f"painter--{word}") if word in NAMES else _NO_STYLE
            )
        return style

    def component(self, name: str) -> Style:
        """What a component class itself sets, translucent colours blended with what is below."""
        rules = self.get_component_styles(name)
        full = self.get_component_rich_style(name)
        ground = rules.has_rule("background")
        return (
            Style(
                color=full.color if rules.has_rule("color") else None,
                bgcolor=full.bgcolor if ground else None,
            )
            + rules.text_style
        )

    def strip(self, line: Iterable[Span], width: int, base: Style) -> Strip:
        """A line as exactly ``width`` cells over a base style."""
        segments: list[Segment] = []
        for text, name in fit_line(((safe(text), name) for text, name in line), width):
            shown = formats.to_ascii(text) if self.ascii_only else text
            segments.append(Segment(shown, base + self.look(name) if name else base))
        return Strip(segments, width)


class DrawingView(Painter, Widget):
    """Shows what a function draws for the size at hand; the drawing is kept until either changes.

    Args:
        draw: (width, height in cells) -> drawing.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = PAINTER_CLASSES
    DEFAULT_CSS = painter_css("DrawingView")
    ALLOW_SELECT = False

    def __init__(
        self,
        draw: Callable[[int, int], Drawing] | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._kept: tuple[tuple[int, int], Drawing] | None = None

    def show(self, draw: Callable[[int, int], Drawing] | None) -> None:
        """Draw something else from now on."""
        self._draw, self._kept = draw, None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the drawing, for Textual."""
        size = (self.size.width, self.size.height)
        if self._kept is None or self._kept[0] != size:
            self._kept = (size, self._draw(*size) if self._draw else [])
        drawing = self._kept[1]
        return self.strip(drawing[y] if y < len(drawing) else [], size[0], self.rich_style)
