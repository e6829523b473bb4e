"""Text attributes and colours: read SGR sequences, and write the shortest ones.

Every function here is asked the same few hundred times over: each pen is one of a theme's.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

_ON: Final = {str(code): 1 << code for code in (*range(1, 10), 21, 51, 52, 53)}
_OFF: Final = {
    "22": 1 << 1 | 1 << 2,
    "23": 1 << 3,
    "24": 1 << 4 | 1 << 21,
    "25": 1 << 5 | 1 << 6,
    "27": 1 << 7,
    "28": 1 << 8,
    "29": 1 << 9,
    "54": 1 << 51 | 1 << 52,
    "55": 1 << 53,
}
#: Attributes that are seen on a space: underlines, reverse, strike, frames.
_SEEN_ON_BLANK: Final = sum(_ON[code] for code in ("4", "7", "9", "21", "51", "52", "53"))


class ForeignError(Exception):
    """A frame holds something other than moves, styles and text."""


class Pen(NamedTuple):
    """Attributes as bits of their SGR codes; colours as SGR parameters, "" for the default."""

    attributes: int = 0
    fore: str = ""
    back: str = ""


PLAIN: Final = Pen()


@cache
def styled(pen: Pen, codes: str) -> Pen:
    """The pen after an SGR sequence.

    Raises:
        ForeignError: a parameter that is not known.
    """
    attributes, fore, back = pen
    parts = iter(codes.split(";"))
    for code in parts:
        if code in ("", "0"):
            attributes, fore, back = PLAIN
        elif code in _ON:
            attributes |= _ON[code]
        elif code in _OFF:
            attributes &= ~_OFF[code]
        elif code in ("38", "48"):
            kind = next(parts, "")
            parameters = [kind, *(next(parts, "") for _ in range({"5": 1, "2": 3}.get(kind, 0)))]
            if len(parameters) == 1 or not all(parameters):
                raise ForeignError
            colour = ";".join((code, *parameters))
            fore, back = (colour, back) if code == "38" else (fore, colour)
        elif len(code) in (2, 3) and code[:-1] in ("3", "9"):
            fore = "" if code == "39" else code
        elif len(code) in (2, 3) and code[:-1] in ("4", "10"):
            back = "" if code == "49" else code
        else:
            raise ForeignError
    return Pen(attributes, fore, back)


@cache
def bare(pen: Pen) -> Pen:
    """Return what is seen of a pen on a space."""
    return pen if pen.attributes & _SEEN_ON_BLANK else Pen(back=pen.back)


@cache
def for_blank(pen: Pen | None, blank: Pen) -> Pen:
    """The pen nearest to the current one with which a space looks as it should."""
    if pen is None or blank.attributes & _SEEN_ON_BLANK:
        return blank
    return Pen(pen.attributes & ~_SEEN_ON_BLANK, pen.fore, blank.back)


@cache
def change(old: Pen | None, new: Pen) -> str:
    """The shortest SGR sequence from a pen, None for an unknown one, to another."""
    if old == new:
        return ""
    on = [code for code, bit in _ON.items() if new.attributes & bit]
    whole = ["0", *on, *filter(None, (new.fore, new.back))]
    best = f"\x1b[{';'.join(whole)}m" if len(whole) > 1 else "\x1b[m"
    if old is None:
        return best
    attributes, parts = old.attributes, []
    for code, bits in _OFF.items():
        if attributes & bits & ~new.attributes:
            parts.append(code)
            attributes &= ~bits
    parts += [code for code, bit in _ON.items() if new.attributes & bit & ~attributes]
    if new.fore != old.fore:
        parts.append(new.fore or "39")
    if new.back != old.back:
        parts.append(new.back or "49")
    step = f"\x1b[{';'.join(parts)}m"
    return step if len(step) <= len(best) else best
