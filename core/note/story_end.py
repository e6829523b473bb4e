"""The end of the answer, in prose: who leaves, and what to bear in mind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from core.answer.announced import leaders_to_leave
from core.answer.index import no_list
from core.note.announced import reconstitution_sentence
from core.note.member_lists import list_trouble
from core.note.phrase import Figure, Sentence, joined, key, listed, long_date, path_of
from core.note.prose import ProseStyle, percent
from core.note.story_without import without
from core.note.verdict import inside_window, leaders_that_left

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.data.question import Question

#: A reconstitution so long after a window's end is no matter of it.
_AFTER: Final = timedelta(days=30)


def _companies(view: IndexView, symbols: tuple[str, ...], voice: ProseStyle) -> Sentence:
    rows = [view.contributors.symbols.index(symbol) for symbol in symbols]
    return listed(Sentence(voice.company(view, row)) for row in rows)


def closing(snapshot: Snapshot, voice: ProseStyle) -> tuple[list[Sentence], ...]:
    """The last paragraphs: without the names left out; who leaves; what to bear in mind."""
    return without(snapshot, voice), leavers(snapshot, voice), in_mind(snapshot, voice)


def leavers(snapshot: Snapshot, voice: ProseStyle) -> list[Sentence]:
    """Contributors that left in the window or are to leave, and a reconstitution near its end."""
    sentences = []
    for fund, changes in snapshot.changes.items():
        view = snapshot.indices.get(fund)
        if view is None or not view.claims or not inside_window(changes, snapshot.window.start):
            continue
        few = leaders_that_left(changes, view)
        if few is None:
            continue
        path = f"changes{key(fund)}"
        contribution = voice.basis_points(few.contribution, f"{path}.leaders_left.sum_bp")
        by = Figure(long_date(changes.to_date), f"{path}.to")
        together = "together " if len(few.symbols) > 1 else ""
        sentences.append(
            Sentence(
                _companies(view, few.symbols, voice), f", which {together}added ", contribution,
                ", had left ", voice.fund(fund), " by ", by, ".",
            )
        )  # fmt: skip
    sentences += [_to_leave(snapshot, view, voice) for view in snapshot.indices.values()]
    return sentences + [
        reconstitution_sentence(snapshot, fund)
        for fund, day in snapshot.reconstitutions.items()
        if _concerns(day, snapshot)
    ]


def _concerns(reconstitution: date, snapshot: Snapshot) -> bool:
    """Whether a reconstitution lies in the window, or soon after it."""
    window = snapshot.window
    return window.start < reconstitution <= window.end + _AFTER


def _to_leave(snapshot: Snapshot, view: IndexView, voice: ProseStyle) -> Sentence:
    """Name the largest contributors that are to leave, as announced; nothing where none is."""
    leaving = leaders_to_leave(snapshot.announced.get(view.fund, ()))
    if leaving is None or not view.claims:
        return Sentence()
    path = f"changes{key(view.fund)}.leaders_to_leave"
    several = len(leaving.symbols) > 1
    verb = ("were" if several else "was") if leaving.due else ("are" if several else "is")
    contribution = voice.basis_points(leaving.contribution, f"{path}.sum_bp")
    return Sentence(
        _companies(view, leaving.symbols, voice), f", which {'together ' * several}added ",
        contribution, f", {verb} to leave ", voice.fund(view.fund),
        " by " if leaving.days > 1 else " on ",
        Figure(long_date(leaving.effective), f"{path}.effective"), " as announced.",
    )  # fmt: skip


def in_mind(snapshot: Snapshot, voice: ProseStyle) -> list[Sentence]:
    """What a reader must bear in mind: coverage, lists, estimates, claims not made."""
    views = list(snapshot.indices.values())
    measured = [view for view in views if round(view.coverage, 4)]
    known = [view for view in measured if view.part_known]
    sentences = [_covered(known, voice)] if known else []
    sentences += _unanswered(snapshot, [view.fund for view in measured], voice)
    sentences += [_silent(view, voice) for view in measured if not view.claims_all]
    sentences += _grounds(views, measured, voice)
    return [*sentences, _returns(snapshot, measured, voice)]


def _returns(snapshot: Snapshot, measured: list[IndexView], voice: ProseStyle) -> Sentence:
    """What the returns are of: the funds' closes, or the measured lines where those are shown."""
    if snapshot.ranked is not None:
        return Sentence(f"Returns are of {_whose(snapshot.question)}.")
    covered = [view for view in measured if view.covered or by_own_closes(snapshot, view)]
    lines = [voice.fund(view.fund) for view in covered if not by_own_closes(snapshot, view)]
    if lines and len(lines) == len(covered):
        return Sentence("Returns are of the measured stocks, without cash and fees.")
    closes = [voice.fund(view.fund) for view in covered if by_own_closes(snapshot, view)]
    tail = Sentence(", that of ", lines[0], " of its measured stocks") if lines else Sentence()
    if not closes:
        return Sentence()
    return Sentence("The return of ", closes[0], " is of its market closes", tail, ".")


