"""Pane 1 as a calendar: the gap of every month and year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.answer.months import gap_by_month
from tui.panes.wording import part_lines
from tui.text import formats

if TYPE_CHECKING:
    from core.answer.months import PeriodGap
    from tui.host.scene import Scene
    from tui.text.spans import Drawing, Line

#: Cells of the months' names.
_NAME: Final = 5
#: Cells of a year's column.
_COLUMN: Final = 8
#: Stands behind the gap of a month or year that is not whole.
PARTIAL: Final = "*"


def months(scene: Scene, width: int) -> Drawing:
    """Months down and years across, the latest years first where not all stand side by side."""
    periods = gap_by_month(scene.market, scene.snapshot)
    years = sorted({year for year, _ in periods})
    fitting = max((width - 1 - _NAME) // _COLUMN, 1)
    lines = part_lines(_parts(scene, periods), width)
    while years:
        years, block = years[:-fitting], years[-fitting:]
        heads = "".join(f"{year:>{_COLUMN - 1}} " for year in block)
        lines += [[], [(f" {'':{_NAME}}{heads}".rstrip(), "dim")]]
        for month in (*range(1, 13), 0):
            name = formats.MONTHS[month - 1] if month else "year"
            line: Line = [(f" {name:<{_NAME}}", "dim")]
            line += [_cell(periods.get((year, month)), bold=not month) for year in block]
            lines.append(line)
    return lines


def _cell(period: PeriodGap | None, *, bold: bool) -> tuple[str, str]:
    if period is None:
        return f"{formats.MISSING:>{_COLUMN - 1}} ", "dim"
    text = formats.pp(period.gap, unit=False)
    mark = PARTIAL if period.partial else " "
    side = "small" if period.gap >= 0 else "large"
    return f"{text:>{_COLUMN - 1}}{mark}", f"{side} bold" if bold else side


def _parts(scene: Scene, periods: dict[tuple[int, int], PeriodGap]) -> list[str]:
    """Say what the figures are, how many months were won, what the mark means."""
    question = scene.snapshot.question
    whole = [p.gap for (_, month), p in periods.items() if month and not p.partial]
    won = sum(gap > 0 for gap in whole)
    count = f"{won:,} of {len(whole):,} whole months"
    if question.alone:
        parts = [f"return of {question.small} by month, %", f"up in {count}"]
    else:
        pair = f"{question.small} less {question.large}, pp"
        parts = [f"gap by month, {pair}", f"{question.small} ahead in {count}"]
    if any(period.partial for period in periods.values()):
        parts.append(f"{PARTIAL} not whole")
    return parts
