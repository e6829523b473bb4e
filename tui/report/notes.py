"""Notes saved as files: named by question and date, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.store import disk
from core.answer.board import Board
from core.data.question import ABOVE, BELOW
from tui.report.answer_file import Ledger, check_target, write_file
from tui.report.note_formats import DEFAULT_FORMATS, written

if TYPE_CHECKING:
    from core.answer.views import Snapshot

_ENDINGS: Final = {"text": "txt", "slack": "slack.json"}
#: Names left out that are spelled in a file's name; more of them are named by a hash.
_SPELLED: Final = 4
#: What a file's name may hold on every system.
_PLAIN: Final = re.compile(r"[^A-Za-z0-9.+\-]+")


def stem(snapshot: Snapshot) -> str:
    """The file's name without its ending: IWM-SPY_YTD_2026-06-26_tr.

    Everything that changes a number is in it, so that two questions never share a name.
    """
    question, window = snapshot.question, snapshot.window
    parts = [
        "-".join(question.funds),
        window.label.replace(":", "-to-"),
        str(snapshot.as_of),
        question.basis,
    ]
    if question.without:
        plain = not any(":" in name for name in question.without)
        few = question.without if plain and len(question.without) <= _SPELLED else None
        parts.append("without-" + ("+".join(few) if few else _hash(question.without)))
    if question.breadth_list != "start":
        parts.append(f"list-at-{question.breadth_list}")
    if (question.above, question.below) != (ABOVE, BELOW):
        parts.append("steps-" + _hash((question.above, question.below)))
    if snapshot.simulated:
        parts.insert(0, "SIMULATED")
    name = "_".join(_PLAIN.sub("-", part) for part in parts)
    # a symbol such as ^GSPC has lost a character: its note must not meet that of GSPC
    odd = any(_PLAIN.search(symbol) for symbol in question.funds)
    return f"{name}_{_hash(question.funds)}" if odd else name


def _hash(value: object) -> str:
    return sha256(repr(value).encode()).hexdigest()[:8]


def keep(
    snapshot: Snapshot,
    directory: Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    ledger: Ledger | None = None,
) -> list[Path]:
    """Write a note into a directory, a file a format; one written before is replaced.

    Simulated notes go into a folder of their own.

    Args:
        snapshot: with its daily breadth, where the note is to hold it.
        directory: made where it is not there.
        formats: of `tui.report.note_formats.FORMATS`.
        ledger: the files that this program wrote, and may replace.

    Returns:
        The files, in the order of the formats.

    Raises:
        OSError: a file cannot be written, or is not the program's; it names it, and none of
            the others was written.
    """
    directory = directory.expanduser()
    if snapshot.simulated:
        directory /= "simulated"
    files = {name: directory / f"{stem(snapshot)}.{_ENDINGS.get(name, name)}" for name in formats}
    for target in files.values():
        check_target(target, ledger)
    # notes may be the first thing that is kept: the home they make is as private as the store's
    disk.make(directory)
    for name, target in files.items():
        write_file(target, written(snapshot, name), ledger)
    return list(files.values())


def keep_picture(
    name: str,
    of: Snapshot | Board,
    directory: Path,
    target: Path | None,
    ledger: Ledger | None = None,
) -> Path:
    """Write one picture, and return its file: SVG where its name ends so, else PNG.

    Args:
        name: of `tui.report.note_formats.PICTURES`.
        of: the answer, or the board for the picture of that name.
        directory: for a file that is not named; simulated ones in a folder of their own.
        target: the file; None for one named by its question and date, as PNG where the library
            for it is installed.
        ledger: the files that this program wrote, and may replace.

    Raises:
        UnavailableError: there is nothing to draw it from, or PNG cannot be written here.
        OSError: see `write_file`.
    """
    from tui.report.gallery import board_svg, to_svg
    from tui.report.png import in_format

    svg = board_svg(of) if isinstance(of, Board) else to_svg(of, name)
    if target is None:
        title = f"board_{of.as_of}_{of.basis}" if isinstance(of, Board) else f"{stem(of)}_{name}"
        kind = "png" if find_spec("resvg_py") is not None else "svg"
        target = directory.expanduser() / ("simulated" if of.simulated else "") / f"{title}.{kind}"
        disk.make(target.parent)
    write_file(target, in_format(svg, "svg" if target.suffix == ".svg" else "png"), ledger)
    return target
