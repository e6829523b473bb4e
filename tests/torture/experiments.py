"""Every experiment by its name."""

from __future__ import annotations

from tests.torture.archive import archive
from tests.torture.buckets import buckets
from tests.torture.checks import CHECKED
from tests.torture.damage import damage
from tests.torture.day import day
from tests.torture.ending import ending
from tests.torture.faults import faults
from tests.torture.files import files
from tests.torture.homes import homes
from tests.torture.kills import kills
from tests.torture.power import power
from tests.torture.quotes import quotes
from tests.torture.report import Experiment
from tests.torture.settings import settings
from tests.torture.sharing import sharing
from tests.torture.stale import stale
from tests.torture.streams import streams
from tests.torture.terminal import terminal
from tests.torture.vendor import vendor

EXPERIMENTS: dict[str, Experiment] = {
    "kills": kills,
    "power": power,
    "faults": faults,
    "sharing": sharing,
    "homes": homes,
    "buckets": buckets,
    "damage": damage,
    "stale": stale,
    "terminal": terminal,
    "files": files,
    "ending": ending,
    "streams": streams,
    "quotes": quotes,
    "vendor": vendor,
    "settings": settings,
    "archive": archive,
    **CHECKED,
    "day": day,
}
