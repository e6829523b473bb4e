"""Holdings files with a trap each, through the command line: the right answer, or a refusal.

The cases' own files where they are at hand, and files of the same kinds made here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.home import Cli

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here")
START, END = "2025-12-31", "2026-06-26"


def prices(path: Path, closes: Mapping[str, tuple[float, float]]) -> Path:
    """Closes at the window's two ends; the two funds' own are flat."""
    rows = ["symbol,date,close"]
    for symbol, (first, last) in {**closes, "FND": (1, 1), "REF": (1, 1), "ZZZ": (1, 1)}.items():
        rows += [f"{symbol},{START},{first}", f"{symbol},{END},{last}"]
    path.write_text("\n".join(rows) + "\n")
    return path


def answer(cli: Cli, folder: Path, closes: Path) -> dict[str, Any]:
    """The note on FND against REF, FND's file being held."""
    reference = folder / "reference.csv"
    reference.write_text("symbol,name,sector,weight\nZZZ,Zed,Technology,100%\n")
    assert cli("import", "holdings", reference, "--fund", "REF", "--as-of", START)[0] == 0
    assert cli("import", "prices", closes)[0] == 0
    question = ("--pair", "FND:REF", "--window", "YTD", "--as-of", END, "--basis", "pr")
    code, out, err = cli("note", *question, "--format", "json")
    assert code in (0, 1), err
    note: dict[str, Any] = json.loads(out)
    return note


