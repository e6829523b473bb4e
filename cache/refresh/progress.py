"""Progress of a refresh while it runs, and its summary at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime
from typing import Any, Literal

from core.data.record import record

Stage = Literal["plan", "holdings", "prices", "done"]


@record(frozen=True, slots=True)
class Progress:
    """How far a refresh is.

    Attributes:
        stage: what is under way.
        done: how many of the stage's files or symbols were answered, well or badly.
        total: how many there are; more can come when a history has to be asked anew.
        failed: failures so far, of files and symbols together.
        rate: symbols a second, None while not known.
        seconds_left: of this stage, None while not known.
        symbol: what the last answer was about.
        message: one sentence where there is something to say.
        came: at the end, whether anything new is stored; None before.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    failed: int = 0
    rate: float | None = None
    seconds_left: float | None = None
    symbol: str = ""
    message: str = ""
    came: bool | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=True)


@record(frozen=True, slots=True)
class Summary:
    """The result of a refresh.

    Attributes:
        ok: everything that was requested came.
        message: one sentence for a person.
        symbols: how many symbols brought bars.
        new_bars: closes that were not stored before.
        refetched: symbols whose history had changed and was brought whole.
        files: holdings files that came, such as "holdings IWM of 2026-06-25".
        failed: symbol or file -> why it failed.
        waiting: symbols that were left alone, asked for without success a while ago.
        requests: requests sent.
        planned: requests that the plan had stated; what was sent beyond it is the second tries,
            the histories fetched again and the issuers' second addresses, each counted.
        retried: symbols asked a second time after failing in passing.
        addresses: second addresses that issuers were asked at.
        seconds: how long it took.
        generation: the store's generation afterwards.
        wait_until: when a rate limit was met, the time to try again.
        stopped: ended early by a signal or by the caller.
        notes: what was done with stored closes, a sentence each.
        clock: a sentence where this machine's clock is wrong by the vendor's, also in the message.
    """

    ok: bool
    message: str
    symbols: int = 0
    new_bars: int = 0
    refetched: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    waiting: int = 0
    requests: int = 0
    planned: int = 0
    retried: int = 0
    addresses: int = 0
    seconds: float = 0.0
    generation: int = 0
    wait_until: datetime | None = None
    stopped: bool = False
    clock: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_new(self) -> bool:
        """Whether anything new is stored: closes, files, or symbols fetched anew."""
        return bool(self.new_bars or self.files or self.symbols)

    def by_reason(self) -> dict[str, tuple[str, ...]]:
        """Reason -> what failed for it, most frequent reason first."""
        counts = Counter(self.failed.values())
        return {
            reason: tuple(name for name, why in self.failed.items() if why == reason)
            for reason, _ in counts.most_common()
        }

    def to_fields(self, now: datetime | None = None) -> dict[str, Any]:
        """Return what another process needs, as JSON values; symbols' reasons are in the store."""
        until = self.wait_until and self.wait_until.isoformat()
        figures = {
            "new_closes": self.new_bars,
            "symbols": self.symbols,
            "brought_anew": len(self.refetched),
            "holdings_files": len(self.files),
            "failed": len(self.failed),
            "waiting": self.waiting,
            "requests": self.requests,
            "planned_requests": self.planned,
            "asked_twice": self.retried,
            "seconds": round(self.seconds),
        }
        files = {name: why for name, why in self.failed.items() if name.startswith("holdings ")}
        return {
            "ok": self.ok,
            "message": self.message,
            "wait_until": until,
            "ended": now and now.isoformat(timespec="seconds"),
            "figures": figures,
            "files": files,
        }

    @staticmethod
    def from_fields(fields: object) -> Summary | None:
        """The Summary of another process; None where the fields are not those."""
        try:
            assert isinstance(fields, dict)
            until = fields["wait_until"]
            return Summary(
                ok=bool(fields["ok"]),
                message=f"another refresh was waited for: {fields['message']}",
                wait_until=None if until is None else datetime.fromisoformat(until),
            )
        except (AssertionError, KeyError, TypeError, ValueError):
            return None
