"""A Snapshot as the JSON other programs read: full precision, null where there is nothing.

Fractions are fractions, ``_pp`` percentage points, ``_bp`` basis points, dates ISO.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core.answer.announced import leaders_to_leave
from core.note.headline import headline
from core.note.note import sentences
from core.note.story import LENGTHS, story
from core.note.verdict import inside_window, leaders_that_left, margin, members_total, verdict
from tui.report.document_index import index_document
from tui.report.document_rarity import own_document, ranking_fields, rarity_document
from tui.report.ledger import NumberOrigins, ledger
from tui.report.since import since_document
from tui.report.values import Json, iso, json_text, number, scaled

if TYPE_CHECKING:
    from core.answer.coming import Coming
    from core.answer.since import Since
    from core.answer.views import IndexView, Snapshot
    from core.measures.bridge import Step
    from core.measures.changes import Change, Changes
    from core.measures.pair_series import YearGap
    from core.measures.spread import Ranking, Spread

SCHEMA = 1
#: Lines of two files whose weight changed the most that are written.
RESIZED = 100
#: A fund's changes where no two of its files are stored to tell any.
_UNTOLD: Final[Json] = {
    **dict.fromkeys(("from", "to", "by", "turnover", "joined_total", "left_total", "leaders_left")),
    **{name: [] for name in ("joined", "left", "renamed", "resized")},
}


def _year(year: YearGap) -> Json:
    return {
        "year": year.year,
        "start": iso(year.start),
        "end": iso(year.end),
        "small_return": number(year.small_return),
        "large_return": number(year.large_return),
        "gap_pp": scaled(year.gap, 100),
    }


def _ranking(ranking: Ranking) -> Json:
    return {
        **ranking_fields(ranking, "gap_pp", 100),
        "margin_pp": scaled(margin(ranking), 100),
        "history": [_year(year) for year in ranking.history],
    }


def _spread(spread: Spread | None, basis: str) -> Json | None:
    if spread is None:
        return None
    return {
        "small_return": number(spread.small_return),
        "large_return": number(spread.large_return),
        "gap_pp": scaled(spread.gap, 100),
        "geometric_gap_pp": scaled(spread.geometric_gap, 100),
        "ratio_drawdown": number(spread.drawdown),
        "same_window": _ranking(spread.same_window),
        "full_years": _ranking(spread.full_years),
        **rarity_document(spread.history, basis),
        "daily": {
            "sessions": [str(session) for session in spread.sessions],
            "small_return": spread.small_line.tolist(),
            "large_return": spread.large_line.tolist(),
            "gap_pp": ((spread.small_line - spread.large_line) * 100).tolist(),
            "ratio": spread.ratio_line.tolist(),
        },
    }


def _baskets(snapshot: Snapshot) -> Json | None:
    """The gap of the measured lines, where that of the funds is not known."""
    gap, small, large = snapshot.basket_gap, snapshot.small, snapshot.large
    if gap is None or small is None or large is None:
        return None
    return {
        "small_return": number(small.basket_return),
        "large_return": number(large.basket_return),
        "gap_pp": scaled(gap, 100),
    }


def _steps(steps: Sequence[Step]) -> list[Json]:
    rows = []
    for step in steps:
        row: Json = {"step": step.name, "pp": scaled(step.value, 100)}
        if step.parts:
            row["parts"] = _steps(step.parts)
        rows.append(row)
    return rows


def _changes(changes: Changes, view: IndexView | None) -> Json:
    leaders = leaders_that_left(changes, view) if view is not None else None

    def line(change: Change) -> Json:
        return {
            "symbol": change.symbol,
            "name": change.name,
            "sector": change.sector or None,
            "weight": number(change.weight),
            "return": number(change.returns),
            "contribution_bp": scaled(change.contribution, 1e4),
        }

    return {
        "from": iso(changes.from_date),
        "to": iso(changes.to_date),
        "by": changes.lender or None,
        "joined": [line(change) for change in changes.joined],
        "left": [line(change) for change in changes.left],
        "renamed": [{"from": old, "to": new} for old, new in changes.renamed],
        "resized": [
            {
                "symbol": line.symbol,
                "name": line.name,
                "weight_before": number(line.before),
                "weight_after": number(line.after),
                "drift": number(line.drift),
                "active": number(line.active),
                "shares_change": number(line.shares),
            }
            for line in changes.resized[:RESIZED]
        ],
        "turnover": number(changes.turnover),
        "joined_total": _members_total(changes.joined),
        "left_total": _members_total(changes.left),
        "leaders_left": None
        if leaders is None
        else {"symbols": list(leaders.symbols), "sum_bp": scaled(leaders.contribution, 1e4)},
    }


def _announced(changes: tuple[Coming, ...]) -> Json:
    """The fields that a fund's changes carry of what was announced."""
    leaders = leaders_to_leave(changes)
    return {
        "announced": [
            {
                "symbol": change.symbol,
                "name": change.name,
                "sector": change.sector or None,
                "action": change.action,
                "effective": iso(change.effective),
                "announced": iso(change.announced),
                "from": change.source or None,
                "standing": change.standing,
                "file": iso(change.file),
                "weight_start": number(change.weight),
                "return": number(change.returns),
                "contribution_bp": scaled(change.contribution, 1e4),
                "rank": change.rank,
            }
            for change in changes
        ],
        "leaders_to_leave": None
        if leaders is None
        else {
            "symbols": list(leaders.symbols),
            "effective": iso(leaders.effective),
            "sum_bp": scaled(leaders.contribution, 1e4),
        },
    }


