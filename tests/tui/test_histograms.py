"""Returns of two indices in bins, side by side: shares of their own lines, and counts."""

from __future__ import annotations

import pytest

from tui.charts import histogram_pair
from tui.text.spans import plain


def test_histograms_are_shares_of_their_own_lines() -> None:
    drawing = histogram_pair(["down", "up"], [1, 3], [50, 50], 52, 3, ("IWM", "SPY"))
    # 25 % and 75 % of 4, 50 % of 100 each: the longest bar is 75 %, 12 cells.
    assert plain(drawing)[0] == "               IWM  N 4      SPY  N 100"
    assert [span for span in drawing[1] if "█" in span[0]] == [
        ("████", "small"),
        ("████████", "large"),
    ]
    assert [span for span in drawing[2] if "█" in span[0]] == [
        ("█" * 12, "small"),
        ("████████", "large"),
    ]
    assert "25.0 %" in plain(drawing)[1]
    assert plain(drawing)[2].split()[0] == "3"
    assert plain(drawing)[2].split()[-1] == "50"


def test_an_index_without_lines_has_no_shares() -> None:
    text = plain(histogram_pair(["down", "up"], [0, 0], [1, 1], 60, 3, ("IWM", "SPY")))
    assert "–" in text[1]
    assert "0.0 %" not in text[1].replace("50.0 %", "")


@pytest.mark.parametrize("size", [(60, 4), (24, 7), (20, 3)])
def test_one_index_alone_has_no_figures_of_another(size: tuple[int, int]) -> None:
    text = "\n".join(plain(histogram_pair(["down", "up"], [1, 3], [0, 0], *size, ("IWM", ""))))
    assert "IWM" in text and "N 0" not in text and " 0" not in text and "–" not in text


def test_histograms_need_the_same_bins() -> None:
    with pytest.raises(ValueError, match="2 bins, but 1 counts of IWM and 2 of SPY"):
        histogram_pair(["down", "up"], [1], [1, 2], 60, 3, ("IWM", "SPY"))
