"""Files of prices joined to what is held: re-based, refused or taken, and told; by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cache.facts.sessions import sessions
from core.data.frames import day
from tui.cli.dispatch import run

ALL = sessions()
FIRST, LAST = (np.datetime64(text) for text in ("2025-12-31", "2026-06-26"))
DAYS = ALL[(ALL >= FIRST) & (ALL <= LAST)]
#: From 400 to 440 in equal steps: +10 % over the window, whatever the shares were split into.
PATH = np.linspace(400.0, 440.0, len(DAYS))
LINES = "symbol,name,sector,weight\nAAA,Aaa,Technology,100%\n"
FUNDS = "symbol,date,close\n" + "".join(
    f"{fund},{on},{close}\n"
    for fund, closes in (("FND", PATH / 4), ("REF", PATH / 8), ("ZZZ", PATH / 40))
    for on, close in zip(DAYS, closes, strict=True)
)


Cells = tuple[object, ...]
Reply = tuple[int, str, str]


class Desk:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *argv: str) -> tuple[int, str, str]:
        code = run([*argv, "--home", str(self.folder / "home")])
        return code, *self._capsys.readouterr()

    def prices(self, name: str, *rows: Cells, more: tuple[str, ...] = ()) -> Reply:
        text = "".join(",".join(map(str, row)) + "\n" for row in rows)
        (self.folder / name).write_text("symbol,date,close\n" + text)
        return self("import", "prices", str(self.folder / name), *more)

    def generation(self) -> int:
        return int(json.loads(self("status", "--format", "json")[1])["generation"])

    def returns(self, basis: str = "pr") -> float:
        asked = ("--pair", "FND:REF", "--as-of", "2026-06-26", "--basis", basis)
        told = json.loads(self("note", *asked, "--format", "json")[1])
        lines = told["indices"]["FND"]["contributors"]
        return float(next(line["return"] for line in lines if line["symbol"] == "AAA"))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home that holds the funds and their lines, for every test; to be copied."""
    folder = tmp_path_factory.mktemp("imported")
    home = ("--home", str(folder / "home"))
    (folder / "funds.csv").write_text(FUNDS)
    assert run(["import", "prices", str(folder / "funds.csv"), *home]) == 0
    (folder / "lines.csv").write_text(LINES)
    (folder / "ref.csv").write_text(LINES.replace("AAA,Aaa", "ZZZ,Zed"))
    for fund, file in (("FND", "lines.csv"), ("REF", "ref.csv")):
        which = ("--fund", fund, "--as-of", "2025-12-31")
        assert run(["import", "holdings", str(folder / file), *which, *home]) == 0
    return folder


