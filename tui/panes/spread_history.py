"""The views of pane 1 over all years: every stretch of the same length, and the ratio."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from core.note.phrase import several
from core.note.rank_text import as_wide, stretch_words
from tui.charts import Curve, SubChart, stacked_charts, year_bars
from tui.charts.distribution import distribution
from tui.panes.wording import part_lines
from tui.text import formats
from tui.text.spans import Drawing, inset

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from core.measures.pair_history import PairHistory
    from core.measures.rarity import Rank
    from core.measures.ratio import LevelHistory
    from core.measures.spread import Ranking, Spread
    from tui.host.scene import Scene

#: Steps between the bins of a distribution, in percentage points.
_STEPS: Final = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0)
#: Fewest and most bins between the open tails.
_BINS: Final = (5, 21)


def year_chart(
    ranking: Ranking, spread: Spread, width: int, height: int, *, with_window: bool
) -> Drawing:
    """A bar a year; ``with_window`` puts the window itself after years it is not one of."""
    years = [year.year for year in ranking.history]
    gaps = [year.gap for year in ranking.history]
    end_year = spread_year(spread)
    if with_window:
        years, gaps = [*years, end_year], [*gaps, ranking.gap]
    return inset(year_bars(years, gaps, end_year, width - 2, height, styles=("small", "large")))


def spread_year(spread: Spread) -> int:
    """The year the window ends in."""
    return spread.same_window.history[-1].year


def rolling_parts(rank: Rank, *, gap: bool = True) -> list[str]:
    """The rank among all stretches as long, part by part."""
    one, many = stretch_words(rank)
    if not rank.claim:
        return [f"{several(rank.of, one, many)} from {rank.first}, too few for a rank"]
    parts = [as_wide(rank, gap=gap), f"{many} from {rank.first}"]
    if rank.last is not None:
        parts.append(f"last {rank.last}")
    if rank.last_overlapping not in (None, rank.last):
        parts.append(f"overlapping {rank.last_overlapping}")
    parts.append(f"percentile {formats.number(100 * rank.percentile, 2)}")
    if rank.z is not None:
        parts.append(f"z {formats.number(rank.z, 2, sign=True)}")
    value = rank.record.value
    farthest = f"widest {formats.pp(value)}" if gap else f"largest {formats.pct(value)}"
    parts.append(f"{farthest} {rank.record.end}")
    if rank.over_holes:
        parts.append(f"{rank.over_holes:,} left out, closes missing")
    return parts


def streak_part(scene: Scene, history: PairHistory) -> str:
    """How many sessions in a row who beat whom; "" where the last one was level or not known."""
    now, question = history.session_streak, scene.snapshot.question
    if not now.length:
        return ""
    ahead = question.small if now.sign > 0 else question.large
    least = "at least " if now.after_hole else ""
    return f"{ahead} ahead {least}{now.length:,} in a row"


def bins(gaps: FloatArray, most: int) -> FloatArray:
    """(K,) edges between the bins of a distribution: round steps from one tail to the other.

    Args:
        gaps: (N,) fractions, finite.
        most: bins that there is room for, the two open ones included.
    """
    low, high = (float(q) for q in np.quantile(gaps * 100, [0.005, 0.995]))
    room = min(max(most - 2, _BINS[0]), _BINS[1])
    step = next((s for s in _STEPS if (high - low) / s <= room - 1), _STEPS[-1])
    edges: FloatArray = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step / 100
    return edges


def stretches(history: PairHistory, width: int, height: int) -> Drawing:
    """Every stretch as long, counted by its gap, with the bin of this one marked."""
    rank = history.rolling
    if rank is None:
        return [[(" closes are missing inside this window: it is not ranked", "dim")]]
    gaps = history.gaps[np.isfinite(history.gaps)]
    edges = bins(gaps, height)
    places = np.searchsorted(edges, gaps, side="left")
    counts = np.bincount(places, minlength=len(edges) + 1)[::-1].tolist()
    points = [f"{edge * 100:+g}" for edge in edges]
    labels = [f"to {points[0]}", *(f"{a} to {b}" for a, b in pairwise(points))]
    labels = [*labels, f"above {points[-1]}"][::-1]
    here = len(edges) - int(np.searchsorted(edges, rank.value, side="left"))
    names = ["large" if edge <= 0 else "small" for edge in (edges[0], *edges[1:], np.inf)][::-1]
    alone = history.large is None
    words = formats.pct(rank.value) if alone else formats.pp(rank.value)
    return inset(distribution(labels, counts, here, words, width - 2, height, styles=names))


def ratio_parts(level: LevelHistory, name: str) -> list[str]:
    """Where the ratio stands, part by part."""
    parts = [f"{name} {formats.number(level.level, 4 if name == 'ratio' else 2)}"]
    since = level.high_since or level.low_since
    if since is not None:
        parts.append(f"{'highest' if level.side > 0 else 'lowest'} since {since}")
    elif level.side:
        parts.append(f"{'highest' if level.side > 0 else 'lowest'} on record, from {level.first}")
    parts.append(f"{formats.pct(level.off(level.high), 1)} from its high of {level.high.end}")
    if level.high_52 is not None:
        parts.append(f"{formats.pct(level.off(level.high_52), 1)} from that of 52 weeks")
    for average in level.averages:
        side = level.stands(average)
        crossed = f" since {average.crossed}" if average.crossed else ""
        parts.append(f"{side} its {average.closes}{crossed}")
    return parts


def ratio(history: PairHistory, width: int, height: int) -> Drawing:
    """Where the ratio of closes stands; all its years, week by week, with its two averages."""
    alone = history.large is None
    name = "close" if alone else "ratio"
    level = history.ratio or history.total_ratio
    lines = part_lines(ratio_parts(level, name), width) if level is not None else []
    sessions, levels, averages = history.weekly_ratio()
    curves = [Curve(name, levels, "small")]
    for (closes, mean), style in zip(averages.items(), ("dim", "large"), strict=True):
        curves.append(Curve(f"of {closes}", mean, style))
    room, places = max(height - len(lines), 3), 2 if alone else 4
    chart = SubChart(curves[::-1], room, unit="", places=places, sign=False, zero=False)
    return lines + inset(stacked_charts(sessions, [chart], width - 2))
