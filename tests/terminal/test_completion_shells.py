"""Tab in real shells, with the script that `internals completion` writes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cache.facts.interpreter import ROOT

#: How each shell is started without a person's own settings, and reads the script.
SHELLS = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), "source {script}"),
    "zsh": (("zsh", "-f", "-i"), 'autoload -U compinit; compinit -u -D; eval "$(<{script})"'),
    "fish": (("fish", "--no-config", "-i"), "source {script}"),
}
ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\^_=>()][B0]?)")
#: What is typed before Tab, and what the shell makes of it.
TYPED = (
    ("internals doc", "internals doctor"),
    ("internals note --format htm", "internals note --format html"),
    ("internals import pri", "internals import prices"),
    ("internals explain IW", "internals explain IW"),
    ("internals explain IWM --measure hinden", "internals explain IWM --measure hindenburg"),
)


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, shell: str, home: Path) -> None:
        command, self.source = SHELLS[shell]
        self.screen = ""
        self._process, self._terminal = self._start(command, home)

    def _start(self, command: tuple[str, ...], home: Path) -> tuple[subprocess.Popen[bytes], int]:
        ours, theirs = pty.openpty()
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "PS1": "$ "}
        process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, cwd=home,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        return process, ours

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait_for(self, pattern: str, seconds: float = 60) -> bool:
        """Read until a pattern is on the screen; False when the time is over."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.screen) and time.monotonic() < end:
            if select.select([self._terminal], [], [], 0.2)[0]:
                text_sent = os.read(self._terminal, 1 << 16).decode(errors="replace")
                self.screen += ESCAPE.sub("", text_sent)
        return re.search(pattern, self.screen) is not None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command = [sys.executable, "-m", "tui", "completion", shell]
    script = tmp_path / f"_internals.{shell}"
    script.write_bytes(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    terminal = Shell(shell, tmp_path)
    try:
        terminal.type(terminal.source.format(script=script) + "; echo rea''dy\r")
        assert terminal.wait_for(r"ready[\s\S]*[$>#%] "), terminal.screen
        for typed, completed in TYPED:
            terminal.screen = ""
            terminal.type(f"{typed}\t")
            assert terminal.wait_for(completed), terminal.screen
            terminal.type("\x15")
    finally:
        terminal.close()
