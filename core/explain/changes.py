"""How changes of membership came about: weights of two files, drift by price, the active rest."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core.data.frames import Holdings, day
from core.data.record import record
from core.explain.explanation import Explanation, Term, cut
from core.explain.ground import Ground, select
from core.measures.changes import Change, Changes, Resized


@record(frozen=True, eq=False)
class _Files:
    """Both files of a fund's changes, and its lines' price moves between them."""

    old: Holdings
    new: Holdings
    before: dict[str, float]
    after: dict[str, float]
    moves: dict[str, float]
    basket: float


def _weights(file: Holdings) -> dict[str, float]:
    """Map each line to its share of the fund by a file."""
    values = zip(file.symbols, file.value.tolist(), strict=True)
    return {symbol: value / file.total for symbol, value in values}


def _files(ground: Ground, changes: Changes) -> _Files:
    """Collect the two files, each line's price return from its closes, and the basket's."""
    market = ground.market
    dated = {file.as_of: file for file in market.holdings[changes.lender or ground.fund]}
    old, new = dated[changes.from_date], dated[changes.to_date]
    before, after = _weights(old), _weights(new)
    first, last = (market.session(file.as_of) for file in (old, new))
    moves = {}
    for symbol, ticker in zip(old.symbols, market.lines(old), strict=True):
        series = market.series(ticker)
        if series is None:
            continue
        at = np.searchsorted(series.sessions, [day(first), day(last)], side="right") - 1
        # the closes of the files' years alone: an older one no longer stands for a date
        if at[0] >= 0 and series.sessions[at[0]].item().year == first.year:
            moves[symbol] = float(series.stand_in[at[1]] / series.stand_in[at[0]] - 1)
    weight = math.fsum(before[s] for s in moves)
    basket = math.fsum(before[s] * p for s, p in moves.items()) / weight if weight else math.nan
    return _Files(old, new, before, after, moves, basket)


def _sources(files: _Files) -> tuple[str, ...]:
    return tuple(
        f"holdings: {file.source or 'unknown source'}, as of {file.as_of}"
        for file in (files.old, files.new)
    )


def change(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """The largest active changes, or one line's: drift, active change, share change."""
    changes = ground.snapshot.changes.get(ground.fund)
    if changes is None:
        return
    files = _files(ground, changes)
    lines: list[Resized | Change] = [*changes.resized, *changes.left, *changes.joined]
    selected = select(lines, lambda line: line.symbol, item, "line of both files")
    for line in selected if item else lines[:3]:
        if isinstance(line, Resized):
            yield _resized(ground, files, changes, line)
        else:
            yield _member_change(ground, files, changes, line)


def _old_symbol(changes: Changes, symbol: str) -> str:
    """Return the symbol that a line has in the earlier file."""
    return {new: old for old, new in changes.renamed}.get(symbol, symbol)


def _resized(ground: Ground, files: _Files, changes: Changes, line: Resized) -> Explanation:
    """A line of both files: the change of its weight, split into drift and active change."""
    symbol = _old_symbol(changes, line.symbol)
    w0, w1 = files.before[symbol], files.after[line.symbol]
    p = files.moves.get(symbol)
    drifted = w0 * (1 + (files.basket if p is None else p)) / (1 + files.basket)
    sources = [
        f"{file.source or 'holdings'}, as of {file.as_of}" for file in (files.old, files.new)
    ]
    line_return = Term("p", p, "percent", "its price return between the two files")
    whole = Term("P", files.basket, "percent", "the old file's lines' price return")
    parts = (
        Explanation(
            "drift",
            line.drift,
            "percent",
            "w0 (1 + p) / (1 + P) - w0",
            drifted - w0,
            (Term("w0", w0, "percent", sources[0]), line_return, whole),
            notes=() if p is not None else ("no closes at both dates: it moves with the rest",),
        ),
        Explanation(
            "active",
            line.active,
            "percent",
            "w1 - drifted",
            w1 - drifted,
            (Term("w1", w1, "percent", sources[1]), Term("drifted", drifted, "percent")),
        ),
        _shares(ground, files, symbol, line, sources),
    )
    return Explanation(
        f"weight change of {line.symbol} {line.name} in {ground.fund}".replace("  ", " "),
        line.after - line.before,
        "percent",
        "drift + active",
        (drifted - w0) + (w1 - drifted),
        (Term("drift", line.drift, "percent"), Term("active", line.active, "percent")),
        parts,
        origins=_sources(files),
    )


