"""`internals history`, written: three month ends of files, no close but the funds'."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.answer.history import kept_points
from tui.cli.dispatch import run
from tui.host.messages import Quotes
from tui.service.service import Desk
from tui.state.places import places

ENDS = ("2012-11-30", "2012-12-31", "2013-01-31")
#: Shares and price of each line at each month end: B is split 2:1 in December.
LINES = {
    "AAA": ((100, 10.0), (100, 11.0), (100, 12.1)),
    "BBB": ((50, 40.0), (100, 18.0), (100, 19.8)),
    "CCC": ((200, 5.0), (200, 4.5), (200, 4.05)),
    "DDD": ((100, 20.0), (100, 18.0), (100, 19.8)),
}


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the funds' closes and three files of IWM; to be copied."""
    folder = tmp_path_factory.mktemp("history")
    place = ["--home", str(folder / "home")]
    closes = folder / "closes.csv"
    rows = [f"{fund},{day},100" for fund in ("IWM", "SPY") for day in ENDS]
    closes.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    assert run(["import", "prices", str(closes), *place]) == 0
    for at, day in enumerate(ENDS):
        file = folder / f"IWM_{day}.csv"
        lines = [f"{s},{s} Works,Industrials,Rail,{q[at][0]},{q[at][1]}" for s, q in LINES.items()]
        file.write_text("symbol,name,sector,industry,quantity,price\n" + "\n".join(lines) + "\n")
        assert run(["import", "holdings", str(file), "--fund", "IWM", "--as-of", day, *place]) == 0
    return folder / "home"


@pytest.fixture
def home(filled_home: Path, tmp_path: Path) -> Path:
    """A copy of that home, for a test to change."""
    return Path(shutil.copytree(filled_home, tmp_path / "home"))


