"""A manifest's fields: the parts of a generation, and the objects that it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from core.data.frames import pydate
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cache.store.pack import Json
    from core.data.frames import Announcement, Holdings, Prices
    from core.data.industries import IndustryList

#: The objects of a holdings file: the issuer's bytes, its texts, its numbers.
FILED: Final = ("raw", "text", "numbers")
#: What a manifest lists; "announced" and "industries" are missing where there are none.
PARTS: Final = ("blocks", "symbols", "holdings", "announced", "industries", "aside", "journal")

#: All of a manifest's names. A newer release that adds one counts `SCHEMA` up, so that this one
#: refuses its store; should it not, the name alone is enough: what is not known would be dropped.
_NAMES: Final = frozenset({"schema", "generation", "simulated", *PARTS})


@record(frozen=True, slots=True)
class Aside:
    """A holdings file that is stored and not used.

    Attributes:
        fund: the fund's symbol.
        as_of: its day.
        source: its address.
        why: sentences on what is odd about it.
    """

    fund: str
    as_of: date
    source: str
    why: tuple[str, ...]


@record(frozen=True, eq=False, slots=True)
class Contents:
    """The contents of one generation of the store.

    Attributes:
        generation: its number; 0 before anything was committed.
        prices: every stored bar.
        holdings: by fund, ascending by ``as_of``.
        simulated: the demo market, not a real one.
        announced: changes of membership announced before they take effect.
        damage: sentences: which newer generation is damaged and what is shown instead.
        aside: holdings files that a refresh did not believe, and does not use.
        industries: the user's lists of industries, oldest import first.
    """

    generation: int
    prices: Prices
    holdings: Mapping[str, tuple[Holdings, ...]]
    simulated: bool
    damage: tuple[str, ...] = ()
    announced: tuple[Announcement, ...] = ()
    aside: tuple[Aside, ...] = ()
    industries: tuple[IndustryList, ...] = ()

    @property
    def newest_session(self) -> date | None:
        """The last session with a bar, None without any."""
        return pydate(self.prices.blocks[-1].sessions[-1]) if self.prices.blocks else None

    def dated_announcements(self) -> tuple[Announcement, ...]:
        """The announced changes, each with a day.

        Earlier releases took some without. These were announced by the newest stored session, or by
        the day on which they take effect: no answer for a date before shows them.
        """
        newest = self.newest_session
        return tuple(
            one
            if one.announced
            else replace(one, announced=min(one.effective, newest or one.effective))
            for one in self.announced
        )


def unknown(body: Json) -> frozenset[str]:
    """Return a manifest's fields that this release does not know and would lose."""
    return frozenset(body) - _NAMES


def object_names(body: Json) -> set[str]:
    """Return the objects that a manifest names, without those that its journal names."""
    names = {name for entry in body["blocks"] for name in entry.values()}
    files = [*body["holdings"], *body.get("aside", ())]
    files += [older for entry in files for older in entry.get("before", ())]
    names |= {entry[part] for entry in files for part in FILED}
    names |= {body[part] for part in ("announced", "journal") if part in body}
    return names | {*body.get("industries", ())}


def aside_of(body: Json) -> tuple[Aside, ...]:
    """Return the files that a manifest lists as set aside."""
    return tuple(
        Aside(a["fund"], date.fromisoformat(a["as_of"]), a["from"], tuple(a["why"]))
        for a in body.get("aside", ())
    )
