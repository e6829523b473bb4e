"""Sentences about unusual measures, and about signals that started or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answer.measure_rank import outstanding
from core.answer.table import find
from core.answer.unusual import unusual
from core.measures.signals import ZWEIG_SESSIONS, signals
from core.note.phrase import Figure, Name, Sentence, head, key, long_date, path_of, share
from core.note.ranking_words import unfinished
from core.note.rarity_words import beyond

if TYPE_CHECKING:
    from core.answer.scalar import Scalar
    from core.answer.views import IndexView, Snapshot
    from core.measures.rarity import Rank


def value_words(row: Scalar, value: float) -> str:
    """A measure's value, a fraction, as it is printed, with its unit."""
    if row.unit in ("share", "return"):
        return share(value, row.decimals)
    scaled = row.in_unit(value)
    number = f"{0.0 if scaled is None else scaled:{'+' if row.signed else ''},.{row.decimals}f}"
    return number if row.unit in ("count", "ratio") else f"{number} {row.unit}"


def _rank_words(rank: Rank, path: str) -> Sentence:
    """``the lowest of 505 sessions from 3 July 2025``, or the strongest claim that is true."""
    of = Figure(f"{rank.of:,}", f"{path}.of")
    first = Figure(long_date(rank.first), f"{path}.first")
    sample = Sentence(of, " sessions from ", first)
    most = "highest" if rank.side > 0 else "lowest"
    if rank.standing == "record":
        return Sentence(f"the {most} of ", sample)
    if rank.standing in ("far", "near") and rank.last_overlapping is not None:
        last = Figure(long_date(rank.last_overlapping), f"{path}.last")
        return Sentence(f"the {most} since ", last, " (of ", sample, ")")
    side = "higher" if rank.side > 0 else "lower"
    return Sentence(side, " than ", beyond(rank, path), " of ", sample)


def unusual_sentences(snapshot: Snapshot) -> list[Sentence]:
    """What stands out most of all measures, three at most."""
    sentences, mark = [], unfinished(snapshot)
    for one in unusual(snapshot):
        path = f"indices{key(one.fund)}.measures.{one.row.key}"
        sentences.append(
            Sentence(
                head(one.fund, mark), Name(one.row.title), " at ",
                Figure(value_words(one.row, one.rank.value), f"{path}.value"), ", ",
                _rank_words(one.rank, f"{path}.among"), ".",
            )
        )  # fmt: skip
    return sentences


def history_sentences(snapshot: Snapshot) -> list[Sentence]:
    """What stands out among the same windows of other times, three at most.

    ``IWM: share of lines up at 25.0 %, the lowest since 31 December 2007, rank 2 of 12 such windows
    from 2001 on with at least 91.3 % of weight measured.``
    """
    sentences, mark = [], unfinished(snapshot)
    for fund, name, rank in outstanding(snapshot.measure_ranks):
        row, path = find(name), f"indices{key(fund)}.measures.{name}"
        assert row is not None
        most = "highest" if rank.side > 0 else "lowest"
        claim = Sentence(f"the {most} on record")
        if rank.since is not None:
            since = Figure(long_date(rank.since), f"{path}.history.since")
            claim = Sentence(f"the {most} since ", since)
        place = Figure(f"{rank.rank:,}", f"{path}.history.rank")
        of = Figure(f"{rank.of:,}", f"{path}.history.of")
        first = Figure(f"{rank.first.year}", f"{path}.history.from")
        coverage = Figure(share(rank.coverage), f"{path}.history.coverage")
        each = ", one a month," if rank.every == "month" else ""
        windows = f" such windows{each} from "
        estimated = Sentence()
        if rank.estimated:
            count = Figure(f"{rank.estimated:,}", f"{path}.history.estimated")
            estimated = Sentence(", ", count, " of them estimated")
        sentences.append(
            Sentence(
                head(fund, mark), Name(row.title), " at ",
                Figure(value_words(row, rank.value), f"{path}.value"), ", ", claim, ", rank ",
                place, " of ", of, windows, first, " on with at least ", coverage,
                " of weight measured", estimated, ".",
            )
        )  # fmt: skip
    return sentences


def signal_sentences(snapshot: Snapshot, view: IndexView) -> list[Sentence]:
    """The signals that came on or ended with the session, each with whose members it is of.

    What ends of a thrust is its time: one that came has no end of its own.
    """
    daily = snapshot.daily.get(view.fund)
    if daily is None or not view.claims_breadth:
        return []
    sentences, mark = [], unfinished(snapshot)
    part = view.segments[-1]
    dated = f"{path_of(view)}.segments[{len(view.segments) - 1}].holdings_as_of"
    ends = {"zweig": f" did not come within {ZWEIG_SESSIONS} sessions"}
    for signal in signals(daily):
        if not signal.fired and not signal.ended:
            continue
        whose = Sentence(
            " (members by ", Name(part.carry.lender or view.fund), "'s file of ",
            Figure(long_date(part.holdings_as_of), dated), ", not an exchange's issues)",
        )  # fmt: skip
        sentences.append(
            Sentence(
                head(view.fund, mark), Name(signal.title),
                " came on" if signal.fired else ends.get(signal.key, " ended"), whose, ".",
            )
        )  # fmt: skip
    return sentences
