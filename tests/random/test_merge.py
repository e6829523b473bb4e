"""Merging bars, against cells typed by hand and against a model of single cells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cache.store.bars import Bars
from cache.store.merge import merge
from core.data.frames import Block, Prices
from tests.examples import examples
from tests.market import check_block

NOW = datetime(2026, 6, 27, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NAN = float("nan")
FIELDS = ("close", "adj_close", "volume", "dividend", "split")

Row = tuple[str, str, dict[str, float]]
Cells = dict[tuple[str, str], dict[str, float]]


def bars(*rows: Row, **more: Any) -> Bars:
    symbols = tuple(dict.fromkeys(symbol for symbol, _, _ in rows))
    given_fields = {name for _, _, values in rows for name in values}
    columns: dict[str, Any] = {
        name: np.array([v.get(name, NAN) for _, _, v in rows]) for name in given_fields
    }
    result = Bars(
        symbols,
        np.array([symbols.index(symbol) for symbol, _, _ in rows], np.intp),
        np.array([day for _, day, _ in rows], "datetime64[D]"),
        **columns,
        **{"source": "test", "fetched_at": NOW, **more},
    )
    result.check()
    return result


def cells(prices: Prices) -> Cells:
    """What is held, cell by cell; every block is checked on the way."""
    result: Cells = {}
    years = [block.year for block in prices.blocks]
    assert years == sorted(set(years))
    for block in prices.blocks:
        check_block(block)
        assert list(block.symbols) == sorted(block.symbols)
        assert {str(day)[:4] for day in block.sessions} == {str(block.year)}
        for name in ("close", "adj_close", "volume"):
            values = getattr(block, name)
            for row, col in [] if values is None else np.argwhere(~np.isnan(values)):
                key = (block.symbols[col], str(block.sessions[row]))
                result.setdefault(key, {})[name] = float(values[row, col])
        for name in ("dividend", "split"):
            events = getattr(block, name)
            for row, col, value in zip(events.row, events.col, events.value, strict=True):
                key = (block.symbols[col], str(block.sessions[row]))
                assert name not in result.get(key, {})
                result.setdefault(key, {})[name] = float(value)
    return result


def only(prices: Prices) -> Block:
    (block,) = prices.blocks
    return block


def test_a_first_import() -> None:
    new = bars(
        ("SPY", "2026-01-05", {"close": 600.0, "volume": 1e6, "dividend": 0.0}),
        ("IWM", "2026-01-02", {"close": 200.0, "dividend": 0.0}),
        ("IWM", "2026-01-05", {"close": 202.0, "dividend": 0.5}),
    )
    held = merge(Prices(), new)
    block = only(held)
    assert block.symbols == ("IWM", "SPY")
    assert block.sessions.astype(str).tolist() == ["2026-01-02", "2026-01-05"]
    np.testing.assert_array_equal(block.close, [[200.0, NAN], [202.0, 600.0]])
    assert block.volume is not None
    np.testing.assert_array_equal(block.volume, [[NAN, NAN], [NAN, 1e6]])
    assert block.adj_close is None
    assert (block.dividend.row.tolist(), block.dividend.col.tolist()) == ([1], [0])
    assert block.dividend.value.tolist() == [0.5]
    assert len(block.split) == 0
    assert held.through == {"SPY": date(2026, 1, 5), "IWM": date(2026, 1, 5)}
    assert held.source == {"SPY": "test", "IWM": "test"}
    assert held.fetched_at == {"SPY": NOW, "IWM": NOW}


def test_given_fields_replace_and_absent_ones_stay() -> None:
    first = bars(
        ("A", "2026-01-05", {"close": 10.0, "adj_close": 9.0, "volume": 7.0, "dividend": 0.1}),
        ("A", "2026-01-06", {"close": 11.0, "adj_close": 9.9, "split": 4.0}),
    )
    second = bars(
        ("A", "2026-01-05", {"close": 10.5}),
        ("A", "2026-01-06", {"volume": 8.0, "dividend": 0.2, "split": 0.0}),
        fetched_at=LATER,
    )
    held = merge(merge(Prices(), first), second)
    assert cells(held) == {
        ("A", "2026-01-05"): {"close": 10.5, "adj_close": 9.0, "volume": 7.0, "dividend": 0.1},
        # A split given as 0 takes the held one back; a dividend not given stays.
        ("A", "2026-01-06"): {"close": 11.0, "adj_close": 9.9, "volume": 8.0, "dividend": 0.2},
    }
    assert held.fetched_at == {"A": LATER}


def test_a_dividend_on_a_session_without_a_close() -> None:
    held = merge(Prices(), bars(("A", "2026-01-05", {"dividend": 0.3})))
    block = only(held)
    assert np.isnan(block.close).all()
    assert block.dividend.value.tolist() == [0.3]
    both = merge(held, bars(("A", "2026-01-06", {"close": 5.0})))
    assert cells(both) == {
        ("A", "2026-01-05"): {"dividend": 0.3},
        ("A", "2026-01-06"): {"close": 5.0},
    }


def test_the_same_bars_twice_change_nothing() -> None:
    new = bars(
        ("A", "2025-12-31", {"close": 10.0, "split": 2.0}),
        ("A", "2026-01-02", {"close": 11.0, "dividend": 0.1}),
        through={"A": date(2026, 1, 5)},
        provisional={"A": date(2026, 1, 2)},
        failures={"XYZ": "not found"},
    )
    held = merge(Prices(), new)
    assert merge(held, new) is held
    # Nor does the same file read an hour later.
    again = bars(
        ("A", "2025-12-31", {"close": 10.0, "split": 2.0}),
        ("A", "2026-01-02", {"close": 11.0, "dividend": 0.1}),
        through={"A": date(2026, 1, 5)},
        provisional={"A": date(2026, 1, 2)},
        fetched_at=LATER,
        source="another name",
    )
    assert merge(held, again) is held


def test_only_the_year_that_changes_is_rebuilt() -> None:
    held = merge(
        Prices(),
        bars(
            ("A", "2024-12-31", {"close": 9.0}),
            ("A", "2025-12-31", {"close": 10.0}),
            ("A", "2026-01-02", {"close": 11.0}),
        ),
    )
    after = merge(
        held, bars(("A", "2025-12-31", {"close": 10.0}), ("A", "2026-01-02", {"close": 12.0}))
    )
    assert after.blocks[0] is held.blocks[0]
    assert after.blocks[1] is held.blocks[1]
    assert after.blocks[2] is not held.blocks[2]
    assert held.blocks[2].close.tolist() == [[11.0]]


def test_replace_drops_the_old_history_in_every_year() -> None:
    held = merge(
        Prices(),
        bars(
            ("A", "2024-12-31", {"close": 40.0}),
            ("A", "2025-12-31", {"close": 44.0, "dividend": 1.0}),
            ("B", "2025-12-31", {"close": 7.0}),
            ("A", "2026-01-05", {"close": 48.0}),
            through={"A": date(2026, 1, 6), "B": date(2026, 1, 6)},
        ),
    )
    new = bars(
        ("A", "2025-12-31", {"close": 11.0}),
        ("A", "2026-01-02", {"close": 12.0, "split": 4.0}),
        replace=frozenset({"A"}),
        fetched_at=LATER,
    )
    after = merge(held, new)
    assert cells(after) == {
        ("A", "2025-12-31"): {"close": 11.0},
        ("B", "2025-12-31"): {"close": 7.0},
        ("A", "2026-01-02"): {"close": 12.0, "split": 4.0},
    }
    # The old answer's reach goes with its rows; B was not asked.
    assert after.through == {"A": date(2026, 1, 2), "B": date(2026, 1, 6)}
    assert merge(after, new) is after


def test_through_keeps_the_later_day() -> None:
    held = merge(
        Prices(), bars(("A", "2026-01-05", {"close": 1.0}), through={"A": date(2026, 1, 8)})
    )
    older = merge(held, bars(("A", "2026-01-02", {"close": 1.0}), through={"A": date(2026, 1, 6)}))
    assert older.through == {"A": date(2026, 1, 8)}
    newer = merge(held, bars(through={"A": date(2026, 1, 9)}, fetched_at=LATER))
    assert newer.through == {"A": date(2026, 1, 9)}
    assert newer.blocks is held.blocks
    assert newer.fetched_at == {"A": LATER}


def test_failures_come_and_go_and_cost_no_bar() -> None:
    held = merge(Prices(), bars(("A", "2026-01-05", {"close": 1.0})))
    failed = merge(held, bars(failures={"A": "time-out", "B": "not found"}))
    assert failed.failures == {"A": "time-out", "B": "not found"}
    assert failed.blocks is held.blocks
    assert failed.through == {"A": date(2026, 1, 5)}
    good = merge(failed, bars(("A", "2026-01-05", {"close": 1.0})))
    assert good.failures == {"B": "not found"}
    empty = merge(good, bars(through={"B": date(2026, 1, 5)}))
    assert empty.failures == {}


def intraday(day: str, close: float, hours: int, **more: Any) -> Bars:
    mark = {"A": date.fromisoformat(day)}
    at = NOW + timedelta(hours=hours)
    return bars(("A", day, {"close": close}), provisional=mark, fetched_at=at, **more)


def test_a_provisional_bar_becomes_final() -> None:
    held = merge(Prices(), intraday("2026-06-25", 10.0, 0))
    assert held.provisional == {"A": date(2026, 6, 25)}
    later = merge(held, intraday("2026-06-25", 10.5, 1))
    assert later.provisional == {"A": date(2026, 6, 25)}
    assert later.fetched_at == {"A": LATER}
    final = merge(later, bars(("A", "2026-06-25", {"close": 10.6}), fetched_at=LATER))
    assert final.provisional == {}
    assert cells(final) == {("A", "2026-06-25"): {"close": 10.6}}


def test_a_provisional_bar_stays_marked_until_its_own_day_is_final() -> None:
    held = merge(Prices(), intraday("2026-06-25", 10.0, 0))
    after = merge(held, bars(("A", "2026-06-26", {"close": 11.0}), fetched_at=LATER))
    assert after.provisional == {"A": date(2026, 6, 25)}


def test_a_provisional_bar_never_passes_for_final() -> None:
    held = merge(Prices(), bars(("A", "2026-06-24", {"close": 9.0, "volume": 3.0})))
    held = merge(held, intraday("2026-06-25", 10.0, 1))
    after = merge(held, intraday("2026-06-26", 11.0, 24))
    assert after.provisional == {"A": date(2026, 6, 26)}
    assert cells(after) == {
        ("A", "2026-06-24"): {"close": 9.0, "volume": 3.0},
        ("A", "2026-06-26"): {"close": 11.0},
    }


def test_an_older_intraday_bar_comes_too_late() -> None:
    final = merge(Prices(), bars(("A", "2026-06-25", {"close": 10.6}), fetched_at=LATER))
    assert merge(final, intraday("2026-06-25", 10.0, 0)) is final


def test_a_mark_without_a_bar_marks_nothing() -> None:
    new = bars(("A", "2026-06-25", {"close": 1.0}), provisional={"A": date(2026, 6, 26)})
    assert merge(Prices(), new).provisional == {}


def test_a_new_split_of_a_held_symbol_is_merged_as_it_is() -> None:
    held = merge(Prices(), bars(("A", "2026-01-05", {"close": 40.0})))
    after = merge(held, bars(("A", "2026-01-06", {"close": 10.0, "split": 4.0})))
    assert cells(after) == {
        ("A", "2026-01-05"): {"close": 40.0},
        ("A", "2026-01-06"): {"close": 10.0, "split": 4.0},
    }


DAYS = ("2024-12-31", "2025-01-02", "2025-06-26", "2026-01-02", "2026-01-05")
# each field of a row is left out as often as not
values = st.sampled_from([*[None] * 6, 1.0, 2.0, 3.5, NAN, NAN, NAN])
amounts = st.sampled_from([*[None] * 4, 0.0, 0.5, 2.0, NAN])
row = st.tuples(values, values, values, amounts, amounts).map(
    lambda fields: {n: v for n, v in zip(FIELDS, fields, strict=True) if v is not None}
)
batches = st.lists(
    st.tuples(
        st.dictionaries(st.tuples(st.sampled_from("ABC"), st.sampled_from(DAYS)), row, max_size=8),
        st.sets(st.sampled_from("ABC")),
    ),
    max_size=5,
)


@examples(200)
@given(batches)
def test_against_a_model_of_single_cells(given_batches: Any) -> None:
    model: Cells = {}
    held = Prices()
    for rows, wanted in given_batches:
        priced = {
            s
            for (s, _), v in rows.items()
            if any(v.get(n, NAN) > 0 for n in ("close", "adj_close"))
        }
        replace = frozenset(wanted & priced)
        new = bars(*((s, d, v) for (s, d), v in rows.items()), replace=replace)
        before, held = held, merge(held, new)
        model = {key: dict(kept) for key, kept in model.items() if key[0] not in replace}
        for key, fields in rows.items():
            for name, value in fields.items():
                if np.isnan(value):
                    continue
                model.setdefault(key, {})[name] = value
                if value == 0 and name in ("dividend", "split"):
                    del model[key][name]
        model = {key: kept for key, kept in model.items() if kept}
        assert cells(held) == model
        assert merge(held, new) is held
        for block in before.blocks:
            same = [b for b in held.blocks if b.year == block.year]
            if same and cells(Prices((block,))) == cells(Prices((same[0],))):
                assert same[0] is block
