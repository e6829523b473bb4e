"""Terminal cells as SVG: text as text, blocks, rules and braille dots as shapes of their own.

No font is needed for a chart to be whole, and equal lines of several frames are kept once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from rich.color import Color
from rich.segment import Segment

#: What stands between two runs of blanks.
_PARTS = re.compile(r"\S+(?: \S+)*")
#: A cell, and what stands around the screen, in pixels.
WIDE, HIGH, EDGE, BAR = 8.4, 18.0, 10.0, 30.0
GROUND, INK = "#0e1116", "#d0d4da"
#: Blocks and rules: left, top, right, bottom as shares of the cell.
_SHAPES = {
    **{char: (0, 0, n / 8, 1) for n, char in enumerate("▏▎▍▌▋▊▉█", start=1)},
    **{char: (0, 1 - n / 8, 1, 1) for n, char in enumerate("▁▂▃▄▅▆▇", start=1)},
    "▐": (0.5, 0, 1, 1), "▕": (7 / 8, 0, 1, 1), "─": (0, 0.48, 1, 0.54), "━": (0, 0.45, 1, 0.56),
    "│": (0.45, 0, 0.55, 1),
}  # fmt: skip
#: Place of each braille dot, by its bit.
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


def _hex(colour: Color | None, instead: str) -> str:
    return colour.triplet.hex if colour is not None and colour.triplet is not None else instead


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _shapes(text: str, x: int, *, turned: bool = False) -> str:
    """Path of the characters that are shapes, or of what they leave blank, from cell ``x`` on."""
    path = ""
    for place, char in enumerate(text, start=x):
        left = place * WIDE
        if char in _SHAPES:
            a, b, c, d = _SHAPES[char]
            if turned:
                a, b, c, d = (c, 0, 1, 1) if c < 1 else (0, 0, 1, b)
            # A hair wider, so that neighbours leave no seam.
            wide, high = (c - a) * WIDE + 0.3 * (c == 1), (d - b) * HIGH + 0.3 * (d == 1)
            path += f"M{_number(left + a * WIDE)} {_number(b * HIGH)}"
            path += f"h{_number(wide)}v{_number(high)}h-{_number(wide)}z"
        elif "\u2800" < char <= "\u28ff":
            for bit, (column, row) in enumerate(_DOTS):
                if (ord(char) - 0x2800) >> bit & 1:
                    at = left + (column + 0.5) * WIDE / 2 - 0.9
                    path += f"M{_number(at)} {_number((row + 0.5) * HIGH / 4 - 0.9)}h1.8v1.8h-1.8z"
    return path


def _is_shape(char: str) -> bool:
    return char in _SHAPES or "\u2800" < char <= "\u28ff"


def line(segments: Iterable[Segment]) -> str:
    """One line of cells."""
    drawn, x = "", 0
    for segment in segments:
        style, size = segment.style, segment.cell_length
        ink, ground = INK, GROUND
        if style is not None:
            ink, ground = _hex(style.color, INK), _hex(style.bgcolor, GROUND)
            if style.reverse:
                ink, ground = ground, ink
        turned = style is not None and bool(style.reverse)
        if turned and all(char in _SHAPES for char in segment.text):
            # What a block in reverse video leaves blank is the bar: drawn itself, it has no seam.
            drawn += f'<path fill="{ground}" d="{_shapes(segment.text, x, turned=True)}"/>'
            x += size
            continue
        if ground != GROUND:
            place = f'x="{_number(x * WIDE)}" width="{_number(size * WIDE + 0.3)}"'
            drawn += f'<rect {place} height="{HIGH + 0.3:g}" fill="{ground}"/>'
        text = "".join(" " if _is_shape(char) else char for char in segment.text)
        bold = ' font-weight="bold"' if style is not None and style.bold else ""
        # a run of blanks is folded where a picture is shown: each part stands by itself
        for part in _PARTS.finditer(text):
            kept = part[0]
            start = x + Segment(text[: part.start()]).cell_length
            drawn += (
                f'<text x="{_number(start * WIDE)}" y="13.5" fill="{ink}"{bold}'
                f' textLength="{_number(Segment(kept).cell_length * WIDE)}">{escape(kept)}</text>'
            )
        if path := _shapes(segment.text, x):
            drawn += f'<path fill="{ink}" d="{path}"/>'
        x += size
    return drawn


def moving(frames: Sequence[tuple[str, float, Sequence[str]]], columns: int) -> str:
    """Frames one after the other, for ever, as one SVG; the first where nothing may move.

    Args:
        frames: title, seconds, and the lines (from `line`) of each.
        columns: cells of a line.
    """
    rows = max(len(lines) for _, _, lines in frames)
    width, height = columns * WIDE + 2 * EDGE, rows * HIGH + BAR + EDGE
    total = sum(seconds for _, seconds, _ in frames)
    names: dict[str, str] = {}
    rules, drawn, begins = "", "", 0.0
    for n, (title, seconds, lines) in enumerate(frames):
        first, last = 100 * begins / total, 100 * (begins + seconds) / total
        begins += seconds
        before = "" if n == 0 else "0%{visibility:hidden}"
        after = "" if n == len(frames) - 1 else f"{last:.3f}%{{visibility:hidden}}"
        rules += f"@keyframes k{n}{{{before}{first:.3f}%{{visibility:visible}}{after}}}"
        rules += f"#f{n}{{animation:k{n} {total:g}s step-end infinite}}"
        hidden = "" if n == 0 else ' visibility="hidden"'
        drawn += (
            f'<g id="f{n}"{hidden}><text class="t" x="{width / 2:g}" y="20">{escape(title)}</text>'
        )
        for row, body in enumerate(lines):
            if body:
                name = names.setdefault(body, f"l{len(names)}")
                drawn += f'<use href="#{name}" y="{row * HIGH + BAR:g}" x="{EDGE:g}"/>'
        drawn += "</g>\n"
    kept = "\n".join(f'<g id="{name}">{body}</g>' for body, name in names.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        ' font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14">\n'
        f"<style>text{{white-space:pre}}.t{{fill:#8a919c;text-anchor:middle}}{rules}"
        "@media (prefers-reduced-motion:reduce){g{animation:none!important}}</style>\n"
        f"<defs>{kept}</defs>\n"
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>\n'
        '<g fill="#3a414b"><circle cx="18" cy="15" r="5"/><circle cx="35" cy="15" r="5"/>'
        '<circle cx="52" cy="15" r="5"/></g>\n'
        f"{drawn}</svg>\n"
    )
