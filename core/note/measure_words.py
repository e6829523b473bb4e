"""Measures that stand out, and signals that came or went, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answer.unusual import Unusual, unusual
from core.measures.signals import signals
from core.note.phrase import Figure, Name, Sentence, key, path_of, share, spoken

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.measures.rarity import Rank


def value_words(one: Unusual) -> str:
    """A measure's value as it is printed, with its unit."""
    row, value = one.row, one.rank.value
    if row.unit in ("share", "return"):
        return share(value, row.decimals)
    scaled = row.in_unit(value)
    number = f"{0.0 if scaled is None else scaled:{'+' if row.signed else ''},.{row.decimals}f}"
    return number if row.unit in ("count", "ratio") else f"{number} {row.unit}"


def _rank_words(rank: Rank, path: str) -> Sentence:
    """``the lowest of 505 sessions from 3 July 2025``, or the strongest claim that is true."""
    of = Figure(f"{rank.of:,}", f"{path}.of")
    first = Figure(spoken(rank.first), f"{path}.first")
    sample = Sentence(of, " sessions from ", first)
    most = "highest" if rank.side > 0 else "lowest"
    if rank.standing == "record":
        return Sentence(f"the {most} of ", sample)
    if rank.standing in ("far", "near") and rank.last_overlapping is not None:
        last = Figure(spoken(rank.last_overlapping), f"{path}.last")
        return Sentence(f"the {most} since ", last, " (of ", sample, ")")
    places = next((p for p in range(1, 5) if round(rank.beyond * 100, p) < 100), 5)
    beyond = Figure(share(rank.beyond, places), f"{path}.beyond")
    return Sentence("higher" if rank.side > 0 else "lower", " than ", beyond, " of ", sample)


def unusual_sentences(snapshot: Snapshot) -> list[Sentence]:
    """What stands out most of all measures, three at most."""
    sentences = []
    for one in unusual(snapshot):
        path = f"indices{key(one.fund)}.measures.{one.row.key}"
        sentences.append(
            Sentence(
                Name(one.fund), _open(snapshot), ": ", Name(one.row.title), " at ",
                Figure(value_words(one), f"{path}.value"), ", ",
                _rank_words(one.rank, f"{path}.among"), ".",
            )
        )  # fmt: skip
    return sentences


def signal_sentences(snapshot: Snapshot, view: IndexView) -> list[Sentence]:
    """The signals that came on or ended with the session, each with whose members it is of."""
    daily = snapshot.daily.get(view.fund)
    if daily is None or not view.claims_breadth:
        return []
    sentences = []
    part = view.segments[-1]
    dated = f"{path_of(view)}.segments[{len(view.segments) - 1}].holdings_as_of"
    for signal in signals(daily):
        if not signal.fired and not signal.ended:
            continue
        whose = Sentence(
            " (members by ", Name(part.carry.lender or view.fund), "'s file of ",
            Figure(spoken(part.holdings_as_of), dated), ", not an exchange's issues)",
        )  # fmt: skip
        sentences.append(
            Sentence(
                Name(view.fund), _open(snapshot), ": ", Name(signal.title),
                " came on" if signal.fired else " ended", whose, ".",
            )
        )  # fmt: skip
    return sentences


def _open(snapshot: Snapshot) -> str:
    return ", intraday" if snapshot.state == "intraday" else ""
