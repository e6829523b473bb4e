"""Every picture by its name, in a frame that says what it shows, of when, and how sure it is.

A picture goes from hand to hand without the text beside it: pair, window, basis, as-of date,
sources and marks stand on the picture itself. It is drawn for 600 units and shown at twice that,
so that its smallest text is readable where a chat shows it at half its width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from core.data.errors import UnavailableError
from core.data.record import record
from core.note.company import company
from core.note.headline import compared
from core.note.rank_text import stretch_words
from core.note.ranking_words import BASIS_WORDS
from core.note.verdict import level
from tui.report import pictures, pictures_history
from tui.report.pictures_board import board_rows, board_title
from tui.report.sketch import CHARACTER, Sketch
from tui.report.style import picture_style
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.board import Board
    from core.answer.views import IndexView, Snapshot
    from core.measures.spread import Spread

ZOOM: Final = 2.0
_WIDTH, _MARGIN = 600.0, 24.0
_INSIDE: Final = _WIDTH - 2 * _MARGIN
#: Characters of a line: of the title, of the usual text, of the fine print.
_TITLE, _TEXT, _FINE = 50, 86, 92
#: Lines of the fine print.
_FOOT: Final = 6
#: Lines that a picture of leaders or draggers names.
_NAMES: Final = 12
#: Characters of a line's symbol and name.
_LABEL: Final = 26

#: The title and the drawing, or a sentence that says why there is none.
Drawn = tuple[str, Sketch] | str


@record(frozen=True, slots=True)
class Picture:
    """One picture of an answer.

    Attributes:
        draw: from the answer and a width to the title and the drawing.
        by_lines: it depends on holdings files, whose coverage is printed with it.
        state: pair, window, basis, date and state in a line.
    """

    draw: Callable[[Snapshot, float], Drawn]
    by_lines: bool
    state: Callable[[Snapshot], str]


def framed(
    title: str, marks: Sequence[str], state: str, drawing: Sketch, foot: Iterable[str]
) -> Sketch:
    """A drawing with its title and marks above it, and its sources below.

    Args:
        title: what it shows.
        marks: "SIMULATED", "ESTIMATED": what must not be overlooked.
        state: question, dates and basis, in a line.
        drawing: as wide as the frame has room for.
        foot: sentences of the fine print.
    """
    titles = wrap(title, _TITLE)
    states = wrap(state, _TEXT)
    fine = [line for sentence in foot for line in wrap(sentence, _FINE)][:_FOOT]
    head = _MARGIN + 24 * bool(marks) + 22 * len(titles) + 16 * len(states) + 14
    height = head + drawing.height + 14 + 14 * len(fine) + _MARGIN - 8
    sketch = Sketch(_WIDTH, height, title, f"{state}. {drawing.description}")
    sketch.box(0, 0, (_WIDTH, height), "ground")
    y, x = _MARGIN, _MARGIN
    for mark in marks:
        wide = CHARACTER * len(mark) + 12
        sketch.box(x, y - 4, (wide, 17), "frame")
        sketch.text(x + wide / 2, y + 8.5, mark, "t tag", "middle")
        x += wide + 8
    y += 24 * bool(marks)
    for line in titles:
        sketch.text(_MARGIN, y + 13, line, "title")
        y += 22
    for line in states:
        sketch.text(_MARGIN, y + 9, line, "t muted small-print")
        y += 16
    sketch.put(drawing, _MARGIN, head)
    y = head + drawing.height + 24
    for line in fine:
        sketch.text(_MARGIN, y, line, "t muted fine")
        y += 14
    return sketch


def to_svg(snapshot: Snapshot, name: str, *, dark: bool = False) -> str:
    """A picture of `PICTURES` as SVG that stands alone.

    Raises:
        UnavailableError: the answer has nothing to draw it from.
    """
    if snapshot.question.without:
        raise UnavailableError("a picture shows whole indices: bring back the names left out first")
    picture = PICTURES[name]
    answer = picture.draw(snapshot, _INSIDE)
    if isinstance(answer, str):
        raise UnavailableError(f"no picture {name}: {answer}")
    title, drawing = answer
    marks = ["SIMULATED"] if snapshot.simulated else []
    marks += [snapshot.state.upper()] if snapshot.state != "final" else []
    if picture.by_lines and any(view.estimated for view in snapshot.indices.values()):
        marks.append("ESTIMATED")
    foot = [*coverage(snapshot)] if picture.by_lines else []
    foot.append(origins(snapshot, lines=picture.by_lines))
    sketch = framed(title, marks, picture.state(snapshot), drawing, foot)
    return sketch.svg(name, picture_style(dark=dark), ZOOM) + "\n"


def _state(snapshot: Snapshot) -> str:
    """The state line of a picture of the window; the marks say what is estimated."""
    window = snapshot.window
    dates = (
        f"from {window.start}"
        if window.end == snapshot.as_of
        else f"{window.start} to {window.end}"
    )
    parts = (
        _funds(snapshot),
        f"{window.label} {dates}",
        BASIS_WORDS[snapshot.question.basis],
        f"as of {snapshot.as_of}",
        snapshot.state,
    )
    return " · ".join(parts)


def _ratio_state(snapshot: Snapshot) -> str:
    """The state line of the ratio, which knows no window."""
    spread = _spread(snapshot)
    assert spread is not None
    history, funds = spread.history, _funds(snapshot)
    words = "closes" if snapshot.question.alone else "ratio of closes"
    if history.ratio_of_prices is None:
        words = BASIS_WORDS[snapshot.question.basis]
    first = history.sessions[0].item()
    return f"{funds} · {words} by week, from {first} · as of {snapshot.as_of} · {snapshot.state}"


def board_svg(board: Board, *, dark: bool = False) -> str:
    """The board as SVG that stands alone."""
    marks = ["SIMULATED"] if board.simulated else []
    state = f"gaps in percentage points · {BASIS_WORDS[board.basis]} · as of {board.as_of}"
    missing = sum(bool(row.missing) for row in board.rows)
    foot = [f"{missing} pairs without closes are left out."] if missing else []
    sketch = framed(board_title(board), marks, state, board_rows(board, _INSIDE), foot)
    return sketch.svg("board", picture_style(dark=dark), ZOOM) + "\n"


def origins(snapshot: Snapshot, *, lines: bool) -> str:
    """The sources of the funds' closes, or of all prices and holdings files: "prices: Yahoo"."""
    funds = tuple(f"prices {fund}" for fund in snapshot.question.funds)
    beginnings = {"prices": ("prices",), "holdings": ("holdings",)} if lines else {"prices": funds}
    parts = []
    for name, beginning in beginnings.items():
        names = dict.fromkeys(s.origin for s in snapshot.sources if s.what.startswith(beginning))
        if names:
            parts.append(f"{name}: {', '.join(names)}")
    return " · ".join(parts)


