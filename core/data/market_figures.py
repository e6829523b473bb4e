"""What is counted over all lines of a market, as plain values that can be stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.data.market import Market

#: JSON values by name.
Figures = dict[str, Any]


def figures_of(market: Market) -> Figures:
    """Data that depend on the tickers of all lines of all files, which take seconds to compute."""
    last, funds = market.last_close, {}
    for fund in sorted(market.holdings):
        symbols = [market.symbol(s) for s in market.holdings[fund][-1].symbols]
        levels = market.series(fund)
        funds[fund] = {
            "closes": None
            if levels is None
            else {"first": str(levels.sessions[0]), "last": str(levels.sessions[-1])},
            "lines": len(symbols),
            "lines_with_prices": sum(symbol in last for symbol in symbols),
        }
    newest = max(last.values()).isoformat() if last else None
    return {"symbols": len(last), "last": newest, "funds": funds}
