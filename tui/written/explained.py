"""An explanation as text: the number, its formula with the figures filled in, their sources."""

from __future__ import annotations

from core.explanation import Explanation, Term, Unit
from tui import formats as f

_INDENT = "  "


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
        case "price":
            return f.number(value, 4)
        case "money":
            return f.number(value, 0 if abs(value) >= 1e6 else 2)
        case "ratio":
            return f.number(value, 8)
        case _:
            return f.number(value, 0)


def _filled(explanation: Explanation) -> str:
    """The formula with figures in place of its names, longest names first; "" where it has none."""
    text, marks = explanation.formula, list[tuple[str, str]]()
    for place, term in enumerate(sorted(explanation.terms, key=lambda t: -len(t.name))):
        mark = f"\x00{place}\x00"
        words = text.split(term.name)
        if len(words) == 2:
            text = mark.join(words)
            marks.append((mark, figure(term.value, term.unit)))
    for mark, value in marks:
        text = text.replace(mark, value)
    return text.replace("+ -", "- ") if marks else ""


def _term(term: Term, width: int) -> str:
    value = figure(term.value, term.unit)
    return f"{f.fit(term.name, width)}  {f.fit(value, 20, 'right')}  {term.source}".rstrip()


def lines_of(explanation: Explanation, depth: int = 0) -> list[str]:
    """The explanation as indented lines, its parts below it."""
    inset = _INDENT * depth
    head = f"{explanation.title} = {figure(explanation.value, explanation.unit)}"
    out = [inset + head, f"{inset}{_INDENT}= {explanation.formula}"]
    filled = _filled(explanation)
    if filled and filled != explanation.formula:
        out.append(f"{inset}{_INDENT}= {filled}")
    width = max((f.cell_width(term.name) for term in explanation.terms), default=0)
    out += [f"{inset}{_INDENT * 2}{_term(term, width)}" for term in explanation.terms]
    out += [f"{inset}{_INDENT}! {note}" for note in explanation.notes]
    for part in explanation.parts:
        out += lines_of(part, depth + 1)
    return out


def to_text(explanation: Explanation) -> str:
    """The explanation as text, one trailing newline."""
    return "\n".join(lines_of(explanation)) + "\n"
