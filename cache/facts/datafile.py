"""The package's small tables and a user's TOML, read with lines for the errors."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from cache.facts import regular_files
from cache.facts.clean import clean
from cache.facts.errors import SourceError

_DATA: Final = Path(__file__).with_name("data")


def package_text(name: str) -> str:
    """The text of a data file that ships with the package."""
    return (_DATA / name).read_text(encoding="utf-8")


def package_table(name: str) -> list[dict[str, str]]:
    """The rows of a packaged CSV by its header; lines that start with "#" are comments."""
    lines = [line for line in package_text(name).splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """A TOML document.

    Raises:
        SourceError: it is no TOML; names the file and the line.
    """
    import tomllib  # the frame of the screen is drawn before any TOML is read

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+)", str(error))
        line = int(match[1]) if match else text.count("\n") + 1
        reason = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        raise SourceError(f"this is no TOML: {reason}", file=file, line=line) from None
    except (RecursionError, ValueError):
        # what TOML allows and nobody writes: a number of 5,000 digits, lists a thousand deep
        lines = [len(line) for line in text.splitlines()]
        reason = "a value is nested too deeply or too long to be read"
        raise SourceError(reason, file=file, line=lines.index(max(lines)) + 1) from None


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """A user's TOML file: the document and its text (for `line_of`).

    Raises:
        SourceError: it cannot be read, is no regular file, no text or no TOML.
    """
    try:
        text = toml_text(path)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", file=str(path)) from None
    return parse_toml(text, str(path)), text


def toml_text(path: Path) -> str:
    """The text of a user's TOML file, without the mark that some editors begin it with.

    Raises:
        FileNotFoundError: there is none.
        SourceError: it cannot be read, is no regular file or no text.
    """
    try:
        return regular_files.read(path).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", file=str(path)) from None
    except UnicodeDecodeError:
        raise SourceError("is not UTF-8 text, which TOML must be", file=str(path)) from None


def toml_string(text: str) -> str:
    """A text without control characters as a string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def line_of(text: str, *words: str) -> int | None:
    """Return the line of the last word's first occurrence after the earlier words.

    Good enough to send a person to the right table and key of their file; where a word is written
    otherwise there, to what was found before it.
    """
    at: int | None = None
    for word in words:
        position = text.find(word, at or 0)
        if position < 0:
            break
        at = position
    return None if at is None else text.count("\n", 0, at) + 1


def check_keys(
    entries: Iterable[str], allowed: Sequence[str], where: str, file: str, text: str, *head: str
) -> None:
    """Refuse an unknown entry of a user's file, which would be ignored silently.

    Args:
        entries: the keys of a table, or of the file's top.
        allowed: those that are read.
        where: the table as a person writes it, such as "[funds.XYZ]"; "" for the top.
        file: for the message.
        text: of the file, for the line.
        head: words of the table's heading, for the line.

    Raises:
        SourceError: a key is not known; names it, those that are, and its line.
    """
    for key in entries:
        if key not in allowed:
            name = clean(key, 20)
            place = f" in {where}" if where else ""
            message = f'"{name}" is nothing known{place}; known are {" ".join(allowed)}'
            raise SourceError(message, file=file, line=line_of(text, *head, key))
