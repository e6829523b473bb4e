"""The sources of an answer's numbers, and the warnings that go with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.answer.member_lists import list_sources, list_warnings
from core.answer.origins import origins_of
from core.answer.views import IndexView, Source, covers
from core.data.frames import day, pydate

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.question import Question
    from core.data.windows import Window
    from core.measures.basket import Basket
    from core.measures.membership import Span


def sources(
    market: Market,
    question: Question,
    window: Window,
    baskets: Mapping[str, Basket],
    parts: Mapping[str, tuple[Span, ...]],
) -> tuple[Source, ...]:
    """Where the answer's numbers came from; ``parts`` are each fund's parts of the window."""
    rows: list[Source] = []
    prices = market.prices
    origins = origins_of(market, window)
    for fund in question.funds:
        if fund in market.last_close:
            rows.append(
                Source(
                    f"prices {fund}",
                    prices.sources_of(fund, window.start, window.end),
                    min(market.last_close[fund], window.end),
                    prices.fetched_at.get(fund),
                )
            )
        if fund not in baskets:
            continue
        basket = baskets[fund]
        rows += list_sources(fund, parts[fund])
        rows += _labels(basket, fund, parts[fund])
        measured = basket.measured.any(axis=0)
        lines, closed = basket.numbers[measured], basket.closed[:, measured]
        for place, origin in enumerate(origins.names):
            mine = origins.name[lines] == place
            these = lines[mine]
            if not len(these):
                continue
            first = int(origins.time[these].min())
            rows.append(
                Source(
                    f"prices of {_lines_of(len(these), fund)}",
                    origin,
                    pydate(np.fmax.reduce(closed[:, mine], axis=None)),
                    origins.times[first] if first < len(origins.times) else None,
                )
            )
    return tuple(rows)


def _lines_of(count: int, fund: str) -> str:
    return f"{count:,} line{'s' if count != 1 else ''} of {fund}"


def _rest_words(view: IndexView) -> str:
    """The likely sources of the rest of a fund's return, in words."""
    if not view.coverage:
        return "no line is measured in a part of the window"
    weight = view.price_return_weight
    if not weight:
        return "cash, fees, trades inside the window"
    lines = f"there are no dividends for lines of {weight * 100:.1f} % of weight: theirs are price"
    # what the lines paid could only widen a rest below zero
    more = ", which dividends would only raise" if view.rest is not None and view.rest < 0 else ""
    return f"{lines} returns against the fund's total return{more}"


def _labels(basket: Basket, fund: str, parts: tuple[Span, ...]) -> Iterator[Source]:
    """The sources of measured lines' sectors and industries, the files of the parts apart."""
    labels, serving = basket.labels, {part.origin for part in parts}
    measured = basket.numbers[basket.measured.any(axis=0)]
    by_kind = {"sectors": labels.sector_source, "industries": labels.industry_source}
    for kind, source in by_kind.items():
        places = source[measured]
        for place in sorted(set(places[places >= 0].tolist())):
            file = labels.files[place]
            if file not in serving:
                what = f"{kind} of {_lines_of(int((places == place).sum()), fund)}"
                when = file.as_of or (file.fetched_at and file.fetched_at.date())
                yield Source(what, file.source, when, file.fetched_at)


def warnings(
    market: Market,
    question: Question,
    window: Window,
    indices: Mapping[str, IndexView],
    parts: Mapping[str, tuple[Span, ...]],
) -> list[str]:
    """What a reader has to bear in mind; ``parts`` are each fund's parts of the window."""
    sentences = list(market.damage)
    listed = market.reference.listed
    if listed is not None and window.end > listed:
        sentences.append(
            f"sessions after {listed} are computed from the exchange's usual holidays; a newer"
            " release lists them, as does `python3 dev.py sessions` in a checkout"
        )
    if question.basis == "tr":
        sentences += _doubtful_dividends(market, question, window, indices)
    stray = dict.fromkeys(view.stray_day for view in indices.values() if view.stray_day)
    sentences += [
        f"{one}; if the exchange was closed that day, they are wrong: forget that import"
        for one in stray
    ]
    sentences += _dated_on_closures(market, parts)
    for fund, view in indices.items():
        sentences += dict.fromkeys(list_warnings(view, parts[fund]))
        early = view.end_early
        if early is not None:
            sentences.append(
                f"{fund}: lines of {early.weight * 100:.1f} % of weight end on {early.session},"
                f" the fund on {window.end}: nothing is claimed about leaders or breadth"
            )
        elif not view.covered:
            measured = f"only {view.coverage * 100:.1f} % of weight is measured"
            if not view.part_known:
                measured = "what part of its weight is measured is not known"
            sentences.append(f"{fund}: {measured}: nothing is claimed about leaders or breadth")
        if view.estimated:
            files = sorted({s.holdings_as_of for s in view.segments if s.estimated})
            sentences.append(
                f"{fund}: start weights are estimated from the holdings of "
                + ", ".join(map(str, files))
            )
        limit = max(0.0010, 0.02 * abs(view.fund_return or 0.0))
        if view.rest is not None and abs(view.rest) > limit:
            sentences.append(
                f"{fund}: {view.rest * 1e4:+,.0f} bp of the fund's return is neither in its"
                f" measured lines nor in their coverage ({_rest_words(view)})"
            )
    sentences += unknown_sectors(indices)
    without = price_returns(market, question, window)
    if without and not _has_dividends(market, window):
        sentences.append("there are no dividends: total return equals price return")
    else:
        sentences += [
            f"no dividends of {fund} are held: its total return equals its price return"
            for fund in without
        ]
    return sentences


