"""The tables of a written note: cells as text, from a Snapshot alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from core.answer.announced import standing_words
from core.measures.spread import comparisons
from core.note.headline import compared
from core.note.phrase import several
from core.note.rank_text import stretch_words, years_rank
from core.note.verdict import inside_window
from tui.report.note_table import ROWS, ReportTable, Row, Section, both_ends
from tui.report.since import since_tables
from tui.report.tables_lines import breadth, concentration, contributors, groups
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot
    from core.measures.rarity import Rank
    from core.measures.spread import Ranking, Spread


def _spread(snapshot: Snapshot) -> Iterator[ReportTable]:
    spread, single = snapshot.spread, snapshot.single_spread
    if single is not None:
        yield _single_index(snapshot, single)
    if spread is None:
        return
    question = snapshot.question
    rows = [
        (question.small, f.pct(spread.small_return)),
        (question.large, f.pct(spread.large_return)),
        ("gap", f.pp(spread.gap)),
        ("geometric gap", f.pp(spread.geometric_gap)),
    ]
    beside, notes = compared(snapshot), []
    if beside.rolling and spread.rolling is not None:
        notes.append(rolling_words(spread.rolling))
    if beside.same_window:
        notes.append(ranking_words("same window", spread.same_window))
    if beside.full_years:
        notes.append(ranking_words("full calendar years", spread.full_years))
    yield ReportTable("Spread", ("", ">return"), tuple(rows), tuple(notes))


def _single_index(snapshot: Snapshot, alone: Spread) -> ReportTable:
    """One index alone: its return and deepest fall, its record closes by year."""
    history = alone.history
    rows = [("return", f.pct(alone.small_return)), ("deepest fall", f.pct(alone.drawdown))]
    if history.ratio is not None:
        high = history.ratio.high
        rows.append((f"off its high of {high.end}", f.pct(history.ratio.off(high))))
    years = sorted(history.record_closes.items())[-5:]
    rows += [(f"record closes {year}", f"{count:,}") for year, count in reversed(years)]
    notes = []
    if alone.rolling is not None:
        notes.append(rolling_words(alone.rolling, gap=False))
    if comparisons(snapshot.window.label, history.length).same_window:
        ranking = alone.same_window
        notes.append(f"same window: {years_rank(ranking)}")
    return ReportTable(snapshot.question.small, ("", ">return"), tuple(rows), tuple(notes))


def rolling_words(rank: Rank, *, gap: bool = True) -> str:
    """The rank among all stretches as long in one line."""
    one, many = stretch_words(rank)
    many += ", overlapping" if rank.length > 1 else ""
    if not rank.claim:
        return f"{several(rank.of, one, many)}, too few for a rank"
    words = [
        f"{rank.of:,} {many}, from {rank.first}: {rank.as_wide:,} as {'wide' if gap else 'large'}"
    ]
    if rank.last is not None:
        words.append(f"the last on {rank.last}")
    words.append(f"percentile {100 * rank.percentile:.2f}")
    if rank.z is not None:
        words.append(f"z {rank.z:+.2f}")
    record = rank.record
    farthest = f"widest {f.pp(record.value)}" if gap else f"largest {f.pct(record.value)}"
    words.append(f"{farthest} on {record.end}")
    return ", ".join(words)


def ranking_words(name: str, ranking: Ranking) -> str:
    """A ranking in one line: rank, since, runner-up, the gap of the next rank, z."""
    if not ranking.claim:
        return f"{name}: {years_rank(ranking)}"
    kind = "lead" if ranking.gap > 0 else "deficit"
    words = [years_rank(ranking)]
    if ranking.on_record:
        words.append(f"widest {kind} on record, from {ranking.first_year}")
    elif ranking.ties is not None and ranking.ties == ranking.since:
        words.append(f"matches {ranking.ties}")
    elif ranking.since is not None:
        words.append(f"widest {kind} since {ranking.since}")
    if ranking.runner_up is not None:
        runner = ranking.runner_up
        other = "widest" if (runner.gap > 0) == (ranking.gap > 0) else f"no other {kind}, nearest"
        words.append(f"{other} other year {runner.year} {f.pp(runner.gap)}")
    if ranking.next_gap is not None:
        words.append(f"next rank at {f.pp(ranking.next_gap)}")
    if ranking.z is not None:
        words.append(f"z {ranking.z:+.2f}")
    return f"{name}: " + ", ".join(words)


def _bridge(snapshot: Snapshot) -> Iterator[ReportTable]:
    if not snapshot.bridge:
        return
    rows: list[Row] = []
    for step in snapshot.bridge:
        rows.append((step.name, f.pp(step.value, unit=False)))
        rows += [(f"  {part.name}", f.pp(part.value, unit=False)) for part in step.parts]
    total = sum(step.value for step in snapshot.bridge)
    rows.append(("gap", f.pp(total, unit=False)))
    yield ReportTable("Bridge", ("", ">pp"), tuple(rows))
    if snapshot.sector_effects:
        effects = [
            (
                e.name,
                f.weight(e.small_weight, 1),
                f.weight(e.large_weight, 1),
                f.bp(e.allocation, unit=False),
                f.bp(e.selection, unit=False),
                f.bp(e.interaction, unit=False),
                f.bp(e.total, unit=False),
            )
            for e in snapshot.sector_effects
        ]
        small, large = snapshot.question.small, snapshot.question.large
        columns = ("", f">{small}", f">{large}", ">allocation", ">selection", ">interaction", ">bp")
        yield ReportTable("The baskets' gap by sector", columns, tuple(effects))
    leaders = snapshot.gap_leaders
    if leaders is not None:
        yield ReportTable(
            "What made the gap, line by line",
            ("symbol", "name", ">bp"),
            tuple(
                (leaders.symbols[i], leaders.names[i], f.bp(leaders.value[i], unit=False))
                for i in both_ends(len(leaders.symbols), ROWS)
            ),
        )


def _changes(snapshot: Snapshot) -> Iterator[ReportTable]:
    for fund, changes in snapshot.changes.items():
        rows = [
            (kind, c.symbol, c.name, f.weight(c.weight), f.bp(c.contribution, unit=False))
            for kind, listed in (("left", changes.left), ("joined", changes.joined))
            for c in listed[:ROWS]
        ]
        turnover = f.weight(changes.turnover, 1)
        inside = inside_window(changes, snapshot.window.start)
        yield ReportTable(
            f"{fund} changes from {changes.from_date} to {changes.to_date}"
            + (f" by {changes.lender}'s files" if changes.lender else "")
            + ("" if inside else ", outside the window"),
            ("", "symbol", "name", ">weight", ">bp"),
            tuple(rows),
            (
                f"{len(changes.joined):,} joined, {len(changes.left):,} left,"
                f" {len(changes.renamed):,} renamed, one-way turnover {turnover}",
            ),
        )


def _announced(snapshot: Snapshot) -> Iterator[ReportTable]:
    columns = ("", "symbol", "name", ">return", ">bp", ">rank", "status")
    for fund, changes in snapshot.announced.items():
        rows = [
            (
                change.action,
                change.symbol,
                change.name,
                f.pct(change.returns),
                f.bp(change.contribution, unit=False),
                "" if change.rank is None else f"{change.rank:,}",
                standing_words(change),
            )
            for action in ("leave", "join")
            for change in [c for c in changes if c.action == action][:ROWS]
        ]
        count = {a: sum(c.action == a for c in changes) for a in ("leave", "join")}
        counts = f"{count['leave']:,} to leave, {count['join']:,} to join"
        origins = ", ".join(sorted({c.source for c in changes if c.source}))
        yield ReportTable(
            f"{fund} announced changes",
            columns,
            tuple(rows),
            (f"{counts}; {origins}" if origins else counts,),
        )


def _history(snapshot: Snapshot) -> Iterator[ReportTable]:
    """The same window and the whole calendar year, year by year, newest first."""
    spread = snapshot.spread
    if spread is None:
        return
    same = {year.year: year for year in spread.same_window.history}
    full = {year.year: year for year in spread.full_years.history}
    if len({*same, *full}) < 2:
        return
    small, large = snapshot.question.small, snapshot.question.large

    def row(year: int) -> Row:
        part_year, whole = same.get(year), full.get(year)
        return (
            str(year),
            f.pct(part_year.small_return if part_year else None),
            f.pct(part_year.large_return if part_year else None),
            f.pp(part_year.gap if part_year else None, unit=False),
            f.pp(whole.gap if whole else None, unit=False),
        )

    columns = ("year", f">{small}", f">{large}", ">gap pp", ">full year pp")
    years = sorted({*same, *full}, reverse=True)
    note = "the first three columns are of this window in each year, the last of whole years"
    yield ReportTable("History of the gap", columns, tuple(map(row, years)), (note,))


def _sum(weights: Sequence[float]) -> float:
    """The sum of weights that are known; NaN where none is."""
    finite = [weight for weight in weights if not math.isnan(weight)]
    return math.fsum(finite) if finite else math.nan


def _coverage(snapshot: Snapshot) -> Iterator[ReportTable]:
    """Tabulate the data behind each index: parts of the window, lines left out by reason."""
    rows: list[Row] = []
    for view in snapshot.indices.values():
        rows += [
            (
                view.fund,
                str(part.start),
                str(part.end),
                str(part.holdings_as_of),
                f"{part.measured:,} of {part.lines:,}",
                f.weight(part.coverage, 1),
                "estimated" * part.estimated,
            )
            for part in view.segments
        ]
    columns = ("", "from", "to", "holdings of", ">lines", ">weight", "")
    if rows:
        yield ReportTable("Parts of the window", columns, tuple(rows))
    weights_of: dict[tuple[str, str], list[float]] = {}
    for view in snapshot.indices.values():
        for line in view.not_measured:
            weights_of.setdefault((view.fund, line.reason), []).append(line.weight)
    if weights_of:
        entries = tuple(
            (fund, f.count(len(weights)), f.weight(_sum(weights)), reason)
            for (fund, reason), weights in weights_of.items()
        )
        yield ReportTable(
            "Lines that are not measured", ("", ">lines", ">weight", "reason"), entries
        )


def sections(snapshot: Snapshot, earlier: Since | None = None) -> tuple[Section, ...]:
    """The note's tables under their headings, in reading order; an empty section is left out."""
    views = snapshot.indices.values()
    listed = (
        ("spread", "How far, and how rare", [*_spread(snapshot), *_history(snapshot)]),
        ("since", "What changed", since_tables(earlier) if earlier is not None else ()),
        ("contributors", "Who did it", [t for view in views for t in contributors(view)]),
        ("groups", "Sectors and themes", groups(snapshot)),
        ("breadth", "A handful, or the whole market", breadth(snapshot)),
        ("concentration", "How few names", concentration(snapshot)),
        ("bridge", "Why one beat the other", _bridge(snapshot)),
        ("changes", "Who joined, who left", [*_changes(snapshot), *_announced(snapshot)]),
        ("coverage", "What it rests on", _coverage(snapshot)),
    )
    whole = (Section(key, title, tuple(tables)) for key, title, tables in listed)
    return tuple(section for section in whole if section.tables)


def tables(snapshot: Snapshot, earlier: Since | None = None) -> tuple[ReportTable, ...]:
    """Every table of the note, in reading order."""
    return tuple(table for section in sections(snapshot, earlier) for table in section.tables)