def coverage(snapshot: Snapshot) -> Iterable[str]:
    """How much of each index is measured, in a sentence."""
    for fund, view in snapshot.indices.items():
        weight = f.weight(view.coverage, 1)
        yield f"{fund}: {view.measured:,} of {view.lines:,} lines measured, {weight} of weight."


def _spread(snapshot: Snapshot) -> Spread | None:
    """The spread of a pair, or of one index alone."""
    return snapshot.spread or snapshot.single_spread


def _funds(snapshot: Snapshot) -> str:
    """The pair, or the one index alone, in words."""
    return " against ".join(snapshot.question.funds)


def _lacking(snapshot: Snapshot) -> str:
    return "; ".join(snapshot.missing) or "closes of the funds are missing"


def _gap(snapshot: Snapshot, width: float) -> Drawn:
    drawing = pictures.spread(snapshot, width, 300)
    if drawing is None or snapshot.spread is None:
        return "one index alone has no gap" if snapshot.single_spread else _lacking(snapshot)
    small, large = snapshot.question.small, snapshot.question.large
    gap = snapshot.spread.gap
    if level(gap):
        return f"{small} and {large} are level", drawing
    ahead, behind = (small, large) if gap > 0 else (large, small)
    return f"{ahead} is {f.pp(abs(gap), sign=False)} ahead of {behind}", drawing


def _index(snapshot: Snapshot, *, ahead: bool) -> IndexView | None:
    """The index that leads or that lags; the one that is requested alone."""
    if snapshot.question.alone or snapshot.spread is None:
        return snapshot.small
    return snapshot.small if (snapshot.spread.gap >= 0) == ahead else snapshot.large


