"""Draw the rooms of the program and who imports whom: ``python3 dev.py rooms``.

Measured from the imports of the code, those for types alone among them, so that the picture
cannot say anything else. Rooms stand in the order in which they may import each other: a room
imports only rooms to its left, so every dot lies below the diagonal.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURE: Final = ROOT / "docs" / "architecture.svg"
#: Cells of the picture, and where its table begins, in pixels.
CELL, LEFT, TOP = 22, 500, 150
COLOURS: Final = {"core": "#2f7ed8", "cache": "#d9730d", "tui": "#4a8f3c"}


#: The floors, lowest first.
FLOORS: Final = ("core", "cache", "tui")

Room = str


#: A statement that imports; parsing these alone takes a tenth of parsing every file.
IMPORT: Final = re.compile(r"^[ \t]*((?:from\s+[\w.]+\s+)?import\s+(?:\([^)]*\)|[^\n(]*))", re.M)


@cache
def rooms() -> tuple[Room, ...]:
    """Every room by its dotted name, lowest first: the order that the import contract holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    ordered: list[Room] = []
    for floor in FLOORS:
        layered = [c for c in contracts["contracts"] if c.get("containers") == [floor]]
        order = [name for layer in layered for name in reversed(layer["layers"])]
        # what stands beside the rooms (the entry, the notebook) is none
        ordered += [f"{floor}.{name}" for name in order if (ROOT / floor / name).is_dir()]
    return tuple(ordered)


@cache
def room_of(module: str, known: tuple[Room, ...]) -> Room | None:
    """The room a module lies in; None for what lies in none."""
    return next((r for r in known if module == r or module.startswith(f"{r}.")), None)


@cache
def arrows(known: tuple[Room, ...]) -> set[tuple[Room, Room]]:
    """(importing room, imported room), for types alone or not."""
    pairs: set[tuple[Room, Room]] = set()
    for room in known:
        for file in (ROOT / room.replace(".", "/")).rglob("*.py"):
            statements = "\n".join(IMPORT.findall(file.read_text("utf-8")))
            for node in ast.parse(statements).body:
                names = []
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module, *(f"{node.module}.{n.name}" for n in node.names)]
                elif isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                others = {room_of(name, known) for name in names} - {None, room}
                pairs |= {(room, other) for other in others if other is not None}
    return pairs


def purpose(room: Room) -> str:
    """The first line of what a room's package says it is."""
    text = (ROOT / room.replace(".", "/") / "__init__.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0].replace("``", "")


def drawing() -> str:
    """The picture as SVG."""
    known = rooms()
    width, height = LEFT + CELL * len(known) + 40, TOP + CELL * len(known) + 20
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]

    def text(x: float, y: float, words: str, more: str = "") -> None:
        out.append(f'<text x="{x:g}" y="{y:g}" {more}>{escape(words)}</text>')

    text(16, 30, "The rooms, and who imports whom", 'font-size="17" font-weight="bold"')
    text(16, 52, "A dot: the room of the row imports the room of the column.", 'fill="#555"')
    text(16, 70, "Nothing stands above the diagonal: no room knows what", 'fill="#555"')
    text(16, 88, "lies above it.", 'fill="#555"')
    drawn = arrows(known)
    for place, room in enumerate(known):
        floor, _, name = room.partition(".")
        x, y = LEFT + place * CELL, TOP + place * CELL
        colour = COLOURS[floor]
        out.append(
            f'<rect x="8" y="{y}" width="{LEFT + (place + 1) * CELL - 8}" height="{CELL - 1}"'
            f' fill="{colour}" fill-opacity="0.09"/>'
        )
        text(16, y + 15, floor, f'fill="{colour}"')
        text(56, y + 15, name, 'font-weight="bold"')
        text(136, y + 15, purpose(room), 'fill="#555" font-size="11"')
        at = f'transform="rotate(-55 {x + 14} {TOP - 6})" fill="{colour}"'
        text(x + 14, TOP - 6, name, at)
        out.append(
            f'<rect x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" fill="{colour}"/>'
        )
        for column, other in enumerate(known):
            if (room, other) in drawn:
                cx, cy = LEFT + (column + 0.5) * CELL - 0.5, y + CELL / 2 - 0.5
                fill = "#c00" if column > place else "#333"
                out.append(
                    f'<circle cx="{cx:g}" cy="{cy:g}" r="5" fill="{fill}">'
                    f"<title>{room} imports {other}</title></circle>"
                )
    return "\n".join([*out, "</svg>", ""])


def upward() -> list[tuple[Room, Room]]:
    """Arrows that run against the order."""
    known = rooms()
    return [pair for pair in arrows(known) if known.index(pair[1]) > known.index(pair[0])]


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(drawing(), "utf-8")
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {len(rooms())} rooms\n")


if __name__ == "__main__":
    main()
