"""Moves of a cursor, or of a drawing that scrolls, by the names that keys have for them."""

from __future__ import annotations


def rows_of_move(how: str, page: int, count: int) -> int:
    """Rows that a move leads down, negative for up; the caller keeps to the rows there are.

    Args:
        how: "down", "up", "page_down", "page_up", "half_page_down", "half_page_up", "first"
            or "last".
        page: rows of a page.
        count: rows there are.
    """
    return {
        "down": 1,
        "up": -1,
        "page_down": page,
        "page_up": -page,
        "half_page_down": page // 2,
        "half_page_up": -(page // 2),
        "first": -count,
        "last": count,
    }[how]
