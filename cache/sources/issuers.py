"""Holdings files from the issuers' addresses.

A page meant for a browser is refused: many issuers answer with one when they mean "no". A host
that refuses to talk is not asked again in the same run, whatever the fund.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cache.facts.errors import SourceError
from cache.refresh.absent_files import AbsentError
from cache.refresh.file_plan import FileAsk, by_hand
from cache.refresh.host_backoff import LeftHost, refused_again
from cache.sources.download import DownloadError, download

if TYPE_CHECKING:
    from collections.abc import Callable

    from cache.facts.funds import Fund
    from cache.sources.holdings.read import HoldingsFile
    from cache.sources.sandbox import Children

#: The largest file taken; the largest known is below one megabyte.
LIMIT: Final = 32 * 2**20
#: Pages of a file asked for at most.
PAGES: Final = 40
_PAGE: Final = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<script")


class Issuers:
    """Asks issuers for holdings files.

    Attributes:
        requests: requests sent so far.
        second: how many of them went to a second address after the first one failed.
        retried: how many asked an address once more after a refusal.
        dated: the Date of the last file's answer.
        refusals: host -> its last refusal; one that is still to be left alone is not asked.
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        limit: int = LIMIT,
        sleep: Callable[[float], None] = time.sleep,
        children: Children | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            timeout: seconds that one file may take, from the first to the last byte.
            limit: bytes that one file may have.
            sleep: waits before an address is asked once more.
            children: limited children that read the files; by default each has one of its own.
        """
        self.timeout, self.limit, self._sleep = timeout, limit, sleep
        self._children = children
        self.requests = self.second = self.retried = 0
        self.dated: str | None = None
        self.refusals: dict[str, LeftHost] = {}

    def get(self, fund: Fund, on: date | None = None) -> tuple[bytes, str]:
        """One holdings file as the issuer gives it, and the address it came from.

        Args:
            fund: whose holdings.
            on: the day wanted, None for the newest file.

        Raises:
            AbsentError: the issuer answered, and has no such file.
            SourceError: nothing usable came; says why, and how to bring the file by hand.
        """
        reasons: list[DownloadError] = []
        for url in fund.urls(on):
            self.second += bool(reasons)
            try:
                return self._file(fund, url), url.replace("{start}", "1")
            except DownloadError as error:
                reasons.append(error)
        ask = FileAsk(fund.symbol, on)
        absent = bool(reasons) and all(r.kind == "absent" for r in reasons)
        kind = AbsentError if absent else SourceError
        # The first address is the best one: its reason tells most.
        reason = str(reasons[0]) if reasons else "the issuer's address is not known"
        raise kind(f"{reason}; {by_hand(ask)}", file=str(ask))

    def read(
        self, raw: bytes, address: str, *, fund: str, now: datetime, as_of: date | None = None
    ) -> HoldingsFile:
        """The holdings file of such bytes.

        Raises:
            SourceError: the file cannot be used.
        """
        from cache.sources.holdings.read import read_holdings

        return read_holdings(raw, address, fund=fund, now=now, as_of=as_of, children=self._children)

    def _file(self, fund: Fund, url: str) -> bytes:
        """The file of one address, its pages joined where it comes in several."""
        if not fund.page or "{start}" not in url:
            return self._bytes_of(fund, url)
        from cache.sources.holdings.pages import join_pages, rows_of

        pages: list[bytes] = []
        rows_read = 0
        while len(pages) < PAGES:
            pages.append(self._bytes_of(fund, url.replace("{start}", str(rows_read + 1))))
            row_count, size = rows_of(pages[-1])
            rows_read += row_count
            if row_count < min(fund.page, size or fund.page) or rows_read >= size:
                break
        return join_pages(pages) if len(pages) > 1 else pages[0]

    def _bytes_of(self, fund: Fund, url: str) -> bytes:
        """The bytes of one address, requested again after a refusal where its issuer's table says.

        Raises:
            DownloadError: nothing usable came.
        """
        host = urlsplit(url).hostname or ""
        now = datetime.now(UTC)
        if (refusal := self.refusals.get(host)) is not None and refusal.holds(now):
            raise DownloadError(f"{host} {refusal}")
        for again in (False, True):
            self.requests += 1
            try:
                answer = download(
                    url,
                    timeout=self.timeout,
                    limit=self.limit,
                    agent=fund.agent,
                    headers=dict(fund.headers),
                )
            except DownloadError as error:
                if error.kind == "refused" and not again and fund.retry:
                    self.retried += 1
                    self._sleep(fund.retry)
                    continue
                if error.kind == "refused":
                    self.refusals[host] = refused_again(
                        refusal, now, error.status, error.retry_after, error.date
                    )
                    reason = f"{host} refused to talk (error {error.status})"
                    raise DownloadError(reason, "refused", status=error.status) from None
                raise
            self.refusals.pop(host, None)
            self.dated = answer.date
            return _holdings(answer.content, host)
        raise AssertionError("an address is requested twice at most")


def _holdings(content: bytes, host: str) -> bytes:
    """The content, unless it is plainly no file of holdings.

    Raises:
        DownloadError: it is empty, or a page. Of a page nothing follows for the file: a host that
            takes us for a robot answers so too.
    """
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise DownloadError(f"{host} answered with an empty file", "absent")
    if start.startswith(_PAGE) or b"<html" in start:
        raise DownloadError(f"{host} answered with a web page, not a holdings file")
    return content
