"""One index as the note's JSON has it: lines, roll-ups, breadth, concentration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from core.answer.by_session import universe
from core.answer.table import ROWS, SERIES, reading
from core.answer.unusual import among
from core.measures.daily import Daily, inside
from core.measures.signals import signals
from core.note.verdict import drags
from tui.report.values import Json, iso, number, scaled

if TYPE_CHECKING:
    from core.answer.measure_rank import MeasureRank
    from core.answer.views import IndexView, Snapshot
    from core.data.frames import FloatArray
    from core.data.windows import Window
    from core.measures.basket import Segment
    from core.measures.concentration import Top
    from core.measures.groups import Group
    from core.measures.rarity import Rank


def _group(group: Group, *, symbols: bool) -> Json:
    entry: Json = {
        "name": group.name,
        "weight_start": number(group.weight),
        "return": number(group.total_return),
        "contribution_bp": scaled(group.contribution, 1e4),
        "measured": group.measured,
    }
    if symbols:
        entry["symbols"] = list(group.symbols)
        entry["source"] = group.source or None
    return entry


def _part_of_total(segment: Segment) -> float:
    """m_k, the measured lines' part of their file's total; NaN where that is not known."""
    return math.nan if math.isnan(segment.coverage) else segment.weight_measured


def _contributors(view: IndexView) -> list[Json]:
    lines = view.contributors
    return [
        {
            "symbol": lines.symbols[row],
            "name": lines.names[row],
            "sector": lines.sectors[row] or None,
            "industry": lines.industries[row] or None,
            "weight_start": number(lines.weight[row]),
            "return": number(lines.returns[row]),
            "contribution_bp": scaled(lines.contribution[row], 1e4),
            "joined": iso(lines.joined.get(row)),
            "left": iso(lines.left.get(row)),
            "flags": list(lines.flags.get(row, ())),
        }
        for row in range(len(lines))
    ]


def _daily(daily: Daily, window: Window) -> Json:
    """The sessions of the window, a list a measure; null where it is not defined."""
    rows = inside(daily, window.start, window.end)
    swings = daily.oscillators

    def values(array: FloatArray) -> list[float | None]:
        inside_window = array[rows]
        listed: list[float | None] = inside_window.tolist()
        for place in np.flatnonzero(~np.isfinite(inside_window)).tolist():
            listed[place] = None
        return listed

    settled = np.where(daily.settled, swings.mcclellan, np.nan)
    return {
        "sessions": [str(session) for session in daily.sessions[rows]],
        "advances": values(daily.advances),
        "declines": values(daily.declines),
        "unchanged": values(daily.unchanged),
        "advance_decline_line": values(swings.line),
        "rana": values(swings.rana),
        "mcclellan": values(settled),
        "summation": values(np.where(daily.settled, swings.summation, np.nan)),
        "trin": values(swings.trin),
        **{f"share_above_{days}": values(share) for days, share in daily.above.items()},
        **{row.key: values(row.series(daily)) for row in SERIES if row.series is not None},
        "new_highs": values(daily.highs),
        "new_lows": values(daily.lows),
        "adjusted_closes": daily.adjusted,
        "sums_from": iso(daily.since),
    }


def _breadth(view: IndexView, daily: Daily | None, window: Window) -> Json:
    breadth, members = view.breadth, view.breadth.members
    return {
        "list": members and members.which,
        "list_as_of": members and iso(members.as_of),
        "n": breadth.n,
        "outside": [{"reason": reason, "count": count} for reason, count in breadth.outside],
        "up": breadth.up,
        "down": breadth.down,
        "unchanged": breadth.unchanged,
        "share_up": number(breadth.share_up),
        "ladder": [
            {
                "below" if rung.below else "above": rung.threshold,
                "count": rung.count,
                "share": number(rung.share),
            }
            for rung in breadth.ladder
        ],
        "histogram": [{"low": b.low, "high": b.high, "count": b.count} for b in breadth.histogram],
        "equal_weight": number(breadth.equal_weight),
        "median": number(breadth.median),
        "dispersion": number(breadth.dispersion),
        "dispersion_cap_weighted": number(breadth.dispersion_cap),
        "skew": number(breadth.skew),
        "share_outperforming": number(breadth.share_outperforming),
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
        "fund_without_zeroed": number(top.fund_zeroed),
    }


def _measures(snapshot: Snapshot, view: IndexView) -> Json:
    """Every row of the table of measures, claimed or not; `claims` says what carries."""
    rows, daily = Json(), snapshot.daily.get(view.fund)
    ranks = snapshot.measure_ranks.get(view.fund, {})
    for row in ROWS:
        reading_now = reading(row, view, daily, snapshot.before.get(view.fund))
        rows[row.key] = {
            "value": row.in_unit(reading_now.value),
            "unit": row.unit,
            "of": reading_now.of,
            "change": row.in_unit(reading_now.change),
            "history": rank_fields(ranks.get(row.key)),
            "among": _among(among(row, daily)),
        }
    return rows


def _among(rank: Rank | None) -> Json | None:
    """A value's rank among the sessions with data; null under 250 of them."""
    if rank is None:
        return None
    return {
        "rank": rank.as_wide,
        "of": rank.of,
        "side": rank.side,
        "beyond": number(rank.beyond),
        "last": iso(rank.last_overlapping),
        "first": iso(rank.first),
    }


