"""How rare the gap is, worked out a second time, one stretch and one session after the other."""

from __future__ import annotations

import statistics
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from core.data.record import record
from core.data.windows import ANCHOR_DAYS
from core.explain.explanation import Explanation, Term, cut
from core.measures.episodes import CLAIM_EPISODES
from core.measures.rarity import TIE_DECIMALS

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from core.data.series import Series
    from core.explain.ground import Ground
    from core.measures.pair_history import PairHistory, State
    from core.measures.rarity import Rank
    from core.measures.ratio import LevelHistory


_SATURDAY: Final = 5


@record(frozen=True, slots=True)
class _Closes:
    """Common sessions of the two funds up to the as-of date, with their levels.

    ``lacking`` are the exchange's sessions, Saturdays apart, without a close of both, and the last
    day of each time of over seven days without.
    """

    days: list[date]
    small: list[float]
    large: list[float]
    lacking: list[date]

    def gap(self, first: int, last: int) -> float:
        """Small less large between two places."""
        small = self.small[last] / self.small[first]
        return small - self.large[last] / self.large[first]

    def whole(self, first: int, last: int) -> bool:
        """Whether no close is missing between two places."""
        return bisect(self.lacking, self.days[first]) == bisect(self.lacking, self.days[last])


def _by_date(
    ground: Ground, pick: Callable[[Series], FloatArray | None]
) -> tuple[dict[date, float], dict[date, float]]:
    """Values of both funds' series by date; beside one index alone 1."""
    funds: list[dict[date, float]] = []
    for side in ground.pair:
        series = ground.market.series(side.fund)
        values = None if series is None else pick(series)
        assert series is not None and values is not None
        funds.append(dict(zip(series.sessions.tolist(), values.tolist(), strict=True)))
    small, large = funds
    return small, dict.fromkeys(small, 1.0) if ground.snapshot.question.alone else large


def _closes(ground: Ground, history: PairHistory) -> _Closes:
    """The levels from the pair's first session on, each from the fund's closes."""
    small, large = _by_date(ground, lambda series: series.level(ground.basis))
    first = history.sessions[0].item()
    days = sorted(d for d in small.keys() & large.keys() if first <= d <= ground.snapshot.as_of)
    of_exchange = ground.market.reference.sessions.tolist()
    lacking = [d for d in of_exchange if first <= d <= days[-1] and d.weekday() < _SATURDAY]
    long = (b - timedelta(days=1) for a, b in pairwise(days) if (b - a).days > ANCHOR_DAYS)
    without = sorted({*lacking, *long} - {*days})
    return _Closes(days, [small[d] for d in days], [large[d] for d in days], without)


def _history(ground: Ground) -> PairHistory | None:
    spread = ground.snapshot.ranked
    return None if spread is None else spread.history


def rolling(ground: Ground) -> Iterator[Explanation]:
    """Explain the gap's place among all stretches of as many sessions."""
    history = _history(ground)
    rank = history.rolling if history is not None else None
    if history is None or rank is None:
        return
    closes, size = _closes(ground, history), rank.length
    stretches = [
        (closes.days[at - size], closes.days[at], closes.gap(at - size, at))
        for at in range(size, len(closes.days))
        if closes.whole(at - size, at)
    ]
    start, _, gap = next(one for one in stretches if one[1] == rank.end)
    side = -1 if gap < 0 else 1
    width = round(side * gap, TIE_DECIMALS)
    wide = [one for one in stretches if round(side * one[2], TIE_DECIMALS) >= width]
    prior = [end for _, end, _ in wide if end <= start]
    latest = [end for _, end, _ in wide if end < rank.end]
    terms = (
        Term("gap", gap, "pp", f"{start} to {rank.end}, {size} sessions"),
        Term("stretches", float(len(stretches)), "count", f"from {rank.first}, overlapping"),
        Term("last", str(max(prior)) if prior else "none", "text", "as wide, ended before this"),
        Term("latest", str(max(latest)) if latest else "none", "text", "as wide, may overlap this"),
        Term("widest", max((g for *_, g in stretches), key=lambda g: side * g), "pp",
             f"to {rank.record.end}"),
    )  # fmt: skip
    yield Explanation(
        f"stretches of {size} sessions as wide",
        float(rank.as_wide),
        "count",
        "those at least as wide on the same side, this one included",
        float(len(wide)),
        terms,
        notes=_rank_notes(rank),
    )
    yield from _moments(rank, [g for *_, g in stretches], gap)


def _rank_notes(rank: Rank) -> tuple[str, ...]:
    notes = ["a tie is equality at 0.01 pp"]
    if rank.over_holes:
        notes.append(f"{rank.over_holes} stretches are left out: closes are missing inside them")
    if not rank.claim:
        notes.append("fewer than 250 stretches carry no claim")
    return tuple(notes)


def _moments(rank: Rank, gaps: Sequence[float], gap: float) -> Iterator[Explanation]:
    """Percentile and z of the gap among all stretches."""
    below = sum(g < gap for g in gaps)
    mean = statistics.fmean(gaps)
    sd = statistics.stdev(gaps) if len(gaps) > 1 else 0.0
    yield Explanation(
        "percentile among all stretches",
        rank.percentile,
        "percent",
        "below / stretches",
        below / len(gaps),
        (
            Term("below", float(below), "count", "stretches strictly below the gap"),
            Term("stretches", float(len(gaps)), "count", f"of {rank.length} sessions"),
        ),
    )
    yield Explanation(
        "z among all stretches",
        rank.z,
        "number",
        "(gap - mean) / sd",
        (gap - mean) / sd if rank.z is not None else None,
        (
            Term("gap", gap, "pp", "this stretch"),
            Term("mean", mean, "pp", f"of {len(gaps):,} stretches, this one included"),
            Term("sd", sd, "pp", "sample standard deviation (n - 1)"),
        ),
    )


