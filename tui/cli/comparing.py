"""``internals refresh --compare SOURCE``: stored closes and another source's, as a table."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.report.values import Json, iso, json_text
from tui.text import formats as f
from tui.text.safe import safe
from tui.text.streams import ANSWERED, IN_PART, say, write

if TYPE_CHECKING:
    from cache.refresh.comparing import Comparing
    from core.data.question import Question
    from tui.service.service import Desk
    from tui.state.config import Config

#: Reasons why symbols were not compared that are named.
_MOST_NAMED = 3


def compare(desk: Desk, question: Question, config: Config, key: str, kind: str) -> int:
    """Compare the stored closes of a pair's lines with a source's; returns the exit code.

    Raises:
        CacheError: nothing is stored, or there is no such source.
    """
    from cache.refresh.comparing import compare_sources
    from tui.service.price_sources import Sources

    contents = desk.store.read()
    pair = (question.small, question.large)
    files = [contents.holdings[fund][-1] for fund in pair if contents.holdings.get(fund)]
    lines = {symbol: None for file in files for symbol in file.symbols}
    aliases = desk.reference.aliases
    symbols = list(dict.fromkeys((*pair, *(aliases.get(symbol, symbol) for symbol in lines))))
    source, _ = Sources(desk.places, config, desk.store.home).make(key)
    result = compare_sources(contents.prices, symbols, source, datetime.now(UTC))
    if kind == "json":
        write(json_text(document(result, source.name)), kind=kind)
    else:
        write(_text(result, source.name))
    for reason, count in Counter(result.failed.values()).most_common(_MOST_NAMED):
        say(safe(f"{count:,} not compared: {reason}"), IN_PART)
    return IN_PART if result.failed else ANSWERED


def document(result: Comparing, name: str) -> Json:
    """The comparison as plain JSON values, closes in full precision."""
    from cache.refresh.comparing import LIMIT, SESSIONS

    return {
        "schema": 1,
        "source": name,
        "sessions": SESSIONS,
        "limit": LIMIT,
        "compared": result.compared,
        "closes": result.closes,
        "disagree": [
            {
                "symbol": one.symbol,
                "session": iso(one.session),
                "held": one.stored,
                "held_from": one.source,
                "other": one.other,
                "relative": one.relative,
                "sessions": one.sessions,
            }
            for one in result.disagree
        ],
        "failed": [{"symbol": s, "reason": why} for s, why in sorted(result.failed.items())],
    }


def _text(result: Comparing, name: str) -> str:
    from cache.refresh.comparing import LIMIT, SESSIONS

    lines = []
    if result.disagree:
        head = f"{'symbol':<8}{'session':<12}{'held':>12}  {'of':<10}"
        lines.append(f"{head}{name:>12}{'%':>9}  days")
    lines += [
        f"{safe(one.symbol):<8}{one.session!s:<12}{one.stored:>12.4f}  "
        f"{safe(one.source)[:10]:<10}{one.other:>12.4f}{100 * one.relative:>+9.2f}"
        f"  {one.sessions}"
        for one in result.disagree
    ]
    lines.append(
        f"{f.count(result.compared)} lines compared with {name} over {SESSIONS} sessions,"
        f" {f.count(result.closes)} closes: {f.count(len(result.disagree))} disagree by more than"
        f" {100 * LIMIT:g} %"
    )
    return "\n".join(lines) + "\n"
