"""Nothing that the program did not write is replaced; who only looks changes nothing."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cache.stores import files
from tests.home import Cli
from tui.report.answer_file import write_file
from tui.service.service import LOOKING, Desk
from tui.state.places import places
from tui.state.state_files import Memory, drop_oldest
from tui.state.written_files import Written


def written_in(home: Path, refusal: str = "") -> Written:
    """What this program wrote, as remembered in a home."""
    where = places(home, demo=False)
    return Written(where, Memory(where.state, refusal))


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """What lies in a folder, links as themselves."""
    found = {path.name: path.lstat() for path in folder.iterdir()}
    return {name: (one.st_mode, one.st_size, one.st_mtime_ns) for name, one in found.items()}


def there(target: Path) -> None:
    target.write_text("precious")


def changed(target: Path) -> None:
    write_file(target, "the note", written_in(target.parent / "home"))
    target.write_text(target.read_text() + "\nand what a person added")


def linked(target: Path) -> None:
    elsewhere = target.with_name("precious")
    elsewhere.write_text("precious")
    target.symlink_to(elsewhere)


def linked_to_ours(target: Path) -> None:
    ours = target.with_name("ours")
    write_file(ours, "the note", written_in(target.parent / "home"))
    target.symlink_to(ours)


def linked_to_nothing(target: Path) -> None:
    target.symlink_to(target.with_name("nothing"))


def linked_to_itself(target: Path) -> None:
    target.symlink_to(target)


def linked_hard(target: Path) -> None:
    elsewhere = target.with_name("precious")
    elsewhere.write_text("precious")
    target.hardlink_to(elsewhere)


def unread(target: Path) -> None:
    os.mkfifo(target)


def directory(target: Path) -> None:
    target.mkdir()


#: What puts something where a note is to be written -> what is said of it.
THERE: dict[Callable[[Path], None], str] = {
    there: "is there already, and not as this program wrote it",
    changed: "is there already, and not as this program wrote it",
    linked_hard: "is there already, and not as this program wrote it",
    linked: "is a link, through which nothing is written",
    linked_to_ours: "is a link, through which nothing is written",
    linked_to_nothing: "is a link, through which nothing is written",
    linked_to_itself: "is a link, through which nothing is written",
    unread: "is a pipe that nobody reads",
    directory: "Is a directory",
}


def test_what_the_program_did_not_write_stays(filled: Cli, tmp_path: Path) -> None:
    for put, words in THERE.items():
        folder = tmp_path / put.__name__
        folder.mkdir()
        target = folder / "note.txt"
        put(target)
        before = state(folder)
        for kind in ("line", "svg"):
            code, out, err = filled("note", "--output", target, "--format", kind)
            assert (code, out, err.count("\n")) == (2, "", 1), put.__name__
            assert err.startswith(f"internals: {target}: {words}"), put.__name__
        assert state(folder) == before, put.__name__


def test_what_it_wrote_is_replaced_and_the_rest_only_when_asked_to(
    filled: Cli, tmp_path: Path
) -> None:
    target, link = tmp_path / "note.txt", tmp_path / "link.txt"
    asked = ("note", "--format", "line", "--output")
    assert filled(*asked, target)[0] == 0
    target.chmod(0o640)
    first = target.read_text("utf-8")
    assert filled("note", "--output", target, "--format", "slack")[0] == 0
    assert target.read_text("utf-8") != first and stat.S_IMODE(target.stat().st_mode) == 0o640
    # another name of it, as a backup of hard links has, keeps what it led to
    (tmp_path / "backup").hardlink_to(target)
    kept = target.read_text("utf-8")
    assert filled(*asked, target)[0] == 0
    assert (tmp_path / "backup").read_text("utf-8") == kept != target.read_text("utf-8")
    target.write_text("precious")
    assert filled(*asked, target)[0] == 2
    assert filled(*asked, target, "--force")[0] == 0
    assert target.read_text("utf-8") == first
    link.symlink_to(target)
    assert filled(*asked, link, "--force")[0] == 2 and link.is_symlink()
    assert {path.name for path in tmp_path.glob(".*")} == set()


def test_an_export_writes_all_of_its_tables_or_none(filled: Cli, tmp_path: Path) -> None:
    out = tmp_path / "tables"
    out.mkdir()
    (out / "sectors.csv").write_text("precious")
    code, said, err = filled("export", "--format", "csv", out)
    assert (code, said) == (2, "") and f"{out / 'sectors.csv'}: is there already" in err
    assert [path.name for path in out.iterdir()] == ["sectors.csv"]
    assert filled("export", "--format", "csv", "--force", out)[0] == 0
    assert filled("export", "--format", "csv", out)[0] == 0
    assert (out / "sectors.csv").read_text("utf-8").startswith("fund,name,")


def test_no_answer_lies_where_the_program_keeps_its_own(filled: Cli, tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = files(home)
    asked = ("note", "--format", "line", "--output")
    own = ("market/x", "market/objects/x.npy", "config.toml", "themes.toml", "market.json")
    for name in (*own, "market.alerts.json", "demo.json", "crash.log"):
        code, _, err = filled(*asked, home / name, "--force")
        assert code == 2 and err.count("\n") == 1, name
    assert filled("export", home / "market" / "objects")[0] == 2
    (tmp_path / "way").symlink_to(home / "market")
    assert filled(*asked, tmp_path / "way" / "x")[0] == 2
    assert files(home) == before
    assert filled(*asked, home / "note.txt")[0] == 0


def test_who_only_looks_brings_takes_and_keeps_nothing(
    filled: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    before = files(tmp_path)
    assert {"p.csv", "s.csv"} <= {path.name for path in tmp_path.iterdir()}
    for argv in (
        ("import", "prices", "p.csv"),
        ("import", "holdings", "s.csv", "--fund", "IWM"),
        ("import", "changes", "p.csv"),
        ("forget", "holdings", "IWM", "2025-12-31"),
        ("forget", "changes", "IWM"),
        ("refresh", "--quiet"),
        ("refresh", "--full", "--progress", "json"),
        ("quotes",),
        ("publish", "desk"),
        ("note", "--output", "home/n.txt"),
        ("export", "home/tables"),
        ("export", "home/notes"),
    ):
        code, out, err = filled("--read-only", *argv)
        assert (code, out, err.count("\n")) == (2, "", 1), (argv, err)
        assert "look only" in err, argv
        assert files(tmp_path) == before, argv


def test_who_only_looks_is_answered_and_may_write_elsewhere(filled: Cli, tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = files(home)
    for argv in (("note",), ("status",), ("explain", "IWM"), ("explain", "IWM", "A")):
        assert filled("--read-only", *argv)[0] == 0, argv
    written = ("--read-only", "note", "--format", "line", "--output", tmp_path / "n.txt")
    assert filled(*written)[0] == 0
    assert filled("--read-only", "export", "--format", "csv", tmp_path / "tables")[0] == 0
    # what is not remembered is not replaced
    assert filled(*written)[0] == 2
    code, _, err = filled("--read-only", "--demo", "note")
    assert code == 3 and "not made yet" in err and err.count("\n") == 1
    assert files(home) == before


def test_a_screen_that_looks_keeps_no_trace_of_a_fault(tmp_path: Path) -> None:
    assert Desk(places(tmp_path, demo=False), looking=True).memory.refusal == LOOKING
    ledger = written_in(tmp_path / "home", LOOKING)
    ledger.note(tmp_path / "x", b"x")
    assert not (tmp_path / "home").exists()


def test_of_what_was_written_the_newest_are_remembered(tmp_path: Path) -> None:
    """In whatever order a directory lists its files: they are made in every one."""
    for number, order in enumerate(itertools.permutations(range(4))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for at in order:
            (folder / f"{at}.json").write_text("{}")
            os.utime(folder / f"{at}.json", (at, at))
        for most, left in ((4, "0123"), (3, "123"), (1, "3")):
            drop_oldest(folder, most)
            assert {path.stem for path in folder.iterdir()} == set(left), order