def lines(note: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Symbol -> weight at the start and contribution in basis points, rounded."""
    return {
        line["symbol"]: (round(line["weight_start"], 6), round(line["contribution_bp"], 4))
        for line in note["indices"]["FND"]["contributors"]
    }


def left(note: dict[str, Any]) -> dict[str, tuple[float, str]]:
    """Name -> weight and reason of the rows that are not measured."""
    return {o["name"]: (o["weight"], o["reason"]) for o in note["indices"]["FND"]["left_out"]}


@cases
def test_case_01_one_ticker_two_companies(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "01_listings_holdings.csv"
    code, out, _ = cli("import", "holdings", file, "--fund", "FND")
    assert code == 0
    assert "left out: VINCI SA (DG) 50.00%, listed in Paris, EUR: no closes of that listing" in out
    note = answer(cli, tmp_path, CASES / "01_listings_prices.csv")
    assert lines(note) == {"DG": (0.3, 3000.0), "AAPL": (0.2, 200.0)}
    assert left(note) == {"VINCI SA": (0.5, "listed in Paris, EUR: no closes of that listing")}
    assert (note["state"], note["indices"]["FND"]["weight_measured"]) == ("partial", 0.5)
    question = ("--pair", "FND:REF", "--as-of", END)
    part = cli("note", "--format", "csv", "--part", "left_out", *question)[1]
    assert "FND,DG,VINCI SA,0.5" in part
    assert "VINCI SA (DG) in FND: listed in Paris" in cli("explain", "FND", "DG", *question)[1]
    assert "VINCI SA (DG) 50.00%, listed in Paris" in cli("status")[1]


@cases
def test_case_06_rows_without_ticker_count_in_the_total(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "06_no_ticker_holdings.csv"
    assert cli("import", "holdings", file, "--fund", "FND", "--as-of", START)[0] == 0
    note = answer(cli, tmp_path, CASES / "06_no_ticker_prices.csv")
    assert lines(note) == {"AAPL": (0.3, 600.0), "MSFT": (0.1, 0.0)}
    assert note["indices"]["FND"]["weight_measured"] == pytest.approx(0.4)
    assert note["state"] == "partial"
    assert set(left(note)) == {"S&P 500 INDEX SWAP", "TREASURY BILL", "NET OTHER ASSETS / CASH"}


@cases
def test_case_07_two_funds_in_one_file(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "07_two_funds_holdings.csv"
    code, _, err = cli("import", "holdings", file, "--fund", "IWM")
    assert code == 2 and "FND" in err and "OTH" in err
    assert cli("import", "holdings", file)[0] == 2
    assert cli("import", "holdings", file, "--fund", "FND")[0] == 0
    note = answer(cli, tmp_path, CASES / "07_two_funds_prices.csv")
    assert {s: w for s, (w, _) in lines(note).items()} == {"TSLA": 0.6, "ROKU": 0.4}
    assert note["indices"]["FND"]["basket_return"] == pytest.approx(0.16)


@cases
def test_case_08_currencies_without_rates_are_refused(cli: Cli) -> None:
    file = CASES / "08_currencies_holdings.csv"
    code, out, err = cli("import", "holdings", file, "--fund", "FND", "--as-of", START)
    assert (code, out) == (2, "")
    assert "EUR, JPY, USD" in err and "rates are needed" in err


@cases
def test_case_09_cash_under_a_ticker(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "09_cash_holdings.csv"
    assert cli("import", "holdings", file, "--fund", "FND", "--as-of", START)[0] == 0
    note = answer(cli, tmp_path, CASES / "09_cash_prices.csv")
    assert sum(bp for _, bp in lines(note).values()) == pytest.approx(900)
    assert note["indices"]["FND"]["weight_measured"] == pytest.approx(0.9)
    assert set(left(note)) == {"Cash", "US Dollar"}


@cases
def test_case_10_sections(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "10_sections_holdings.csv"
    assert cli("import", "holdings", file, "--fund", "FND", "--as-of", START)[0] == 0
    note = answer(cli, tmp_path, CASES / "10_sections_prices.csv")
    assert set(lines(note)) == {"AAPL", "MSFT", "XOM", "CVX"}
    assert note["indices"]["FND"]["basket_return"] == pytest.approx(-0.05)


@cases
def test_case_11_decimal_commas(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "11_commas_holdings.csv"
    assert cli("import", "holdings", file, "--fund", "FND", "--as-of", START)[0] == 0
    closes = prices(tmp_path / "p.csv", dict.fromkeys(("XOM", "AAPL", "MSFT"), (10, 11)))
    weights = {s: w for s, (w, _) in lines(answer(cli, tmp_path, closes)).items()}
    assert weights == {"XOM": 0.86375, "AAPL": 0.07125, "MSFT": 0.065}


@cases
def test_case_12_day_and_month(cli: Cli) -> None:
    file = ("import", "holdings", CASES / "12_dates_holdings.csv", "--fund", "FND")
    code, _, err = cli(*file)
    assert code == 2 and "--dates dmy" in err and "--dates mdy" in err
    assert "as of 2026-04-03" in cli(*file, "--dates", "dmy", "--dry-run")[1]
    assert "as of 2026-03-04" in cli(*file, "--dates", "mdy", "--dry-run")[1]
    assert "as of 2026-04-03" in cli(*file, "--as-of", "2026-04-03", "--dry-run")[1]
    assert "no data yet" in cli("note", "--pair", "FND:REF")[2], "a dry run keeps nothing"


@cases
def test_case_13_suffixes(cli: Cli, tmp_path: Path) -> None:
    file = CASES / "13_suffixes_holdings.csv"
    assert cli("import", "holdings", file, "--fund", "FND", "--as-of", START)[0] == 0
    closes = prices(tmp_path / "p.csv", {"AAPL": (10, 11), "BRK-B": (10, 12), "SAP": (10, 99)})
    note = answer(cli, tmp_path, closes)
    assert lines(note) == {"BRK-B": (0.3, 600.0), "AAPL": (0.3, 300.0)}
    assert note["indices"]["FND"]["weight_measured"] == pytest.approx(0.6)
    assert left(note) == {
        "SAP SE": (0.2, "listed in Frankfurt: no closes of that listing"),
        "Toyota": (0.2, "listed in Tokyo: no closes of that listing"),
    }


def test_six_and_three_tenths_are_nine_tenths(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text("symbol,name,weight\nAAA,Alpha Works,.6\nBBB,Beta Works,.3\nUSD,US Dollar,.1\n")
    assert cli("import", "holdings", file, "--fund", "FND", "--as-of", START)[0] == 0
    closes = prices(tmp_path / "p.csv", {"AAA": (10, 11), "BBB": (10, 12)})
    note = answer(cli, tmp_path, closes)
    assert (note["state"], note["indices"]["FND"]["claims"]["leaders"]) == ("final", True)


def test_a_world_fund_of_ones_own(cli: Cli, tmp_path: Path) -> None:
    """One ticker on three exchanges; a US listing of an Irish company stays."""
    file = tmp_path / "h.csv"
    file.write_text(
        "Ticker;Name;Börse;Marktwährung;Marktwert;Gewichtung (%)\n"
        "ROG;ROGERS CORP;New York Stock Exchange Inc.;USD;1.000,50;10,00\n"
        "ROG;ROCHE HOLDING AG;SIX Swiss Exchange;CHF;5.002,50;50,00\n"
        "ROG;ROGLAND LTD;Tokyo Stock Exchange;JPY;2.001,00;20,00\n"
        "ACN;ACCENTURE PLC;NYSE;USD;2.001,00;20,00\n"
    )
    code, out, _ = cli("import", "holdings", file, "--fund", "FND", "--as-of", START)
    assert code == 0 and "decimal comma" in out
    closes = prices(tmp_path / "p.csv", {"ROG": (10, 12), "ACN": (10, 11)})
    note = answer(cli, tmp_path, closes)
    assert lines(note) == {"ROG": (0.1, 200.0), "ACN": (0.2, 200.0)}
    assert {n: r.split(":")[0] for n, (_, r) in left(note).items()} == {
        "ROCHE HOLDING AG": "listed in Zurich, CHF",
        "ROGLAND LTD": "listed in Tokyo, JPY",
    }


def test_pathward_and_firstcash_are_companies(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(
        "symbol,name,weight\nCASH,Pathward Financial Inc,30%\nFCFS,FirstCash Holdings Inc,30%\n"
        "CASH,Cash & Equivalents,20%\nEUR,EUR CASH,20%\n"
    )
    code, out, _ = cli("import", "holdings", file, "--fund", "FND", "--as-of", START)
    assert code == 0 and "2 lines, 2 other rows left out" in out
    closes = prices(tmp_path / "p.csv", {"CASH": (10, 11), "FCFS": (10, 10)})
    assert lines(answer(cli, tmp_path, closes)) == {"CASH": (0.3, 300.0), "FCFS": (0.3, 0.0)}


def test_a_column_that_is_not_known_is_named_and_settled(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text("Kürzel X,Was,Teil,Lot\nAAA,Alpha,60.5,one\nAAA,Alpha,39.5,two\n")
    command = ("import", "holdings", file, "--fund", "FND", "--as-of", START)
    code, _, err = cli(*command)
    assert code == 2 and "--columns symbol=TITLE,weight=TITLE" in err
    named = (*command, "--columns", "symbol=Kürzel X,weight=Teil")
    code, _, err = cli(*named)
    assert code == 2 and "line 3, column Was" not in err
    assert 'column Lot, AAA: appears twice, with "one" and "two"' in err
    code, out, _ = cli(*named, "--ignore", "Lot", "--dry-run")
    assert code == 0 and 'symbol from "Kürzel X", weight from "Teil"' in out
    assert 'not read: "Was"' in out and "1 lines" in out and "a dry run" in out
    assert cli(*named, "--columns", "heft=Lot")[0] == 2
    assert 'has no column "Nowhere"' in cli(*command, "--columns", "symbol=Nowhere,weight=Teil")[2]
