"""Ranks as plain text, the same on every surface that has no room for a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.phrase import several

if TYPE_CHECKING:
    from core.measures.rarity import Rank
    from core.measures.spread import Ranking


def rank_of(rank: int, of: int) -> str:
    """Return a rank among so many: ``rank 3 of 26``."""
    return f"rank {rank:,} of {of:,}"


def years_rank(ranking: Ranking) -> str:
    """Return the rank among the same window of other years, or why there is none."""
    if not ranking.claim:
        return f"{several(ranking.of - 1, 'earlier year')}, too few for a rank"
    return rank_of(ranking.rank, ranking.of)


def stretch_words(rank: Rank) -> tuple[str, str]:
    """Return what is ranked, one and several: ``stretch of 63 sessions``, ``stretches of ...``."""
    if rank.length == 1:
        return "session", "sessions"
    return f"stretch of {rank.length:,} sessions", f"stretches of {rank.length:,} sessions"


def as_wide(rank: Rank, *, gap: bool = True) -> str:
    """Return how many of the stretches as long are as wide: ``12 of 6,123 as wide``.

    Args:
        rank: among all stretches as long.
        gap: whether a gap is ranked, which is wide; a return is large.
    """
    return f"{rank.as_wide:,} of {rank.of:,} as {'wide' if gap else 'large'}"
