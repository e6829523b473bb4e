"""Every child process, started from a folder of somebody else's modules: none of them is run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cache.facts.interpreter import environment
from cache.sources.prices.read import read_prices
from core.answer.alerts import AlertState, judge, parse
from core.answer.snapshot import Question
from tests.tui.markets import NOW
from tests.tui.test_alerts import ANSWER, ASKED
from tui.alerts import hook
from tui.cli.arguments import parser
from tui.service.service import Desk
from tui.state.places import places

ROOT = Path(__file__).resolve().parents[2]
#: What a project of anybody's may hold, and what this program or Python itself would load.
NAMES = (
    *("tui", "core", "cache", "bench", "argparse", "json", "numpy", "pandas", "yfinance"),
    *("textual", "asyncio", "zoneinfo", "subprocess", "sitecustomize", "usercustomize"),
)
#: As `export PYTHONPATH=$PYTHONPATH:/somewhere` leaves it, and as a careless profile has it.
ODD_PATHS = (None, "", os.pathsep, f".{os.pathsep}{os.pathsep}nowhere")


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory whose every module tells that it was run, and ends the process well."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in NAMES:
        run = f"open({str(tmp_path / 'RAN')!r}, 'a').write({name + ' '!r})\nraise SystemExit(0)\n"
        (folder / f"{name}.py").write_text(run)
    (folder / "there.csv").write_text("symbol,date,close\nIWM,2026-06-26,100\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    return folder


def begun(argv: list[str] | None) -> subprocess.Popen[str]:
    """A command of the program's, begun as `tui.workers.child` begins it."""
    assert argv
    out = subprocess.PIPE
    return subprocess.Popen(argv, env=environment(), stdout=out, stderr=out, text=True)


def ended(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    """The exit code of a command, and what it wrote."""
    with child:
        out, err = child.communicate(timeout=120)
        return child.returncode, out, err


def test_no_module_of_the_working_directory_is_run_by_a_child(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every odd path at a time: without a network a child waits more than it works."""
    homes = {odd: tmp_path / f"home{number}" for number, odd in enumerate(ODD_PATHS)}

    def each(command: Callable[[Desk], list[str] | None]) -> list[tuple[str, int, str, str]]:
        children = {}
        for odd, home in homes.items():
            with monkeypatch.context() as patch:
                if odd is not None:
                    patch.setenv("PYTHONPATH", odd)
                desk = Desk(places(home, demo=False), home=home)
                children[odd] = begun(command(desk))
        return [(f"PYTHONPATH: {odd!r}", *ended(child)) for odd, child in children.items()]

    for odd, code, out, err in each(lambda desk: desk.import_command(hostile / "there.csv")):
        assert (code, err) == (0, ""), odd
        told = "there.csv: 1 row of 1 symbol, 2026-06-26 to 2026-06-26\n"
        assert out.splitlines(keepends=True)[-1] == told, odd
    for odd, code, _, err in each(lambda desk: desk.refresh_command(Question())):
        assert code == 1 and '"stage": "done"' in err, odd
    for odd, code, _, err in each(lambda desk: desk.quotes_command(Question())):
        assert code in (0, 3) and "Traceback" not in err, odd
    assert not (tmp_path / "RAN").exists()


def test_the_quotes_of_an_index_alone_are_asked_for_by_its_name(tmp_path: Path) -> None:
    desk = Desk(places(tmp_path, demo=False), home=tmp_path)
    alone = desk.quotes_command(Question("IWM", "IWM", alone=True)) or []
    assert alone[alone.index("quotes") :][:3] == ["quotes", "--index", "IWM"]


def test_neither_by_what_a_page_of_serve_runs(hostile: Path, tmp_path: Path) -> None:
    pytest.importorskip("textual_serve")
    from tui.cli.serve import command

    given = ["serve", "--home", str(tmp_path / "home")]
    code, _, err = ended(begun(command(parser(given).parse_args(given))))
    assert code == 2 and "needs a terminal" in err
    assert not (tmp_path / "RAN").exists()


@pytest.mark.parametrize("odd", ODD_PATHS)
def test_neither_by_the_reader_of_foreign_files(
    hostile: Path, tmp_path: Path, odd: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if odd is not None:
        monkeypatch.setenv("PYTHONPATH", odd)
    assert len(read_prices(hostile / "there.csv", now=NOW).bars) == 1
    assert not (tmp_path / "RAN").exists()


def test_neither_by_a_hook_and_no_program_is_looked_for_there(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired = judge(AlertState(parse("gap > 5", ASKED)), ANSWER, NOW)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    (hostile / "ring").write_text(f"#!/bin/sh\necho ring >> {tmp_path / 'RAN'}\n")
    (hostile / "ring").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert hook.run([sys.executable, "-c", "import argparse, json"], fired, 20) == ""
    assert "cannot be started: ring: No such file" in hook.run(["ring"], fired, 20)
    assert "./ring depends on the current directory" in hook.run(["./ring"], fired, 20)
    assert not (tmp_path / "RAN").exists()


@pytest.mark.parametrize("path", [None, os.pathsep])
def test_a_checkout_is_run_by_its_folder_from_anywhere(path: str | None, hostile: Path) -> None:
    """``python -m tui`` in a checkout, and the entry as a file in any other folder."""
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environ |= {} if path is None else {"PYTHONPATH": str(ROOT)}
    here = subprocess.run(
        [sys.executable, "-m", "tui", "--version"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    entry = [sys.executable, "-P", str(ROOT / "tui" / "__main__.py"), "--version"]
    there = subprocess.run(entry, env=environ, capture_output=True, text=True, timeout=60)
    for done in (here, there):
        assert (done.returncode, done.stdout[:10], done.stderr) == (0, "internals ", "")


@pytest.mark.parametrize("name", ["core", "cache"])
def test_a_package_of_the_program_that_another_hides_is_a_sentence(
    name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'RAN')!r}, 'w')\n")
    hidden = subprocess.run(
        [sys.executable, "-c", "import sys, tui.__main__ as m\n"
         f"sys.path.insert(0, {str(folder)!r})\nsys.argv = ['internals', 'status']\nm.main()"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (hidden.returncode, hidden.stdout, hidden.stderr.count("\n")) == (2, "", 1)
    assert f"{name}.py' hides the part {name} of this program" in hidden.stderr
    assert not (tmp_path / "RAN").exists()


def test_no_other_place_starts_a_process() -> None:
    """Whatever starts one takes the command, or at least the environment, from one place."""
    starters = {"Popen", "create_subprocess_exec", "create_subprocess_shell", "system", "popen"}
    starters |= {"spawnv", "execv", "execve", "execvp", "execvpe", "posix_spawn"}
    # their `system` tells what the machine is
    others = {"platform", "machine"}
    known = {"cache/sources/sandbox.py", "tui/alerts/hook.py", "tui/workers/child.py"}
    known |= {"tui/cli/serve_page.py"}
    found, named = set(), set()
    for room in ("core", "cache", "tui"):
        for file in (ROOT / room).rglob("*.py"):
            path, text = str(file.relative_to(ROOT)), file.read_text("utf-8")
            if not any(f".{name}" in text for name in (*starters, "executable")):
                continue
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.Attribute):
                    continue
                if node.attr in starters and ast.unparse(node.value) not in others:
                    found.add(path)
                if node.attr == "executable":
                    named.add(path)
    assert found == known
    # the doctor tells which Python it is
    assert named == {"cache/facts/interpreter.py", "tui/doctor/machine.py"}