def by_own_closes(snapshot: Snapshot, view: IndexView) -> bool:
    """Whether an index's return is that of its fund's closes, not of its measured lines."""
    return view.fund_return is not None and snapshot.basket_gap is None


def _neither(funds: list[str], voice: ProseStyle) -> Sentence:
    """Funds of which none has something: ``IWM or SPY``."""
    return joined(map(voice.fund, funds), " or ")


def _unanswered(snapshot: Snapshot, measured: list[str], voice: ProseStyle) -> list[Sentence]:
    """The funds whose stocks the story leaves out, and whether a list is missing."""
    silent = [fund for fund in snapshot.question.funds if fund not in measured]
    unlisted = [fund for fund in silent if no_list(fund) in snapshot.missing]
    bare = [fund for fund in silent if fund not in unlisted]
    sentences = []
    if bare:
        ending = f" can be measured over this window, so {_unsaid()}."
        sentences.append(Sentence("No stock of ", _neither(bare, voice), ending))
    if unlisted:
        their = "its" if len(unlisted) == 1 else "their"
        ending = f" is held for this window, so none of {their} stocks are named."
        sentences.append(Sentence("No list of members of ", _neither(unlisted, voice), ending))
    return sentences


def _unsaid(*, breadth: bool = False) -> str:
    """What the note leaves out of an index, whose breadth may be shown nevertheless."""
    return "no leaders are named" if breadth else "no leaders are named and breadth is not judged"


def _whose(question: Question) -> str:
    """What returns are of: ``the funds' market closes``, ``the index's closing levels``."""
    levels = [fund.startswith("^") for fund in question.funds]
    if all(levels):
        return "the index's closing levels" if question.alone else "the indices' closing levels"
    if any(levels):
        return "the fund's market closes and the index's closing levels"
    return "the fund's market closes" if question.alone else "the funds' market closes"


def _covered(views: list[IndexView], voice: ProseStyle) -> Sentence:
    """Say: ``The figures cover 94.9% of IWM and 99.5% of SPY by weight``."""
    clauses = (
        Sentence(percent(view.coverage, f"{path_of(view)}.coverage"), " of ",
                 voice.fund(view.fund))
        for view in views
    )  # fmt: skip
    return Sentence("The figures cover ", listed(clauses), " by weight.")


def _silent(view: IndexView, voice: ProseStyle) -> Sentence:
    """Say what the story leaves out about an index, and why."""
    fund, unsaid = voice.fund(view.fund), f", so {_unsaid(breadth=view.claims_breadth)}."
    if view.end_early is not None:
        early, path = view.end_early, f"{path_of(view)}.end_early"
        weight = percent(early.weight, f"{path}.weight")
        end = Figure(long_date(early.session), f"{path}.session")
        return Sentence("Closes of ", weight, " of ", fund, "'s weight end on ", end, unsaid)
    if not view.part_known:
        return Sentence("How much of ", fund, " the figures cover is not known", unsaid)
    if not view.covered:
        return Sentence("Too few closes of ", fund, "'s stocks are held for this window", unsaid)
    if not view.claims:
        return Sentence("For ", fund, " ", list_trouble(view), unsaid)
    return Sentence(
        fund, "'s list of members is of a day too far away to count how many of its stocks rose."
    )


def _grounds(
    views: list[IndexView], measured: list[IndexView], voice: ProseStyle
) -> list[Sentence]:
    """The lists whose stocks are counted, and whose weights at the start are estimates."""
    measured = [view for view in measured if view.covered]
    estimated = [view for view in measured if view.estimated]
    whose: tuple[str | Sentence, ...] = ()
    if len(estimated) < len(measured):
        whose = " of ", listed(voice.fund(view.fund) for view in estimated)
    estimates = Sentence("starting weights", *whose, " are estimates.")
    counted = [
        (view, view.breadth.members)
        for view in views
        if view.breadth.members is not None and view.claims_breadth and view.breadth.n
    ]
    if not counted:
        return [estimates] if estimated else []
    days = [
        Figure(long_date(members.as_of), f"{path_of(view)}.breadth.list_as_of")
        for view, members in counted
    ]
    ends = [", at the window's end" if members.which == "end" else "" for _, members in counted]
    if len(set(days)) == 1 and not any(ends):
        # one day for all: whose list is of which is no question
        lists = Sentence(days[0])
    else:
        lists = listed(
            Sentence(day, " (", voice.fund(view.fund), end, ")")
            for day, (view, _), end in zip(days, counted, ends, strict=True)
        )
    words = f"Stocks are counted by the {'list' if len(counted) == 1 else 'lists'} of "
    tail = Sentence("; ", estimates) if estimated else Sentence(".")
    return [Sentence(words, lists, tail)]
