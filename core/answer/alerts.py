"""Alerts on derived numbers: how they are written, when they are judged, when they fire.

An alert is judged on the answer to its question alone (pair, window, basis, the last
session), and never where the number is not known: no claim below the coverage floor. A number
that depends on estimated weights counts, and the sentence says so, as the note's sentences do.
It fires once a crossing: after it has fired it waits until its condition no longer holds.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from core.answer.alert_measures import MEASURES, AlertMeasure, measure_of
from core.data.errors import CoreError
from core.data.question import Basis, Question, normal
from core.data.record import record
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from core.answer.views import Snapshot

_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SHAPE: Final = re.compile(r"([^<>=]*?)\s*(<=|>=|<|>)\s*([+-]?\d+(?:\.\d+)?)\s*(pp|%|bp|y)?")
#: Values are rounded to this before they are compared: 50 % typed is 50 % measured.
_DECIMALS: Final = 7
EXAMPLES: Final = "alert gap rank <= 3, alert share_up IWM < 50, alert contribution BE > 150"


class AlertError(CoreError):
    """A text that sets no alert; the message is one sentence that says what would."""


@record(frozen=True, slots=True)
class Alert:
    """A condition on one number of the answer to one question.

    Attributes:
        words: of its measure.
        fund: the index it is of, "" for a measure of the pair.
        symbol: the line it is of, "" for none.
        compared: "<", "<=", ">" or ">=".
        level: in the measure's unit.
        small, large, window, basis: the question it is judged on; one fund twice is that index
            alone.
    """

    words: str
    fund: str
    symbol: str
    compared: str
    level: float
    small: str
    large: str
    window: str
    basis: Basis

    @property
    def measure(self) -> AlertMeasure:
        """The measure it is set on."""
        return next(measure for measure in MEASURES if measure.words == self.words)

    @property
    def question(self) -> Question:
        """The question it is judged on, as of the last session."""
        alone = self.small == self.large
        return Question(self.small, self.large, self.window, None, self.basis, alone=alone)

    @property
    def funds(self) -> str:
        """The pair or the index it is of: "IWM:SPY", "IWM"."""
        return ":".join(self.question.funds)

    @property
    def text(self) -> str:
        """The alert as a user would type it: "contribution BE IWM > 150 bp"."""
        what = " ".join(filter(None, (self.words, self.symbol, self.fund)))
        level = f"{self.level:.6f}".rstrip("0").rstrip(".")
        return f"{what} {self.compared} {level} {self.measure.unit}".rstrip()

    def holds(self, value: float) -> bool:
        """Whether the condition holds for a value in the measure's unit."""
        return _COMPARED[self.compared](round(value, _DECIMALS), self.level)


@record(frozen=True, slots=True)
class Fired:
    """The last time an alert fired.

    Attributes:
        at: by the clock, in UTC.
        value: in the measure's unit.
        as_of: session of the number, ISO.
        sentence: what was said.
    """

    at: datetime
    value: float
    as_of: str
    sentence: str


@record(frozen=True, slots=True)
class AlertState:
    """The state of an alert: its condition, and whether it is armed or has fired.

    Attributes:
        alert: the condition.
        armed: its condition did not hold when it was last judged: it fires at the next crossing.
        fired: the last time it did, None for never.
        shown: a screen has shown that.
    """

    alert: Alert
    armed: bool = True
    fired: Fired | None = None
    shown: bool = True


def parse(text: str, question: Question) -> Alert:
    """Read an alert against the question it is set on.

    Raises:
        AlertError: the text sets none; the message says what would be right.
    """
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        raise AlertError(
            f"{text.strip()!r} is no alert: write a measure, <, <=, > or >= and a"
            f" number, such as {EXAMPLES}"
        )
    subject, compared, number, unit = shape.groups()
    measure, names = _measure(subject)
    if unit and unit != measure.unit:
        unit_words = f"in {measure.unit}" if measure.unit else "without a unit"
        raise AlertError(f"{measure.words} is measured {unit_words}, not in {unit}")
    if measure.of and (measure.of == "index") != question.alone:
        raise AlertError(_of_another(measure, question))
    fund, symbol = _names(measure, names, question)
    return Alert(
        measure.words, fund, symbol, compared, float(number),
        question.small, question.large, normal(question.window), question.basis,
    )  # fmt: skip


def _of_another(measure: AlertMeasure, question: Question) -> str:
    """Why a measure of a pair is not set on one index alone, or the other way round."""
    if question.alone:
        return f"{measure.words} is of a pair: write a pair such as IWM SPY first"
    return f"{measure.words} is of one index alone: write index {question.small} first"


