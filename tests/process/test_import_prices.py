"""Price files of other people's layouts through the command line, to the answer in the note."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cache.facts.sessions import sessions
from core.data.frames import day
from tests.home import Cli

HOLDINGS = "symbol,name,sector,weight\n{}\n"
#: AAA as traded: 200 to 44 with a 5:1 split is 40 to 44, +10 %; 0.50 paid at 40 on today's
#: shares, so that 1.0125 x 1.1 - 1 = 11.375 %.
ROWS = [
    ("AAA", "2025-12-31", 200.0, 0.0, 1.0),
    ("AAA", "2026-02-11", 200.0, 0.0, 1.0),
    ("AAA", "2026-02-12", 40.0, 0.0, 5.0),
    ("AAA", "2026-05-15", 40.0, 0.5, 1.0),
    ("AAA", "2026-06-26", 44.0, 0.0, 1.0),
]
ENDS = {"BBB": (10, 10), "FND": (100, 110), "REF": (100, 105), "ZZZ": (10, 11)}


def market(cli: Cli, tmp_path: Path) -> None:
    """A fund of two lines and one beside it."""
    lines = {"FND": "AAA,Aaa,Technology,50%\nBBB,Bbb,Energy,50%", "REF": "ZZZ,Zed,Energy,100%"}
    for fund, rows in lines.items():
        path = tmp_path / f"{fund}.csv"
        path.write_text(HOLDINGS.format(rows))
        code, _, err = cli("import", "holdings", path, "--fund", fund, "--as-of", "2025-12-31")
        assert (code, err) == (0, "")


def closes(path: Path, titles: str) -> Path:
    """The market's closes under titles of someone's."""
    rows = [f"{titles}"]
    for symbol, (first, last) in ENDS.items():
        rows += [f"{symbol},2025-12-31,{first},0,1", f"{symbol},2026-06-26,{last},0,1"]
    rows += [",".join(map(str, row)) for row in ROWS]
    path.write_text("\n".join(rows) + "\n")
    return path


def aaa(cli: Cli, basis: str) -> float:
    """What the note says of AAA."""
    question = ("--pair", "FND:REF", "--window", "YTD", "--as-of", "2026-06-26")
    code, out, _ = cli("note", *question, "--basis", basis, "--format", "json")
    assert code == 0
    lines = json.loads(out)["indices"]["FND"]["contributors"]
    (found,) = [line["return"] for line in lines if line["symbol"] == "AAA"]
    assert isinstance(found, float)
    return found


@pytest.mark.parametrize(
    ("titles", "flags"),
    [
        ("ticker,date,close,divCash,splitFactor", ()),
        ("Symbol,timestamp,Close,dividend_amount,split_coefficient", ()),
        ("symbol,date,close,div paid,x split", ("--columns", "dividend=div paid,split=x split")),
    ],
)
def test_events_under_other_names_are_counted(
    cli: Cli, tmp_path: Path, titles: str, flags: tuple[str, ...]
) -> None:
    market(cli, tmp_path)
    path = closes(tmp_path / "p.csv", titles)
    if flags:
        code, out, err = cli("import", "prices", path)
        assert (code, out) == (2, "") and '"div paid"' in err and '"x split"' in err
    code, out, err = cli("import", "prices", path, *flags, "--dry-run")
    assert (code, err) == (0, "")
    assert "13 rows of 5 symbols" in out and "nothing is stored" in out
    assert "closes as traded, as 1 of its 1 splits show" in out
    assert cli("note", "--pair", "FND:REF")[0] == 3, "a dry run keeps nothing"
    code, out, _ = cli("import", "prices", path, *flags)
    assert code == 0 and "taken: symbol" in out and "nothing is stored" not in out
    assert aaa(cli, "pr") == pytest.approx(0.10, abs=1e-12)
    assert aaa(cli, "tr") == pytest.approx(1.0125 * 1.1 - 1, abs=1e-9)


def test_a_folder_of_files_through_the_command_line(cli: Cli, tmp_path: Path) -> None:
    market(cli, tmp_path)
    folder = tmp_path / "daily"
    folder.mkdir()
    for symbol, (first, last) in ({"AAA": (40, 44)} | ENDS).items():
        rows = f"Date,Close\n2025-12-31,{first}\n2026-06-26,{last}\n"
        (folder / f"{symbol.lower()}.us.csv").write_text(rows)
    code, out, err = cli("import", "prices", folder)
    assert (code, err) == (0, "")
    assert "5 files: CSV, commas: a row for a date, one symbol" in out
    assert "10 rows of 5 symbols" in out
    assert aaa(cli, "pr") == pytest.approx(0.10, abs=1e-12)


def test_dates_that_nothing_settles_are_refused_with_the_flag(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("symbol,date,close\nAAA,03/06/2026,1\nAAA,05/06/2026,1.1\n")
    code, out, err = cli("import", "prices", path)
    assert (code, out) == (2, "") and "--dates dmy" in err and "--dates mdy" in err
    code, out, _ = cli("import", "prices", path, "--dates", "dmy")
    assert code == 0 and "2026-06-03 to 2026-06-05" in out


def test_rows_before_the_first_session_are_refused_in_one_line(cli: Cli, tmp_path: Path) -> None:
    early = [f"^DJI,1884-12-{day:02},38" for day in range(1, 20)]
    rows = ["symbol,date,close", *early, "^DJI,1885-01-01,38", "^DJI,1885-01-02,39"]
    file = tmp_path / "levels.csv"
    file.write_text("\n".join(rows) + "\n")
    code, out, err = cli("import", "prices", file)
    sentence = "levels.csv, line 2, column date, ^DJI: before 1885-01-02, the first session known"
    assert (code, err) == (1, f"internals: {sentence}; so are the 19 rows after it\n")
    assert "1 row of 1 symbol, 1885-01-02 to 1885-01-02; 20 rows refused" in out


def test_an_index_is_answered_from_1950_with_or_without_saturdays(cli: Cli, tmp_path: Path) -> None:
    calendar = sessions()[
        (sessions() >= day(date(1950, 1, 3))) & (sessions() <= day(date(1952, 12, 31)))
    ]
    # 1 % up every session, and 2 % down on the last three; the Saturdays are left out of one file
    for symbol, days in (("^ALL", calendar), ("^GSPC", calendar[np.is_busday(calendar)])):
        level = 20 * 1.01 ** np.arange(len(days))
        level[-3:] = level[-4] * 0.98 ** np.arange(1, 4)
        rows = [f"{symbol},{when},{value:.9f}" for when, value in zip(days, level, strict=True)]
        file = tmp_path / "levels.csv"
        file.write_text("\n".join(["symbol,date,close", *rows]) + "\n")
        assert cli("import", "prices", file)[0] == 0
        # the week before has five sessions, and one more on its Saturday
        asked = ("note", "--index", symbol, "--format", "json", "--as-of")
        week = json.loads(cli(*asked, "1951-03-05", "--window", "1W")[1])
        count = 6 if symbol == "^ALL" else 5
        assert week["question"]["basis"] == "pr"
        assert week["own"]["return"] == pytest.approx(1.01**count - 1, abs=1e-9)
        last = json.loads(cli(*asked, "1952-12-31", "--window", "1D")[1])
        assert last["own"]["return"] == pytest.approx(-0.02, abs=1e-9)
        # as many sessions as closes less one, and three falls, all equal
        rolling = last["own"]["rolling"]
        assert (rolling["of"], rolling["as_wide"]) == (len(days) - 1, 3)
        streaks = last["own"]["streaks"]
        down = next(s for s in streaks if s["unit"] == "session" and s["sign"] == -1)
        assert (down["length"], down["start"]) == (3, "1952-12-29")


def test_a_total_return_of_a_price_index_is_refused(cli: Cli) -> None:
    code, out, err = cli("note", "--pair", "^RUT:^GSPC", "--basis", "tr")
    assert (code, out) == (2, "")
    assert err == (
        "internals: --basis tr: ^RUT and ^GSPC are price indices, without dividends:"
        " price return alone is answered\n"
    )
