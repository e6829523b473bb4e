"""Compares two histories of one symbol: whether they are the same, and what differs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from cache.facts.sessions import sessions
from core.data.frames import JUMP, BoolArray, Dates, FloatArray, pydate, rows_in_both
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import IntArray

Kind = Literal[
    "agrees",
    "rebase",
    "older",
    "single",
    "shifted",
    "split",
    "currency",
    "coarse",
    "another",
    "differs",
    "apart",
]
#: Two closes of one session further apart than this (relative) are different closes.
SAME: Final = 1e-6
#: Closes of different sources: this part, half a cent of each, and this part at most.
_ROUNDED, _CENTS, _LOOSEST = 1e-4, 0.0051, 5e-3
#: Splits that are believed from the closes alone, and the inverse of each.
_RATIOS: Final = (
    *range(2, 51),
    *(p / q for p, q in ((3, 2), (4, 3), (5, 4), (5, 3), (5, 2), (7, 2), (6, 5), (11, 10))),
)
_SPLITS: Final = tuple(sorted({*map(float, _RATIOS), *(1 / ratio for ratio in _RATIOS)}))
#: Factors between a currency and its hundredth or thousandth: no split without one on record.
CURRENCIES: Final = (100.0, 1000.0, 0.01, 0.001)
#: How near to a split (natural logarithm) a move between two sessions must be to look like one,
#: and how far apart the two may lie.
_NEAR, _APART = 0.06, 5
#: Differing closes that are single ones: this part of the overlap at most, or one.
_SINGLE: Final = 0.1
#: Two histories of so many closes in common are not of one company where most moves from close to
#: close differ by more than this (natural logarithm).
_MOVES, _OTHER_MOVE = 10, 2e-3
_DAY: Final = np.timedelta64(1, "D")
#: Digits after the point of closes that are too few.
_COARSE: Final = (0, 1)
#: A lone close in common that differs by less is a correction, not another history.
_CORRECTED: Final = 0.005


@record(frozen=True, slots=True)
class Comparison:
    """The result of comparing two histories of a symbol.

    Attributes:
        kind: "agrees"; "rebase": the stored data is on the basis before a split; "older": the new
            ones are; "single": single closes differ; "shifted" by a session; "split": one lacks
            or makes up a split; "currency": by a currency's factor; "coarse": the new ones
            are the stored ones rounded to a digit or none; "another": most moves differ, as of
            another company; "differs" otherwise; "apart": no close in common, and a move as of a
            split or beyond tenfold between.
        factor: for "rebase", what brings the stored closes onto the basis of the new ones; for
            "older", the new ones onto that of the stored ones.
        before: for "rebase", the first stored session that stays as it is.
        days: sessions on which both have a close and they differ.
        words: what is to be said, as the rest of a sentence about the symbol.
    """

    kind: Kind
    factor: float = 1.0
    before: date | None = None
    days: tuple[date, ...] = ()
    words: str = ""


def compare(
    days: Dates,
    closes: FloatArray,
    new_days: Dates,
    new: FloatArray,
    splits: Mapping[date, float],
    *,
    rounded: bool = False,
    chained: bool = False,
) -> Comparison:
    """Compare a new history with the stored one.

    Args:
        days: (T,) datetime64[D], ascending stored sessions.
        closes: (T,) float64, closes, none NaN.
        new_days: (K,) datetime64[D], ascending.
        new: (K,) float64, closes, none NaN.
        splits: effective date -> factor, as the new history records them.
        rounded: the two are of different sources, and each may have rounded to cents, also
            before a split.
        chained: adjusted closes, whose older ones change by any factor at each dividend.
    """
    if not len(days) or not len(new_days):
        return Comparison("agrees")
    mine, theirs = rows_in_both(days, new_days)
    common = days[mine]
    if not len(common):
        return _apart(days, closes, new_days, new, splits)
    ratio = new[theirs] / closes[mine]
    slack = rounding(closes[mine], new[theirs]) if rounded else np.full(len(common), SAME)
    same = np.abs(ratio - 1) <= slack
    if same.all():
        return Comparison("agrees")
    off = tuple(pydate(day) for day in common[~same])
    middle = float(np.median(ratio[~same]))
    constant = np.abs(ratio / middle - 1) <= 2 * slack
    example = (
        f"on {off[0]} {new[theirs][~same][0]:.6g} against {closes[mine][~same][0]:.6g} in the store"
    )
    before = np.flatnonzero(~same)
    older = (
        constant[before].all() and same[before[-1] + 1 :].all() and len(before) == before[-1] + 1
    )
    whole = older and len(before) == len(common)
    if older and (len(before) > 1 or abs(middle - 1) > _CORRECTED):
        following = None if whole else pydate(common[len(before)])
        if chained:
            first_kept = following or pydate(common[0])
            return Comparison("rebase", middle, first_kept, off, example)
        recorded = _recorded(middle, splits)
        factor = recorded or _split_of(middle, float(slack.max()))
        if factor is not None:
            if whole or _smoother(closes[mine], new[theirs], len(before)):
                if whole and days[-1] > new_days[-1]:
                    return Comparison("older", 1 / factor, None, off, example)
                return Comparison(
                    "rebase", factor, following or pydate(new_days[-1] + _DAY), off, example
                )
            words = f"a split of {max(factor, 1 / factor):.6g} before {following} is in one alone"
            return Comparison("split", factor, following, off, f"{words}; {example}")
        if any(abs(middle / one - 1) <= 1e-3 for one in CURRENCIES):
            return Comparison("currency", middle, None, off, f"all differ by {middle:g}; {example}")
    if moved := _shift(days, closes, new_days, new, float(slack.max())):
        return Comparison("shifted", days=off, words=f"its closes are {moved}; {example}")
    lone = len(common) == 1 and abs(middle - 1) <= _CORRECTED
    if lone or (len(common) > 1 and len(off) <= max(1, _SINGLE * len(common))):
        return Comparison("single", days=off, words=example)
    count = f"{len(off):,} of {len(common):,} closes in common differ"
    kind: Kind = "differs"
    if any(np.array_equal(np.round(closes[mine], digits), new[theirs]) for digits in _COARSE):
        kind = "coarse"
    elif _other_moves(closes[mine], new[theirs]):
        kind = "another"
    return Comparison(kind, days=off, words=f"{count}; {example}")


def rounding(closes: FloatArray, others: FloatArray) -> FloatArray:
    """(K,) by which part two closes of one session may differ where each is rounded to cents."""
    slack: FloatArray = np.minimum(_ROUNDED + (_CENTS / closes + _CENTS / others), _LOOSEST)
    return slack


def _recorded(ratio: float, splits: Mapping[date, float]) -> float | None:
    """Return the inverse of the recorded split, or of all, that explains a ratio of closes."""
    factors = {*splits.values(), math.prod(splits.values())} - {1.0}
    return next((1 / f for f in factors if f > 0 and abs(ratio * f - 1) <= 1e-3), None)


def _split_of(ratio: float, slack: float) -> float | None:
    """Return the split that explains a ratio of closes, None where none does."""
    near = min(_SPLITS, key=lambda one: abs(math.log(ratio / one)))
    return near if abs(ratio / near - 1) <= max(2e-4, 2 * slack) else None


def _smoother(closes: FloatArray, new: FloatArray, at: int) -> bool:
    """Whether the new closes move less than the stored ones from position ``at - 1`` to ``at``."""
    moves = [abs(math.log(one[at] / one[at - 1])) for one in (new, closes)]
    return moves[0] < moves[1]


def _other_moves(closes: FloatArray, new: FloatArray) -> bool:
    """Whether most moves from close to close differ between two histories of the same sessions.

    Corrections and adjustments leave most of them as they are.
    """
    differences = np.abs(np.diff(np.log(new / closes)))
    least = np.maximum(_OTHER_MOVE, 2 * rounding(closes, new)[1:])
    return len(new) >= _MOVES and bool(np.mean(differences > least) > 0.5)


def _shift(days: Dates, closes: FloatArray, new_days: Dates, new: FloatArray, slack: float) -> str:
    """Return which shift by one session makes the two agree, "" where none does."""
    calendar = sessions()
    for step, words in ((1, "one session late"), (-1, "one session early")):
        place: IntArray = np.searchsorted(calendar, new_days) - step
        inside = (place >= 0) & (place < len(calendar))
        moved = calendar[np.where(inside, place, 0)]
        common, mine, theirs = np.intersect1d(days, moved, return_indices=True)
        if len(common) < 3 or len(np.unique(closes[mine])) < 3:
            continue
        fits: BoolArray = np.abs(new[theirs] / closes[mine] - 1) <= slack
        if fits.mean() >= 0.8:
            return words
    return ""


def _apart(
    days: Dates,
    closes: FloatArray,
    new_days: Dates,
    new: FloatArray,
    splits: Mapping[date, float],
) -> Comparison:
    """Compare two histories without a common session: whether they join as one.

    Each place where one goes over into the other is looked at; a move there that looks like a
    split is one where the new history records it, and a question to a person where it does not.
    So is a move that no answer would believe: closes in another currency or its hundredths.
    """
    both = np.concatenate([days, new_days])
    order = np.argsort(both)
    value, fresh = np.concatenate([closes, new])[order], (order >= len(days))
    place = np.searchsorted(sessions(), both[order])
    for at in np.flatnonzero(fresh[1:] != fresh[:-1]).tolist():
        if place[at + 1] - place[at] > _APART:
            continue
        move = math.log(value[at + 1] / value[at])
        near = min(_SPLITS, key=lambda one: abs(move - math.log(one)))
        session = pydate(both[order][at + 1])
        recorded = splits.get(session, 0.0)
        example = f"{value[at]:.6g} on {both[order][at]}, {value[at + 1]:.6g} on {session}"
        # A split on record on the day tells that the close before it is as it was traded.
        split = recorded > 0 and abs(move + math.log(recorded)) < _NEAR < abs(math.log(recorded))
        if split and not fresh[at] and fresh[at:].sum() == fresh.sum():
            return Comparison("rebase", 1 / recorded, session, (), example)
        large = abs(math.log(near)) > math.log(1.4)
        if split or (large and abs(move - math.log(near)) < _NEAR):
            manner = "like a split"
        elif abs(move + math.log(recorded or 1.0)) > math.log(JUMP):
            manner = f"beyond {JUMP:g}-fold"
        else:
            continue
        words = f"no close in common, and a move {manner} between the two: {example}"
        return Comparison("apart", days=(session,), words=words)
    return Comparison("agrees")
