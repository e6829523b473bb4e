"""The lock of a refresh: a second refresh waits, and reuses the summary of the first.

The lock file says what is requested and, at the end, what came of it. A process that waited
for the same question has its answer then and asks nobody; after a refresh that was killed, or
of another pair, it makes its own.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cache.facts import regular_files, system
from cache.facts.errors import StoreBusy, StoreError
from cache.refresh.progress import Summary
from cache.store import disk

#: Seconds between two tries for the lock.
_AGAIN: Final = 0.1
#: The most read of a lock file.
_LIMIT: Final = 1 << 16


@dataclass(slots=True)
class Turn:
    """The refresh lock of a store, and what it answers.

    Attributes:
        summary: what the refresh that was waited for said of the same question, None where this
            one has to be made.
    """

    summary: Summary | None
    _file: int
    _question: str

    def ended(self, summary: Summary, now: datetime | None = None) -> None:
        """Store the summary for the processes that wait, and for later questions."""
        _write(self._file, {"asked": self._question, "summary": summary.to_fields(now)})


@contextmanager
def turn(
    home: Path, question: str, *, stop: threading.Event, waiting: Callable[[str], None]
) -> Iterator[Turn]:
    """Wait for the store's refresh lock, and hold it.

    Args:
        home: the store's directory.
        question: such as "IWM:SPY"; equal questions have one answer.
        stop: ends the wait when set.
        waiting: called once, in a sentence, that and for whom one waits.

    Raises:
        StoreBusy: ``stop`` was set while another process held it.
        StoreError: the directory cannot be written.
    """
    try:
        disk.make(home)
        opened = os.open(home / "refresh.lock", system.LOCK, 0o600)
    except OSError as error:
        raise StoreError(f"cannot write to {home}: {error.strerror}") from None
    try:
        waited = False
        while not system.try_lock(opened):
            if not waited:
                process = _read(opened).get("process")
                holder = f" (process {process})" if isinstance(process, int) else ""
                waiting(f"waiting for another refresh of this store{holder}")
            waited = True
            if stop.wait(_AGAIN):
                raise StoreBusy(f"another refresh of {home} is under way; stopped waiting for it")
        summary = None
        if waited and (fields := _read(opened)).get("asked") == question:
            summary = Summary.from_fields(fields.get("summary"))
        if summary is None:
            _write(opened, {"asked": question, "process": os.getpid()})
        yield Turn(summary, opened, question)
    finally:
        os.close(opened)


def last_record(home: Path) -> dict[str, Any]:
    """Return the stored record of the last refresh; empty where there is none or one is running."""
    summary = _parsed(regular_files.read_or_none(home / "refresh.lock", _LIMIT) or b"").get(
        "summary"
    )
    return summary if isinstance(summary, dict) else {}


def _read(opened: int) -> dict[str, Any]:
    try:
        os.lseek(opened, 0, os.SEEK_SET)
        return _parsed(os.read(opened, _LIMIT))
    except OSError:
        return {}


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _write(opened: int, fields: dict[str, Any]) -> None:
    """Write the record; a failure (a full disk) costs waiting processes a few requests, no more."""
    data = json.dumps(fields).encode()
    try:
        os.ftruncate(opened, 0)
        os.lseek(opened, 0, os.SEEK_SET)
        os.write(opened, data)
    except OSError:
        return
