"""Each look of the doctor, at surroundings made for it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from cache.facts.sessions import listed_through
from cache.sources.reach import Reached
from tests.home import Cli, fill
from tui.doctor import examine, findings, machine, network, stored_data, terminal_checks
from tui.doctor.findings import Finding
from tui.doctor.surroundings import Surroundings
from tui.state.places import places
from tui.terminal.capabilities import Capabilities, capabilities

NOW = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)
HOSTS = (
    *("query2.finance.yahoo.com", "www.blackrock.com", "www.ssga.com", "dng-api.invesco.com"),
    *("investor.vanguard.com", "assets.ark-funds.com"),
)


def terminal(**environ: str) -> Capabilities:
    listed = {"xterm-256color": 256, "tmux-256color": 256, "screen": 8, "linux": 8, "xterm": 8}
    given = {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | environ
    return capabilities(given, encoding="utf-8", c_locale=False, colours_of=listed.get)


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings({}, NOW, terminal(), (120, 36), places(tmp_path, demo=False), False, None)


def one(found: list[Finding], topic: str) -> Finding:
    (told,) = [finding for finding in found if finding.topic == topic]
    return told


def test_the_terminal_and_what_it_runs_in(around: Surroundings) -> None:
    told = one(terminal_checks.terminal(around), "terminal")
    assert (told.state, told.message) == ("ok", "xterm-256color, 120x36")
    tmux = terminal(TERM="tmux-256color", TMUX="x", SSH_TTY="y")
    small = one(terminal_checks.terminal(replace(around, terminal=tmux, size=(60, 20))), "terminal")
    assert (small.state, "80x24" in small.then) == ("note", True)
    assert "tmux-256color, inside tmux, over ssh, 60x20" in small.message
    assert one(terminal_checks.terminal(replace(around, size=None)), "terminal").state == "note"
    dumb = replace(around, terminal=terminal(TERM="dumb"))
    assert one(terminal_checks.terminal(dumb), "terminal").state == "fault"
    assert terminal_checks.colours(dumb) == terminal_checks.mouse_and_clipboard(dumb) == []


@pytest.mark.parametrize(
    ("environ", "state", "said", "then"),
    [
        ({}, "ok", "256, because terminfo lists", ""),
        ({"COLORTERM": "truecolor"}, "ok", "true colours, because COLORTERM=truecolor", ""),
        ({"NO_COLOR": "1"}, "ok", "none, because NO_COLOR is set", ""),
        ({"TERM": "xterm"}, "note", "8, because", "export TERM=xterm-256color"),
        ({"TERM": "screen", "STY": "1"}, "note", "8, because", "term screen-256color"),
        ({"TERM": "screen", "TMUX": "1"}, "note", "8, because", 'default-terminal "tmux-256color"'),
        ({"TERM": "linux"}, "note", "8, because", 'theme = "terminal"'),
    ],
)
def test_colours_and_why(
    around: Surroundings, environ: dict[str, str], state: str, said: str, then: str
) -> None:
    found = terminal_checks.colours(replace(around, environ=environ, terminal=terminal(**environ)))
    told = one(found, "colours")
    assert told.state == state
    assert said in told.message
    assert then in told.then


def test_characters_come_with_a_line_to_judge_the_font_by(around: Surroundings) -> None:
    found = terminal_checks.characters(around)
    assert one(found, "characters").message == "UTF-8, because LANG=C.UTF-8"
    assert "▁▂▃▄▅▆▇█" in one(found, "font").message
    plain = terminal_checks.characters(replace(around, terminal=terminal(LANG="C")))
    assert one(plain, "characters").state == "note"
    assert "LANG=C.UTF-8" in one(plain, "characters").then
    assert len(plain) == 1


def test_mouse_and_clipboard(around: Surroundings) -> None:
    assert one(terminal_checks.mouse_and_clipboard(around), "mouse, copy").state == "ok"
    tmux = replace(around, terminal=terminal(TERM="tmux-256color", TMUX="x"))
    assert "set-clipboard on" in one(terminal_checks.mouse_and_clipboard(tmux), "mouse, copy").then
    console = replace(around, terminal=terminal(TERM="linux"))
    assert (
        "neither mouse nor"
        in one(terminal_checks.mouse_and_clipboard(console), "mouse, copy").message
    )


def test_the_config_file_is_checked_and_explained(around: Surroundings) -> None:
    path = around.places.settings / "config.toml"
    assert "is not there" in one(stored_data.config(around), "config").message
    path.write_text("")
    assert "sets nothing" in one(stored_data.config(around), "config").message
    path.write_text('pair = "MDY:SPY"\nascii = true\n[keys]\nquit = "f10"\n[alerts]\ntimeout = 5\n')
    said = one(stored_data.config(around), "config").message
    assert said.endswith(
        "sets pair = MDY:SPY, ascii = true, [keys] quit = f10, [alerts] timeout = 5"
    )
    path.write_text('theme = "pink"\n')
    told = one(stored_data.config(around), "config")
    assert told.state == "fault"
    assert "line 1: theme" in told.message


def test_the_users_own_files(around: Surroundings) -> None:
    assert stored_data.own_files(around) == []
    (around.places.config / "funds.toml").write_text('[funds.XYZ]\nindex = "Mine"\n')
    assert one(stored_data.own_files(around), "own files").message == "funds.toml can be used"
    (around.places.config / "funds.toml").write_text('[funds.XYZ]\naddress = "ftp://x"\n')
    assert one(stored_data.own_files(around), "own files").state == "fault"


@pytest.mark.process
def test_the_store(around: Surroundings, tmp_path: Path) -> None:
    assert one(stored_data.store(around), "store").state == "note"
    around = replace(around, places=places(fill(tmp_path), demo=False))
    home = around.places.store
    found = stored_data.store(around)
    assert one(found, "store").state == "ok"
    assert "generation 3, " in one(found, "store").message
    assert one(found, "permissions").message == "the store can be written, yours alone (mode 700)"
    home.chmod(0o777)
    told = one(stored_data.store(around), "store")
    assert told.state == "fault"
    assert "may be written by others" in told.message
    home.chmod(0o700)
    newest = max((home / "generations").iterdir())
    newest.write_bytes(newest.read_bytes()[:-20])
    told = one(stored_data.store(around), "store")
    assert told.state == "fault"
    assert "generation 3 is damaged" in told.message
    for manifest in (home / "generations").iterdir():
        manifest.write_bytes(b"{}")
    assert "restore a copy" in one(stored_data.store(around), "store").message


@pytest.mark.process
def test_a_desk_that_may_only_read(
    around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = replace(around, places=places(fill(tmp_path), demo=False))
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert one(stored_data.store(around), "permissions").state == "note"


def test_room(around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(stored_data.room(around), "room").state == "ok"
    monkeypatch.setattr(
        stored_data.shutil, "disk_usage", lambda path: SimpleNamespace(free=30_000_000)
    )
    told = one(stored_data.room(around), "room")
    assert (told.state, told.message[:11]) == ("fault", "0.0 GB free")
    monkeypatch.undo()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "--home" in one(stored_data.room(around), "room").then


def test_sessions_run_out(around: Surroundings) -> None:
    last = listed_through()
    on: Callable[[date], datetime] = lambda day: datetime(  # noqa: E731
        day.year, day.month, day.day, 15, tzinfo=UTC
    )
    for days, state in ((-90, "ok"), (-30, "note"), (1, "note"), (999, "note")):
        then = replace(around, now=on(last + timedelta(days=days)))
        assert one(stored_data.sessions(then), "sessions").state == state


def test_python_and_packages(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(machine.python(around), "python").state == "ok"
    assert one(machine.packages(around), "packages").state == "ok"
    monkeypatch.setattr(metadata, "version", lambda name: {"numpy": "1.26.4"}.get(name, "99.1rc1"))
    told = one(machine.packages(around), "packages")
    assert (told.state, told.message) == ("fault", "numpy 1.26.4 is older than 2.1")

    def missing(name: str) -> str:
        if name == "textual":
            raise metadata.PackageNotFoundError(name)
        return "99.0"

    monkeypatch.setattr(metadata, "version", missing)
    assert "textual is not installed" in one(machine.packages(around), "packages").message


def test_the_needed_packages_are_those_of_the_project() -> None:
    import re
    import tomllib

    root = Path(__file__).resolve().parents[2]
    listed = tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    found = {}
    for line in listed:
        name, version = re.fullmatch(r"([\w-]+)>=([\d.]+).*", line).groups()  # type: ignore[union-attr]
        found[name] = tuple(map(int, version.split(".")))
    assert found == machine.NEEDED


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({}, "ok", "none"),
        ({"HTTPS_PROXY": "http://me:hunter2@p.example:3128"}, "ok", "http://p.example:3128, from"),
        ({"https_proxy": "p.example", "no_proxy": "*.lan"}, "ok", "but not for *.lan"),
        ({"ALL_PROXY": "socks5://p.example:1080"}, "note", "socks5://p.example:1080"),
        ({"https_proxy": "http://[half"}, "fault", "no address"),
        ({"https_proxy": "http://:80"}, "fault", "names no host"),
    ],
)
def test_the_proxy_without_its_password(
    around: Surroundings, environ: dict[str, str], state: str, said: str
) -> None:
    told = one(network.proxy(replace(around, environ=environ)), "proxy")
    assert told.state == state
    assert said in told.message
    assert "hunter2" not in told.message + told.then


def test_certificates(around: Surroundings, tmp_path: Path) -> None:
    assert one(network.certificates(around), "certificates").state == "ok"
    bundle = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))
    named = replace(around, environ={"REQUESTS_CA_BUNDLE": str(bundle)})
    assert f"{bundle}, 1 authorities" in one(network.certificates(named), "certificates").message
    half = replace(around, environ={"SSL_CERT_FILE": str(bundle)})
    assert one(network.certificates(half), "certificates").state == "note"
    bundle.write_text("no certificate")
    assert "holds no" in one(network.certificates(named), "certificates").message
    bundle.unlink()
    assert "does not exist" in one(network.certificates(named), "certificates").message


def test_hosts_and_the_clock(around: Surroundings) -> None:
    asked: list[str] = []

    def answer(hosts: list[str]) -> Mapping[str, Reached]:
        asked.extend(hosts)
        silent = {HOSTS[1]: Reached(None, why="no answer within 3 s")}
        return {host: Reached(0.2, NOW - timedelta(seconds=2)) for host in hosts} | silent

    found = network.network(replace(around, reach=answer))
    assert tuple(asked) == HOSTS
    states = [finding.state for finding in found]
    assert states == ["ok", "fault", *["ok"] * 5]
    assert "import holdings FILE" in found[1].then
    assert one(found, "clock").message == "2026-07-01 14:30 +0000, 14:30 UTC, as the hosts say"
    late = replace(around, reach=answer, now=NOW - timedelta(minutes=20))
    assert "20 minutes slow" in one(network.network(late), "clock").message
    offline = network.network(around)
    assert [finding.state for finding in offline] == ["note", "ok"]
    assert "--offline" in offline[0].message
    assert "simulated" in network.network(replace(around, simulated=True))[0].message


def test_a_look_that_fails_costs_no_other(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: object) -> object:
        raise RuntimeError("odd")

    monkeypatch.setattr(stored_data, "load", broken)
    found = examine.examine(around)
    assert "RuntimeError: odd" in one(found, "config").message
    assert one(found, "room").state == "ok"


def test_hostile_words_reach_no_terminal() -> None:
    evil = Finding("a\x1b]0;owned\x07", "fault", "b\x1b[2J\n\u202ec", "d\r\x9b31m")
    text = findings.to_text([evil], 80)
    assert [char for char in text if not char.isprintable() and char != "\n"] == []
    assert json.loads(findings.to_json([evil]))["findings"][0] == {
        "topic": "a", "state": "fault", "said": "b c", "next": "d",
    }  # fmt: skip


def test_the_command(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("HTTPS_PROXY", "http://\x1bc\x07\u202e.example:1")
    code, out, err = cli("doctor", "--home", tmp_path / "none", "--offline")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert out.splitlines()[-1].startswith("nothing to fix, ")
    assert max(map(len, out.splitlines())) <= 100
    code, out, _ = cli("doctor", "--home", tmp_path / "none", "--demo", "--format", "json")
    assert (code, json.loads(out)["faults"]) == (0, 0)
    assert not (tmp_path / "none").exists()
    monkeypatch.setenv("TERM", "dumb")
    assert cli("doctor", "--home", tmp_path, "--offline")[0] == 1


def test_a_source_without_its_key_is_a_fault(around: Surroundings) -> None:
    settings = around.places.settings / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    assert one(stored_data.prices(around), "prices").message == "Yahoo brings closes"
    settings.write_text('[prices]\nsource = "massive"\n')
    told = one(stored_data.prices(around), "prices")
    assert (told.state, "needs MASSIVE_API_KEY" in told.message) == ("fault", True)
    keyed = replace(around, environ={"POLYGON_API_KEY": "x"})
    assert one(stored_data.prices(keyed), "prices").state == "ok"
    settings.write_text('[prices]\nsource = "files"\n')
    assert "not set" in one(stored_data.prices(around), "prices").message
    (around.places.config / "funds.toml").write_text("[vendors.massive]\nper_minute = 0\n")
    (broken,) = stored_data.own_files(around)
    assert 'line 2: "per_minute" of massive must be a number above 0' in broken.message
