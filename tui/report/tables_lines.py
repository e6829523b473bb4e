"""The tables of the indices' lines: contributors, roll-ups, breadth, concentration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.answer.scalar import BREADTH, CHANGES
from core.note.breadth_words import list_words
from core.note.note import coverage
from core.note.without_words import REWEIGHTED, ZEROED
from tui.report.note_table import ROWS, ReportTable, Row
from tui.report.tables_breadth import breadth_tables
from tui.report.tables_measures import measures
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.measures.breadth import Rung
    from core.measures.groups import Group


def _line(view: IndexView, row: int) -> Row:
    lines = view.contributors
    marks = [*lines.flags.get(row, ())]
    if row in lines.joined:
        marks.append(f"joined {lines.joined[row]}")
    if row in lines.left:
        marks.append(f"left {lines.left[row]}")
    return (
        lines.symbols[row],
        lines.names[row],
        lines.sectors[row],
        f.weight(lines.weight[row]),
        f.pct(lines.returns[row]),
        f.bp(lines.contribution[row], unit=False),
        "; ".join(marks),
    )


def rest_words(view: IndexView) -> str:
    """Say in a few words what the rest of a fund's return is likely to be."""
    if not view.coverage:
        return "of a part of the window no line is measured"
    weight = view.price_return_weight
    words = f"price returns of lines of {weight * 100:.1f} % of weight"
    return words if weight else "cash, fees, trades"


def contributors(view: IndexView) -> Iterator[ReportTable]:
    """Leaders, laggards, and what closes the sum to the fund's return."""
    columns = ("symbol", "name", "sector", ">weight", ">return", ">bp", "")
    size = len(view.contributors)
    top = range(min(ROWS, size))
    bottom = range(size - 1, max(size - 1 - ROWS, len(top) - 1), -1)
    between = view.explained - sum(
        float(view.contributors.contribution[i]) for i in (*top, *bottom)
    )
    count = size - len(top) - len(bottom)
    label = f"all {count:,} others" if count > 1 else "the one other"
    others_row = (label, "", "", "", "", f.bp(between, unit=False), "")
    closing = (
        *([others_row] if count else []),
        ("not measured", "", "", "", "", f.bp(view.unmeasured, unit=False), coverage(view)),
        ("rest", "", "", "", "", f.bp(view.rest, unit=False), rest_words(view)),
        (
            view.fund,
            "fund return",
            "",
            "",
            f.pct(view.fund_return),
            f.bp(view.fund_return, unit=False),
            "",
        ),
    )
    ends = ("leaders", "laggards") if view.claims else ("largest", "smallest of those measured")
    title = f"{view.fund} contributors" + (" (estimated weights)" if view.estimated else "")
    yield ReportTable(
        title,
        columns,
        tuple(_line(view, row) for row in (*top, *reversed(bottom))) + closing,
        (f"{coverage(view)}; {len(top)} {ends[0]}, then {len(bottom)} {ends[1]}",),
    )


def _groups(title: str, groups: tuple[Group, ...], *notes: str) -> Iterator[ReportTable]:
    if groups:
        rows = tuple(
            (
                g.name,
                f.count(g.measured),
                f.weight(g.weight),
                f.pct(g.total_return),
                f.bp(g.contribution, unit=False),
                " ".join(g.symbols),
            )
            for g in groups
        )
        columns = ("", ">lines", ">weight", ">return", ">bp", "")
        yield ReportTable(title, columns, rows, notes)


def rung_words(rung: Rung) -> str:
    """A threshold in words: ``> +10 %``, ``< -25 %``."""
    return f"{'<' if rung.below else '>'} {f.pct(rung.threshold, 0)}"


def breadth(snapshot: Snapshot) -> Iterator[ReportTable]:
    """Ladder, histogram and moments of both indices side by side."""
    views = [v for v in snapshot.indices.values() if v.breadth.n]
    if not views:
        return
    columns = ("", *(f">{v.fund}" for v in views), *(f">{v.fund} share" for v in views))

    def row(name: str, counts: list[int]) -> Row:
        shares = [c / v.breadth.n for c, v in zip(counts, views, strict=True)]
        return (name, *(f.count(c) for c in counts), *(f.pct(s, 1, sign=False) for s in shares))

    rows = [row("lines counted", [v.breadth.n for v in views])]
    rows += [
        row(rung_words(rungs[0]), [r.count for r in rungs])
        for rungs in zip(*(v.breadth.ladder for v in views), strict=True)
    ]
    rows.append(row("unchanged", [v.breadth.unchanged for v in views]))
    lists = tuple(f"{v.fund}: {words}" for v in views if (words := list_words(v)))
    outside = tuple(
        f"{v.fund}: outside the count "
        + ", ".join(f"{n:,} {reason}" for reason, n in v.breadth.outside)
        for v in views
        if v.breadth.outside
    )
    yield ReportTable("Breadth", columns, tuple(rows), lists + outside)
    bins = []
    for bins_of in zip(*(v.breadth.histogram for v in views), strict=True):
        low, high = bins_of[0].low, bins_of[0].high
        name = (
            f"up to {f.pct(high, 0)}"
            if low is None
            else f"above {f.pct(low, 0)}"
            if high is None
            else f"{f.pct(low, 0)} to {f.pct(high, 0)}"
        )
        bins.append(row(name, [b.count for b in bins_of]))
    yield ReportTable("Histogram of returns", columns, tuple(bins))
    yield from measures(snapshot, BREADTH, views)
    yield from breadth_tables(snapshot)


def concentration(snapshot: Snapshot) -> Iterator[ReportTable]:
    """The indices without their largest, how few carry them; nothing below the coverage floor."""
    views = [view for view in snapshot.indices.values() if view.claims]
    for view in views:
        yield from _tops(view)
    yield from measures(snapshot, CHANGES, views)


def _tops(view: IndexView) -> Iterator[ReportTable]:
    rows = tuple(
        (
            f"top {t.k}",
            f.bp(t.contribution, unit=False),
            f.pct(t.share_of_net, 1, sign=False),
            f.pct(t.share_of_gross_gain, 1, sign=False),
            f.pct(t.fund_zeroed),
            f.pct(t.reweighted),
        )
        for t in view.concentration.top
    )
    columns = ("", ">bp", ">of net", ">of gross gain", ">without, zeroed", ">without, reweighted")
    notes = (f"{ZEROED}; {REWEIGHTED}",)
    yield ReportTable(f"{view.fund} concentration", columns, rows, notes)


def groups(snapshot: Snapshot) -> Iterator[ReportTable]:
    """Roll-ups by sector, industry, company and theme."""
    for view in snapshot.indices.values():
        yield from _groups(f"{view.fund} sectors", view.sectors)
        sources = dict.fromkeys(f"industries: {g.source}" for g in view.industries if g.source)
        yield from _groups(f"{view.fund} industries", view.industries, *sources)
        yield from _groups(f"{view.fund} companies with several lines", view.issuers)
        yield from _groups(
            f"{view.fund} themes",
            view.themes,
            "themes may overlap and do not add up",
            *(_theme_words(theme) for theme in view.themes),
        )


def _theme_words(theme: Group) -> str:
    """How many of a theme's names the index has, and whose grouping it is."""
    words = f"{theme.name}: {len(theme.symbols):,} of {theme.members_named:,} found"
    return f"{words}; {theme.source}" if theme.source else words
