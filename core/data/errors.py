"""What core raises: every error is one sentence for a person, under one root."""

from __future__ import annotations


class CoreError(Exception):
    """Root of every error that core raises; the message is one sentence for a person."""


class FrameError(CoreError):
    """A frame breaks one of its own rules (shape, order, duplicates, sign)."""


class WindowError(CoreError):
    """Text that names no window."""


class UnavailableError(CoreError):
    """A question that the available data cannot answer; the message says what is missing."""


class MeasureError(CoreError):
    """A measure, or an item of one, that is not known; the message lists what is."""


class NoSuchNameError(CoreError):
    """A name that is in no data; the message says where names come from."""
