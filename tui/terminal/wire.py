"""Sends only the cells that differ from what the terminal shows.

Textual sends every line of a region that may have changed, each piece with its whole style and
a reset. `Wire` reads those frames as a terminal would, keeps the grid of cells they make, and
says only what is new: cursor moves, the attributes that change, the text of differing cells.
It knows no Textual, only the bytes: whatever it cannot read goes through as it came, and from
there on nothing is taken for known. A frame names the pen and the place it starts from, so a
foreign write spoils no more than what it covers, until `forget` and `mend` draw it anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import is_not, ne
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.terminal.pen import PLAIN, ForeignError, Pen, bare, change, for_blank, styled

#: What parts a frame into stretches of one line, and a stretch into text and the codes of styles.
_MOVE: Final = re.compile(r"(\x1b\[[0-9;]*H|\n)")
_STYLE: Final = re.compile(r"\x1b\[([0-9;]*)m")
#: Sequences that put nothing on the screen: modes, questions, titles, clipboard, bell.
_SILENT: Final = re.compile(
    r"(?:\x1b\[[?><=][0-9;$]*[a-zA-Z]|\x1b\[[0-9;]*[cnt]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x07)+"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Characters every terminal gives one cell: Latin, Greek, Cyrillic, arrows, boxes, dots.
_ONE: Final = frozenset(
    chr(code)
    for first, last in (
        (0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x2FF), (0x370, 0x3FF), (0x400, 0x482),
        (0x48A, 0x52F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF),
        (0x2100, 0x218B), (0x2190, 0x22FF), (0x2500, 0x25FC), (0x2800, 0x28FF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
#: Characters every terminal gives two: kana, Han, Hangul, full-width forms.
_TWO: Final = (
    (0x3001, 0x3029), (0x3041, 0x3096), (0x30A1, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF01, 0xFF60),
)  # fmt: skip
_JOINER: Final = "\u200d"
#: Cells of known text cheaper to send again than to jump over.
_GAP: Final = 4
_UNBOUNDED: Final = 1 << 16


class WideCell(NamedTuple):
    """A cell of something that is sent whole: its text, its cells, and which of them this is."""

    text: str
    width: int
    at: int

    @property
    def doubtful(self) -> bool:
        """Whether terminals may differ over its width."""
        text = self.text
        return len(text) > 1 or not any(first <= ord(text) <= last for first, last in _TWO)


#: A character of one cell, a cell of a piece, or None where nothing is known.
Cell = str | WideCell | None


@dataclass(slots=True)
class _Row:
    """Cells of one line, from the left: characters and pens; None where nothing is known."""

    cells: list[Cell] = field(default_factory=list)
    pens: list[Pen] = field(default_factory=list)
    #: Whether any cell may be part of a run.
    runs: bool = False
    #: Column -> a stretch that its cells from there on are of, and the column after it.
    stretches: dict[int, tuple[str, int]] = field(default_factory=dict)

    def write(self, x: int, stretch: str, pen: Pen) -> tuple[int, Pen]:
        """Write a stretch of a frame from a column on; the column after it, and its last pen.

        Raises:
            ForeignError: it holds something other than styles and text; what came before it is
                written.
        """
        cells: list[Cell] = []
        pens: list[Pen] = []
        before = pen
        try:
            for n, part in enumerate(_STYLE.split(stretch)):
                if n % 2:
                    pen = styled(pen, part)
                elif part:
                    written = self._cells(part)
                    cells += written
                    blank = bare(pen)
                    if blank is pen or " " not in part:
                        pens += [pen] * len(written)
                    else:
                        pens += [blank if cell == " " else pen for cell in written]
        finally:
            if cells:
                self.put(x, cells, pens)
            end, beside = x + len(cells), self.stretches.items()
            self.stretches = {at: one for at, one in beside if at >= end or one[1] <= x}
        if before == pen == PLAIN:
            self.stretches[x] = stretch, end
        return end, pen

    def _cells(self, text: str) -> Sequence[Cell]:
        """Text as cells.

        Raises:
            ForeignError: it holds a control character.
        """
        if _ONE.issuperset(text):
            return text
        if _CONTROL.search(text):
            raise ForeignError
        self.runs = True
        return _pieces(text)

    def put(self, x: int, cells: list[Cell], pens: list[Pen]) -> None:
        """Write cells from a column on."""
        short = x - len(self.cells)
        if short > 0:
            self.cells += [None] * short
            self.pens += [PLAIN] * short
        if self.runs:
            self._cut(x)
            self._cut(x + len(cells))
        self.cells[x : x + len(cells)] = cells
        self.pens[x : x + len(pens)] = pens

    def _cut(self, x: int) -> None:
        """Leave blanks of what is written over in part from a column on, as a terminal does."""
        cell = self.cells[x] if x < len(self.cells) else None
        if isinstance(cell, WideCell) and cell.at:
            for at in range(x - cell.at, x - cell.at + cell.width):
                self.cells[at], self.pens[at] = " ", bare(self.pens[at])


class Wire:
    """The terminal's cells: the target, and what the terminal has, as far as that is known.

    Attributes:
        target: line -> cells as the frames so far make them.
        terminal: line -> cells as the terminal has them.
    """

    def __init__(self) -> None:
        self.target: dict[int, _Row] = {}
        self.terminal: dict[int, _Row] = {}
        self._size = (_UNBOUNDED, _UNBOUNDED)
        #: Set from signal handlers and other threads, heeded before the next output.
        self._forgotten: tuple[int, int] | None = None
        self._pen: Pen | None = None
        self._cursor = (0, 0)

    def forget(self, columns: int = 0, rows: int = 0) -> None:
        """Take nothing on the terminal for known, which may have another size; any thread may.

        Args:
            columns: the terminal's columns, 0 for those it had.
            rows: its rows, 0 for those it had.
        """
        self._forgotten = (columns or self._size[0], rows or self._size[1])

    def feed(self, frame: str) -> str:
        """Return the text that bring the terminal to the state that a frame of Textual's would.

        Args:
            frame: moves, styles and text; anything else comes back as it is.

        Returns:
            "" where the terminal shows it already.
        """
        if not frame.startswith("\x1b[") or _SILENT.fullmatch(frame):
            if _SILENT.fullmatch(frame) is None or "[?1049" in frame:
                self.forget()
            return frame
        try:
            touched, cursor = self._read(frame)
        except ForeignError:
            self.forget()
            return f"\x1b[m{frame}"
        if self._forgotten is not None:
            return self._output(self._remember(), cursor)
        return self._output(touched, cursor)

    def mend(self) -> str:
        """Return the text for the cells that are not known to be shown, "" where there are none."""
        if self._forgotten is None:
            return ""
        return self._output(self._remember(), self._cursor)

    # -- reading ---------------------------------------------------------------------

    def _read(self, frame: str) -> tuple[set[int], tuple[int, int]]:
        """Write a frame into the target; the lines touched, and where it leaves the cursor.

        Raises:
            ForeignError: it holds something else; what came before it is written.
        """
        x = y = 0
        pen = PLAIN
        touched: set[int] = set()
        target = self.target
        for n, part in enumerate(_MOVE.split(frame)):
            if part == "\n":
                x, y = 0, y + 1
            elif n % 2:
                down, _, right = part[2:-1].partition(";")
                x, y = max(int(right or 1) - 1, 0), max(int(down or 1) - 1, 0)
            elif part:
                row = target.get(y)
                if row is None:
                    row = target[y] = _Row()
                written, end = row.stretches.get(x, ("", 0))
                if written == part and pen == PLAIN:
                    x = end  # its cells are written already
                else:
                    x, pen = row.write(x, part, pen)
                    touched.add(y)
        return touched, (x, y)

    def _remember(self) -> set[int]:
        """Forget what the terminal has, cut the target to the size at hand; all its lines."""
        assert self._forgotten is not None
        self._size, self._forgotten = self._forgotten, None
        self.terminal.clear()
        columns, rows = self._size
        for y in [y for y in self.target if y >= rows]:
            del self.target[y]
        for row in self.target.values():
            del row.cells[columns:], row.pens[columns:]
            row.stretches.clear()
        return set(self.target)

    # -- writing ---------------------------------------------------------------------

    def _output(self, lines: set[int], cursor: tuple[int, int]) -> str:
        """The output for lines, from an unknown pen and place to a plain pen and the cursor."""
        out: list[str] = []
        self._pen = None
        for y in sorted(lines):
            if y < self._size[1]:
                self._send_line(y, out)
        moved, self._cursor = cursor != self._cursor, cursor
        if out:
            out.append("\x1b[m")
        # only an input method cares where the hidden cursor is: the corner means nobody does
        if moved or (out and cursor != (0, 0)):
            out.append(_move(*cursor))
        return "".join(out)

    def _send_line(self, y: int, out: list[str]) -> None:
        row, old = self.target[y], self.terminal.get(y)
        if old is not None and old.cells == row.cells and old.pens == row.pens:
            return
        columns = self._size[0]
        need = _differing(row, old, columns)
        if row.runs:
            need = _with_pieces(row, need)
            row.runs = any(isinstance(cell, WideCell) for cell in row.cells)
        self.terminal[y] = _Row(row.cells[:columns], row.pens[:columns])
        cells, pens, pen, at = row.cells, row.pens, self._pen, -1
        for x in need:
            cell = cells[x]
            if cell is None or x < at:
                continue  # a piece already sent holds it
            if at < 0:
                out.append(_move(x, y))
            elif at < x:
                if x - at <= _GAP and pen is not None and _cheap(cells[at:x], pens[at:x], pen):
                    out += cells[at:x]  # type: ignore[arg-type]  # cheap ones are text
                else:
                    out.append(f"\x1b[{x - at}C" if x - at > 1 else "\x1b[C")
            target = for_blank(pen, pens[x]) if cell == " " else pens[x]
            if target != pen:
                out.append(change(pen, target))
                pen = target
            if isinstance(cell, WideCell):
                out += _placed(cell, x)
                at = x + cell.width
            else:
                out.append(cell)
                at = x + 1
        self._pen = pen


def _pieces(text: str) -> list[Cell]:
    """Text as cells: a letter with its accents, what a joiner joins, are one piece."""
    pieces: list[str] = []
    for letter in text:
        joined = pieces and (pieces[-1].endswith(_JOINER) or not cell_len(letter))
        if joined:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    if sum(map(cell_len, pieces)) != cell_len(text):
        pieces = [text]
    cells: list[Cell] = []
    for one in pieces:
        width = cell_len(one)
        if one in _ONE:
            cells.append(one)
        else:
            cells += [WideCell(one, width, at) for at in range(width)]
    return cells


def _differing(row: _Row, old: _Row | None, columns: int) -> list[int]:
    """Columns of a line whose target cell the terminal may not have."""
    cells, pens = row.cells[:columns], row.pens[:columns]
    if old is None:
        return list(range(len(cells)))
    other = {x for x, differs in enumerate(map(ne, cells, old.cells)) if differs}
    if pens != old.pens:
        # most pens are one object: only others are compared
        elsewhere = enumerate(map(is_not, pens, old.pens))
        other |= {x for x, differs in elsewhere if differs and pens[x] != old.pens[x]}
    return [*sorted(other), *range(min(len(old.cells), len(cells)), len(cells))]


def _with_pieces(row: _Row, need: list[int]) -> list[int]:
    """The columns, and all cells of the pieces among them; beside a doubtful one its neighbour."""
    places: set[int] = set()
    todo = list(need)
    while todo:
        x = todo.pop()
        if x in places or x >= len(row.cells):
            continue
        places.add(x)
        cell = row.cells[x]
        if isinstance(cell, WideCell):
            start = x - cell.at
            todo += range(start, start + cell.width + cell.doubtful)
    return sorted(places)


def _placed(piece: WideCell, x: int) -> list[str]:
    """A piece; the column after it is named where terminals may differ over its width."""
    if not piece.doubtful:
        return [piece.text]
    after = f"\x1b[{x + piece.width + 1}G"
    if piece.width == 1:
        return [piece.text, after]
    return [" " * piece.width, f"\x1b[{x + 1}G", piece.text, after]


def _cheap(cells: list[Cell], pens: list[Pen], pen: Pen) -> bool:
    """Whether cells that are shown already cost less to send again than to jump over."""
    for cell, cell_pen in zip(cells, pens, strict=True):
        visible_pen = for_blank(pen, cell_pen) if cell == " " else cell_pen
        if visible_pen != pen or not isinstance(cell, str):
            return False
    return True


def _move(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