def unknown_sectors(indices: Mapping[str, IndexView]) -> Iterator[str]:
    """Sentences on indices too few of whose sectors are known; none where no file says any."""
    shares = {fund: view.basket.sector_share for fund, view in indices.items()}
    for fund, share in shares.items():
        if any(shares.values()) and not covers(share):
            known = f"only {share * 100:.1f} %" if share else "nothing"
            yield (
                f"{fund}: {known} of its measured weight has a known sector: there is no"
                " split by sector; `internals import industries` takes a list of them"
            )


def price_returns(market: Market, question: Question, window: Window) -> tuple[str, ...]:
    """Funds whose total return is a price return: no dividend is known up to the window's end.

    An index's level is what its name says, and is not among them.
    """
    if question.basis != "tr":
        return ()
    funds = [fund for fund in question.funds if fund not in market.reference.index_levels]
    if not _has_dividends(market, window):
        return tuple(funds)
    begun = {fund: series.dividends_from for fund in funds if (series := market.series(fund))}
    end = day(window.end)
    return tuple(fund for fund, first in begun.items() if first is None or first > end)


def _has_dividends(market: Market, window: Window) -> bool:
    """Whether any line has a stored dividend or adjusted close up to a window's end."""
    first = market.cached("first dividend", lambda: _first_dividend(market))
    return first is not None and first <= window.end


def _dated_on_closures(market: Market, parts: Mapping[str, tuple[Span, ...]]) -> Iterator[str]:
    """The files of a window that are dated on a weekday that turned out to be no session."""
    lacking, unforeseen = set(market.closures.tolist()), market.reference.unforeseen
    files = dict.fromkeys(part.origin for spans in parts.values() for part in spans)
    for file in files:
        if file.as_of in lacking:
            why = f"no close of {file.as_of} is held, a session by the calendar"
        elif file.as_of in unforeseen:
            why = f"the exchange was closed on {file.as_of}, which is no holiday"
        else:
            continue
        name = f"{file.fund}: its file of {file.as_of} ({file.source})"
        yield f"{name} counts as of {market.session(file.as_of)}: {why}"


def _doubtful_dividends(
    market: Market, question: Question, window: Window, indices: Mapping[str, IndexView]
) -> list[str]:
    """The dividends that were not counted, of the pair itself and of its lines."""
    sentences = []
    for fund in question.funds:
        series = market.series(fund)
        for when, cash in series.doubtful_dividends if series else ():
            if day(window.start) < when <= day(window.end):
                sentences.append(f"{fund}: dividend of {cash:g} on {when} is doubtful, not counted")
    for fund, view in indices.items():
        lines = view.contributors
        names = [
            f"{lines.symbols[row]} ({words.removesuffix(', not counted')})"
            for row, flags in sorted(lines.flags.items())
            for words in flags
            if words.startswith("dividend of ")
        ]
        if names:
            more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
            sentences.append(f"{fund}: not counted: {', '.join(names[:5])}{more}")
    return sentences


def _first_dividend(market: Market) -> date | None:
    """The first session with a dividend or an adjusted close; None without any."""
    for block in market.prices.blocks:
        rows = block.dividend.row.tolist()
        if block.adj_close is not None:
            rows += np.nonzero(np.isfinite(block.adj_close).any(axis=1))[0][:1].tolist()
        if rows:
            return pydate(block.sessions[min(rows)])
    return None
