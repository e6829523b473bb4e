"""Words for how rare a gap, a streak or a ratio is: the strongest true claim by a fixed order.

On record; none since a date at least five years back; none since one at least a year back;
beyond 95 % of the history; else "not unusual", with how many were as wide and when the last was.
Every claim names its sample and the first date of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.measures.rarity import STANDINGS, Standing
from core.measures.spread import comparisons
from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    joined,
    listed,
    long_date,
    percent,
    points,
    share,
)
from core.note.ranking_words import same_window_words

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.pair_history import State, StreakOf
    from core.measures.rarity import Rank
    from core.measures.ratio import LevelHistory
    from core.measures.spread import Spread
    from core.measures.streaks import Streak

ROLLING, STREAKS, RATIO = "spread.rolling", "spread.streaks", "spread.ratio"
#: Sessions after a state over which the note says what followed.
_HORIZON: Final = 63
UNITS: Final = {"session": "sessions", "week": "weeks", "month": "months"}


def stronger(one: Standing | None, other: Standing | None) -> bool:
    """Whether one claim comes before another in the fixed order; no claim comes last."""
    places = [len(STANDINGS) if s is None else STANDINGS.index(s) for s in (one, other)]
    return places[0] < places[1]


def sample(rank: Rank, path: str = ROLLING) -> Sentence:
    """Name what a value is ranked among: ``6,554 overlapping stretches of 5 sessions``."""
    of = Figure(f"{rank.of:,}", f"{path}.of")
    if rank.length == 1:
        return Sentence(of, " session" if rank.of == 1 else " sessions")
    length = Figure(f"{rank.length:,}", f"{path}.sessions")
    stretches = " stretch of " if rank.of == 1 else " overlapping stretches of "
    return Sentence(of, stretches, length, " sessions")


def _from(rank: Rank, path: str) -> Sentence:
    return Sentence(" from ", Figure(long_date(rank.first), f"{path}.first"))


def beyond(rank: Rank, path: str = ROLLING) -> Figure:
    """The share of all that are less far out; never rounded up to all of them."""
    places = next((p for p in range(1, 5) if round(rank.beyond * 100, p) < 100), 5)
    return Figure(share(rank.beyond, places), f"{path}.beyond")


def rank_words(rank: Rank, kind: str, path: str = ROLLING, size: str = "wide") -> Sentence:
    """The strongest true claim about a value among all stretches as long.

    Args:
        rank: the value's.
        kind: what it is, such as "lead" or "deficit".
        path: where it stands in the note's JSON.
        size: "wide" of a gap, "large" of a return.
    """
    length = Figure(f"{rank.length:,}", f"{path}.sessions")
    over = Sentence(
        " in one session" if rank.length == 1 else Sentence(" over ", length, " sessions")
    )
    standing, most = rank.standing, f"{size.removesuffix('e')}est"
    if standing is None:
        return Sentence(
            "too short a history for a rank (", sample(rank, path), _from(rank, path), ")"
        )
    ground = Sentence(" (", sample(rank, path), _from(rank, path), ")")
    if standing == "record":
        return Sentence(f"the {most} {kind}", over, " on record", ground)
    if standing in ("far", "near"):
        assert rank.last_overlapping is not None
        since = Figure(long_date(rank.last_overlapping), f"{path}.last_overlapping")
        return Sentence(f"the {most} {kind}", over, " since ", since, ground)
    as_wide = Figure(f"{rank.as_wide:,}", f"{path}.as_wide")
    last = Sentence()
    if rank.last is not None:
        last = Sentence(", the last on ", Figure(long_date(rank.last), f"{path}.last"))
    if standing == "rare":
        wider = Sentence(
            f"{size.removesuffix('e')}er than ", beyond(rank, path), " of ", sample(rank, path)
        )
        return Sentence(wider, _from(rank, path), ": ", as_wide, f" {plural(kind)} as {size}", last)
    of = Figure(f"{rank.of:,}", f"{path}.of")
    what = Sentence("all sessions" if rank.length == 1 else Sentence(
        "all stretches of ", length, " sessions, overlapping,"))  # fmt: skip
    tail = Sentence(" (", what, _from(rank, path), ")")
    return Sentence("not unusual: ", as_wide, " of ", of, f" as {size}", last, tail)


def rarity_claims(
    snapshot: Snapshot, spread: Spread, kind: str, size: str, paths: tuple[str, str]
) -> list[Sentence]:
    """How rare a gap or return is: among all stretches as long, and among other years.

    For ``kind`` and ``size`` see `rank_words`; ``paths`` are those of both ranks.
    """
    beside, rank = comparisons(snapshot.window.label, spread.history.length), spread.rolling
    claims = []
    if beside.rolling and rank is None:
        claims.append(Sentence("no rank, closes are missing inside the window"))
    elif beside.rolling and rank is not None:
        claims.append(rank_words(rank, kind, paths[0], size))
    if beside.same_window:
        most = f"{size.removesuffix('e')}est {kind}"
        claims.append(same_window_words(spread.same_window, paths[1], most))
    return claims


def plural(kind: str) -> str:
    """The plural of what a value is: leads, deficits, gains, losses."""
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def streak_words(snapshot: Snapshot, streak: Streak, path: str) -> Sentence:
    """A streak of the gap and its claim: ``IWM has beaten SPY 14 sessions in a row, ...``."""
    return Sentence(_beaten(snapshot, streak, path), longest_since(streak, path))


def _beaten(snapshot: Snapshot, streak: Streak, path: str) -> Sentence:
    """Say: ``IWM has beaten SPY 14 sessions in a row``."""
    small, large = map(Name, snapshot.question.pair)
    ahead, behind = (small, large) if streak.sign > 0 else (large, small)
    length = Figure(f"{streak.length:,}", f"{path}.length")
    words = f" {UNITS[streak.unit]} in a row"
    return Sentence(ahead, " has beaten ", behind, " ", length, words)


def longest_since(streak: Streak, path: str) -> Sentence:
    """``, its longest such run since one of 13 that ended on 6 June 2008``; or nothing."""
    standing = streak.standing
    if standing == "record":
        first = Figure(long_date(streak.first), f"{path}.first")
        return Sentence(", its longest such run on record (from ", first, ")")
    last = streak.last_as_long
    if standing is None or last is None:
        return Sentence()
    return Sentence(
        ", its longest such run since one of ",
        Figure(f"{last.length:,}", f"{path}.last_as_long.length"),
        " that ended on ",
        Figure(long_date(last.end), f"{path}.last_as_long.end"),
    )


def ratio_words(snapshot: Snapshot, ratio: LevelHistory) -> Sentence:
    """Since when the ratio was as high, or as low."""
    return level_words(f"the ratio of their {ratio_basis(snapshot)}", ratio, RATIO)


def level_words(what: str, level: LevelHistory, path: str) -> Sentence:
    """Since when a level was as high, or as low: ``its close is the highest since 3 May 2020``."""
    word, last = ("high", level.high_since) if level.side > 0 else ("low", level.low_since)
    claim = f"{what} is the {word}est"
    if last is None:
        first = Figure(long_date(level.first), f"{path}.first")
        return Sentence(claim, " on record (from ", first, ")")
    return Sentence(claim, " since ", Figure(long_date(last), f"{path}.{word}_since"))


def ratio_basis(snapshot: Snapshot) -> str:
    """What the ratio is of: closes, or total returns where no closes are available."""
    spread = snapshot.spread
    return "closes" if spread is None or spread.history.ratio is not None else "total returns"


def ratio_of(snapshot: Snapshot) -> LevelHistory | None:
    """The ratio that is shown: of closes; on total return where no closes are available."""
    spread = snapshot.spread
    if spread is None:
        return None
    return spread.history.ratio or spread.history.total_ratio


def streak_path(of: StreakOf, unit: str) -> str:
    """Where a streak stands in the note's JSON."""
    place = ("gap", "small", "large").index(of) * len(UNITS) + tuple(UNITS).index(unit)
    return f"{STREAKS}[{place}]"


