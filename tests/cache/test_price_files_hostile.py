"""Price files that are wrong in ways a number alone does not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from cache.facts.errors import SourceError
from tests.cache.test_price_files import read, refusal, table


@pytest.mark.parametrize("factor", [4, 0.25])
def test_a_split_shows_on_which_basis_the_closes_are(tmp_path: Path, factor: float) -> None:
    def text(after: float) -> str:
        rows = f"AAA,2026-06-23,100,\nAAA,2026-06-24,{after},{factor}\n"
        return f"symbol,date,close,split\n{rows}"

    as_traded, adjusted = text(100 / factor * 1.02), text(100 * 0.98)
    assert "line 3, column split, AAA" in refusal(tmp_path, as_traded)
    assert "import with --unadjusted" in refusal(tmp_path, as_traded)
    assert table(read(tmp_path, adjusted))["AAA", "2026-06-23"] == 100.0
    with pytest.raises(SourceError, match="import without --unadjusted"):
        read(tmp_path, adjusted, adjusted=False)
    kept = table(read(tmp_path, as_traded, adjusted=False))
    assert kept["AAA", "2026-06-23"] == pytest.approx(100 / factor)
    # A small split, or a row before it that is old, tells nothing.
    assert len(read(tmp_path, as_traded.replace("06-23", "06-09")).bars) == 2
    assert len(read(tmp_path, text(100 / 1.5).replace(f",{factor}\n", ",1.5\n")).bars) == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("close", "1e308"),
        ("close", "1e-320"),
        ("close", "10%"),
        ("adj_close", "1e16"),
        ("dividend", "1e308"),
        ("dividend", "1001"),
        ("split", "1e300"),
        ("split", "1e-300"),
        ("volume", "1e19"),
    ],
)
def test_numbers_beyond_belief_are_refused(tmp_path: Path, column: str, value: str) -> None:
    names = ["symbol", "date", "close", *({column} - {"close"})]
    good = {"symbol": "AAA", "date": "2026-06-24", "close": "10", column: "10"}
    rows = [good, good | {"symbol": "BBB", column: value}]
    text = "\n".join([",".join(names), *(",".join(row[n] for n in names) for row in rows)])
    file = read(tmp_path, text)
    assert file.bars.symbols == ("AAA",)
    assert [(r.line, r.column, r.symbol) for r in file.rejected] == [(3, column, "BBB")]


def test_splits_that_multiply_beyond_belief_are_refused(tmp_path: Path) -> None:
    days = ((22, 10), (23, 20), (24, 40), (25, 80))
    rows = "".join(f"AAA,2026-06-{day},{close},1e6\n" for day, close in days)
    with pytest.raises(SourceError, match=r"line 2, column split, AAA: .* multiply to 1e\+18"):
        read(tmp_path, f"symbol,date,close,split\n{rows}", adjusted=False)


def test_a_line_above_the_header_and_cells_beyond_it_may_be_empty(tmp_path: Path) -> None:
    file = read(tmp_path, "\n ,\nsymbol,date,close\nAAA,2026-06-24,10,, \nAAA,x,1\n")
    assert table(file) == {("AAA", "2026-06-24"): 10.0}
    assert [r.line for r in file.rejected] == [5]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_separator_is_named(tmp_path: Path, mark: str, name: str) -> None:
    text = "symbol,date,close\nAAA,2026-06-24,10\n".replace(",", mark)
    said = refusal(tmp_path, text)
    assert f"line 1: its columns are separated by {name}" in said


def test_a_quote_that_is_never_closed_is_found_where_it_opens(tmp_path: Path) -> None:
    rows = "AAA,2026-06-24,10\n" * 20_000
    said = refusal(tmp_path, f'symbol,date,close\nBBB,2026-06-24,11\n"{rows}')
    assert "line 3: " in said and "a quote never closed" in said
