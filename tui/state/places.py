"""The directories that the program uses: one for each kind, all under ``--home`` if given."""

from __future__ import annotations

import os
from pathlib import Path

from cache.facts.errors import StoreError
from cache.store.bucket import address_of
from cache.store.owner import MARKER
from core.data.record import record

APP = "internals"
VARIABLE = "INTERNALS_HOME"


@record(frozen=True, slots=True)
class Places:
    """The directories and files that the program uses.

    Attributes:
        store: the market's store; simulated and real markets each have their own.
        config: directory of themes.toml and funds.toml.
        settings: directory of config.toml: a reader's where the market is published.
        state: what the screen remembers between two runs.
        notes: directory of the notes that the screen writes.
        published: the market is a desk's published copy, which is only read.
    """

    store: Path
    config: Path
    settings: Path
    state: Path
    notes: Path
    published: bool = False

    @property
    def config_lock(self) -> Path:
        """The file that one process at a time has while it edits the user's files."""
        return self.state.with_name("config.lock")


def places(home: Path | None, *, demo: bool) -> Places:
    """The places in force.

    Args:
        home: from ``--home``; else the variable INTERNALS_HOME; else the platform's own.
        demo: the simulated market's store instead of the real one's.

    Raises:
        StoreError: it names the home of a user that there is not.
    """
    variable = os.environ.get(VARIABLE, "").strip()
    root = home or (Path(variable) if variable else None)
    if address_of(root) is not None:
        # what is published there is brought to a copy before (`tui.cli.remote`)
        root = None
    market = "demo" if demo else "market"
    if root is not None:
        try:
            root = root.expanduser().absolute()
        except RuntimeError:
            raise StoreError(f"{root}: there is no such user's directory") from None
        published = (root / MARKER).is_file()
        if published and demo:
            # a reader's simulated market is their own
            root = None
        elif not published:
            return Places(root / market, root, root, root / f"{market}.json", root / "notes")
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(APP, appauthor=False)
    config, state = Path(dirs.user_config_dir), Path(dirs.user_state_dir)
    data = Path(dirs.user_data_dir)
    if root is not None:
        from hashlib import sha256

        # nothing is written where it is published: what a reader's screen remembers is at home
        name = sha256(os.fsencode(root)).hexdigest()[:16]
        reader_state = state / "published" / f"{name}.json"
        return Places(root / market, root, config, reader_state, data / "notes", published=True)
    return Places(data / market, config, config, state / f"{market}.json", data / "notes")
