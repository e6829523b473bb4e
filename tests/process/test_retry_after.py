"""A vendor's Retry-After in all its forms: how long is waited, and that it is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cache.refresh.retry_after import retry_at
from tests.cache.lookalike import Lookalike
from tests.process.test_refresh import NOW, PAIR, run
from tests.process.vendor_market import stocked

#: A zone that no arithmetic of dates can hold.
DATE_BEYOND = "Fri, 26 Jun 2026 22:00:00 +" + "9" * 20


def test_retry_after_is_read_in_both_forms() -> None:
    assert retry_at("120", NOW) == NOW + timedelta(minutes=3)
    dated = retry_at("Fri, 26 Jun 2026 22:00:00 GMT", NOW)
    assert dated == datetime(2026, 6, 26, 22, 1, tzinfo=UTC)
    assert retry_at("Friday, 26-Jun-26 22:00:00 GMT", NOW) == dated
    odd_ones = ("", "soon", "Fri, 26 Jun 2026 21:00:00 GMT", "-600", "1.5", "120, 240", "\u0661")
    for odd in (None, *odd_ones, "Fri, 99 Jun 2026 22:00:00 GMT", DATE_BEYOND):
        assert retry_at(odd, NOW) == NOW + timedelta(minutes=30), odd
    # No wait is longer than a day, however it is asked for.
    for far in ("9" * 12, "9" * 5000, "86401", "Fri, 31 Dec 9999 23:59:59 GMT"):
        assert retry_at(far, NOW) == NOW + timedelta(days=1, minutes=1), far[:20]
    assert retry_at("0", NOW) == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("off", [-5, -1, 0, 1, 5])
def test_a_date_to_wait_for_is_counted_from_the_answers_own_date(off: int) -> None:
    until, date = "Fri, 26 Jun 2026 22:00:00 GMT", "Fri, 26 Jun 2026 21:30:00 GMT"
    ours = NOW + timedelta(hours=off)
    # Half an hour was meant, whatever time it is here, and a minute more to be sure.
    assert retry_at(until, ours, date) == ours + timedelta(minutes=31)
    assert retry_at(until, ours, "soon") == retry_at(until, ours)


@pytest.mark.parametrize(
    ("header", "minutes", "off"),
    [
        ("Fri, 26 Jun 2026 22:00:00 GMT", 31, 0),
        ("Friday, 26-Jun-26 22:00:00 GMT", 31, 3),
        ("Sat, 26 Jun 2027 22:00:00 GMT", 24 * 60 + 1, 3),
        ("9" * 5000, 24 * 60 + 1, 0),
        ("a while", 30, 3),
    ],
)
def test_the_wait_is_right_and_shown_and_kept(
    header: str, minutes: int, off: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, ours = stocked(tmp_path, PAIR), NOW + timedelta(hours=off)
    with Lookalike(tmp_path, NOW, limit_after=3, retry_after=header) as server:
        # the asking itself takes no time by this clock, so that the wait is exact
        summary = run(store, server, monkeypatch, now=ours, elapsed=lambda: 0.0, funds={})
        until = ours + timedelta(minutes=minutes)
        assert summary.wait_until == until
        shown = f"Yahoo limits requests; try again after {until:%Y-%m-%d %H:%M} UTC"
        assert shown in summary.message
        sent, server.limit_after = server.charts.total(), None
        run(store, server, monkeypatch, now=until - timedelta(minutes=1), funds={})
        assert server.charts.total() == sent
        late = run(store, server, monkeypatch, now=until + timedelta(minutes=1), funds={})
        # two funds and six lines, of which three were answered
        assert late.ok and late.symbols == 5
