"""The frame of the screen: where the panes stand, their titles, the lines above and below.

Nothing here knows an answer, or needs more than the table of commands: the frame is drawn
before anything that measures is loaded.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from core.data.record import record
from tui.command.commands import BREADTH, CHANGES, CONTRIBUTORS, SPREAD, hints
from tui.text import formats
from tui.text.spans import Drawing, Line, fit_line, line_width

if TYPE_CHECKING:
    from core.data.question import Question
    from tui.state.state_files import Seat

#: Pane -> its name, and its views in their order.
TITLES: Final = {
    SPREAD: "Spread",
    CONTRIBUTORS: "Contributors",
    BREADTH: "Breadth",
    CHANGES: "Changes",
}
VIEWS: Final[Mapping[int, tuple[str, ...]]] = {
    SPREAD: ("lines", "years", "full years", "months", "paths", "stretches", "ratio"),
    CONTRIBUTORS: (
        "names",
        "sectors",
        "industries",
        "themes",
        "gap",
        "brinson",
        "windows",
        "sector windows",
        "movers",
        "left out",
    ),
    BREADTH: (
        "histogram",
        "ladder",
        "bridge",
        "daily",
        "session",
        "averages",
        "sectors",
        "ten sessions",
        "signals",
        "years",
    ),
    CHANGES: ("membership", "concentration", "weights", "years"),
}
#: From this size on two by two; below it one pane at a time.
FOUR: Final = (112, 32)
#: From this width on the panes of names take two thirds: their texts need it, charts do not.
WIDE: Final = 150
#: Below this there is nothing to show.
LEAST: Final = (36, 9)
#: Lines below the panes: status and hints.
_BELOW: Final = 2
#: Cells below which nothing is said beside what stands.
_LEAST_SENTENCE: Final = 12
READING: Final = "reading the store …"


def form(width: int, height: int, *, zoomed: bool) -> Literal["four", "one", "small"]:
    """Choose the layout for a size: two by two, one pane, or nothing but a sentence."""
    if width < LEAST[0] or height < LEAST[1]:
        return "small"
    return "one" if zoomed or width < FOUR[0] or height < FOUR[1] else "four"


def title(
    number: int, view: str, active: bool, width: int, words: Line, *, simulated: bool, rung: bool
) -> Line:
    """The title of a pane, which is its border.

    Args:
        number: of the pane.
        view: the one shown, of its `VIEWS`.
        active: keys go to it.
        width: cells.
        words: after its name and its views.
        simulated: its numbers are of a simulated market.
        rung: an alert on one of them has fired.
    """
    # the mark alone tells the pane apart: a rule of another weight, or a name of another
    # colour, is sent anew with each move
    head: Line = [("━▸", "mark")] if active else [("─", "axis"), (" ", "")]
    head += [(f"{number} {TITLES[number]}", "bold"), (" ", "")]
    tail: Line = []
    if simulated:
        tail = [(" ", ""), ("SIMULATED", "mark"), (" ", ""), ("─", "axis")]
    if rung:
        tail = [(" ◆ alert ", "mark reverse"), ("─", "axis"), *tail]
    room = width - line_width(head) - line_width(tail)
    views = VIEWS[number]
    middle = [*_tabs(views, view, room - line_width(words)), *words]
    if line_width(middle) > room:
        middle = _tabs(views, view, room)
    return [*head, *middle, ("─" * max(room - line_width(middle), 0), "axis"), *tail]


def _tabs(views: Sequence[str], view: str, room: int) -> Line:
    """The names of the views beside the one shown, as many as fit; [] where not even it does."""
    first = last = views.index(view)

    def line(first: int, last: int) -> Line:
        tabs: Line = [("· ", "axis")] + [("… ", "axis")] * (first > 0)
        for name in views[first : last + 1]:
            tabs += [(name, "bold" if name == view else "dim"), (" ", "")]
            tabs += [("· ", "axis")] if name != views[last] else []
        return tabs + [("… ", "axis")] * (last < len(views) - 1)

    # first those after it, which the next key turns to, then those before
    while last < len(views) - 1 and line_width(line(first, last + 1)) <= room:
        last += 1
    while first > 0 and line_width(line(first - 1, last)) <= room:
        first -= 1
    tabs = line(first, last)
    return tabs if line_width(tabs) <= room else []


def view_at(line: Line, x: int, views: Sequence[str]) -> str:
    """Return the view whose name stands at a cell of a title, "" where none does."""
    at = 0
    for text, _ in line:
        at += formats.cell_width(text)
        if x < at:
            return text if text in views else ""
    return ""


def question_line(question: Question, pairs: Sequence[tuple[str, str]]) -> Line:
    """The pair, its place in the watch list, and the window."""
    return [
        (" ", ""),
        *place_text(question, pairs),
        (question.small, "small bold"),
        *([] if question.alone else [(" – ", "dim"), (question.large, "large bold")]),
        (f"  {question.window}", "bold"),
    ]


def place_text(question: Question, pairs: Sequence[tuple[str, str]]) -> Line:
    """Which of how many pairs of the watch list; nothing for a pair that is not of it."""
    pair = (question.small, question.large)
    if pair not in pairs or len(pairs) < 2:
        return []
    return [(f"{pairs.index(pair) + 1}/{len(pairs)} ", "dim")]


def status(message: str, kind: str, ages: Sequence[str], width: int, standing: str = "") -> Line:
    """Unusual states that hold, then a sentence, then the data's age where all fit.

    Args:
        message: what is to be said.
        kind: "error", "busy", "alert" or "".
        ages: the data's age in words, the fullest first; the first that fits is shown.
        width: cells.
        standing: what is left out, filtered or of another date; a sentence beside it
            leaves it a quarter of the line at least.
    """
    if standing:
        room = width - 2
        if message:
            room = max(room - formats.cell_width(message) - 5, width // 4)
        text = formats.fit(standing, min(room, formats.cell_width(standing))).rstrip()
        head: Line = [(" ", ""), (text, "mark")]
        room_beside = width - line_width(head) - 1
        if room_beside < _LEAST_SENTENCE and not message:
            return head
        return [
            *head,
            (" ", ""),
            *status(
                message,
                kind,
                [age for age in ages if message or room_beside > len(age) + 1],
                room_beside,
            ),
        ]
    signs = {"error": ("! ", "mark"), "busy": ("… ", "mark"), "alert": ("◆ ", "mark reverse")}
    sign = signs.get(kind, ("", ""))
    room = width - 2 - len(sign[0])
    style = "bold" if kind in ("error", "alert") else "dim"
    beside = room - formats.cell_width(message) - 2
    age = next((age for age in ages if len(age) <= beside), "")
    if age:
        return [(" ", ""), sign, (formats.fit(message, room - len(age)), style), (age, "dim")]
    if not message:
        return [(" ", ""), (formats.fit(ages[-1] if ages else "", room).rstrip(), "dim")]
    return [(" ", ""), sign, (formats.fit(message, room).rstrip(), style)]


def status_lines(
    message: str, kind: str, ages: Sequence[str], width: int, standing: str, most: int
) -> Drawing:
    """The status line; an error that is longer has lines of its own, so that it is read whole."""
    beside = formats.cell_width(standing) + 7 if standing else 4
    if kind != "error" or formats.cell_width(message) + beside <= width or most < _BELOW:
        return [status(message, kind, ages, width, standing)]
    head: Drawing = [status("", "", ages, width, standing)] if standing else []
    rows = textwrap.wrap(message, max(width - 4, 1))[: most - len(head)]
    whole = sum(map(len, rows)) + len(rows) - 1 >= len(message)
    rows[-1] += "" if whole else " …"
    signs = ["! ", *["  "] * (len(rows) - 1)]
    return head + [
        [(" ", ""), (sign, "mark"), (row, "bold")] for sign, row in zip(signs, rows, strict=True)
    ]


def hint_line(pane: int, keys: Mapping[str, tuple[str, ...]], width: int) -> Line:
    """Keys that do something here; help and quit stay when the others do not fit.

    What every pane has keeps its place in front, and what several have before what one has, so
    that a change of pane sends little.
    """
    everywhere = hints(min(pane, 1), keys)
    all_pairs = [pair for number in (1, 2, 3, 4) for pair in hints(number, keys)]
    last = [pair for pair in everywhere if pair[1] in ("help", "quit")]
    shared = [pair for pair in everywhere if pair not in last]

    def hints_of(number: int) -> list[tuple[str, str]]:
        hint_pairs = [pair for pair in hints(number, keys) if pair not in everywhere]
        return sorted(hint_pairs, key=all_pairs.count, reverse=True)

    # where panes stand beside each other, room for the longest of theirs: the shared ones stay
    beside = (1, 2, 3, 4) if pane and width >= FOUR[0] else (pane,)
    most = max(map(hints_of, beside), key=lambda pairs: line_width(hint_spans(pairs)))
    while shared and line_width(hint_spans(shared + last + most)) > width:
        shared.pop()
    pane_hints = hints_of(pane)
    while pane_hints and line_width(hint_spans(shared + last + pane_hints)) > width:
        pane_hints.pop()
    return hint_spans(shared + last + pane_hints)


def hint_spans(pairs: Sequence[tuple[str, str]]) -> Line:
    """Keys and what they do, on one line."""
    line: Line = [(" ", "")]
    for key, words in pairs:
        line += [(key, "bold"), (f" {words}  ", "dim")]
    return [*line[:-1], (line[-1][0].rstrip(), "dim")]


def too_small(width: int, height: int) -> Drawing:
    """Draw the sentence for a terminal that is too small."""
    lines = textwrap.wrap("terminal too small: 80x24 shows everything", max(width, 1))
    top = max((height - len(lines)) // 2, 0)
    return [[]] * top + [[(line.center(width).rstrip(), "")] for line in lines]


@record(frozen=True, slots=True)
class Start:
    """The frame's contents before anything is read.

    Attributes:
        question: what is asked first.
        pairs: the watch list.
        keys: command -> its keys in force.
        seat: where a person was last.
        simulated: the market is.
        board: the board is what the screen opens with.
    """

    question: Question
    pairs: Sequence[tuple[str, str]]
    keys: Mapping[str, tuple[str, ...]]
    seat: Seat
    simulated: bool = False
    board: bool = False


def most_headline(height: int) -> int:
    """Lines that the headline may take of a screen."""
    return 3 if height >= 24 else 2 if height >= 18 else 1


def headline_height(width: int, height: int, seat: Seat) -> int:
    """Lines that the headline seen last takes on a screen."""
    rows = textwrap.wrap(seat.headline, max(width - 2, 1))
    return min(max(len(rows), 1), most_headline(height))


def frame(width: int, height: int, start: Start, headline: int = 0) -> Drawing:
    """The whole screen before the first answer: every line, each as wide as the screen.

    Args:
        width: cells of the screen.
        height: its lines.
        start: what it is drawn from.
        headline: lines of the headline, 0 for those that the one seen last takes.
    """
    used = form(width, height, zoomed=start.seat.zoomed)
    if used == "small":
        lines = too_small(width, height)
        return [fit_line(line, width) for line in [*lines, *[[]] * height][:height]]
    lines = [[]] * height
    if start.board:
        lines[0] = [(" Board", "bold")]
        lines[-2] = status(READING, "busy", (), width)
        return [fit_line(line, width) for line in lines]
    lines[0] = question_line(start.question, start.pairs)
    lines[-2] = status(READING, "busy", (), width)
    lines[-1] = hint_line(start.seat.pane, start.keys, width)

    def head(number: int, cells: int) -> Line:
        view, active = view_of(start.seat, number), number == start.seat.pane
        return title(number, view, active, cells, [], simulated=start.simulated, rung=False)

    for number, region in pane_regions(width, height, start.seat, headline).items():
        lines[region.y] = [*fit_line(lines[region.y], region.x), *head(number, region.width)]
    return [fit_line(line, width) for line in lines]


def view_of(seat: Seat, number: int) -> str:
    """The view of a pane that a person was in last, else its first."""
    view = seat.views.get(number, "")
    return view if view in VIEWS[number] else VIEWS[number][0]


class PaneRegion(NamedTuple):
    """Where a pane stands."""

    x: int
    y: int
    width: int
    height: int


def pane_regions(
    width: int, height: int, seat: Seat, headline: int, below: int = _BELOW
) -> dict[int, PaneRegion]:
    """Visible pane -> its region, as the screen's grid lays panes out.

    Args:
        width: cells of the screen.
        height: its lines.
        seat: the pane that keys go to, and whether it is zoomed.
        headline: lines of the headline, 0 for those that the one seen last takes.
        below: lines below the panes.
    """
    top = 1 + (headline or headline_height(width, height, seat))
    rows = height - top - below
    if form(width, height, zoomed=seat.zoomed) == "one":
        return {seat.pane: PaneRegion(0, top, width, rows)}
    # a cell between the columns, what is left over at the end
    first = (width - 1) // 3 if width >= WIDE else (width - 1) * 2 // 5
    x, y = first + 1, top + rows // 2
    return {
        SPREAD: PaneRegion(0, top, first, y - top),
        CONTRIBUTORS: PaneRegion(x, top, width - x, y - top),
        BREADTH: PaneRegion(0, y, first, height - below - y),
        CHANGES: PaneRegion(x, y, width - x, height - below - y),
    }
