"""Files that a person may write (config.toml, themes.toml, funds.toml) as what nobody would."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture.processes import environment
from tests.torture.report import Row, judged

#: The user's files, each with a right content and a command that reads it.
FILES = {
    "config.toml": ('window = "YTD"\n', ("status",)),
    "themes.toml": (
        '[Own]\nsource = "mine"\ndate = 2026-01-02\nsymbols = ["AAA"]\n',
        ("note", "--pair", "AAA:BBB", "--window", "1D"),
    ),
    "funds.toml": (
        '[funds.XYZ]\naddress = "https://example.com/x"\n',
        ("refresh", "--pair", "AAA:BBB"),
    ),
}
CLOSES = (
    "symbol,date,close\nAAA,2026-06-25,10\nAAA,2026-06-26,11\nBBB,2026-06-25,5\nBBB,2026-06-26,5\n"
)
#: Seconds in which a sentence must be there, and bytes of memory that it may take.
LIMIT, MEMORY = 20.0, 1 << 30


def _sparse(path: Path, right: str) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _text(make: Callable[[str], str]) -> Callable[[Path, str], object]:
    return lambda path, right: path.write_text(make(right), encoding="utf-8")


#: Kind -> what makes it, and whether the program answers as without it.
KINDS: dict[str, tuple[Callable[[Path, str], object], bool]] = {
    "a pipe": (lambda path, right: os.mkfifo(path), False),
    "a link to /dev/zero": (lambda path, right: path.symlink_to("/dev/zero"), False),
    "a link to a terminal": (lambda path, right: path.symlink_to("/dev/ptmx"), False),
    "a sparse file of 1 TB": (_sparse, False),
    "a directory": (lambda path, right: path.mkdir(), False),
    "100,000 brackets": (_text(lambda right: f"x = {'[' * 100_000}"), False),
    "a number of 5,000 digits": (_text(lambda right: f"x = {'9' * 5000}"), False),
    "UTF-16": (lambda path, right: path.write_bytes(right.encode("utf-16")), False),
    "a byte-order mark": (_text(lambda right: f"\ufeff{right}"), True),
    "CRLF": (_text(lambda right: right.replace("\n", "\r\n")), True),
}


def settings(folder: Path, small: bool) -> Iterator[Row]:
    """Each file as each kind, with a command that reads it."""
    home, wrong, slowest, tried = folder / "home", list[str](), 0.0, 0
    (folder / "closes.csv").write_text(CLOSES)
    _run(home, "import", "prices", str(folder / "closes.csv"))
    kinds = [name for name in KINDS if not small or name in ("a pipe", "a byte-order mark")]
    for name, (right, command) in FILES.items():
        usual, path = _run(home, *command), home / name
        for kind in kinds:
            make, answered = KINDS[kind]
            make(path, right)
            code, said, seconds = _run(home, *command)
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            slowest, tried = max(slowest, seconds), tried + 1
            refused = said.count("\n") == 1 and name in said and said[:-1].isprintable()
            held = (code, said) == usual[:2] if answered else code == 2 and refused
            if not held:
                wrong.append(f"{name} as {kind}: {code} {said[:200]!r}")
    yield judged(
        "the user's own files are none",
        f"config.toml, themes.toml and funds.toml each as {', '.join(kinds)}",
        "one printable sentence with the file's name, or read as meant; never a wait",
        f"{tried} of {tried}; the slowest took {slowest:.1f} s",
        wrong,
    )


def _run(home: Path, *command: str) -> tuple[int | None, str, float]:
    """Exit code of a command (None where it hangs), its complaint, and its seconds."""
    limits = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}));"
    main = "import sys; from tui.__main__ import main; sys.argv[0] = 'internals'; main()"
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", limits + main, *command, "--home", str(home)],
            env=environment(HTTPS_PROXY="http://127.0.0.1:9"),
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        return None, "", LIMIT
    return done.returncode, done.stderr, time.monotonic() - began
