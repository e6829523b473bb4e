"""What a line is on a session, told a second time: one line, one day, plain lists.

Closes are looked at by exchange session; a move that cannot be believed cuts them in two.
"""

from __future__ import annotations

from collections.abc import Sequence

FRESH = 5


def traits(
    closes: Sequence[float], volume: Sequence[float], on: int, breaks: Sequence[int] = ()
) -> dict[str, bool]:
    """Name -> whether a line has it on a session.

    Args:
        closes: a close a session, NaN where none.
        volume: likewise.
        on: place of the session.
        breaks: places of closes that are not held against those before.
    """
    first = max([0, *(place for place in breaks if place <= on)])
    price = {t: close for t, close in enumerate(closes[first : on + 1], first) if close == close}
    found: dict[str, bool] = {}
    if on not in price:
        return found
    now, own = price[on], [*price.values()]

    def mean(size: int, back: int = 0) -> float | None:
        part = own[len(own) - size - back : len(own) - back]
        return sum(part) / size if len(own) >= size + back else None

    def above(one: float, other: float) -> bool:
        return one > other * (1 + 1e-9)

    for size in (5, 10, 100):
        average = mean(size)
        found[f"averaged_{size}"] = average is not None
        found[f"above_{size}"] = average is not None and above(now, average)
    fifty, long, before = mean(50), mean(200), mean(200, 20)
    if fifty is not None and long is not None and before is not None:
        score = sum(
            above(a, b) for a, b in ((now, fifty), (now, long), (fifty, long), (long, before))
        )
        found |= {"trended": True, "trend_down": score == 0}
        found |= {f"trend_{part}": bool(score & part) for part in (1, 2, 4)}
    year = [price[t] for t in range(on - 251, on + 1) if t in price]
    if len(year) >= 200:
        off = round(1 - now / max(year), 9)
        found |= {"seasoned_high": True, "at_high": off <= 0, "within_5": off <= 0.05}
        found |= {f"off_{n}": off >= n / 100 for n in (10, 20, 30)}
    for days, sizes in ((21, (25, 50)), (34, (13,)), (65, (25,))):
        known = [t for t in range(on - days - FRESH, on - days + 1) if t in price]
        found[f"moved_{days}"] = bool(known)
        for size in sizes:
            change = round(now / price[max(known)] - 1, 9) if known else 0.0
            found[f"up{size}_{days}"] = change >= size / 100
            found[f"down{size}_{days}"] = change <= -size / 100
    prior = [t for t in range(on - FRESH, on) if t in price]
    if prior and on and volume[on] == volume[on] and volume[on - 1] == volume[on - 1]:
        change, more = round(now / price[max(prior)] - 1, 9), volume[on] > volume[on - 1]
        found |= {"traded": True, "up4": more and change >= 0.04, "down4": more and change <= -0.04}
    return found


def off_high(closes: Sequence[float], on: int, breaks: Sequence[int] = ()) -> float | None:
    """Distance from the highest close of 252 sessions; None under 200 of them."""
    first = max([on - 251, 0, *(place for place in breaks if place <= on)])
    year = [c for c in closes[first : on + 1] if c == c]
    there = closes[on] == closes[on] and len(year) >= 200
    return 1 - closes[on] / max(year) if there else None
