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

_SHORT = (kills, power, faults, sharing, homes, buckets, damage, stale, terminal, files, ending,
          streams, quotes, vendor, settings, archive)  # fmt: skip
EXPERIMENTS: dict[str, Experiment] = {one.__name__: one for one in _SHORT} | CHECKED | {"day": day}
