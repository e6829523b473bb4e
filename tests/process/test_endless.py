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


@pytest.mark.parametrize("way", [*ENDLESS, "round"])
def test_an_answer_without_end_is_one_symbols_failure(
    way: str, server: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults["AA"] = way
    began = time.monotonic()
    # what is refused for another reason may take its time
    timeout = 1.5 if way in ("drip", "slow head", "interim") else 60.0
    got = fetch(yahoo(tmp_path, timeout=timeout), "AA", "BB", "CC")
    # Two tries, each within its time.
    assert time.monotonic() - began < 30.0
    assert got["BB"].kind == got["CC"].kind == "" and got["AA"].reason
    assert got["AA"].kind == ("bad_data" if way == "lists" else "try_again")
    assert server.charts["AA"] <= 2


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
