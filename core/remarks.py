"""Where an answer's numbers came from, and what a reader has to bear in mind with them."""

from __future__ import annotations

from collections.abc import Mapping

from core.market import Market
from core.question import Question
from core.views import IndexView, Source
from core.windows import Window


def sources(
    market: Market, question: Question, indices: Mapping[str, IndexView]
) -> tuple[Source, ...]:
    """Where the answer's numbers came from."""
    found: list[Source] = []
    prices = market.prices
    for fund in (question.small, question.large):
        if fund in market.last_close:
            found.append(
                Source(
                    f"prices {fund}",
                    prices.source.get(fund, ""),
                    market.last_close[fund],
                    prices.fetched_at.get(fund),
                )
            )
        if fund not in indices:
            continue
        used = {segment.holdings_as_of for segment in indices[fund].segments}
        found += [
            Source(f"holdings {fund}", file.source, file.as_of, file.fetched_at)
            for file in market.holdings[fund]
            if file.as_of in used
        ]
        groups: dict[str, list[str]] = {}
        for symbol in indices[fund].contributors.symbols:
            groups.setdefault(prices.source.get(symbol, ""), []).append(symbol)
        for origin, symbols in sorted(groups.items()):
            times = [prices.fetched_at[s] for s in symbols if s in prices.fetched_at]
            found.append(
                Source(
                    f"prices of {len(symbols):,} lines of {fund}",
                    origin,
                    max(market.last_close[s] for s in symbols),
                    min(times, default=None),
                )
            )
    return tuple(found)


def warnings(
    market: Market, question: Question, window: Window, indices: Mapping[str, IndexView]
) -> list[str]:
    """What a reader has to bear in mind."""
    said = list(market.damage)
    for fund, view in indices.items():
        older = [s.older_than for s in view.segments if s.older_than]
        if older:
            said.append(f"{fund}: membership is older than the reconstitution of {max(older)}")
        oldest = market.holdings[fund][0].as_of
        if any(
            window.start < r < window.end and r <= oldest
            for r in market.reference.reconstitutions.get(fund, ())
        ):
            said.append(f"{fund}: membership is end-dated; top contributors may be missing")
        if not view.claims:
            said.append(
                f"{fund}: only {view.weight_measured * 100:.1f} % of weight is measured:"
                " nothing is claimed about leaders or breadth"
            )
        if view.estimated:
            files = sorted({s.holdings_as_of for s in view.segments if s.estimated})
            said.append(
                f"{fund}: start weights are estimated, carried by prices from the holdings of "
                + ", ".join(map(str, files))
            )
        limit = max(0.0010, 0.02 * abs(view.fund_return or 0.0))
        if view.rest is not None and abs(view.rest) > limit:
            said.append(
                f"{fund}: {view.rest * 1e4:+.0f} bp of the fund's return is neither in its measured"
                " lines nor in their coverage (cash, fees, trades inside the window)"
            )
    if (
        question.basis == "tr"
        and indices
        and not any(
            len(block.dividend) or block.adj_close is not None for block in market.prices.blocks
        )
    ):
        said.append("no dividends are held: total return equals price return")
    return said
