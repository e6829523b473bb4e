"""The limited child: what it refuses to open, and what becomes of a parser that misbehaves."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from cache.facts.errors import SourceError
from cache.facts.sessions import sessions
from cache.sources.imported_series import read_series
from cache.sources.membership import read_membership
from cache.sources.sandbox import Children, Limits, Parsed, open_regular, run

ROOT = Path(__file__).resolve().parents[2]
SMALL = Limits(memory=1 << 30, cpu=10, wall=20.0)


def child(
    name: str, source: bytes | BinaryIO = b"", limits: Limits = SMALL, **args: object
) -> Parsed:
    parser = f"tests.process.odd_parsers:{name}"
    return run(parser, source, args, file="f.csv", limits=limits, paths=[str(ROOT)])


def test_answer_crosses_whole() -> None:
    fields, arrays = child("echo", b"\x00\xff\n", n=1)
    assert fields == {"args": {"n": 1}, "size": 3, "text": "é\x1b"}
    assert arrays["bytes"].tolist() == [0.0, 255.0, 10.0]
    assert arrays["days"].astype(str).tolist() == ["2026-01-21", "NaT"]


def test_large_input_and_an_open_file(tmp_path: Path) -> None:
    assert child("echo", bytes(1 << 20))[0]["size"] == 1 << 20
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    with open_regular(path) as file:
        assert child("echo", file)[1]["bytes"].tolist() == [97.0, 98.0, 99.0]


def test_environment_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A csv.py in the folder one works in must not be what the child imports.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_TOKEN", "x")
    fields, _ = child("environment")
    assert "SOME_TOKEN" not in fields["names"]
    assert not fields["here"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("complain", "f.csv, line 7, column close, AAA: is wrong here"),
        ("objects", "f.csv: could not be read"),
        ("missing", "f.csv: is damaged or not of the format it claims (AttributeError"),
    ],
)
def test_misbehaviour_is_one_sentence(name: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        child(name)
    said = str(caught.value)
    assert said.startswith(words)
    assert said.isprintable()


def read_in_turn(
    names: Sequence[str], limits: Limits, seconds: float = 0.0, leave: int = 0
) -> list[str]:
    """What becomes of some files that one import reads, each 100 kB larger than the one before.

    Args:
        names: the parsers; one that sleeps has one second for it.
        limits: of each file.
        seconds: of processor time that a busy parser takes.
        leave: bytes that it leaves behind.
    """
    answers = []
    with Children(limits, [str(ROOT)]) as children:
        for place, name in enumerate(names):
            wall = 1.0 if name == "sleep" else limits.wall
            parser, source = f"tests.process.odd_parsers:{name}", bytes(100_000 * place)
            args = {"seconds": seconds, "leave": leave}
            try:
                fields, _ = run(
                    parser, source, args, file=f"{place}",
                    limits=replace(limits, wall=wall), paths=[str(ROOT)], children=children,
                )  # fmt: skip
                assert fields["size"] == len(source)
                answers.append(f"by {fields['process']}")
            except SourceError as error:
                answers.append(str(error))
    return answers


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer limits")
def test_good_files_of_an_import_are_read_by_one_child() -> None:
    # together they use more than the processor time and the memory of one file
    limits = Limits(memory=512 << 20, cpu=1, wall=60.0)
    names = ["busy"] * 4 + ["complain", "busy"]
    first, *others, wrong, last = read_in_turn(names, limits, 0.3, 150 << 20)
    assert first.startswith("by ")
    assert {first, *others, last} == {first}
    assert wrong == "4, line 7, column close, AAA: is wrong here"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer limits")
@pytest.mark.parametrize(
    ("limits", "hostile"),
    [
        (
            Limits(memory=1 << 30, cpu=10, wall=60.0),
            {
                "hog": "needs more than 1,024 MB of memory",
                "sleep": "takes longer than 1 seconds",
                "crash": "could not be read: the reader stopped",
                "fail": "is damaged or not of the format it claims (KeyError: 'a",
            },
        ),
        (Limits(1 << 30, 1, 60.0), {"spin": "could not be read: the reader stopped"}),
    ],
)
def test_a_hostile_file_is_one_sentence_and_takes_no_other_of_its_import_down(
    limits: Limits, hostile: dict[str, str]
) -> None:
    began = time.monotonic()
    names = ["busy", *(name for one in hostile for name in (one, "busy", "busy"))]
    answers = read_in_turn(names, limits)
    for place, words in zip(range(1, len(names), 3), hostile.values(), strict=True):
        before, said, *after = answers[place - 1 : place + 3]
        assert said.startswith(f"{place}: {words}")
        assert said.isprintable()
        assert after[0] == after[1] != before
        assert all(answer.startswith("by ") for answer in (before, *after))
    assert time.monotonic() - began < 120


@pytest.mark.limited
def test_members_and_series_are_read_in_the_child(tmp_path: Path) -> None:
    now = datetime(2013, 2, 1, tzinfo=UTC)
    file = tmp_path / "table.csv"
    file.write_text("measure,date,value\nNYAD,2013-01-31,-12.5\n")
    (one,), rejected = read_series(file, now=now)
    assert (one.measure, one.source, rejected) == ("NYAD", "table.csv", ())
    assert one.values == {date(2013, 1, 31): -12.5}
    file.write_text("symbol,from,to\nAAA,2012-12-31,\n")
    ((members, raw),), rejected = read_membership(file, "IWM", sessions(), now=now)
    assert (members.as_of, members.symbols, rejected) == (date(2012, 12, 31), ("AAA",), ())
    assert raw == file.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer limits")
def test_child_writes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "written"
    with pytest.raises(SourceError):
        child("write", path=str(path))
    assert not path.exists() or path.stat().st_size == 0


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("missing", "no such file"),
        ("folder", "is a directory"),
        ("fifo", "is a pipe"),
        ("socket", "is a socket"),
        ("empty", "is empty"),
        ("large", "holds 300 MB; at most 256 MB"),
        ("/dev/zero", "is a device"),
        ("/dev/null", "is a device"),
        ("nul\0byte", "cannot be opened"),
    ],
)
def test_only_regular_files_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty").touch()
    with (tmp_path / "large").open("wb") as large:
        large.truncate(300 << 20)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        with pytest.raises(SourceError) as caught:
            open_regular(Path(target))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_escape_in_a_file_name_is_not_passed_on(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        open_regular(tmp_path / "\x1b]0;x\x07name.csv")
    assert str(caught.value).isprintable()


def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("symbol\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(SourceError, match="permission denied"):
        open_regular(path)
