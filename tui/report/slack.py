"""The note as a message for Slack: blocks within the service's limits.

The limits are those of its Block Kit: 50 blocks, 150 characters of a header, 3,000 of a section's
text, 10 fields of 2,000, 3,000 of a context. Each text is counted after its escapes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from core.note.headline import headline
from core.note.since_note import since_sentences
from core.note.story import story
from tui.report.export import state_line
from tui.report.note_table import both_ends
from tui.text import formats as f
from tui.text.safe import safe

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot
    from tui.report.values import Json

_HEADER: Final = 150
_SECTION: Final = 3000
_FIELD: Final = 2000
_FIELDS: Final = 10
_BLOCKS: Final = 50
#: The text of a notification; more is cut by the service.
_FALLBACK: Final = 3000
#: Lines of an index's table of contributors, from each end.
_ENDS: Final = 5
#: What Slack takes for mark-up at the edge of a word, and what stands for it.
_MARKS: Final = str.maketrans({"*": "∗", "_": "\u02cd", "~": "∼", "`": "'"})


def to_slack(snapshot: Snapshot, earlier: Since | None = None) -> str:
    """The payload of a message as JSON, one trailing newline: the prose and the leading lines."""
    texts = [" ".join(paragraph) for paragraph in story(snapshot)]
    texts += [] if earlier is None else [" ".join(since_sentences(earlier))]
    marks = [f"! {line}" for line in (*snapshot.missing, *snapshot.warnings)]
    blocks: list[Json] = [_header(snapshot)]
    blocks += [_section(_escaped(text)) for text in texts[:1]]
    if fields := list(_fields(snapshot)):
        blocks.append({"type": "section", "fields": fields[:_FIELDS]})
    blocks += _sections(_escaped(text) for text in texts[1:])
    for fund, view in snapshot.indices.items():
        if view.claims and (table := _table(fund, snapshot)):
            blocks.append(_section(table))
    notes = _sections(_escaped(text) for text in marks)
    state = {"type": "context", "elements": [_mrkdwn(_escaped(state_line(snapshot)), _SECTION)]}
    # the state and the doubts are printed whatever else has no room
    blocks = [*blocks[: _BLOCKS - 1 - len(notes[:9])], *notes[:9], state]
    # what a notification shows
    payload = {"text": _cut(_escaped(headline(snapshot)), _FALLBACK), "blocks": blocks}
    return json.dumps(payload, ensure_ascii=False, indent=1) + "\n"


def _header(snapshot: Snapshot) -> Json:
    funds = " against ".join(snapshot.question.funds)
    simulated = "SIMULATED: " if snapshot.simulated else ""
    text = f"{simulated}{funds}, {snapshot.window.label} to {snapshot.as_of}"
    return {"type": "header", "text": {"type": "plain_text", "text": _cut(safe(text), _HEADER)}}


def _fields(snapshot: Snapshot) -> Iterable[Json]:
    """The few figures that a reader looks for first, each under its name."""
    spread, question = snapshot.spread, snapshot.question
    if spread is not None:
        yield _field("gap", f.pp(spread.gap))
        yield _field(question.small, f.pct(spread.small_return))
        yield _field(question.large, f.pct(spread.large_return))
        if spread.same_window.claim:
            yield _field("rank", f"{spread.same_window.rank} of {spread.same_window.of}")
    for fund, view in snapshot.indices.items():
        if view.claims_breadth and view.breadth.share_up is not None:
            share = f.pct(view.breadth.share_up, 1, sign=False)
            yield _field(f"{fund} lines up", f"{view.breadth.up:,} of {view.breadth.n:,}, {share}")


def _field(name: str, figure: str) -> Json:
    return _mrkdwn(f"*{_escaped(name)}*\n{_escaped(figure)}", _FIELD)


def _table(fund: str, snapshot: Snapshot) -> str:
    """The ends of an index's contributors, as lines of equal width; "" where there are none."""
    lines = snapshot.indices[fund].contributors
    rows = [
        f"{f.fit(lines.symbols[row], 8)} {f.fit(safe(lines.names[row]), 24)}"
        f" {f.fit(f.pct(float(lines.returns[row]), 1), 10, 'right')}"
        f" {f.fit(f.bp(float(lines.contribution[row])), 10, 'right')}"
        for row in both_ends(len(lines), _ENDS)
    ]
    if not rows:
        return ""
    body = "\n".join(rows).replace("`", "'")
    return f"*{_escaped(fund)}*\n```\n{_entities(body)}\n```"


def _sections(texts: Iterable[str]) -> list[Json]:
    """Paragraphs in as few sections as they fit into."""
    blocks, pending = [], ""
    for text in texts:
        text = _cut(text, _SECTION)
        if pending and len(pending) + len(text) + 1 > _SECTION:
            blocks.append(_section(pending))
            pending = ""
        pending = f"{pending}\n{text}" if pending else text
    return [*blocks, _section(pending)] if pending else blocks


def _section(text: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text, _SECTION)}


def _mrkdwn(text: str, limit: int) -> Json:
    # verbatim: no name becomes a link, a channel or a person
    return {"type": "mrkdwn", "text": _cut(text, limit), "verbatim": True}


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escaped(text: str) -> str:
    """Text that Slack shows as it is: no mention, no link, no mark-up."""
    return _entities(safe(text).translate(_MARKS))


def _cut(text: str, limit: int) -> str:
    """Text of some characters at most, never cut within an entity."""
    if len(text) <= limit:
        return text
    text = text[: limit - 1]
    head, ampersand, tail = text.rpartition("&")
    return f"{head if ampersand and ';' not in tail and len(tail) < 5 else text}…"
