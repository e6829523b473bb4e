"""The board, written: a table for a person, JSON, CSV, a page, one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Final

from core.answer.board import RANKED, WINDOWS, Board, BoardRow
from core.answer.board_breadth import COLUMNS as BREADTH
from core.measures.ratio import AVERAGES
from core.note.ranking_words import BASIS_WORDS
from tui.report.export import plain_table
from tui.report.note_formats import PICTURE_FORMATS
from tui.report.note_table import ReportTable
from tui.report.page import page, table_html
from tui.report.parts import TidyTable, columns_of
from tui.report.sketch import clean
from tui.report.tidy import to_csv as table_csv
from tui.report.values import Json, iso, json_text, number, scaled
from tui.text import formats as f
from tui.text.board_figures import UNCOUNTED, Breadths, figure, is_new, value_of
from tui.text.safe import safe, safe_lines

if TYPE_CHECKING:
    from core.answer.board_breadth import BoardBreadth

SCHEMA: Final = 1
#: A mark beside a figure that is new on the row's session.
NEW: Final = "*"
#: How many pairs the one line for a status bar names.
_STRETCHED: Final = 3
_COLUMNS: Final = (
    "pair", *(f">{window}" for window in WINDOWS), *(f">{window} pctl" for window in RANKED),
    ">streak", *(f">vs {days}" for days in AVERAGES), ">off 52w high", ">off 52w low",
)  # fmt: skip
#: The figures in them, by the keys of `tui.text.board_figures`.
_KEYS: Final = (
    *WINDOWS, *(f"p{window}" for window in RANKED), "streak",
    *(f"above_{days}" for days in AVERAGES), "high_52", "low_52",
)  # fmt: skip
#: Breadth of the index that leads, in the order of `BREADTH`.
_BREADTH_COLUMNS: Final = (
    "leads", ">up", ">over 50", ">change", ">over 200", ">change", ">highs-lows", ">beat",
    ">top 10",
)  # fmt: skip


def to_json(board: Board, breadths: Breadths = UNCOUNTED) -> str:
    """The board as JSON, one trailing newline."""
    return json_text(document(board, breadths))


def document(board: Board, breadths: Breadths = UNCOUNTED) -> Json:
    """The board as plain JSON values."""
    return {
        "schema": SCHEMA,
        "as_of": iso(board.as_of),
        "basis": board.basis,
        "simulated": board.simulated,
        "rows": [row_fields(row, breadths.get(row.pair.name)) for row in board.rows],
    }


def _breadth_fields(breadth: BoardBreadth | None) -> Json | None:
    """Breadth of the index that leads: shares and their changes as fractions, null if unclaimed."""
    if breadth is None:
        return None
    values = {column: number(breadth.values[column]) for column in BREADTH}
    return {"fund": breadth.fund, "window": breadth.window, **values}


def row_fields(row: BoardRow, breadth: BoardBreadth | None) -> Json:
    """One row as plain JSON values, full precision."""
    streak, ratio = row.streak, row.ratio_year
    return {
        "pair": row.pair.name,
        "group": row.pair.group,
        "end": iso(row.end),
        "gap_pp": {window: scaled(row.gaps.get(window), 100) for window in WINDOWS},
        "percentile": {window: number(row.percentile(window)) for window in RANKED},
        "of": {window: rank.of if (rank := row.ranks.get(window)) else None for window in RANKED},
        "stretched": number(row.stretched),
        "streak": None
        if streak is None
        else {
            "sign": streak.sign,
            "length": streak.length,
            "start": iso(streak.start),
            "after_hole": streak.after_hole,
        },
        "ratio": None
        if ratio is None
        else {
            "level": number(ratio.level),
            **{f"above_{a.closes}": a.above for a in ratio.averages},
            "off_high_52": None if ratio.high_52 is None else number(ratio.off(ratio.high_52)),
            "off_low_52": None if ratio.low_52 is None else number(ratio.off(ratio.low_52)),
        },
        "breadth": _breadth_fields(breadth),
        "new": sorted(row.new),
        "missing": row.missing or None,
    }


def table(board: Board, breadths: Breadths = UNCOUNTED) -> TidyTable:
    """The board as a tidy table, a row a pair."""
    columns = (
        "pair group end:d", *(f"gap_{window.lower()}_pp:f" for window in WINDOWS),
        *(f"percentile_{window.lower()}:f" for window in RANKED), "streak:i ratio:f",
        *(f"above_{days}:b" for days in AVERAGES), "off_high_52:f off_low_52:f",
        "breadth_fund breadth_window",
        *(f"{name}:{'i' if name == 'highs_less_lows' else 'f'}" for name in BREADTH), "missing",
    )  # fmt: skip
    rows = []
    for fields in document(board, breadths)["rows"]:
        streak, ratio = fields["streak"], fields["ratio"] or {}
        counted = fields["breadth"] or dict.fromkeys(("fund", "window", *BREADTH))
        rows.append(
            (
                fields["pair"], fields["group"], fields["end"], *fields["gap_pp"].values(),
                *fields["percentile"].values(),
                None
                if streak is None or streak["after_hole"]
                else streak["sign"] * streak["length"],
                ratio.get("level"), *(ratio.get(f"above_{days}") for days in AVERAGES),
                ratio.get("off_high_52"), ratio.get("off_low_52"), *counted.values(),
                fields["missing"],
            )
        )  # fmt: skip
    return TidyTable("board", columns_of(" ".join(columns)), tuple(rows))


def to_csv(board: Board, breadths: Breadths = UNCOUNTED) -> str:
    """The board as CSV."""
    return table_csv(table(board, breadths))


def to_text(board: Board, breadths: Breadths = UNCOUNTED) -> str:
    """The board for a person, a table a group."""
    blocks = [_state(board, breadths), *map(plain_table, _tables(board, breadths))]
    return safe_lines("\n\n".join(blocks) + "\n")


def to_html(board: Board, breadths: Breadths = UNCOUNTED) -> str:
    """The board as one self-contained page."""
    badge = '<p><strong class="badge">SIMULATED MARKET</strong></p>' if board.simulated else ""
    body = "".join(map(table_html, _tables(board, breadths)))
    title = f"{'SIMULATED: ' * board.simulated}The board to {board.as_of}"
    head = f'<header>{badge}<p class="state">{clean(_state(board, breadths))}</p></header>'
    return page(title, f"{head}<section>{body}</section>")


def to_line(board: Board, breadths: Breadths = UNCOUNTED) -> str:
    """The most stretched pairs in one line of ASCII, for a status bar; without breadth."""
    ranked = [row for row in board.rows if row.stretched is not None]
    ranked.sort(key=lambda row: -(row.stretched or 0))
    parts = [
        f"{row.pair.small}-{row.pair.large} {farthest_words(row)}" for row in ranked[:_STRETCHED]
    ]
    words = ", ".join(parts) or "no pair has 250 stretches"
    simulated = "SIMULATED " if board.simulated else ""
    return f.to_ascii(safe(f"{simulated}{words}, {board.as_of}")) + "\n"


def farthest_words(row: BoardRow) -> str:
    """The row's most extreme gap: "3M gap at percentile 0.2"; "" without a rank."""
    if row.farthest is None:
        return ""
    window, percentile = row.farthest
    return f"{window} gap at percentile {f.pct(percentile, 1, sign=False, unit=False)}"


