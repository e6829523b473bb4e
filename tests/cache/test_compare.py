"""Histories laid side by side: a split, a shift, a currency, another history; by hand."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pytest

from cache.facts.sessions import sessions
from cache.store.compare import Comparison, compare
from core.data.frames import day, pydate

ALL = sessions()
DAYS = ALL[(day(date(2026, 1, 2)) <= ALL) & (day(date(2026, 3, 31)) >= ALL)]
#: An ordinary line: it moves by up to 2 % a session and never repeats a close.
PATH = 100 * np.cumprod(1 + 0.02 * np.sin(np.arange(len(DAYS)) * 2.3))


def against(stored: np.ndarray, new: np.ndarray, first: int = 0, **more: object) -> Comparison:
    """``new`` from session ``first`` on, beside ``stored`` from the first."""
    splits = more.pop("splits", {})
    return compare(DAYS[: len(stored)], stored, DAYS[first : first + len(new)], new, splits, **more)  # type: ignore[arg-type]


def test_an_increment_on_the_basis_after_a_split() -> None:
    splits = (2, 3, 3 / 2, 4, 5, 10, 20, 1 / 2, 1 / 10, 1 / 20, 5 / 4, 1 / 4)
    for split, first in itertools.product(splits, (20, 30, 39)):
        found = against(PATH[:40], PATH[first:] / split, first)
        told = found.kind, found.factor
        assert told == ("rebase", pytest.approx(1 / split, rel=1e-12)), (split, first)
        assert found.before is not None and day(found.before) > DAYS[39], (split, first)


def test_a_split_inside_the_overlap_mends_the_one_that_jumps() -> None:
    traded = np.where(np.arange(50) < 30, PATH[:50] * 4, PATH[:50])
    found = against(traded, PATH[20:], 20)
    assert (found.kind, found.factor) == ("rebase", 0.25)
    assert found.before == pydate(DAYS[30])
    # the other way round the new history has lost a split, and nothing of it is to be believed
    assert (
        against(PATH[:50], np.where(np.arange(50) < 30, PATH[:50] * 4, PATH[:50])).kind == "split"
    )
    assert (
        against(PATH[:50], np.where(np.arange(50) < 30, PATH[:50] / 10, PATH[:50])).kind == "split"
    )


def test_an_older_file_is_brought_onto_the_basis_held() -> None:
    found = against(PATH, PATH[:30] * 3)
    assert (found.kind, found.factor) == ("older", pytest.approx(1 / 3))


def test_an_odd_split_needs_its_record() -> None:
    assert against(PATH[:40], PATH[20:] / 100, 20).kind == "currency"
    assert against(PATH[:40], PATH[20:] * 1000, 20).kind == "currency"
    recorded = against(PATH[:40], PATH[20:] / 100, 20, splits={pydate(DAYS[41]): 100.0})
    assert (recorded.kind, recorded.factor) == ("rebase", pytest.approx(0.01))
    assert against(PATH[:40], PATH[20:] * 0.985, 20).kind == "differs"
    spin = against(PATH[:40], PATH[20:] / 1.054, 20, splits={pydate(DAYS[41]): 1.054})
    assert (spin.kind, spin.factor) == ("rebase", pytest.approx(1 / 1.054))


def test_a_slow_line_that_is_shifted_is_no_split_of_one() -> None:
    slow = np.linspace(400, 412, 40)
    assert against(slow[:30], np.r_[slow[0], slow[:39]], rounded=True).kind == "shifted"
    assert against(slow[:30], slow * 1.0008).kind == "differs"


def test_a_shift_is_told_from_another_history() -> None:
    late = against(PATH[:40], np.r_[PATH[0], PATH[:39]])
    assert late.kind == "shifted" and "one session late" in late.words
    early = against(PATH[:40], PATH[1:41])
    assert early.kind == "shifted" and "one session early" in early.words
    other = 100 * np.cumprod(1 + 0.02 * np.cos(np.arange(40) * 1.7))
    assert against(PATH[:40], other).kind == "another"


def test_corrections_leave_most_moves_as_they_are() -> None:
    other = 100 * np.cumprod(1 + 0.02 * np.cos(np.arange(40) * 1.7))
    assert against(PATH[:9], other[:9]).kind == "differs", "too few to tell a company by"
    adjusted = PATH[:40] * np.where(np.arange(40) < 25, 0.97, 1.0)
    adjusted[:12] *= 0.98
    assert against(PATH[:40], adjusted).kind == "differs"
    assert against(PATH[:40], np.round(PATH[:40], 2)).kind == "differs"
    assert against(PATH[:40], np.round(PATH[:40], 1)).kind == "coarse"


def test_single_closes_that_were_corrected() -> None:
    new = PATH[20:60].copy()
    new[7] *= 1.01
    found = against(PATH[:40], new, 20)
    assert found.kind == "single" and found.days == (pydate(DAYS[27]),)
    assert against(PATH[:40], np.r_[PATH[39] * 1.001, PATH[40:]], 39).kind == "single"
    assert against(PATH[:40], np.r_[PATH[39] * 1.3, PATH[40:]], 39).kind == "differs"
    assert against(PATH[:40], PATH[10:], 10).kind == "agrees"


def test_rounded_prices_agree_with_unrounded_ones() -> None:
    cents = np.round(PATH[:40], 2)
    assert against(cents, PATH[20:], 20, rounded=True).kind == "agrees"
    assert against(cents, PATH[20:], 20).kind != "agrees"
    found = against(cents, np.round(PATH[20:] / 4, 4), 20, rounded=True)
    assert (found.kind, found.factor) == ("rebase", 0.25)


def test_no_close_in_common() -> None:
    assert against(PATH[:40], PATH[40:], 40).kind == "agrees"
    for split in (2, 4, 1 / 10, 3 / 2):
        found = against(PATH[:40], PATH[40:] / split, 40)
        assert found.kind == "apart" and str(DAYS[40]) in found.words
        told = against(PATH[:40], PATH[40:] / split, 40, splits={pydate(DAYS[40]): split})
        assert (told.kind, told.factor) == ("rebase", pytest.approx(1 / split))
        assert told.before == pydate(DAYS[40])
    # months apart a line may have halved
    assert against(PATH[:10], PATH[50:] / 2, 50).kind == "agrees"
    # a split on record that the closes do not show: they are adjusted for it on both sides
    assert against(PATH[:40], PATH[40:], 40, splits={pydate(DAYS[40]): 4.0}).kind == "agrees"


@pytest.mark.parametrize("factor", [100.0, 0.01, 1000.0])
def test_no_close_in_common_and_another_unit(factor: float) -> None:
    joined = against(PATH[:40], PATH[40:] * factor, 40)
    assert joined.kind == "apart" and str(DAYS[40]) in joined.words
    # a split on record of that size: the closes before it are brought onto its basis
    split = against(PATH[:40], PATH[40:] * factor, 40, splits={pydate(DAYS[40]): 1 / factor})
    assert (split.kind, split.factor) == ("rebase", pytest.approx(factor))


def test_adjusted_closes_hang_together_by_any_factor() -> None:
    found = against(PATH[:40], PATH[20:] * 0.993, 20, chained=True)
    assert (found.kind, found.factor) == ("rebase", pytest.approx(0.993))
    stepped = np.where(np.arange(20, 60) < 30, PATH[20:60] * 0.993, PATH[20:60])
    found = against(PATH[:40], stepped, 20, chained=True)
    assert found.kind == "rebase" and found.before == pydate(DAYS[30])
