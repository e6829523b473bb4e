"""The tables of a written note: cells as text, from a Snapshot alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from core.announced import standing_words
from core.breadth import Rung
from core.daily import AVERAGES, Daily
from core.frames import FloatArray
from core.groups import Group
from core.note import coverage
from core.spread import Ranking
from core.views import IndexView, Snapshot
from tui import formats as f

#: Leaders, laggards, gap leaders and changes listed in a note.
ROWS = 10
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table.

    Attributes:
        title: what it shows.
        columns: heading of each column; one that starts with ">" is right-aligned.
        rows: cells as text.
        notes: sentences under it.
    """

    title: str
    columns: Row
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def _spread(snapshot: Snapshot) -> Iterator[Table]:
    found = snapshot.spread
    if found is None:
        return
    question = snapshot.question
    rows = [
        (question.small, f.pct(found.small_return)),
        (question.large, f.pct(found.large_return)),
        ("gap", f.pp(found.gap)),
        ("geometric gap", f.pp(found.geometric_gap)),
    ]
    notes = (
        ranking_words("same window", found.same_window),
        ranking_words("full calendar years", found.full_years),
    )
    yield Table("Spread", ("", ">return"), tuple(rows), notes)


def ranking_words(name: str, ranking: Ranking) -> str:
    """A ranking in one line: rank, since, runner-up, the gap of the next rank, z."""
    if not ranking.claim:
        return f"{name}: {ranking.of - 1} earlier years, too few for a rank"
    words = [f"rank {ranking.rank} of {ranking.of}"]
    if ranking.on_record:
        words.append(f"widest on record, from {ranking.first_year}")
    elif ranking.ties is not None and ranking.ties == ranking.since:
        words.append(f"matches {ranking.ties}")
    elif ranking.since is not None:
        words.append(f"widest since {ranking.since}")
    if ranking.runner_up is not None:
        words.append(f"widest other year {ranking.runner_up.year} {f.pp(ranking.runner_up.gap)}")
    if ranking.next_gap is not None:
        words.append(f"next rank at {f.pp(ranking.next_gap)}")
    if ranking.z is not None:
        words.append(f"z {ranking.z:+.2f}")
    return f"{name}: " + ", ".join(words)


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


