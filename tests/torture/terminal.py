"""Foreign text everywhere, the gate bypassed: the terminal is sent nothing of it raw."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cache.refresh.progress import Summary
from core.answer.snapshot import Question, take
from tests.torture.ending import Session
from tests.torture.hostile import PAYLOADS, bad, dirty
from tests.torture.processes import environment
from tests.torture.report import Row, judged
from tests.torture.stream import WORD, faults
from tests.tui.markets import QUESTION, small_market
from tui.command.commands import COMMANDS

#: Commands that end this screen: the demo is another one, after it.
ENDS = ("quit", "demo")
#: What a paste presses where its text counts as keys: it fetches, leaves, or leaves at once.
KEYS = "RqDX\x03"
PASTE = "\x1b[200~"
UP, DOWN, ESC, ENTER = "\x1b[A", "\x1b[B", "\x1b", "\r"
#: Every pane and view, each name page and explanation, help, and what is typed and pasted.
TOUR = [
    *["1", "d", ESC, "v", "v", "v", "?", ESC, "Y"],
    *["2", "z", ENTER, "d", ESC, ESC, "d", ESC, "y", "Y", " ", "j", " ", "X"],
    *["v", "d", ESC, "Y"] * 7,
    *["x", "b", "sn", "ss", "S", "z"],
    *["3", "z", "v", "d", ESC, "v", "d", ESC, "+", "Y", "z"],
    *["4", "z", ENTER, ESC, "v", "d", ESC, "v", "Y", "z"],
    *["t", "[", "]", "<", ">", "r"],
]  # fmt: skip


def terminal(folder: Path, small: bool) -> Iterator[Row]:
    """The screen through a terminal of its own, the written answers, the command line."""
    sizes = ((120, 36), (80, 24)) if small else ((120, 36), (80, 24), (200, 60))
    homes = [folder / f"{columns}x{rows}" for columns, rows in sizes]
    for home in homes:
        home.mkdir()
    keys = [TOUR if size != sizes[0] and small else _keys(size, small) for size in sizes]
    # They wait for the most part: side by side.
    with ThreadPoolExecutor() as beside:
        yield from beside.map(_screen, homes, sizes, keys)
    yield _written(folder)
    yield _said(folder)


def _keys(size: tuple[int, int], small: bool) -> list[str]:
    """Every payload typed between two tours and then keys at random; in short every third, once."""
    if small:
        return [*_typed(PAYLOADS[::3]), *TOUR]
    chance = random.Random(size[0])
    plain = [c.keys[0] for c in COMMANDS if c.keys and len(c.keys[0]) == 1 and c.name not in ENDS]
    plain += [ENTER, ESC, UP, DOWN, "\t", *map(_pasted, PAYLOADS)]
    return [*TOUR, *_typed(PAYLOADS), *TOUR, *chance.choices(plain, k=400)]


def _screen(folder: Path, size: tuple[int, int], keys: list[str]) -> Row:
    sent, code = drive(folder, "tests.torture.hostile", size, keys)
    wrong = faults(sent)
    if code:
        wrong.append(f"it ended with code {code}: {sent[-400:]!r}")
    times = sent.count(WORD.encode())
    return judged(
        f"foreign text on the screen, {size[0]}x{size[1]}",
        f"{len(PAYLOADS)} payloads (OSC 0, 8, 52, CSI, DCS, APC, C1, bidi, zero width, markup) as"
        " every symbol, name, sector, source, reason, theme and progress line, the gate bypassed;"
        f" {len(keys)} keys and pastes (escapes and all, `{KEYS[:-1]}` and ctrl+c in each) through"
        " every pane, view, sheet and prompt",
        "none raw, none acts, none ends it",
        f"{len(sent):,} bytes, {times:,} payloads drawn, 0 raw; it left when asked",
        wrong,
        times > 50,
    )


def _pasted(text: str) -> str:
    """As the least careful terminal hands on a paste, with keys in it that would be noticed."""
    return f"{PASTE}{text.encode('utf-8', 'replace').decode()}{KEYS}\x1b[201~"


def _typed(payloads: tuple[str, ...]) -> list[str]:
    """Each payload into the filter and into the command line."""
    found = []
    for text in payloads:
        found += ["/", _pasted(text), ENTER, ESC, ":", _pasted(text), ENTER, ESC]
    return ["2", *found]


def drive(
    folder: Path, module: str, size: tuple[int, int], keys: list[str]
) -> tuple[bytes, int | None]:
    """Run a module's screen on a terminal, press keys, quit; what it sent, and its exit code."""
    here = environment(HOME=folder, COLORTERM="truecolor")
    session = Session.start(["-m", module], here, folder)
    session.resize(*reversed(size))
    try:
        session.settle(0.5, 30, b"\x1b[?2004h")
        for key in keys:
            session.press(key)
            # A lone escape is told from a sequence by the time that passes after it, and so is
            # the end of a paste from one in its text.
            session.settle(0.16 if key == ESC or key.startswith(PASTE) else 0.03, 2)
            if session.ended(0, reads=False) is not None:
                return bytes(session.sent), session.code or 99
        for key in (ESC, ESC):
            session.press(key)
            session.settle(0.3, 2)
        session.press("\x03")
        session.settle(0.3, 10, b"\x1b[?1049l")
        session.ended(10)
    except OSError as error:
        session.sent += repr(error).encode()
    finally:
        session.close()
    return bytes(session.sent), 98 if session.code is None else session.code