def strongest(
    snapshot: Snapshot, than: Standing | None
) -> tuple[StreakOf, Streak] | LevelHistory | None:
    """The streak of the gap, or the ratio, whose claim is stronger than another; else None.

    Of equally strong ones the first of: streak in sessions, weeks, months; ratio.
    """
    spread = snapshot.spread
    if spread is None or not spread.history.whole:
        return None
    best = than
    claim: tuple[StreakOf, Streak] | LevelHistory | None = None
    for of, streak in spread.history.gap_streaks:
        if stronger(streak.standing, best):
            best, claim = streak.standing, (of, streak)
    ratio = ratio_of(snapshot)
    return ratio if ratio is not None and stronger(ratio.standing, best) else claim


def further_claim(snapshot: Snapshot, than: Standing | None) -> Sentence:
    """A claim of the streak or the ratio that is stronger than the gap's own; else nothing."""
    claim = strongest(snapshot, than)
    if claim is None:
        return Sentence()
    if not isinstance(claim, tuple):
        return ratio_words(snapshot, claim)
    of, streak = claim
    return streak_words(snapshot, streak, streak_path(of, streak.unit))


def rolling_detail(rank: Rank, kind: str) -> Sentence:
    """The rank in full: how many are as wide, percentile, z, and the widest of all."""
    record = rank.record
    widest = Sentence(
        "the widest was ", Figure(points(record.value), f"{ROLLING}.record.gap_pp"),
        " to ", Figure(long_date(record.end), f"{ROLLING}.record.end"),
    )  # fmt: skip
    if record.end == rank.end:
        widest = Sentence("none is wider")
    one = " is" if rank.as_wide == 1 else f" are {kind}s"
    count = Sentence(Figure(f"{rank.as_wide:,}", f"{ROLLING}.as_wide"), one, " at least as wide")
    ground = Sentence("Of ", sample(rank), _from(rank, ROLLING), ", ")
    return Sentence(ground, count, ", this one included; ", widest, ".")


