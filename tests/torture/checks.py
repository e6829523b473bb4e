"""Promises that ordinary tests keep: each kind of fault is a row, its figure is how many held.

The checks run these tests at every change, so that the short form here runs none of them again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.torture.processes import ROOT, environment
from tests.torture.report import Experiment, Row


class Check(NamedTuple):
    """The first cells of a row, and the tests behind it: files, or tests of a file."""

    fault: str
    how: str
    expected: str
    tests: tuple[str, ...]


_FORGET = "tests/process/test_forget.py"
_WRITTEN = "tests/tui/test_written_files.py"
_REPLACED = "tests/process/test_replaced.py"
CHECKS: dict[str, Check] = {
    "folders": Check(
        "a working folder of somebody else's modules",
        "16 modules, tui.py, core.py, argparse.py and sitecustomize.py among them, each with"
        " PYTHONPATH unset, empty, relative: import, refresh, quotes, a page of serve, the"
        " readers of files, a hook; core and cache hidden by a module on PYTHONPATH",
        "none is run; what hides a part of the program is one sentence",
        ("tests/process/test_children.py",),
    ),
    "overwriting": Check(
        "a note or an export where something lies",
        "a file of another's, one that a person changed, links to it, to nothing and to a file"
        " of the program's own, a pipe, a directory, the program's own data; key, command and"
        " export; `--read-only` with every command",
        "nothing is replaced that the program did not write, nothing through a link, and an"
        " export is whole or not there",
        (_WRITTEN, "tests/process/test_cli_hostile.py"),
    ),
    "replaced": Check(
        "a store replaced under an open screen or a refresh",
        "taken away, moved, another of the same number or a file in its place, while holdings"
        " or prices come; alerts judged meanwhile",
        "noticed; the refresh ends, nothing is made anew in its place, and what is there stays",
        (
            f"{_REPLACED}::test_two_stores_of_one_number_are_told_apart",
            f"{_REPLACED}::test_a_refresh_ends_where_its_home_goes_away",
            "tests/tui/test_alerts.py::test_another_store_of_the_same_number_is_judged_anew",
        ),
    ),
    "newer": Check(
        "a store of a newer release",
        "its schema one higher; a part, a fact or a field that this release does not know;"
        " read, written, listed",
        "refused in a sentence, and each byte stays",
        (
            f"{_REPLACED}::test_what_a_newer_release_added_is_never_lost_by_an_older_one",
            "tests/cache/test_head.py",
        ),
    ),
    "served": Check(
        "`internals serve` and whoever reaches its port",
        "odd URLs, ranges and messages, screens of 100,000 x 100,000, other hosts and pages, a"
        " server killed; connections that send nothing, half a request, a byte at a time",
        "no traceback, a screen of bounded size, one deadline for every connection without a page",
        ("tests/process/test_serve.py",),
    ),
    "calendar": Check(
        "days that no calendar foretold",
        "after the last listed session up to ten years on, beyond that; files of holdings and"
        " of closes dated on a closure",
        "computed as others list them, marked, or refused in a sentence; the file is named",
        (
            "tests/cache/test_sessions.py",
            "tests/core/test_computed_sessions.py",
            "tests/core/test_closures.py",
        ),
    ),
    "prices": Check(
        "price files that are wrong where no number shows it",
        "splits on record a day or two off, turned round, squared or twice, with and without"
        " the flag of the closes' basis; dividends there twice; both bases in one file; numbers"
        " beyond belief; other separators",
        "the symbol is left out by name and the others are taken, or refused in a sentence",
        ("tests/process/test_price_files_hostile.py",),
    ),
    "undone": Check(
        "wrong imports, and vendors that change their mind",
        "files over a split, of another history, of a fund's day held already; closes of two"
        " sources; rows not read; changes of a whole history; each then taken back",
        "told or refused; after the taking back every answer is as before",
        (
            _FORGET,
            "tests/process/test_increments.py",
            "tests/process/test_jumps.py",
            "tests/cache/test_vendor.py",
        ),
    ),
}


def _checked(check: Check, folder: Path, small: bool) -> Iterator[Row]:
    report = folder / "junit.xml"
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    done = subprocess.run(
        [*command, f"--junit-xml={report}", *check.tests],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    of = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    ran = of["tests"] - of["skipped"]
    failed = [one for one in done.stdout.splitlines() if one.startswith(("FAILED", "ERROR"))]
    figure = f"{ran - of['failures'] - of['errors']} of {ran} checks hold"
    figure += f", {of['skipped']} skipped" if of["skipped"] else ""
    held = done.returncode == 0 and ran > 0
    yield Row(check.fault, check.how, check.expected, "; ".join([figure, *failed[:3]]), held)


CHECKED: dict[str, Experiment] = {name: partial(_checked, check) for name, check in CHECKS.items()}
