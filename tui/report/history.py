"""The history of measures, written: text, JSON, CSV, Parquet, a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from core.note.history_words import history_sentence
from tui.report.document_index import rank_fields
from tui.report.export import plain_table
from tui.report.note_table import ReportTable
from tui.report.parts import TidyTable, columns_of
from tui.report.sketch import CHARACTER, Sketch
from tui.report.style import picture_style
from tui.report.tables_measures import figure
from tui.report.values import Json, iso, json_text, number
from tui.text import formats as f
from tui.text.safe import safe_lines

if TYPE_CHECKING:
    from core.answer.history import History

SCHEMA: Final = 1
FORMATS: Final = ("text", "json", "csv", "parquet", "svg", "png")
#: What stands behind an estimated value, and what it means.
MARK: Final = "~"
LEGEND: Final = (
    f"{MARK} estimated: on a list of another time, or on weights carried by adjusted closes"
)
_WIDTH, _HEIGHT, _LEFT = 900.0, 180.0, 8.0


def to_json(histories: Sequence[History], *, basis: str, simulated: bool) -> str:
    """The histories as JSON, one trailing newline."""
    return json_text(document(histories, basis=basis, simulated=simulated))


def document(histories: Sequence[History], *, basis: str, simulated: bool) -> Json:
    """The histories as plain JSON values."""
    return {
        "schema": SCHEMA,
        "basis": basis,
        "simulated": simulated,
        "histories": [
            {
                "fund": one.fund,
                "measure": one.row.key,
                "unit": one.row.unit,
                "window": one.window,
                "every": one.every,
                "sentence": sentence(one),
                "rank": rank_fields(one.rank),
                "points": [
                    {
                        "start": iso(point.start),
                        "end": iso(point.end),
                        "value": number(one.row.in_unit(point.value)),
                        "coverage": number(point.coverage),
                        "file_price_weight": number(point.on_files),
                        "counts": point.counts,
                        "why": point.why or None,
                        "estimated": point.estimated,
                    }
                    for point in one.points
                ],
            }
            for one in histories
        ],
    }


def table(histories: Sequence[History]) -> TidyTable:
    """All points as one tidy table."""
    columns = columns_of(
        "fund measure unit window every start:d end:d value:f coverage:f file_price_weight:f"
        " counts:b why estimated:b"
    )
    # measures of one question have their windows in common, which are written out once
    written: dict[int, list[tuple[Any, ...]]] = {}
    rows: list[tuple[Any, ...]] = []
    for one in histories:
        if id(one.places) not in written:
            written[id(one.places)] = [
                (iso(place.start), iso(place.end), number(place.coverage), number(place.on_files))
                for place in one.places
            ]
        of_all = one.fund, one.row.key, one.row.unit, one.window, one.every
        rows += [
            (
                *of_all,
                start,
                end,
                one.row.in_unit(value),
                coverage,
                on_files,
                counts,
                why or None,
                estimated,
            )
            for (start, end, coverage, on_files), (value, why), counts, estimated in zip(
                written[id(one.places)], one.values, one.counts, one.estimated, strict=True
            )
        ]
    return TidyTable("history", columns, tuple(rows))


def to_text(histories: Sequence[History], *, simulated: bool) -> str:
    """The histories for a person: a sentence and a table each."""
    blocks = ["SIMULATED MARKET"] if simulated else []
    for one in histories:
        some = any(one.estimated)
        body = [
            (
                str(point.start), str(point.end),
                figure(one.row, point.value) + (" " + MARK if point.estimated else "  ") * some,
                f.weight(point.coverage, 1), f.weight(point.on_files, 1) if point.on_files else "",
                point.why,
            )
            for point in reversed(one.points)
        ]  # fmt: skip
        title = one.row.title + "  " * some
        columns = ("start", "end", f">{title}", ">measured", ">on file prices", "")
        notes = (LEGEND,) if some else ()
        blocks += [
            sentence(one),
            plain_table(ReportTable(_heading(one), columns, tuple(body), notes)),
        ]
    return safe_lines("\n\n".join(blocks) + "\n")


def to_svg(histories: Sequence[History], *, simulated: bool) -> str:
    """The histories as one picture, a chart each; points that do not count are left out."""
    drawn = [one for one in histories if sum(point.counts for point in one.points) > 1]
    sketch = Sketch(
        _WIDTH, _HEIGHT * max(len(drawn), 1) + 20, "History of measures",
        "; ".join(f"{one.fund} {one.row.title}" for one in drawn) or "no point counts",
    )  # fmt: skip
    sketch.box(0, 0, (sketch.width, sketch.height), "ground")
    if simulated:
        sketch.text(_LEFT, 14, "SIMULATED MARKET", "t strong")
    for place, one in enumerate(drawn):
        _chart(sketch, one, 20 + place * _HEIGHT)
    return sketch.svg("history", picture_style()) + "\n"


def _chart(sketch: Sketch, one: History, top: float) -> None:
    """One history as a line through the points that count."""
    points = [point for point in one.points if point.counts]
    values = [point.value or 0.0 for point in points]
    days = [point.end.toordinal() for point in points]
    low, high = min(values), max(values)
    room = (high - low) or 1.0
    right, bottom = _WIDTH - CHARACTER * 12, top + _HEIGHT - 34

    def at(day: int, value: float) -> tuple[float, float]:
        part = (day - days[0]) / max(days[-1] - days[0], 1)
        height = (bottom - top - 24) * (value - low) / room
        return _LEFT + part * (right - _LEFT), bottom - height

    count = sum(point.estimated for point in points)
    estimated = f"; {count} of {len(points)} points estimated" if count else ""
    sketch.text(_LEFT, top + 14, f"{_heading(one)}{estimated}", "t strong")
    sketch.line((_LEFT, bottom + 4), (right, bottom + 4), "grid")
    sketch.curve([at(day, value) for day, value in zip(days, values, strict=True)], "line small")
    sketch.text(
        right + 6, at(days[-1], values[-1])[1] + 4, figure(one.row, points[-1].value), "t strong"
    )
    sketch.text(_LEFT, bottom + 18, str(points[0].end), "t muted")
    sketch.text(right, bottom + 18, str(points[-1].end), "t muted", "end")


def sentence(one: History) -> str:
    """The sentence about a history, with its last value written out."""
    return history_sentence(one, figure(one.row, one.points[-1].value if one.points else None))


def _heading(one: History) -> str:
    return f"{one.fund} {one.row.title}, {one.window} every {one.every}"
