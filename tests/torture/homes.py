"""The screen and the commands over a home that may only be read, is full, or goes away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cache.store.store import Store
from tests.torture import steps
from tests.torture.damage import fill
from tests.torture.ending import Session
from tests.torture.processes import environment, internals, mounting
from tests.torture.report import Row, judged
from tests.torture.worker import fill_up, mount
from tests.vt import Screen

#: What goes wrong -> how, and what the screen is to say of it.
KINDS = {
    "read-only": ("tmpfs, mounted read-only before the start", "Read-only file system"),
    "full": ("tmpfs without a byte left", "No space left on device"),
    "gone": ("the whole directory removed under the open screen", "holds no data yet"),
    "replaced": ("a file put in the directory's place under the open screen", "Not a directory"),
}
#: Through panes, windows, dates, the alerts and a note, with time for the screen to remember.
KEYS = ("[", "t", "2", "\r", "\x1b", "<", "A", "\x1b", "w", "3", "v", "4", "u", "\x1b", "home")
SENTENCE = "what the screen remembers is not saved"
#: Command -> its exit code where the data is held, where it is gone, where a file stands there.
COMMANDS = {
    ("note",): (0, 3, 2),
    ("note", "--format", "json"): (0, 3, 2),
    ("status",): (0, 3, 2),
    ("explain", "IWM"): (0, 3, 2),
    ("export", "{out}"): (0, 3, 2),
    ("import", "prices", "{csv}"): (2, 0, 2),
    ("forget", "holdings", "IWM", "2024-03-01"): (2, 2, 2),
}


def homes(folder: Path, small: bool) -> Iterator[Row]:
    """Each kind in a mount namespace of its own."""
    for kind, (how, _) in KINDS.items():
        place = folder / kind
        place.mkdir()
        what = (
            f"a home that is {kind}",
            f"{how}; {len(KEYS)} keys on the screen, then {len(COMMANDS)} commands",
            "the screen answers and leaves with 0, what is not kept is told once; each command"
            " answers, or says in one line why not",
        )
        if small and kind != "full":
            continue
        done = mounting("tests.torture.homes", kind, place)
        if isinstance(done, str):
            yield Row(*what, done, True)
            continue
        wrong = json.loads(done.stdout) if done.returncode == 0 else [done.stderr[-600:]]
        said = f"told, left with 0; {len(COMMANDS)} of {len(COMMANDS)} commands"
        yield judged(*what, said, wrong)


def _within(kind: str, place: Path) -> list[str]:
    """What went wrong; the place is mounted for this process alone."""
    mount(place, "size=2m")
    home, outside = place / "home", place.with_name(f"{kind}-outside")
    outside.mkdir(exist_ok=True)
    fill(Store(home / "market"), 50)
    (home / "config.toml").write_text('window = "1M"\n')
    if kind == "read-only":
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    elif kind == "full":
        fill_up(place)
    here = environment(HOME=outside, INTERNALS_HOME=home)
    return _screen(kind, home, here) + _commands(kind, outside, here)


def _screen(kind: str, home: Path, here: dict[str, str]) -> list[str]:
    session, wrong = Session.start(["-m", "tui"], here), []
    try:
        if not session.read(60, b"IWM", b"help", b"1M"):
            return [f"no screen came: {_shown(session)}"]
        session.read(1.0)
        if kind in ("gone", "replaced"):
            shutil.rmtree(home)
        if kind == "replaced":
            home.write_text("in the way")
        # It keeps where one is once the start is over, and sees that the data is another.
        full, why = kind in ("read-only", "full"), KINDS[kind][1]
        end = time.monotonic() + 60
        while (SENTENCE if full else why) not in _shown(session) and time.monotonic() < end:
            session.read(0.5)
        seen = [_shown(session)]
        for key in KEYS:
            session.press(key)
            session.read(0.4)
            seen.append(_shown(session))
        session.press("q")
        if session.ended(10) is None or session.code != 0:
            wrong.append(f"the screen left with {session.code}")
        if not all("IWM" in one for one in seen):
            wrong.append("a screen without the pair")
        told = [SENTENCE in one for one in seen]
        if not any(why in one for one in seen) or told[0] < full:
            wrong.append(f"not told: {seen[0]}")
        if sum(told[n] > told[n - 1] for n in range(1, len(told))):
            wrong.append("told twice")
        if any("Traceback" in one or "fault in the program" in one for one in seen):
            wrong.append(seen[-1])
    finally:
        session.close()
    return wrong


def _shown(session: Session) -> str:
    """What a person sees."""
    screen = Screen(120, 36)
    screen.feed(session.sent.decode("utf-8", "replace"))
    return "\n".join(screen.lines())


def _commands(kind: str, outside: Path, here: dict[str, str]) -> list[str]:
    wrong = []
    csv = outside / "prices.csv"
    csv.write_text(f"symbol,date,close\nIWM,{steps.DAYS[61]},10\nSPY,{steps.DAYS[61]},10\n")
    for command, codes in COMMANDS.items():
        argv = [part.format(csv=csv, out=outside / "tables") for part in command]
        done = internals(*argv, env=here)
        code = codes[(kind == "gone") + 2 * (kind == "replaced")]
        lines = done.stderr.count("\n")
        if done.returncode != code or lines > (code > 0) or "fault" in done.stderr:
            wrong.append(f"{' '.join(command)} left with {done.returncode}: {done.stderr[-300:]}")
    return wrong


if __name__ == "__main__":
    print(json.dumps(_within(sys.argv[1], Path(sys.argv[2]))))
