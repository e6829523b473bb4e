"""A location in an object store, such as s3://bucket/desk, by the library obstore.

Objects are small in number and named by their hash; one of them, the pointer, is replaced only
where it still is as it was read. Whoever holds the rights in the environment (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL, GOOGLE_..., AZURE_...) may use it; this program keeps none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from cache.facts.clean import clean
from cache.facts.errors import StoreError
from core.data.record import record

#: Addresses that are taken, and the places in front of which a Path has lost one of two slashes.
_ADDRESS: Final = re.compile(r"(s3|gs|gcs|az|azure|abfs|abfss|r2)://?([^/\s][^\s]*)")
#: Seconds for a connection, for an answer, and for all attempts at one request.
_CONNECT: Final = "5s"
_ANSWER: Final = "60s"
_PATIENCE: Final = timedelta(seconds=40)
_RETRIES: Final = 6
#: Seconds for an answer that can be done without.
_SOON: Final = "8s"

Answer = TypeVar("Answer")


class UnreachableError(StoreError):
    """The object store does not answer, or does not let this user in."""


class OvertakenError(StoreError):
    """The pointer is another one than was read: somebody else has published meanwhile."""


@record(frozen=True, slots=True)
class Pointer:
    """The bytes of the pointer, and the version that a replacement is conditional on."""

    data: bytes
    version: Any


def address_of(place: Path | str | None) -> str | None:
    """The address of an object store that a path or a variable names; None for a directory."""
    match = _ADDRESS.fullmatch(str(place)) if place is not None else None
    return f"{match[1]}://{match[2].rstrip('/')}" if match else None


def connect(address: str, *, patient: bool = True) -> Bucket:
    """The place at an address; no request is sent yet.

    Args:
        address: such as s3://bucket/desk.
        patient: whether a request that fails is sent again, and one that hangs waited for.

    Raises:
        StoreError: the library is not installed, or cannot use the address.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError:
        raise StoreError(
            f"{address} needs one more package: pip install 'internals[cloud]'"
        ) from None
    plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true")
    try:
        store = from_url(
            address,
            client_options={
                "connect_timeout": _CONNECT,
                "timeout": _ANSWER if patient else _SOON,
                "allow_http": plain,
            },
            retry_config={"max_retries": _RETRIES if patient else 0, "retry_timeout": _PATIENCE},
        )
    except (BaseError, ValueError) as error:
        raise StoreError(f"{address} cannot be used: {_words(error)}") from None
    return Bucket(address, store)


class Bucket:
    """Objects under one prefix; counts its requests and the bytes it sends.

    Args:
        address: as the user wrote it, for sentences.
        store: one of obstore's.
    """

    def __init__(self, address: str, store: Any) -> None:
        self.address, self._store = address, store
        self.requests = self.bytes_sent = 0

    def get(self, name: str) -> bytes | None:
        """An object's bytes, None where there is none.

        Raises:
            StoreError: it cannot be had, or is larger than any of a store.
        """
        answer = self.pointer(name)
        return None if answer is None else answer.data

    def pointer(self, name: str) -> Pointer | None:
        """The pointer and its version, None where nothing is published; raises as `get`."""
        import obstore

        # reads arrays by numpy; `address_of` is asked before the first frame, which needs none
        from cache.store.objects import MOST

        def ask() -> Pointer:
            answer = obstore.get(self._store, name)
            meta = answer.meta
            if meta["size"] > MOST:
                raise StoreError(f"{name} in {self.address} is larger than any object of a store")
            version = {key: meta[key] for key in ("e_tag", "version") if meta[key] is not None}
            return Pointer(bytes(answer.bytes()), version)

        try:
            return self._request(name, ask)
        except FileNotFoundError:
            return None

    def sizes(self, prefix: str = "") -> dict[str, int]:
        """Name -> size of every object under a prefix; a request for each thousand."""
        import obstore

        def ask() -> dict[str, int]:
            pages = obstore.list(self._store, prefix or None)
            return {one["path"]: one["size"] for page in pages for one in page}

        return self._request(prefix or "the list", ask)

    def put(self, name: str, data: bytes) -> None:
        """Write an object, which is whole or not there."""
        import obstore

        self._request(name, lambda: obstore.put(self._store, name, data, use_multipart=False))
        self.bytes_sent += len(data)

    def point(self, name: str, data: bytes, before: Pointer | None) -> None:
        """Replace the pointer where it is still as it was read.

        Raises:
            OvertakenError: it is another one.
        """
        import obstore

        mode = "create" if before is None else before.version
        try:
            self._request(
                name, lambda: obstore.put(self._store, name, data, mode=mode, use_multipart=False)
            )
        except OvertakenError:
            # an attempt whose answer was lost may have been the one that counted
            now = self.pointer(name)
            if now is None or now.data != data:
                raise
        self.bytes_sent += len(data)

    def _request(self, name: str, ask: Callable[[], Answer]) -> Answer:
        """Ask, and say in one sentence what went wrong; a missing object is FileNotFoundError."""
        from obstore import exceptions

        self.requests += 1
        try:
            return ask()
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
            raise OvertakenError(
                f"{self.address}: somebody else has published meanwhile; what they published is"
                " whole; publish again if yours is to replace it"
            ) from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise UnreachableError(
                f"{self.address} does not let these credentials in ({name}): {_words(error)}"
            ) from None
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise UnreachableError(f"{self.address}: there is no such bucket") from None
            raise
        except (exceptions.BaseError, OSError) as error:
            raise UnreachableError(f"{self.address} cannot be reached: {_words(error)}") from None


def _words(error: Exception) -> str:
    """The end of the library's sentence: what went wrong, without addresses and attempts."""
    first = str(error).partition("\n")[0].partition("?")[0]
    return clean(first.rpartition(" - ")[2], 200) or type(error).__name__
