"""The first screen of an empty store: each way to a first answer is one key away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cache.facts.errors import SourceError, StoreError
from cache.sources.sniff import kind_of
from core.answer.snapshot import Question
from tests.cache.price_layouts import LAYOUTS
from tests.home import write_holdings, write_prices
from tests.terminal.test_child import read_until
from tests.terminal.test_terminals import started
from tests.tui.driving import drive, lines_of, press, seen, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import small_market
from tui.command.commands import CommandError
from tui.command.keys import keys_of
from tui.command.line import Words, parse
from tui.screen.app import InternalsApp
from tui.screen.chrome import next_steps
from tui.service.service import Desk
from tui.state.places import places
from tui.workers.file_import import as_path


def test_each_way_is_told_with_its_key_and_what_it_costs() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        text = " ".join(seen(app).split())
        assert "D look around in a simulated market" in text
        assert "r fetch from the issuers and Yahoo. 12 symbols are stale: r costs 4" in text
        assert "i import a file" in text
        assert "internals import holdings FILE" in text
        assert "internals doctor" in text
        await press(pilot, app, "D")
        assert app.wants_demo

    drive(story, desk=FakeDesk(None), size=(80, 24))


@pytest.mark.parametrize(
    ("source", "name"),
    [("yahoo", "Yahoo"), ("massive", "massive"), ("files", "your folder of files")],
)
def test_what_is_fetched_from_is_the_source_of_the_settings(source: str, name: str) -> None:
    steps = dict(next_steps("12 symbols are stale", keys_of({}), source, simulated=False))
    assert steps["r"] == f"fetch from the issuers and {name}. 12 symbols are stale"


def test_the_demo_hides_no_real_market() -> None:
    desk = FakeDesk(small_market())

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "D")
        assert "there is a real market here" in seen(app)
        desk.simulated = True
        await press(pilot, app, "D")
        assert "this is the simulated market" in seen(app)
        assert not app.wants_demo

    drive(story, desk=desk)


@pytest.mark.process
def test_a_file_is_brought_by_its_path(tmp_path: Path) -> None:
    desk = FakeDesk(None)
    said = "my closes.csv: 138 rows of 6 symbols, keeps nothing:"
    script = "echo internals: line 3: no date >&2; echo "
    script += f'{said} $(case "$0 $*" in *--dry-run*) echo True;; *) echo False;; esac)'
    desk.argv = ["sh", "-c", script]
    file = tmp_path / "my closes.csv"
    file.write_text("symbol,date,close\nA,2026-01-02,1\n")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "i")
        assert ":import " in lines_of(app)[-1]
        await press(pilot, app, *str(tmp_path / "my"), "backslash", "space", *"closes.csv", "enter")
        await until(lambda: "138 rows" in seen(app))
        # What the file holds is seen first; esc leaves it, enter keeps it.
        assert "Import my closes.csv?" in seen(app) and "keeps nothing: True" in seen(app)
        assert "enter import it" in seen(app) and "esc leave it" in seen(app)
        assert "Refused, and left out (1)" in seen(app)
        await press(pilot, app, "escape")
        assert "138 rows" not in seen(app)
        await press(pilot, app, ":", *f"import {tmp_path}/my closes.csv", "enter")
        await until(lambda: "138 rows" in seen(app))
        await press(pilot, app, "enter")
        await until(lambda: "keeps nothing: False" in lines_of(app)[-2])
        assert desk.brought == [file, file]
        await press(pilot, app, ":", *"import", "enter")
        assert "import which file?" in seen(app)
        await press(pilot, app, "escape", ":", *"import /none/there.csv", "enter")
        assert desk.brought[-1] == Path("/none/there.csv")
        await until(lambda: "Import there.csv?" in seen(app))
        await press(pilot, app, "escape")
        desk.argv = ["sh", "-c", "echo internals: it is no table >&2; exit 1"]
        await press(pilot, app, ":", *f"import {tmp_path}/my closes.csv", "enter")
        await until(lambda: "it is no table" in seen(app))
        assert "! it is no table" in lines_of(app)[-2]
        desk.argv = None
        await press(pilot, app, ":", *f"import {tmp_path}/my closes.csv", "enter")
        assert "nothing can be imported" in seen(app)

    drive(story, desk=desk)


def test_where_one_only_looks_no_key_brings_anything(tmp_path: Path) -> None:
    looking = Desk(places(tmp_path, demo=False), looking=True)
    with pytest.raises(StoreError, match="look only"):
        looking.import_command(tmp_path / "none.csv")
    real = Desk(places(tmp_path, demo=False), home=tmp_path)
    with pytest.raises(SourceError, match="No such file"):
        real.import_command(tmp_path / "none.csv")
    file = write_prices(tmp_path / "p.csv")
    argv = real.import_command(file)
    assert argv is not None
    assert argv[3:] == ["import", "prices", str(file), "--home", str(tmp_path)]
    assert Desk(places(tmp_path, demo=True), demo=True).import_command(file) is None
    desk = FakeDesk(None)
    desk.read_only = "opened to look only"

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "D")
        assert "opened to look only" in lines_of(app)[-2]
        assert not app.wants_demo

    drive(story, desk=desk)


def test_what_a_file_is(tmp_path: Path) -> None:
    holdings, closes = tmp_path / "h.csv", tmp_path / "p.csv"
    write_holdings(holdings, "A,Tin,Energy,6,10")
    write_prices(closes)
    assert (kind_of(holdings), kind_of(closes)) == ("holdings", "prices")
    parquet = tmp_path / "p.parquet"
    parquet.write_bytes(b"PAR1rest")
    assert kind_of(parquet) == "prices"
    closes.write_text('"Date";"Symbol";"Adj_Close"\n')
    assert kind_of(closes) == "prices"
    assert kind_of(tmp_path) == "prices", "a folder is one of closes"
    # A holdings file has dates and prices, too; what it has beside them tells.
    holdings.write_text("Date,Ticker,Price,Weight\n2026-06-26,A,10,100%\n")
    assert kind_of(holdings) == "holdings"
    with pytest.raises(SourceError, match="No such file"):
        kind_of(tmp_path / "none")


def test_every_layout_of_closes_is_told_from_holdings(tmp_path: Path) -> None:
    for layout, (name, make, *_) in LAYOUTS.items():
        path = tmp_path / name
        path.write_bytes(make())
        assert kind_of(path) == "prices", layout


def test_paths_as_terminals_write_them(tmp_path: Path) -> None:
    assert as_path(" '/a b/c.csv' ") == as_path('"/a b/c.csv"') == Path("/a b/c.csv")
    assert as_path("/a\\ b/c.csv") == Path("/a b/c.csv")
    assert as_path("~/x.csv") == Path.home() / "x.csv"
    with pytest.raises(SourceError, match="no such user"):
        as_path("~nobody-of-that-name/x.csv")


def test_the_line_keeps_blanks_of_a_path() -> None:
    assert parse("import /a  b/C.csv", Question()) == Words("import", "/a  b/C.csv")
    with pytest.raises(CommandError, match="which file"):
        parse("import", Question())


@pytest.mark.terminal
def test_from_nothing_to_the_demo_on_a_terminal(tmp_path: Path) -> None:
    with started(tmp_path, demo=False) as terminal:
        first = read_until(terminal.ours, b"What to do next", b"quit")
        assert b"SIMULATED" not in first
        os.write(terminal.ours, b"D")
        drawn = read_until(terminal.ours, b"SIMULATED\x07", b"Breadth")
        assert b"Breadth" in drawn
        left = terminal.quit()
        assert left.count(b"\x1b[23;2t") == 1
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["demo"]


@pytest.mark.terminal
def test_from_nothing_to_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    write_prices(file)
    with started(tmp_path / "home", demo=False) as terminal:
        read_until(terminal.ours, b"What to do next", b"quit")
        os.write(terminal.ours, b"i" + str(file).encode() + b"\r")
        read_until(terminal.ours, b"leave it")
        os.write(terminal.ours, b"\r")
        assert b"]2;IWM-SPY YTD" in read_until(terminal.ours, b"]2;IWM-SPY YTD")
        terminal.quit()
