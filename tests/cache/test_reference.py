"""Funds and the facts of data files: what ships, and what a user adds or breaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cache.facts.datafile import package_table
from cache.facts.errors import SourceError
from cache.facts.funds import load_funds, plain_title
from cache.facts.reference import doubtful_themes, load_reference
from cache.facts.symbols import yahoo_symbol
from core.data.symbol_pattern import valid_symbol


def test_funds_that_ship() -> None:
    funds = load_funds()
    asked = {"IWM", "IWB", "IWV", "IWN", "IWO", "IVV", "IJH", "IJR", "SPY", "RSP", "MDY", "QQQ"}
    assert asked | {"DIA"} <= funds.keys()
    assert funds["IWM"].index == "Russell 2000"
    assert funds["IWM"].title == "iShares Russell 2000 ETF"
    assert funds["SPY"].index == "S&P 500"
    titles = [fund.title for fund in funds.values()]
    assert len(set(titles)) == len(titles)
    for fund in funds.values():
        assert valid_symbol(fund.symbol)
        assert all(a.startswith("https://") for a in fund.addresses)
        left = "".join(fund.addresses).replace("{date}", "").replace("{start}", "")
        assert "{" not in left, fund
        # what an issuer never dates is not asked for a day
        assert not any("latest-holdings" in url for url in fund.urls(date(2026, 1, 21)))
    assert {"XLK", "XLRE", "SPSM", "SPMD", "SPYM", "ARKK", "IQQ", "OEF", "CNDX.L"} <= funds.keys()


def test_addresses_by_date() -> None:
    funds = load_funds()
    dated = funds["IWM"].urls(date(2026, 1, 21))
    assert dated
    assert all("asOfDate=20260121" in url and "239710" in url for url in dated)
    newest = funds["IWM"].urls()
    assert newest
    assert all("asOfDate" not in url and not url.endswith(("&", "?")) for url in newest)
    assert funds["SPY"].urls()[0].endswith("/holdings-daily-us-en-spy.xlsx")
    # SSGA answers for the newest day only.
    assert funds["SPY"].urls(date(2026, 1, 21)) == ()
    assert [
        url.partition("?")[0].rpartition("/shareclasses/")[2] for url in funds["QQQ"].urls()
    ] == ["46090E103/holdings/fund"]
    assert not funds["QQQ"].agent.startswith("Mozilla") and funds["QQQ"].retry >= 10
    assert [url.split("/")[2] for url in dated] == ["www.blackrock.com", "www.ishares.com"]
    assert newest[-1].endswith("/us/products/239710/x/latest-holdings.csv")
    assert funds["IWM"].hosts(date(2026, 1, 21)) == {"www.blackrock.com", "www.ishares.com"}


def test_a_title_is_compared_without_marks_and_brand() -> None:
    plain = plain_title("SPDR S&P 500 ETF Trust")
    for title in (
        "State Street\u00ae SPDR\u00ae S&P 500\u00ae ETF Trust",
        "SPDR(R) S&P 500 ETF  TRUST",
    ):
        assert plain_title(title) == plain
    assert plain_title("SPDR S&P 600 ETF Trust") != plain


def test_user_funds(tmp_path: Path) -> None:
    extra = tmp_path / "funds.toml"
    extra.write_text(
        '[funds.XYZ]\nindex = "Made up 100"\ntitle = "Made Up ETF"\n'
        'address = "https://example.org/{symbol}?day={date}"\n'
        '[funds.IWC]\nissuer = "iShares"\nproduct = "1"\nfamily = "russell-us"\n'
    )
    funds = load_funds(extra)
    assert funds["XYZ"].urls(date(2026, 3, 4)) == ("https://example.org/XYZ?day=20260304",)
    assert funds["XYZ"].urls() == ("https://example.org/XYZ",)
    assert "portfolioId=1&" in funds["IWC"].address
    assert funds["IWM"].index == "Russell 2000"
    assert load_funds(tmp_path / "none.toml").keys() == load_funds().keys()
    reference = load_reference(tmp_path)
    assert reference.reconstitutions["IWC"] == reference.reconstitutions["IWM"]


def test_a_user_changes_an_address_a_header_and_an_agent_key_by_key(tmp_path: Path) -> None:
    extra = tmp_path / "funds.toml"
    extra.write_text(
        '[issuers.Invesco]\nagent = "desk/2"\nheaders = { Accept = "*/*", X-Desk = "a b" }\n'
        '[issuers.SSGA]\naddresses = ["https://mirror.example.org/{lower}/{date:%d-%m-%Y}.xlsx"]\n'
        '[funds.IWM]\nproduct = "1"\n[funds.RSP]\nretry = 12.5\npage = 100\n'
    )
    funds, shipped = load_funds(extra), load_funds()
    assert (funds["QQQ"].agent, dict(funds["QQQ"].headers)["X-Desk"]) == ("desk/2", "a b")
    assert funds["QQQ"].addresses == shipped["QQQ"].addresses
    assert (funds["QQQ"].retry, funds["RSP"].retry, funds["RSP"].page) == (20.0, 12.5, 100)
    assert funds["SPY"].urls() == () and funds["SPY"].urls(date(2026, 3, 4)) == (
        "https://mirror.example.org/spy/04-03-2026.xlsx",
    )
    assert "portfolioId=1&" in funds["IWM"].address and funds["IWM"].index == "Russell 2000"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[funds.XYZ]\nindex = \n", "funds.toml, line 2: this is no TOML"),
        ("\n\n[funds.XYZ]\nindex = 5\n", 'funds.toml, line 4: "index" of XYZ must be a text'),
        ('[funds."a b"]\n', 'funds.toml, line 1: "a b" is no symbol'),
        ('funds = "x"\n', 'funds.toml, line 1: "funds" must be tables'),
        (
            '[funds.XYZ]\naddress = "file:///etc/passwd"\n',
            "funds.toml, line 2: an address of XYZ must be a text that starts with https://",
        ),
        ('[funds.XYZ]\naddresses = ["http://example.org/x"]\n', "starts with https://"),
        # what nothing reads is not swallowed: a section, a key, a key of an issuer
        (
            '\n[fund.XYZ]\nindex = "X"\n',
            'funds.toml, line 2: "fund" is nothing known; known are funds issuers vendors',
        ),
        (
            '[funds.XYZ]\nindex = "X"\ntitel = "X Fund"\n',
            'funds.toml, line 3: "titel" is nothing known in [funds.XYZ]; known are index issuer',
        ),
        (
            '[issuers.Own]\nheaders = { Accept = "a\\nb" }\n',
            "funds.toml, line 2: the headers of Own must be texts",
        ),
        ('[issuers.Own]\nagent = "a\\rb"\n', 'line 2: "agent" of Own must be a text in quotes'),
        ("[issuers.Own]\nretry = -1\n", 'line 2: "retry" of Own must be a number from 0'),
        ('[issuers.Own]\naddresses = ["ftp://x"]\n', "line 2: an address of Own must be a text"),
        (
            "[issuers.Own]\nadresses = []\n",
            'funds.toml, line 2: "adresses" is nothing known in [issuers.Own]; known are addresses',
        ),
    ],
)
def test_broken_user_funds(tmp_path: Path, text: str, words: str) -> None:
    extra = tmp_path / "funds.toml"
    extra.write_text(text)
    with pytest.raises(SourceError) as caught:
        load_funds(extra)
    assert words in str(caught.value)


def test_a_family_without_dates_is_said(tmp_path: Path) -> None:
    (tmp_path / "funds.toml").write_text('[funds.XYZ]\nfamily = "russel-us"\n')
    with pytest.raises(SourceError, match='"russel-us" of XYZ; known are those of russell-us'):
        load_reference(tmp_path)


def test_a_theme_with_a_key_that_nothing_reads_is_said(tmp_path: Path) -> None:
    (tmp_path / "themes.toml").write_text('[mine]\nsymbols = ["A"]\nnames = ["B"]\n')
    words = 'themes.toml, line 3: "names" is nothing known in theme "mine"; known are symbols'
    with pytest.raises(SourceError) as caught:
        load_reference(tmp_path)
    assert words in str(caught.value)


def test_reference_that_ships() -> None:
    reference = load_reference()
    assert np.datetime64("2026-06-26") in reference.sessions
    assert np.datetime64("2026-06-19") not in reference.sessions
    assert reference.aliases["MMC"] == "MRSH"
    assert reference.aliases["SATS"] == "ECHO"
    assert len(reference.aliases) == 16
    # days of June from a calendar: the last Friday, or (from 2007) the one before where that is
    # after the 28th; of 2006 the press of 19 June 2006 says the 30th
    days = (30, 22, 27, 26, 25, 24, 22, 28, 27, 26, 24, 23, 22, 28, 26, 25, 24, 23, 28, 27, 26)
    expected = tuple(date(2006 + n, 6, day) for n, day in enumerate(days))
    for fund in ("IWM", "IWB", "IWV", "IWN", "IWO"):
        assert reference.reconstitutions[fund] == expected
    assert reference.indices["IVV"] == reference.indices["SPY"] == "S&P 500"
    assert "SPY" not in reference.reconstitutions
    assert ("FDX", date(2026, 6, 1)) in reference.spinoffs
    themes = {theme.name: theme for theme in reference.themes}
    assert themes["hyperscalers"].symbols == ("MSFT", "META", "ORCL")
    assert themes["software"].symbols == ("PLTR", "INTU", "ACN", "CRM")
    seven = ("AAPL", "AMZN", "GOOG", "GOOGL", "META", "MSFT", "NVDA", "TSLA")
    assert themes["magnificent seven"].symbols == seven
    assert all(theme.source for theme in reference.themes)


def test_data_files_are_sound() -> None:
    calendar = {str(day) for day in load_reference().sessions}
    aliases = package_table("aliases.csv")
    news = {row["new"] for row in aliases}
    for row in aliases:
        assert valid_symbol(row["old"])
        assert valid_symbol(row["new"])
        assert row["source"]
        # A chain of renames would need following.
        assert row["old"] not in news
    for name in ("reconstitutions.csv", "spinoffs.csv"):
        for row in package_table(name):
            assert row["date"] in calendar
            assert row["source"]
    for row in package_table("symbols.csv"):
        assert valid_symbol(row["yahoo"])
        assert yahoo_symbol(row["yahoo"]) == row["yahoo"]


def test_user_themes(tmp_path: Path) -> None:
    (tmp_path / "themes.toml").write_text(
        '[Software]\nsymbols = ["brk.b", "NA", "NA"]\n'
        '["caf\u00e9 \\u001b[31m"]\nsymbols = ["SBUX"]\nsource = "mine"\n',
        encoding="utf-8",
    )
    themes = {theme.name: theme for theme in load_reference(tmp_path).themes}
    assert themes["Software"].symbols == ("BRK-B", "NA")
    assert "software" not in themes
    assert themes["caf\u00e9"].source == "mine"
    assert "hyperscalers" in themes


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[a]\nsymbols = [\n", "themes.toml, line 3: this is no TOML"),
        (b"[a]\n\nsymbols = 'MSFT'\n", 'themes.toml, line 1: theme "a" must be a table'),
        (b"[b]\nsymbols = ['X']\n[a]\nsymbols = [5]\n", 'line 4: "5" in theme "a" is no symbol'),
        (b"[a]\nsymbols = ['..']\n", 'line 2: ".." in theme "a" is no symbol'),
        (b"[a]\nsymbols = []\n", 'line 1: theme "a" names no symbol'),
        (b"a = 1\n", 'themes.toml, line 1: theme "a" must be a table'),
        (b"\xff\xfe[\x00a\x00]\x00", "themes.toml: is not UTF-8 text"),
    ],
)
def test_broken_user_themes(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "themes.toml").write_bytes(data)
    with pytest.raises(SourceError) as caught:
        load_reference(tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_theme_that_ships_says_whose_it_is_and_of_when() -> None:
    themes = {theme.name: theme for theme in load_reference().themes}
    clouds = {"hyperscalers", "hyperscalers, all five"}
    assert set(themes) == clouds | {"software", "magnificent seven", "AI suppliers"}
    five = set(themes["hyperscalers, all five"].symbols)
    assert five == set(themes["hyperscalers"].symbols) | {"AMZN", "GOOG", "GOOGL"}
    assert all(theme.source.endswith(("2026-06-26", "2023")) for theme in themes.values())
    assert {"BE", "CRDO"} <= set(themes["AI suppliers"].symbols)


def test_a_name_of_a_theme_that_nothing_held_knows_is_said_with_its_line(tmp_path: Path) -> None:
    symbols = {"MSFT", "MRSH"}
    assert doubtful_themes(tmp_path, symbols) == ()
    (tmp_path / "themes.toml").write_text(
        '[big]\nsymbols = ["MSFT", "MMC"]\n\n[mine]\nsymbols = ["MSFT",\n  "MSFTT"]\n'
    )
    # MMC is held under its new symbol MRSH
    (said,) = doubtful_themes(tmp_path, symbols)
    assert said.startswith(f"{tmp_path}/themes.toml, line 6: MSFTT in theme ")
    assert '"mine" is in no holdings' in said
