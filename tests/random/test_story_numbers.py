"""The desk's prose of random markets: every number of it stands in the JSON."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from core.answer.snapshot import Snapshot
from core.note.story import LENGTHS
from tests.examples import examples
from tests.random.test_prose_sums import random_markets
from tests.tui.test_story import check
from tui.report.document import document


@examples(25)
@given(random_markets())
def test_every_number_of_the_story_stands_in_the_json(snapshot: Snapshot) -> None:
    stories = document(snapshot)["story"]
    for length in LENGTHS:
        assert check(snapshot, length, stories)
    assert check(replace(snapshot, spread=None, single_spread=snapshot.spread), "full")
    # of the measured lines alone, of both and of one
    bare = replace(snapshot, spread=None, missing=("no closes of LGE: import them or fetch",))
    if snapshot.indices:
        assert "is not known (no closes of LGE)." in check(bare, "full")
        one = dict(list(snapshot.indices.items())[:1])
        assert "is not known (no closes of LGE)." in check(replace(bare, indices=one), "full")
