"""Explanations as text."""

from __future__ import annotations

from core.explain.explanation import Explanation, Term
from tui.written.explained import to_text


def test_the_formula_is_filled_in_and_sources_stand_beside_the_figures() -> None:
    inner = Explanation(
        "return of BE", 0.5, "percent", "P1 / P0 - 1", 0.5,
        (Term("P0", 10.0, "price", "close of 2025-12-31, p.csv"), Term("P1", 15.0, "price")),
    )  # fmt: skip
    outer = Explanation(
        "contribution of BE", 0.005, "bp", "w x r", 0.005,
        (Term("w", 0.01, "percent", "IWM.csv, as of 2025-12-31"), Term("r", 0.5, "percent")),
        (inner,), ("estimated",),
    )  # fmt: skip
    assert to_text([outer]) == (
        "contribution of BE = 50.0000 bp\n"
        "  = w x r\n"
        "  = 1.0000 % x 50.0000 %\n"
        "    w              1.0000 %  IWM.csv, as of 2025-12-31\n"
        "    r             50.0000 %\n"
        "  ! estimated\n"
        "  return of BE = 50.0000 %\n"
        "    = P1 / P0 - 1\n"
        "    = 15.0000 / 10.0000 - 1\n"
        "      P0               10.0000  close of 2025-12-31, p.csv\n"
        "      P1               15.0000\n"
    )
