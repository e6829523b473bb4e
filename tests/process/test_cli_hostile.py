"""The command line among hostile arguments, names, places and streams."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.home import Cli, write_prices
from tui.cli.dispatch import run

ROOT = Path(__file__).resolve().parents[2]
#: Rewrites a terminal's title, clears it, turns the text around, starts a new line.
EVIL = "\x1b]0;owned\x07\x1b[2J\u202e\n"


@pytest.fixture
def home(once: Path) -> Path:
    """A home with prices and both funds' holdings; no test writes to it."""
    return once / "home"


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run one command line: (exit code, stdout, stderr)."""

    def call(*argv: object) -> tuple[int, str, str]:
        try:
            code = run([str(a) for a in argv])
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def process(*argv: object, **how: object) -> subprocess.CompletedProcess[bytes]:
    """The same as a process of its own, for what only a process has."""
    command = [sys.executable, "-m", "tui", *map(str, argv)]
    options = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "timeout": 60, "check": False} | how
    return subprocess.run(command, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    "argv",
    [
        ("note", "--pair", f"{EVIL}:SPY"),
        ("note", "--window", EVIL),
        ("note", "--as-of", EVIL),
        ("note", "--format", EVIL),
        ("note", f"--{EVIL}"),
        ("explain", EVIL),
        ("explain", "IWM", EVIL),
        ("forget", "holdings", EVIL, "2026-01-01"),
        ("import", "prices", f"/nowhere/{EVIL}.csv"),
        ("import", "holdings", "/nowhere/h.csv", "--fund", EVIL),
    ],
)
def test_an_argument_cannot_write_to_the_terminal(
    cli: Cli, home: Path, argv: tuple[str, ...]
) -> None:
    code, out, err = cli(*argv, "--home", home)
    assert code in (2, 3) and out == ""
    assert err.endswith("\n") and err[:-1].isprintable()


def test_a_file_name_cannot_write_to_the_terminal(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / f"{EVIL}<b>*x*.csv"
    path.write_text("symbol,date,close\nIWM,2026-01-05,10\nSPY,2026-01-05,10\nA,x,1\n")
    place = ("--home", tmp_path / "home")
    code, out, err = cli("import", "prices", path, *place)
    assert code == 1
    assert all(line.isprintable() for line in out.splitlines()) and err[:-1].isprintable()
    later = write_prices(tmp_path / f"{EVIL}<b>*y*.csv")
    assert cli("import", "prices", later, "--replace", *place)[0] == 0
    for kind in ("text", "md", "json"):
        code, out, _ = cli("note", "--format", kind, *place)
        assert all(line.isprintable() for line in out.split("\n"))
        assert ("<b>" in out) == (kind != "md")


def test_a_file_name_that_is_no_text_is_no_fault(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe.csv"
    with open(path, "wb") as file:  # noqa: PTH123  pathlib has no bytes
        file.write(b"symbol,date,close\nA,2026-01-05,10\n")
    done = process(
        "import", "prices", os.fsdecode(path), "--home", tmp_path / "h", capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b": 1 row of 1 symbol, 2026-01-05 to 2026-01-05\n")


@pytest.mark.parametrize("argv", [("note", "--home", ""), ("import", "prices", " ")])
def test_an_empty_path_is_not_the_working_directory(cli: Cli, argv: tuple[str, ...]) -> None:
    code, out, err = cli(*argv)
    assert (code, out) == (2, "") and "the path is empty" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("coding", "kinds"),
    [("ascii", ("text", "md", "json", "csv")), ("latin-1", ("text",)), ("cp1252", ("md",))],
)
def test_a_terminal_without_utf8_gets_its_answer(
    cli: Cli, home: Path, coding: str, kinds: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in kinds:
        written = io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", io.TextIOWrapper(written, coding, write_through=True))
            assert cli("note", "--format", kind, "--home", home) == (0, "", "")
            text = written.getvalue().decode("utf-8" if kind in ("json", "csv") else coding)
        assert "IWM" in text
        if kind == "json":
            assert json.loads(text)["schema"] == 1


def test_nor_does_a_process_of_its_own_need_utf8(home: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process("note", "--home", home, capture_output=True, env=environ)
    assert (done.returncode, done.stderr) == (0, b"") and b"IWM" in done.stdout
    assert done.stdout.isascii()


def test_a_device_or_a_pipe_is_written_to_not_replaced(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert cli("note", "--home", home, "--output", pipe)[0] == 0
    assert b"IWM leads SPY by 9.00 pp" in reader.communicate(timeout=60)[0]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_output_that_cannot_be_written_is_named(cli: Cli, home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for target in (tmp_path, tmp_path / "no" / "x.md", tmp_path / "file" / "x.md"):
        code, out, err = cli("note", "--home", home, "--output", target)
        assert (code, out) == (2, "")
        assert err.startswith(f"internals: {target}: ") and err.count("\n") == 1
    assert cli("note", "--home", home, "--output", "-")[1].startswith("IWM against SPY")


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "0<&-", "0<&- 1>&- 2>&-", "2>/dev/full"])
def test_closed_streams_change_no_exit_code(home: Path, tmp_path: Path, closed: str) -> None:
    prices = write_prices(tmp_path / "p.csv")
    calls = [(0, f"note --home {home}"), (2, f"note --nonsense --home {home}")]
    if closed == "0<&- 1>&- 2>&-":
        calls += [
            (0, f"status --home {home}"),
            (3, f"note --home {tmp_path}/empty"),
            (0, f"import prices {prices} --home {tmp_path}/new"),
        ]
    for expected, argv in calls:
        shell = f"exec {sys.executable} -m tui {argv} {closed}"
        # streams that are buffered, as they are for a person
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
        done = subprocess.run(
            ["bash", "-c", shell], cwd=ROOT, env=environment, capture_output=True, timeout=60
        )
        assert done.returncode == expected, (argv, done.stderr)
        assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("option", ["--accept", "--progress=json"])
def test_a_refresh_whose_messages_find_no_room_does_its_work(
    option: str, home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home, tmp_path / "home")
    # no network: what is stored stays, which is an answer in part
    environment = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9"}
    argv = ("refresh", option, "--no-alerts", "--home", tmp_path / "home")
    with Path("/dev/full").open("wb") as full:
        assert process(*argv, stderr=full, env=environment).returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("argv", [("note",), ("--help",), ("--version",)])
def test_a_full_disk_behind_stdout_is_said(home: Path, argv: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = process(*argv, "--home", home, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == b"internals: standard output: No space left on device\n"


@pytest.mark.parametrize("argv", [("note",), ("status",), ("import", "prices", "p.csv")])
def test_a_home_that_is_a_file_is_one_clear_line(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_prices(tmp_path / "p.csv")
    (tmp_path / "home").write_text("mine")
    code, out, err = cli(*argv, "--home", tmp_path / "home")
    assert (code, out) == (2, "") and "Not a directory" in err and err.count("\n") == 1
    assert (tmp_path / "home").read_text() == "mine"


def test_status_names_the_pair_that_was_looked_at(cli: Cli, home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    kept = {"small": "QQQ", "large": "RSP", "window": "YTD", "basis": "tr"}
    (tmp_path / "home" / "market.json").write_text(json.dumps(kept))
    code, out, _ = cli("status", "--home", tmp_path / "home")
    last = out.splitlines()[-1]
    # A refresh by the command line has to be told the pair that was on the screen.
    assert code == 0 and last.startswith("QQQ:RSP ")
    assert "`internals refresh --pair QQQ:RSP` fetches" in last


def test_status_prices_the_pair_of_a_flag_then_of_the_settings_then_of_the_screen(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home, tmp_path / "home")
    place, config = ("--home", tmp_path / "home"), tmp_path / "home" / "config.toml"
    kept = {"small": "QQQ", "large": "RSP", "window": "YTD", "basis": "tr"}
    (tmp_path / "home" / "market.json").write_text(json.dumps(kept))

    def last(*more: str) -> str:
        code, out, _ = cli("status", *more, *place)
        assert code == 0
        return str(out.splitlines()[-1])

    config.write_text('window = "1M"\n')
    assert last().startswith("QQQ:RSP ")
    config.write_text('pair = "IJR:IVV"\n')
    assert last().startswith("IJR:IVV ") and "`internals refresh` fetches" in last()
    assert last("--pair", "mdy:spy").startswith("MDY:SPY ")
    assert "`internals refresh --pair MDY:SPY` fetches" in last("--pair", "MDY:SPY")
    # A pair that is none is refused, as by every other command.
    config.write_text('pair = "IJR"\n')
    code, out, err = cli("status", *place)
    assert (code, out) == (2, "") and "config.toml, line 1: pair" in err and err.count("\n") == 1
    assert cli("status", "--pair", "X", *place)[0] == 2


def test_a_cut_off_holdings_file_is_answered_in_part(cli: Cli, home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    head = 'iShares Russell 2000 ETF\nFund Holdings as of,"Dec 31, 2025"\n\n'
    head += "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Quantity,Price\n"
    cut = tmp_path / "cut.csv"
    cut.write_text(head + 'A,Tin,Energy,Equity,"600.00",60.00,60,10\n')
    place = ("--home", tmp_path / "home")
    code, out, err = cli("import", "holdings", cut, *place)
    assert code == 1 and "taken, but not as one whole fund" in out and "add up to 60.0%" in err
    assert "refused" not in out
    code, out, _ = cli("note", "--format", "json", *place)
    found = json.loads(out)
    assert (code, found["state"]) == (1, "partial")
    assert found["indices"]["IWM"]["weight_measured"] == pytest.approx(0.6)


@pytest.mark.parametrize("home", ["~no-such-user-at-all/x", " "])
def test_the_variable_for_the_home_may_be_wrong(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("INTERNALS_HOME", home)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    code, out, err = cli("status")
    assert out == "" and err.count("\n") == 1
    assert (code, "no such user" in err) == ((2, True) if home.strip() else (3, False))


def test_without_a_network_one_line_says_so(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    done = process("refresh", "--home", tmp_path / "h", capture_output=True)
    answers = [(done.returncode, done.stdout.decode(), done.stderr.decode())]
    answers += [
        cli("refresh", extra, "--home", tmp_path / extra) for extra in ("--quiet", "--full")
    ]
    for code, out, said in answers:
        assert (code, out) == (3, "")
        assert said.count("\n") == 1 and said.startswith("internals: Yahoo could not be reached")
        assert "the stored data are unchanged" in said


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_may_not_be_written_is_said_by_a_refresh(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "home").mkdir(mode=0o500)
    code, out, err = cli("refresh", "--quiet", "--home", tmp_path / "home")
    assert (code, out) == (2, "") and "cannot write to" in err and err.count("\n") == 1


def test_a_refresh_into_a_file_is_one_clear_line(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "home").write_text("mine")
    code, out, err = cli("refresh", "--quiet", "--home", tmp_path / "home")
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert f"cannot write to {tmp_path}/home/market: Not a directory" in err
