"""Explanations as text."""

from __future__ import annotations

import pytest

from core.explain.explanation import Explanation, Term
from core.explain.measures import MEASURES
from tests.home import Cli
from tui.report.explained import to_text
from tui.text.formats import MISSING


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


def test_no_figures_are_put_into_a_rule_in_words() -> None:
    terms = (Term("highs", 3.0, "count"),)
    rule = Explanation("omen", 1.0, "count", "new highs above lows", 1.0, terms, in_words=True)
    assert (
        to_text([rule]) == "omen = 1\n  = new highs above lows\n    highs                     3\n"
    )


def test_a_figure_that_is_missing_has_its_formula_and_the_reason() -> None:
    few = ("fewer than 50 lines are measured",)
    share = Explanation("top 50's share", None, "percent", "sum / gain", None, (), notes=few)
    assert to_text([share]) == f"top 50's share = {MISSING}\n  = sum / gain\n  ! {few[0]}\n"


def test_an_origin_of_several_explanations_is_told_after_the_last_of_them() -> None:
    one, other = (
        Explanation(n, 1.0, "count", "a", 1.0, (Term("a", 1.0, "count"),), origins=("f.csv",))
        for n in "xy"
    )
    assert to_text([one, other]) == (
        "x = 1\n  = a\n  = 1\n    a                     1\n\n"
        "y = 1\n  = a\n  = 1\n    a                     1\n  from f.csv\n"
    )


@pytest.mark.process
def test_a_measure_by_its_name(filled: Cli) -> None:
    """A +20 %, B -5 %: mean 7.5 %, median the same, sd 12.5 %, skew 0; weights .6 and .4."""
    for name, said in (
        ("median", "median return of IWM = 7.5000 %"),
        ("dispersion", "dispersion of IWM = 12.5000 %"),
        ("skew", "skew of IWM = 0.0000"),
        ("hhi", "HHI of IWM = 0.52000000"),
        ("top:1", "top 1 of IWM = 1,200.0000 bp"),
        ("brinson", "gap of the baskets of IWM and SPY by sector = 900.0000 bp"),
        ("ladder:>10", "lines with r > +10 % of IWM = 1"),
        ("ladder:> 19.5 %", "lines with r > +19.5 % of IWM = 1"),
        ("ladder:<-4", "lines with r < -4 % of IWM = 1"),
    ):
        code, out, err = filled("explain", "IWM", "--measure", name)
        assert (code, err) == (0, "") and out.startswith(said), out
        assert "p.csv" in out
    code, out, _ = filled("explain", "IWM", "A", "--measure", "leader")
    assert code == 0 and out.startswith("A Tin in the gap of the baskets = ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "'nothing' is no measure; known are return "),
        ("skew:3", "skew takes no '3'"),
        ("sector:Tea", "there is no sector 'Tea'; there are Energy, Materials"),
        ("turnover", "the answer has no turnover of IWM"),
    ],
)
def test_a_measure_that_is_not_known_is_one_line(filled: Cli, name: str, words: str) -> None:
    code, out, err = filled("explain", "IWM", "--measure", name)
    assert code == (3 if name == "turnover" else 2) and not out
    assert words in err and err.count("\n") == 1


def test_help_lists_every_measure(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = cli("explain", "--help")
    assert code == 0
    told = {line.split()[0].split("[")[0] for line in out.split("measures:\n")[1].splitlines()}
    assert told == set(MEASURES)