def _contributors(view: IndexView) -> Iterator[Table]:
    columns = ("symbol", "name", "sector", ">weight", ">return", ">bp", "")
    size = len(view.contributors)
    top = range(min(ROWS, size))
    bottom = range(size - 1, max(size - 1 - ROWS, len(top) - 1), -1)
    rest = view.explained - sum(float(view.contributors.contribution[i]) for i in (*top, *bottom))
    others = size - len(top) - len(bottom)
    closing = (
        (f"all {others:,} others", "", "", "", "", f.bp(rest, unit=False), ""),
        ("not measured", "", "", "", "", f.bp(view.unmeasured, unit=False), coverage(view)),
        ("rest", "", "", "", "", f.bp(view.rest, unit=False), "cash, fees, trades"),
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
    title = f"{view.fund} contributors" + (" (estimated weights)" if view.estimated else "")
    yield Table(
        title,
        columns,
        tuple(_line(view, row) for row in (*top, *reversed(bottom))) + closing,
        (f"{coverage(view)}; {len(top)} leaders, then {len(bottom)} laggards",),
    )


def _groups(title: str, groups: tuple[Group, ...], *notes: str) -> Iterator[Table]:
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
        yield Table(title, columns, rows, notes)


def rung_words(rung: Rung) -> str:
    """A threshold in words: ``> +10 %``, ``< -25 %``."""
    return f"{'<' if rung.below else '>'} {f.pct(rung.threshold, 0)}"


def _breadth(snapshot: Snapshot) -> Iterator[Table]:
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
    outside = tuple(
        f"{v.fund}: outside the count "
        + ", ".join(f"{n:,} {reason}" for reason, n in v.breadth.outside)
        for v in views
        if v.breadth.outside
    )
    yield Table("Breadth", columns, tuple(rows), outside)
    bins = []
    for found in zip(*(v.breadth.histogram for v in views), strict=True):
        low, high = found[0].low, found[0].high
        name = (
            f"up to {f.pct(high, 0)}"
            if low is None
            else f"above {f.pct(low, 0)}"
            if high is None
            else f"{f.pct(low, 0)} to {f.pct(high, 0)}"
        )
        bins.append(row(name, [b.count for b in found]))
    yield Table("Histogram of returns", columns, tuple(bins))
    moments = [
        ("equal weight", [v.breadth.equal_weight for v in views], True),
        ("median", [v.breadth.median for v in views], True),
        ("dispersion", [v.breadth.dispersion for v in views], False),
        ("outperforming the basket", [v.breadth.share_outperforming for v in views], False),
    ]
    for days in AVERAGES:
        last = [_last(snapshot, v.fund, partial(_above, days)) for v in views]
        moments.append((f"above the {days}-day average", last, False))
    lines = [(name, *(f.pct(x, sign=sign) for x in values)) for name, values, sign in moments]
    lines.append(("average correlation", *(f.number(v.correlation, 2) for v in views)))
    for name, pick in (
        ("new 52-week highs", lambda d: d.highs),
        ("new 52-week lows", lambda d: d.lows),
    ):
        lines.append((name, *(f.count(_last(snapshot, v.fund, pick)) for v in views)))
    yield Table("Lines' returns", ("", *(f">{v.fund}" for v in views)), tuple(lines))


def _above(days: int, found: Daily) -> FloatArray:
    return found.above[days]


def _last(snapshot: Snapshot, fund: str, pick: Callable[[Daily], FloatArray]) -> float | None:
    """The last session's value of a daily measure."""
    found = snapshot.daily.get(fund)
    return None if found is None or not len(found.sessions) else float(pick(found)[-1])


def _concentration(view: IndexView) -> Iterator[Table]:
    if not view.claims:
        return
    rows = tuple(
        (
            f"top {t.k}",
            f.bp(t.contribution, unit=False),
            f.pct(t.share_of_net, 1, sign=False),
            f.pct(t.share_of_gross_gain, 1, sign=False),
            f.pct(t.reweighted),
            f.pct(t.zeroed),
        )
        for t in view.concentration.top
    )
    columns = ("", ">bp", ">of net", ">of gross gain", ">without, reweighted", ">without, zeroed")
    notes = []
    if view.concentration.effective_n is not None:
        notes.append(f"effective number of lines {view.concentration.effective_n:.1f}")
    if view.concentration.half_of_gain is not None:
        notes.append(f"{view.concentration.half_of_gain:,} names make half of the gross gain")
    yield Table(f"{view.fund} concentration", columns, rows, tuple(notes))


def _bridge(snapshot: Snapshot) -> Iterator[Table]:
    if not snapshot.bridge:
        return
    rows: list[Row] = []
    for step in snapshot.bridge:
        rows.append((step.name, f.pp(step.value, unit=False)))
        rows += [(f"  {part.name}", f.pp(part.value, unit=False)) for part in step.parts]
    total = sum(step.value for step in snapshot.bridge)
    rows.append(("gap", f.pp(total, unit=False)))
    yield Table("Bridge", ("", ">pp"), tuple(rows))
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
        yield Table("The baskets' gap by sector", columns, tuple(effects))
    leaders = snapshot.gap_leaders
    if leaders is not None:
        size = len(leaders.symbols)
        chosen = [*range(min(ROWS, size)), *range(max(size - ROWS, ROWS), size)]
        yield Table(
            "What made the gap, line by line",
            ("symbol", "name", ">bp"),
            tuple(
                (leaders.symbols[i], leaders.names[i], f.bp(leaders.value[i], unit=False))
                for i in chosen
            ),
        )


def _changes(snapshot: Snapshot) -> Iterator[Table]:
    for fund, told in snapshot.changes.items():
        rows = [
            (kind, c.symbol, c.name, f.weight(c.weight), f.bp(c.contribution, unit=False))
            for kind, listed in (("left", told.left), ("joined", told.joined))
            for c in listed[:ROWS]
        ]
        turnover = f.weight(told.turnover, 1)
        yield Table(
            f"{fund} changes from {told.from_date} to {told.to_date}",
            ("", "symbol", "name", ">weight", ">bp"),
            tuple(rows),
            (
                f"{len(told.joined):,} joined, {len(told.left):,} left,"
                f" {len(told.renamed):,} renamed, one-way turnover {turnover}",
            ),
        )


def _announced(snapshot: Snapshot) -> Iterator[Table]:
    columns = ("", "symbol", "name", ">return", ">bp", ">rank", "how it stands")
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
        said = f"{count['leave']:,} to leave, {count['join']:,} to join"
        origins = ", ".join(sorted({c.source for c in changes if c.source}))
        yield Table(
            f"{fund} announced changes",
            columns,
            tuple(rows),
            (f"{said}; {origins}" if origins else said,),
        )


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """Every table of the note, in reading order."""
    found = [*_spread(snapshot)]
    for view in snapshot.indices.values():
        found += _contributors(view)
    for view in snapshot.indices.values():
        found += _groups(f"{view.fund} sectors", view.sectors)
        found += _groups(f"{view.fund} companies with several lines", view.issuers)
        found += _groups(
            f"{view.fund} themes",
            view.themes,
            "themes may overlap and do not add up",
            *(f"{theme.name}: {theme.source}" for theme in view.themes if theme.source),
        )
    found += _breadth(snapshot)
    for view in snapshot.indices.values():
        found += _concentration(view)
    return (*found, *_bridge(snapshot), *_changes(snapshot), *_announced(snapshot))
