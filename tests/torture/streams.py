"""The screen on streams that are closed, full or elsewhere, and on a terminal that stops."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture.ending import GONE, RESTORED, Session, cpu, runnable
from tests.torture.processes import ROOT, environment
from tests.torture.report import Row
from tests.vt import Screen

#: What a shell says after the command -> what is expected: the screen, or a sentence.
ODD = {
    "2>&-": "screen",
    "2>/dev/full": "screen",
    "2>/dev/null": "screen",
    "2>file": "screen",
    "<&-": "sentence",
    "</dev/null": "sentence",
    ">&-": "sentence",
    ">/dev/full": "sentence",
    ">/dev/null 2>&1": "silence",
    "<&- >&- 2>&-": "silence",
}
#: Keys that draw much, so that a terminal that takes nothing is soon full.
KEYS = "1v2v3v4v"
UNREAD = 60


def streams(folder: Path, small: bool) -> Iterator[Row]:
    """Odd streams, then a terminal that nobody reads for a while, or for ever."""
    here = environment(HOME=folder)
    few = ("2>&-", "<&-")
    for odd, expected in ODD.items():
        if not small or odd in few:
            yield _odd(folder, here, odd, expected)
    for ending in ("SIGTERM",) if small else ("SIGTERM", "SIGHUP", "q"):
        yield _unread(folder, here, ending)
    if small:
        return
    yield _read_again(folder, here)


def _start(folder: Path, here: dict[str, str], odd: str = "") -> Session:
    program = f"{sys.executable} -P {ROOT / 'tui' / '__main__.py'} --demo --home {folder}"
    odd = odd.replace("file", str(folder / "errors"))
    script = f"import os; os.execv('/bin/sh', ['sh', '-c', 'exec {program} {odd}'])"
    return Session.start(["-c", script], here)


def _idle(session: Session, *, reads: bool, most: float = 60.0) -> None:
    """Until the screen has done what was pressed: nothing comes, and it uses little time.

    On a busy machine it may come to nothing for a moment: hence three times in a row, and none
    of its threads may wait for the processor.
    """
    end = time.monotonic() + most
    used, came, quiet = -1.0, -1, 0
    while time.monotonic() < end:
        before, used = used, cpu([session.pid])
        length, came = came, len(session.sent)
        still = used - before < 0.05 and length == came and not runnable(session.pid)
        quiet = quiet + 1 if still else 0
        if quiet == 3:
            return
        session.read(0.7, b"never") if reads else time.sleep(0.7)


def _odd(folder: Path, here: dict[str, str], odd: str, expected: str) -> Row:
    session = _start(folder, here, odd)
    drawn = session.read(60, b"Breadth", b"IWM leads") if expected == "screen" else True
    if expected == "screen":
        # more than the writer's queue holds, then a key that leaves
        for key in KEYS * 6:
            session.press(key)
            session.read(0.05, b"never")
        _idle(session, reads=True)
        session.press("q")
    gone = session.ended(60 if expected != "screen" else GONE)
    said = bytes(session.sent).decode("utf-8", "replace")
    # on a busy machine the last of what it wrote comes seconds after its end
    restored = expected != "screen" or session.read(10, *RESTORED)
    session.close()
    held = {
        "screen": drawn and restored and session.code == 0,
        "sentence": session.code == 2 and said.count("\n") == 1 and "needs a terminal" in said,
        "silence": session.code == 2 and not said,
    }[expected]
    return Row(
        f"`internals {odd}`",
        "48 keys, then q, on a terminal of its own" if expected == "screen" else "started",
        {
            "screen": "drawn on the terminal that stdout is; left by a key, terminal restored",
            "sentence": "one sentence, exit code 2",
            "silence": "exit code 2, nothing hangs",
        }[expected],
        f"drawn: {drawn}, left with {session.code}" if expected == "screen"
        else f"left with {session.code}",
        gone is not None and held,
    )  # fmt: skip


def _unread(folder: Path, here: dict[str, str], ending: str) -> Row:
    session = _start(folder, here)
    shown = session.read(60, b"Breadth", b"IWM leads")
    for key in KEYS * UNREAD:
        session.press(key)
        time.sleep(0.005)
    if ending == "q":
        # behind the keys before it
        _idle(session, reads=False)
        session.press("q")
    else:
        os.kill(session.pid, getattr(signal, ending))
    gone = session.ended(GONE + 1, reads=False)
    session.close()
    return Row(
        f"a terminal nobody reads, then {ending}",
        f"its output full, {len(KEYS) * UNREAD} keys that draw",
        f"gone within {GONE:.0f} s",
        f"gone after {gone:.1f} s" if gone is not None else "still there",
        shown and gone is not None and gone <= GONE,
    )


def _read_again(folder: Path, here: dict[str, str]) -> Row:
    """What a terminal shows that was read again is what one shows that always was."""
    shown = []
    for waits in (False, True):
        # each its own home: a screen opens on the views that the one before was left with
        home = folder / ("waits" if waits else "reads")
        home.mkdir(mode=0o700)
        session = _start(home, here)
        session.read(60, b"Breadth", b"IWM leads")
        for key in KEYS * UNREAD:
            session.press(key)
            if waits:
                time.sleep(0.005)
            else:
                session.read(0.005, b"never")
        _idle(session, reads=not waits)
        for key in "1zz":
            session.press(key)
            _idle(session, reads=True)
        session.press("q")
        session.ended(GONE)
        session.read(10, *RESTORED)
        session.close()
        # what had come when the screen was idle may end inside a sequence; what it had drawn when
        # it left cannot
        drawn, _, _ = bytes(session.sent).rpartition(RESTORED[0])
        screen = Screen(120, 36)
        screen.feed(drawn.decode())
        shown.append("\n".join(screen.lines()[:-2]))
    same = shown[0] == shown[1]
    return Row(
        "a terminal that is not read for a while",
        f"{len(KEYS) * UNREAD} keys that draw meanwhile; then read again",
        "it shows what one shows that was read all the time",
        f"the same cells: {same}",
        same and "Breadth" in shown[0],
    )
