"""A chart of Yahoo's read straight into arrays, where its shape leaves nothing to interpret.

yfinance reads every shape there is, through some twenty data frames a symbol, which for a whole
market is most of the time a refresh takes. What is read here it would read to the same numbers;
anything odd (an event on a day without a bar, a day twice, a stamp near midnight) is left to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from core.data.frames import Dates, FloatArray, IntArray

_DAY: Final = 86_400
#: From six in the morning, UTC, until midnight the date in New York is the date in UTC.
_SAME_DATE: Final = 6 * 3_600


@dataclass(frozen=True, eq=False, slots=True)
class Chart:
    """Daily bars, as yfinance gives them with ``auto_adjust=False, actions=True, keepna=True``.

    Attributes:
        days: (K,) datetime64[D], strictly ascending dates in New York.
        close: (K,) float64, split-adjusted price per share, NaN where none.
        volume: (K,) float64, shares, 0 where none.
        dividend: (K,) float64, cash per share, capital gains included, 0 where none.
        split: (K,) float64, split factor, 0 where none.
        meta: what Yahoo says of the symbol.
    """

    days: Dates
    close: FloatArray
    volume: FloatArray
    dividend: FloatArray
    split: FloatArray
    meta: Mapping[str, Any]

    def same(self, other: Chart) -> bool:
        """Whether both hold the same bars."""
        return np.array_equal(self.days, other.days) and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True)
            for name in ("close", "volume", "dividend", "split")
        )


def read_plain(body: bytes, until: int) -> Chart | None:
    """The bars of an answer, None where it is not of the plain shape.

    Args:
        body: what Yahoo answered.
        until: end of the time asked for, seconds since 1970, itself excluded.
    """
    try:
        (result,) = json.loads(body)["chart"]["result"]
        meta, quote = result["meta"], result["indicators"]["quote"][0]
        stamps = _numbers(result["timestamp"])
        close, volume = _floats(quote["close"]), _floats(quote["volume"])
        days = _days(stamps)
        events = result.get("events", {})
        # Yahoo lists a fund's capital gains apart; whoever holds it is paid them all the same.
        paid, gains = (
            [(e["date"], e["amount"]) for e in _listed(events, kind, "currency")]
            for kind in ("dividends", "capitalGains")
        )
        parted = [(e["date"], e["numerator"] / e["denominator"]) for e in _listed(events, "splits")]
        dividend, split = _at(days, paid) + _at(days, gains), _at(days, parted)
        plain = (
            meta["exchangeTimezoneName"] == "America/New_York"
            and meta["dataGranularity"] == "1d"
            and len(stamps) == len(close) == len(volume)
            and stamps[-1] < until
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError):
        return None
    if not plain or not isinstance(meta.get("symbol"), str):
        return None
    return Chart(days, close, np.where(np.isnan(volume), 0.0, volume), dividend, split, meta)


def _numbers(values: list[Any]) -> IntArray:
    """(K,) int64 of whole numbers; ValueError where one is none, or there are none."""
    found = np.array(values)
    if found.dtype.kind != "i" or not len(found):
        raise ValueError("whole numbers are needed")
    return found.astype(np.int64)


def _floats(values: list[Any]) -> FloatArray:
    """(K,) float64 of numbers and nulls; ValueError where one is neither."""
    found = np.array(values)
    if found.dtype.kind == "O":
        # A null makes it objects; anything beside numbers would do so too, or make it text.
        found = np.array([np.nan if value is None else value for value in values])
    if found.dtype.kind not in "if":
        raise ValueError("numbers are needed")
    return found.astype(np.float64)


def _days(stamps: IntArray) -> Dates:
    """(K,) the dates in New York; ValueError where one is unclear or they do not ascend."""
    days = stamps // _DAY
    if (stamps % _DAY < _SAME_DATE).any() or (np.diff(days) <= 0).any():
        raise ValueError("dates must ascend and be told without a clock")
    return days.astype("datetime64[D]")


def _listed(events: Mapping[str, Any], name: str, odd: str = "") -> list[dict[str, Any]]:
    """The events of a kind; ValueError where one carries the odd field."""
    found = list(events.get(name, {}).values())
    if any(event.get(odd) for event in found):
        raise ValueError(f"an event with its own {odd}")
    return found


def _at(days: Dates, events: list[tuple[int, float]]) -> FloatArray:
    """(K,) the events on their days, 0 elsewhere; ValueError where one is on no day of a bar."""
    found = np.zeros(len(days))
    if events:
        stamps, values = zip(*sorted(events), strict=True)
        when, value = _days(_numbers(list(stamps))), _floats(list(values))
        at = np.searchsorted(days, when)
        if (at == len(days)).any() or (days[at] != when).any() or np.isnan(value).any():
            raise ValueError("an event on a day without a bar, or without a number")
        found[at] = value
    return found
