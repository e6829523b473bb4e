"""A cut that goes on with the same file: nothing under price return, else of the dividends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from core.answer.snapshot import Basis, Snapshot
from core.data.frames import Holdings
from core.explain.ground import Ground
from core.explain.index import cuts
from tests.examples import examples
from tests.market import NAN
from tests.random.cases import WHOLE, Case, cases, rebuilt


def dated_inside(case: Case, day: int, basis: Basis) -> tuple[Case, Snapshot]:
    """The case with each fund's one file dated inside the window: carried back, then cut at."""
    case.question = replace(case.question, basis=basis)
    before = case.answer()
    assume(before is not None)
    assert before is not None
    window = before.window
    inside = [
        d
        for b in case.market.prices.blocks
        for d in b.sessions.tolist()
        if window.start < d < window.end
    ]
    assume(inside)
    on = inside[day % len(inside)]

    def later(f: Holdings) -> Holdings:
        blank = np.full(len(f.value), NAN)
        return replace(f, as_of=on, quantity=blank, price=blank)

    changed = rebuilt(case, later)
    found = changed.answer()
    assert found is not None and all(len(v.segments) == 2 for v in found.indices.values())
    return changed, found


@examples(40)
@given(cases(WHOLE, whole=True), st.integers(1, 59))
def test_under_price_return_a_cut_on_the_same_file_changes_nothing(case: Case, day: int) -> None:
    changed, found = dated_inside(case, day, "pr")
    for fund in found.indices:
        told = cuts(Ground(changed.market, found, fund))
        assert told is not None and told.value is not None
        assert abs(told.value) < 1e-12
        assert "change which lines" not in " ".join(told.notes)


@examples(40)
@given(cases(WHOLE, whole=True), st.integers(1, 59))
def test_under_total_return_its_size_is_of_the_dividends_before_it(case: Case, day: int) -> None:
    """Share times what is left, once with the weights read anew and once as they were held."""
    changed, found = dated_inside(case, day, "tr")
    for fund, view in found.indices.items():
        ground = Ground(changed.market, found, fund)
        told, held = cuts(ground), ground.basket
        assert told is not None and told.value is not None and held is not None
        bought = (held.share[0] * (1 + held.returns[0]) * (1 + held.returns[1])).sum() - 1
        assert abs(told.value - (view.basket_return - bought)) < 1e-12
