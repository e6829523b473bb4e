"""A Snapshot as the JSON other programs read: full precision, null where there is nothing.

Fractions are fractions, ``_pp`` percentage points, ``_bp`` basis points, dates ISO.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from core.bridge import Step
from core.changes import Change, Changes
from core.concentration import Top
from core.daily import Daily, inside
from core.frames import FloatArray
from core.groups import Group
from core.note import headline
from core.spread import Ranking, Spread, YearGap
from core.views import IndexView, Snapshot
from core.windows import Window

SCHEMA = 1
#: Lines of two files whose weight changed the most that are written.
RESIZED = 100
Json = dict[str, Any]


def number(value: float | None) -> float | None:
    """A float as JSON has it: null for None and NaN."""
    return None if value is None or not math.isfinite(value) else float(value)


def scaled(value: float | None, factor: float) -> float | None:
    """A fraction in another unit; null stays null."""
    return number(None if value is None else value * factor)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _year(year: YearGap) -> Json:
    return {
        "year": year.year,
        "start": _day(year.start),
        "end": _day(year.end),
        "small_return": number(year.small_return),
        "large_return": number(year.large_return),
        "gap_pp": scaled(year.gap, 100),
    }


def _ranking(found: Ranking) -> Json:
    runner = found.runner_up
    return {
        "rank": found.rank,
        "of": found.of,
        "since": found.since,
        "on_record": found.on_record,
        "ties": found.ties,
        "runner_up": runner and {"year": runner.year, "gap_pp": scaled(runner.gap, 100)},
        "next_gap_pp": scaled(found.next_gap, 100),
        "z": number(found.z),
        "percentile": number(found.percentile),
        "claim": found.claim,
        "history": [_year(year) for year in found.history],
    }


def _spread(found: Spread | None) -> Json | None:
    if found is None:
        return None
    return {
        "small_return": number(found.small_return),
        "large_return": number(found.large_return),
        "gap_pp": scaled(found.gap, 100),
        "geometric_gap_pp": scaled(found.geometric_gap, 100),
        "ratio_drawdown": number(found.drawdown),
        "same_window": _ranking(found.same_window),
        "full_years": _ranking(found.full_years),
    }


def _group(group: Group, *, symbols: bool) -> Json:
    found: Json = {
        "name": group.name,
        "weight_start": number(group.weight),
        "return": number(group.total_return),
        "contribution_bp": scaled(group.contribution, 1e4),
        "measured": group.measured,
    }
    if symbols:
        found["symbols"] = list(group.symbols)
        found["source"] = group.source or None
    return found


def _contributors(view: IndexView) -> list[Json]:
    lines = view.contributors
    return [
        {
            "symbol": lines.symbols[row],
            "name": lines.names[row],
            "sector": lines.sectors[row] or None,
            "weight_start": number(lines.weight[row]),
            "return": number(lines.returns[row]),
            "contribution_bp": scaled(lines.contribution[row], 1e4),
            "joined": _day(lines.joined.get(row)),
            "left": _day(lines.left.get(row)),
            "flags": list(lines.flags.get(row, ())),
        }
        for row in range(len(lines))
    ]


def _daily(found: Daily, window: Window) -> Json:
    """The sessions of the window, a list a measure; null where it is not defined."""
    rows = inside(found, window.start, window.end)
    swings = found.oscillators

    def values(array: FloatArray) -> list[float | None]:
        return [number(value) for value in array[rows].tolist()]

    settled = np.where(found.settled, swings.mcclellan, np.nan)
    return {
        "sessions": [str(session) for session in found.sessions[rows]],
        "advances": values(found.advances),
        "declines": values(found.declines),
        "unchanged": values(found.unchanged),
        "advance_decline_line": values(swings.line),
        "rana": values(swings.rana),
        "mcclellan": values(settled),
        "summation": values(np.where(found.settled, swings.summation, np.nan)),
        "trin": values(swings.trin),
        **{f"share_above_{days}": values(share) for days, share in found.above.items()},
        "new_highs": values(found.highs),
        "new_lows": values(found.lows),
        "adjusted_closes": found.adjusted,
    }


def _breadth(view: IndexView, daily: Daily | None, window: Window) -> Json:
    found = view.breadth
    return {
        "n": found.n,
        "outside": [{"reason": reason, "count": count} for reason, count in found.outside],
        "up": found.up,
        "down": found.down,
        "unchanged": found.unchanged,
        "share_up": number(found.share_up),
        "ladder": [
            {
                "below" if rung.below else "above": rung.threshold,
                "count": rung.count,
                "share": number(rung.share),
            }
            for rung in found.ladder
        ],
        "histogram": [{"low": b.low, "high": b.high, "count": b.count} for b in found.histogram],
        "equal_weight": number(found.equal_weight),
        "median": number(found.median),
        "dispersion": number(found.dispersion),
        "dispersion_cap_weighted": number(found.dispersion_cap),
        "skew": number(found.skew),
        "share_outperforming": number(found.share_outperforming),
        "average_correlation": number(view.correlation),
        "daily": None if daily is None else _daily(daily, window),
    }


def _top(top: Top) -> Json:
    return {
        "k": top.k,
        "sum_bp": scaled(top.contribution, 1e4),
        "share_of_net": number(top.share_of_net),
        "share_of_gross_gain": number(top.share_of_gross_gain),
        "index_without_reweighted": number(top.reweighted),
        "index_without_zeroed": number(top.zeroed),
    }


def _index(snapshot: Snapshot, view: IndexView) -> Json:
    gathered = view.concentration
    without = view.without
    return {
        "fund_return": number(view.fund_return),
        "basket_return": number(view.basket_return),
        "unexplained_bp": scaled(view.unexplained, 1e4),
        "unmeasured_bp": scaled(view.unmeasured, 1e4),
        "rest_bp": scaled(view.rest, 1e4),
        "lines": view.lines,
        "measured": view.measured,
        "weight_measured": number(view.weight_measured),
        "estimated": view.estimated,
        "left_out": [
            {"symbol": o.symbol, "name": o.name, "weight": number(o.weight), "reason": o.reason}
            for o in view.left_out
        ],
        "segments": [
            {
                "start": _day(s.start),
                "end": _day(s.end),
                "holdings_as_of": _day(s.holdings_as_of),
                "estimated": s.estimated,
                "weight_measured": number(s.weight_measured),
                "basket_return": number(s.basket_return),
                "membership_older_than": _day(s.older_than),
            }
            for s in view.segments
        ],
        "contributors": _contributors(view),
        "sectors": [_group(group, symbols=False) for group in view.sectors],
        "themes": [_group(group, symbols=True) for group in view.themes],
        "issuers": [_group(group, symbols=True) for group in view.issuers],
        "breadth": _breadth(view, snapshot.daily.get(view.fund), snapshot.window),
        "concentration": {
            "effective_n": number(gathered.effective_n),
            "effective_n_gains": number(gathered.effective_n_gains),
            "effective_n_abs": number(gathered.effective_n_abs),
            "gini": number(gathered.gini),
            "gini_gains": number(gathered.gini_gains),
            "gross_gain_bp": scaled(gathered.gross_gain, 1e4),
            "gross_loss_bp": scaled(gathered.gross_loss, 1e4),
            "names_for_half_of_gross_gain": gathered.half_of_gain,
            "top": [_top(top) for top in gathered.top],
        },
        "without": without
        and {
            "symbols": list(without.symbols),
            "sum_bp": scaled(without.contribution, 1e4),
            "index_without_reweighted": number(without.reweighted),
            "index_without_zeroed": number(without.zeroed),
        },
    }


def _steps(steps: Sequence[Step]) -> list[Json]:
    found = []
    for step in steps:
        row: Json = {"step": step.name, "pp": scaled(step.value, 100)}
        if step.parts:
            row["parts"] = _steps(step.parts)
        found.append(row)
    return found


def _changes(told: Changes) -> Json:
    def line(change: Change) -> Json:
        return {
            "symbol": change.symbol,
            "name": change.name,
            "sector": change.sector or None,
            "weight": number(change.weight),
            "return": number(change.returns),
            "contribution_bp": scaled(change.contribution, 1e4),
        }

    return {
        "from": _day(told.from_date),
        "to": _day(told.to_date),
        "joined": [line(change) for change in told.joined],
        "left": [line(change) for change in told.left],
        "renamed": [{"from": old, "to": new} for old, new in told.renamed],
        "resized": [
            {
                "symbol": line.symbol,
                "name": line.name,
                "weight_before": number(line.before),
                "weight_after": number(line.after),
                "drift": number(line.drift),
                "active": number(line.active),
                "shares_change": number(line.shares),
            }
            for line in told.resized[:RESIZED]
        ],
        "turnover": number(told.turnover),
    }


def document(snapshot: Snapshot) -> Json:
    """The whole snapshot as plain JSON values."""
    question, window = snapshot.question, snapshot.window
    leaders = snapshot.gap_leaders
    return {
        "schema": SCHEMA,
        "question": {
            "small": question.small,
            "large": question.large,
            "window": window.label,
            "start": _day(window.start),
            "end": _day(window.end),
            "basis": question.basis,
            "without": list(question.without),
        },
        "as_of": _day(snapshot.as_of),
        "state": snapshot.state,
        "simulated": snapshot.simulated,
        "sources": [
            {
                "what": source.what,
                "from": source.origin,
                "as_of": _day(source.as_of),
                "fetched_at": source.fetched_at and source.fetched_at.isoformat(),
            }
            for source in snapshot.sources
        ],
        "headline": headline(snapshot),
        "missing": list(snapshot.missing),
        "warnings": list(snapshot.warnings),
        "spread": _spread(snapshot.spread),
        "indices": {fund: _index(snapshot, view) for fund, view in snapshot.indices.items()},
        "bridge": _steps(snapshot.bridge),
        "gap_leaders": [
            {"symbol": symbol, "name": name, "contribution_bp": scaled(value, 1e4)}
            for symbol, name, value in zip(
                leaders.symbols, leaders.names, leaders.value.tolist(), strict=True
            )
        ]
        if leaders is not None
        else [],
        "sector_effects": [
            {
                "name": effect.name,
                "small_weight": number(effect.small_weight),
                "large_weight": number(effect.large_weight),
                "small_return": number(effect.small_return),
                "large_return": number(effect.large_return),
                "allocation_bp": scaled(effect.allocation, 1e4),
                "selection_bp": scaled(effect.selection, 1e4),
                "interaction_bp": scaled(effect.interaction, 1e4),
            }
            for effect in snapshot.sector_effects
        ],
        "changes": {fund: _changes(told) for fund, told in snapshot.changes.items()},
    }


def to_json(snapshot: Snapshot) -> str:
    """The document as text, one trailing newline; NaN cannot get in."""
    return json.dumps(document(snapshot), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
