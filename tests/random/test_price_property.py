"""However a plain file of closes is spelled anew, it gives the plain file's answer or a refusal."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.sources.prices.read import HowToRead, read_prices
from tests.process.test_price_files import NOW

DAYS = ["2026-05-11", "2026-05-12", "2026-05-13", "2026-05-14", "2026-05-15", "2026-06-01"]
FIELDS = ("close", "adj_close", "dividend", "split")
#: Titles as files have them; "?" stands for one that no table knows.
TITLES: Mapping[str, tuple[str, ...]] = {
    "symbol": ("symbol", "Ticker", "CODE", "Instrument", "security"),
    "date": ("date", "Date", "timestamp", "Trade Date", "Datum"),
    "close": ("close", "Close", "PX_LAST", "Last Price", "Close/Last", "price"),
    "adj_close": ("adjClose", "Adj Close", "adjusted_close", "adjusted", "Adj Close**", "?"),
    "dividend": ("dividend", "divCash", "Dividends", "dividend_amount", "my div cash"),
    "split": ("split", "splitFactor", "Stock Splits", "split_coefficient", "ratio of split"),
}
Answer = dict[tuple[str, str], tuple[float, ...]]


def market(chance: random.Random) -> tuple[list[dict[str, object]], Answer]:
    """Rows as traded, and what they are on today's shares, each by arithmetic of its own."""
    rows: list[dict[str, object]] = []
    answer: Answer = {}
    for symbol in ("AAA", "BRK-B", "NA"):
        factor, at = chance.choice([(1.0, 0), (4.0, 3), (2.0, 2), (0.1, 4)])
        price = chance.uniform(40, 60)
        for n, day in enumerate(DAYS):
            price *= 1 + chance.uniform(-0.03, 0.03)
            later = factor if n < at else 1.0
            paid = 0.25 if n == 2 else 0.0
            # One dividend, on the third day: the adjusted closes before it are 0.5 % smaller.
            adjusted = price * (0.995 if n < 2 else 1.0)
            event = factor if factor != 1 and n == at else 0.0
            rows.append(
                {
                    "symbol": symbol,
                    "date": day,
                    "close": price * later,
                    "adj_close": adjusted,
                    "dividend": paid * later,
                    "split": event,
                }
            )
            answer[symbol, day] = (price, adjusted, paid, event)
    return rows, answer


def spelled(
    chance: random.Random, rows: list[dict[str, object]]
) -> tuple[str, dict[str, object], dict[str, str]]:
    """The rows as a file of some notation, what the user said of it, and what its titles are."""
    separator = chance.choice([",", ";", "\t"])
    comma = separator != "," and chance.random() < 0.5
    thousands = chance.random() < 0.3
    order = chance.choice(["iso", "iso", "dmy", "mdy", "name", "compact", "stamp"])
    said: dict[str, object] = {}
    if order in ("dmy", "mdy") and chance.random() < 0.4:
        said["dates"] = order
    if chance.random() < 0.2:
        said["decimal"] = "," if comma else "."

    def number(value: object, word: str) -> str:
        assert isinstance(value, float)
        if word == "split":
            styles = [f"{value:g}", f"{value:.4f}"] if not comma else [f"{value:.4f}"]
            if value > 1:
                styles.append(f"{value:g}:1")
            text = chance.choice(styles)
        else:
            text = f"{value:,.6f}" if thousands else f"{value:.6f}"
        return text.translate(str.maketrans(",.", ".,")) if comma else text

    def when(text: str) -> str:
        day = date.fromisoformat(text)
        forms = {
            "iso": text,
            "dmy": f"{day:%d.%m.%Y}",
            "mdy": f"{day:%m/%d/%Y}",
            "name": f"{day:%d-%b-%Y}",
            "compact": f"{day:%Y%m%d}",
            "stamp": f"{text} 00:00:00-04:00",
        }
        return forms[order]

    words = [*TITLES]
    chance.shuffle(words)
    titles = {word: chance.choice(TITLES[word]) for word in words}
    beside = chance.sample(["Open", "High", "Volume", "vwap", "Name", "note"], chance.randrange(4))
    names = {"Open": "close", "High": "close", "vwap": "close"}
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=chance.choice(["\n", "\r\n"]))
    header = [titles[word] for word in words] + beside
    if chance.random() < 0.2:
        writer.writerow([])
    writer.writerow(header)
    if chance.random() < 0.5:
        rows = chance.sample(rows, len(rows))
    for row in rows:
        cells = [
            str(row[word]).replace("-", chance.choice("-./"))
            if word == "symbol"
            else when(str(row["date"]))
            if word == "date"
            else number(row[word], word)
            for word in words
        ]
        for title in beside:
            price = row[names.get(title, "close")]
            assert isinstance(price, float)
            noisy = price * chance.uniform(0.97, 1.03)
            other = "1000" if title == "Volume" else "x"
            cells.append(number(noisy, "close") if title in names else other)
        writer.writerow(cells)
    text = out.getvalue()
    return chance.choice(["", "\ufeff"]) + text, said, titles


