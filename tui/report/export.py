"""A Snapshot as text and as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from core.note.note import sentences
from core.note.ranking_words import BASIS_WORDS
from core.note.story import story
from tui.report.tables import tables
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot
    from core.note.story import Length
    from tui.report.note_table import ReportTable, Row

#: The widest a name gets in plain text, in cells.
NAME_WIDTH: Final = 34


def _right(column: str) -> bool:
    return column.startswith(">")


def _widths(table: ReportTable) -> list[int]:
    cells = [tuple(c.lstrip(">") for c in table.columns), *table.rows]
    return [
        min(max(f.cell_width(row[i]) for row in cells), NAME_WIDTH)
        for i in range(len(table.columns))
    ]


def plain_table(table: ReportTable) -> str:
    """A table as plain text; columns are straight for wide and accented names too."""
    widths = _widths(table)

    def line(cells: Row) -> str:
        last = len(cells) - 1
        parts = [
            cell
            if i == last and not _right(column)
            else f.fit(cell, width, "right" if _right(column) else "left")
            for i, (cell, column, width) in enumerate(
                zip(cells, table.columns, widths, strict=True)
            )
        ]
        return "  ".join(parts).rstrip()

    head = line(tuple(c.lstrip(">") for c in table.columns))
    body = [head] if head.strip() else []
    body += [line(row) for row in table.rows]
    body += [f"  {note}" for note in table.notes]
    return "\n".join([table.title.upper(), *body])


def _escaped(text: str) -> str:
    """Text that Markdown takes as it stands: no mark-up, no table rule, no HTML."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text.strip())


def _markdown(table: ReportTable) -> str:
    def line(cells: Row) -> str:
        return "| " + " | ".join(cells) + " |"

    rule = tuple("---:" if _right(c) else "---" for c in table.columns)
    body = [
        line(tuple(_escaped(c.lstrip(">")) for c in table.columns)),
        line(rule),
        *(line(tuple(_escaped(c) for c in row)) for row in table.rows),
    ]
    notes = [f"\n{_escaped(note)}" for note in table.notes]
    return "\n".join([f"## {_escaped(table.title)}\n", *body, *notes])


def source_lines(snapshot: Snapshot) -> list[str]:
    """List the sources of all figures, a source a line."""
    lines = []
    for source in snapshot.sources:
        parts = [source.what, source.origin, f"as of {source.as_of}" if source.as_of else ""]
        if source.fetched_at is not None:
            parts.append(f"taken {source.fetched_at:%Y-%m-%d %H:%M} UTC")
        lines.append(", ".join(filter(None, parts)))
    return lines


def state_line(snapshot: Snapshot) -> str:
    """The question, its dates, basis and state in one line."""
    window = snapshot.window
    parts = [
        "SIMULATED" if snapshot.simulated else "",
        " against ".join(snapshot.question.funds),
        f"{window.label} {window.start} to {window.end}",
        BASIS_WORDS[snapshot.question.basis],
        f"as of {snapshot.as_of}",
        snapshot.state_words,
    ]
    return " · ".join(filter(None, parts))


def to_story(snapshot: Snapshot, length: Length, *, markdown: bool = False) -> str:
    """The answer as prose alone, short or full, with the remarks that go with it."""
    paragraphs = [" ".join(paragraph) for paragraph in story(snapshot, length)]
    warnings = snapshot.warnings if length == "full" else snapshot.remarks
    remarks = (*snapshot.missing, *warnings)
    if markdown:
        blocks = [*map(_escaped, paragraphs), *(f"> {_escaped(line)}" for line in remarks)]
    else:
        blocks = [*paragraphs, *(["\n".join(f"! {line}" for line in remarks)] if remarks else [])]
    return "\n\n".join(blocks) + "\n"


def to_text(snapshot: Snapshot, earlier: Since | None = None) -> str:
    """The note as plain text; columns are straight for wide and accented names too."""
    paragraphs = [" ".join(paragraph) for paragraph in story(snapshot)]
    ledger = [*(["SENTENCE BY SENTENCE"] if paragraphs else []), *sentences(snapshot, earlier)]
    blocks = [state_line(snapshot), *paragraphs, "\n".join(ledger)]
    marks = [f"! {line}" for line in (*snapshot.missing, *snapshot.warnings)]
    blocks += ["\n".join(marks)] if marks else []
    blocks += [plain_table(table) for table in tables(snapshot, earlier)]
    blocks.append("\n".join(["SOURCES", *source_lines(snapshot)]))
    return "\n\n".join(blocks) + "\n"


def to_markdown(snapshot: Snapshot, earlier: Since | None = None) -> str:
    """The note as Markdown."""
    first, *others = map(_escaped, sentences(snapshot, earlier))
    paragraphs = [_escaped(" ".join(paragraph)) for paragraph in story(snapshot)]
    blocks = [f"# {first}", state_line(snapshot), *paragraphs]
    blocks += ["## Sentence by sentence", *others] if paragraphs else others
    blocks += [f"> {_escaped(line)}" for line in (*snapshot.missing, *snapshot.warnings)]
    blocks += [_markdown(table) for table in tables(snapshot, earlier)]
    items = (f"- {_escaped(line)}" for line in source_lines(snapshot))
    blocks.append("\n".join(["## Sources\n", *items]))
    return "\n\n".join(blocks) + "\n"