def _named_lines(snapshot: Snapshot, width: float, *, ahead: bool) -> Drawn:
    """The lines that carried the index ahead, or that cost the one behind most."""
    view = _index(snapshot, ahead=ahead)
    if view is None:
        return _lacking(snapshot)
    if not view.claims:
        return (
            f"leaders of {view.fund} are not named below 90 % of weight measured, nor on a list"
            " carried too far; `internals note` says which"
        )
    lines = view.contributors
    sign = 1 if ahead else -1
    order = range(len(lines)) if ahead else range(len(lines) - 1, -1, -1)
    rows = [row for row in order if sign * lines.contribution[row] > 0][:_NAMES]
    if not rows:
        return f"no line of {view.fund} {'rose' if ahead else 'fell'}"
    labels = [_label(lines.symbols[row], lines.names[row]) for row in rows]
    values = [float(lines.contribution[row]) for row in rows]
    returns = [f.pct(float(lines.returns[row]), 1) for row in rows]
    what = "carried" if ahead else "cost"
    title = f"What {what} {view.fund} most, in bp, with returns"
    drawing = pictures.bars(title, labels, values, returns, width, notes=returns)
    assert drawing is not None
    return title, drawing


def _label(symbol: str, name: str) -> str:
    """A line's symbol and its company's name, as far as there is room."""
    text = f"{symbol}  {company(name, symbol)}" if name else symbol
    return text if len(text) <= _LABEL else text[: _LABEL - 1].rstrip() + "…"


def _ladder(snapshot: Snapshot, width: float) -> Drawn:
    claiming = [view for view in snapshot.indices.values() if view.claims_breadth]
    if not claiming or len(claiming) < len(snapshot.indices):
        return "breadth is not claimed at this coverage; `internals note` says why"
    drawing = pictures.ladder(snapshot, width)
    if drawing is None:
        return _lacking(snapshot)
    at_end = ", of the list at the end" if snapshot.question.breadth_list == "end" else ""
    return f"How many lines rose or fell, and by how much{at_end}", drawing


def _years(snapshot: Snapshot, width: float) -> Drawn:
    spread, funds = _spread(snapshot), _funds(snapshot)
    if spread is None:
        return _lacking(snapshot)
    label = snapshot.window.label
    if not compared(snapshot).same_window:
        return f"{label} is like no window of another year; --picture stretches ranks it"
    what = "gap" if snapshot.spread else "return"
    title = f"{funds}: the {label} {what} of every year, pp"
    drawing = pictures.years(spread.same_window, title, snapshot.window.end.year, width)
    return (title, drawing) if drawing else "no earlier year is stored"


def _stretches(snapshot: Snapshot, width: float) -> Drawn:
    spread, funds = _spread(snapshot), _funds(snapshot)
    if spread is None:
        return _lacking(snapshot)
    rank = spread.rolling
    if rank is None or not rank.claim:
        return "the history is too short for a rank, or closes are missing inside the window"
    what = "gap" if snapshot.spread else "return"
    one, _ = stretch_words(rank)
    title = f"{funds}: the {what} of every {one} since {rank.first.year}"
    question = snapshot.question
    sides = (
        ("fell", "rose")
        if question.alone
        else (f"{question.large} ahead", f"{question.small} ahead")
    )
    return title, pictures_history.stretches(spread.history, rank, sides, width)


def _ratio(snapshot: Snapshot, width: float) -> Drawn:
    spread = _spread(snapshot)
    if spread is None:
        return _lacking(snapshot)
    history, question = spread.history, snapshot.question
    ratio = history.ratio or history.total_ratio
    if ratio is None:
        return "the last session has no closes"
    alone = question.alone
    name = question.small if alone else f"The ratio of {question.small} to {question.large}"
    off = f.pct(-ratio.off(ratio.high), 1, sign=False)
    stands = (
        f"is at its highest since {ratio.first}"
        if ratio.high.end == ratio.end
        else f"is {off} below its high of {ratio.high.end}"
    )
    return f"{name} {stands}", pictures_history.ratio(history, width)


def _bridge(snapshot: Snapshot, width: float) -> Drawn:
    drawing = pictures.bridge(snapshot, width)
    small, large = snapshot.question.small, snapshot.question.large
    title = f"Why {small} and {large} parted: the gap in steps, pp"
    return (title, drawing) if drawing else "both indices are needed for it"


#: Name on the command line -> picture; the board is one of its own.
PICTURES: Final[Mapping[str, Picture]] = {
    "gap": Picture(_gap, False, _state),
    "draggers": Picture(lambda s, w: _named_lines(s, w, ahead=False), True, _state),
    "leaders": Picture(lambda s, w: _named_lines(s, w, ahead=True), True, _state),
    "ladder": Picture(_ladder, True, _state),
    "years": Picture(_years, False, _state),
    "stretches": Picture(_stretches, False, _state),
    "ratio": Picture(_ratio, False, _ratio_state),
    "bridge": Picture(_bridge, True, _state),
}
