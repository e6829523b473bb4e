"""A desk over a market in memory, in place of the program's own, which reads a store."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cache.facts.errors import StoreEmpty
from cache.facts.fund_entry import FundEntry
from core.answer.board import Board, Pair, board
from core.answer.snapshot import Question, Snapshot
from core.data.frames import Prices
from core.data.market import Market
from core.data.question import Basis
from tests.tui.markets import answer
from tui.host.messages import Quotes
from tui.report.answer_file import Ledger
from tui.report.last_refresh import Fetched
from tui.service.user_files import add_fund, keep_group
from tui.state.config_file import ConfigFile
from tui.state.places import places
from tui.state.state_files import Memory
from tui.state.written_files import Written

if TYPE_CHECKING:
    from core.answer.history import Answer


class FakeDesk:
    """A desk over a market in memory; takes can be slow, failing or empty."""

    def __init__(self, market: Market | None) -> None:
        self.current = market
        self.simulated = bool(market and market.simulated)
        self.failure: Exception | None = None
        self.argv: list[str] | None = None
        self.quotes: list[str] | None = None
        self.laid: list[Quotes | None] = []
        self.asked: list[Question] = []
        self.kept_histories: Answer | None = None
        self._home = TemporaryDirectory()
        self.memory = Memory(Path(self._home.name) / "market.json")
        self.notes = Path(self._home.name) / "notes"
        self.ledger: Ledger = Written(places(Path(self._home.name), demo=False), self.memory)
        folder = Path(self._home.name)
        self.config_file = ConfigFile(folder / "config.toml", folder / "config.lock")
        self.full: list[bool] = []
        self.boards = 0
        self.brought: list[Path] = []
        self.read_only = ""
        self.last = Fetched(None, "no refresh of this store is remembered", {}, ())

    def generation(self) -> int | None:
        return self.current.generation if self.current else None

    def identity(self) -> str | None:
        return f"{self.current.generation}" if self.current else None

    def market(self) -> Market:
        assert self.current is not None
        return self.current

    def take(self, question: Question) -> Snapshot:
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        if self.current is None:
            raise StoreEmpty("nothing is held yet")
        return answer(self.current, question)

    def histories(self, market: Market) -> Answer | None:
        return self.kept_histories

    def board(self, pairs: Sequence[Pair], basis: Basis, as_of: date | None) -> Board:
        if self.current is None:
            raise StoreEmpty("nothing is held yet")
        return board(self.current, pairs, basis, as_of)

    def add_fund(self, entry: FundEntry) -> str:
        home = Path(self._home.name)
        return add_fund(home / "funds.toml", home / "config.lock", entry)

    def keep_group(self, name: str, symbols: Sequence[str]) -> str:
        home = Path(self._home.name)
        return keep_group(home / "themes.toml", home / "config.lock", name, symbols)

    def import_command(self, path: Path) -> list[str] | None:
        self.brought.append(path)
        return self.argv

    def fetched(self, prices: Prices | None, pair: tuple[str, str], now: datetime) -> Fetched:
        return self.last

    def refresh_command(
        self, question: Question, *, full: bool = False, board: bool = False
    ) -> list[str] | None:
        self.full.append(full)
        self.boards += board
        return self.argv

    def quotes_command(self, question: Question) -> list[str] | None:
        return self.quotes

    def overlay(self, quotes: Quotes | None) -> None:
        self.laid.append(quotes)

    def cost(self, question: Question, now: datetime, *, board: tuple[str, ...] = ()) -> str:
        if board:
            return f"{len(board)} funds of the board are stale: r costs {len(board)} requests"
        return "12 symbols are stale: r costs 4 requests"

    @property
    def kept(self) -> Question | None:
        return self.memory.question()


class SlowDesk(FakeDesk):
    """A desk that does not answer before it may."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.may = threading.Event()

    def take(self, question: Question) -> Snapshot:
        self.may.wait(60)
        return super().take(question)