def _measure(subject: str) -> tuple[AlertMeasure, list[str]]:
    words = subject.upper().split()
    known_measure = measure_of(words)
    if known_measure is not None:
        return known_measure[0], words[known_measure[1] :]
    names = ", ".join(measure.words for measure in MEASURES)
    raise AlertError(f"{subject.strip()!r} is nothing an alert can be set on; known are {names}")


def _names(measure: AlertMeasure, names: list[str], question: Question) -> tuple[str, str]:
    """The fund and the symbol of what follows a measure's words."""
    symbol = ""
    if measure.symbol:
        if not names or not valid_symbol(names[0]):
            raise AlertError(f"{measure.words} of which name? write {measure.words} BE > 150")
        symbol, names = names[0], names[1:]
    if not names:
        return (question.small if measure.fund else ""), symbol
    if not measure.fund or len(names) > 1:
        raise AlertError(f"{' '.join(names)!r} means nothing after {measure.words}")
    if names[0] not in question.funds:
        what = "the index" if question.alone else "of the pair"
        raise AlertError(
            f"{names[0]} is not {what} {':'.join(question.funds)}: an alert is set on what is on"
            " the screen"
        )
    return names[0], symbol


def value(alert: Alert, snapshot: Snapshot) -> float | None:
    """The number an alert is set on, in its measure's unit.

    None where it is not to be judged: another question, an earlier date, a number that is not
    known, or coverage below the floor.
    """
    question = snapshot.question
    condition = (alert.small, alert.large, alert.window, alert.basis)
    if (question.small, question.large, snapshot.window.label, question.basis) != condition:
        return None
    if snapshot.as_of < snapshot.last_session or question.breadth_list != "start":
        return None
    number = alert.measure.value(snapshot, alert.fund, alert.symbol)
    return None if number is None or not math.isfinite(number) else number


def wording(alert: Alert, number: float, snapshot: Snapshot) -> str:
    """Return the sentence of an alert that fires: condition, value, what it was measured on."""
    before = "SIMULATED: " if snapshot.simulated else ""
    before += "intraday: " if snapshot.state == "intraday" else ""
    view = snapshot.indices.get(alert.fund)
    estimated = alert.measure.weights and view is not None and view.estimated
    about = f"{alert.funds} {alert.window} {alert.basis}, {snapshot.as_of}"
    tail = ", estimated weights" if estimated else ""
    return f"{before}{alert.text}: now {figure(alert, number)} ({about}{tail})"


def figure(alert: Alert, number: float) -> str:
    """A value of an alert's measure as text."""
    unit = alert.measure.unit
    digits = {"pp": 2, "%": 1, "bp": 0}.get(unit, 0 if number == int(number) else 2)
    return f"{number:,.{digits}f} {unit}".rstrip()


def first(alert: Alert, number: float | None) -> AlertState:
    """Return a new alert's state: one whose condition holds now waits until it does not."""
    return AlertState(alert, armed=number is None or not alert.holds(number))


def judge(state: AlertState, snapshot: Snapshot, now: datetime) -> AlertState:
    """Return an alert's state after an answer; it fired now where it was armed and is no more."""
    number = value(state.alert, snapshot)
    if number is None:
        return state
    if not state.alert.holds(number):
        return state if state.armed else replace(state, armed=True)
    if not state.armed:
        return state
    sentence = wording(state.alert, number, snapshot)
    fired = Fired(now, number, str(snapshot.as_of), sentence)
    return replace(state, armed=False, fired=fired, shown=False)


def to_json(state: AlertState) -> dict[str, Any]:
    """Return an alert's state as plain JSON values."""
    alert, fired = state.alert, state.fired
    return {
        "alert": f"{alert.text}",
        "pair": alert.funds,
        "window": alert.window,
        "basis": alert.basis,
        "armed": state.armed,
        "told": state.shown,
        "fired": fired
        and {
            "at": fired.at.isoformat(),
            "value": fired.value,
            "as_of": fired.as_of,
            "sentence": fired.sentence,
        },
    }


def from_json(data: object) -> AlertState:
    """Read an alert's state from plain JSON values.

    Raises:
        AlertError: it is no alert.
    """
    if not isinstance(data, dict):
        raise AlertError("an entry is no object")
    try:
        small, *others = str(data["pair"]).split(":")
        large = others[0] if others else small
        basis: Basis = "pr" if data["basis"] == "pr" else "tr"
        question = Question(small, large, str(data["window"]), None, basis, alone=not others)
        alert = parse(data["alert"], question)
        fired = data["fired"] and Fired(
            datetime.fromisoformat(data["fired"]["at"]),
            float(data["fired"]["value"]),
            str(data["fired"]["as_of"]),
            str(data["fired"]["sentence"]),
        )
        return AlertState(alert, bool(data["armed"]), fired or None, bool(data["told"]))
    except (AttributeError, KeyError, TypeError, ValueError, CoreError) as error:
        raise AlertError(f"an entry is no alert ({error})") from None
