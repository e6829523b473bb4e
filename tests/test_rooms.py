"""The picture of the rooms is the one that the imports draw."""

from __future__ import annotations

from tests.rooms import PICTURE, arrows, drawing, rooms, upward


def test_the_picture_is_the_code() -> None:
    assert PICTURE.read_text("utf-8") == drawing(), "python3 dev.py rooms draws it anew"


def test_no_room_imports_one_that_lies_above_it() -> None:
    assert len(rooms()) > 20 and ("core.note", "core.answer") in arrows(rooms())
    assert upward() == []
