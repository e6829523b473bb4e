"""The words several panes share: where the numbers stand, why an index has no answer."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from core.note.note import coverage
from tui.text import formats
from tui.text.spans import fit_line, inset, line_width

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot
    from tui.host.scene import Scene, Side
    from tui.text.spans import Drawing, Line


def foot_texts(scene: Scene, *, funds_only: bool = False) -> list[str]:
    """As-of date, state and coverage, the fullest text first."""
    snapshot = scene.snapshot
    as_of, state = f"{snapshot.as_of}", snapshot.state_words
    if funds_only:
        if snapshot.spread is None and snapshot.single_spread is None:
            return [f"as of {as_of} · partial", f"{as_of} partial"]
        word = "intraday" if snapshot.state == "intraday" else "final"
        if snapshot.single_spread is not None:
            return [
                f"as of {as_of} · {word} · closes of {snapshot.question.small}",
                f"{as_of} {word}",
            ]
        pair = f"{snapshot.question.small} and {snapshot.question.large}"
        return [
            f"as of {as_of} · {word} · closes of {pair} alone, both complete",
            f"as of {as_of} · {word} · closes of {pair}",
            f"{as_of} {word}",
        ]
    views = [view for _, view in scene.views()]
    full = [f"{view.fund} {coverage(view)}" for view in views]
    weights = [formats.weight(view.coverage, 1) for view in views]
    pairs = list(zip(views, weights, strict=True))
    short = [f"{v.fund} {v.measured:,} of {v.lines:,}, {weight}" for v, weight in pairs]
    least = [f"{v.fund} {weight}" for v, weight in pairs]
    return [
        " · ".join([f"as of {as_of}", state, *full]),
        " · ".join([as_of, state, *short]),
        " · ".join([as_of, state, *least]),
        f"{as_of} {state}",
    ]


def foot_line(texts: Sequence[str], width: int) -> Line:
    """The fullest of a foot's texts that fits, else the shortest."""
    text = next((t for t in texts if len(t) + 1 <= width), texts[-1])
    return [(" " + text, "dim")]


#: A number and its unit, or a day and its month: not to be torn apart.
_TIED: Final = re.compile(r"(?<=\d) (?=(?:%|pp|bp|[A-Z][a-z]+ \d{4})(?!\w))")
#: A last line shorter than this part of the width is filled up from those above it.
_LONE: Final = 0.25


def tied(text: str) -> str:
    """A sentence with no-break spaces between numbers and their units."""
    return _TIED.sub("\N{NO-BREAK SPACE}", text)


def wrapped(text: str, width: int, style: str = "", lines: int | None = None) -> Drawing:
    """A sentence as lines of at most ``width`` cells; the last one ends in … where cut.

    No unit stands apart from its number, and no lone word on the last line where that can
    be helped.
    """
    width = max(width, 1)
    text = tied(text)
    rows = textwrap.wrap(text, width) or [""]
    if lines is not None and len(rows) > lines:
        rows = rows[: max(lines, 1)]
        last = rows[-1]
        full = formats.cell_width(last) >= width
        rows[-1] = formats.fit(f"{last}xx", width) if full else last + formats.ELLIPSIS
    elif len(rows) > 1:
        narrower = width
        while len(rows[-1]) < width * _LONE and narrower > width // 2:
            narrower -= 1
            other = textwrap.wrap(text, narrower)
            if len(other) > len(rows):
                break
            rows = other
    return [[(line.replace("\N{NO-BREAK SPACE}", " "), style)] for line in rows]


def hanging(head: Line, rows: Drawing) -> Drawing:
    """Rows with a head before the first one; the others are indented under the first."""
    indent: Line = [(" " * line_width(head), "")]
    return [[*(indent if n else head), *row] for n, row in enumerate(rows)]


