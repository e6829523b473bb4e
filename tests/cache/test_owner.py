"""Whose the store is: refused with the reason where others may write or own it."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cache.facts.errors import StoreError
from cache.facts.reference import load_reference
from cache.refresh.refresh import refresh as run
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store import owner
from cache.store.store import Store
from tests.cache.stores import ROOT, bars, dump
from tests.torture import steps
from tests.torture.steps import Vendor
from tui.state.config import ConfigError, load

#: As another user: reads a store, then tries to write to it, and says what came of both.
AS_NOBODY = """
import os, sys
from pathlib import Path
import cache.store.draft  # what is loaded late is not there for who may not read Python's folder
from cache.facts.errors import StoreError
from cache.store.store import Store
from tests.cache.stores import bars
mine = bars("EVIL")
mine.check()
os.setgroups([]); os.setgid(65534); os.setuid(65534)
store = Store(Path(sys.argv[1]), timeout=0.1)
for act in (store.read, lambda: store.commit(bars=mine)):
    try: print(act().generation)
    except StoreError as error: print(error)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")


def as_nobody(home: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(home)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("part", ["", "objects", "generations"])
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777, 0o1777])
def test_what_others_may_write_is_neither_read_nor_written(
    tmp_path: Path, part: str, mode: int
) -> None:
    home = tmp_path / "home"
    before = dump(Store(home).commit(bars=bars()))
    (home / part).chmod(mode)
    for act in (Store.read, lambda store: store.commit(bars=bars("A"))):
        with pytest.raises(StoreError) as caught:
            act(Store(home))
        place = home / part if part else home
        assert f"{place} may be written by others (mode {mode:04o})" in str(caught.value)
        assert f"`chmod go-w {place}`" in str(caught.value)
    (home / part).chmod(0o755)
    assert dump(Store(home).read()) == before


def test_who_may_rename_the_directory_may_replace_it(tmp_path: Path) -> None:
    above = tmp_path / "above"
    Store(above / "home").commit(bars=bars())
    above.chmod(0o777)
    with pytest.raises(StoreError, match=rf"{above} may be written by others \(mode 0777\)"):
        Store(above / "home").read()
    # Nothing is made where it would then be refused.
    with pytest.raises(StoreError, match=rf"{above} may be written by others \(mode 0777\)"):
        Store(above / "new").commit(bars=bars())
    assert not (above / "new").exists()
    # As /tmp is: others may add to it, and take nothing away.
    above.chmod(0o1777)
    assert Store(above / "home").read().generation == 1


@as_root
def test_another_owners_store_is_read_and_not_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Store(home).commit(bars=bars())
    for path in (home, *home.rglob("*")):
        os.chown(path, 4321, 4321)
    before = dump(Store(home).read())
    with pytest.raises(StoreError, match=r"home belongs to user 4321, and only its owner writes"):
        Store(home).commit(bars=bars("A"))
    assert dump(Store(home).read()) == before


@as_root
@pytest.mark.process
def test_a_desk_reads_what_its_owner_opened_and_nothing_else() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # pytest's own folder lets nobody through
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        Store(home).commit(bars=bars())
        refused = "home belongs to root, and only its owner writes to it"
        read, wrote = as_nobody(home)
        assert "Permission denied" in read and refused in wrote
        for path in (home, home / "objects", home / "generations"):
            path.chmod(0o755)
        # what comes from now on takes the mode of its directory; what is there is opened once
        for path in home.rglob("*/*"):
            path.chmod(0o644)
        Store(home).commit(bars=bars("A"))
        read, wrote = as_nobody(home)
        assert read == "2" and refused in wrote
        assert Store(home).read().generation == 2


def test_a_directory_that_is_not_there_is_nobodys(tmp_path: Path) -> None:
    owner.check(tmp_path / "no" / "such", writing=True)


def test_every_directory_made_on_the_way_is_private(tmp_path: Path) -> None:
    Store(tmp_path / "a" / "b" / "home").commit(bars=bars())
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        assert path.stat().st_mode & 0o777 == 0o700


def test_a_refresh_is_private_from_its_first_breath(tmp_path: Path) -> None:
    home = tmp_path / "new" / "market"
    mask = os.umask(0o002)
    try:
        request = Request(("IWM", "SPY"), steps.now_at(3), load_reference())
        run(Store(home), request, prices=Vendor(), files=Issuers())
    finally:
        os.umask(mask)
    assert Store(home).generation() is not None
    for path in (tmp_path / "new", *(tmp_path / "new").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(("mode", "said"), [(0o600, ""), (0o644, ""), (0o602, "mode 0602")])
def test_settings_that_others_may_write_are_not_used(tmp_path: Path, mode: int, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "light"\n')
    path.chmod(mode)
    if said:
        with pytest.raises(ConfigError, match=rf"{said}\) and may name programs to run; `chmod"):
            load(path)
    else:
        assert load(path).theme == "light"


def test_a_group_is_others_unless_it_is_the_owners_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    path.chmod(0o664)
    me = pwd.getpwuid(os.geteuid()).pw_name
    for name, members, own in ((me, [], True), (me, ["eve"], False), ("desk", [], False)):
        group = grp.struct_group((name, "x", 7, members))
        monkeypatch.setattr(grp, "getgrgid", lambda _, group=group: group)
        if own:
            owner.check_file(path)
        else:
            with pytest.raises(StoreError, match="may be written by others"):
                owner.check_file(path)


@as_root
def test_settings_of_another_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "light"\n')
    os.chown(path, 4321, 4321)
    with pytest.raises(ConfigError, match="belongs to user 4321 and may name programs to run"):
        load(path)


@pytest.mark.parametrize(
    ("mode", "own", "read"),
    [(0o770, False, False), (0o770, True, True), (0o1770, False, True), (0o750, False, True)],
)
def test_whoever_may_rename_a_directory_may_put_another_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, own: bool, read: bool
) -> None:
    (tmp_path / "above" / "home").mkdir(parents=True, mode=0o700)
    (tmp_path / "above").chmod(mode)
    monkeypatch.setattr(owner, "_own_group", lambda status: own)
    if read:
        owner.check(tmp_path / "above" / "home", writing=True)
    else:
        with pytest.raises(StoreError, match=r"above may be written by others \(mode 0770\)"):
            owner.check(tmp_path / "above" / "home", writing=False)


@pytest.mark.process
def test_the_sentence_says_who_could_do_what_and_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    desk.chmod(0o2775)
    monkeypatch.setattr(owner, "_own_group", lambda status: False)
    with pytest.raises(StoreError) as told:
        owner.check(desk / "market", writing=False)
    assert str(told.value) == (
        f"{desk} may be written by others (mode 2775), who could put another market there;"
        f" `chmod go-w {desk}` keeps them out, `chmod +t {desk}` lets them add only; or keep your"
        " data in a place of your own with --home, and let others read a copy: `internals publish"
        " DIR`"
    )
    for said in ("go-w", "+t"):
        subprocess.run(["chmod", said, str(desk)], check=True)
        owner.check(desk / "market", writing=False)
        desk.chmod(0o2775)