def _members_total(changes: tuple[Change, ...]) -> Json:
    total = members_total(changes)
    return {
        "count": total.count,
        "measured": total.measured,
        "weight": number(total.weight),
        "sum_bp": scaled(total.contribution, 1e4) if total.measured else None,
    }


def _verdict(snapshot: Snapshot) -> Json | None:
    judgement = verdict(snapshot)
    if judgement is None:
        return None
    return {
        "word": judgement.word,
        "ahead": judgement.ahead,
        "behind": judgement.behind,
        "gap_pp": scaled(judgement.gap, 100),
        "equal_weight_pp": scaled(judgement.equal, 100),
        "medians_pp": scaled(judgement.medians, 100),
        "leaders_count": judgement.count,
        "leaders_bp": scaled(judgement.leaders, 1e4),
        "gap_without_leaders_pp": scaled(judgement.without, 100),
        # small less large, as spread.gap_pp; those above are the index ahead less the other
        "equal_weight_gap_pp": scaled(judgement.equal_gap, 100),
        "medians_gap_pp": scaled(judgement.medians_gap, 100),
        "without_leaders_gap_pp": scaled(judgement.without_gap, 100),
    }


def _gap_without(snapshot: Snapshot) -> Json | None:
    """The gap without the question's names; what each index is without them stands with it."""
    gap = snapshot.gap_without
    if gap is None:
        return None
    return {
        "gap_zeroed_pp": scaled(gap.zeroed, 100),
        "baskets_gap_pp": scaled(gap.baskets, 100),
        "gap_reweighted_pp": scaled(gap.reweighted, 100),
    }


def document(snapshot: Snapshot, earlier: Since | None = None) -> Json:
    """The whole snapshot as plain JSON values, and what changed since an earlier note."""
    question, window = snapshot.question, snapshot.window
    leaders = snapshot.gap_leaders
    answer: Json = {
        "schema": SCHEMA,
        "question": {
            "small": question.small,
            "large": None if question.alone else question.large,
            "index": question.small if question.alone else None,
            "window": window.label,
            "start": iso(window.start),
            "end": iso(window.end),
            "basis": question.basis,
            "without": list(question.without),
            "breadth_list": question.breadth_list,
            "as_of": iso(question.as_of),
        },
        "as_of": iso(snapshot.as_of),
        "state": snapshot.state,
        "simulated": snapshot.simulated,
        "sources": [
            {
                "what": source.what,
                "from": source.origin,
                "as_of": iso(source.as_of),
                "fetched_at": source.fetched_at and source.fetched_at.isoformat(),
            }
            for source in snapshot.sources
        ],
        "headline": headline(snapshot),
        "missing": list(snapshot.missing),
        "warnings": list(snapshot.warnings),
        "spread": _spread(snapshot.spread, question.basis),
        "baskets": _baskets(snapshot),
        "own": None
        if snapshot.single_spread is None
        else own_document(snapshot.single_spread, question.basis),
        "indices": {
            fund: index_document(snapshot, view) for fund, view in snapshot.indices.items()
        },
        "reconstitutions": {f: iso(when) for f, when in snapshot.reconstitutions.items()},
        "bridge": _steps(snapshot.bridge),
        "verdict": _verdict(snapshot),
        "without": _gap_without(snapshot),
        "gap_leaders": [
            {"symbol": symbol, "name": name, "contribution_bp": scaled(value, 1e4)}
            for symbol, name, value in zip(
                leaders.symbols, leaders.names, leaders.value.tolist(), strict=True
            )
        ]
        if leaders is not None
        else [],
        "sector_effects": [
            {
                "name": effect.name,
                "small_weight": number(effect.small_weight),
                "large_weight": number(effect.large_weight),
                "small_return": number(effect.small_return),
                "large_return": number(effect.large_return),
                "allocation_bp": scaled(effect.allocation, 1e4),
                "selection_bp": scaled(effect.selection, 1e4),
                "interaction_bp": scaled(effect.interaction, 1e4),
                "total_pp": scaled(effect.total, 100),
            }
            for effect in snapshot.sector_effects
        ],
        "changes": {
            fund: (
                _changes(changes, snapshot.indices.get(fund))
                | {"inside_window": inside_window(changes, window.start)}
                if changes
                else _UNTOLD
            )
            | _announced(snapshot.announced.get(fund, ()))
            for fund in question.funds
            if (changes := snapshot.changes.get(fund)) or fund in snapshot.announced
        },
    }
    since = None if earlier is None else since_document(earlier)
    answer["since"] = since
    origins = NumberOrigins(snapshot, None if since is None else since["as_of"])
    answer["prose"] = ledger(sentences(snapshot, earlier), answer, origins)
    answer["story"] = {
        length: [ledger(paragraph, answer, origins) for paragraph in story(snapshot, length)]
        for length in LENGTHS
    }
    return answer


def to_json(snapshot: Snapshot, earlier: Since | None = None) -> str:
    """The document as text, one trailing newline; NaN cannot get in."""
    return json_text(document(snapshot, earlier))
