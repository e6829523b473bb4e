"""What may follow on the command line: the words that are known there, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from core.answer.alert_measures import MEASURES, measure_of
from core.data.question import STEPS
from core.data.record import record
from tui.command.commands import COMMANDS, SORTS, Command
from tui.command.path_completion import common_start

_COMPARED: Final = ("<", "<=", ">", ">=")
_WINDOWS: Final = (*STEPS, "H1", "H2")
#: Words shown on the status line; Tab knows them all.
_MOST_SHOWN: Final = 12


@record(frozen=True, slots=True)
class Vocabulary:
    """The names that the words of a command line can be.

    Attributes:
        pair: the two funds on the screen, or the one that stands alone.
        funds: every fund with holdings.
        symbols: lines of the two indices.
        themes: names of the themes.
        pairs: the watch list, as "IWM:SPY".
        views: names of the panes' views.
        palettes: names of the palettes.
        pictures: names of the pictures.
        last: the last session, ISO, "" where not known.
    """

    pair: tuple[str, ...] = ("IWM", "SPY")
    funds: Sequence[str] = ()
    symbols: Sequence[str] = ()
    themes: Sequence[str] = ()
    pairs: Sequence[str] = ()
    views: Sequence[str] = ()
    palettes: Sequence[str] = ()
    pictures: Sequence[str] = ()
    last: str = ""


@record(frozen=True, slots=True)
class Offer:
    """A word offered as completion.

    Attributes:
        word: as it would be typed.
        help: what it means, "" where the word says enough.
        more: something follows it.
    """

    word: str
    help: str = ""
    more: bool = False


def _heads() -> dict[str, Command]:
    """First word -> the command it begins."""
    heads: dict[str, Command] = {}
    for command in COMMANDS:
        for form in command.line.split("|"):
            word = form.strip().split(" ")[0]
            if word.islower():
                heads[word] = command
    return heads


def _first(vocabulary: Vocabulary) -> list[Offer]:
    """List what a line may begin with: a command, a window, a fund."""
    first_words = [
        Offer(word, command.help, more=" " in command.line.strip())
        for word, command in _heads().items()
        if word.upper() not in _WINDOWS
    ]
    first_words += [Offer(window.casefold(), "window") for window in _WINDOWS]
    return first_words + [Offer(fund, "fund", more=True) for fund in vocabulary.funds]


def _following(head: str, before: Sequence[str], vocabulary: Vocabulary) -> list[Offer]:
    """List what may come after a first word and some more."""
    if head == "alert":
        return _of_alert(before, vocabulary)
    if head == "view":
        return _of_names(before, vocabulary.views)
    if head == "theme":
        return _of_names(before, vocabulary.themes)
    single: dict[str, Iterable[Offer]] = {
        "asof": [Offer(vocabulary.last, "the last session")] if vocabulary.last else [],
        "list": [Offer("start", "of the window's start"), Offer("end", "of its end")],
        "sort": [Offer(key, words) for key, (_, words) in SORTS.items()],
        "pair": [
            *(Offer(str(n), pair) for n, pair in enumerate(vocabulary.pairs, start=1)),
            *(Offer(fund, "fund", more=True) for fund in vocabulary.funds),
        ],
        "fund": [Offer("add", "a fund of your own", more=True)],
        "colours": map(Offer, vocabulary.palettes),
        "picture": [Offer(name, more=True) for name in vocabulary.pictures],
        "go": map(Offer, vocabulary.symbols),
        "mark": [Offer("matches", "what the filter keeps"), Offer("none")],
        "ex": [Offer(fund, "index") for fund in vocabulary.pair],
    }
    first = [] if before else list(single.get(head, ()))
    if head == "fund" and before:
        flags = ("--issuer", "--product", "--index", "--title", "--address")
        return [Offer(flag, more=True) for flag in flags if flag not in before]
    if head in ("mark", "ex"):
        typed = {word.strip(",").upper() for word in before}
        return first + [Offer(symbol) for symbol in vocabulary.symbols if symbol not in typed]
    if head not in single and head.upper() in vocabulary.funds and not before:
        return [Offer(fund, "fund") for fund in vocabulary.funds if fund != head.upper()]
    return first


def _of_names(before: Sequence[str], names: Sequence[str]) -> list[Offer]:
    """The remaining words of names of several words, after those typed."""
    size, begun = len(before), [word.casefold() for word in before]
    split = [name.split() for name in names]
    endings = [name[size:] for name in split if [*map(str.casefold, name[:size])] == begun]
    return [Offer(" ".join(ending)) for ending in endings if ending]


def _of_alert(before: Sequence[str], vocabulary: Vocabulary) -> list[Offer]:
    """The words of an alert: a measure, its name and fund, a comparison, a number."""
    measures = [m for m in MEASURES if m.of != ("pair" if len(vocabulary.pair) == 1 else "index")]
    begun = [m for m in measures if m.words.split()[: len(before)] == [*map(str.lower, before)]]
    possible = [
        Offer(m.words.split()[len(before)], m.help, more=True)
        for m in begun
        if len(m.words.split()) > len(before)
    ]
    settled = measure_of(before)
    if settled is None:
        return list({offer.word: offer for offer in possible}.values())
    measure, size = settled
    following = before[size:]
    if any(word in _COMPARED for word in following):
        unit = f" in {measure.unit}" if measure.unit else ""
        return [Offer("NUMBER", f"{measure.help}{unit}")] if following[-1] in _COMPARED else []
    names = len(following)
    if measure.symbol and not names:
        return possible + [Offer(symbol, more=True) for symbol in vocabulary.symbols]
    if measure.fund and names == (1 if measure.symbol else 0):
        possible += [Offer(fund, "index", more=True) for fund in vocabulary.pair]
    return possible + [Offer(sign, measure.help, more=True) for sign in _COMPARED]


def offers(text: str, vocabulary: Vocabulary) -> list[Offer]:
    """The words that the last word of a line may become."""
    *before, last = text.split(" ")
    words = [word for word in before if word]
    possible = (
        _following(words[0].casefold(), words[1:], vocabulary) if words else _first(vocabulary)
    )
    start = last.casefold()
    return [offer for offer in possible if offer.word.casefold().startswith(start)]


def words_for(text: str, vocabulary: Vocabulary) -> list[str]:
    """The line with each word that its last one may become."""
    head = text[: len(text) - len(text.rpartition(" ")[2])]
    return [head + offer.word for offer in offers(text, vocabulary) if offer.word != "NUMBER"]


def completed(text: str, vocabulary: Vocabulary) -> str:
    """A line with its last word completed, as far as only one thing can be meant."""
    possible = [offer for offer in offers(text, vocabulary) if offer.word != "NUMBER"]
    last = text.rpartition(" ")[2]
    if not possible or (not text and len(possible) > 1):
        return text
    head = text[: len(text) - len(last)]
    if len(possible) == 1:
        return head + possible[0].word + (" " if possible[0].more else "")
    words = sorted(offer.word.casefold() for offer in possible)
    common = common_start(words)
    return head + common if len(common) > len(last) else text


def advice(text: str, vocabulary: Vocabulary) -> str:
    """List what may follow, for the status line; "" where the line means nothing known."""
    words = text.split()
    if not words:
        # first what no key does
        lines = sorted((c for c in COMMANDS if c.line), key=lambda command: bool(command.keys))
        return "   ".join(command.line for command in lines)
    possible = offers(text, vocabulary)
    if len(possible) > 1:
        return _listed(possible)
    head = words[0] if " " in text or not possible else possible[0].word
    command = _heads().get(head.casefold())
    if possible and (" " in text or command is None):
        return f"{possible[0].word}: {possible[0].help}" if possible[0].help else possible[0].word
    return f"{command.line}: {command.help}" if command is not None else ""


def _listed(possible: Sequence[Offer]) -> str:
    """Words side by side, those that speak for themselves without their help."""
    more = f"   … {len(possible) - _MOST_SHOWN:,} more" if len(possible) > _MOST_SHOWN else ""
    return "   ".join(offer.word for offer in possible[:_MOST_SHOWN]) + more
