"""A point of a history that rests on a list of another time says so, however it is written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from core.answer.history import kept_points
from tests.tui.test_history_written import ENDS, history
from tui.cli.dispatch import run


def test_a_point_on_a_later_list_is_marked_in_every_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, closes, file = (tmp_path / name for name in ("home", "closes.csv", "IWM.csv"))
    place = ["--home", str(home)]
    rows = [f"{s},{day},10" for s in ("IWM", "SPY", "AAA") for day in ENDS]
    closes.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    assert run(["import", "prices", str(closes), *place]) == 0
    file.write_text("symbol,name,sector,quantity,price\nAAA,Works,Industrials,1,10\n")
    # the list of December's end: December begins a month before it, January with it
    assert run(["import", "holdings", str(file), "--fund", "IWM", "--as-of", ENDS[1], *place]) == 0

    def told(kind: str) -> str:
        return history(home, capsys, "--measure", "share_up", "--format", kind)[1]

    def check() -> None:
        (one,) = json.loads(told("json"))["histories"]
        assert [(p["counts"], p["estimated"]) for p in one["points"]] == [
            (True, True), (True, False),
        ]  # fmt: skip
        assert one["rank"]["estimated"] == 1
        by_row = csv.DictReader(io.StringIO(told("csv")))
        assert [row["estimated"] for row in by_row] == ["true", "false"]

    check()
    text = told("text").splitlines()
    assert "0.0 % ~" in next(line for line in text if line.startswith(ENDS[0]))
    assert "~" not in next(line for line in text if line.startswith(ENDS[1]))
    assert "  ~ estimated: on a list of another time" in "\n".join(text)
    assert "2 of 2 points count" in text[0] and "1 of them estimated" in text[0]
    assert "1 of 2 points estimated" in told("svg")
    target = tmp_path / "history.parquet"
    history(home, capsys, "--measure", "share_up", "--format", "parquet",
            "--output", str(target))  # fmt: skip
    from pyarrow.parquet import ParquetFile

    with target.open("rb") as opened:
        assert ParquetFile(opened).read().column("estimated").to_pylist() == [True, False]

    calls = 0

    def counted(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        return kept_points(*arguments)  # type: ignore[arg-type]

    # what is kept has the mark too, and what other code kept is not read
    monkeypatch.setattr("tui.service.histories.kept_points", counted)
    check()
    assert calls == 0
    monkeypatch.setattr("tui.service.histories.measures_digest", lambda: "of other code")
    check()
    assert calls == 1
