"""Sentences about changes since an earlier note; their numbers are under ``since``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    adds_up,
    further_places,
    joined,
    key,
    listed,
    long_date,
    percent,
    points,
    share,
)

if TYPE_CHECKING:
    from core.answer.since import IndexSince, Placed, RankingEnd, Since, ThenNow

#: Names printed in one sentence; the tables have them all.
MOST_NAMED: Final = 5


def since_sentences(since: Since) -> tuple[Sentence, ...]:
    """The gap (of one index alone its return) and its rank then and now, then index by index."""
    alone = since.after.alone
    prose = [_return(since) if alone else _gap(since)]
    for fund, index in since.indices.items():
        prose += [_index(fund, index, returns=not alone), _members(fund, index)]
    return tuple(sentence for sentence in prose if sentence)


def _then(since: Since) -> Sentence:
    state = "" if since.before.state == "final" else f" ({since.before.state})"
    return Sentence(Figure(long_date(since.before.as_of), "since.as_of"), state)


def _gap(since: Since) -> Sentence:
    """Say: ``Since 24 June 2026 the gap has widened by 1.91 pp, from +12.93 pp to +14.84 pp``."""
    then, now = since.gap_pp.before, since.gap_pp.after
    if then is None or now is None:
        return Sentence()
    # printed to the same places, so that the two ends and the change add up
    parts = now / 100, then / 100, (now - then) / 100
    places = further_places(parts)
    ends = (
        Figure(points(then / 100, places), "since.gap_pp.before"),
        Figure(points(now / 100, places), "since.gap_pp.after"),
    )
    turned = then * now < 0
    if round(then, 2) == round(now, 2):
        verb = Sentence("is unchanged at ", Figure(points(now / 100), "since.gap_pp.after"))
    else:
        way = "widened" if abs(now) > abs(then) else "narrowed"
        change = Figure(f"{abs(now - then):,.{2 + places}f} pp", "since.gap_pp.change")
        way = "changed sides" if turned else way
        by = Sentence(" by ", change, ",") if adds_up(places, parts) else ""
        verb = Sentence(f"has {way}", by, " from ", ends[0], " to ", ends[1])
    sentence = Sentence("Since ", _then(since), " the gap ", verb)
    return _ended(sentence, since, turned=turned)


def _return(since: Since) -> Sentence:
    """Say: ``Since 24 June 2026 the return of IWM has risen by 1.91 pp, from ... to ...``."""
    then, now = since.own_return.before, since.own_return.after
    if then is None or now is None:
        return Sentence()
    parts = now, then, now - then
    places = further_places(parts)
    path, fund = "since.own_return", Name(since.after.small)
    after = Figure(percent(now, 2 + places), f"{path}.after")
    sentence = Sentence("Since ", _then(since), " the return of ", fund)
    if round(then, 4) == round(now, 4):
        sentence = Sentence(sentence, " is unchanged at ", after)
    else:
        way = "risen" if now > then else "fallen"
        change = Figure(f"{abs(now - then) * 100:,.{2 + places}f} pp", f"{path}.change_pp")
        by = Sentence(" by ", change, ",") if adds_up(places, parts) else ""
        before = Figure(percent(then, 2 + places), f"{path}.before")
        sentence = Sentence(sentence, f" has {way}", by, " from ", before, " to ", after)
    return _ended(sentence, since, turned=then * now < 0)


def _ended(sentence: Sentence, since: Since, *, turned: bool) -> Sentence:
    """The sentence with the rank, and whether the window's start moved too."""
    rolled = "; both ends of the window have moved" if since.rolled else ""
    # a lead is ranked among leads, a deficit among deficits: the two ranks do not compare
    return Sentence(sentence, Sentence() if turned else _rank(since.rank), f"{rolled}.")


def _rank(rank: ThenNow) -> Sentence:
    if rank.before is None or rank.after is None:
        return Sentence()
    now = Figure(f"{rank.after:,.0f}", "since.rank.after")
    if rank.before == rank.after:
        return Sentence("; still rank ", now)
    way = "up" if rank.after < rank.before else "down"
    then = Figure(f"{rank.before:,.0f}", "since.rank.before")
    return Sentence("; rank ", now, f", {way} from ", then)


def _index(fund: str, index: IndexSince, *, returns: bool) -> Sentence:
    """Return (unless a sentence has it already), breadth and leaders of one index, then and now."""
    path, head = f"since.indices{key(fund)}", Sentence(Name(fund), " since then: ")
    clauses: list[Sentence] = []
    then, now = index.fund_return.before, index.fund_return.after
    if returns and then is not None and now is not None:
        clauses.append(
            Sentence(
                "return ",
                Figure(percent(now), f"{path}.fund_return.after"),
                " after ",
                Figure(percent(then), f"{path}.fund_return.before"),
            )
        )
    then, now = index.share_up.before, index.share_up.after
    if then is not None and now is not None:
        clauses.append(
            Sentence(
                Figure(share(now), f"{path}.share_up.after"),
                " of lines up after ",
                Figure(share(then), f"{path}.share_up.before"),
            )
        )
    if index.leaders is not None:
        clauses.append(_ends(index.leaders, f"{path}.leaders"))
    if index.withheld:
        far = "too far" in index.withheld
        why = ": a list of members is carried too far" if far else " below the coverage floor"
        clauses.append(Sentence("leaders and breadth are not compared", why))
    return Sentence(head, joined(clauses, "; "), ".") if clauses else Sentence()


def _ends(ends: RankingEnd, path: str) -> Sentence:
    """Name the new leaders, and those that lead no longer."""
    if not ends.entered and not ends.dropped:
        return Sentence("the same names lead")
    clauses: list[Sentence] = []
    for name, words, placed in (
        ("entered", "new among the leaders ", ends.entered),
        ("gone", "gone from them ", ends.dropped),
    ):
        names = [_placed(one, f"{path}.{name}[{n}]") for n, one in enumerate(placed[:MOST_NAMED])]
        more = " and others" if len(placed) > MOST_NAMED else ""
        if names:
            subject = Sentence(joined(names, ", "), more) if more else listed(names)
            clauses.append(Sentence(words, subject))
    return joined(clauses, ", ")


def _placed(one: Placed, path: str) -> Sentence:
    """Name a line: ``MXL (rank 9, from 14)``."""
    now, then = one.rank.after, one.rank.before
    places: list[str | Sentence] = []
    if now is not None:
        places = ["rank ", Figure(f"{now:,.0f}", f"{path}.rank.after")]
        if then is not None:
            places += [", from ", Figure(f"{then:,.0f}", f"{path}.rank.before")]
    else:
        places = ["no longer measured"]
    return Sentence(Name(one.symbol), " (", *places, ")")


def _members(fund: str, index: IndexSince) -> Sentence:
    """Name the lines that joined and left since."""
    path = f"since.indices{key(fund)}"
    clauses: list[Sentence] = []
    for name, words, symbols in (
        ("joined", "joined", index.joined),
        ("left", "left", index.left),
    ):
        if symbols:
            count = Figure(f"{len(symbols):,}", f"{path}.{name}_count")
            first_symbols = " ".join(symbols[:MOST_NAMED]) + " …" * (len(symbols) > MOST_NAMED)
            clauses.append(Sentence(count, f" {words} (", Name(first_symbols), ")"))
    return Sentence(Name(fund), " since then: ", listed(clauses), ".") if clauses else Sentence()