def beside(left: Drawing, right: Drawing, width: int, gap: str = "") -> Drawing:
    """Two drawings beside each other, the left one on ``width`` cells."""
    blank: Line = []
    pairs = zip_longest(left, right, fillvalue=blank)
    return [[*fit_line(one, width), (gap, ""), *other] for one, other in pairs]


def flowed(parts: list[str], width: int, lines: int | None = None) -> list[str]:
    """Parts joined by dots, whole ones on as many lines as needed; later ones give way."""
    rows: list[str] = []
    for part in parts:
        if rows and len(rows[-1]) + len(part) + 3 <= width:
            rows[-1] += f" · {part}"
        elif lines is None or len(rows) < lines:
            rows.append(formats.fit(part, width).rstrip())
        else:
            break
    return rows


def below_floor(scene: Scene) -> list[str]:
    """Sentences, without their full stops, for indices of which nothing is claimed."""
    return [w.rstrip(".") for w in scene.snapshot.warnings if "nothing is claimed" in w]


def part_lines(parts: list[str], width: int, lines: int | None = None) -> Drawing:
    """Parts indented by one cell, on as many lines as needed or on so many at most."""
    return [[(" ", ""), (line, "")] for line in flowed(parts, width - 2, lines)]


#: Names printed one by one.
_NAMES: Final = 4


def names_text(symbols: Sequence[str]) -> str:
    """A few names, or how many there are; without the fund that one is left out of alone."""
    names = list(dict.fromkeys(symbol.rpartition(":")[2] for symbol in symbols))
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return " ".join(names[:_NAMES]) + more


def without_text(snapshot: Snapshot, width: int) -> str:
    """The gap and each index without the names left out, in one line; "" where none are."""
    gap, views = snapshot.gap_without, snapshot.indices.values()
    if not snapshot.question.without:
        return ""
    if gap is None:
        return formats.fit(
            f"Without {names_text(snapshot.question.without)}: in neither index, nothing changes",
            width,
        ).rstrip()
    figures = [
        f"{view.fund} {formats.pct(view.without.fund_zeroed)}"
        for view in views
        if view.without is not None and view.without.fund_zeroed is not None
    ]
    reweighted = (
        "" if gap.reweighted is None else f"; gap {formats.pp(gap.reweighted)} (reweighted)"
    )
    zeroed = f"gap {formats.pp(gap.zeroed)}"
    whole = ", ".join([zeroed, *figures]) + " (zeroed)"
    listed = {symbol for view in views if view.without for symbol in view.without.symbols}
    left_out = [symbol.rpartition(":")[2] for symbol in snapshot.question.without]
    names = names_text([symbol for symbol in left_out if symbol in listed])
    count = f"{len(listed):,} name{'s' if len(listed) > 1 else ''}"
    texts = [
        f"Without {names}: {whole}{reweighted}",
        f"Without {count}: {whole}{reweighted}",
        f"Without {count}: {whole}",
        f"Without {count}: {zeroed} (zeroed)",
    ]
    return next((t for t in texts if len(t) <= width), formats.fit(texts[-1], width).rstrip())


def no_index(scene: Scene, width: int) -> Drawing:
    """The sentences that say why an index has no answer."""
    drawing: Drawing = [[]]
    for sentence in scene.snapshot.missing:
        drawing += inset(wrapped(f"{sentence}.", width - 2))
    gap = scene.snapshot.basket_gap
    if gap is not None:
        returns = ", ".join(
            f"{view.fund} {formats.pct(view.basket_return)}" for _, view in scene.views()
        )
        words = (
            f"Baskets of measured lines, not funds: gap {formats.pp(gap)} ({returns}), not ranked."
        )
        drawing += [[], *inset(wrapped(words, width - 2, "mark"))]
    return drawing


def why_not(scene: Scene, side: Side) -> str:
    """Why one index has no answer, in a sentence."""
    fund, missing = scene.fund(side), scene.snapshot.missing
    of_fund = [m for m in missing if fund in re.split(r"[^\w.^=-]+", m)] or missing
    return " ".join(f"{sentence}." for sentence in of_fund)