def streak(ground: Ground) -> Iterator[Explanation]:
    """Explain how many sessions in a row one fund beat the other."""
    history = _history(ground)
    if history is None:
        return
    closes, now = _closes(ground, history), history.session_streak
    length, terms = 0, []
    for at in range(len(closes.days) - 1, 0, -1):
        gap = round(closes.gap(at - 1, at), 9) if closes.whole(at - 1, at) else 0.0
        if not now.sign or gap * now.sign <= 0:
            break
        length += 1
        terms.append(Term(f"{closes.days[at]}", gap, "pp", "gap of the session"))
    ahead, behind = (side.fund for side in ground.pair[:: now.sign or 1])
    title = f"sessions in a row that {ahead} beat {behind}"
    if ground.snapshot.question.alone:
        title = f"sessions in a row that {ahead} {'fell' if now.sign < 0 else 'rose'}"
    longest = now.longest
    notes = ["a session without a gap ends a streak"]
    if now.after_hole:
        notes.append("closes are missing before it: it may be longer")
    if longest is not None:
        notes.append(f"the longest: {longest.length}, {longest.start} to {longest.end}")
    if now.last_as_long is not None:
        last = now.last_as_long
        notes.append(f"the last as long: {last.length}, {last.start} to {last.end}")
    yield Explanation(
        title,
        float(now.length),
        "count",
        "sessions back from the last one whose gap has the same sign",
        float(length),
        cut(terms) or (Term("gap", closes.gap(-2, -1), "pp", "since the close before the last"),),
        notes=tuple(notes),
    )


def ratio(ground: Ground) -> Iterator[Explanation]:
    """Explain where the ratio of closes stands: off its high, against its averages."""
    history = _history(ground)
    level = history.ratio if history is not None else None
    if history is None or level is None:
        return
    small, large = _by_date(ground, lambda series: series.price)
    days = [d for d in history.sessions.tolist() if d in small and d in large]
    ratios = [small[d] / large[d] for d in days]
    names = " / ".join(ground.snapshot.question.funds)
    peak = max(ratios)
    yield Explanation(
        f"{names} off its high",
        level.off(level.high),
        "percent",
        "Q / Q high - 1",
        ratios[-1] / peak - 1,
        (
            Term("Q", ratios[-1], "ratio", f"closes of {days[-1]}"),
            Term("Q high", peak, "ratio", f"closes of {level.high.end}"),
        ),
        notes=_since_notes(level),
    )
    for average in level.averages:
        mean = statistics.fmean(ratios[-average.closes :])
        yield Explanation(
            f"{names} against its average of {average.closes} closes",
            level.level / average.level - 1,
            "percent",
            "Q / mean - 1",
            ratios[-1] / mean - 1,
            (
                Term("Q", ratios[-1], "ratio", f"closes of {days[-1]}"),
                Term("mean", mean, "ratio", f"of the last {average.closes} closes"),
            ),
            notes=(f"on this side since {average.crossed}",) if average.crossed else (),
        )


def _since_notes(level: LevelHistory) -> tuple[str, ...]:
    words = []
    if level.high_since is not None:
        words.append(f"the highest since {level.high_since}")
    if level.low_since is not None:
        words.append(f"the lowest since {level.low_since}")
    return (*words, f"from {level.first}, on closes without dividends")


def followed(ground: Ground) -> Iterator[Explanation]:
    """Explain what followed the states that hold now: the gap over each horizon."""
    history = _history(ground)
    if history is None:
        return
    closes = _closes(ground, history)
    for state in history.states:
        yield from _after(closes, state)


def _after(closes: _Closes, state: State) -> Iterator[Explanation]:
    """One explanation a horizon: the median of the gaps after each episode."""
    places = {d: at for at, d in enumerate(closes.days)}
    last = len(closes.days) - 1
    for forward in state.followed.horizons:
        if forward.of != "gap":
            continue
        size = forward.horizon
        ended = [
            d
            for d in state.followed.starts
            if places[d] + size <= last and closes.whole(places[d], places[d] + size)
        ]
        gaps = [closes.gap(places[d], places[d] + size) for d in ended]
        every = [
            closes.gap(at, at + size)
            for at in range(last - size + 1)
            if closes.whole(at, at + size)
        ]
        enough = len(gaps) >= CLAIM_EPISODES
        base = statistics.median(every) if every else None
        first = state.followed.first
        notes = [f"{state.followed.open[size]} episodes have not run so long and are left out"]
        if state.followed.overlapping[size]:
            notes.append(f"{state.followed.overlapping[size]} overlap the one before")
        if not enough:
            notes.append("fewer than ten episodes are listed and not summed up")
        yield Explanation(
            f"gap over {size} sessions after {_state_words(state)}, median",
            forward.episodes.median,
            "pp",
            "median of the gaps after each episode",
            statistics.median(gaps) if enough else None,
            (
                Term("episodes", float(len(gaps)), "count", f"from {first}"),
                Term("base", base, "pp", f"median of every stretch of {size} sessions"),
                *(
                    Term(f"after {d}", gap, "pp", "")
                    for d, gap in zip(ended[-20:], gaps[-20:], strict=True)
                ),
            ),
            notes=tuple(notes),
        )


def _state_words(state: State) -> str:
    if state.kind == "percentile":
        return f"a gap over {state.length} sessions beyond {state.threshold:.0%} of all"
    if state.kind == "streak":
        return f"{state.length} sessions in a row"
    return f"a {state.length}-session {'high' if state.side > 0 else 'low'} of the ratio"
