"""What is shipped works alone: the wheel, without the tree it was built from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "cache", "tui")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what it is made of: a build leaves folders behind."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tree)
    (tree / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "internals.1", tree / "docs")
    for room in ROOMS:
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    # as pip asks for it, without the three processes that pip does it in
    system = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["build-system"]
    build = f"from {system['build-backend']} import build_wheel; build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    (found,) = (tree / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has the wheel and the libraries, and no tree."""
    where = tmp_path_factory.mktemp("env")
    venv.create(where)
    paths = {"base": str(where), "platbase": str(where)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    # a path alone: what is installed here as a link to the tree is not followed
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = Path(sysconfig.get_path("scripts", "venv", vars=paths)) / "python"
    # pip is among the libraries; what is never imported here need not be compiled
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    options = ("install", "--no-index", "--no-deps", "--no-compile")
    subprocess.run([*pip, *options, wheel], check=True)
    return python.parent


def run(*command: str | Path, where: Path) -> str:
    """What a command writes, run where no tree is."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], cwd=where, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_wheel_has_every_file_of_the_rooms_and_no_other(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith("share/man/man1/internals.1")]
    shipped = {name for name in names if ".dist-info/" not in name and ".data/" not in name}
    kept = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped == kept


def test_the_wheel_alone_answers(scripts: Path, tmp_path: Path) -> None:
    at = run(scripts / "python", "-c", "import core, tui; print(tui.__file__)", where=tmp_path)
    assert Path(at.strip()).is_relative_to(scripts.parent)
    said = run(scripts / "internals", "note", "--demo", "--home", tmp_path, where=tmp_path)
    assert "SIMULATED" in said and "IWM" in said
    note = json.loads(
        run(
            scripts / "internals",
            *("note", "--demo", "--home", tmp_path, "--format", "json"),
            where=tmp_path,
        )
    )
    assert note["simulated"] is True and set(note["indices"]) == {"IWM", "SPY"}
