"""A note without names, by another list, or as of a date not reached: told, or refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.home import Cli, note

# A: 60 % of IWM, +20 %: 12.00 %; B: 40 %, -5 %: -2.00 %; C: 40 % of SPY, +2.5 %: 1.00 %; D flat


@pytest.mark.process
def test_the_gap_without_names_in_every_format(filled: Cli) -> None:
    asked = ("--without", "IWM:a", "--without", "SPY:C,D", "--basis", "pr")
    found = note(filled, *asked)
    assert found["question"]["without"] == ["IWM:A", "SPY:C", "SPY:D"]
    small, large = (found["indices"][fund]["without"] for fund in ("IWM", "SPY"))
    assert small["symbols"] == ["A"] and large["symbols"] == ["C", "D"]
    assert small["fund_without_zeroed"] == pytest.approx(0.10 - 0.12)
    assert small["index_without_reweighted"] == pytest.approx(-0.05)
    # nothing of SPY is left to be weighted up
    assert large["index_without_reweighted"] is None
    assert found["without"]["gap_zeroed_pp"] == pytest.approx(9.0 - 12.0 + 1.0)
    assert found["without"]["gap_reweighted_pp"] is None
    sentence = (
        "Without A (+1,200 bp of IWM) and C D (+100 bp of SPY), the gap of +9.00 pp would be"
        " -2.00 pp (zeroed)."
    )
    own = "IWM: without A, which brought +1,200 bp, the fund's +10.00 % would be -2.00 % (zeroed);"
    for kind in ("text", "md", "html"):
        code, out, _ = filled("note", "--format", kind, *asked)
        plain = out.replace("&#x27;", "'").replace("&#39;", "'")
        if kind == "html":
            import re

            plain = re.sub(r"<[^>]+>", "", plain)
        assert code == 0 and sentence in plain and own in plain, kind
    code, out, _ = filled("note", "--format", "csv", "--part", "without", *asked)
    rows = {row["of"]: row for row in csv.DictReader(io.StringIO(out))}
    assert code == 0 and set(rows) == {"IWM", "SPY", "gap"}
    assert float(rows["gap"]["gap_zeroed_pp"]) == pytest.approx(-2.0)
    assert rows["SPY"]["symbols"] == "C D"


def test_a_theme_is_left_out_by_its_name(filled: Cli, tmp_path: Path) -> None:
    (tmp_path / "home" / "themes.toml").write_text('["Kitchen things"]\nsymbols = ["C", "A"]\n')
    found = note(filled, "--theme", "kitchen THINGS", "--basis", "pr")
    assert found["question"]["without"] == ["C", "A"]
    assert found["without"]["gap_zeroed_pp"] == pytest.approx(9.0 - 12.0 + 1.0)


def test_an_industry_is_left_out_by_its_name_and_stands_in_the_tables(
    filled: Cli,
    tmp_path: Path,
) -> None:
    (tmp_path / "own.csv").write_text("symbol,industry\nA,Chips\nC,Chips\nB,Banks\n")
    assert filled("import", "industries", tmp_path / "own.csv")[0] == 0
    answer = note(filled, "--theme", "chips", "--basis", "pr")
    assert sorted(answer["question"]["without"]) == ["A", "C"]
    assert answer["without"]["gap_zeroed_pp"] == pytest.approx(9.0 - 12.0 + 1.0)
    page = filled("note", "--format", "md", "--basis", "pr")[1]
    table = page.partition("## IWM industries")[2].partition("##")[0]
    assert "Chips" in table and "+1,200" in table and "Banks" in table and "-200" in table
    assert "own.csv" in table


def test_a_name_nobody_knows_is_refused_in_one_line(filled: Cli) -> None:
    for options, words in (
        (("--without", "AAA"), "AAA is in no holdings file"),
        (("--without", "IWM:A,QQ,RR"), "QQ RR are in no holdings file"),
        (("--without", "QQQ:A"), "QQQ is not of IWM:SPY"),
        (("--without", "IWM:"), "write names such as SPY:MSFT,META"),
        (("--without", "A B$"), "write names such as SPY:MSFT,META"),
        (("--theme", "Nothing such"), "there is no such theme or industry; themes known"),
    ):
        code, out, err = filled("note", *options)
        assert (code, out, err.count("\n")) == (2, "", 1), options
        assert words in err, options


def test_a_name_of_the_other_index_is_said_and_nothing_left_out(filled: Cli) -> None:
    found = note(filled, "--without", "SPY:A")
    assert found["without"] is None
    words = "A is no measured line of SPY in this window: nothing is left out of it"
    assert words in found["warnings"]


def test_a_date_not_reached_is_said_and_the_answer_is_one_in_part(filled: Cli) -> None:
    for option, value, words in (
        ("--as-of", "2026-02-03", "as of 2026-02-03"),
        ("--as-of", "2031-01-01", "as of 2031-01-01"),
        ("--window", "2025-12-31:2026-02-02", "window 2025-12-31:2026-02-02 to 2026-02-02"),
    ):
        found = note(filled, option, value, expect=1)
        assert (found["state"], found["as_of"]) == ("partial", "2026-01-30"), value
        words += " was asked, the last session is"
        assert found["warnings"][0] == (
            f"{words} 2026-01-30: refresh or import closes for a later one"
        )
        code, out, _ = filled("note", option, value)
        assert code == 1 and words in out, value


def test_a_weekend_stands_for_the_session_before_it(filled: Cli) -> None:
    # 30 January 2026 is a Friday
    found = note(filled, "--as-of", "2026-02-01")
    assert (found["state"], found["warnings"]) == ("final", note(filled)["warnings"])
    assert found["question"]["as_of"] == "2026-02-01"


def test_breadth_by_the_list_at_the_end(filled: Cli) -> None:
    code, out, _ = filled("note", "--breadth-list", "end")
    assert code == 0 and "IWM, by the list at the end (31 December 2025): 1 of 2 lines rose" in out
