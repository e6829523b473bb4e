"""What is worked out from the whole store and cached beside it, for as long as nothing changes."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cache.facts.code_version import measures_digest
from cache.store.derived import Derived
from core.data.market_figures import figures_of
from tui import VERSION
from tui.service.published import is_local_copy

if TYPE_CHECKING:
    from core.data.frames import Reference
    from core.data.market_figures import Figures
    from tui.service.service import Desk


def derived_of(desk: Desk) -> Derived | None:
    """The cache of the newest generation; None where nothing may be written, as to others' copy."""
    identity, places = desk.identity(), desk.places
    others = places.published and not is_local_copy(places.config)
    if identity is None or desk.memory.refusal or others:
        return None
    return Derived(desk.store.home, identity)


def facts_of(reference: Reference) -> str:
    """Identify the data files' facts, a user's among them."""
    facts = sha256(reference.sessions.tobytes())
    facts.update(repr((reference.aliases, reference.reconstitutions, reference.indices)).encode())
    return facts.hexdigest()


def stored_figures(desk: Desk) -> Figures:
    """Counts over all files and closes for `status`, cached while the store is unchanged.

    Raises:
        CacheError: the store is empty or cannot be read.
    """
    market, derived = desk.market(), derived_of(desk)
    # of a damaged newest generation an older one is read, and may be whole again
    if derived is None or derived.number != market.generation or market.damage:
        return figures_of(market)
    key = f"{VERSION} status {measures_digest()} {facts_of(desk.reference)}"
    figures, current = derived.read(key)
    if not current:
        figures = figures_of(market)
        derived.keep(key, figures)
    return figures
