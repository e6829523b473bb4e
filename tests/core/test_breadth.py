"""Breadth and concentration against the worked answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.frames import BoolArray
from core.measures.breadth import breadth, histogram
from core.measures.concentration import concentration, order
from core.measures.groups import issuers
from tests.answers.read import vectors

TV2 = vectors()["breadth_tv2"]
R, W = np.array(TV2["r"]), np.array(TV2["w0"])
SYMBOLS = tuple("ABCDEFGHIJ")


def test_counts_and_moments() -> None:
    found = breadth(R, W, TV2["R"], above=(0.10, 0.25, 1.0), below=(-0.10, -0.25))
    assert (found.up, found.down, found.unchanged) == (TV2["up"], TV2["down"], TV2["unchanged"])
    assert found.share_up == TV2["share_up"]
    rungs = {(f"{r.threshold:.2f}", r.below): r.count for r in found.ladder}
    for threshold, count in TV2["above"].items():
        # 1.00 exactly is not above 1.00
        assert rungs[(threshold, False)] == count
    for threshold, count in TV2["below"].items():
        assert rungs[(threshold, True)] == count
    assert found.equal_weight == pytest.approx(TV2["equal_weight"], abs=1e-9)
    assert found.median == pytest.approx(TV2["median"], abs=1e-9)
    assert found.dispersion == pytest.approx(TV2["dispersion_population"], abs=1e-5)
    assert found.dispersion_cap == pytest.approx(TV2["dispersion_cap_weighted"], abs=1e-5)
    assert found.skew == pytest.approx(TV2["skew_g1"], abs=1e-6)
    mean = math.fsum(R) / len(R)
    second, third = (math.fsum((r - mean) ** power for r in R) / len(R) for power in (2, 3))
    assert found.skew == pytest.approx(third / second**1.5, abs=1e-12)
    assert found.share_outperforming == TV2["share_outperforming"]


def test_concentration() -> None:
    c = W * R
    ranked = order(c, W, SYMBOLS)

    def without(dropped: BoolArray) -> tuple[float | None, float]:
        gone, weight = float(c[dropped].sum()), float(W[dropped].sum())
        return (TV2["R"] - gone) / (1 - weight), TV2["R"] - gone

    found = concentration(W, c, c, ranked, TV2["R"], without, tops=(1, 2, 3, 99))
    assert found.effective_n == pytest.approx(TV2["effective_n"], abs=1e-6)
    assert found.effective_n_gains == pytest.approx(TV2["effective_n_gains"], abs=1e-6)
    assert found.effective_n_abs == pytest.approx(TV2["effective_n_abs"], abs=1e-6)
    assert found.gini == pytest.approx(TV2["gini_w0"], abs=1e-9)
    assert found.gini_gains == pytest.approx(TV2["gini_gains"], abs=1e-6)
    assert found.gross_gain * 1e4 == pytest.approx(TV2["gross_gain_bp"])
    assert found.gross_loss * 1e4 == pytest.approx(TV2["gross_loss_bp"])
    assert found.half_of_gain == TV2["names_for_half_of_gross_gain"]
    assert [t.k for t in found.top] == [1, 2, 3]
    assert found.top[2].contribution * 1e4 == pytest.approx(TV2["top3_bp"])
    assert found.top[2].share_of_net == pytest.approx(TV2["top3_share_of_net"], abs=1e-4)
    assert found.top[2].share_of_gross_gain == pytest.approx(
        TV2["top3_share_of_gross_gain"], abs=1e-4
    )
    assert [t.reweighted for t in found.top] == pytest.approx(
        TV2["without_top_reweighted"], abs=1e-6
    )
    assert [t.zeroed for t in found.top] == pytest.approx(TV2["without_top_zeroed"], abs=1e-6)
    assert found.curve[-1] == pytest.approx(TV2["R"])


def test_an_exact_ten_percent_is_not_above_ten_percent() -> None:
    bases = np.arange(10, 2001, dtype=float)
    exact = (bases * 1.1) / bases - 1
    assert (exact > 0.10).any()  # what a naive comparison trips over
    found = breadth(exact, np.full(len(exact), 1 / len(exact)), 0.1, above=(0.10,), below=())
    assert found.ladder[0].count == 0


def test_every_return_is_in_one_bin_and_edges_belong_to_the_lower_one() -> None:
    values = np.array([-0.99, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 1.0, 1.01, 50.0])
    counts = [b.count for b in histogram(values)]
    assert counts == [2, 1, 1, 1, 1, 1, 1, 1, 2]
    assert sum(counts) == len(values)


def test_order_is_contribution_then_weight_then_symbol() -> None:
    c = np.array([0.01, 0.02, 0.01, 0.01 + 1e-14, -0.01])
    w = np.array([0.1, 0.1, 0.2, 0.1, 0.1])
    assert order(c, w, ("D", "A", "C", "B", "E")).tolist() == [1, 2, 3, 0, 4]


def test_share_classes_of_one_company_are_rolled_up() -> None:
    answer = vectors()["issuer_rollup"]
    weight, returns = np.array([0.5, *answer["w"]]), np.array([0.2, *answer["r"]])
    known = {"GOOGL": "Alphabet", "GOOG": "Alphabet", "FOX": "Fox"}
    found = issuers(known, ("FOX", "GOOGL", "GOOG"), weight, weight * returns)
    assert [(g.name, g.symbols) for g in found] == [("Alphabet", ("GOOGL", "GOOG"))]
    assert found[0].contribution * 1e4 == pytest.approx(answer["contribution_bp"])
    assert found[0].total_return == pytest.approx(answer["return"], abs=1e-5)


def test_nothing_to_count_is_none_and_not_zero() -> None:
    found = breadth(np.zeros(0), np.zeros(0), 0.0)
    assert found.n == 0 and found.share_up is None and found.median is None
    assert found.ladder[0].share is None
