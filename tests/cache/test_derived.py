"""What was worked out: read again, whole or not at all, and whether it is of now."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from cache.store.derived import MOST, Derived, tidy


def test_it_is_read_for_its_question_and_says_whether_it_is_of_now(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "12 abc")
    assert derived.read("IWM YTD") == ({}, False)
    derived.keep("IWM YTD", {"share_up": [["2012-12-31", 0.25]]})
    answer = {"share_up": [["2012-12-31", 0.25]]}
    assert Derived(tmp_path, "12 abc").read("IWM YTD") == (answer, True)
    assert derived.read("IWM 1M") == ({}, False)
    # of another generation, and of another store's of the same number
    assert Derived(tmp_path, "13 abc").read("IWM YTD") == (answer, False)
    assert Derived(tmp_path, "12 abd").read("IWM YTD") == (answer, False)


def test_damage_is_no_answer(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "1 abc")
    derived.keep("asked", {"share_up": [0.25]})
    [file] = (tmp_path / "derived").iterdir()
    whole = file.read_bytes()
    # plain, as an earlier release wrote it
    plain = zlib.decompress(whole)
    file.write_bytes(plain)
    assert derived.read("asked") == ({"share_up": [0.25]}, True)
    for damaged in (plain.replace(b"0.25", b"0.26"), whole[:-1], whole[:20] + b"-" + whole[21:]):
        file.write_bytes(damaged)
        assert derived.read("asked") == ({}, False)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "derived").write_text("a file where the directory would be")
    derived = Derived(tmp_path, "1 abc")
    derived.keep("asked", {})
    assert derived.read("asked") == ({}, False)
    tidy(tmp_path)
    assert (tmp_path / "derived").is_file()


def test_what_was_kept_longest_ago_goes(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "1 abc")
    for number in range(MOST + 2):
        derived.keep(str(number), {"of": number})
        [new] = [p for p in (tmp_path / "derived").iterdir() if p.stat().st_mtime > 1e6]
        os.utime(new, (number, number))
    tidy(tmp_path)
    gone = [n for n in range(MOST + 2) if derived.read(str(n)) == ({}, False)]
    assert gone == [0, 1]
