"""The screen on the simulated market with a refresh under way, as a real one would be.

``r`` starts a child that reports as `internals refresh --progress json` does and uses as much
of the processor as yfinance does for as many symbols, but asks nobody anything.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import cycle
from pathlib import Path

SYMBOLS = 2500
#: Seconds of processor yfinance takes a symbol; symbols a second.
COST, RATE = 0.006, 20


def child() -> None:
    """Use the processor and report, until the parent is gone: begun anew when all are done."""
    for done in cycle(range(SYMBOLS)):
        end = time.process_time() + COST
        while time.process_time() < end:
            pass
        fields = {"stage": "prices", "done": done, "total": SYMBOLS, "rate": RATE, "failed": 0}
        print(json.dumps(fields), flush=True)
        time.sleep(max(1 / RATE - COST, 0))


def screen(home: Path) -> None:
    """The screen, with that child in place of the real one."""
    from core.data.question import Question
    from tui.screen.app import InternalsApp
    from tui.service.service import Desk
    from tui.state.config import Config
    from tui.state.places import places

    class Busy(Desk):
        def refresh_command(
            self, question: Question, *, full: bool = False, board: bool = False
        ) -> list[str] | None:
            return [sys.executable, "-m", "bench.busy", "child"]

    desk = Busy(places(home, demo=True), demo=True, home=home)
    InternalsApp(desk, Config(), desk.opening() or Question()).run()


if __name__ == "__main__":
    if sys.argv[1] == "child":
        child()
    else:
        screen(Path(sys.argv[1]))