def ratio_sentence(snapshot: Snapshot) -> Sentence:
    """Where the ratio stands: since when, off its highs, against its averages."""
    ratio, spread = ratio_of(snapshot), snapshot.spread
    if ratio is None or spread is None or not spread.history.whole or not ratio.averages:
        return Sentence()
    what = Sentence(f"The ratio of their {ratio_basis(snapshot)} ")
    if ratio.high.end == ratio.end:
        first = Figure(long_date(ratio.first), f"{RATIO}.first")
        at = "at" if ratio.record_high else "level with"
        level = Sentence(f"stands {at} its highest on record (from ", first, ")")
    else:
        off = Figure(percent(abs(ratio.off(ratio.high)), 1).lstrip("+"), f"{RATIO}.off_high")
        date = Figure(long_date(ratio.high.end), f"{RATIO}.high.date")
        level = Sentence("is ", _extreme_since(ratio), off, " below its high of ", date)
    closes = [
        Figure(f"{average.closes}", f"{RATIO}.averages[{place}].closes")
        for place, average in enumerate(ratio.averages)
    ]
    sides = [ratio.stands(average) for average in ratio.averages]
    if len(set(sides)) < len(sides):
        averages = Sentence(sides[0], " its averages of ", listed(closes), " closes")
    else:
        averages = listed(
            Sentence(side, " its average of ", of, " closes")
            for side, of in zip(sides, closes, strict=True)
        )
    return Sentence(what, level, ", and ", averages, ".")


def _extreme_since(ratio: LevelHistory) -> Sentence:
    """``the highest since 3 March 2020, ``; or nothing."""
    if ratio.standing not in ("record", "far", "near"):
        return Sentence()
    word, last = ("high", ratio.high_since) if ratio.side > 0 else ("low", ratio.low_since)
    if last is None:
        return Sentence()
    return Sentence(f"the {word}est since ", Figure(long_date(last), f"{RATIO}.{word}_since"), ", ")


