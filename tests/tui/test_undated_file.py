"""A holdings file without a date is dated by its prices, where closes of that day are held."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.cli.dispatch import run

DAYS = [f"2026-06-{day:02}" for day in range(22, 27)]
NAMES = [f"S{n:02}" for n in range(14)]


def imported(tmp_path: Path, day: int, factor: float = 1.0, split: float = 1.0) -> tuple[int, str]:
    """Import five days of closes, then a file with the prices of one of them."""
    home = ["--home", str(tmp_path / "home")]
    closes = {s: [10 + n + 0.37 * k for k in range(5)] for n, s in enumerate(NAMES)}
    rows = ["symbol,date,close,split"]
    for s, path in closes.items():
        of_split = split if s == "S00" else 1.0
        for k, value in enumerate(path):
            event = split if s == "S00" and k == 4 and split != 1 else ""
            rows.append(f"{s},{DAYS[k]},{value / of_split:.4f},{event}")
    (tmp_path / "closes.csv").write_text("\n".join(rows) + "\n")
    assert run(["import", "prices", str(tmp_path / "closes.csv"), "--adjusted", *home]) == 0
    lines = [f"{s},{s} Works,Energy,100,{closes[s][day] * factor:.2f}" for s in NAMES]
    file = tmp_path / "mine.csv"
    file.write_text("symbol,name,sector,quantity,price\n" + "\n".join(lines) + "\n")
    return run(["import", "holdings", str(file), "--fund", "IWM", *home]), str(file)


@pytest.mark.parametrize("split", [1.0, 2.0])
@pytest.mark.parametrize("day", [0, 2])
def test_it_is_of_the_session_whose_closes_its_prices_are(
    day: int, split: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = imported(tmp_path, day, split=split)
    out = capsys.readouterr().out
    assert code == 0
    assert f"holdings of IWM as of {DAYS[day]}, which its prices are the closes of" in out


def test_prices_of_no_session_held_date_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = imported(tmp_path, 2, factor=1.02)
    assert code == 2 and "states no date" in capsys.readouterr().err