@pytest.fixture
def desk(imported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    capsys.readouterr()
    return Desk(tmp_path, capsys)


def rows(
    first: int, last: int, factor: float = 1.0, symbol: str = "AAA", shift: int = 0
) -> list[Cells]:
    return [(symbol, DAYS[n], round(PATH[n - shift] * factor, 4)) for n in range(first, last)]


@pytest.mark.parametrize(
    ("split", "words"), [(4, "divided by 4"), (1 / 10, "multiplied by 10"), (1.5, "divided by 1.5")]
)
def test_increments_over_a_split_are_joined_and_told(desk: Desk, split: float, words: str) -> None:
    assert desk.prices("a.csv", *rows(0, 60))[0] == 0
    code, _, err = desk.prices("b.csv", *rows(50, len(DAYS), 1 / split))
    assert code == 0 and f"older closes of AAA were {words}" in err
    assert desk.returns() == pytest.approx(0.10, abs=1e-5)
    # each of the two again changes nothing
    assert "nothing new" in desk.prices("b.csv", *rows(50, len(DAYS), 1 / split))[1]
    assert "nothing new" in desk.prices("a.csv", *rows(0, 60))[1]
    assert desk.returns() == pytest.approx(0.10, abs=1e-5)
    # and the second taken back leaves the first as it came
    ids = json.loads(desk("status", "--imports", "--format", "json")[1])["imports"]
    desk("forget", "import", str(ids[-1]["id"]))
    assert desk.prices("c.csv", *rows(50, len(DAYS)))[0] == 0
    assert desk.returns() == pytest.approx(0.10, abs=1e-9)


def test_a_join_without_a_close_in_common_asks(desk: Desk) -> None:
    desk.prices("a.csv", *rows(0, 60))
    code, out, err = desk.prices("b.csv", *rows(60, len(DAYS), 1 / 4))
    assert code == 2 and out == "" and "--accept" in err and str(DAYS[60]) in err
    code, _, err = desk.prices("b.csv", *rows(60, len(DAYS), 1 / 4), more=("--accept",))
    assert code == 0
    assert desk.returns() == pytest.approx(1.1 / 4 - 1, abs=1e-5)


@pytest.mark.parametrize("way", ["shift", "source", "currency", "lost"])
def test_another_history_is_refused_and_taken_whole_when_asked(desk: Desk, way: str) -> None:
    desk.prices("a.csv", *rows(0, 60))
    before = desk.generation()
    waved = [("AAA", d, round(PATH[n] * (1 + 0.01 * (n % 7)), 4)) for n, d in enumerate(DAYS)]
    new = {
        "shift": rows(40, 100, shift=1),
        "source": waved,
        "currency": rows(0, len(DAYS), 100),
        "lost": rows(0, 30, 4) + rows(30, len(DAYS)),
    }[way]
    code, out, err = desk.prices("b.csv", *new)
    assert (code, out) == (2, "") and "--replace" in err
    assert desk.generation() == before
    assert desk.prices("b.csv", *new, more=("--replace",))[0] == 0
    if way in ("source", "currency"):
        assert desk.returns() == pytest.approx(float(new[-1][2]) / float(new[0][2]) - 1, abs=1e-9)


def test_one_close_of_another_source_stays_and_is_listed(desk: Desk) -> None:
    desk.prices("a.csv", *rows(0, 60))
    wrong = rows(40, len(DAYS))
    wrong[5] = ("AAA", wrong[5][1], 500.0)
    code, _, err = desk.prices("b.csv", *wrong)
    assert code == 0 and f"500 against {PATH[45]:.6g} in the store" in err and "--replace" in err
    listed = json.loads(desk("status", "--format", "json")[1])["prices"]["disputed"]
    assert list(listed) == ["AAA"] and "b.csv differs from a.csv" in listed["AAA"]
    assert "AAA: b.csv differs from a.csv" in desk("status")[1]
    # of the same source the newer counts
    right = [*rows(0, 45), ("AAA", DAYS[45], 411.0), *rows(46, 60)]
    code, _, err = desk.prices("a.csv", *right)
    assert code == 0 and "1 close of AAA was changed by a newer file" in err
    # a file that changes a close of its own still differs from another's: each is told
    wrong[30] = ("AAA", wrong[30][1], round(PATH[70] * 1.01, 4))
    code, _, err = desk.prices("b.csv", *wrong)
    assert code == 0 and "1 close of AAA was changed by a newer file" in err
    assert "1 close of AAA: b.csv differs from a.csv, whose closes stay" in err


def test_a_file_that_is_odd_in_many_symbols_is_refused_whole(desk: Desk) -> None:
    names = {f"S{n:02}": 1 + n / 10 for n in range(12)}
    desk.prices("a.csv", *(row for s, size in names.items() for row in rows(0, 60, size, s)))
    late = [
        row
        for n, (symbol, size) in enumerate(names.items())
        for row in rows(30, 90, size, symbol, shift=int(n > 5))
    ]
    code, out, err = desk.prices("b.csv", *late)
    assert (code, out) == (2, "")
    assert "6 of 12 symbols in the store are shifted by a session" in err and "as a whole" in err
    still: list[Cells] = []
    for symbol, size in names.items():
        still += rows(60, 90, size, symbol)
        still.append((symbol, DAYS[90], still[-1][2]))
    code, out, err = desk.prices("c.csv", *still)
    assert (code, out) == (2, "")
    assert f"12 of 12 symbols repeat the close before on {DAYS[90]}" in err


def test_a_dividend_without_a_fall_is_named_when_it_comes(desk: Desk) -> None:
    path = desk.folder / "paid.csv"
    path.write_text(
        f"symbol,date,close,dividend\nAAA,{DAYS[0]},100,\nAAA,{DAYS[9]},100,45\nAAA,{DAYS[-1]},100,0\n"
    )
    code, _, err = desk("import", "prices", str(path))
    assert code == 0 and f"dividend of 45 of AAA on {DAYS[9]} is doubtful, not counted" in err
    assert desk.returns("tr") == 0.0
    assert day(DAYS[9].item()) == DAYS[9]


def test_the_case_of_increments(desk: Desk) -> None:
    folder = Path(__file__).parents[2] / "../shared/cases"
    if not folder.is_dir():
        pytest.skip("the cases are not at hand")
    for part in "ab":
        code, _, err = desk("import", "prices", str(folder / f"03_increment_{part}_prices.csv"))
    assert code in (0, 1) and "older closes of AAA were divided by 4" in err
    assert desk.returns() == pytest.approx(0.10, abs=1e-4)
