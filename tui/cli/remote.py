"""A home in an object store: its local copy is what every command and the screen read."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.errors import StoreError
from cache.store.bucket import address_of, connect
from tui.state.places import APP, VARIABLE
from tui.text.streams import ANSWERED, say

if TYPE_CHECKING:
    from cache.store.desk_copy import CopyReader

#: Seconds between two looks of what stays open; each is one request where nothing is new.
LOOK: Final = 60.0


def local_home(home: Path | None, *, follow: bool = False) -> Path | None:
    """The directory to read; for an address its local copy, updated to what is published.

    Where the line is down the last whole generation stays, and one sentence says so.

    Args:
        home: what ``--home`` names, None without it.
        follow: keep the copy at what is published until the process ends.

    Raises:
        StoreError: nothing is published there, or it cannot be had and nothing of it is here.
    """
    if (address := _address(home)) is None:
        return home
    reader = _reader(address)
    if failure := reader.bring():
        from tui.service.published import published_age

        say(f"{failure}, {published_age(reader.home, datetime.now(UTC))}", ANSWERED)
    if follow:
        _follow(reader)
    return reader.home


def _follow(reader: CopyReader) -> None:
    """Update a local copy again and again, in a thread that ends with the process.

    The screen shows what it brings as it shows what any other process brings.
    """

    def look() -> None:
        while True:
            time.sleep(LOOK)
            # the copy's record says why nothing newer came
            with suppress(StoreError, OSError):
                reader.bring()

    # no end of the program waits for a line that hangs
    threading.Thread(target=look, name="follow", daemon=True).start()


def _address(home: Path | None) -> str | None:
    """The address that ``--home``, else the variable INTERNALS_HOME, names; None of a directory."""
    return address_of(home if home is not None else os.environ.get(VARIABLE, "").strip())


def _reader(address: str) -> CopyReader:
    from platformdirs import PlatformDirs

    from cache.store.desk_copy import CopyReader

    caches = Path(PlatformDirs(APP, appauthor=False).user_cache_dir)
    place = caches / "desks" / sha256(address.encode()).hexdigest()[:16]
    return CopyReader(connect(address), place, connect(address, patient=False))
