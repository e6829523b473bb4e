"""What core raises: every error is one sentence for a person, under one root."""

from __future__ import annotations

from datetime import date


class CoreError(Exception):
    """Root of every error that core raises; the message is one sentence for a person."""


class FrameError(CoreError):
    """A frame breaks one of its own rules (shape, order, duplicates, sign)."""


class WindowError(CoreError):
    """Text that names no window."""


class UnavailableError(CoreError):
    """A question that the available data cannot answer; the message says what is missing."""


class MissingCloseError(UnavailableError):
    """A window of one session that lacks the close of an exchange session it needs."""

    def __init__(self, window: str, lacking: date, closes: tuple[date, date], of: str = "") -> None:
        """Make the sentence.

        Args:
            window: its label.
            lacking: the session without a close in common.
            closes: the sessions with closes that stand nearest before its two ends.
            of: the instruments that lack the close, where they are known.
        """
        whose = f"of {of}" if of else "in common"
        super().__init__(
            f"window {window}: no close {whose} on {lacking}, a session of the exchange: refresh"
            f" or import it, or ask for {closes[0]}:{closes[1]}"
        )
        self.window, self.lacking, self.closes = window, lacking, closes

    def of(self, instruments: str) -> MissingCloseError:
        """The same error with the instruments that lack the close."""
        return MissingCloseError(self.window, self.lacking, self.closes, instruments)


class MeasureError(CoreError):
    """A measure, or an item of one, that is not known; the message lists what is."""


class NoSuchNameError(CoreError):
    """A name that is in no data; the message says where names come from."""
