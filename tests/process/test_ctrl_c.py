"""Ctrl+c at any moment: exit code 130, no traceback, and a store as it was or with all of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cache.refresh.archive import ArchiveSummary
from cache.refresh.interrupt import signals
from cache.refresh.progress import Summary
from cache.store.store import Store
from tests.home import Cli

ROOT = Path(__file__).resolve().parents[2]
MAIN = "from tui.__main__ import main\nmain()\n"
#: Prints what is loaded when the first handler is set; Python's own modules for a start aside.
FIRST = f"""
import os, signal, sys
import __future__
there = set(sys.modules)
sys.path.insert(0, {str(ROOT)!r})
def taken(number, handler):
    print(*sorted(set(sys.modules) - there), flush=True)
    os._exit(0)
signal.signal = taken
{MAIN}"""
#: Is interrupted while the program is loaded.
LOADING = f"""
import signal, sys
class Finder:
    def find_spec(name, *rest):
        if name == "tui.cli.dispatch":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder)
{MAIN}"""
#: Is interrupted as soon as it can be, before arguments are read.
AT_ONCE = f"""
import signal
import tui.cli.dispatch as dispatch
dispatch.open_streams = lambda: signal.raise_signal(signal.SIGINT)
{MAIN}"""
#: Is interrupted in a destructor, and has nothing to do then.
DESTROYED = f"""
import signal, threading
import tui.cli.dispatch as dispatch
class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
def command(arguments):
    Last()
    threading.Event().wait(60)
    return 0
dispatch._command = command
{MAIN}"""
#: Has answered, and is interrupted while the interpreter waits for a thread.
ENDING = f"""
import os, signal, threading, time
import tui.cli.dispatch as dispatch
def interrupt():
    end = time.monotonic() + 20
    while signal.getsignal(signal.SIGINT) is not signal.SIG_DFL and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
def command(arguments):
    threading.Thread(target=interrupt).start()
    return 0
dispatch._command = command
{MAIN}"""
#: Is interrupted at work: where it opens the first file whose path has these words.
OPENING = f"""
import signal, sys
words = sys.argv.pop(1)
def heard(event, args):
    global words
    if event == "open" and words and words in str(args[0]):
        words = ""
        signal.raise_signal(signal.SIGINT)
sys.addaudithook(heard)
{MAIN}"""
PRICES = "symbol,date,close\nIWM,2026-06-25,100\nIWM,2026-06-26,101\n"


def run(
    program: str, *argv: object, options: tuple[str, ...] = (), ignoring: bool = False
) -> tuple[int, str, str]:
    """The exit code, the answer and the messages of a program with such arguments."""
    ignore = signal.SIG_IGN if ignoring else signal.SIG_DFL
    done = subprocess.run(
        [sys.executable, *options, "-c", program, *map(str, argv)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: signal.signal(signal.SIGINT, ignore),
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_nothing_that_takes_time_is_loaded_before_the_program_hears_of_it() -> None:
    assert run(FIRST, options=("-I", "-S")) == (0, "gc tui tui.__main__\n", "")


def test_while_the_program_is_loaded_it_ends_it_unless_it_is_ignored() -> None:
    assert run(LOADING, "--version") == (-signal.SIGINT, "", "")
    code, out, err = run(LOADING, "--version", ignoring=True)
    assert (code, out[:10], err) == (0, "internals ", "")


def test_before_arguments_are_read() -> None:
    assert run(AT_ONCE, "status") == (130, "", "")


def test_in_code_out_of_which_nothing_is_raised() -> None:
    assert run(DESTROYED, "status") == (-signal.SIGINT, "", "")


def test_while_the_interpreter_takes_itself_down() -> None:
    assert run(ENDING, "status") == (-signal.SIGINT, "", "")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("/objects/", "note --demo"),
        ("/head", "history --measure gap --demo"),
        ("/out/", "export {}/out --demo"),
    ],
)
def test_a_command_at_work(demo_home: Path, words: str, command: str) -> None:
    argv = command.format(demo_home).split()
    assert run(OPENING, words, *argv, "--home", demo_home) == (130, "", "")
    assert not list((demo_home / "out").glob("*"))


def test_an_import_leaves_all_or_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(PRICES)
    argv = ("import", "prices", tmp_path / "closes.csv", "--home", tmp_path / "home")
    for words in ("closes.csv", "/market/"):
        assert run(OPENING, words, *argv) == (130, "", "")
        assert not Store(tmp_path / "home" / "market").read_or_empty().prices.blocks
    code, out, _ = cli("import", "prices", tmp_path / "closes.csv")
    assert code == 0 and "2 rows of 1 symbol" in out


def stopped_by(number: int) -> Callable[..., Summary]:
    """A refresh that such a signal stops."""

    def refresh(*args: object, stop: object, **more: object) -> Summary:
        # one that is ignored, as under nohup, stays so
        before = signal.signal(number, signal.SIG_DFL)
        try:
            with signals(stop):  # type: ignore[arg-type]
                signal.raise_signal(number)
        finally:
            signal.signal(number, before)
        return Summary(ok=False, message="stopped early", stopped=True)

    return refresh


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_refresh_that_was_stopped(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, number: int, expected: int
) -> None:
    monkeypatch.setattr("cache.refresh.refresh.refresh", stopped_by(number))
    code, _, err = cli("refresh", "--quiet", "--no-alerts")
    assert (code, err) == (expected, "internals: stopped early\n")

    def archive(*args: object, stop: object, **more: object) -> ArchiveSummary:
        stopped_by(number)(stop=stop)
        return ArchiveSummary((), {}, left=3)

    monkeypatch.setattr("tui.cli.archive.fetch_archive", archive)
    code, _, err = cli("refresh", "--quiet", "--history", "2024", "--fund", "IWM")
    assert code == expected and err.endswith(" to go: the same command goes on\n")
