"""What every test starts from, and the markers, which a test's folder sets."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.home import Cli

# What is started in the background of a shell ignores Ctrl+C, and so would the programs that tests
# start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A test runner's workers may carry the size of the terminal they were started in, and a program
# that is started on a terminal of the test's own would believe them.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

#: A file system in memory, where a commit's fsync waits for no disk.
MEMORY = Path("/dev/shm")
#: Bytes that have to be free there.
ROOM = 2 << 30
#: Folders below this one whose tests carry their name as a marker.
MARKED = ("process", "terminal", "random", "torture")


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary files into memory, unless told where, and where programs may be run there.

    No cycles are looked for while all modules of tests are imported: those are there to stay.
    """
    gc.disable()
    if config.getoption("--hypothesis-profile", None):
        from tests.examples import register  # elsewhere tests/random does, which alone needs it

        register()
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    status = os.statvfs(MEMORY)
    if status.f_flag & os.ST_NOEXEC or status.f_bavail * status.f_frsize < ROOM:
        return
    # for pytest's own, for this process and for those that it starts
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder; one marked `limited` uses `parse_limited` from the start."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if folder in MARKED:
            item.add_marker(folder)
        if folder == "torture":
            item.add_marker("limited")
        # every test would pay for a fixture of all that looks whether it is wanted
        if item.get_closest_marker("limited") and "parse_limited" not in item.fixturenames:
            item.fixturenames.insert(0, "parse_limited")


def pytest_collection_finish() -> None:
    """Look for cycles seldom, and not among what the modules of all tests hold."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Keep what pytest's last search for cycles has left out of the two that follow it."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def parse_here() -> Iterator[None]:
    """Parse foreign files in this process, which saves 0.2 s each; `limited` tests do not."""
    from tests.cache.parsed_here import READERS, run

    with pytest.MonkeyPatch.context() as patches:
        for name in READERS:
            patches.setattr(f"cache.sources.{name}.run", run)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_parser_a_command() -> Iterator[None]:
    """Build the parser of a command line once: 2 ms that a process spends on it, and each test."""
    from tui.cli import arguments, dispatch

    built = cache(arguments.parser)

    def parser(argv: Sequence[str]) -> ArgumentParser:
        return built(tuple(name for name in arguments._COMMANDS if name in argv))

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(dispatch, "parser", parser)
        yield


@pytest.fixture
def parse_limited(parse_here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse foreign files in the limited child, as the program does, where a test is of that."""
    from cache.sources import sandbox
    from tests.cache.parsed_here import READERS

    for name in READERS:
        monkeypatch.setattr(f"cache.sources.{name}.run", sandbox.run)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """Run one command line in a home of the test's own."""
    from tui.cli.dispatch import run

    def call(*argv: object) -> tuple[int, str, str]:
        try:
            code = run([str(a) for a in argv] + ["--home", str(tmp_path / "home")])
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return call


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled home, imported once for every test; to be copied."""
    from tests.home import fill

    return fill(tmp_path_factory.mktemp("once")).parent


@pytest.fixture
def filled(once: Path, cli: Cli, tmp_path: Path) -> Cli:
    """The command line on a copy of that home."""
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    return cli


@pytest.fixture(scope="session")
def demo_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the simulated market, which takes a second to make; to be copied.

    Of several workers the first that wants it makes it for all; two at once make one each.
    """
    from tui.service.service import Desk
    from tui.state.places import places

    home, worker = tmp_path_factory.mktemp("demo"), os.environ.get("PYTEST_XDIST_WORKER")
    made = tmp_path_factory.getbasetemp().parent / "demo"
    if worker and made.exists():
        return shutil.copytree(made, home, dirs_exist_ok=True)
    Desk(places(home, demo=True), demo=True, home=home).prepare()
    if worker:
        whole = shutil.copytree(home, made.with_name(f"demo-{worker}"))
        with suppress(OSError):  # the other was first
            whole.rename(made)
    return home


@pytest.fixture
def demo_home(demo_once: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    shutil.copytree(demo_once, tmp_path, dirs_exist_ok=True)
    return tmp_path
