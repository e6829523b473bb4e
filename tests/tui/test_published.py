"""A published home: it is read, said to be read-only, and never written to."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from core.answer.snapshot import Question
from tests.cache.stores import files
from tests.home import Cli
from tests.tui.driving import press, seen, settle, until
from tui.cli.dispatch import run
from tui.screen.app import InternalsApp
from tui.service.service import Desk
from tui.state.config import Config
from tui.state.places import places


@pytest.fixture
def desk_home(filled: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published copy of the filled home; the reader's own directories are in tmp_path."""
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "reader" / name.lower()))
    target = tmp_path / "desk"
    code, out, _ = filled("publish", target)
    assert code == 0 and f"it is read with: internals --home {target}" in out
    return target


def read(capsys: pytest.CaptureFixture[str], home: Path, *argv: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([*argv, "--home", str(home)])
    return (code, *capsys.readouterr())


def test_what_is_worked_out_is_kept_in_a_copy_of_ones_own_alone(
    desk_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(desk_home)
    history = ["history", "--measure", "median", "--every", "month", "--window", "1M"]
    first = [read(capsys, desk_home, *argv) for argv in (["status"], history)]
    assert files(desk_home) == before and "median" in first[1][1]
    # as `CopyReader` marks what it brought from a bucket
    mark = json.loads((desk_home / "published.json").read_text())
    body = json.dumps({**mark, "address": "s3://desk/internals", "failure": ""})
    (desk_home / "published.json").write_text(body)
    assert read(capsys, desk_home, "status")[0] == 0
    derived = desk_home / "market" / "derived"
    assert len([*derived.iterdir()]) == 1
    assert read(capsys, desk_home, *history) == first[1]
    # of each fund
    assert len([*derived.iterdir()]) == 3


@pytest.mark.process
def test_the_answers_are_the_publishers_and_nothing_is_written(
    desk_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(tmp_path / "desk")
    mine = read(capsys, tmp_path / "home", "note", "--format", "json")
    assert mine[0] == 0
    assert read(capsys, desk_home, "note", "--format", "json") == mine
    code, out, _ = read(capsys, desk_home, "status")
    assert code == 0 and "published" in out and "read-only" in out and "requests" not in out
    for argv in (
        ["refresh"],
        ["import", "prices", str(tmp_path / "p.csv")],
        ["forget", "holdings", "IWM", "2025-12-31"],
    ):
        code, out, err = read(capsys, desk_home, *argv)
        assert (code, out) == (2, "") and "internals publish" in err and err.count("\n") == 1
    assert files(tmp_path / "desk") == before


def test_a_damaged_store_is_published_in_part_and_readers_are_told(
    filled: Cli, desk_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = max((tmp_path / "home" / "market" / "generations").iterdir())
    newest.write_bytes(newest.read_bytes()[:-9])
    code, out, err = filled("publish", tmp_path / "other")
    assert code == 1 and "for everyone" in out
    assert f"generation {int(newest.stem)} is damaged" in err and "publish again" in err
    code, out, err = read(capsys, tmp_path / "other", "note")
    assert f"generation {int(newest.stem)} is missing" in out + err
    # The copy from before the damage is whole.
    code, out, err = read(capsys, desk_home, "note")
    assert code == 0 and "missing" not in out + err


def test_the_screen_says_so_and_r_explains(desk_home: Path, tmp_path: Path) -> None:
    before = files(tmp_path / "desk")
    where = places(desk_home, demo=False)
    app = InternalsApp(Desk(where, home=desk_home), Config(), Question())

    async def story() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot, app)
            await until(lambda: "read-only" in seen(app))
            assert "IWM leads SPY" in seen(app)
            await press(pilot, app, "r")
            assert "internals publish" in seen(app)
            await press(pilot, app, "[", "q")

    asyncio.run(story())
    assert files(tmp_path / "desk") == before
    # what is remembered is the reader's own
    assert where.state.is_relative_to(tmp_path / "reader") and where.state.exists()


def test_the_reader_has_settings_of_their_own(
    desk_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "reader" / "config" / "internals"
    own.mkdir(parents=True)
    (own / "config.toml").write_text('window = "MTD"\nrefresh_on_open = true\n')
    _, out, _ = read(capsys, desk_home, "note")
    assert "MTD 2025-12-31 to 2026-01-30" in out


def test_a_readers_simulated_market_is_their_own(desk_home: Path, tmp_path: Path) -> None:
    where = places(desk_home, demo=True)
    assert where.store.is_relative_to(tmp_path / "reader") and not where.published


def test_wrong_use_is_one_line(filled: Cli, tmp_path: Path) -> None:
    for argv, words in (
        (["publish", tmp_path / "home" / "x"], "are inside one another"),
        (["publish", tmp_path / "d", "--group", "no-such-group"], "no group called no-such-group"),
        (["publish", tmp_path / "d", "--demo"], "--demo"),
    ):
        code, out, err = filled(*argv)
        assert (code, out) == (2, "") and words in err and err.count("\n") == 1
    assert not (tmp_path / "d").exists()
