"""The note: a Snapshot in sentences chosen by rule, each one supported by the numbers.

Each sentence chooses its words by the data, and each number in it stands in the note's
JSON. Below the coverage floor nothing is said about leaders or breadth; what depends on
estimated weights or an unfinished session says so itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core.note.announced import announced_sentence, reconstitution_sentence
from core.note.breadth_words import breadth_in_full
from core.note.headline import headline, rank_sentence
from core.note.member_lists import far_list, list_trouble
from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    basis_points,
    further_places,
    head,
    joined,
    key,
    listed,
    long_date,
    path_of,
    percent,
    share,
)
from core.note.ranking_words import unfinished
from core.note.rarity_words import followed_sentence, ratio_sentence, streak_sentence
from core.note.verdict import (
    MOST_NAMED,
    drags,
    inside_window,
    leaders_that_left,
    members_total,
    named_sectors,
)
from core.note.verdict_words import verdict_sentence
from core.note.without_words import gap_without_sentence, together, without_sentence

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import IndexView, Snapshot
    from core.measures.groups import Group

#: Themes named in one sentence.
THEMES: Final = 3
#: Names of a theme that are printed.
MEMBERS: Final = 7
#: Contribution from which the lines that left are worth a sentence: one basis point.
WORTH: Final = 0.0001


def _marked_head(snapshot: Snapshot, view: IndexView) -> Sentence:
    """Begin a sentence about contributions, which says whether their weights are estimated."""
    estimated = "on estimated weights" if view.estimated else ""
    if far := far_list(view):
        estimated = Sentence(estimated or "on its weights", " (", far, ")")
    return head(view.fund, unfinished(snapshot), estimated)


# -- short forms, for a pane ---------------------------------------------------------


def withheld(view: IndexView) -> Sentence:
    """Why the note has no sentence about an index's lines."""
    what = "leaders" if view.claims_breadth else "leaders or breadth"
    weight = Figure(share(view.coverage), f"{path_of(view)}.coverage")
    why = list_trouble(view) if view.covered else Sentence(weight, " of weight is measured")
    if not view.part_known:
        why = Sentence("what part of weight is measured is not known")
    if view.end_early is not None:
        why = _ends(view)
    if not view.covered and view.stray_day is not None:
        why = Sentence(why, "; ", _stray(view))
    return Sentence(head(view.fund), why, f"; nothing is claimed about {what}.")


def _ends(view: IndexView) -> Sentence:
    """Say on which day the lines' closes end, and on which the fund's."""
    early, path = view.end_early, f"{path_of(view)}.end_early"
    assert early is not None
    end = f"{path_of(view)}.segments[{len(view.segments) - 1}].end"
    return Sentence(
        "lines of ", Figure(share(early.weight), f"{path}.weight"), " of weight end on ",
        Figure(long_date(early.session), f"{path}.session"), ", the fund on ",
        Figure(long_date(view.segments[-1].end), end),
    )  # fmt: skip


def _stray(view: IndexView) -> Sentence:
    """Say of how many symbols, and by which file, a day has closes on which most have none."""
    stray, path = view.stray_day, f"{path_of(view)}.stray_day"
    assert stray is not None
    return Sentence(
        "closes of ", Figure(long_date(stray.session), f"{path}.session"), " are held of ",
        Figure(f"{stray.closes:,}", f"{path}.closes"), " of ",
        Figure(f"{stray.before:,}", f"{path}.before"), " symbols", Name(stray.by),
    )  # fmt: skip


def leaders_sentence(view: IndexView) -> Sentence:
    """The sentence about an index's leaders, or why there is none."""
    if not view.claims:
        return withheld(view)
    leaders = together(view, MOST_NAMED, listed=False)
    if leaders is None:
        return Sentence()
    names = Name(" ".join(view.contributors.symbols[:MOST_NAMED]))
    marks = ("estimated weights" if view.estimated else "", far_list(view))
    ground = joined(filter(None, marks), "; ")
    tail = Sentence(" (", ground, ")") if ground else Sentence()
    return Sentence(head(view.fund), names, " brought ", leaders.words, tail, ".")


def leavers_sentence(snapshot: Snapshot, view: IndexView) -> Sentence:
    """How many of an index's top contributors left inside the two files, or nothing."""
    changes = snapshot.changes.get(view.fund)
    if changes is None or not view.claims:
        return Sentence()
    leavers = leaders_that_left(changes, view)
    if leavers is None:
        return Sentence()
    subjects = {1: "one of its top three contributors", 2: "two of its top three contributors"}
    path = f"changes{key(view.fund)}"
    return Sentence(
        head(view.fund),
        subjects.get(len(leavers.symbols), "all of its top three contributors"),
        " left by ",
        Figure(long_date(changes.to_date), f"{path}.to"),
        "" if inside_window(changes, snapshot.window.start) else ", before the window",
        " (",
        Name(" ".join(leavers.symbols)),
        "); together ",
        Figure(basis_points(leavers.contribution), f"{path}.leaders_left.sum_bp"),
        ".",
    )


