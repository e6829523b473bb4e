"""A terminal small enough to trust: bytes in, what a person sees out.

Written from the control sequences' definitions (ECMA-48, and xterm's for colours), not from the
program's own reader. A space shows its background and its lines alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat

_SEQUENCE = re.compile(
    r"\x1b\[([?><=]?)([0-9;:$]*)([ -/]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
#: The beginning of a sequence at the end of a text, of which the rest has not come yet.
UNFINISHED = re.compile(r"\x1b(\[[?><=]?[0-9;:$]*[ -/]*|\][^\x07\x1b]*\x1b?)?\Z")
#: Letters of one cell each: ASCII, lines, blocks and Braille.
_PLAIN = re.compile("[ -~\u2500-\u259f\u2800-\u28ff]+")
Look = tuple[frozenset[str], str, str]
Cell = tuple[str, Look]
DEFAULT: Look = (frozenset(), "", "")
#: A cell that nothing was written to.
BLANK: Cell = (" ", DEFAULT)
_OFF = {
    "22": {"bold", "dim"},
    "23": {"italic"},
    "24": {"line"},
    "25": {"blink"},
    "27": {"reverse"},
    "28": {"hidden"},
    "29": {"struck"},
    "55": {"over"},
}
_ON = {
    "1": "bold", "2": "dim", "3": "italic", "4": "line", "5": "blink", "6": "blink",
    "7": "reverse", "8": "hidden", "9": "struck", "53": "over",
}  # fmt: skip


def width(letter: str) -> int:
    """Cells of a letter."""
    if unicodedata.combining(letter) or letter in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


@dataclass
class Screen:
    """Cells, a cursor, a look to write with; no wrapping, as Textual asks of its terminal."""

    columns: int
    rows: int
    #: By row and column.
    cells: list[list[Cell]] = field(init=False)
    x: int = 0
    y: int = 0
    look: Look = DEFAULT
    #: Everything before the alternate screen, and after it, is not ours to look at.
    alternate: bool = False
    #: Rows in which a letter of two cells may stand, of which half may be written over.
    wide: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._fill(BLANK)

    def _fill(self, cell: Cell) -> None:
        """Every cell the same."""
        self.cells = [[cell] * self.columns for _ in range(self.rows)]
        self.wide.clear()

    def feed(self, text: str) -> None:
        """Take output."""
        at = 0
        while at < len(text):
            letter = text[at]
            found = _SEQUENCE.match(text, at) if letter == "\x1b" else None
            if found:
                if found[4] == "m" and not found[1]:
                    self.look = _styled(self.look, found[2])
                else:
                    self._obey(*(part or "" for part in found.groups()))
                at = found.end()
                continue
            assert letter != "\x1b", f"a sequence no terminal knows: {text[at : at + 12]!r}"
            plain = _PLAIN.match(text, at)
            if plain and self.y not in self.wide and self.x + len(plain[0]) <= self.columns:
                self._put_plain(plain[0])
                at = plain.end()
                continue
            at += 1
            if letter == "\n":
                self.x, self.y = 0, min(self.y + 1, self.rows - 1)
            elif letter == "\r":
                self.x = 0
            elif letter >= " ":
                self._put(letter)

    def _obey(self, private: str, given: str, _: str, final: str) -> None:
        numbers = [int(n) if n.isdigit() else 0 for n in given.split(";")]
        first = numbers[0]
        if not final:
            return  # a title, the clipboard, the mouse's shape
        if private:
            if given == "1049":
                self.alternate = final == "h"
                self._fill(BLANK)
        elif final == "H":
            second = numbers[1] if len(numbers) > 1 else 1
            self.y = min(max(first, 1), self.rows) - 1
            self.x = min(max(second, 1), self.columns) - 1
        elif final == "G":
            self.x = min(max(first, 1), self.columns) - 1
        elif final == "C":
            self.x = min(self.x + max(first, 1), self.columns - 1)
        elif final != "t":  # the window's title, kept and brought back
            raise AssertionError(f"CSI {private}{given}{final} is not known here")

    def _put_plain(self, letters: str) -> None:
        """Write letters that fit the row and stand on no half of another."""
        end = self.x + len(letters)
        self.cells[self.y][self.x : end] = zip(letters, repeat(self.look))
        self.x = min(end, self.columns - 1)

    def _put(self, letter: str) -> None:
        cells, row = width(letter), self.cells[self.y]
        if cells == 0:
            before = self.x - 1
            while before > 0 and row[before][0] == "":
                before -= 1
            if before >= 0:
                row[before] = (row[before][0] + letter, row[before][1])
            return
        x = min(self.x, self.columns - 1)
        if cells == 2:
            self.wide.add(self.y)
        there = range(x, min(x + cells, self.columns))
        for at in (there[0], there[-1]):
            self._halve(at)
        for at in there:
            row[at] = (letter if at == x else "", self.look)
        self.x = min(x + cells, self.columns - 1)

    def _halve(self, x: int) -> None:
        """A letter of two cells that is written over in part leaves a blank."""
        row = self.cells[self.y]
        text, look = row[x]
        other = x - 1 if text == "" else x + 1
        if text == "" or (other < self.columns and row[other][0] == ""):
            row[other] = (" ", row[other][1])
            row[x] = (" ", look)

    def resize(self, columns: int, rows: int) -> None:
        """Another size: what was there is anything at all."""
        self.columns, self.rows = columns, rows
        self._fill(("?", DEFAULT))

    def seen(self) -> list[list[Cell]]:
        """Every cell as it looks."""
        return [
            [cell if cell[0].strip(" ") else _seen_blank(*cell) for cell in row]
            for row in self.cells
        ]

    def lines(self) -> list[str]:
        """The text alone."""
        return ["".join(letter for letter, _ in row).rstrip() for row in self.cells]


@cache
def _seen_blank(letter: str, look: Look) -> Cell:
    """A cell without ink as it looks: its background, and its lines."""
    attributes, _, back = look
    if attributes & {"reverse", "line", "struck", "over"}:
        return letter, look
    return letter, (frozenset(), "", back)


@cache
def _styled(look: Look, given: str) -> Look:
    """The look after a sequence of styles."""
    attributes, fore, back = set(look[0]), look[1], look[2]
    codes = given.split(";")
    while codes:
        code = codes.pop(0)
        if code in ("", "0"):
            attributes, fore, back = set(), "", ""
        elif code in _ON:
            attributes.add(_ON[code])
        elif code in _OFF:
            attributes -= _OFF[code]
        elif code in ("38", "48"):
            count = 1 if codes[0] == "5" else 3
            colour = ";".join(codes[: count + 1])
            del codes[: count + 1]
            fore, back = (colour, back) if code == "38" else (fore, colour)
        elif 30 <= int(code) <= 37 or 90 <= int(code) <= 97:
            fore = code
        elif 40 <= int(code) <= 47 or 100 <= int(code) <= 107:
            back = code
        elif code == "39":
            fore = ""
        else:
            assert code == "49", f"SGR {given} is not known here"
            back = ""
    return frozenset(attributes), fore, back
