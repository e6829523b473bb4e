"""The note as one web page: no request, no script, pictures inside, prints well.

Its content policy allows the page's style sheet, named by its hash, and nothing else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from core.note.headline import compared
from core.note.note import sentences
from core.note.phrase import Figure, Sentence
from core.note.story import story
from tui.report import pictures
from tui.report.document import document
from tui.report.export import source_lines, state_line
from tui.report.sketch import Sketch, clean
from tui.report.style import page_style
from tui.report.tables import sections

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot
    from tui.report.note_table import ReportTable, Section
    from tui.report.values import Json

#: Widths a picture is drawn for: a column of a desk's window, and a phone.
WIDE, NARROW = 580.0, 345.0
#: Sections that begin a leaf on paper.
_LEAVES: Final = ("contributors", "breadth", "bridge")
#: Columns from which a table takes the whole width of a leaf.
_BROAD: Final = 6
Drawn = Callable[[float], Sketch | None]


def _drawn(snapshot: Snapshot) -> Mapping[str, list[Drawn]]:
    """Section -> its pictures, each a function of a width."""
    spread = snapshot.spread
    years: list[Drawn] = []
    if spread is not None:
        same, full = spread.same_window, spread.full_years
        label = f"{snapshot.window.label}: the gap of the same window, pp"
        beside = compared(snapshot)
        years = [partial(pictures.spread, snapshot)]
        # a day or a month is like no other year's, and nothing short is like a full year
        if beside.same_window:
            end = snapshot.window.end.year
            years.append(partial(pictures.years, same, label, end))
        if beside.full_years:
            title = "The gap of full calendar years, pp"
            years.append(partial(pictures.years, full, title, None))
    return {
        "spread": years,
        "contributors": [
            partial(pictures.contributions, view) for view in snapshot.indices.values()
        ],
        "breadth": [partial(pictures.histogram, snapshot)],
        "concentration": [partial(pictures.curve, snapshot)],
        "bridge": [partial(pictures.bridge, snapshot), partial(pictures.gap_leaders, snapshot)],
    }


def _figure(draw: Drawn, name: str) -> str:
    """A picture for both widths; the one that is not shown is not read aloud either."""
    wide, narrow = draw(WIDE), draw(NARROW)
    if wide is None or narrow is None:
        return ""
    return (
        f"<figure><figcaption>{clean(wide.title)}</figcaption>"
        f'<div class="wide">{wide.svg(name)}</div>'
        f'<div class="narrow">{narrow.svg(f"{name}-n")}</div></figure>'
    )


def _class(column: str) -> str:
    """A column's classes: its name, and whether it holds numbers."""
    name = re.sub(r"[^a-z]+", "-", column.lower()).strip("-")
    kinds = [f"c-{name}"] if name else []
    kinds += ["n"] if column.startswith(">") else []
    return f' class="{" ".join(kinds)}"' if kinds else ""