def history(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    question = ["--basis", "pr", "--index", "IWM", "--window", "MTD", "--home", str(home)]
    code = run(["history", "--every", "month", *question, *words])
    return code, *capsys.readouterr()


def test_json_csv_and_text_tell_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "--measure", "share_up,median"
    code, out, _ = history(home, capsys, *words, "--format", "json")
    up, median = json.loads(out)["histories"]
    assert code == 0
    # December: one of four rose; January: three
    assert [p["value"] for p in up["points"]] == [0.25, 0.75]
    assert [p["value"] for p in median["points"]] == pytest.approx([-0.10, 0.10])
    assert [p["end"] for p in up["points"]] == list(ENDS[1:])
    assert all(p["coverage"] == p["file_price_weight"] == 1.0 for p in up["points"])
    assert up["rank"] == {
        "rank": 1, "of": 2, "every": "month", "side": "high", "since": None, "from": 2012,
        "coverage": 1.0, "file_price_weight": 1.0, "claim": False, "estimated": 0,
    }  # fmt: skip
    _, out, _ = history(home, capsys, *words, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [float(row["value"]) for row in rows] == pytest.approx([0.25, 0.75, -0.1, 0.1])
    _, out, _ = history(home, capsys, *words)
    assert "75.0 %" in out and "100.0 % on file prices" in out and "too few years" in out


def test_kept_histories_are_of_the_stored_market_alone(home: Path) -> None:
    desk = Desk(places(home, demo=False))
    market = desk.market()
    assert desk.histories(market) is not None and desk.histories(replace(market)) is None
    at = datetime(2013, 2, 1, 15, tzinfo=UTC)
    desk.overlay(Quotes({"IWM": 101.0, "SPY": 101.0}, at.date(), at))
    assert desk.histories(market) is None and desk.histories(desk.market()) is None


def test_parquet_and_a_picture(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = history(home, capsys, "--format", "parquet")
    assert code == 2 and "--output" in err
    target = tmp_path / "up.parquet"
    code, _, _ = history(home, capsys, "--format", "parquet", "--output", str(target))
    assert code == 0
    from pyarrow.parquet import ParquetFile

    with target.open("rb") as file:
        assert ParquetFile(file).read().column("value").to_pylist() == [0.25, 0.75]
    _, out, _ = history(home, capsys, "--format", "svg")
    assert out.startswith("<svg") and "share of lines up" in out and "<script" not in out


def test_what_cannot_be_asked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = history(home, capsys, "--measure", "share_up,nothing")
    assert code == 2 and "no measure nothing; there are" in err
    code, _, err = history(home, capsys, "--measure", "summation")
    assert code == 2 and "where its sum begins" in err
    code, _, err = history(home, capsys, "--window", f"{ENDS[0]}:{ENDS[1]}")
    assert code == 2 and "--every year" in err


def test_the_whole_history_as_one_table_gives_the_notes_numbers(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pyarrow import dataset

    question = ["--basis", "pr", "--pair", "IWM:SPY", "--home", str(home)]
    assert run(["export", "--history", str(tmp_path / "out"), *question]) == 0
    capsys.readouterr()

    def read(name: str) -> list[dict[str, object]]:
        whole = dataset.dataset(tmp_path / "out" / name, partitioning="hive")
        return list(whole.to_table().to_pylist())

    closes = {(str(r["session"]), r["line"]): r for r in read("closes")}
    # BBB at 40 before a split of 2:1
    assert closes[ENDS[0], "BBB"]["close"] == 20.0 and closes[ENDS[0], "BBB"]["of_file"]
    assert closes[ENDS[1], "BBB"]["split"] == 2.0
    lines = read("holdings")
    assert len(lines) == 12 and {(r["sector"], r["industry"]) for r in lines} == {
        ("Industrials", "Rail")
    }
    ups = [r for r in read("measures") if r["measure"] == "share_up"]
    assert [(r["fund"], r["year"], r["value"]) for r in ups] == [
        ("IWM", 2012, 0.25), ("IWM", 2013, 0.75),
    ]  # fmt: skip
    january = [r for r in read("contributions") if str(r["end"]) == ENDS[2]]
    span = ["--window", f"{ENDS[1]}:{ENDS[2]}", "--format", "json"]
    run(["note", *question, *span])
    told = json.loads(capsys.readouterr().out)["indices"]["IWM"]["contributors"]
    assert {r["line"]: r["contribution_bp"] for r in january} == pytest.approx(
        {r["symbol"]: r["contribution_bp"] for r in told}
    )


def test_duckdb_and_polars_read_it(home: Path, tmp_path: Path) -> None:
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    question = ["--basis", "pr", "--pair", "IWM:SPY", "--home", str(home)]
    assert run(["export", "--history", str(tmp_path / "out"), *question]) == 0
    files = f"{tmp_path}/out/measures/**/*.parquet"
    measured = duckdb.sql(f"select * from read_parquet('{files}', hive_partitioning = true)")
    ups = duckdb.sql("select value from measured where measure = 'share_up' order by \"end\"")
    assert [row[0] for row in ups.fetchall()] == [0.25, 0.75] and measured is not None
    frame = polars.scan_parquet(files, hive_partitioning=True)
    rows = frame.filter(polars.col("measure") == "share_up").sort("end").collect()
    assert rows["value"].to_list() == [0.25, 0.75]


#: A vendor's series: measure, date, value, source.
SERIES = (
    "measure,date,value,source\n$SPXA200R,2012-12-31,64.2,a chart\n$SPXA200R,2013-01-31,81.5,\n"
)


def bring(place: Path, text: str, folder: Path, *words: str) -> int:
    file = folder / "series.csv"
    file.write_text(text)
    return run(["import", "series", str(file), "--home", str(place), *words])


def test_a_series_from_its_file_to_the_history_and_out_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(home, SERIES, tmp_path, "--dry-run") == 0
    assert "2 values, 2012-12-31 to 2013-01-31" in capsys.readouterr().out
    code, _, err = history(home, capsys, "--series", "$SPXA200R")
    assert code == 2 and "internals import series" in err
    assert bring(home, SERIES, tmp_path) == 0
    code, out, _ = history(home, capsys, "--series", "$SPXA200R", "--format", "json")
    fields = json.loads(out)["histories"][-1]
    series = fields["fund"], fields["measure"], fields["window"]
    assert series == ("a chart", "$SPXA200R", "level")
    # of the window to 2012-12-31 and of that to 2013-01-31
    assert [(p["end"], p["value"]) for p in fields["points"]] == [(ENDS[1], 64.2), (ENDS[2], 81.5)]
    assert (fields["rank"]["rank"], fields["rank"]["of"], fields["rank"]["side"]) == (1, 2, "high")
    run(["status", "--home", str(home)])
    assert "$SPXA200R: 2 values, 2012-12-31 to 2013-01-31, from a chart" in capsys.readouterr().out
    # a later file corrects a day and adds one
    more = "measure,date,value\n$SPXA200R,2013-01-31,80.5\n$SPXA200R,2013-02-01,79\n"
    assert bring(home, more, tmp_path) == 0
    run(["status", "--format", "json", "--home", str(home)])
    listed = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert listed["series"]["$SPXA200R"]["values"] == 3
    assert run(["forget", "series", "$SPXA200R", "--home", str(home)]) == 0
    assert run(["forget", "series", "$SPXA200R", "--home", str(home)]) == 2
    assert "there are none" in capsys.readouterr().err


def test_a_series_brought_twice_is_nothing_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where no generation is held: a series is kept beside the store."""
    place = tmp_path / "home"
    for ending in ("2013-01-31", "2013-01-31; nothing new"):
        assert bring(place, SERIES, tmp_path) == 0
        assert capsys.readouterr().out.rstrip().endswith(ending)


def test_members_without_weights_count_for_breadth_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--home", str(tmp_path / "home")]
    closes, members = tmp_path / "closes.csv", tmp_path / "members.csv"
    paths = {"IWM": (100, 100, 100), "SPY": (100, 100, 100), "AAA": (10, 11, 12),
             "BBB": (20, 18, 19), "CCC": (5, 6, 5)}  # fmt: skip
    rows = [f"{s},{d},{c}" for s, path in paths.items() for d, c in zip(ENDS, path, strict=True)]
    closes.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    members.write_text(
        "symbol,from,to\nAAA,2012-11-30,\nBBB,2012-11-30,\nCCC,2012-11-30,2012-12-31\n"
    )
    assert run(["import", "prices", str(closes), *place]) == 0
    bring = ["import", "membership", str(members), "--fund", "IWM", *place]
    assert run([*bring, "--dry-run"]) == 0 and run(bring) == 0
    assert "2 lists, 2012-11-30 to 2012-12-31" in capsys.readouterr().out
    words = "--measure", "share_up,top1_share", "--format", "json"
    _, out, _ = history(tmp_path / "home", capsys, *words)
    up, top = json.loads(out)["histories"]
    # December: AAA and CCC of three rose; January, when CCC had left: both
    assert [p["value"] for p in up["points"]] == pytest.approx([2 / 3, 1.0])
    assert [p["counts"] for p in up["points"]] == [True, True]
    assert not any(p["counts"] for p in top["points"])
    assert top["points"][0]["why"] == "its list of members has no weights"
    run(["note", "--window", "MTD", "--basis", "pr", "--index", "IWM", *place])
    note = capsys.readouterr().out
    assert "the list of 2012-12-31 has no weights: breadth is by count alone" in note
    number = json.loads((tmp_path / "home" / "market" / "head").read_text())["manifest"]["newest"]
    assert run(["forget", "import", str(number), *place]) == 0
    code, _, _ = history(tmp_path / "home", capsys, *words)
    assert code == 3


def test_status_counts_the_days_of_many_files(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def status() -> str:
        capsys.readouterr()
        run(["status", "--home", str(home)])
        return capsys.readouterr().out

    assert f"holdings of {', '.join(ENDS)}\n" in status()
    monkeypatch.setattr("tui.report.status.DAYS", 2)
    assert f"holdings of 3 days, {ENDS[0]} to {ENDS[-1]}\n" in status()


def test_a_note_reads_the_histories_that_are_kept(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["note", "--basis", "pr", "--index", "IWM", "--window", "MTD", "--format", "json"]
    words += ["--home", str(home)]

    def rank(*options: str) -> dict[str, object] | None:
        capsys.readouterr()
        assert run([*words, *options]) == 0
        told = json.loads(capsys.readouterr().out)["indices"]["IWM"]["measures"]["share_up"]
        place: dict[str, object] | None = told["history"]
        return place

    first = rank()
    # three of four rose in January, one in December
    assert first is not None and (first["rank"], first["of"], first["every"]) == (1, 2, "month")
    # the points of a history count the list at the start
    assert rank("--breadth-list", "end") is None

    def measured(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr("tui.service.histories.kept_points", measured)
    monkeypatch.setattr("core.answer.history.kept_points", measured)
    assert rank() == first


def test_a_history_is_worked_out_once_for_a_generation(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "--measure", "share_up,skew", "--format", "json"
    first = history(home, capsys, *words)

    def measured(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr("tui.service.histories.kept_points", measured)
    assert history(home, capsys, *words) == first
    monkeypatch.undo()
    # a measure more, and a store that changed, are worked out
    assert len(json.loads(history(home, capsys, "--measure", "share_up,gini", *words[2:])[1])) > 1
    closes = home.parent / "more.csv"
    closes.write_text("symbol,date,close\nIWM,2013-02-01,101\nSPY,2013-02-01,101\n")
    assert run(["import", "prices", str(closes), "--home", str(home)]) == 0
    points = json.loads(history(home, capsys, *words)[1])["histories"][0]["points"]
    assert points[-1]["end"] == "2013-02-01"


def test_what_another_code_worked_out_is_worked_out_again(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a pull that mended a measure: what is held and what is asked are the same."""
    words = "--measure", "share_up", "--format", "json"
    before = history(home, capsys, *words)
    derived = home / "market" / "derived"
    files = len([*derived.iterdir()])
    monkeypatch.setattr("tui.service.histories.measures_digest", lambda: "of the mended code")
    assert history(home, capsys, *words) == before
    assert len([*derived.iterdir()]) == files + 1


def test_by_session_a_second_process_works_out_the_second_fund(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ["--home", str(home)]
    of_spy = home.parent / "SPY.csv"
    of_spy.write_text("symbol,name,sector,quantity,price\nAAA,AAA Works,,10,11\nBBB,BBB,,10,18\n")
    given = ["--fund", "SPY", "--as-of", ENDS[1], *place]
    assert run(["import", "holdings", str(of_spy), *given]) == 0
    words = ["history", "--every", "session", "--window", "1M", "--basis", "pr", "--format", "json"]
    begun: list[list[str]] = []

    class Process:
        """The command in this process, when it is waited for."""

        def __init__(self, command: list[str], **_: object) -> None:
            begun.append(command)

        def wait(self) -> None:
            for command in begun[:1]:
                assert run(command[command.index("history") :]) in (0, 1)

        def kill(self) -> None:
            begun.clear()

    monkeypatch.setattr("tui.service.histories.Popen", Process)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    capsys.readouterr()
    run([*words, "--measure", "median", *place])
    alone = json.loads(capsys.readouterr().out)
    assert not begun and {one["fund"] for one in alone["histories"]} == {"IWM", "SPY"}
    shutil.rmtree(home / "market" / "derived")
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    worked_out = list[str]()

    def counted(market: object, question: object, fund: str, *more: object) -> object:
        worked_out.append(fund)
        return kept_points(market, question, fund, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("tui.service.histories.kept_points", counted)
    run([*words, "--measure", "median", *place])
    # what the other process wrote was nothing, and what it kept is read
    assert json.loads(capsys.readouterr().out) == alone
    assert worked_out == ["IWM", "SPY"]
    # of one fund alone, as that process is asked for it
    run([*words, "--measure", "median", "--fund", "spy", *place])
    assert {one["fund"] for one in json.loads(capsys.readouterr().out)["histories"]} == {"SPY"}
    assert run([*words, "--fund", "QQQ", *place]) == 2
    assert "--fund QQQ: it is one of IWM and SPY" in capsys.readouterr().err


def test_by_month_reads_what_a_history_by_session_left(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "--measure", "share_up,advances,skew", "--window", "1M", "--format", "json"
    by_month = history(home, capsys, *words, "--every", "month")
    shutil.rmtree(home / "market" / "derived")
    # a measure that is there already stays beside those of the sessions
    history(home, capsys, "--measure", "median", *words[2:], "--every", "month")
    history(home, capsys, *words, "--every", "session")

    def measured(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr("tui.service.histories.kept_points", measured)
    assert history(home, capsys, *words, "--every", "month") == by_month
    history(home, capsys, "--measure", "median,skew", *words[2:], "--every", "month")


def test_by_session_a_fund_without_a_file_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closes, place = tmp_path / "closes.csv", ["--home", str(tmp_path / "home")]
    rows = [f"DIA,{day},{100 + at}" for at, day in enumerate(ENDS)]
    closes.write_text("\n".join(["symbol,date,close", *rows]) + "\n")
    assert run(["import", "prices", str(closes), *place]) == 0
    words = ["history", "--measure", "median", "--index", "DIA", "--window", "1M", "--basis", "pr"]
    capsys.readouterr()
    assert run([*words, "--every", "session", *place]) == 3
    assert "no holdings file of DIA covers any such window" in capsys.readouterr().err
