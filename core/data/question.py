"""A question: everything that changes a number, and the one spelling of its window.

Needs nothing but the standard library: a question can be asked long before it is answered.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

from core.data.errors import WindowError
from core.data.record import record

Basis = Literal["tr", "pr"]
#: The list of members that breadth counts: of the window's start, or of its end.
BreadthList = Literal["start", "end"]

#: Thresholds of breadth's ladder unless a question has others: strictly above, strictly below.
ABOVE: Final = (0.0, 0.10, 0.25, 0.50, 1.0)
BELOW: Final = (-0.10, -0.25, -0.50)
#: The windows a key steps through, shortest first.
STEPS: Final = ("1D", "1W", "MTD", "1M", "QTD", "3M", "6M", "YTD", "1Y")
#: Windows of whole months -> how many.
MONTHS: Final = {"1M": 1, "3M": 3, "6M": 6, "1Y": 12}
#: Indices with dividends reinvested whose symbols do not end in TR.
TOTAL_RETURN: Final = frozenset({"^XNDX"})
FORMS: Final = "1D 1W MTD QTD YTD 1M 3M 6M 1Y H1 H2, a year such as 2025, or START:END in ISO dates"
_RANGE: Final = re.compile(r"(\d{4}-\d{2}-\d{2}):(\d{4}-\d{2}-\d{2})")


@record(frozen=True, slots=True)
class Question:
    """Everything that changes a number.

    Attributes:
        small: symbol of the fund the small index is followed through.
        large: the same for the large one.
        window: see `FORMS`.
        as_of: calendar date, or None for the last session with final closes of both funds.
        basis: "tr" (dividends reinvested) or "pr" (price); always "pr" where one of the funds is
            a price index, whose levels hold no dividends.
        without: symbols the indices are also measured without; "SPY:MSFT" leaves MSFT out of SPY
            alone.
        above: breadth's upper thresholds, as returns.
        below: breadth's lower thresholds, as returns.
        daily: also measure breadth session by session.
        breadth_list: which list of members breadth counts.
        alone: answer one index alone; ``large`` is then the same fund as ``small``.
    """

    small: str = "IWM"
    large: str = "SPY"
    window: str = "YTD"
    as_of: date | None = None
    basis: Basis = "tr"
    without: tuple[str, ...] = ()
    above: tuple[float, ...] = ABOVE
    below: tuple[float, ...] = BELOW
    daily: bool = False
    breadth_list: BreadthList = "start"
    alone: bool = False

    def __post_init__(self) -> None:
        """Compare a price index with prices alone."""
        if self.basis == "tr" and any(map(is_price_index, self.pair)):
            # a record refuses to set a field a second time
            object.__setattr__(self, "basis", "pr")

    @property
    def funds(self) -> tuple[str, ...]:
        """The funds that are answered: both, or the one that stands alone."""
        return (self.small,) if self.alone else (self.small, self.large)

    @property
    def pair(self) -> tuple[str, str]:
        """The small index's fund and the large one's."""
        return self.small, self.large


def is_price_index(symbol: str) -> bool:
    """Whether a symbol is an index that leaves dividends out: ``^GSPC``, but not ``^SP500TR``."""
    return symbol.startswith("^") and not symbol.endswith("TR") and symbol not in TOTAL_RETURN


def without_dividends(question: Question) -> str:
    """Why a question has no total return, as a sentence; "" where it has one."""
    indices = [fund for fund in dict.fromkeys(question.pair) if is_price_index(fund)]
    if not indices:
        return ""
    are = "are price indices" if len(indices) > 1 else "is a price index"
    return f"{' and '.join(indices)} {are}, without dividends: price return alone is answered"


def names_left_out(question: Question, fund: str) -> tuple[str, ...]:
    """The symbols that a question leaves out of the index of one fund."""
    entries = (entry.rpartition(":") for entry in question.without)
    return tuple(symbol for index, _, symbol in entries if index in ("", fund))


def normal(spec: str) -> str:
    """A window's label in its one spelling.

    Raises:
        WindowError: the text is no window; the message lists what is.
    """
    text = spec.strip().upper()
    if text in MONTHS or text in {"1D", "1W", "MTD", "QTD", "YTD", "H1", "H2"}:
        return text
    if re.fullmatch(r"\d{4}", text):
        return text
    match = _RANGE.fullmatch(text)
    if match:
        try:
            first, last = (date.fromisoformat(part) for part in match.groups())
        except ValueError as error:
            raise WindowError(f"window {spec!r}: {error}") from None
        if first >= last:
            fault = "has no session" if first == last else "ends before it starts"
            raise WindowError(f"window {spec!r} {fault}; write START:END")
        return text
    raise WindowError(f"{spec!r} is no window; known are {FORMS}")
