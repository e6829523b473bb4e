"""Answers of Yahoo's that are too large, endless or too odd: one symbol's failure, in time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_broken import ENDLESS
from tests.process.test_yahoo import ASKED, fetch, server, yahoo

__all__ = ["server"]


def test_an_answer_without_end_is_one_symbols_failure(server: Lookalike, tmp_path: Path) -> None:
    ways = {f"F{at}": way for at, way in enumerate((*ENDLESS, "round"))}
    server.faults.update(ways)
    slow = [symbol for symbol, way in ways.items() if way in ("drip", "slow head", "interim")]
    # what is refused for another reason may take its time
    for timeout, symbols in ((1.5, slow), (60.0, [s for s in ways if s not in slow])):
        began = time.monotonic()
        got = fetch(yahoo(tmp_path, timeout=timeout), "BB", *symbols, "CC")
        # Two tries, each within its time.
        assert time.monotonic() - began < 30.0
        assert got["BB"].kind == got["CC"].kind == ""
        for symbol in symbols:
            way, answer = ways[symbol], got[symbol]
            assert answer.reason, way
            assert answer.kind == ("bad_data" if way == "lists" else "try_again"), way
            assert server.charts[symbol] in (1, 2), way


def test_an_odd_answer_costs_no_thread_that_asks(
    server: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = yahoo(tmp_path, pool=1)

    def broken(*_: object, **__: object) -> None:
        raise OverflowError

    monkeypatch.setattr("cache.sources.yahoo.yahoo.vendor_time", broken)
    got = fetch(source, "AA", "BB")
    assert {a.kind for a in got.values()} == {"bad_data"} and len(got) == 2
    assert got["BB"].reason == "Yahoo's answer could not be read (OverflowError)" + ASKED


def test_a_page_beside_the_charts_that_never_ends_is_done_without(
    server: Lookalike, tmp_path: Path
) -> None:
    answer = server.answer

    def bombing(host: str, path: str) -> Any:
        if "chart" in path:
            return answer(host, path)
        server.pages[host] += 1
        return 200, "text/plain", b"", {"X-Broken": "bomb"}

    server.answer = bombing  # type: ignore[method-assign]
    got = fetch(yahoo(tmp_path), "AA", "BB")
    assert {a.kind for a in got.values()} == {""} and server.charts.total() == 2
