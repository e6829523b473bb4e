"""An explanation as text: the number, its formula with the figures filled in, their sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from core.explain.measures import explain
from tui.report.values import Json, json_text, scaled
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.market import Market
    from core.explain.explanation import Explanation, Term, Unit

SCHEMA: Final = 1
_INDENT = "  "
#: Unit of a figure -> the unit and the factor that JSON has it in.
_IN_JSON: Final[Mapping[Unit, tuple[str, float]]] = {
    "percent": ("fraction", 1),
    "pp": ("pp", 100),
    "bp": ("bp", 1e4),
}


def parse_name(
    market: Market, snapshot: Snapshot, fund: str, symbol: str, measure: str | None
) -> tuple[Explanation, ...]:
    """Read what is requested: a measure, a line's contribution, or the index and the gap.

    Raises:
        MeasureError: no such measure, or no such item of it.
    """
    if measure is not None:
        return explain(market, snapshot, fund, measure, symbol)
    if symbol:
        return explain(market, snapshot, fund, "contribution", symbol)
    return (*explain(market, snapshot, fund, "return"), *explain(market, snapshot, fund, "gap"))


def figure(value: float | str | None, unit: Unit) -> str:
    """A figure in its unit, with enough places to check the sum by hand."""
    if value is None or isinstance(value, str):
        return value or f.MISSING
    match unit:
        case "percent":
            return f.pct(value, 4, sign=value < 0)
        case "pp":
            return f.pp(value, 4, sign=value < 0)
        case "bp":
            return f.bp(value, 4, sign=value < 0)
        case "money":
            return f.number(value, 0 if abs(value) >= 1e6 else 2)
        case "price" | "number":
            return f.number(value, 4)
        case "year":
            return str(round(value))
        case "ratio":
            return f.number(value, 8)
        case _:
            return f.number(value, 0)


def _filled(explanation: Explanation) -> str:
    """The formula with figures in place of its names; "" where it has none of them."""
    if explanation.in_words or not explanation.terms:
        return ""
    figures = {term.name: figure(term.value, term.unit) for term in explanation.terms}
    alternatives = "|".join(re.escape(name) for name in sorted(figures, key=len, reverse=True))
    names = rf"(?<![\w.])(?:{alternatives})(?!\w)"
    text, count = re.subn(names, lambda match: figures[match.group()], explanation.formula)
    return text.replace("+ -", "- ") if count else ""


def _term(term: Term, width: int) -> str:
    value = figure(term.value, term.unit)
    return f"{f.fit(term.name, width)}  {f.fit(value, 20, 'right')}  {term.source}".rstrip()


def lines_of(
    explanation: Explanation, depth: int = 0, shown_elsewhere: frozenset[str] = frozenset()
) -> list[str]:
    """The explanation as indented lines, its parts below it; origins shown elsewhere left out."""
    inset = _INDENT * depth
    head = f"{explanation.title} = {figure(explanation.value, explanation.unit)}"
    out = [inset + head, f"{inset}{_INDENT}= {explanation.formula}"]
    filled = _filled(explanation)
    if filled and filled != explanation.formula:
        out.append(f"{inset}{_INDENT}= {filled}")
    width = max((f.cell_width(term.name) for term in explanation.terms), default=0)
    out += [f"{inset}{_INDENT * 2}{_term(term, width)}" for term in explanation.terms]
    out += [f"{inset}{_INDENT}! {note}" for note in explanation.notes]
    origins = [origin for origin in explanation.origins if origin not in shown_elsewhere]
    for part in explanation.parts:
        out += lines_of(part, depth + 1, shown_elsewhere.union(origins))
    out += [f"{inset}{_INDENT}from {origin}" for origin in origins]
    return out


def page_of(explanations: Sequence[Explanation]) -> list[list[str]]:
    """Explanations one after another; an origin shared with the next one is given there."""
    pages, after = [], frozenset[str]()
    for explanation in reversed(explanations):
        pages.append(lines_of(explanation, shown_elsewhere=after))
        after = frozenset(explanation.origins)
    return pages[::-1]


def to_text(explanations: Sequence[Explanation]) -> str:
    """Explanations as text, an empty line between them, one trailing newline."""
    return "\n\n".join("\n".join(lines) for lines in page_of(explanations)) + "\n"


def to_document(explanations: Sequence[Explanation]) -> list[Json]:
    """Explanations as plain JSON values: fractions for percent, amounts in pp and bp."""
    return [
        {
            "title": explanation.title,
            **_value(explanation.value, explanation.unit),
            "formula": explanation.formula,
            "computed": _value(explanation.computed, explanation.unit)["value"],
            "terms": [
                {"name": term.name, **_value(term.value, term.unit), "source": term.source or None}
                for term in explanation.terms
            ],
            "parts": to_document(explanation.parts),
            "notes": list(explanation.notes),
            "origins": list(explanation.origins),
        }
        for explanation in explanations
    ]


def _value(value: float | str | None, unit: Unit) -> Json:
    """A figure in full precision, its unit, and as it is printed."""
    name, factor = _IN_JSON.get(unit, (unit, 1))
    plain = value if isinstance(value, str) else scaled(value, factor)
    return {"value": plain, "unit": name, "text": figure(value, unit)}


def to_json(snapshot: Snapshot, explanations: Sequence[Explanation]) -> str:
    """Explanations as JSON, one trailing newline."""
    document = {
        "schema": SCHEMA,
        "as_of": snapshot.as_of.isoformat(),
        "state": snapshot.state,
        "simulated": snapshot.simulated,
        "explanations": to_document(explanations),
    }
    return json_text(document)
