"""The README's session: cells as shapes and text, small, the same at every making."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from tests import svg
from tests.picture import SCRIPT, TARGET


def test_cells_become_text_and_shapes_in_their_places() -> None:
    drawn = svg.line([Segment("a<b", Style(color="#ff0000", bold=True)), Segment(" █▌")])
    assert '<text x="0" y="13.5" fill="#ff0000" font-weight="bold"' in drawn
    assert ">a&lt;b</text>" in drawn
    # the fifth cell whole, the sixth half
    assert "M33.6 0h8.7v18.3h-8.7z" in drawn
    assert "M42 0h4.2v18.3h-4.2z" in drawn
    # the first dot of a braille cell and no other
    assert svg.line([Segment("\u2801")]).count("h1.8") == 1
    turned = svg.line([Segment("x", Style(color="#111111", bgcolor="#222222", reverse=True))])
    assert 'fill="#111111"/>' in turned
    assert 'fill="#222222"' in turned


def test_a_block_in_reverse_is_the_bar_it_leaves() -> None:
    style = Style(color="#ff8700", bgcolor="#0e1116", reverse=True)
    # three eighths below are blank: the bar hangs five eighths from above
    hanging = svg.line([Segment("▃", style)])
    assert hanging == '<path fill="#ff8700" d="M0 0h8.7v11.2h-8.7z"/>'


def test_equal_lines_are_kept_once_and_frames_follow_one_another() -> None:
    one, two = svg.line([Segment("one")]), svg.line([Segment("two")])
    found = svg.moving([("A", 1, [one, two]), ("B & C", 3, [one, one])], 10)
    assert found.count(">one</text>") == 1
    assert found.count("<use") == 4
    assert "B &amp; C" in found
    assert "@keyframes k1{0%{visibility:hidden}25.000%{visibility:visible}}" in found
    ElementTree.fromstring(found)


def test_the_session_kept_is_whole_and_light() -> None:
    kept = TARGET.read_text(encoding="utf-8")
    assert len(kept.encode()) < 600_000
    root = ElementTree.fromstring(kept)
    frames = [g for g in root.iter() if re.fullmatch(r"f\d+", g.get("id", ""))]
    assert len(frames) == len(SCRIPT)
    for told in ("SIMULATED", "Bloom Energy", "half of all gains", "McClellan"):
        assert told in kept
    # nothing is asked of any other host
    assert not re.search(r"(href|src|url\()=?[\"']?https?:", kept)
    readme = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    assert "docs/session.svg" in readme
