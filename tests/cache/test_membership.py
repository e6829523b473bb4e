"""A table of members as dated lists: by hand, month end by month end."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.sources.membership import lists, parse, read_membership
from cache.store.pack import pack_holdings, unpack_holdings

ARGS = {"dates": None}
DAYS = np.arange(np.datetime64("2012-10-01"), np.datetime64("2013-06-01"))
SESSIONS = DAYS[np.is_busday(DAYS)]
TEXT = """symbol,from,to,name
AAA,2012-11-05,,AAA Works
BBB,2012-11-05,2013-01-10,BBB Works
CCC,2012-12-31,,CCC Works
BBB,2013-02-01,,BBB Works
DDD,2012-12-03,2012-12-20,DDD Works
"""


def test_a_list_for_the_first_day_and_each_month_end_that_differs() -> None:
    fields, _ = parse(io.BytesIO(TEXT.encode()), ARGS)
    assert not fields["rejected"]
    now = datetime(2013, 5, 3, tzinfo=UTC)
    made = lists(fields["members"], "IWM", SESSIONS, now.date(), source="m.csv", fetched_at=now)
    # November's end is as its beginning; DDD came and went between two month ends
    assert [(one.as_of, one.symbols) for one in made] == [
        (date(2012, 11, 5), ("AAA", "BBB")),
        (date(2012, 12, 31), ("AAA", "BBB", "CCC")),
        (date(2013, 1, 31), ("AAA", "CCC")),
        (date(2013, 2, 28), ("AAA", "BBB", "CCC")),
    ]
    assert all(not one.weighted and one.total == len(one.symbols) for one in made)
    for one in made:
        one.check()
        assert unpack_holdings(*pack_holdings(one)).weighted is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "the columns symbol, from, to are needed"),
        ("symbol,from\nAAA,2012-11-05\n", 'has no column "to"'),
        ("symbol,from,to\nAAA,soon,\n", "is no date; write 2026-06-26"),
        ("symbol,from,to\nAAA,,2012-11-05\n", "names no first day"),
        ("symbol,from,to\nAAA,2012-11-05,2012-11-05\n", "is not after"),
        ("symbol,from,to\nA A,2012-11-05,\n", "is no symbol"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        parse(io.BytesIO(text.encode()), ARGS)


def test_a_line_that_stands_twice_at_one_time_is_refused() -> None:
    text = "symbol,from,to\nAAA,2012-01-02,2012-06-01\nAAA,2012-05-01,\nAAA,2012-06-01,\n"
    fields, _ = parse(io.BytesIO(text.encode()), ARGS)
    assert [row[0] for row in fields["rejected"]] == [3]
    assert len(fields["members"]) == 2


def test_a_row_that_no_list_has_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """In the future, before the first session, and between two month ends; EEE is in lists."""
    file, now = tmp_path / "m.csv", datetime(2013, 5, 3, tzinfo=UTC)
    rows = (
        "AAA,2030-01-01,2031-01-01",
        "BBB,2012-09-01,2012-10-01",
        "DDD,2012-12-03,2012-12-20",
        "EEE,2012-11-05,2012-12-01",
    )
    file.write_text("symbol,from,to\n" + "\n".join(rows) + "\n")
    files, rejected = read_membership(file, "IWM", SESSIONS, now=now)
    assert {symbol for dated, _ in files for symbol in dated.symbols} == {"EEE"}
    assert [(row.line, row.symbol) for row in rejected] == [(2, "AAA"), (3, "BBB"), (4, "DDD")]
    words = ("later than the newest session", "not after the first session", "no month end")
    assert all(part in row.reason for row, part in zip(rejected, words, strict=True))
    file.write_text("symbol,from,to\n" + rows[0] + "\n")
    with pytest.raises(SourceError, match=r"no member on a session; .* later than the newest"):
        read_membership(file, "IWM", SESSIONS, now=now)
