"""Dated holdings files of a simulated fund, parsed rows and text; the changes between the last."""

from __future__ import annotations

import csv
import io
import math
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.sources.demo.demo_names import draw_sectors, invent, trade_of
from cache.sources.holdings.lines import SECTORS
from core.data.frames import Action, Announcement, Holdings, LeftOut
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from cache.sources.demo.demo_lines import DemoLines, DemoSide
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Part of a fund that is cash.
CASH: Final = 0.0012
CASH_NAME: Final = "SIMULATED CASH"
#: Five weeks before the last file, as a list of preliminary changes is published.
ANNOUNCED: Final = date(2026, 5, 22)


@record(frozen=True, eq=False, slots=True)
class Unmeasured:
    """Lines that are in the files and have no closes.

    Attributes:
        symbols: (U,).
        names: (U,).
        sectors: (U,) positions in SECTORS.
        price: (F, U) price per share behind their values; the files state none.
        size: (U,) relative worth.
        inside: (F, U) whether the file holds the line.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: IntArray
    price: FloatArray
    size: FloatArray
    inside: BoolArray


def draw_unmeasured(rng: np.random.Generator, side: DemoSide, files: int) -> Unmeasured:
    """Draw the lines without closes: at each later file some leave and as many join."""
    count = side.unmeasured + side.changing * (files - 1)
    sectors = draw_sectors(rng, count, side.sectors)
    symbols, names = invent(rng, side.prefix, 1 + side.measured + side.join, sectors)
    price = side.price / 2 * np.exp(np.cumsum(0.08 * rng.standard_normal((files, count)), axis=0))
    # A queue: the first in are the first out.
    first = side.changing * np.arange(files)[:, None]
    place = np.arange(count)[None, :]
    return Unmeasured(
        symbols=symbols,
        names=names,
        sectors=sectors,
        price=np.round(price, 2),
        size=np.exp(0.8 * rng.standard_normal(count)),
        inside=(place >= first) & (place < first + side.unmeasured),
    )


def write_files(
    side: DemoSide,
    lines: DemoLines,
    others: Unmeasured,
    dates: Sequence[date],
    quantity: FloatArray,
    price: FloatArray,
    later_splits: FloatArray,
    source: str,
    fetched_at: datetime,
) -> list[tuple[Holdings, bytes]]:
    """One file a date, largest lines first; ``side.measured_part`` of its value has closes.

    Args:
        side: the fund.
        lines: (N,) lines with closes.
        others: (U,) lines without.
        dates: (F,) the files' dates.
        quantity: (F, N) shares on today's basis, 0 where the file does not hold the line.
        price: (F, N) split-adjusted closes.
        later_splits: (F, N) factor of the splits after the file's date.
        source: where the files say they come from.
        fetched_at: when they were taken.
    """
    result = []
    for at, as_of in enumerate(dates):
        listed = np.flatnonzero(quantity[at] > 0)
        listed = listed[np.argsort(-quantity[at, listed] * price[at, listed], kind="stable")]
        split = later_splits[at, listed]
        shares = np.rint(quantity[at, listed] / split)
        stated = np.round(price[at, listed] * split, 4)
        worth = float((shares * stated).sum())
        outside = worth * (1 / side.measured_part - 1)
        unmeasured = np.flatnonzero(others.inside[at])
        unmeasured = unmeasured[np.argsort(-others.size[unmeasured], kind="stable")]
        size = others.size[unmeasured] / max(float(others.size[unmeasured].sum()), 1.0)
        in_lines = max(outside - CASH * worth, 0.0)
        other_price = others.price[at, unmeasured]
        other_shares = np.maximum(np.rint(size * in_lines / other_price), 1.0)
        cash = round(outside - float((other_shares * other_price).sum()), 2)
        quantities = np.concatenate([shares, other_shares])
        values = quantities * np.concatenate([stated, other_price])
        # a file's price would stand for their closes: nothing is to measure them by
        prices = np.concatenate([stated, np.full(len(unmeasured), np.nan)])
        total = math.fsum([*values, cash])
        names = _pick(lines.names, listed) + _pick(others.names, unmeasured)
        result.append(
            _file(
                Holdings(
                    fund=side.fund,
                    as_of=as_of,
                    symbols=_pick(lines.symbols, listed) + _pick(others.symbols, unmeasured),
                    names=names,
                    sectors=_pick(SECTORS, lines.sectors[listed])
                    + _pick(SECTORS, others.sectors[unmeasured]),
                    industries=tuple(map(trade_of, names)),
                    quantity=quantities,
                    price=prices,
                    value=values,
                    total=total,
                    others=(LeftOut("-", CASH_NAME, cash / total, "no ticker"),),
                    source=source,
                    fetched_at=fetched_at,
                ),
                cash,
            )
        )
    return result


def _file(holdings: Holdings, cash: float) -> tuple[Holdings, bytes]:
    """The rows as a plain CSV, cash last under the symbol "-"."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("symbol", "name", "sector", "industry", "quantity", "price", "value"))
    shares = holdings.quantity.astype(np.int64).tolist()
    prices = ["" if math.isnan(price) else price for price in holdings.price.tolist()]
    labels = (holdings.symbols, holdings.names, holdings.sectors, holdings.industries)
    out.writerows(zip(*labels, shares, prices, holdings.value.tolist(), strict=True))
    out.writerow(("-", CASH_NAME, "", "", cash, 1.0, cash))
    return holdings, text.getvalue().encode("ascii")


def _pick(texts: tuple[str, ...], at: IntArray) -> tuple[str, ...]:
    return tuple(map(texts.__getitem__, at.tolist()))


def announced(files: Iterable[Holdings]) -> Iterator[Announcement]:
    """Each fund's differences of its last two files, as they were announced.

    Args:
        files: every file of the market, each fund's in order of date.
    """
    dated: dict[str, list[Holdings]] = {}
    for file in files:
        dated.setdefault(file.fund, []).append(file)
    for fund, fund_files in dated.items():
        old, new = (dict(zip(f.symbols, f.names, strict=True)) for f in fund_files[-2:])
        actions: tuple[Action, ...] = ("leave", "join")
        for action, names, other_names in zip(actions, (old, new), (new, old), strict=True):
            for symbol in sorted(names.keys() - other_names.keys()):
                yield Announcement(
                    fund,
                    symbol,
                    action,
                    fund_files[-1].as_of,
                    names[symbol],
                    ANNOUNCED,
                    fund_files[-1].source,
                )
