"""How the figures of one row of the board came about, or the rotation's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from core.answer.board import MONTH, RANKED, WINDOWS
from tui.panes.board_rotation import FORMULA
from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import wrapped
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.board import BoardRow
    from tui.host.host import Host
    from tui.text.spans import Drawing, Line


class BoardExplainScreen(PageScreen, inherit_bindings=False):
    """A page about one row.

    Args:
        row: of the board.
        rotation: the rotation is what is asked about.
        host: the app.
    """

    BINDINGS: ClassVar[list[Any]] = page_bindings("explain")

    def __init__(self, row: BoardRow, rotation: bool, host: Host) -> None:
        super().__init__()
        self._row, self._rotation, self._host = row, rotation, host

    def on_mount(self) -> None:
        """Draw."""
        row, simulated = self._row, self._host.desk.simulated
        lines = rotation_lines(row) if self._rotation else row_lines(row)

        def draw(width: int, height: int) -> Drawing:
            title: Line = [(" SIMULATED", "mark")] if simulated else []
            body = [[(" ", ""), *one] for text in lines for one in wrapped(text, width - 2)]
            head: Line = [*title, (f" {row.pair.name}", "bold"), (f"  to {row.end}", "")]
            return [head, [], *body, [], [(" esc", "bold"), (" back", "dim")]]

        self.sheet.show(draw)


def row_lines(row: BoardRow) -> list[str]:
    """A sentence a figure of a row."""
    if row.history is None or row.end is None:
        return [row.missing]
    small, large = row.pair.small, row.pair.large
    lines = [f"gap: return of {small} less return of {large}, from closes of both"]
    lines += [f"  {window}: {f.pp(row.gaps.get(window))}" for window in WINDOWS]
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
        lines.append(f"run: the gap has had one sign for {streak.length} sessions in a row")
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
    return [*lines, *filter(None, [row.missing])]


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
