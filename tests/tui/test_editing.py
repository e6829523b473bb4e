"""The user's own files are edited by one process at a time: nobody's edit is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cache.facts.errors import StoreBusy
from cache.facts.fund_entry import FundEntry
from cache.sources.imported_series import FILE, stored_series
from cache.store import disk
from tests.home import Cli
from tui.service.service import Desk
from tui.state.places import places


def series(folder: Path, measure: str) -> str:
    file = folder / f"{measure}.csv"
    file.write_text(f"measure,date,value\n{measure},2026-01-30,1.5\n")
    return str(file)


@pytest.mark.parametrize("what", ["fund", "group", "import", "forget"])
def test_each_edit_waits_for_another_process_and_keeps_what_it_wrote(
    what: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    assert cli("import", "series", series(tmp_path, "pmi"))[0] == 0
    desk = Desk(places(home, demo=False))
    edits: dict[str, Callable[[], object]] = {
        "fund": lambda: desk.add_fund(FundEntry("MINE", index="Mine")),
        "group": lambda: desk.keep_group("chips", ["MU", "AMD"]),
        "import": lambda: cli("import", "series", series(tmp_path, "cpi")),
        "forget": lambda: cli("forget", "series", "pmi"),
    }
    file = home / {"fund": "funds.toml", "group": "themes.toml"}.get(what, FILE)
    before = file.read_bytes() if file.exists() else b""
    with disk.locked(desk.places.config_lock, 1.0):
        monkeypatch.setattr("tui.state.editing.PATIENCE", 0.05)
        if what in ("fund", "group"):
            with pytest.raises(StoreBusy, match="another process"):
                edits[what]()
        else:
            code, _, words = edits[what]()  # type: ignore[misc]
            assert code == 2 and "another process" in words
        assert (file.read_bytes() if file.exists() else b"") == before
        # whoever waits reads what the other has written meanwhile
        monkeypatch.setattr("tui.state.editing.PATIENCE", 10.0)
        waiting = threading.Thread(target=edits[what])
        waiting.start()
        addition = {
            "fund": '[funds.OTHER]\nindex = "Other"\n',
            "group": '[other]\nsymbols = ["A"]\nsource = "me"\ndate = 2026-01-30\n',
        }.get(what, "measure,date,value,source\npmi,2026-01-30,2.5,me\n")
        disk.replace(file, addition.encode())
    waiting.join(60.0)
    if what in ("fund", "group"):
        assert file.read_text().startswith(addition.splitlines()[0])
        assert "MINE" in file.read_text() or "chips" in file.read_text()
    else:
        there = stored_series(home)
        assert set(there) == {"import": {"pmi", "cpi"}, "forget": set()}[what]
        if what == "import":
            assert [*there["pmi"].values.values()] == [2.5]
