"""The data service of the screen and the command line: reads the store into a Market.

Nothing here touches the network: a refresh is a child process of its own. What reads and what
measures is loaded by the first question, which a thread answers for the screen.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.background import in_thread
from cache.facts.errors import StoreEmpty, StoreError
from core.data.question import Basis, Question
from core.data.record import record
from tui.service.children import funds_option, history_arguments, refresh_arguments
from tui.state.config import FILE
from tui.state.config_file import ConfigFile, stamp
from tui.state.places import Places, places
from tui.state.state_files import Memory
from tui.state.written_files import Written
from tui.workers.program import internals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from datetime import date

    from cache.facts.fund_entry import FundEntry
    from cache.store.store import Contents, Store
    from core.answer.board import Board, Pair
    from core.answer.history import Answer, History
    from core.answer.measure_rank import Every
    from core.answer.scalar import Scalar
    from core.answer.views import Snapshot
    from core.data.frames import Prices, Reference
    from core.data.market import Market
    from tui.host.messages import Quotes
    from tui.report.answer_file import Ledger
    from tui.report.last_refresh import Fetched

#: A user's files of facts, in the config directory.
OWN_FILES: Final = ("themes.toml", "funds.toml")
#: What a screen says that is only looked at.
LOOKING: Final = "opened to look only: nothing is fetched, set or remembered here"


@record(frozen=True, slots=True)
class _Loaded:
    """A market, what it was made of, and the newest generation's head when that was read."""

    newest: str | None
    reference: Reference
    contents: Contents
    market: Market


