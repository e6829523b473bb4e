"""How rare the gap is, as the note's JSON has it: rank, streaks, ratio, what followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.report.values import Json, iso, number, scaled

if TYPE_CHECKING:
    from core.measures.episodes import Forward, ReturnSummary
    from core.measures.pair_history import PairHistory, State, StreakOf
    from core.measures.rarity import Extreme, Rank
    from core.measures.ratio import LevelHistory
    from core.measures.spread import Ranking, Spread
    from core.measures.streaks import Run, Streak


def rolling_document(rank: Rank | None, *, gap: bool = True) -> Json | None:
    """A value among all stretches as long; ``gap`` in percentage points, else a fraction."""
    if rank is None:
        return None
    record: Json = {"end": iso(rank.record.end)}
    if gap:
        record["gap_pp"] = scaled(rank.record.value, 100)
    else:
        record["return"] = number(rank.record.value)
    return {
        "sessions": rank.length,
        "of": rank.of,
        "as_wide": rank.as_wide,
        "later": rank.later,
        "last": iso(rank.last),
        "last_overlapping": iso(rank.last_overlapping),
        "percentile": number(rank.percentile),
        "beyond": number(rank.beyond),
        "z": number(rank.z),
        "record": record,
        "first": iso(rank.first),
        "over_holes": rank.over_holes,
        "claim": rank.claim,
        "standing": rank.standing,
    }


def _run(run: Run | None) -> Json | None:
    if run is None:
        return None
    return {"length": run.length, "start": iso(run.start), "end": iso(run.end)}


def streak_document(of: StreakOf, streak: Streak) -> Json:
    """One streak; ``sign`` 0 and length 0 where the last session, week or month was level.

    ``after_hole``: closes are missing right before it, so that it may be longer, or, of length 0,
    before the last session, week or month, of which nothing is known then.
    """
    return {
        "of": of,
        "unit": streak.unit,
        "sign": streak.sign,
        "length": streak.length,
        "start": iso(streak.start),
        "end": iso(streak.end),
        "last_as_long": _run(streak.last_as_long),
        "longest": _run(streak.longest),
        "first": iso(streak.first),
        "standing": streak.standing,
        "after_hole": streak.after_hole,
    }


def _extreme(extreme: Extreme | None) -> Json | None:
    if extreme is None:
        return None
    return {"level": number(extreme.value), "date": iso(extreme.end)}


def level_document(level: LevelHistory | None, basis: str) -> Json | None:
    """A level in its history: since when, its extremes and how far off, its averages."""
    if level is None:
        return None

    def off(extreme: Extreme | None) -> float | None:
        return None if extreme is None else number(level.off(extreme))

    averages = {average.closes: average for average in level.averages}
    return {
        "basis": basis,
        "level": number(level.level),
        "end": iso(level.end),
        "first": iso(level.first),
        "high_since": iso(level.high_since),
        "low_since": iso(level.low_since),
        "record_high": level.record_high,
        "record_low": level.record_low,
        "off_high": off(level.high),
        "off_low": off(level.low),
        "off_high_252": off(level.high_52),
        "off_low_252": off(level.low_52),
        "off_high_5y": off(level.high_span),
        "off_low_5y": off(level.low_span),
        "high": _extreme(level.high),
        "low": _extreme(level.low),
        "high_252": _extreme(level.high_52),
        "low_252": _extreme(level.low_52),
        "high_5y": _extreme(level.high_span),
        "low_5y": _extreme(level.low_span),
        "above_50": averages[50].above if 50 in averages else None,
        "above_200": averages[200].above if 200 in averages else None,
        "averages": [
            {
                "closes": average.closes,
                "level": number(average.level),
                "above": average.above,
                "crossed": iso(average.crossed),
            }
            for average in level.averages
        ],
        "standing": level.standing,
    }


def ratio_document(history: PairHistory, basis: str) -> Json | None:
    """The ratio of closes, and on total return where that was requested."""
    total = level_document(history.total_ratio, basis)
    prices = level_document(history.ratio, "pr")
    if prices is None:
        return total
    return {**prices, "total_return": total if basis == "tr" else None}


def _summary(summary: ReturnSummary) -> Json:
    return {
        "n": summary.n,
        "median_pp": scaled(summary.median, 100),
        "mean_pp": scaled(summary.mean, 100),
        "share_positive": number(summary.share_positive),
    }


def _forward(state: State, forward: Forward) -> Json:
    after = state.followed
    return {
        "state": state_name(state),
        "of": forward.of,
        "kind": state.kind,
        "threshold": number(state.threshold),
        "length": state.length,
        "horizon": forward.horizon,
        **_summary(forward.episodes),
        "base": _summary(forward.base),
        "open": after.open[forward.horizon],
        "overlapping": after.overlapping[forward.horizon],
        "episodes": [
            {"start": iso(start), "value_pp": scaled(value, 100)}
            for start, value in zip(after.starts, forward.returns, strict=False)
        ],
        "first": iso(after.first),
    }


def state_name(state: State) -> str:
    """A state in words: ``gap over 21 sessions beyond percentile 95``."""
    if state.kind == "percentile":
        side = "lead" if state.side > 0 else "deficit"
        over = "in one session" if state.length == 1 else f"over {state.length} sessions"
        return f"{side} {over} beyond {state.threshold:.0%} of all stretches"
    if state.kind == "streak":
        return f"{state.length} sessions in a row {'ahead' if state.side > 0 else 'behind'}"
    return f"ratio at a {state.length}-session {'high' if state.side > 0 else 'low'}"


def followed_document(history: PairHistory) -> list[Json]:
    """Forward returns after each state that holds at the as-of date, a row a horizon and series."""
    return [
        _forward(state, forward) for state in history.states for forward in state.followed.horizons
    ]


def rarity_document(history: PairHistory, basis: str) -> Json:
    """The part of the JSON's spread that depends on the whole history of the pair."""
    return {
        "rolling": rolling_document(history.rolling),
        "streaks": [streak_document(of, streak) for of, streak in history.streaks],
        "ratio": ratio_document(history, basis),
        "followed": followed_document(history),
    }


