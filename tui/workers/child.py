"""The fetching child: started, read line by line, ended; the screen never waits for it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from cache.facts.interpreter import environment
from tui.text import formats

#: Longest line read from the child; a longer one is passed over.
_LIMIT: Final = 1 << 20
_STAGES: Final = {
    "plan": "looking up what is stale",
    "holdings": "holdings",
    "prices": "closes",
    "done": "done",
}


def progress_text(fields: dict[str, Any]) -> str:
    """One progress object as a sentence; keys may be missing or of a wrong kind.

    "closes 300 of 1,952 · 2 failed · 3.9 a second · 7 m left · MSFT"
    """

    def number(name: str) -> float | None:
        value = fields.get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return None
        return float(value)

    stage = str(fields.get("stage") or "")
    words = _STAGES.get(stage, stage) or "fetching"
    done, total, failed = number("done"), number("total"), number("failed")
    if total:
        words += f" {formats.count(done or 0)} of {formats.count(total)}"
    parts = [words]
    if failed:
        parts.append(f"{formats.count(failed)} failed")
    if rate := number("rate"):
        parts.append(f"{formats.number(rate, 1)} a second")
    if (remaining := number("seconds_left")) is not None and stage != "done":
        parts.append(
            f"{remaining:.0f} s left" if remaining < 90 else f"{remaining / 60:.0f} m left"
        )
    said_last = [fields.get(name) for name in ("symbol", "message")]
    return " · ".join([*parts, *(text for text in said_last if isinstance(text, str) and text)])


async def run(argv: list[str], report: Callable[[str], None]) -> tuple[int, str, bool]:
    """Run a refresh to its end, as `follow` does; ``report`` takes each progress sentence.

    Returns:
        As `follow`, and whether anything new came, as far as it says.

    A process that ends well without a summary of what it brought was no refresh: code 2.
    """
    summarized, any_new = False, True

    def take(fields: dict[str, Any]) -> None:
        nonlocal summarized, any_new
        summarized = summarized or (fields.get("stage") == "done" and bool(fields.get("message")))
        any_new = any_new and fields.get("came") is not False
        report(progress_text(fields))

    code, last = await follow(argv, take, "the refresh")
    if code == 0 and not summarized:
        return 2, f"the refresh ended without its result{last and f': {last}'}", False
    return code, last, any_new


async def follow(
    argv: list[str],
    take: Callable[[dict[str, Any]], None],
    what: str,
    read: Callable[[str], object] = len,
) -> tuple[int, str]:
    """Run the child to its end; it is terminated where this is cancelled.

    Args:
        argv: the command.
        take: given each JSON object it writes, a line each.
        what: what it is, for the sentence that it cannot be started.
        read: given each other line it writes.

    Returns:
        Its exit code, and its last words: the last message or line it wrote.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
        )
    except OSError as error:
        return 2, f"{what} cannot be started: {error.strerror or error}"
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(line: bytes | None) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    # asyncio's pipes fail where the loop is closed before a terminated child has ended
    threading.Thread(target=_read, args=(process, put), name="child", daemon=True).start()
    last = ""
    try:
        while (raw := await lines.get()) is not None:
            text = raw.decode("utf-8", "replace").strip()
            fields = _fields(text)
            if fields is None:
                read(text)
                last = text.removeprefix("internals: ") or last
                continue
            message = fields.get("message")
            last = message if isinstance(message, str) and message else last
            take(fields)
        return process.wait(), last
    finally:
        with suppress(ProcessLookupError):
            process.terminate()


def _read(process: subprocess.Popen[bytes], put: Callable[[bytes | None], object]) -> None:
    """In a thread: hand over each line of a process, then None once it has ended.

    ``put`` raises RuntimeError where nobody listens any more.
    """
    assert process.stdout is not None
    too_long = False
    with process.stdout as stream, suppress(RuntimeError):
        for raw in iter(partial(stream.readline, _LIMIT), b""):
            cut = len(raw) == _LIMIT and not raw.endswith(b"\n")
            if not (cut or too_long):
                put(raw)
            too_long = cut
    process.wait()
    with suppress(RuntimeError):
        put(None)


def _fields(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
