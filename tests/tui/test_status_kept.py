"""What `status` counts over all files is kept beside the store, and is of this very store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from core.data.market_figures import figures_of
from tests.home import Cli, write_holdings
from tui.service import derived


def counted(cli: Cli, *argv: str) -> tuple[dict[str, Any], int]:
    """The state as JSON, and how often it was worked out."""
    with patch.object(derived, "figures_of", side_effect=figures_of) as worked_out:
        code, out, err = cli(*argv, "status", "--format", "json")
    assert code == 0, err
    state: dict[str, Any] = json.loads(out)
    del state["now"]
    return state, worked_out.call_count


def test_the_figures_are_worked_out_once_for_a_store(filled: Cli, tmp_path: Path) -> None:
    first, times = counted(filled)
    # SPY and IWM, and A to D; both lines of each file have closes
    assert times == 1 and first["prices"]["symbols"] == 6
    assert first["funds"]["IWM"]["lines_with_prices"] == 2
    assert counted(filled) == (first, 0)
    assert filled("status")[1].splitlines()[1].startswith("prices     6 symbols, ")
    # a file with a line that has a price and no closes
    file = write_holdings(tmp_path / "more.csv", "A,Tin,Energy,6,10 Z,Zinc,Materials,4,10")
    assert filled("import", "holdings", file, "--fund", "MORE")[0] == 0
    more, times = counted(filled)
    assert times == 1 and more["funds"]["MORE"]["lines"] == 2
    assert counted(filled) == (more, 0)
    # where nothing is to be kept nothing is, and what is kept counts no more once it is damaged
    for path in (Path(first["store"]) / "derived").iterdir():
        path.write_bytes(b"damaged")
    assert counted(filled) == (more, 1)
    assert counted(filled, "--read-only") == (more, 1)
