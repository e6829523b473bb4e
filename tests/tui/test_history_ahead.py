"""An import of many files leaves their histories by month worked out, for the first question."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cache.refresh.archive import ArchiveSummary
from tui.cli.archive import keep_histories
from tui.cli.dispatch import run
from tui.service.service import Desk
from tui.state.places import places

DAYS = ("2012-10-31", "2012-11-30", "2012-12-31", "2013-01-31")
PRICES = {"AAA": (10, 11, 12, 11), "BBB": (20, 18, 18, 19), "CCC": (5, 5, 6, 7)}
MEASURES = "median,share_up,top1_share,average_correlation,advances,share_above_20"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the funds' closes alone."""
    closes = tmp_path / "closes.csv"
    rows = [f"{fund},{day},{100 + at}" for fund in ("IWM", "SPY") for at, day in enumerate(DAYS)]
    closes.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    assert run(["import", "prices", str(closes), "--home", str(tmp_path / "home")]) == 0
    return tmp_path / "home"


def import_files(home: Path, monkeypatch: pytest.MonkeyPatch, fund: str = "IWM") -> int:
    """Import four files in one command, which are many here."""
    monkeypatch.setattr("tui.cli.archive._MANY", 4)
    files = []
    for at, day in enumerate(DAYS):
        rows = "".join(
            f"{s},{s} Works,Equity,{100 * p[at]},100,{p[at]},NYSE\n" for s, p in PRICES.items()
        )
        files.append(home.parent / f"{fund}_{day}.csv")
        files[-1].write_text(
            f"Fund Holdings as of,{day}\n\n"
            f"Ticker,Name,Asset Class,Market Value,Quantity,Price,Exchange\n{rows}"
        )
    return run(["import", "holdings", *map(str, files), "--fund", fund, "--home", str(home)])


def histories(home: Path, capsys: pytest.CaptureFixture[str], pair: str = "IWM:SPY") -> list[str]:
    """The months on both bases."""
    capsys.readouterr()
    texts = []
    for basis in ("pr", "tr"):
        question = ["--window", "1M", "--basis", basis, "--measure", MEASURES]
        question += ["--index", pair] if ":" not in pair else ["--pair", pair]
        run(["history", *question, "--every", "month", "--format", "csv", "--home", str(home)])
        texts.append(capsys.readouterr().out)
    return texts


@pytest.mark.parametrize(("fund", "pair"), [("IWM", "IWM:SPY"), ("DIA", "DIA")])
def test_the_first_question_reads_what_the_import_worked_out(
    fund: str,
    pair: str,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the settings' pair, or of the index alone where the fund is not in it."""
    if fund not in ("IWM", "SPY"):
        closes = home.parent / "dia.csv"
        closes.write_text("symbol,date,close\n" + "".join(f"{fund},{day},50\n" for day in DAYS))
        assert run(["import", "prices", str(closes), "--home", str(home)]) == 0
    assert import_files(home, monkeypatch, fund) == 0
    assert "the months of all measures are worked out" in capsys.readouterr().err
    with monkeypatch.context() as patch:

        def measured(*_: object) -> None:
            raise AssertionError("worked out again")

        patch.setattr("tui.service.histories.kept_points", measured)
        first = histories(home, capsys, pair)
    # December: AAA from 11 to 12 in the middle, two of three up
    assert f"{fund},median,return,1M,month,2012-11-30,2012-12-31,0.090909" in first[0]
    assert f"{fund},share_up,share,1M,month,2012-11-30,2012-12-31,0.666666" in first[0]
    shutil.rmtree(home / "market" / "derived")
    assert histories(home, capsys, pair) == first


def test_a_close_that_came_later_moves_what_was_worked_out(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert import_files(home, monkeypatch) == 0
    before = histories(home, capsys)
    closes = home.parent / "more.csv"
    # what the files state, but for AAA's last
    rows = [f"AAA,{day},{close}" for day, close in zip(DAYS, (10, 11, 12, 14), strict=True)]
    closes.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    assert run(["import", "prices", str(closes), "--home", str(home)]) == 0
    after = histories(home, capsys)
    # January: AAA rose, as the two others did
    assert "IWM,share_up,share,1M,month,2012-12-31,2013-01-31,0.666666" in before[0]
    assert "IWM,share_up,share,1M,month,2012-12-31,2013-01-31,1.0" in after[0]
    shutil.rmtree(home / "market" / "derived")
    assert histories(home, capsys) == after


@pytest.mark.parametrize("broken", ["market/derived", "config.toml"])
def test_an_import_is_whole_where_nothing_can_be_worked_out(
    broken: str, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / broken).write_text("neither a directory nor settings")
    assert import_files(home, monkeypatch) == 0
    assert "4 holdings files of IWM" in capsys.readouterr().out


def test_of_few_files_nothing_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.service.histories.keep_months", lambda *_: pytest.fail("worked out"))
    keep_histories(Desk(places(None, demo=True), demo=True, home=None), {"IWM": 23})


@pytest.mark.parametrize("left", [0, 5])
def test_after_a_fetch_that_was_stopped_nothing_is_worked_out(
    left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, funds = ArchiveSummary(("a file",) * 30, {}, left), list[tuple[str, ...]]()
    monkeypatch.setattr("tui.cli.archive.fetch_archive", lambda *_, **__: summary)
    monkeypatch.setattr(
        "tui.service.histories.keep_months", lambda _, question: funds.append(question.funds)
    )
    run(["refresh", "--history", "2020", "--fund", "IWM", "--home", str(tmp_path)])
    assert funds == ([] if left else [("IWM", "SPY")])


def test_many_files_are_one_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, price in (("Nov 30, 2012", 10), ("Dec 31, 2012", 11)):
        rows = "".join(f"{s},{s} Works,Equity,{100 * price},100,{price},NYSE\n" for s in PRICES)
        head = f'Fund Holdings as of,"{day}"\n\n'
        head += "Ticker,Name,Asset Class,Market Value,Quantity,Price,Exchange\n"
        (tmp_path / f"{price}.csv").write_text(head + rows)
    (tmp_path / "12.csv").write_text("nothing\n")
    files = [str(tmp_path / f"{price}.csv") for price in (11, 12, 10)]
    place = ["--fund", "IWM", "--home", str(tmp_path / "home")]
    assert run(["import", "holdings", *files, *place]) == 1
    out, err = capsys.readouterr()
    assert "2 holdings files of IWM, 2012-11-30 to 2012-12-31; 1 row refused" in out
    assert "12.csv" in err
    assert run(["import", "holdings", *files, "--as-of", "2012-11-30", *place]) == 2
    assert "--as-of dates one file" in capsys.readouterr().err
