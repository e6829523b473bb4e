"""The funds known: listed, added to, and what is wrong with an addition."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from cache.facts.errors import SourceError
from cache.facts.fund_entry import FundEntry, entry_of, with_entry
from cache.facts.funds import load_funds
from tests.tui.driving import drive, seen, settle
from tests.tui.markets import small_market
from tui.cli.dispatch import run
from tui.doctor.stored_data import own_files
from tui.screen.app import InternalsApp
from tui.state.places import places

MARKET = small_market()


def test_the_list_says_whose_members_stand_for_whose(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["funds", "--format", "json", "--home", str(tmp_path)]) == 0
    rows = {row["symbol"]: row for row in json.loads(capsys.readouterr().out)["funds"]}
    by = {symbol: row["members_by"] for symbol, row in rows.items() if row["members_by"]}
    wanted = {"SPY": "IVV", "RSP": "IVV", "QQQ": "IQQ", "MDY": "IJH", "SPSM": "IJR"}
    assert wanted.items() <= by.items() and "IVV" not in by and "DIA" not in by
    assert rows["IVV"]["history"] == "sessions since 2012-05, month ends since 2006-11"
    assert (rows["SPY"]["history"], rows["SPY"]["dated"]) == ("the newest alone", False)
    assert run(["funds", "--home", str(tmp_path)]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("QQQ "))
    assert line.split() == [
        *("QQQ", "Nasdaq-100", "dng-api.invesco.com", "the", "newest", "alone"),
        *("by", "IQQ's", "files", "-"),
    ]


def test_json_is_utf8_whatever_the_terminals_coding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "funds.toml").write_text('[funds.AAA]\ntitle = "Börse ETF"\n', encoding="utf-8")
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii", write_through=True))
    assert run(["funds", "--format", "json", "--home", str(tmp_path)]) == 0
    titles = {row["symbol"]: row["title"] for row in json.loads(written.getvalue())["funds"]}
    assert titles["AAA"] == "Börse ETF"


def test_a_fund_is_added_once_and_the_rest_of_the_file_stays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = ["--home", str(tmp_path)]
    file = tmp_path / "funds.toml"
    file.write_text("# mine\n[issuers.SSGA]\nagent = 'desk'")
    wanted = ["--issuer", "iShares", "--product", "239716", "--index", "Russell Microcap"]
    assert run(["funds", "add", "IWC", *wanted, *home]) == 0
    assert "asks www.blackrock.com, www.ishares.com" in capsys.readouterr().out
    assert file.read_text().startswith("# mine\n[issuers.SSGA]\nagent = 'desk'\n\n[funds.IWC]\n")
    funds = load_funds(file)
    assert "portfolioId=239716&" in funds["IWC"].address and funds["SPY"].agent == "desk"
    before = file.read_bytes()
    assert run(["funds", "add", "IWC", "--index", "X", *home]) == 2
    assert "funds.toml, line 5: has IWC already; change it there" in capsys.readouterr().err
    assert run(["--read-only", "funds", "add", "IWD", "--index", "X", *home]) == 2
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "which fund. write fund add SYMBOL"),
        ("IWC --issuer", "--issuer of what"),
        ("IWC --maker X", '"--maker" is not known here'),
        ("IWC Russell", '"Russell" stands before any flag'),
        ("IWC --index 'a", "a quote is not closed"),
        ("IWC --title X", "say whose fund IWC is"),
        ("IWC --issuer iShares", "knows IWC by a number: give it with --product"),
        ("IWC --issuer Nobody", 'no issuer "Nobody" is known; known are iShares'),
        ("IWC --address ftp://x", "must be a text that starts with https://"),
        ("../x --index Y", "is no symbol"),
    ],
)
def test_what_cannot_be_added_is_said(words: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said):
        with_entry("", tmp_path / "funds.toml", entry_of(words))


def test_words_without_quotes_belong_together_and_quotes_are_kept() -> None:
    entry = entry_of('iwc --index Russell Microcap --title "A \\"B\\" ETF"')
    assert entry == FundEntry("IWC", index="Russell Microcap", title='A "B" ETF')
    text = with_entry("", Path("funds.toml"), entry)
    assert text == '[funds.IWC]\nindex = "Russell Microcap"\ntitle = "A \\"B\\" ETF"\n'


def test_doctor_says_what_nobody_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "funds.toml").write_text(
        '[funds.AAA]\nissuer = "iShare"\n\n[funds.BBB]\nissuer = "iShares"\n'
        '\n[funds.CCC]\nissuer = "iShares"\nproduct = "1"\n'
    )
    around = SimpleNamespace(places=places(tmp_path, demo=False))
    ok, unknown, numberless = own_files(around)  # type: ignore[arg-type]
    assert ok.state == "ok"
    assert 'line 1: AAA names the issuer "iShare", which is not known' in unknown.message
    assert "line 4: BBB has no product, by which iShares knows it" in numberless.message


def test_a_fund_is_added_from_the_screen() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await pilot.press("colon", *"fund", "space", *"add", "space", *"IWC", "space")
        await pilot.press(*"--index", "space", *"Micro", "enter")
        await settle(pilot, app)
        assert "IWC, which follows the Micro, is in " in seen(app)

    drive(story, market=MARKET)
