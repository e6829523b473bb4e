"""Findings: the results of a check, as text and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final, Literal

from cache.facts.clean import clean
from core.data.record import record
from tui.report.values import json_text
from tui.text.formats import cell_width

#: As it should be; worth knowing; to be mended.
State = Literal["ok", "note", "fault"]
SCHEMA: Final = 1
#: The longest sentence, in characters.
_LONGEST: Final = 600
_TOPIC: Final = 14


@record(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: a word or two.
        state: "ok", "note" (worth knowing) or "fault" (to be mended).
        message: what is the case; foreign text in it may be anything.
        then: what to do next, "" where nothing need be done.
    """

    topic: str
    state: State
    message: str
    then: str = ""

    def cleaned(self) -> Finding:
        """This finding with its texts cleaned for a terminal."""
        return Finding(
            clean(self.topic), self.state, clean(self.message, _LONGEST), clean(self.then, _LONGEST)
        )


def to_json(findings: Sequence[Finding]) -> str:
    """The findings as JSON, one trailing newline."""
    cleaned = [one.cleaned() for one in findings]
    document = {
        "schema": SCHEMA,
        "faults": sum(one.state == "fault" for one in cleaned),
        "findings": [
            {"topic": one.topic, "state": one.state, "said": one.message, "next": one.then or None}
            for one in cleaned
        ],
    }
    return json_text(document)


def to_text(findings: Sequence[Finding], width: int) -> str:
    """The findings for a person, a line each and what to do next below it."""
    lines: list[str] = []
    for one in (finding.cleaned() for finding in findings):
        state = one.state.upper() if one.state == "fault" else one.state
        lines += _wrapped(f"{state:<6}{one.topic:<{_TOPIC}}", one.message, width)
        if one.then:
            lines += _wrapped(" " * (6 + _TOPIC) + "> ", one.then, width)
    faults = sum(one.state == "fault" for one in findings)
    notes = sum(one.state == "note" for one in findings)
    words = "nothing to fix" if not faults else f"{faults} to fix"
    lines.append(f"{words}, {len(findings) - faults - notes} ok, {notes} to know")
    return "\n".join(lines) + "\n"


def _wrapped(head: str, text: str, width: int) -> list[str]:
    """The text beside its head; what does not fit goes on below, under its start."""
    room = max(width - cell_width(head), 30)
    lines = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
    return [head + lines[0], *(" " * cell_width(head) + line for line in lines[1:])]