def _shares(
    ground: Ground, files: _Files, symbol: str, line: Resized, sources: list[str]
) -> Explanation:
    """Explain the change of the quantity, with splits between the files taken out."""
    q0 = float(files.old.quantity[files.old.symbols.index(symbol)])
    q1 = float(files.new.quantity[files.new.symbols.index(line.symbol)])
    market = ground.market
    first, last = (market.session(file.as_of) for file in (files.old, files.new))
    ticker = market.symbol(symbol)
    splits = market.split_since(ticker, first) / market.split_since(ticker, last)
    computed = q1 / (q0 * splits) - 1
    return Explanation(
        "share change",
        line.shares,
        "percent",
        "q1 / (q0 x S) - 1",
        computed if math.isfinite(computed) else None,
        (
            Term("q0", q0, "count", sources[0]),
            Term("q1", q1, "count", sources[1]),
            Term("S", splits, "ratio", f"splits on record from {first} to {last}"),
        ),
    )


def _member_change(ground: Ground, files: _Files, changes: Changes, line: Change) -> Explanation:
    """A line of one file alone: its weight there, and its contribution."""
    leaver = line in changes.left
    file = files.old if leaver else files.new
    source = f"{file.source or 'holdings'}, as of {file.as_of}"
    if changes.even:
        formula, weight = "1 / N", 1 / len(file.symbols)
        terms = [Term("N", float(len(file.symbols)), "count", source)]
    else:
        value = float(file.value[file.symbols.index(line.symbol)])
        formula, weight = "value / fund", value / file.total
        terms = [
            Term("value", value, "money", source),
            Term("fund", file.total, "money", "the fund's total by the same file, cash included"),
        ]
    if line.contribution is not None:
        terms.append(Term("contribution", line.contribution, "bp", "over the window"))
        terms.append(Term("return", line.returns, "percent", "while a member"))
    return Explanation(
        f"weight of {line.symbol} {line.name} {'before it left' if leaver else 'after it joined'}"
        f" {ground.fund}".replace("  ", " "),
        line.weight,
        "percent",
        formula,
        weight,
        tuple(terms),
        notes=() if line.contribution is not None else ("it is not measured in the window",),
        origins=_sources(files),
    )


def turnover(ground: Ground) -> Iterator[Explanation]:
    """One-way turnover: half the sum of all active changes, whatever their sign."""
    changes = ground.snapshot.changes.get(ground.fund)
    if changes is None or changes.even:
        return
    files = _files(ground, changes)
    w1 = {_old_symbol(changes, symbol): weight for symbol, weight in files.after.items()}
    active = {}
    for symbol in {*files.before, *w1}:
        w0 = files.before.get(symbol, 0.0)
        p = files.moves.get(symbol, files.basket)
        active[symbol] = w1.get(symbol, 0.0) - w0 * (1 + p) / (1 + files.basket)
    # a symbol that one company left and another took over is two lines
    for line in {c.symbol for c in changes.left} & {c.symbol for c in changes.joined}:
        p = files.moves.get(line, files.basket)
        active[line] = abs(files.after[line]) + files.before[line] * (1 + p) / (1 + files.basket)
    ranked = sorted(active.items(), key=lambda part: (-abs(part[1]), part[0]))
    whole = math.fsum(abs(part) for part in active.values())
    yield Explanation(
        f"one-way turnover of {ground.fund}",
        changes.turnover,
        "percent",
        "sum |active| / 2",
        whole / 2 if files.moves else None,
        (
            Term("sum |active|", whole, "percent", f"over {len(active):,} lines"),
            *cut(Term(symbol, part, "percent") for symbol, part in ranked),
        ),
        notes=("active is the weight in the later file less w0 (1 + p) / (1 + P)",),
        origins=_sources(files),
    )