def streak_sentence(snapshot: Snapshot) -> Sentence:
    """How many sessions in a row one fund has beaten the other, and when one as long was last."""
    spread = snapshot.spread
    if spread is None or not spread.history.whole:
        return Sentence()
    now, path = spread.history.session_streak, f"{STREAKS}[0]"
    if now.length < 2 or now.after_hole:
        return Sentence()
    run = Sentence(_beaten(snapshot, now, path), "; ")
    last, longest = now.last_as_long, now.longest
    if last is None or longest is None:
        first = Figure(long_date(now.first), f"{path}.first")
        return Sentence(run, "no run from ", first, " on was as long before.")
    of = Figure(f"{last.length:,}", f"{path}.last_as_long.length")
    end = Figure(long_date(last.end), f"{path}.last_as_long.end")
    tail: Sentence = Sentence(", the longest on record")
    if longest.length != last.length:
        most = Figure(f"{longest.length:,}", f"{path}.longest.length")
        to = Figure(long_date(longest.end), f"{path}.longest.end")
        tail = Sentence("; the longest, of ", most, ", to ", to)
    return Sentence(run, "the last run as long, of ", of, ", went to ", end, tail, ".")


def followed_sentence(snapshot: Snapshot) -> Sentence:
    """What followed the states that hold now, beside the base rate; under ten, only how many."""
    spread = snapshot.spread
    if spread is None or not spread.history.whole:
        return Sentence()
    clauses = []
    for number, state in enumerate(spread.history.states):
        places = [k for k, f in enumerate(state.followed.horizons) if f.horizon == _HORIZON]
        at = next(k for k in places if state.followed.horizons[k].of == "gap")
        row = state.followed.horizons[at]
        path = f"spread.followed[{number * len(state.followed.horizons) + at}]"
        n = Figure(f"{row.episodes.n:,}", f"{path}.n")
        what = _state_words(state, path)
        if row.episodes.median is None or row.base.median is None:
            episodes = "episode" if row.episodes.n == 1 else "episodes"
            clauses.append(Sentence(what, ": ", n, f" earlier {episodes}, too few to sum up"))
            continue
        overlapping = state.followed.overlapping[_HORIZON]
        overlap = Sentence()
        if overlapping:
            overlap = Sentence(
                " (overlapping: ", Figure(f"{overlapping:,}", f"{path}.overlapping"), ")"
            )
        assert row.episodes.share_positive is not None and row.base.share_positive is not None
        clauses.append(
            Sentence(
                what, ": median gap ", Figure(points(row.episodes.median), f"{path}.median_pp"),
                ", above zero in ",
                Figure(share(row.episodes.share_positive), f"{path}.share_positive"), " of ", n,
                " episodes", overlap, ", against ",
                Figure(points(row.base.median), f"{path}.base.median_pp"),
                " and ", Figure(share(row.base.share_positive), f"{path}.base.share_positive"),
                " from every session",
            )
        )  # fmt: skip
    if not clauses:
        return Sentence()
    ahead = Figure(f"{_HORIZON}", "spread.followed[3].horizon")
    rows = joined(clauses, "; ")
    return Sentence("What followed over ", ahead, " sessions after ", rows, ". No forecast.")


def _state_words(state: State, path: str) -> Sentence:
    """A state as a clause: ``a lead over 5 sessions beyond 95 % of all``."""
    length = Figure(f"{state.length:,}", f"{path}.length")
    if state.kind == "streak":
        side = "ahead" if state.side > 0 else "behind"
        return Sentence("a streak of ", length, f" sessions {side}")
    if state.kind == "ratio":
        return Sentence("a high" if state.side > 0 else "a low", " of the ratio over ", length,
                        " sessions")  # fmt: skip
    kind = "lead" if state.side > 0 else "deficit"
    beyond_share = Figure(share(state.threshold, 0), f"{path}.threshold")
    over = Sentence(" over ", length, " sessions beyond ")
    if state.length == 1:
        over = Sentence(" in one session beyond ")
    return Sentence(f"a {kind}", over, beyond_share, " of all")
