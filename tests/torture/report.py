"""A figure of one experiment, and the table they make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

#: An experiment: a directory of its own and whether it is the short form -> its figures.
Experiment = Callable[[Path, bool], Iterator["Row"]]


@dataclass(frozen=True, slots=True)
class Row:
    """What was done to the program, and what came of it.

    Attributes:
        fault: what goes wrong.
        how: how it is brought about.
        expected: what must hold.
        figure: what was seen.
        held: whether it did hold.
    """

    fault: str
    how: str
    expected: str
    figure: str
    held: bool


def judged(
    fault: str, how: str, expected: str, figure: str, wrong: Sequence[str], held: bool = True
) -> Row:
    """A row of what went wrong, its figure where nothing did."""
    return Row(fault, how, expected, "; ".join(wrong[:5]) or figure, held and not wrong)


HEAD = "| fault | brought about by | must hold | seen |\n|---|---|---|---|"


def line(row: Row) -> str:
    """One line of the Markdown table."""
    figure = row.figure if row.held else f"**BROKEN** {row.figure}"
    cells = (row.fault, row.how, row.expected, figure)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(rows: Iterable[Row]) -> str:
    """The Markdown table."""
    return "\n".join([HEAD, *map(line, rows)])
