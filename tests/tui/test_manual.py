"""The manual page and the completion scripts: everything the program knows is in them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tui.cli.arguments import whole_parser
from tui.cli.manual import FILE, page
from tui.cli.shell_completion import completion
from tui.command.commands import COMMANDS


def commands() -> list[str]:
    """The commands as `--help` lists them."""
    names = whole_parser().format_help().split("COMMAND\n")[1]
    return [
        line.split()[0] for line in names.splitlines() if line.startswith("    ") and line[4] != " "
    ]


def test_the_page_has_every_command_and_every_key() -> None:
    text, names = page(), commands()
    assert len(names) >= 12
    for name in names:
        assert f".SS {name}\n" in text
    for command in COMMANDS:
        if command.keys:
            assert f".B {' '.join(command.keys)}\n".replace("-", r"\-").replace(
                "'", r"\(aq"
            ) in text.replace(r"\e", "\\")


def test_the_page_that_is_kept_is_the_one_of_now() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "python3 dev.py manual writes it anew"


@pytest.mark.process
def test_the_page_is_good_roff() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-z"],
        input=page(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_script_completes_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    names = commands()
    for shell in ("bash", "zsh", "fish"):
        assert completion(shell) == 0
        script = capsys.readouterr().out
        missing = [name for name in (*names, "RSP:SPY", "YTD") if name not in script]
        assert not missing, shell