def coverage(view: IndexView) -> Sentence:
    """1,863 of 1,952 lines, 98.4 % of weight; lines that joined later are distinguished.

    Weight that depends on files' prices is stated too: ``98.1 % of weight, 7.4 % on file prices``.
    """
    on_file: tuple[Figure | str, ...] = ()
    if view.file_price_weight:
        figure = Figure(share(view.file_price_weight), f"{path_of(view)}.file_price_weight")
        on_file = ", ", figure, " on file prices"
    later: tuple[Figure | str, ...] = ()
    if view.later:
        later = (
            ", with ",
            Figure(f"{view.later_measured:,}", f"{path_of(view)}.later_measured"),
            " of ",
            Figure(f"{view.later:,}", f"{path_of(view)}.later"),
            " that joined later",
        )
    return Sentence(
        Figure(f"{view.measured:,}", f"{path_of(view)}.measured"),
        " of ",
        Figure(f"{view.lines:,}", f"{path_of(view)}.lines"),
        " lines, ",
        Figure(share(view.coverage), f"{path_of(view)}.coverage")
        if view.part_known
        else "an unknown part",
        " of weight",
        *on_file,
        *later,
    )


# -- in the note alone --------------------------------------------------------------


def _name_line(view: IndexView, row: int, places: int) -> Sentence:
    """Name a line: ``BE (+211.06 %, +160 bp)``, the contribution with some places more."""
    lines, path = view.contributors, f"{path_of(view)}.contributors[{row}]"
    return Sentence(
        Name(lines.symbols[row]), " (",
        Figure(percent(lines.returns[row]), f"{path}.return"), ", ",
        Figure(basis_points(lines.contribution[row], places), f"{path}.contribution_bp"), ")",
    )  # fmt: skip


def _leaders(opening: Sentence, view: IndexView) -> Sentence:
    """The top three by name and together; in an index where even they lost, so it says."""
    leaders = together(view, MOST_NAMED, listed=True)
    if leaders is None:
        return Sentence()
    gained = view.contributors.contribution[:MOST_NAMED].sum() > 0
    verb = " brought " if gained else " held up best, "
    names = listed(_name_line(view, row, leaders.places) for row in range(MOST_NAMED))
    return Sentence(opening, names, verb, leaders.words, ".")


def _drags(opening: Sentence, view: IndexView) -> Sentence:
    """The largest losers of an index by name and together."""
    losers = drags(view)
    if losers is None:
        return Sentence()
    lines, count = view.contributors, len(losers.symbols)
    rows = range(len(lines) - 1, len(lines) - 1 - count, -1)
    parts = (losers.contribution, *(float(lines.contribution[row]) for row in rows))
    places = further_places(wished=[parts], amounts=parts)
    names = listed(_name_line(view, row, places) for row in rows)
    # "cost" says which way it went: the sum carries no sign beside it
    loss = basis_points(-losers.contribution, places).removeprefix("+")
    total = Figure(loss, f"{path_of(view)}.drags.sum_bp")
    verb, tail = (" cost it ", " together.") if count > 1 else (" alone cost it ", ".")
    return Sentence(opening, names, verb, total, tail)


def _groups(opening: Sentence, view: IndexView) -> Sentence:
    """The best and the worst sector, and the themes that moved the index most."""
    clauses: list[Sentence] = []
    sectors = view.sectors
    if named := named_sectors(view):
        best, worst = (_group(view, "sectors", sectors, place) for place in named)
        # two that are printed alike did not part
        if best.figures[-1] != worst.figures[-1]:
            clauses.append(Sentence("of its sectors ", best, " led and ", worst, " came last"))
    themes = sorted(enumerate(view.themes), key=lambda t: (-abs(t[1].contribution), t[0]))
    # a theme whose measured names are those of another one before it says nothing new
    place_of: dict[tuple[str, ...], int] = {}
    for place, theme in themes:
        if theme.contribution:
            place_of.setdefault(theme.symbols, place)
    places = sorted([*place_of.values()][:THEMES])
    if places:
        names = listed(_group(view, "themes", view.themes, place) for place in places)
        overlap = " (themes may overlap)" if len(places) > 1 else ""
        clauses.append(Sentence("by theme ", names, overlap))
    if not clauses:
        return Sentence()
    return Sentence(opening, joined(clauses, "; "), ".")