class Desk:
    """Answers questions from one store, and reads it again when it has changed.

    Args:
        places: where the store, the user's themes and what is remembered are.
        demo: the simulated market, made on first use.
        home: as given on the command line, handed on to the refresh child.
        looking: the screen is only to be looked at: nothing is fetched, set or remembered.
    """

    def __init__(
        self, places: Places, *, demo: bool = False, home: Path | None = None, looking: bool = False
    ) -> None:
        self.places, self.simulated, self._home = places, demo, home
        self.memory = Memory(places.state, LOOKING if looking else "")
        self.notes = places.notes
        self.ledger: Ledger = Written(places, self.memory)
        config = places.settings / FILE
        self.config_file = ConfigFile(config, places.config_lock, self.memory.refusal)
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()
        self._quotes: Quotes | None = None
        self._overlaid: tuple[Market, Quotes, Market] | None = None
        self._begun: tuple[Question, Future[Snapshot]] | None = None
        self._boarding = threading.Lock()
        self._board: tuple[Market, tuple[object, ...], Board] | None = None
        self._facts: tuple[tuple[object, ...], Reference] | None = None

    @property
    def read_only(self) -> str:
        """Why nothing can be fetched here, "" where it can; of a published market its age too."""
        if not self.places.published:
            return self.memory.refusal
        from tui.service.published import published_words

        return published_words(self.places.config, datetime.now(UTC))

    @cached_property
    def store(self) -> Store:
        """The stored data."""
        from cache.store.store import Store

        return Store(self.places.store, simulated=self.simulated)

    @property
    def reference(self) -> Reference:
        """Sessions, aliases, themes; read again where the user has changed a file of theirs.

        Raises:
            CacheError: such a file is broken.
        """
        from cache.facts.reference import load_reference

        stamps = tuple(map(stamp, (self.places.config / name for name in OWN_FILES)))
        if self._facts is None or self._facts[0] != stamps:
            self._facts = stamps, load_reference(self.places.config)
        return self._facts[1]

    def _doubts(self, contents: Contents) -> tuple[str, ...]:
        """List the user's theme symbols without data; none where simulated."""
        if self.simulated:
            return ()
        from cache.facts.reference import doubtful_themes

        lines = (file.symbols for dated in contents.holdings.values() for file in dated)
        closes = (block.symbols for block in contents.prices.blocks)
        return doubtful_themes(self.places.config, set(chain(*lines, *closes)))

    def generation(self) -> int | None:
        """Number of the newest generation on disk, None for an empty store."""
        return self.store.generation()

    def identity(self) -> str | None:
        """Identify the newest generation on disk, None for an empty store."""
        return self.store.identity()

    def demo(self) -> Desk:
        """The simulated market beside this one."""
        where, looking = places(self._home, demo=True), bool(self.memory.refusal)
        return Desk(where, demo=True, home=self._home, looking=looking)

    def opening(self) -> Question | None:
        """The question a simulated market opens with; None for a real one."""
        if not self.simulated:
            return None
        from cache.sources.demo.demo_days import OPENS_AT

        return Question(as_of=OPENS_AT, basis="pr")

    def prepare(self) -> None:
        """Make the simulated market where it is not stored yet; nothing for a real one.

        Raises:
            StoreEmpty: it is not stored, and nothing is to be kept.
        """
        if not self.simulated or self.store.generation() is not None:
            return
        if self.memory.refusal:
            raise StoreEmpty(
                f"the simulated market is not made yet, and this was {self.memory.refusal};"
                " `internals --demo status` makes it"
            )
        from cache.sources.demo.demo import make
        from cache.sources.demo.demo_files import announced
        from cache.sources.holdings.announced import adding

        bars, files = make()
        changes = announced(file for file, _ in files)
        self.store.commit(bars=bars, holdings=files, announce=adding(changes))

    def market(self) -> Market:
        """Return the stored market; read again only when the generation on disk is another.

        Raises:
            StoreEmpty: nothing is stored.
            CacheError: it cannot be read, or a file of the user's is broken.
        """
        from core.data.market import Market

        with self._lock:
            self.prepare()
            identity = self.store.identity()
            reference = self.reference
            loaded = self._loaded
            if loaded is None or loaded.newest != identity or loaded.reference is not reference:
                contents = self.store.read()
                market = Market(
                    contents.prices, contents.holdings,
                    replace(reference, doubts=self._doubts(contents)), simulated=contents.simulated,
                    damage=contents.damage, generation=contents.generation,
                    announced=contents.dated_announcements(), industries=contents.industries,
                )  # fmt: skip
                self._loaded = loaded = _Loaded(identity, reference, contents, market)
            return self._with_quotes(loaded.market)

    def contents(self) -> Contents:
        """Return what `market` is made of; see there for what it raises."""
        self.market()
        assert self._loaded is not None
        return self._loaded.contents

    def begin(self, question: Question) -> Future[Snapshot]:
        """Answer a question in a thread; `take` has the answer too, or what went wrong."""
        answer = in_thread(lambda: self._take(question), "first answer")
        self._begun = question, answer
        return answer

    def take(self, question: Question) -> Snapshot:
        """Answer a question from the stored data; for errors see `core.answer.snapshot.take`.

        While quotes are laid over it, the last session is today's.
        """
        begun, self._begun = self._begun, None
        if begun is not None and begun[0] == question:
            return begun[1].result()
        return self._take(question)

    def begin_board(
        self, watched: Sequence[tuple[str, str]], basis: Basis, as_of: date | None
    ) -> Future[Board]:
        """Answer for every pair in a thread, so that `board` has the answer sooner."""

        def work() -> Board:
            from cache.facts.pairs import board_pairs

            return self.board(board_pairs(watched), basis, as_of)

        return in_thread(work, "first answer")

    def board(self, pairs: Sequence[Pair], basis: Basis, as_of: date | None) -> Board:
        """Answer for every pair from the stored closes; see `core.answer.board.board`.

        Raises:
            CacheError: nothing is stored, or it cannot be read.
        """
        from core.answer.board import board

        market, key = self.market(), (tuple(pairs), basis, as_of)
        with self._boarding:
            last = self._board
            if last is None or last[0] is not market or last[1] != key:
                self._board = last = market, key, board(market, pairs, basis, as_of)
            return last[2]

    def histories(self, market: Market) -> Answer | None:
        """The function that reads kept histories; None where the market is not the stored one."""
        if self._quotes is not None or market is not self.market():
            return None

        def answer(
            question: Question, fund: str, rows: Sequence[Scalar], every: Every
        ) -> tuple[History, ...]:
            from tui.service.histories import desk_histories  # few homes have files of long ago

            return desk_histories(self, question, fund, rows, every)

        return answer

    def _take(self, question: Question) -> Snapshot:
        from core.answer.snapshot import take

        market, quotes = self.market(), self._quotes
        provisional = market.prices.provisional
        today = {provisional.get(fund) for fund in question.funds}
        # Where final closes have taken the quotes' place there is nothing to show of them.
        if quotes is None or question.as_of is not None or today != {quotes.session}:
            return take(market, question)
        return replace(take(market, replace(question, as_of=quotes.session)), question=question)

    def overlay(self, quotes: Quotes | None) -> None:
        """Lay today's quotes over the stored data, or take them off; nothing is stored."""
        self._quotes = quotes

    def _with_quotes(self, market: Market) -> Market:
        """The market with a provisional bar of today, made once for the same quotes."""
        quotes = self._quotes
        if quotes is None:
            self._overlaid = None
            return market
        overlaid = self._overlaid
        if overlaid is None or overlaid[0] is not market or overlaid[1] is not quotes:
            from cache.refresh.quotes import overlay

            prices = overlay(market.prices, quotes.prices, quotes.session, quotes.at)
            self._overlaid = overlaid = market, quotes, replace(market, prices=prices)
        return overlaid[2]

    def cost(
        self, question: Question, now: datetime, *, by: str = "r", board: tuple[str, ...] = ()
    ) -> str:
        """One sentence: what is stale and how many requests a refresh (started by ``by``) costs."""
        if self.read_only:
            return self.read_only
        if self.simulated:
            return "simulated market: nothing to fetch"
        from core.data.frames import Prices
        from tui.service.cost import sentence

        try:
            market = self.market()
            prices, holdings = market.prices, market.holdings
        except StoreEmpty:
            prices, holdings = Prices(), {}
        return sentence(self.places, prices, holdings, question, now, self.reference, by, board)

    def fetched(self, prices: Prices | None, pair: tuple[str, str], now: datetime) -> Fetched:
        """Return what the last refresh fetched and cost, and what is missing of these prices."""
        from core.data.frames import Prices
        from tui.report.last_refresh import fetched

        return fetched(self.store.home, prices or Prices(), pair, now)

    def import_command(self, path: Path) -> list[str] | None:
        """The child process that imports a file; None into a simulated market.

        Raises:
            CacheError: the market is only looked at, or the file cannot be read.
        """
        from cache.sources.sniff import kind_of

        if self.read_only:
            raise StoreError(self.read_only)
        return None if self.simulated else self._child("import", kind_of(path), str(path))

    def add_fund(self, entry: FundEntry) -> str:
        """Add a fund to the user's list; returns the sentence that says so.

        Raises:
            CacheError: the entry cannot be used, or nothing is to be kept.
            OSError: the list cannot be written.
        """
        from tui.service.user_files import add_fund

        if refusal := self.memory.refusal or self.read_only:
            raise StoreError(refusal)
        return add_fund(self.places.config / "funds.toml", self.places.config_lock, entry)

    def keep_group(self, name: str, symbols: Sequence[str]) -> str:
        """Keep a group of names in the user's themes, or take it out; returns the words for it.

        Raises:
            CacheError: it cannot be kept, or nothing is to be kept.
            OSError: the file cannot be written.
        """
        from tui.service.user_files import keep_group

        if refusal := self.memory.refusal or self.read_only:
            raise StoreError(refusal)
        file = self.places.config / "themes.toml"
        return keep_group(file, self.places.config_lock, name, symbols)

    def refresh_command(
        self, question: Question, *, full: bool = False, board: bool = False
    ) -> list[str] | None:
        """The child that fetches for a question or the board; None where there is nothing to fetch.

        Raises:
            CacheError: the market is only looked at; it says who brings new data.
        """
        if self.read_only:
            raise StoreError(self.read_only)
        arguments = refresh_arguments(question, full=full, board=board)
        return None if self.simulated else self._child(*arguments)

    def quotes_command(self, question: Question) -> list[str] | None:
        """The child that brings live quotes; None where there are none.

        Raises:
            CacheError: the screen is only looked at.
        """
        if self.memory.refusal:
            raise StoreError(self.memory.refusal)
        return None if self.simulated else self._child("quotes", *funds_option(question))

    def history_command(
        self, question: Question, fund: str, measures: Sequence[str], every: str
    ) -> list[str]:
        """The child that works out the history of one fund of a question, and keeps it."""
        arguments = history_arguments(question, fund, measures, every)
        return self._child(*arguments, *(["--demo"] if self.simulated else []))

    def _child(self, *arguments: str) -> list[str]:
        """The command of a child process that works on the same home."""
        home = [] if self._home is None else ["--home", str(self._home)]
        return internals(*arguments, *home)