def _state(board: Board, breadths: Breadths) -> str:
    """What the board shows, to when, on which basis."""
    parts = [
        "SIMULATED" if board.simulated else "",
        "board",
        BASIS_WORDS[board.basis],
        f"as of {board.as_of}",
    ]
    if windows := {breadth.window for breadth in breadths.values()}:
        parts.append(f"breadth of the index that leads over {min(windows)}, in %")
    return " · ".join(filter(None, parts))


def _tables(board: Board, breadths: Breadths) -> list[ReportTable]:
    """One table a group, in the board's order; with breadth where any of the group has it."""
    tables = []
    for group, members in groupby(board.rows, lambda row: row.pair.group):
        rows = list(members)
        counted = any(row.pair.name in breadths for row in rows)
        columns = (*_COLUMNS, *(_BREADTH_COLUMNS if counted else ()), "")
        cells = tuple(
            (
                *_cells(row),
                *(_breadth_cells(row, breadths) if counted else ()),
                row.missing,
            )
            for row in rows
        )
        tables.append(ReportTable(f"{group or 'pairs'}: gap in pp", columns, cells))
    return tables


def _breadth_cells(row: BoardRow, breadths: Breadths) -> tuple[str, ...]:
    """Breadth of the index that leads, as text."""
    breadth = breadths.get(row.pair.name)
    if breadth is None:
        return (f.MISSING,) * len(_BREADTH_COLUMNS)
    return (breadth.fund, *(figure(key, breadth.values[key]) for key in BREADTH))


def _cells(row: BoardRow) -> tuple[str, ...]:
    """A row's figures as text."""
    figures = ((key, figure(key, value_of(row, key))) for key in _KEYS)
    return row.pair.name, *(f"{text}{NEW if is_new(row, key) else ''}" for key, text in figures)


WRITERS: Final[Mapping[str, Callable[[Board, Breadths], str]]] = {
    "text": to_text,
    "json": to_json,
    "csv": to_csv,
    "html": to_html,
    "line": to_line,
}
FORMATS: Final = (*WRITERS, *PICTURE_FORMATS)
