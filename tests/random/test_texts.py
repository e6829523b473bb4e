"""Random texts: what is cleaned neither controls nor hides, what is fitted takes its cells."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cache.facts.clean import clean
from tests.torture.hostile import PAYLOADS
from tui.text import formats
from tui.text.safe import safe


@given(st.one_of(st.text(st.characters()), st.lists(st.sampled_from(PAYLOADS)).map("".join)))
def test_nothing_that_passed_controls_or_hides_or_changes_again(foreign: str) -> None:
    passed = clean(foreign)
    assert not [c for c in passed if unicodedata.category(c)[0] == "C"]
    assert not [c for c in passed if unicodedata.category(c)[0] == "Z" and c != " "]
    assert len(passed) <= 80
    assert passed.encode("utf-8").decode("utf-8") == clean(passed) == passed


@given(st.text(max_size=60), st.integers(1, 40))
def test_clean_leaves_nothing_dangerous(text: str, limit: int) -> None:
    result = clean(text, limit)
    assert len(result) <= limit
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for c in result)
    assert result == " ".join(result.split())
    assert clean(result, limit) == result


@given(st.text(st.characters()))
def test_nothing_that_is_left_controls_or_hides(foreign: str) -> None:
    drawn = safe(foreign)
    assert not [char for char in drawn if unicodedata.category(char)[0] == "C"]
    assert not [c for c in drawn if unicodedata.category(c)[0] == "Z" and c != " "]
    assert drawn.encode("utf-8").decode("utf-8") == drawn
    assert safe(drawn) == drawn


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])), st.integers(0, 30))
def test_fit_takes_its_cells_and_no_other(text: str, width: int) -> None:
    assert cell_len(formats.fit(text, width)) == width


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_ascii_is_ascii_and_as_wide(text: str) -> None:
    plain = formats.to_ascii(text)
    assert plain.isascii()
    assert len(plain) == cell_len(text)