def _cells(workbook: bytes) -> str:
    """The text of every cell of a workbook, a line each."""
    from openpyxl import load_workbook

    sheets = load_workbook(io.BytesIO(workbook), read_only=True).worksheets
    rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row if isinstance(cell, str))


def _written(folder: Path) -> Row:
    from tui.report.answer_file import write_file
    from tui.report.note_formats import FORMATS, written
    from tui.text.streams import write

    snapshot = take(dirty(small_market()), Question(as_of=QUESTION.as_of, basis="pr", daily=True))
    wrong: list[str] = []
    times = 0
    for kind in FORMATS:
        if kind == "png":
            continue  # pixels of the SVG, which is looked at
        text = written(snapshot, kind)
        if isinstance(text, bytes):
            text = _cells(text)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            write(text, kind=kind)
        write_file(folder / f"note.{kind}", text, None)
        filed = (folder / f"note.{kind}").read_text("utf-8")
        for name, shown in ((" in a file", filed), (" printed", out.getvalue())):
            wrong += [f"{kind}{name}: {one}" for one in faults(shown.encode("utf-8", "replace"))]
        times += text.count(WORD)
        if kind in ("md", "html", "svg") and "<script>PWNED" in text:
            wrong.append(f"{kind}: a script tag")
    return judged(
        "foreign text in the note",
        f"the same market as {', '.join(FORMATS)}, the gate bypassed",
        "no control, direction or hidden character, no live HTML",
        f"{times:,} payloads written, 0 raw",
        wrong,
        times > 50,
    )


def _said(folder: Path) -> Row:
    """File names, arguments and error bodies on the command line."""
    from tui.cli.dispatch import run
    from tui.cli.refresh import text as summary_text
    from tui.text.safe import safe_lines

    wrong: list[str] = []
    said = 0
    for number, payload in enumerate(PAYLOADS):
        named = payload.replace("/", "-").replace("\0", "").encode("utf-8", "replace").decode()
        path = folder / f"{named[:60]}.csv"
        path.write_text(f"symbol,date,close\n{named},2026-01-05,{named}\nIWM,2026-01-05,10\n")
        home, other = f"--home={folder / 'home'}", f"--home={folder / f'no{named}'}"
        for argv in (
            ["import", "prices", str(path), home],
            ["import", "holdings", str(path), home],
            ["explain", named, home],
            ["note", "--pair", named, home],
            ["status", other],
        ):
            out, err = io.StringIO(), io.StringIO()
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                contextlib.suppress(SystemExit),
            ):
                run(argv)
            for text in (out.getvalue(), err.getvalue()):
                wrong += [f"{argv[:2]}: {one}" for one in faults(text.encode("utf-8", "replace"))]
                said += len(text) > 0
        told = Summary(False, bad(number), failed={bad(number): bad(number + 1)}, symbols=1)
        wrong += faults(safe_lines(summary_text(told)).encode("utf-8", "replace"))
    return judged(
        "foreign text on the command line",
        f"{len(PAYLOADS)} payloads as file name, ticker, price, fund, pair and place, and as a"
        " vendor's reasons in a refresh's summary",
        "none raw on stdout or stderr",
        f"{said} answers and errors, 0 raw",
        wrong,
        said > 50,
    )
