"""A request to a vendor: one symbol and its days."""

from __future__ import annotations

from datetime import date

from core.data.record import record


@record(frozen=True, slots=True)
class Ask:
    """One symbol to ask a vendor for.

    Attributes:
        symbol: Yahoo's spelling.
        start: first day wanted.
        end: last day wanted, itself included.
        whole: the answer is the whole history, not a piece that continues the stored data.
        events: dividends and splits are wanted too; without, closes alone will do.
    """

    symbol: str
    start: date
    end: date
    whole: bool
    events: bool = True
