"""Sentences about one index alone: its return, how rare that is, its streak, its record closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.measures.spread import comparisons
from core.note.phrase import Figure, Name, Sentence, joined, long_date, percent, share
from core.note.ranking_words import BASIS_WORDS, window_words
from core.note.rarity_words import level_words, rarity_claims, stronger
from core.note.verdict import level

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.rarity import Standing
    from core.measures.spread import Spread
    from core.measures.streaks import Streak

_CALENDAR, _ROLLING, _STREAK, _LEVEL = "own.calendar", "own.rolling", "own.streaks[0]", "own.level"


def own_headline(snapshot: Snapshot, spread: Spread) -> Sentence:
    """One sentence: what the index returned, and how rare that is."""
    question = snapshot.question
    value = spread.small_return
    sentence = Sentence(
        Name(question.small), " returned ", Figure(percent(value), "own.return"), " ",
        window_words(snapshot), f" ({BASIS_WORDS[question.basis]} to ",
        Figure(long_date(snapshot.window.end), "question.end"), ")",
    )  # fmt: skip
    if level(value):
        return Sentence(sentence, ".")
    kind = "gain" if value > 0 else "loss"
    claims = rarity_claims(snapshot, spread, kind, "large", (_ROLLING, _CALENDAR))
    further, rank = Sentence(), spread.rolling
    if comparisons(snapshot.window.label, spread.history.length).rolling:
        further = _further(spread, None if rank is None else rank.standing)
    tail = ("; ", further) if further else ()
    return Sentence(sentence, ": ", joined(claims, ", and "), *tail, ".")


def _further(spread: Spread, than: Standing | None) -> Sentence:
    """A claim of the streak or the level that is stronger than the return's own; else nothing."""
    history = spread.history
    if not history.whole:
        return Sentence()
    words, best = Sentence(), than
    if stronger(history.session_streak.standing, best):
        best, words = history.session_streak.standing, _streak(history.session_streak)
    closes = history.ratio
    if closes is not None and stronger(closes.standing, best):
        words = level_words("its close", closes, _LEVEL)
    return words


def _streak(streak: Streak) -> Sentence:
    verb = "risen" if streak.sign > 0 else "fallen"
    run = Sentence(f"it has {verb} ", Figure(f"{streak.length:,}", f"{_STREAK}.length"))
    last = streak.last_as_long
    if last is None:
        first = Figure(long_date(streak.first), f"{_STREAK}.first")
        return Sentence(run, " sessions in a row, the longest run on record (from ", first, ")")
    date = Figure(long_date(last.end), f"{_STREAK}.last_as_long.end")
    return Sentence(run, " sessions in a row, the longest run since that to ", date)


def own_sentence(snapshot: Snapshot) -> Sentence:
    """Drawdown in the window, distance from the high, and record closes this year and before."""
    spread = snapshot.single_spread
    if spread is None:
        return Sentence()
    clauses = []
    if round(spread.drawdown, 4) < 0:
        fall = Figure(share(-spread.drawdown), "own.drawdown")
        clauses.append(Sentence("its deepest fall inside the window was ", fall))
    closes, records = spread.history.ratio, spread.history.record_closes
    if closes is not None and spread.history.whole:
        first = Figure(long_date(closes.first), f"{_LEVEL}.first")
        at = "at" if closes.record_high else "level with"
        high = Sentence(f"it closed {at} its highest on record (from ", first, ")")
        if closes.high.end != closes.end:
            off = Figure(share(-closes.off(closes.high)), f"{_LEVEL}.off_high")
            date = Figure(long_date(closes.high.end), f"{_LEVEL}.high.date")
            high = Sentence("it closed ", off, " below its high of ", date)
        clauses.append(high)
        now = snapshot.as_of.year
        if now in records:
            count = Figure(f"{records[now]:,}", f'own.record_closes["{now}"]')
            record = Sentence(count, f" record close{'s' * (records[now] != 1)} this year")
            if now - 1 in records:
                before = Figure(f"{records[now - 1]:,}", f'own.record_closes["{now - 1}"]')
                record = Sentence(record, " after ", before, " the year before")
            clauses.append(record)
    if not clauses:
        return Sentence()
    return Sentence(Name(snapshot.question.small), ": ", joined(clauses, "; "), ".")
