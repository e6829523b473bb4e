"""The line on which a filter or a command is typed.

The app hands it each key as it comes, so that of a burst of keys (a slow line) none that
follows enter or the first sign is taken for something else.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import events

from core.data.errors import WindowError
from tui.command.commands import CommandError
from tui.panes.frame import VIEWS
from tui.panes.sheet import Panel
from tui.report.note_formats import PICTURES
from tui.state.command_history import LONGEST, TypedLines
from tui.state.config import THEMES
from tui.terminal import fitting
from tui.text.safe import safe

if TYPE_CHECKING:
    from core.data.question import Question
    from tui.command.completion import Vocabulary
    from tui.command.filters import Filter
    from tui.command.line import EditPairs
    from tui.screen.workbench import Workbench
    from tui.text.spans import Drawing, Line


class _Owner(Protocol):
    """The methods of the screen that the prompt stands on; each is described there."""

    SORTS: ClassVar[Collection[str]]

    def set_prompt(self, is_open: bool) -> None: ...

    def show_status(self) -> None: ...

    def ask(self, question: Question) -> None: ...

    def edit_pairs(self, edit: EditPairs) -> None: ...

    def set_filter(self, condition: Filter | None) -> None: ...

    def obey(self, command: str, words: str) -> None: ...

    def watch_pair(self, place: int) -> None: ...

    async def run_action(self, action: str) -> None: ...


class Prompt(Panel):
    """``/`` filters while it is typed; ``:`` asks when enter is pressed."""

    def __init__(self, host: Workbench, owner: _Owner) -> None:
        super().__init__(id="prompt")
        self._host, self._owner = host, owner
        self.sign = ""
        self.advice = ""
        self.wrong = False
        self._text = ""
        self._at = 0
        self._typed = TypedLines(host.desk.memory)
        #: Where in the lines typed before a person is, and what was typed before the first step.
        self._recalled: tuple[int, str] | None = None
        #: What the last word may be, and which of them it is.
        self._cycle: tuple[list[str], int] | None = None
        self._submitted = ""
        #: The text is that of the line that failed: typing replaces it, a move edits it.
        self._again = False

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return bool(self.sign)

    def open(self, sign: str, text: str) -> None:
        """Begin to type, with some text already there: after an error, what was typed."""
        self._recalled = self._cycle = None
        self._again = sign == ":" and not text and bool(self._host.error and self._submitted)
        text = self._submitted if self._again else text
        self.sign, self._text, self._at = sign, text, len(text)
        self._owner.set_prompt(True)
        self._advise()

    def close(self) -> None:
        """Put the hints back."""
        self.sign, self.advice, self.wrong = "", "", False
        self._owner.set_prompt(False)
        self._owner.show_status()

    # -- typing ----------------------------------------------------------------------

    def key(self, event: events.Key) -> None:
        """One key: a character, a move, or the end of typing."""
        key, text, at = event.key, self._text, self._at
        if key not in ("tab", "shift+tab"):
            self._cycle = None
        if event.character is None or not event.is_printable:
            self._again = False
        if key == "escape":
            self._escape()
        elif key == "ctrl+c":
            self.app.call_later(self._host.action_quit)
        elif key == "ctrl+l":
            fitting.redraw(self.app)
        elif key == "ctrl+z":
            self.app.action_suspend_process()
        elif key == "enter":
            self._enter()
        elif key in ("tab", "shift+tab") and self.sign == ":":
            self._complete(1 if key == "tab" else -1)
        elif key in ("up", "down", "ctrl+p", "ctrl+n") and self.sign == ":":
            self._recall(-1 if key in ("up", "ctrl+p") else 1)
        elif key == "backspace" and not text:
            self._escape()
        elif key in ("backspace", "ctrl+h"):
            self._set(text[: max(at - 1, 0)] + text[at:], max(at - 1, 0))
        elif key in ("delete", "ctrl+d"):
            self._set(text[:at] + text[at + 1 :], at)
        elif key == "ctrl+u":
            self._set(text[at:], 0)
        elif key == "ctrl+w":
            parts = text[:at].rstrip().rpartition(" ")
            head = parts[0] + parts[1]
            self._set(head + text[at:], len(head))
        elif key in ("left", "right", "home", "end", "ctrl+a", "ctrl+e"):
            moves = {"left": at - 1, "right": at + 1, "home": 0, "ctrl+a": 0}
            self._at = min(max(moves.get(key, len(text)), 0), len(text))
            self._redraw()
        elif event.character is not None and event.is_printable:
            self.insert(event.character)

    def insert(self, text: str) -> None:
        """Insert text at the cursor, typed or pasted, without what cannot be shown."""
        if self._again:
            self._again, self._text, self._at = False, "", 0
        text = safe(text)[: LONGEST - len(self._text)]
        self._set(self._text[: self._at] + text + self._text[self._at :], self._at + len(text))

    def _recall(self, step: int) -> None:
        """Recall an older or newer typed line that begins as this one does."""
        lines = self._typed.lines
        place, start = self._recalled or (len(lines), self._text)
        recalled = self._typed.before(start, place, step)
        if recalled is not None:
            self._recalled = (recalled, start)
            self._set(lines[recalled])
        elif step > 0 and self._recalled is not None:
            self._recalled = None
            self._set(start)

    def _complete(self, step: int) -> None:
        """Complete the last word, or the path; where several fit, one after the other."""
        from tui.command.completion import completed, words_for
        from tui.command.path_completion import common_start, paths_from

        if self._cycle is None:
            text = self._text
            head, _, path = text.partition(" ")
            if head.casefold() == "import" and " " in text:
                whole = [f"{head} {one}" for one in paths_from(path)]
                common = common_start(whole) if whole else text
            else:
                vocabulary = self._vocabulary()
                whole, common = words_for(text, vocabulary), completed(text, vocabulary)
            if common != text or len(whole) < 2:
                self._set(common)
                return
            self._cycle = (whole, -1 if step > 0 else 0)
        words, place = self._cycle
        place = (place + step) % len(words)
        self._cycle = (words, place)
        self._set(words[place])

    def _set(self, text: str, at: int | None = None) -> None:
        changed = text != self._text
        self._text, self._at = text, len(text) if at is None else at
        self._advise()
        if changed and self.sign == "/":
            self._apply_filter()

    def _redraw(self) -> None:
        text, at, sign, again = self._text, self._at, self.sign, self._again

        def draw(width: int, height: int) -> Drawing:
            # The cursor stays in sight: what is before it scrolls out on the left.
            first = max(at - max(width - 4, 1) + 1, 0)
            line: Line = [
                (f" {sign}", "mark"),
                (text[first:at], "dim" if again else ""),
                (text[at : at + 1] or " ", "reverse"),
            ]
            return [[*line, (text[at + 1 :], "")]]

        self.show(draw)

    # -- what it asks ----------------------------------------------------------------

    def _vocabulary(self) -> Vocabulary:
        from tui.command.completion import Vocabulary

        host = self._host
        market, scene, question = host.market, host.scene, host.question
        views = scene.snapshot.indices.values() if scene is not None else ()
        return Vocabulary(
            pair=question.funds,
            funds=sorted(market.holdings) if market is not None else (),
            symbols=list(dict.fromkeys(s for view in views for s in view.contributors.symbols)),
            themes=[theme.name for theme in market.reference.themes] if market else (),
            pairs=[f"{small}:{large}" for small, large in host.config.pairs],
            views=[*dict.fromkeys(view for views in VIEWS.values() for view in views)],
            palettes=THEMES,
            pictures=PICTURES,
            last=str(scene.snapshot.last_session) if scene is not None else "",
        )

    def _funds(self) -> frozenset[str]:
        """Funds that a word in small letters may be."""
        market = self._host.market
        if market is None:
            return frozenset()
        pairs = (fund for pair in self._host.config.pairs for fund in pair)
        question = self._host.question
        return frozenset(
            (*market.holdings, *market.reference.indices, *pairs, question.small, question.large)
        )

    def _advise(self) -> None:
        """Show what may follow, in the status line."""
        self.wrong = False
        if self.sign == "/":
            self.advice = "text in symbol, name or sector; sector:energy industry:semi ret>25 bp<-5"
        else:
            from tui.command.completion import advice

            self.advice = advice(self._text, self._vocabulary()) or (
                "a pair such as IWM SPY, a window, asof DATE, ex NAMES, sort bp, alert, q"
            )
        self._owner.show_status()
        self._redraw()

    def _say_wrong(self, error: Exception) -> None:
        self.advice, self.wrong = f"{error}", True
        self._owner.show_status()

    def _apply_filter(self) -> None:
        from tui.command.filters import parse_filter

        try:
            self._owner.set_filter(parse_filter(self._text))
        except CommandError as error:
            # Half a number is no error yet; what is shown stays as it is.
            self._say_wrong(error)

    def _escape(self) -> None:
        filtering = self.sign == "/"
        self.close()
        if filtering:
            self._owner.set_filter(None)

    def _enter(self) -> None:
        host, owner = self._host, self._owner
        if self.sign == "/":
            if not self.wrong:
                self.close()
            return
        from tui.command.line import Act, EditPairs, SetAlert, WatchPair, Words, parse

        if self._text.strip():
            self._submitted = self._text
            self._typed.add(self._text.strip())
            host.background(self._typed.save, "typed")
        try:
            parsed = parse(self._text, host.question, host.config.pairs, owner.SORTS, self._funds())
        except (CommandError, WindowError) as error:
            self._say_wrong(error)
            return
        self.close()
        host.dismiss()
        if isinstance(parsed, Act):
            self.app.call_later(owner.run_action, parsed.action)
        elif isinstance(parsed, Words):
            owner.obey(parsed.command, parsed.words)
        elif isinstance(parsed, WatchPair):
            owner.watch_pair(parsed.place)
        elif isinstance(parsed, SetAlert):
            host.ringer.set(parsed.alert)
        elif isinstance(parsed, EditPairs):
            owner.edit_pairs(parsed)
        elif parsed != host.question:
            owner.ask(parsed)