def rank_fields(rank: MeasureRank | None) -> Json | None:
    """A measure's rank among its history; None without one."""
    if rank is None:
        return None
    return {
        "rank": rank.rank,
        "of": rank.of,
        "every": rank.every,
        "side": "high" if rank.side > 0 else "low",
        "since": iso(rank.since),
        "from": rank.first.year,
        "coverage": number(rank.coverage),
        "file_price_weight": number(rank.on_files),
        "claim": rank.claim,
        "estimated": rank.estimated,
    }


def _signals(view: IndexView, daily: Daily | None) -> list[Json]:
    """Every signal with its rule, universe, state and dates; [] without daily breadth."""
    return [
        {
            "key": signal.key,
            "title": signal.title,
            "rule": signal.rule,
            "universe": universe(view),
            "state": signal.state,
            "since": iso(signal.since),
            "last": iso(signal.last),
            "first": iso(signal.first),
            "days_left": signal.days_left,
            "needs": signal.needs or None,
            "fired": signal.fired,
            "ended": signal.ended,
        }
        for signal in (() if daily is None else signals(daily))
    ]


def _sector_breadth(daily: Daily | None) -> list[Json]:
    """Breadth of each sector's lines; [] without daily breadth."""
    if daily is None or daily.sectors is None:
        return []
    return [
        {
            "name": one.name or None,
            "n": one.n,
            "up": one.up,
            "share_up": number(one.share_up),
            "median": number(one.median),
            **{f"share_above_{days}": number(share) for days, share in one.above.items()},
            **{f"of_{days}": of for days, of in one.averaged.items()},
        }
        for one in daily.sectors.rows
    ]


def index_document(snapshot: Snapshot, view: IndexView) -> Json:
    """One index; its daily breadth where the question includes it."""
    gathered, early, stray = view.concentration, view.end_early, view.stray_day
    without, lost = view.without, drags(view)
    return {
        "fund_return": number(view.fund_return),
        "basket_return": number(view.basket_return),
        "unexplained_bp": scaled(view.unexplained, 1e4),
        "unmeasured_bp": scaled(view.unmeasured, 1e4),
        "rest_bp": scaled(view.rest, 1e4),
        "lines": view.lines,
        "measured": view.measured,
        "later": view.later,
        "later_measured": view.later_measured,
        "weight_measured": number(min(map(_part_of_total, view.segments))),
        "coverage": number(view.coverage),
        "estimated": view.estimated,
        "end_early": early
        and {"session": iso(early.session), "lines": early.lines, "weight": number(early.weight)},
        "price_return_weight": number(view.price_return_weight),
        "file_price_weight": number(view.file_price_weight),
        "stray_day": stray
        and {
            "session": iso(stray.session),
            "closes": stray.closes,
            "before": stray.before,
            "sources": [*stray.sources],
        },
        "claims": {"leaders": view.claims, "breadth": view.claims_breadth},
        "left_out": [
            {"symbol": o.symbol, "name": o.name, "weight": number(o.weight), "reason": o.reason}
            for o in view.not_measured
        ],
        "segments": [
            {
                "start": iso(s.start),
                "end": iso(s.end),
                "holdings_as_of": iso(s.holdings_as_of),
                "estimated": s.estimated,
                "weight_measured": number(_part_of_total(s)),
                "basket_return": number(s.basket_return),
                "membership_older_than": iso(s.older_than),
                "holdings_of": s.carry.lender or view.fund,
                "carried_days": s.carry.days,
                "carried_over": iso(s.carry.over),
                "equal_weights": s.carry.even,
            }
            for s in view.segments
        ],
        "contributors": _contributors(view),
        "sectors": [_group(group, symbols=False) for group in view.sectors],
        "industries": [
            _group(group, symbols=False) | {"source": group.source or None}
            for group in view.industries
        ],
        "themes": [
            _group(group, symbols=True) | {"named": group.members_named} for group in view.themes
        ],
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
        "measures": _measures(snapshot, view),
        "signals": _signals(view, snapshot.daily.get(view.fund)),
        "sector_breadth": _sector_breadth(snapshot.daily.get(view.fund)),
        "drags": lost and {"symbols": list(lost.symbols), "sum_bp": scaled(lost.contribution, 1e4)},
        "without": without
        and {
            "symbols": list(without.symbols),
            "sum_bp": scaled(without.contribution, 1e4),
            "index_without_reweighted": number(without.reweighted),
            "index_without_zeroed": number(without.zeroed),
            "fund_without_zeroed": number(without.fund_zeroed),
        },
    }