@pytest.mark.parametrize("seed", range(80))
def test_the_same_answer_or_a_refusal(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows, answer = market(chance)
    text, said, titles = spelled(chance, rows)
    path = tmp_path / "prices.csv"
    path.write_text(text, newline="")
    plain = not any(title in text for title in ("?", "my div cash", "ratio of split"))
    try:
        file = read_prices(path, HowToRead(**said), now=NOW)  # type: ignore[arg-type]
    except SourceError as error:
        # A sentence that names what to say; of known titles and sure dates none is refused.
        assert "--" in error.reason, error.reason
        assert not plain, error.reason
        # Once it is said, the answer is that of the plain file.
        said["columns"] = [f"{word}={title}" for word, title in titles.items()]
        file = read_prices(path, HowToRead(**said), now=NOW)  # type: ignore[arg-type]
    bars = file.bars
    assert file.rejected == ()
    for name, at in zip(FIELDS, range(4), strict=True):
        values = getattr(bars, name)
        assert values is not None, name
        for code, day, value in zip(bars.symbol, bars.session, values, strict=True):
            expected = answer[bars.symbols[code], str(day)][at]
            assert value == pytest.approx(expected, rel=1e-5, abs=2e-6), (name, day)
    assert len(bars) == len(answer)
    # Every title is named: read, or not read.
    told = "\n".join(file.notes)
    header = next(line for line in text.lstrip("\ufeff").splitlines() if line.strip(",;\t"))
    for title in header.replace(";", ",").replace("\t", ",").split(","):
        assert title.casefold().replace(" ", "_").rstrip("*") in told.casefold().replace(" ", "_")


@pytest.mark.parametrize("seed", range(40))
def test_wide_as_long(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows, _ = market(chance)
    symbols = chance.sample(["AAA", "BRK-B", "NA"], 3)
    closes = {(row["symbol"], row["date"]): row["adj_close"] for row in rows}
    days = chance.sample(DAYS, len(DAYS))
    shape = chance.choice(["matrix", "across", "fields over tickers", "tickers over fields"])
    table: list[list[object]]
    if shape == "matrix":
        table = [[chance.choice(["Date", "", "date"]), *symbols]]
        table += [[day, *(closes[s, day] for s in symbols)] for day in days]
    elif shape == "across":
        table = [["Symbol", *days]]
        table += [[s, *(closes[s, day] for day in days)] for s in symbols]
    else:
        fields = ["Close"] * 3 + ["Adj Close"] * 3
        heads: list[list[object]] = [["Price", *fields], ["Ticker", *symbols, *symbols]]
        table = heads if shape.startswith("fields") else heads[::-1]
        table.append(["Date", *[""] * 6])
        table += [[day, *(closes[s, day] for s in symbols * 2)] for day in days]
    out = io.StringIO()
    csv.writer(out).writerows(table)
    path = tmp_path / "closes.csv"
    path.write_text(out.getvalue(), newline="")
    bars = read_prices(path, now=NOW).bars
    assert bars.close is not None and not np.isnan(bars.close).any()
    found = {
        (bars.symbols[code], str(day)): float(value)
        for code, day, value in zip(bars.symbol, bars.session, bars.close, strict=True)
    }
    assert found == closes
