"""The simulated market of ``--demo``: generated from a seed, no network, no real price.

The figures below are inputs: they set closes and share counts, and everything a screen or a
file shows is computed from the stored result as for any other market. Real tickers stand
only for the lines with given figures; every other line and all histories are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.sessions import sessions
from cache.sources.demo import (
    demo_board,
    demo_files,
    demo_funds,
    demo_lines,
    demo_paths,
    demo_weights,
)
from cache.sources.demo.demo_bars import DemoColumns
from cache.sources.demo.demo_days import FILES, LAST, LINES_FROM, OPENS_AT
from cache.sources.demo.demo_lines import DemoRung, DemoSide, Named
from cache.sources.demo.demo_names import LARGE_SECTORS, SMALL_SECTORS
from core.data.frames import day

if TYPE_CHECKING:
    from cache.store.bars import Bars
    from core.data.frames import FloatArray, Holdings

SEED: Final = 20260626
#: One moment for every seed and machine: the same seed makes the same bytes.
FETCHED_AT: Final = datetime(2026, 7, 10, 21, 0, tzinfo=UTC)
#: Why a line of the files brings no closes.
NO_CLOSES: Final = "the simulated market has no closes for it"

_IT: Final = "Information Technology"
_INDUSTRIALS: Final = "Industrials"

#: Price return of each fund from the end of 2025 to the opening date: +20 % and 11 pp less.
SMALL_FUND: Final = demo_funds.DemoEnds(start=250.0, end=300.0, last=302.70)
LARGE_FUND: Final = demo_funds.DemoEnds(start=680.0, end=741.20, last=744.16)

LEADERS: Final = (
    Named("BE", "Bloom Energy", _INDUSTRIALS, 211.06, 160, 88, leaves=True),
    Named("STRL", "Sterling Infrastructure", _INDUSTRIALS, 165.25, 57, 310, leaves=True),
    Named("CRDO", "Credo Technology", _IT, 59.74, 57, 145, leaves=True),
    Named("TTMI", "TTM Technologies", _IT, 157.38, 46, 68),
    Named("SMTC", "Semtech", _IT, 101.53, 27, 74),
    Named("DOCN", "DigitalOcean", _IT, 193.71, 25, 47),
    Named("SITM", "SiTime", _IT, 89.51, 25, 350),
    Named("VIAV", "Viavi Solutions", _IT, 157.18, 25, 18),
    Named("MOD", "Modine Manufacturing", _INDUSTRIALS, 89.31, 25, 132),
    Named("HUT", "Hut 8", _IT, 154.30, 24, 45),
)
DRAGS: Final = (
    Named("MSFT", "Microsoft", _IT, -21.84, -127, 480, 0.0072),
    Named("META", "Meta Platforms", "Communication Services", -13.99, -34, 660, 0.0032),
    Named("TSLA", "Tesla", "Consumer Discretionary", -13.06, -28, 450),
    Named("PLTR", "Palantir Technologies", _IT, -34.18, -22, 178),
    Named("INTU", "Intuit", _IT, -58.35, -17, 660, 0.0066),
    Named("ACN", "Accenture", _IT, -51.49, -14, 268, 0.024),
    Named("ORCL", "Oracle", _IT, -23.89, -14, 195, 0.01),
    Named("CRM", "Salesforce", _IT, -39.39, -14, 265, 0.0064),
)
#: Lines of the small fund with closes at both ends, and how many rose by more than a fraction.
MEASURED: Final = 1863
ABOVE: Final = {0.0: 1209, 0.10: 995, 0.25: 636, 1.0: 102}


def _small_rungs() -> tuple[DemoRung, ...]:
    """The published counts less the named lines, as rungs of the ladder."""
    open_ = {edge: n - sum(x.change / 100 > edge for x in LEADERS) for edge, n in ABOVE.items()}
    up, ten, quarter, doubled = open_.values()
    return (
        DemoRung(MEASURED - len(LEADERS) - up, -0.88, 0.0, (3.4, 1.0)),
        DemoRung(up - ten, 0.0, 0.10, (1.1, 1.0)),
        DemoRung(ten - quarter, 0.10, 0.25, (1.0, 1.2)),
        DemoRung(quarter - doubled, 0.25, 1.0, (1.0, 2.2)),
        DemoRung(doubled, 1.0, 3.6, (0.9, 5.0)),
    )


SMALL: Final = DemoSide(
    fund="IWM",
    prefix="ZS",
    fixed=LEADERS,
    giants=(),
    rungs=_small_rungs(),
    sectors=SMALL_SECTORS,
    unmeasured=89,
    changing=2,
    leave=(8, 72),
    join=90,
    measured_part=0.984,
    basket_return=0.2004,
    bounds_bp=(-18.0, 22.0),
    widest=0.007,
    value=74e9,
    price=24.0,
    day=0.026,
    dividend_yield=0.012,
)
LARGE: Final = DemoSide(
    fund="SPY",
    prefix="ZL",
    fixed=DRAGS,
    giants=(
        (0.071, 0.21),
        (0.060, 0.14),
        (0.033, 0.46),
        (0.028, 0.33),
        (0.020, 0.62),
        (0.016, 0.24),
        (0.013, 1.18),
        (0.011, 0.55),
    ),
    rungs=(
        DemoRung(218, -0.62, 0.0, (4.6, 1.0)),
        DemoRung(108, 0.0, 0.10, (1.1, 1.0)),
        DemoRung(93, 0.10, 0.25, (1.0, 1.2)),
        DemoRung(64, 0.25, 1.0, (1.0, 3.0)),
        DemoRung(4, 1.0, 1.8, (1.0, 2.0)),
    ),
    sectors=LARGE_SECTORS,
    unmeasured=0,
    changing=0,
    leave=(0, 2),
    join=2,
    measured_part=0.9988,
    basket_return=0.0902,
    bounds_bp=(-12.0, 60.0),
    widest=0.012,
    value=690e9,
    price=115.0,
    day=0.015,
    dividend_yield=0.0125,
)


def make(seed: int = SEED) -> tuple[Bars, tuple[tuple[Holdings, bytes], ...]]:
    """Generate the market.

    Args:
        seed: the same seed makes the same arrays and bytes.

    Returns:
        Closes, volumes, dividends and splits of two funds and their lines, and of the other funds
        of the board, through LAST; and
        each fund's dated holdings files, parsed rows beside the CSV they stand in.

    Raises:
        ValueError: the lines drawn from this seed cannot meet a fund's return.
    """
    calendar = sessions()
    days = calendar[(calendar >= day(demo_funds.LARGE_FROM)) & (calendar <= day(LAST))]
    history, *streams = np.random.default_rng(seed).spawn(3)
    funds = demo_funds.histories(history, days, SMALL_FUND, LARGE_FUND, OPENS_AT)
    source = f"simulated market, seed {seed}"
    columns = DemoColumns(days)
    files: list[tuple[Holdings, bytes]] = []
    for side, fund, rng in zip((SMALL, LARGE), funds, streams, strict=True):
        files += _add_side(rng, side, fund, columns, source)
    demo_board.add_board_funds(seed, columns, *funds)
    listed = {symbol for holdings, _ in files for symbol in holdings.symbols}
    unpriced = sorted(listed - set(columns.symbols))
    return columns.bars(source, FETCHED_AT, dict.fromkeys(unpriced, NO_CLOSES)), tuple(files)


def _add_side(
    rng: np.random.Generator, side: DemoSide, fund: FloatArray, columns: DemoColumns, source: str
) -> list[tuple[Holdings, bytes]]:
    """Add one fund and its lines to ``columns``; return its holdings files."""
    first = demo_funds.row_on_or_before(columns.days, LINES_FROM)
    recent = columns.days[first:]
    cuts = np.array([demo_funds.row_on_or_before(recent, when) for when in FILES], np.intp)
    lines = demo_lines.draw_lines(rng, side)
    raw = demo_paths.raw_paths(rng, side, lines, len(recent), int(cuts[0]), int(cuts[-1]))
    fixed = len(side.fixed) + len(side.giants)
    turn = demo_weights.turns(rng, len(cuts), fixed, len(lines.symbols))
    share = demo_weights.solve(side, lines, raw[cuts], turn)
    start = side.value * share / lines.start
    # The market's move is the same for every line: it changes neither the window's return
    # nor which trades are value-neutral, so weights solved without it hold with it.
    sketch = demo_weights.share_counts(side, lines, start, raw[cuts], turn, whole=False)
    close = demo_paths.follow(rng, side, lines, raw, sketch, cuts, fund[first:])
    quantity = demo_weights.share_counts(side, lines, start, close[cuts], turn, whole=True)
    split = demo_paths.splits(rng, side, int(cuts[0]), int(cuts[-1]))
    later = np.ones_like(quantity)
    for row, col, factor in zip(split.row, split.col, split.value, strict=True):
        later[cuts < row, col] *= factor
    columns.add_fund(rng, side, fund)
    volume = demo_paths.volumes(rng, side, close)
    opened = fund[demo_funds.opening_rows(columns.days, 0)][first:] / fund[first + cuts[0]]
    dividend = demo_paths.dividends(rng, side, lines, share, recent, opened)
    columns.add_lines(lines.symbols, first, close, volume, dividend, split)
    others = demo_files.draw_unmeasured(rng, side, len(cuts))
    return demo_files.write_files(
        side, lines, others, FILES, quantity, close[cuts], later, source, FETCHED_AT
    )
