"""The command that runs when an alert fires: a list of arguments, never a shell."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cache.facts import interpreter
from tui.text.safe import safe

if TYPE_CHECKING:
    from core.answer.alerts import AlertState

#: Stands for the sentence in an argument.
PLACE: Final = "{sentence}"


def environment(stored: AlertState) -> dict[str, str]:
    """The figures of an alert that has fired, for the environment of the command."""
    alert, fired = stored.alert, stored.fired
    if fired is None:
        return {}
    return {
        "INTERNALS_ALERT": alert.text,
        "INTERNALS_SENTENCE": safe(fired.sentence),
        "INTERNALS_VALUE": repr(fired.value),
        "INTERNALS_LEVEL": repr(alert.level),
        "INTERNALS_UNIT": alert.measure.unit,
        "INTERNALS_PAIR": alert.funds,
        "INTERNALS_WINDOW": alert.window,
        "INTERNALS_BASIS": alert.basis,
        "INTERNALS_AS_OF": fired.as_of,
        "INTERNALS_FIRED_AT": fired.at.isoformat(),
    }


def _elsewhere() -> str:
    """The directory that a command runs in: the user's own, not the one they stand in."""
    home = os.path.expanduser("~")  # noqa: PTH111
    return home if os.path.isdir(home) else os.sep  # noqa: PTH112


def run(command: Sequence[str], stored: AlertState, timeout: float) -> str:
    """Run the command for one alert; it has no terminal, and ends with its time.

    Args:
        command: program and arguments; ``{sentence}`` in an argument stands for what is said.
        stored: an alert that has fired.
        timeout: seconds; then it and what it has started are killed.

    Returns:
        "" where it ended well, else a sentence that says what went wrong.
    """
    sentence = safe(stored.fired.sentence) if stored.fired else ""
    argv = [argument.replace(PLACE, sentence) for argument in command]
    name = safe(argv[0])
    if os.sep in argv[0] and not os.path.isabs(argv[0]):  # noqa: PTH117
        return (
            f"the hook of alerts is not run: {name} depends on the current directory;"
            " write its full path"
        )
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**interpreter.environment(), **environment(stored)},
            # A hook that is a script of some language must not load what happens to lie here.
            cwd=_elsewhere(),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else f"{error}"
        return f"the hook of alerts cannot be started: {name}: {why}"
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        # Its session is its own, so that what it has started ends with it.
        with suppress(ProcessLookupError, PermissionError):
            _end_session(process)
        process.wait()
        return f"the hook of alerts took longer than {timeout:g} s and was ended: {name}"
    return "" if code == 0 else f"the hook of alerts ended with code {code}: {name}"


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started, where the system has sessions."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
