"""Announced changes as files tell them and as the store keeps them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cache.facts.errors import SourceError
from cache.sources.holdings.announced import adding, forgetting, read_changes
from cache.store.store import Store
from core.data.frames import Announcement
from tests.cache.stores import RAW, bars, files, holdings, manifest

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEAD = "fund,symbol,action,effective,name,announced,source\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "changes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_good_rows_are_taken_and_bad_ones_listed_with_line_and_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEAD + "iwm,brk.b,leave,2026-06-26,Bérkshire \x1b[31m,2026-05-22,FTSE\n"
        'IWM,BE,Deleted,"Jun 26, 2026",,,\n'
        "\n"
        "IWM,TRUE,add,06/26/2026\n"
        "IWM,HOLX XX,leave,2026-06-26,,,\n"
        "IWM,A,merge,2026-06-26,,,\n"
        "IWM,B,leave,2026-13-26,,,\n"
        "IWM,C,leave,,,,\n"
        "IWM,D,leave,2062-06-26,,,\n"
        "IWM,E,leave,2026-06-26,,2026-06-27,\n"
        "IWM,BE,join,2026-06-26,,,\n"
        "IWM,BE,Deleted,2026-06-26,,,\n"
        ",F,leave,2026-06-26,,,\n",
    )
    changes, rejected = read_changes(path, now=NOW)
    assert changes == (
        Announcement(
            "IWM", "BRK-B", "leave", date(2026, 6, 26), "Bérkshire", date(2026, 5, 22), "FTSE"
        ),
        Announcement("IWM", "BE", "leave", date(2026, 6, 26), source="changes.csv"),
        Announcement("IWM", "TRUE", "join", date(2026, 6, 26), source="changes.csv"),
    )
    assert [(r.line, r.column, r.symbol) for r in rejected] == [
        (6, "symbol", "HOLX XX"), (7, "action", "A"), (8, "effective", "B"),
        (9, "effective", "C"), (10, "effective", "D"), (11, "announced", "E"),
        (12, "symbol", "BE"), (14, "fund", "F"),
    ]  # fmt: skip
    assert "neither join nor leave" in rejected[1].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a;b;c\n", "separated by semicolons"),
        ("x,y\n1,2\n", "columns fund, symbol, action, effective are needed"),
        (
            "fund,symbol,action\nIWM,BE,join\n",
            'line 1, column effective: has no column "effective"',
        ),
        (HEAD, "has a header and no rows"),
        (
            HEAD + "IWM,BE,join,x,,,\n",
            'line 2, column effective, BE: has no good row; the first: "x"',
        ),
        ("<html></html>", "is a web page"),
        ("symbol\x00", "binary"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_changes(write(tmp_path, text), now=NOW)
    assert words in str(caught.value) and "changes.csv" in str(caught.value)


def change(symbol: str, day: int = 26, fund: str = "IWM") -> Announcement:
    return Announcement(fund, symbol, "leave", date(2026, 6, day))


def test_a_change_told_again_on_another_day_replaces_the_one_before() -> None:
    held = adding([change("BE"), change("STRL")])(())
    held = adding([change("BE", 29), change("BE", fund="SPY")])(held)
    assert [(c.fund, c.symbol, c.effective.day) for c in held] == [
        ("IWM", "STRL", 26), ("IWM", "BE", 29), ("SPY", "BE", 26),
    ]  # fmt: skip
    last_year = Announcement("IWM", "BE", "join", date(2025, 6, 27))
    assert len(adding([last_year])(held)) == 4
    assert forgetting("IWM", date(2026, 6, 29))(held) == (change("STRL"), change("BE", fund="SPY"))
    assert forgetting("IWM", None)(held) == (change("BE", fund="SPY"),)


def test_without_a_day_a_change_counts_as_announced_when_it_was_first_imported() -> None:
    """No answer for a date before shows it; a change that took effect was known by then."""
    held = adding([change("BE"), change("STRL", 2)], date(2026, 6, 5))(())
    days = {one.symbol: one.announced for one in held}
    assert days == {"BE": date(2026, 6, 5), "STRL": date(2026, 6, 2)}
    again = adding([change("BE", 29)], date(2026, 6, 12))(held)
    assert {one.symbol: one.announced for one in again} == days
    stated = replace(change("BE"), announced=date(2026, 5, 22))
    assert adding([stated], date(2026, 6, 12))(again)[-1].announced == date(2026, 5, 22)


def test_changes_that_an_earlier_release_kept_without_a_day_have_one(tmp_path: Path) -> None:
    """The newest session held, or the day on which they take effect where that is earlier."""
    store = Store(tmp_path / "home")
    closes = bars(days=("2026-06-11", "2026-06-12"))
    store.commit(bars=closes, announce=adding([change("BE", 25), change("STRL", 2)]))
    held = store.read()
    days = {one.symbol: one.announced for one in held.dated_announcements()}
    assert days == {"BE": date(2026, 6, 12), "STRL": date(2026, 6, 2)}
    # the store is as it was: an import can be taken back by what it brought
    assert [one.announced for one in held.announced] == [None, None]


def test_the_store_keeps_them_through_other_commits(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    told = (
        change("BE"),
        Announcement("SPY", "NA", "join", date(2026, 6, 26), "株", NOW.date(), "x"),
    )
    assert store.commit(bars=bars(), announce=adding(told)).announced == told
    store.commit(holdings=[(holdings(), RAW)])
    store.commit(bars=bars("IWM"))
    store.commit(bars=bars("QQQ"))
    assert Store(tmp_path / "home").read().announced == told
    before = files(tmp_path / "home")
    store.commit(announce=adding(told))
    assert files(tmp_path / "home") == before
    store.commit(announce=forgetting("IWM", None))
    assert store.commit(announce=forgetting("SPY", None)).announced == ()
    assert "announced" not in manifest(tmp_path / "home")
    assert Store(tmp_path / "home").read().announced == ()


def test_a_generation_of_an_earlier_release_reads_as_before(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    store.commit(bars=bars(), holdings=[(holdings(), RAW)])
    kept = manifest(tmp_path / "home")
    ours = {"schema", "generation", "simulated", "blocks", "symbols", "holdings", "journal"}
    assert set(kept) == ours
    assert json.dumps(kept) and store.read().announced == ()


def test_a_flipped_bit_in_them_shows_the_generation_before(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store = Store(home)
    store.commit(bars=bars())
    store.commit(announce=adding([change("BE")]))
    path = home / "objects" / manifest(home)["announced"]
    path.write_bytes(path.read_bytes().replace(b"BE", b"BF"))
    held = store.read()
    assert held.generation == 1 and held.announced == ()
    assert "generation 2 is damaged" in held.damage[0]


def test_the_order_of_dates_is_decided_for_the_whole_file(tmp_path: Path) -> None:
    """10/11 alone is 10 November or October 11; beside 26/06 the day comes first."""
    header = "fund,symbol,action,effective\n"
    unsure = write(tmp_path, header + "IWM,AAA,join,10/11/2025\n")
    with pytest.raises(SourceError, match=r"--dates dmy.*--dates mdy"):
        read_changes(unsure, now=NOW)
    days = {
        order: [c.effective for c in read_changes(unsure, now=NOW, dates=order)[0]]
        for order in ("dmy", "mdy")
    }
    assert days == {"dmy": [date(2025, 11, 10)], "mdy": [date(2025, 10, 11)]}
    settled = write(tmp_path, header + "IWM,AAA,join,10/11/2025\nIWM,BBB,join,26/06/2026\n")
    assert [c.effective for c in read_changes(settled, now=NOW)[0]] == [
        date(2025, 11, 10),
        date(2026, 6, 26),
    ]
