"""Shapes as SVG: sizes in pixels from the top left, looks by class alone.

A picture holds no script, no link and no style attribute, so that a page with a strict
content policy shows it; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Literal

from tui.text.safe import safe

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
#: Pixels that a character of the usual text takes, about.
CHARACTER = 7.0


def clean(text: str) -> str:
    """Foreign text as it may stand in SVG and HTML."""
    return escape(safe(text), quote=True)


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


class Sketch:
    """A picture being drawn.

    Args:
        width: in pixels.
        height: in pixels.
        title: what it shows, for who cannot see it.
        description: the same in a sentence with its figures.
    """

    def __init__(self, width: float, height: float, title: str, description: str) -> None:
        self.width, self.height, self.title, self.description = width, height, title, description
        self._shapes: list[str] = []

    def line(self, start: Point, end: Point, look: str) -> None:
        """A straight line."""
        (x1, y1), (x2, y2) = start, end
        self._shapes.append(
            f'<line x1="{_at(x1)}" y1="{_at(y1)}" x2="{_at(x2)}" y2="{_at(y2)}" class="{look}"/>'
        )

    def curve(self, points: Iterable[Point], look: str) -> None:
        """A line through points."""
        self._shapes.append(f'<polyline points="{self._points(points)}" class="{look}"/>')

    def area(self, points: Iterable[Point], look: str) -> None:
        """A filled shape."""
        self._shapes.append(f'<polygon points="{self._points(points)}" class="{look}"/>')

    def _points(self, points: Iterable[Point]) -> str:
        return " ".join(f"{_at(x)},{_at(y)}" for x, y in points)

    def box(self, left: float, top: float, size: Point, look: str, tip: str = "") -> None:
        """A rectangle; ``tip`` is shown while the pointer is over it."""
        width, height = size
        shape = (
            f'<rect x="{_at(left)}" y="{_at(top)}" width="{_at(max(width, 0))}"'
            f' height="{_at(max(height, 0))}" class="{look}"'
        )
        self._shapes.append(f"{shape}><title>{clean(tip)}</title></rect>" if tip else f"{shape}/>")

    def text(
        self, x: float, y: float, words: str, look: str = "t", anchor: Anchor = "start"
    ) -> None:
        """A line of text on its base line."""
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._shapes.append(
            f'<text x="{_at(x)}" y="{_at(y)}" class="{look}"{end}>{clean(words)}</text>'
        )

    def put(self, other: Sketch, x: float, y: float) -> None:
        """Add another picture's shapes, moved by x and y."""
        self._shapes += [f'<g transform="translate({_at(x)} {_at(y)})">', *other._shapes, "</g>"]

    def svg(self, name: str, style: str = "", zoom: float = 1.0) -> str:
        """The picture as an element; ``name`` is unique on its page.

        Args:
            name: letters, digits and hyphens.
            style: CSS, for a picture that stands alone.
            zoom: how many pixels one of the drawing takes, where it stands alone.
        """
        size = f"0 0 {_at(self.width)} {_at(self.height)}"
        wide, high = _at(self.width * zoom), _at(self.height * zoom)
        alone = f' width="{wide}" height="{high}"' if style else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"{alone} role="img"'
            f' aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{clean(self.title)}</title>'
            f'<desc id="{name}-d">{clean(self.description)}</desc>'
            + (f"<style>{style}</style>" if style else "")
            + "".join(self._shapes)
            + "</svg>"
        )
