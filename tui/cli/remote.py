"""A home in an object store: its local copy is what every command and the screen read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cache.store.bucket import address_of, connect
from tui.state.places import APP, VARIABLE
from tui.text.streams import ANSWERED, say


def local_home(home: Path | None) -> Path | None:
    """The directory to read: of an address its local copy, brought to what is published now.

    Where the line is down the last whole generation stays, and one sentence says so.

    Raises:
        StoreError: nothing is published there, or it cannot be had and nothing of it is here.
    """
    variable = os.environ.get(VARIABLE, "").strip()
    address = address_of(home if home is not None else variable)
    if address is None:
        return home
    from platformdirs import PlatformDirs

    from cache.store.desk_copy import bring

    caches = Path(PlatformDirs(APP, appauthor=False).user_cache_dir)
    place = caches / "desks" / sha256(address.encode()).hexdigest()[:16]
    now = datetime.now(UTC)
    if failure := bring(connect(address), place, now):
        say(failure, ANSWERED)
    return place