def _group(view: IndexView, kind: str, groups: Sequence[Group], place: int) -> Sentence:
    """Name a group: ``software (PLTR INTU ACN CRM, -67 bp)``."""
    group = groups[place]
    total = Figure(
        basis_points(group.contribution), f"{path_of(view)}.{kind}[{place}].contribution_bp"
    )
    symbols = " ".join(group.symbols[:MEMBERS]) + " …" * (len(group.symbols) > MEMBERS)
    members = (Name(symbols), ", ") if group.symbols else ()
    return Sentence(Name(group.name), " (", *members, total, ")")


def _leavers(opening: Sentence, snapshot: Snapshot, view: IndexView) -> Sentence:
    """Why the leavers matter: what they contributed, and that the index goes on without it."""
    changes = snapshot.changes.get(view.fund)
    if changes is None or not view.claims or not inside_window(changes, snapshot.window.start):
        return Sentence()
    leavers, path = members_total(changes.left), f"changes{key(view.fund)}"
    if not leavers.measured or abs(leavers.contribution) < WORTH:
        return Sentence()
    several, total = leavers.count > 1, f"{path}.left_total"
    subject = Sentence("the line")
    if several:
        subject = Sentence("the ", Figure(f"{leavers.count:,}", f"{total}.count"), " lines")
    measured = Sentence()
    if leavers.measured < leavers.count:
        count = Figure(f"{leavers.measured:,}", f"{total}.measured")
        measured = Sentence(" (", count, " measured)")
    return Sentence(
        opening, subject, " that left between ",
        Figure(long_date(changes.from_date), f"{path}.from"), " and ",
        Figure(long_date(changes.to_date), f"{path}.to"), ", ",
        Figure(share(leavers.weight), f"{total}.weight"), " of the fund before, brought ",
        Figure(basis_points(leavers.contribution), f"{total}.sum_bp"), measured,
        " while members; the index goes on without them."
        if several
        else " while a member; the index goes on without it.",
    )  # fmt: skip


def _covered(view: IndexView) -> Sentence:
    """State how many lines an index's figures depend on, and the rest of its fund's return."""
    sentence = Sentence(head(view.fund), "measured are ", coverage(view))
    if view.rest is not None:
        rest = Figure(basis_points(view.rest), f"{path_of(view)}.rest_bp")
        sentence = Sentence(sentence, "; the fund's return less theirs is ", rest)
        if view.price_return_weight:
            weight = Figure(share(view.price_return_weight), f"{path_of(view)}.price_return_weight")
            sentence = Sentence(sentence, ", where ", weight, " of weight has price returns alone")
    return Sentence(sentence, ".")


def sentences(snapshot: Snapshot, earlier: Since | None = None) -> tuple[Sentence, ...]:
    """The note's prose: the gap and its rank, breadth or a handful, then index by index.

    With what changed since an earlier note, where one is given.
    """
    # the screen's headline needs none of the measures counted by session
    from core.note.measure_words import history_sentences, signal_sentences, unusual_sentences

    prose = [headline(snapshot), rank_sentence(snapshot)]
    if snapshot.single_spread is not None:
        from core.note.alone_words import own_sentence

        prose.append(own_sentence(snapshot))
    if earlier is not None:
        from core.note.since_note import since_sentences

        prose += since_sentences(earlier)
    prose += [streak_sentence(snapshot), ratio_sentence(snapshot), followed_sentence(snapshot)]
    prose += [verdict_sentence(snapshot), gap_without_sentence(snapshot)]
    spread = snapshot.spread
    for view in snapshot.indices.values():
        breadth = breadth_in_full(view, unfinished(snapshot))
        if not view.claims:
            prose += [withheld(view), breadth]
            continue
        alone = snapshot.single_spread is not None
        behind = alone or (spread is not None and (view is snapshot.small) == (spread.gap < 0))
        opening = _marked_head(snapshot, view)
        prose += [
            breadth,
            *signal_sentences(snapshot, view),
            _drags(opening, view) if behind else Sentence(),
            _leaders(opening, view),
            without_sentence(opening, view),
            _groups(opening, view),
            leavers_sentence(snapshot, view),
            _leavers(opening, snapshot, view),
            announced_sentence(opening, view, snapshot.announced.get(view.fund, ())),
            _covered(view),
        ]
    prose += unusual_sentences(snapshot) + history_sentences(snapshot)
    prose += [reconstitution_sentence(snapshot, fund) for fund in snapshot.reconstitutions]
    return tuple(s for s in prose if s)
