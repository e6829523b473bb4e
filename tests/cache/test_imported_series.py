"""A file of series as read: what is taken, what is refused and in which words."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from cache.facts.errors import SourceError
from cache.sources.imported_series import ImportedSeries, merged, parse, store_series, stored_series

TODAY = {"today": "2026-06-26", "dates": None, "decimal": None}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "the columns measure, date, value are needed"),
        ("measure,date\nNYAD,2013-01-31\n", 'has no column "value"'),
        ("measure,date,value\nNYAD,yesterday,3\n", "is no date; write 2026-06-26"),
        ("measure,date,value\nNYAD,2013-01-31,much\n", "is no number"),
        ("measure,date,value\nNYAD,2199-01-31,3\n", "has not come yet"),
        ("measure,date,value\n,2013-01-31,3\n", "names no measure"),
        ('measure,date,value\nNYAD,2013-01-31,"1,234"\n', "say which is its decimal mark"),
        ("measure,date,value\nNYAD,2013-01-31,1_000\n", "is no number"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        parse(io.BytesIO(text.encode()), TODAY)


@pytest.mark.parametrize(
    ("cells", "decimal", "values"),
    [
        (('"62,5"', '"0,5 %"'), None, (62.5, 0.5)),
        (('"1,234.5"', '"1,234"'), None, (1234.5, 1234.0)),
        (('"1,234"', "-12%"), ".", (1234.0, -12.0)),
        (('"1,234"', "(12)"), ",", (1.234, -12.0)),
    ],
)
def test_values_are_read_by_the_decimal_mark_of_the_file(
    cells: tuple[str, str], decimal: str | None, values: tuple[float, float]
) -> None:
    text = "measure,date,value\nNYAD,2013-01-30,{}\nNYAD,2013-01-31,{}\n".format(*cells)
    fields, _ = parse(io.BytesIO(text.encode()), TODAY | {"decimal": decimal})
    assert [value for value, _ in fields["rows"]["NYAD"].values()] == list(values)


def test_a_bad_row_is_refused_by_itself() -> None:
    text = (
        "Date;Measure;Value\n2013-01-30;NYAD;1\n2013-01-31;NYAD;x\n2013-01-30;NYAD;2\n"
    ).replace(";", ",")
    fields, _ = parse(io.BytesIO(text.encode()), TODAY)
    assert fields["rows"] == {"NYAD": {"2013-01-30": (1.0, "")}}
    assert [row[0] for row in fields["rejected"]] == [3, 4]
    assert "otherwise" in fields["rejected"][1][3]


def test_what_is_stored_is_read_and_corrected_by_what_comes_later(tmp_path: Path) -> None:
    assert stored_series(tmp_path) == {}
    first = ImportedSeries("A, B", 'chart "one"', {date(2013, 1, 30): 0.1, date(2013, 1, 31): -2.0})
    store_series(tmp_path, {"A, B": first})
    assert stored_series(tmp_path) == {"A, B": first}
    later = ImportedSeries("A, B", "chart two", {date(2013, 1, 29): 3.0, date(2013, 1, 31): -2.5})
    both = merged(stored_series(tmp_path), {"A, B": later})["A, B"]
    assert list(both.values.items()) == [
        (date(2013, 1, 29), 3.0), (date(2013, 1, 30), 0.1), (date(2013, 1, 31), -2.5),
    ]  # fmt: skip
    assert both.source == "chart two"
    (tmp_path / "series.csv").write_text("measure,date,value,source\nA,2013-01-30,much,me\n")
    with pytest.raises(SourceError, match="import the series again"):
        stored_series(tmp_path)
