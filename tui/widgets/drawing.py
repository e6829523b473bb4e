"""Spans on the screen: what a style name looks like, and lines of them as segments.

Nothing here reads markup: text becomes segments, cleaned of every control character.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from tui.terminal.release import style_key
from tui.text import formats
from tui.text.formats import cell_width
from tui.text.palettes import VARIABLES
from tui.text.safe import safe
from tui.text.spans import Span, fit_line

#: Style name -> a variable that themes of others have.
_COMMON: Final = {
    "gap": "text-accent",
    "up": "text-success",
    "down": "text-error",
    "axis": "foreground",
    "dim": "foreground",
    "mark": "text-warning",
}
#: Words of a style name that are seen on a blank too.
_SEEN_ON_BLANK: Final = ("reverse", "underline", "match")
#: The pair's hues where the theme has none of its own: on a dark ground, on a light one.
_PAIR: Final = {"small": ("#5fafff", "#005faf"), "large": ("#ff8700", "#af5f00")}
_ATTRIBUTES: Final = {
    "bold": Style(bold=True),
    "reverse": Style(reverse=True),
    "italic": Style(italic=True),
    "underline": Style(underline=True),
    "match": Style(underline=True),
}
NO_STYLE: Final = Style()

# Textual takes styles from the first widget base alone: the painter is none at run time.
if TYPE_CHECKING:
    _Base = Widget
else:
    _Base = object


class Backdrop(NamedTuple):
    """The style and colours that a widget draws on, from the stylesheets."""

    #: What they were when it was requested.
    key: tuple[object, ...]
    style: Style
    colour: Color
    #: Whether nothing stands round the lines the widget draws, or is laid over them.
    bare: bool


class Painter(_Base):
    """Turns style names into styles of the theme, for a widget that draws line by line.

    A name is a colour of the theme's variables, not a component class: nine of those on every
    widget are some three hundred more nodes to style at each change of a class. Sign, position
    and character carry the meaning.
    """

    #: Whether every character is drawn in ASCII.
    ascii_only: bool = False
    #: The variables of the theme last asked for, and what names look like in it.
    _looks: ClassVar[tuple[Mapping[str, str], dict[str, Style]]] = ({}, {})
    #: A style and a name -> both together, in that theme.
    _mixed: ClassVar[dict[Style, dict[str, Style]]] = {}
    _ground: Backdrop | None = None

    @property
    def ground(self) -> Backdrop:
        """The backdrop, looked up anew after a change of a style here or above."""
        nodes = self.ancestors_with_self
        key = (self.app.theme, *[style_key(node.styles) for node in nodes])
        ground = self._ground
        if ground is None or ground.key != key:
            styles = self.styles
            around = styles.gutter or styles.outline or styles.has_rule("hatch")
            laid_over = styles.tint.a or self.opacity != 1.0 or styles.text_opacity != 1.0
            bare = not around and not laid_over
            ground = Backdrop(key, self.rich_style, self.background_colors[1], bare)
            self._ground = ground
        return ground

    def look(self, name: str) -> Style:
        """The style of a name such as "up" or "small reverse"; unknown words mean nothing."""
        variables, looks = Painter._looks
        app = self.app
        if variables is not app.theme_variables:
            variables, looks = Painter._looks = (app.theme_variables, {})
            Painter._mixed = {}
        style = looks.get(name)
        if style is None:
            style = NO_STYLE
            for word in name.split():
                style += _ATTRIBUTES.get(word) or _coloured(word, variables, app.current_theme.dark)
            looks[name] = style
        return style

    def segments(self, line: Iterable[Span], width: int, base: Style) -> list[Segment]:
        """A line as exactly ``width`` cells over a base style, one segment a look.

        Blanks have the look of the text before them, where nothing of it is seen on them.
        """
        looks = self._on(base)
        plain = looks.get("") or looks.setdefault("", self._mix(base, ""))
        clean = [(safe(text), name) for text, name in line]
        segments: list[Segment] = []
        before, texts, before_bare = plain, "", True
        for text, name in clean:
            style = looks.get(name)
            if style is None:
                style = looks[name] = self._mix(base, name)
            if style is before or not text or (before_bare and text.isspace() and _bare(name)):
                texts += text
                continue
            if texts:
                segments.append(Segment(texts, before))
            before, texts, before_bare = style, text, _bare(name)
        room = width - sum([cell_width(text) for text, _, _ in segments]) - cell_width(texts)
        if room < 0:
            return self.segments(fit_line(clean, width), width, base)
        if room and not before_bare:
            segments.append(Segment(texts, before))
            before, texts = plain, ""
        texts += " " * room
        if texts:
            segments.append(Segment(texts, before))
        if self.ascii_only:
            return [Segment(formats.to_ascii(text), style) for text, style, _ in segments]
        return segments

    def _on(self, base: Style) -> dict[str, Style]:
        """Style names -> what they look like over a base, as far as they were requested."""
        if Painter._looks[0] is not self.app.theme_variables:
            self.look("")
        return Painter._mixed.setdefault(base, {})

    def _mix(self, base: Style, name: str) -> Style:
        mixed = base + self.look(name) if name else base
        styles = self._on(base).values()
        return next((style for style in styles if style == mixed), mixed)

    @property
    def line_width(self) -> int:
        """Cells of each line."""
        return self.size.width

    def line(self, y: int, ground: Backdrop) -> list[Segment]:
        """The segments of a line, ``line_width`` wide."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """A line, for Textual."""
        return Strip(self.line(y, self.ground), self.line_width)


@cache
def _bare(name: str) -> bool:
    """Whether a style changes nothing on a blank, as no style has a background."""
    return not any(word in _SEEN_ON_BLANK for word in name.split())


def _coloured(word: str, variables: Mapping[str, str], dark: bool) -> Style:
    """A style name's colour in a theme, plain for a word that is none."""
    if word == "cursor":
        ground = Color.parse(variables.get("cursor") or variables["surface"])
        return Style(bgcolor=ground.rich_color, bold=True)
    if word not in VARIABLES:
        return NO_STYLE
    pair = _PAIR.get(word)
    value = variables.get(VARIABLES[word])
    value = value or (pair[not dark] if pair else variables[_COMMON[word]])
    return Style(color=Color.parse(value).rich_color, bold=word == "mark" or None)