def table_html(table: ReportTable) -> str:
    """A table; the remarks of an unnamed last column stand under the row's name."""
    columns = list(table.columns)
    remarks = columns[-1] == "" and len(columns) > 1
    titles = columns[:-1] if remarks else columns
    under = 1 if "name" in titles[1:2] else 0
    classes = [_class(column) for column in titles]
    head = "".join(
        f'<th scope="col"{of_column}>{clean(column.lstrip(">"))}</th>'
        for column, of_column in zip(titles, classes, strict=True)
    )
    body = []
    for row in table.rows:
        cells = []
        for place, of_column in enumerate(classes):
            content = clean(row[place].strip())
            if place == under and "sector" in titles and row[titles.index("sector")]:
                # a phone has no room for the column
                content += f'<small class="narrow">{clean(row[titles.index("sector")])}</small>'
            if remarks and place == under and row[-1]:
                content += f"<small>{clean(row[-1])}</small>"
            tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
            cells.append(f"<{tag}{scope}{of_column}>{content}</{tag}>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    notes = "".join(f'<p class="note">{clean(note)}</p>' for note in table.notes)
    broad = ' class="broad"' if len(titles) >= _BROAD else ""
    return (
        f'<div{broad}><div class="scroll"><table><caption>{clean(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>{notes}</div>"
    )


def _section(section: Section, drawn: Iterable[Drawn]) -> str:
    leaf = ' class="leaf"' if section.key in _LEAVES else ""
    figures = "".join(
        _figure(draw, f"{section.key}-{place}") for place, draw in enumerate(drawn, start=1)
    )
    tables = "".join(map(table_html, section.tables))
    return (
        f'<section{leaf} aria-labelledby="{section.key}"><h2 id="{section.key}">'
        f'{clean(section.title)}</h2><div class="pair">{figures}{tables}</div></section>'
    )


def _sentence(sentence: Sentence, numbers: Iterable[Json]) -> str:
    """A sentence whose numbers carry their value, path, source and date."""
    figures = iter(numbers)
    parts = []
    for part in sentence.parts:
        if isinstance(part, Figure):
            row = next(figures)
            origin = f"{row['path']} · {row['source']} · as of {row['as_of']}"
            value = clean(str(row["value"]))
            parts.append(f'<data value="{value}" title="{clean(origin)}">{clean(part)}</data>')
        else:
            parts.append(clean(part))
    return "".join(parts)


def _numbers(prose: Iterable[Json]) -> str:
    """Every number of the text with where it stands and comes from."""
    rows = "".join(
        f'<tr><th scope="row">{clean(row["text"])}</th><td>{clean(row["path"])}</td>'
        f"<td>{clean(str(row['value']))}</td><td>{clean(row['source'])}</td>"
        f"<td>{row['as_of']}</td></tr>"
        for sentence in prose
        for row in sentence["numbers"]
    )
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("number", "in the JSON", "value", "source",
                                                    "as of")
    )  # fmt: skip
    return (
        "<details><summary>Every number of the text, and where it comes from</summary>"
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        "</div></details>"
    )


def page(title: str, main: str) -> str:
    """A page that stands alone: no request, no script.

    Args:
        title: of the window, any text.
        main: what it holds, already HTML.
    """
    style = page_style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{clean(title)}</title>"
        f"<style>{style}</style></head>\n<body><main>{main}</main></body></html>\n"
    )


def to_html(snapshot: Snapshot, earlier: Since | None = None) -> str:
    """The note as one self-contained page."""
    fields = document(snapshot, earlier)
    prose = fields["prose"]
    story_of_it = [
        " ".join(
            _sentence(sentence, entry["numbers"])
            for sentence, entry in zip(paragraph, entries, strict=True)
        )
        for paragraph, entries in zip(story(snapshot), fields["story"]["full"], strict=True)
    ]
    paragraphs = [
        _sentence(sentence, entry["numbers"])
        for sentence, entry in zip(sentences(snapshot, earlier), prose, strict=True)
    ]
    drawn = _drawn(snapshot)
    mind = "".join(
        f'<p class="mind">{clean(line)}</p>' for line in (*snapshot.missing, *snapshot.warnings)
    )
    text = "".join(f"<p>{line}</p>" for line in (*story_of_it, *paragraphs[1:]))
    question = snapshot.question
    name = f"{' against '.join(question.funds)}, {snapshot.window.label} to {snapshot.as_of}"
    badge = '<p><strong class="badge">SIMULATED MARKET</strong></p>' if snapshot.simulated else ""
    sources = "".join(f"<li>{clean(line)}</li>" for line in source_lines(snapshot))
    body = "".join(_section(s, drawn.get(s.key, ())) for s in sections(snapshot, earlier))
    return page(
        f"{'SIMULATED: ' * snapshot.simulated}{name}",
        f'<header>{badge}<p class="state">{clean(state_line(snapshot))}</p><h1>{paragraphs[0]}</h1>'
        f"</header>{text}{mind}\n{body}"
        f'<section aria-labelledby="sources"><h2 id="sources">Sources</h2><ul>{sources}</ul>'
        f"{_numbers(prose)}</section>",
    )
