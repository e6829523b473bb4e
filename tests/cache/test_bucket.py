"""A desk's copy in an object store in memory: whole or not there, whatever happens between."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cache.facts.errors import StoreError
from cache.store.bucket import Bucket, OvertakenError, UnreachableError, address_of
from cache.store.desk_copy import CopyReader, upload
from cache.store.store import Store
from tests.cache.stores import bars, files
from tui.service.published import published_words

memory = pytest.importorskip("obstore.store")

NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
ADDRESS = "s3://bucket/desk"


@pytest.fixture
def shelf() -> Any:
    return memory.MemoryStore()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "publisher" / "market")
    made.commit(bars=bars())
    return made


class Cut(Bucket):
    """A bucket whose line is cut after some requests."""

    def __init__(self, shelf: Any, left: int) -> None:
        super().__init__(ADDRESS, shelf)
        self.left = left

    def _request(self, name: str, ask: Callable[[], Any]) -> Any:
        if self.left <= 0:
            raise UnreachableError(f"{ADDRESS} cannot be reached: cut")
        self.left -= 1
        return super()._request(name, ask)


def publish(store: Store, shelf: Any, now: datetime = NOW) -> Any:
    return upload(store, store.home.parent, Bucket(ADDRESS, shelf), now)


def contents(home: Path) -> Any:
    held = Store(home / "market").read()
    return held.generation, sorted(held.prices.blocks[0].symbols), held.damage


def test_a_path_that_lost_a_slash_is_an_address() -> None:
    assert address_of(Path("s3://bucket/desk/")) == "s3://bucket/desk"
    assert address_of("gs://b") == "gs://b"
    for place in (None, "", "/srv/desk", Path("s3"), "desk/s3:/x", "http://x/y", "s3://"):
        assert address_of(place) is None, place


def test_readers_have_what_was_published(store: Store, shelf: Any, tmp_path: Path) -> None:
    (store.home.parent / "themes.toml").write_text("[themes]\n")
    first = publish(store, shelf)
    assert (first.before, first.generation, first.damage) == (None, 1, ())
    home = tmp_path / "reader"
    assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == ""
    assert contents(home) == (1, ["SPY"], ())
    assert (home / "themes.toml").read_text() == "[themes]\n"
    before = files(home)
    again = Bucket(ADDRESS, shelf)
    assert CopyReader(again, home).bring() == "" and again.requests == 1 and files(home) == before
    store.commit(bars=bars("IWM"))
    (store.home.parent / "themes.toml").unlink()
    second = publish(store, shelf)
    assert (second.before, second.generation) == (1, 2) and second.objects < first.objects + 3
    assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == "" and contents(home)[0] == 2
    assert not (home / "themes.toml").exists()


def test_a_publication_cut_off_anywhere_leaves_the_one_before(
    store: Store, shelf: Any, tmp_path: Path
) -> None:
    publish(store, shelf)
    store.commit(bars=bars("IWM"))
    cut = 0
    while True:
        try:
            upload(store, store.home.parent, Cut(shelf, cut), NOW)
        except UnreachableError:
            home = tmp_path / f"reader{cut}"
            assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == "" and contents(home)[0] == 1
            cut += 1
            continue
        break
    assert cut >= 4
    assert CopyReader(Bucket(ADDRESS, shelf), tmp_path / "last").bring() == ""
    assert contents(tmp_path / "last")[0] == 2


def test_a_reader_cut_off_anywhere_shows_the_one_before_and_its_age(
    store: Store, shelf: Any, tmp_path: Path
) -> None:
    home = tmp_path / "reader"
    publish(store, shelf)
    with pytest.raises(UnreachableError):
        CopyReader(Cut(shelf, 0), home).bring()
    assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == ""
    store.commit(bars=bars("IWM"))
    publish(store, shelf)
    for left in range(20):
        message = CopyReader(Cut(shelf, left), home).bring()
        if not message:
            break
        assert "cut; shown is the last whole generation here, 1," in message and message.endswith(
            "published 2026-07-01T06:00:00+00:00"
        )
        # on the screen, which hides what was said on the way to it
        assert published_words(home, NOW + timedelta(hours=73)) == (
            "a copy of what was published 2026-07-01 06:00 UTC, 3 d ago, read-only:"
            f" {ADDRESS} cannot be reached: cut"
        )
        assert contents(home) == (1, ["SPY"], ())
    assert left > 2 and contents(home)[0] == 2
    words = "published 2026-07-01 06:00 UTC at s3://bucket/desk"
    assert published_words(home, NOW).startswith(words)


def test_a_reader_that_stays_looks_with_one_request(
    store: Store, shelf: Any, tmp_path: Path
) -> None:
    publish(store, shelf)
    home, bucket, quick = tmp_path / "reader", Bucket(ADDRESS, shelf), Cut(shelf, 4)
    reader = CopyReader(bucket, home, quick)
    # the first look has nothing to show: it asks with patience
    assert reader.bring() == "" and quick.requests == 0
    before, asked = files(home), bucket.requests
    for _ in range(3):
        assert reader.bring() == ""
    assert quick.requests == 3 and bucket.requests == asked and files(home) == before
    store.commit(bars=bars("IWM"))
    publish(store, shelf, NOW + timedelta(hours=1))
    assert reader.bring() == "" and contents(home)[0] == 2
    # the line is down, again and again, and back
    for _ in range(2):
        message = reader.bring()
        assert "cut; shown is the last whole generation here, 2," in message
    assert "5 h ago, read-only" in published_words(home, NOW + timedelta(hours=6))
    quick.left = 9
    assert reader.bring() == "" and "cut" not in published_words(home, NOW)


def test_what_cannot_be_taken_is_asked_for_once(store: Store, shelf: Any, tmp_path: Path) -> None:
    publish(store, shelf)
    home, bucket, quick = tmp_path / "reader", Bucket(ADDRESS, shelf), Bucket(ADDRESS, shelf)
    reader = CopyReader(bucket, home, quick)
    assert reader.bring() == ""
    there = set(bucket.sizes())
    store.commit(bars=bars("IWM"))
    publish(store, shelf)
    name = max(set(bucket.sizes()) - there)
    whole = bytes(shelf.get(name).bytes())
    shelf.put(name, b"damaged")
    message = reader.bring()
    asked = bucket.requests
    assert "is damaged" in message and "generation here, 1," in message
    assert reader.bring() == message and bucket.requests == asked and quick.requests == 2
    # a publication mends it, and is another pointer
    publish(store, shelf, NOW + timedelta(minutes=5))
    assert bytes(shelf.get(name).bytes()) == whole
    assert reader.bring() == "" and contents(home)[0] == 2


def test_a_copy_that_cannot_be_written_is_shown_as_it_is(
    store: Store, shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store, shelf)
    home = tmp_path / "reader"
    assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == ""
    store.commit(bars=bars("IWM"))
    publish(store, shelf)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cache.store.disk.write", full)
    message = CopyReader(Bucket(ADDRESS, shelf), home).bring()
    assert "No space left on device" in message and "generation here, 1," in message
    assert contents(home)[0] == 1


def test_of_two_publishers_one_stands_whole(shelf: Any, tmp_path: Path) -> None:
    mine, yours = (Store(tmp_path / name / "market") for name in ("a", "b"))
    mine.commit(bars=bars())
    yours.commit(bars=bars("QQQ"))
    late = Bucket(ADDRESS, shelf)

    class Between(Bucket):
        """Another publisher comes after the objects are put, and before the pointer is."""

        def point(self, name: str, data: bytes, before: Any) -> None:
            upload(yours, yours.home.parent, late, NOW)
            super().point(name, data, before)

    for _ in range(2):
        with pytest.raises(OvertakenError, match="somebody else has published"):
            upload(mine, mine.home.parent, Between(ADDRESS, shelf), NOW + timedelta(seconds=1))
        home = tmp_path / "reader"
        assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == ""
        assert contents(home)[1] == ["QQQ"]


def test_of_two_first_publishers_one_is_told(shelf: Any, tmp_path: Path) -> None:
    mine, yours = (Store(tmp_path / name / "market") for name in ("a", "b"))
    mine.commit(bars=bars())
    yours.commit(bars=bars("QQQ"))

    class Late(Bucket):
        """Another publisher comes after the pointer was looked for, and before the list is read."""

        def sizes(self, prefix: str = "") -> dict[str, int]:
            publish(yours, shelf)
            return super().sizes(prefix)

    with pytest.raises(OvertakenError, match="somebody else has published"):
        upload(mine, mine.home.parent, Late(ADDRESS, shelf), NOW)
    assert CopyReader(Bucket(ADDRESS, shelf), tmp_path / "reader").bring() == ""
    assert contents(tmp_path / "reader")[1] == ["QQQ"]


def test_a_damaged_object_is_never_taken(store: Store, shelf: Any, tmp_path: Path) -> None:
    publish(store, shelf)
    home = tmp_path / "reader"
    assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == ""
    names = [one["path"] for page in shelf.list() for one in page]
    assert len(names) > 3
    for name in names:
        whole = bytes(shelf.get(name).bytes())
        shelf.put(name, whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(StoreError, match="damaged"):
            CopyReader(Bucket(ADDRESS, shelf), tmp_path / "new").bring()
        if name == "published.json":
            assert "damaged" in CopyReader(Bucket(ADDRESS, shelf), home).bring()
        shelf.put(name, whole)
    # a cut one has another size, and the next publication puts it again
    shelf.put(names[0], b"")
    assert publish(store, shelf).objects == 1
    assert contents(home)[0] == 1
    # what a reader's own disk has lost comes again
    lost = next((home / "market" / "objects").iterdir())
    lost.write_bytes(lost.read_bytes()[:-1])
    assert CopyReader(Bucket(ADDRESS, shelf), home).bring() == "" and contents(home)[2] == ()


def test_another_place_is_refused(store: Store, shelf: Any, tmp_path: Path) -> None:
    shelf.put("letters/a.txt", b"mine")
    with pytest.raises(StoreError, match="holds other files"):
        publish(store, shelf)
    with pytest.raises(StoreError, match="nothing is published"):
        CopyReader(Bucket(ADDRESS, shelf), tmp_path / "reader").bring()
