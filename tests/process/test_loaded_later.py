"""What is loaded while nobody waits: all that keys would load otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.terminal import ROOT

KEYS = """
import asyncio, json, sys
from pathlib import Path
from tui.screen.app import InternalsApp
from tui.screen import preload
from tui.state.config import Config
from tui.service.service import Desk
from tui.state.places import places

home = Path(sys.argv[1])
desk = Desk(places(home, demo=True), demo=True, home=home)
app = InternalsApp(desk, Config(), desk.opening())
known = []

async def main():
    async with app.run_test(size=(160, 45)) as pilot:
        while app.snapshot is None:
            await pilot.pause(0.01)
        await pilot.pause()
        start = set(sys.modules)
        preload.load()
        loaded = set(sys.modules)
        for key in ("2", "enter", "d", "escape", "escape", "d", "escape", "question_mark", "escape",
                    "u", "escape", "A", "escape", "slash", "t", "e", "escape", "colon", "y", "t",
                    "d", "tab", "enter", "v", "3", "v", "v", "4", "v", "1", "v"):
            await pilot.press(key)
            await pilot.pause()
        own = ("core", "cache", "tui")
        late = [n for n in sys.modules if n.split(".")[0] in own and n not in loaded]
        print(json.dumps([sorted(late), len(loaded - start)]))

asyncio.run(main())
"""


def test_no_key_waits_for_a_module_of_ours(demo_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KEYS, str(demo_home)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    late, before = json.loads(done.stdout.splitlines()[-1])
    assert late == []
    assert before > 10
