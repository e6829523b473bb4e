"""Messages from threads to the screen, and the protocol of the data service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from textual.message import Message

from core.data.record import record

if TYPE_CHECKING:
    from cache.facts.fund_entry import FundEntry
    from core.answer.board import Board, Pair
    from core.answer.history import Answer
    from core.answer.snapshot import Snapshot
    from core.data.frames import Prices
    from core.data.market import Market
    from core.data.question import Basis, Question
    from tui.report.answer_file import Ledger
    from tui.report.last_refresh import Fetched
    from tui.state.config_file import ConfigFile
    from tui.state.state_files import Memory


@record(frozen=True, eq=False, slots=True)
class Quotes:
    """Today's quotes at one moment.

    Attributes:
        prices: symbol -> dollars per share.
        session: the session they are of.
        at: when the newest of them was taken.
    """

    prices: Mapping[str, float]
    session: date
    at: datetime


class DeskLike(Protocol):
    """The source of data that the screen asks.

    Attributes:
        simulated: the market is made up.
        memory: what is kept between two runs.
        notes: directory of the notes that the screen writes.
        ledger: the files that this program wrote, and may replace.
        config_file: the settings that the screen changes.
    """

    simulated: bool
    memory: Memory
    notes: Path
    ledger: Ledger
    config_file: ConfigFile

    @property
    def read_only(self) -> str:
        """Why nothing can be fetched or imported here, "" where it can."""

    def generation(self) -> int | None:
        """Number of the newest generation, None for an empty store."""

    def identity(self) -> str | None:
        """Identify the newest generation, of a replaced store too."""

    def market(self) -> Market:
        """Return the market of the newest generation."""

    def take(self, question: Question) -> Snapshot:
        """Answer a question."""

    def board(self, pairs: Sequence[Pair], basis: Basis, as_of: date | None) -> Board:
        """Answer for every pair."""

    def histories(self, market: Market) -> Answer | None:
        """The function that reads kept histories; None where the market is not the stored one."""

    def refresh_command(
        self, question: Question, *, full: bool = False, board: bool = False
    ) -> list[str] | None:
        """The child that fetches, None where there is nothing to fetch from."""

    def fetched(self, prices: Prices | None, pair: tuple[str, str], now: datetime) -> Fetched:
        """Return what the last refresh fetched, and what failed."""

    def add_fund(self, entry: FundEntry) -> str:
        """Add a fund to the user's list; returns the sentence that says so."""

    def keep_group(self, name: str, symbols: Sequence[str]) -> str:
        """Keep a group of names, or take it out where there are none; returns the words."""

    def import_command(self, path: Path) -> list[str] | None:
        """The child that imports a file, None where nothing can be imported."""

    def quotes_command(self, question: Question) -> list[str] | None:
        """The child that brings live quotes, None where there are none."""

    def overlay(self, quotes: Quotes | None) -> None:
        """Lay today's quotes over the stored data, or take them off."""

    def cost(self, question: Question, now: datetime, *, board: tuple[str, ...] = ()) -> str:
        """Say what is stale and how many requests a refresh costs, of a pair or of a board."""


@dataclass
class Taken(Message):
    """A question was answered, from this market; ``identity`` was the store's before that."""

    number: int
    snapshot: Snapshot
    market: Market
    identity: str | None = None


@dataclass
class Failed(Message):
    """A question could not be answered; ``lacking`` where the stored data does not suffice."""

    number: int
    question: Question
    sentence: str
    lacking: bool


@dataclass
class Cost(Message):
    """What a refresh would cost, of the pair or of the board."""

    sentence: str
    board: bool = False


class Previewed(Message):
    """The contents of a file before it is imported.

    Attributes:
        name: the file's name.
        lines: what was taken for what, and what would be kept.
        refused: what of it would not be kept, a line each.
    """

    def __init__(self, name: str, lines: Sequence[str], refused: Sequence[str]) -> None:
        super().__init__()
        self.name = name
        self.lines = lines
        self.refused = refused
