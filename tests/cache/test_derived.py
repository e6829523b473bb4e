"""What was worked out from a generation: read again, never of another one, gone with it."""

from __future__ import annotations

from pathlib import Path

from cache.store.derived import Derived, tidy


def test_it_is_read_for_its_generation_and_its_question_alone(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "12 abc")
    assert derived.read("IWM YTD") is None
    derived.keep("IWM YTD", {"share_up": [["2012-12-31", 0.25]]})
    assert Derived(tmp_path, "12 abc").read("IWM YTD") == {"share_up": [["2012-12-31", 0.25]]}
    assert derived.read("IWM 1M") is None
    # another generation, and another store's of the same number
    assert Derived(tmp_path, "13 abc").read("IWM YTD") is None
    assert Derived(tmp_path, "12 abd").read("IWM YTD") is None


def test_damage_is_no_answer(tmp_path: Path) -> None:
    derived = Derived(tmp_path, "1 abc")
    derived.keep("asked", {"share_up": [0.25]})
    [file] = (tmp_path / "derived").iterdir()
    file.write_bytes(file.read_bytes().replace(b"0.25", b"0.26"))
    assert derived.read("asked") is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "derived").write_text("a file where the directory would be")
    derived = Derived(tmp_path, "1 abc")
    derived.keep("asked", {})
    assert derived.read("asked") is None
    tidy(tmp_path, [2])
    assert (tmp_path / "derived").is_file()


def test_it_goes_with_its_generation(tmp_path: Path) -> None:
    for identity in ("3 a", "4 a", "7 a"):
        Derived(tmp_path, identity).keep("asked", {"of": identity})
    tidy(tmp_path, [7, 6, 4])
    kept = [Derived(tmp_path, identity).read("asked") for identity in ("3 a", "4 a", "7 a")]
    assert kept == [None, {"of": "4 a"}, {"of": "7 a"}]
    tidy(tmp_path / "none", [])
