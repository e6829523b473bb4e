"""A wrong import is listed, and taken back: every answer is then as it was before."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tui.cli.dispatch import run

CLOSES = "symbol,date,close\nAAA,2025-12-31,100\nAAA,2026-06-26,110\nBBB,2025-12-31,50\n"
FUNDS = "FND,2025-12-31,100\nFND,2026-06-26,112\nREF,2025-12-31,100\nREF,2026-06-26,105\n"
WRONG = "symbol,date,close\nBBB,2026-06-26,95\nAAA,2026-06-25,108\n"
LINES = "symbol,name,sector,weight\nAAA,Aaa,Technology,50%\nBBB,Bbb,Energy,50%\n"
OTHER = "symbol,name,sector,weight\nAAA,Aaa,Technology,90%\nBBB,Bbb,Energy,10%\n"


class Desk:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *argv: str) -> tuple[int, str, str]:
        code = run([*argv, "--home", str(self.folder / "home")])
        out, err = self._capsys.readouterr()
        return code, out, err

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def note(self) -> object:
        _, out, _ = self("note", "--pair", "FND:REF", "--as-of", "2026-06-26", "--format", "json")
        return json.loads(out)

    def imports(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = json.loads(
            self("status", "--imports", "--format", "json")[1]
        )["imports"]
        return listed


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path, capsys)
    assert desk("import", "prices", desk.file("closes.csv", CLOSES + FUNDS))[0] == 0
    lines = desk.file("lines.csv", LINES)
    for fund in ("FND", "REF"):
        desk("import", "holdings", lines, "--fund", fund, "--as-of", "2025-12-31")
    return desk


def test_an_import_of_prices_is_listed_and_taken_back(desk: Desk) -> None:
    before = desk.note()
    assert desk("import", "prices", desk.file("wrong.csv", WRONG))[0] == 0
    assert desk.note() != before
    assert [one["from"] for one in desk.imports()] == [
        "closes.csv",
        *["lines.csv"] * 2,
        "wrong.csv",
    ]
    last = desk.imports()[-1]
    assert (
        last["kind"] == "prices" and last["what"] == "2 rows of 2 symbols, 2026-06-25 to 2026-06-26"
    )
    text = desk("status", "--imports")[1]
    assert "wrong.csv; 2 rows of 2 symbols" in text and f"{last['id']}" in text
    code, out, _ = desk("forget", "import", str(last["id"]))
    assert code == 0 and f"import {last['id']} (prices from wrong.csv" in out
    assert desk.note() == before
    assert [one["from"] for one in desk.imports()] == ["closes.csv", *["lines.csv"] * 2]
    assert desk("forget", "import", str(last["id"])) == (
        2,
        "",
        f"internals: no import {last['id']} is listed; `internals status --imports` lists them\n",
    )


def test_a_right_file_comes_to_light_again(desk: Desk) -> None:
    before = desk.note()
    wrong = desk.file("other.csv", OTHER)
    again = ("import", "holdings", wrong, "--fund", "FND", "--as-of", "2025-12-31")
    assert desk(*again)[0] == 0
    assert desk.note() != before
    code, out, _ = desk("forget", "holdings", "FND", "2025-12-31")
    assert code == 0 and "the earlier file from lines.csv counts again" in out
    assert desk.note() == before
    assert desk(*again)[0] == 0
    desk("forget", "import", str(desk.imports()[-1]["id"]))
    assert desk.note() == before


def test_prices_of_some_symbols_are_forgotten(desk: Desk) -> None:
    assert desk("forget", "prices", "AAA", "XXX")[0] == 2
    code, out, _ = desk("forget", "prices", "aaa")
    assert (code, out) == (0, "prices of AAA are forgotten\n")
    assert desk("forget", "prices", "AAA")[0] == 2
    left_out = desk.note()["indices"]["FND"] if desk.note()["indices"] else None
    assert left_out is None or "AAA" in [row["symbol"] for row in left_out["left_out"]]
    assert desk("import", "prices", desk.file("closes.csv", CLOSES + FUNDS))[0] == 0
    assert json.loads(desk("status", "--format", "json")[1])["prices"]["symbols"] == 4


def test_announced_changes_are_taken_back(desk: Desk) -> None:
    before = desk.note()
    changes = desk.file("c.csv", "fund,symbol,action,effective\nFND,BBB,leave,2026-06-26\n")
    assert desk("import", "changes", changes)[0] == 0
    desk("forget", "import", str(desk.imports()[-1]["id"]))
    assert desk.note() == before


def test_a_list_of_industries_is_listed_shown_and_taken_back(desk: Desk) -> None:
    before = desk.note()
    text = "symbol,industry\nAAA,Chips\nno symbol,Chips\nBBB,-\n"
    listed = desk.file("industries.csv", text)
    code, out, err = desk("import", "industries", listed, "--dry-run")
    assert code == 1 and "(a dry run: nothing is stored)" in out and desk.note() == before
    assert "line 3, column symbol" in err
    assert desk("import", "industries", listed)[0] == 1
    assert desk.imports()[-1]["kind"] == "industries"
    shown = "industries 1 symbol in 1 industry, from industries.csv, imported "
    assert shown in desk("status")[1]
    _, out, _ = desk("note", "--pair", "FND:REF", "--as-of", "2026-06-26", "--format", "csv",
                     "--part", "industries")  # fmt: skip
    # AAA went from 100 to 110 at a half: 500 bp; BBB has no close at the end
    assert ("FND", "Chips", "500.0") in [
        (row["fund"], row["name"], str(round(float(row["contribution_bp"]), 6)))
        for row in csv.DictReader(out.splitlines())
    ]
    assert desk("forget", "import", str(desk.imports()[-1]["id"]))[0] == 0
    assert desk.note() == before
    code, _, err = desk("import", "industries", listed, "--as-of", "2199-01-01")
    assert code == 2 and "is in the future" in err