def own_document(spread: Spread, basis: str) -> Json:
    """One index alone: its return, how rare that is, drawdown, streaks, level, record closes."""
    ranking, history = spread.same_window, spread.history
    return {
        "return": number(spread.small_return),
        "drawdown": number(spread.drawdown),
        "calendar": _calendar(ranking),
        "full_years": _calendar(spread.full_years),
        "rolling": rolling_document(history.rolling, gap=False),
        "streaks": [streak_document(of, streak) for of, streak in history.streaks],
        "level": level_document(history.ratio, "pr") or level_document(history.total_ratio, basis),
        "record_closes": {str(year): n for year, n in sorted(history.record_closes.items())},
        "followed": followed_document(history),
        "daily": {
            "sessions": [str(session) for session in spread.sessions],
            "return": spread.small_line.tolist(),
        },
    }


def ranking_fields(ranking: Ranking, name: str, factor: float) -> Json:
    """A rank among other years, its values under a name and in a unit of their own."""
    runner = ranking.runner_up
    return {
        "rank": ranking.rank,
        "of": ranking.of,
        "since": ranking.since,
        "on_record": ranking.on_record,
        "ties": ranking.ties,
        "runner_up": runner and {"year": runner.year, name: scaled(runner.gap, factor)},
        f"next_{name}": scaled(ranking.next_gap, factor),
        "z": number(ranking.z),
        "percentile": number(ranking.percentile),
        "claim": ranking.claim,
        "first_year": ranking.first_year,
        "earlier_years": ranking.of - 1,
    }


def _calendar(ranking: Ranking) -> Json:
    """A return among those of other years, as `same_window` of a pair has a gap."""
    return {
        **ranking_fields(ranking, "return", 1),
        "history": [
            {
                "year": year.year,
                "start": iso(year.start),
                "end": iso(year.end),
                "return": number(year.gap),
            }
            for year in ranking.history
        ],
    }
