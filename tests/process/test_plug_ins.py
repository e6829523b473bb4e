"""A source of prices that somebody else wrote: how it is found, and what is tried of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.facts.vendors import plugin_vendor
from cache.refresh.ask import Ask
from cache.refresh.gate import Answer
from cache.sources.vendors.conformance import check
from cache.sources.vendors.registry import SourceSettings, price_source
from tests.cache.lookalike_vendors import KEY, SECRET, VendorServer
from tests.process.vendor_market import KEYED, NOW, made, server

__all__ = ["server"]


@pytest.mark.parametrize("key", KEYED)
def test_each_source_keeps_to_the_protocol_that_plug_ins_are_tried_by(
    key: str, server: VendorServer, tmp_path: Path
) -> None:
    keys = (KEY, SECRET)
    assert check(lambda: made(server, key, tmp_path)[0], ("SAA", "BRK-B"), NOW, secrets=keys) == []


class Sloppy:
    """A plug-in's source with every fault that the test is there for."""

    name = "Sloppy a-key-of-ours"
    unreachable, limited_until, off = False, None, timedelta()
    requests = retried = 0

    def fetch(self, asks: Iterable[Ask], *, now: datetime, stop: object = None) -> Iterator[Answer]:
        days = np.array(["2026-06-20", "2026-06-19", "2030-01-01"], "datetime64[D]")
        close = np.array([1.0, -1.0 if any(a.whole for a in asks) else 2.0, 3.0])
        for ask in asks:
            if ask.symbol != "SAA":
                yield Answer(ask, days, close, close, close, close)


def test_what_a_plug_in_does_wrong_is_named() -> None:
    wrong = "; ".join(check(Sloppy, ("SAA", "SAB"), NOW, secrets=(KEY,)))
    for words in (
        "SAA is answered 0 times",
        "sessions of SAB are not ascending",
        "SAB has bars on days without a session",
        "outside the days",
        "closes of SAB are not positive",
        "does not say up to which session",
        "which nobody knows, is answered",
        "its messages contain the key",
    ):
        assert words in wrong, wrong


def test_a_plug_in_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk_prices.py").write_text(
        "class Source:\n    name = 'Desk'\n\n    def __init__(self, settings):\n"
        "        self.settings = settings\n"
    )
    info = tmp_path / "desk_prices-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: desk-prices\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[internals.prices]\ndesk = desk_prices:Source\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    source = price_source(SourceSettings(plugin_vendor("desk"), tmp_path, 1.0))
    assert source.name == "Desk"
    with pytest.raises(SourceError, match=r'called "nobody"; known are yahoo, massive, .*desk'):
        price_source(SourceSettings(plugin_vendor("nobody"), tmp_path, 1.0))
