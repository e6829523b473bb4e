"""How the figures of one row of the board came about, or the rotation's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from core.answer.board import MONTH, RANKED, WINDOWS
from core.answer.board_breadth import COLUMNS as BREADTH
from core.answer.table import find
from core.note.phrase import several
from tui.panes.board_rotation import FORMULA
from tui.panes.board_rows import COLUMNS
from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import wrapped
from tui.text import formats as f
from tui.text.spans import inset

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.answer.board import BoardRow
    from core.answer.board_breadth import BoardBreadth
    from core.explain.board import RowParts
    from tui.host.host import Host
    from tui.text.spans import Drawing, Line


class BoardExplainScreen(PageScreen, inherit_bindings=False):
    """A page about one row.

    Args:
        row: of the board.
        breadth: of its index that leads, None where it is not counted.
        rotation: the rotation is what is asked about.
        parts: finds out, in a thread, what the row's gaps come from.
        host: the app.
    """

    BINDINGS: ClassVar[list[Any]] = page_bindings("explain")

    def __init__(
        self,
        row: BoardRow,
        breadth: BoardBreadth | None,
        rotation: bool,
        parts: Callable[[], RowParts | None],
        host: Host,
    ) -> None:
        super().__init__()
        self._row, self._breadth, self._rotation = row, breadth, rotation
        self._parts, self._host = parts, host

    def on_mount(self) -> None:
        """Draw what the row knows; what its gaps come from is worked out in the background."""
        row = self._row
        if self._rotation:
            self._draw(rotation_lines(row))
            return
        self._draw(row_lines(row, self._breadth), unfinished=row.history is not None)
        if row.history is not None:
            self._host.background(lambda: self.call_later(self._show, self._parts()), "parts")

    def _show(self, parts: RowParts | None) -> None:
        """Draw the gaps as the differences they are, None where that is not known."""
        self._draw(row_lines(self._row, self._breadth, parts))

    def _draw(self, lines: list[str], *, unfinished: bool = False) -> None:
        row, simulated = self._row, self._host.desk.simulated

        def draw(width: int, height: int) -> Drawing:
            title: Line = [(" SIMULATED", "mark")] if simulated else []
            body = [line for text in lines for line in inset(wrapped(text, width - 2))]
            head: Line = [*title, (f" {row.pair.name}", "bold"), (f"  to {row.end}", "")]
            return [head, [], *body, [], [(" esc", "bold"), (" back", "dim")]]

        self.sheet.show(draw, unfinished=unfinished)


def row_lines(
    row: BoardRow, breadth: BoardBreadth | None = None, parts: RowParts | None = None
) -> list[str]:
    """A sentence a figure of a row.

    Args:
        row: of a board.
        breadth: of its index that leads, None where it is not counted.
        parts: what its gaps come from, None before that is known.
    """
    if row.history is None or row.end is None:
        return [row.missing]
    small, large = row.pair.small, row.pair.large
    lines = [f"gap: return of {small} less return of {large}, from closes of both"]
    lines += [_gap_line(row, window, parts) for window in WINDOWS]
    if parts is not None:
        sources_text = ", ".join(f"{fund} {source}" for fund, source in parts.sources.items())
        lines.append(f"  closes: {sources_text}")
    for window in RANKED:
        rank = row.ranks.get(window)
        if rank is None:
            continue
        below = round(rank.percentile * rank.of)
        lines.append(
            f"p{window}: {below:,} of {rank.of:,} stretches of {rank.length} sessions (overlapping,"
            f" from {rank.first}) have a gap below {f.pp(rank.value)}:"
            f" {f.pct(rank.percentile, 1, sign=False)}"
        )
    streak, ratio = row.streak, row.ratio
    if streak is not None:
        run = several(streak.length, "session", "sessions in a row")
        known = "" if not streak.after_hole else ", or more: closes are missing before that"
        lines.append(f"run: the gap has had one sign for {run}{known}")
    if ratio is not None:
        lines.append(f"ratio of closes {small} / {large}: {ratio.level:.6g}")
        for average in ratio.averages:
            change = f.pct(ratio.level / average.level - 1)
            lines.append(
                f"  v{average.closes}: mean of {average.closes} is {average.level:.6g}: {change}"
            )
        for title, extreme in (("hi52", ratio.high_52), ("lo52", ratio.low_52)):
            if extreme is not None:
                off = f.pct(ratio.off(extreme))
                lines.append(
                    f"  {title}: {extreme.value:.6g} on {extreme.end}, of 252 sessions: {off}"
                )
    lines.append("trend: the ratio on the basis asked for, of 63 sessions; * is new on the session")
    lines += breadth_lines(breadth) if breadth is not None else []
    return [*lines, *filter(None, [row.missing])]


def _gap_line(row: BoardRow, window: str, parts: RowParts | None) -> str:
    """``YTD: IWM +20.00 % less SPY +9.00 %, 2025-12-31 to 2026-06-26: +11.00 pp``."""
    gap = f.pp(row.gaps.get(window))
    returns = parts.returns.get(window) if parts is not None else None
    if returns is None:
        return f"  {window}: {gap}"
    one, other = f.pct(returns.small), f.pct(returns.large)
    dates = f"{returns.window.start} to {returns.window.end}"
    return f"  {window}: {row.pair.small} {one} less {row.pair.large} {other}, {dates}: {gap}"


def breadth_lines(breadth: BoardBreadth) -> list[str]:
    """A sentence a figure of breadth: what it is, of which index, over which window."""
    titles = {column.key: column.title for column in COLUMNS}
    lines = [f"breadth of {breadth.fund}, which leads over {breadth.window}:"]
    for column, (name, change) in BREADTH.items():
        scalar, value = find(name), breadth.values[column]
        assert scalar is not None
        what = f"change since the session before of {titles[name]}" if change else scalar.help
        if value is None:
            text = "not known, or not claimed"
        elif column == "highs_less_lows":
            text = f.number(value, sign=True)
        else:
            text = f.pp(value, 1) if change else f.pct(value, 1, sign=False)
        lines.append(f"  {titles[column]}: {what}: {text}")
    return lines


def rotation_lines(row: BoardRow) -> list[str]:
    """The formula of the rotation with a row's figures."""
    lines = list(FORMULA)
    if not len(row.rotation):
        return [*lines, f"{row.pair.name} has not enough stretches for it"]
    at, change = (float(value) for value in row.rotation[-1])
    before = at - change
    lines.append(
        f"{row.pair.name}: {f.pct(at, 2, sign=False)} now, {f.pct(before, 2, sign=False)} {MONTH}"
        f" sessions before: {f.pp(change)}"
    )
    return lines
