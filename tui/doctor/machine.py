"""Checks Python and the packages."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Final

from cache.facts.system import lacking
from tui import VERSION
from tui.doctor.findings import Finding
from tui.terminal import release

if TYPE_CHECKING:
    from tui.doctor.surroundings import Surroundings

#: What the program depends on, and the oldest releases that will do (as in pyproject.toml).
NEEDED: Final = {
    "numpy": (2, 1),
    "pandas": (2, 2),
    "pyarrow": (17,),
    "openpyxl": (3, 1),
    "platformdirs": (4,),
    "rich": (14,),
    "shtab": (1, 13),
    "textual": (8, 2),
    "xlsxwriter": (3, 2),
    "yfinance": (1, 7),
}
OLDEST: Final = (3, 11)


def python(around: Surroundings) -> list[Finding]:
    """The release of the program, of Python, and the machine."""
    sentence = f"internals {VERSION} on Python {platform.python_version()}, {sys.executable}"
    sentence += f", {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST:
        return [Finding("python", "fault", sentence, "Python 3.11 or newer is needed")]
    return [Finding("python", "ok", sentence)]


def system(around: Surroundings) -> list[Finding]:
    """List what this system lacks, and what is not promised on it; nothing on POSIX."""
    return [Finding("system", "note", sentence) for sentence in lacking()]


def packages(around: Surroundings) -> list[Finding]:
    """Every package that is needed: there, and new enough."""
    versions: list[str] = []
    wrong: list[str] = []
    for name, least in NEEDED.items():
        least_version = ".".join(map(str, least))
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed, {least_version} or newer is needed")
            continue
        versions.append(f"{name} {version}")
        if _numbers(version) < least:
            wrong.append(f"{name} {version} is older than {least_version}")
    if wrong:
        then = "install the program again with what it needs: pip install ."
        return [Finding("packages", "fault", "; ".join(wrong), then)]
    return [Finding("packages", "ok", ", ".join(versions))]


def painting(around: Surroundings) -> list[Finding]:
    """Check whether the screen has to do without its fast painting; nothing where it has not."""
    if release.tested():
        return []
    tested = ".".join(map(str, release.TESTED))
    runs = ".".join(map(str, release.minor() or ())) or "of an unknown version"
    sentence = (
        f"textual {runs} is not the one tested ({tested}): it paints and writes by itself, as"
        ' with wire = "plain"'
    )
    then = f'for fewer bytes and quicker keys install "textual=={tested}.*"'
    return [Finding("painting", "note", sentence, then)]


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: 2.1.0rc1 -> (2, 1)."""
    numbers: list[int] = []
    for part in version.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)
