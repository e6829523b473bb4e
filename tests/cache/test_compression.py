"""Holdings files are stored smaller, come back byte for byte, and are read as stored before."""

from __future__ import annotations

import io
import math
import random
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cache.sources.holdings.read import read_holdings
from cache.store import compression, draft, pack
from cache.store.store import Store
from core.data.frames import Holdings
from tests.market import holdings

NOW = datetime(2026, 6, 27, 12, 30, tzinfo=UTC)
DAY = date(2026, 6, 26)


def issuers_text(lines: int) -> bytes:
    """A file as iShares writes one: many columns, most of them the same in every row."""
    draw = random.Random(3)
    words = [
        "ALPHA",
        "BANK",
        "CAPITAL",
        "DATA",
        "ENERGY",
        "FOODS",
        "GLOBAL",
        "HEALTH",
        "INC",
        "REIT",
    ]
    head = (
        "iShares Russell 2000 ETF\n"
        'Fund Holdings as of,"Jun 26, 2026"\n\n'
        "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,"
        "Location,Exchange,Currency,FX Rate,Market Currency,Accrual Date\n"
    )
    rows = []
    for n in range(lines):
        price, quantity = draw.uniform(3, 300), draw.randrange(10_000, 3_000_000)
        worth = f"{price * quantity:,.2f}"
        ticker = "".join(chr(65 + n // 26**k % 26) for k in range(3))
        name = " ".join(draw.sample(words, 3))
        rows.append(
            f'"{ticker}","{name}","{draw.choice(words)}","Equity","{worth}","{100 / lines:.2f}",'
            f'"{worth}","{quantity:,.2f}","{price:.2f}","United States","NASDAQ","USD","1.00",'
            '"USD","-"\n'
        )
    return (head + "".join(rows)).encode()


@cache
def large() -> tuple[bytes, Holdings]:
    """A file of 2,000 lines, and its rows."""
    raw = issuers_text(2000)
    return raw, read_holdings(raw, fund="IWM", as_of=DAY, now=NOW).holdings


def test_a_file_with_its_rows_takes_one_and_a_half_times_what_it_takes_zipped(
    tmp_path: Path,
) -> None:
    raw, rows = large()
    assert len(rows.symbols) == 2000
    store = Store(tmp_path)
    store.commit(holdings=[(rows, raw)])
    size = sum(path.stat().st_size for path in (tmp_path / "objects").iterdir())
    assert size < 1.5 * len(zlib.compress(raw, 6)) < len(raw)
    assert store.raw("IWM", DAY) == raw
    [[stored]] = store.read().holdings.values()
    assert stored.symbols == rows.symbols and stored.names == rows.names
    for name in ("quantity", "price", "value"):
        assert getattr(stored, name).tolist() == getattr(rows, name).tolist()


def test_a_store_of_an_earlier_release_is_read_and_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = issuers_text(30)
    rows = read_holdings(raw, fund="IWM", as_of=DAY, now=NOW).holdings
    store = Store(tmp_path)
    with monkeypatch.context() as earlier:
        earlier.setattr(draft, "smaller_file", lambda data: (data, compression.PLAIN))
        earlier.setattr(pack, "smaller", lambda data: data)
        store.commit(holdings=[(rows, raw)])
    assert len([*(tmp_path / "objects").glob("*.raw")]) == 1
    before = store.read()
    assert store.raw("IWM", DAY) == raw
    # the same file once more is nothing new, however it is stored
    assert store.commit(holdings=[(rows, raw)]).generation == before.generation
    after = store.commit(holdings=[(rows, raw + b"\n")])
    assert after.generation == before.generation + 1
    assert store.raw("IWM", DAY) == raw + b"\n"
    assert store.read().holdings["IWM"][0].symbols == rows.symbols
    # taken back, the earlier one counts again
    store.change(lambda change: change.drop_file("IWM", DAY))
    assert store.raw("IWM", DAY) == raw


def test_what_is_smaller_as_it_came_is_left_so() -> None:
    random_bytes = random.Random(1).randbytes(5000)
    assert compression.smaller_file(random_bytes) == (random_bytes, compression.PLAIN)


def test_damage_is_told() -> None:
    with pytest.raises(ValueError, match="no bzip2"):
        compression.issuers_file("0.bz2", b"BZh9 and nothing more of the kind")
    with pytest.raises(ValueError, match="no zlib"):
        compression.as_before(b"\x78 and nothing more of the kind")
    for cut in (issuers_text(9), b"[]"):
        with pytest.raises(ValueError, match="without its end"):
            compression.as_before(compression.smaller(cut)[:-3])
    with pytest.raises(ValueError, match="without its end"):
        compression.issuers_file("0.bz2", compression.smaller_file(issuers_text(9))[0][:-3])


@pytest.mark.parametrize(
    "number",
    [0.0, -0.0, 0.29, 1.15, -7.01, 1 / 3, 4_503_599_627_370_497.5, 1e300, math.nan, math.inf],
)
def test_every_number_of_a_file_comes_back_bit_by_bit(number: float) -> None:
    values = np.array([number, 27_540_724_931.37, 191.31])
    rows = replace(holdings("IWM", str(DAY), {"A": 1.0, "B": 2.0, "C": 3.0}), price=values)
    back = pack.unpack_holdings(*pack.pack_holdings(rows))
    assert back.price.tobytes() == values.tobytes()
    assert back.quantity.tobytes() == rows.quantity.tobytes()


def test_numbers_of_two_decimals_are_a_quarter_smaller_and_as_arrays_still_read() -> None:
    _, rows = large()
    text, numbers = pack.pack_holdings(rows)
    file = io.BytesIO()
    np.save(file, np.stack([rows.quantity, rows.price, rows.value]))
    before = compression.smaller(file.getvalue())
    assert len(numbers) < 0.8 * len(before)
    # as an earlier release wrote them
    assert pack.unpack_holdings(text, before).value.tobytes() == rows.value.tobytes()
