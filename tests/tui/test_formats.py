from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from tui.text import formats

#: Fractions as they are printed.
PERCENTAGES = (
    (0.2231, "+22.31 %"),
    (-0.2184, "-21.84 %"),
    (2.1106, "+211.06 %"),
    (12.3456, "+1,234.56 %"),
    (0.0, "0.00 %"),
    (-0.00001, "0.00 %"),
    (0.00001, "0.00 %"),
    (None, "–"),
    (float("nan"), "–"),
    (float("inf"), "–"),
    (np.float64(0.1), "+10.00 %"),
)


def test_pct() -> None:
    for value, text in PERCENTAGES:
        assert formats.pct(value) == text, value


def test_units_signs_and_places() -> None:
    assert formats.pct(0.649, 1, sign=False) == "64.9 %"
    assert formats.pct(0.649, 1, unit=False) == "+64.9"
    assert formats.pp(0.1484) == "+14.84 pp"
    assert formats.pp(-0.153, 1) == "-15.3 pp"
    assert formats.bp(0.0160) == "+160 bp"
    assert formats.bp(-0.01274, 1, unit=False) == "-127.4"
    assert formats.bp(0.20) == "+2,000 bp"
    assert formats.bp(-0.000004) == "0 bp"
    assert formats.weight(0.0066) == "0.66 %"
    assert formats.weight(None) == "–"
    assert formats.count(1863) == "1,863"
    assert formats.count(0) == "0"
    assert formats.number(-1234.5, 1) == "-1,234.5"


#: How long ago, as it is printed.
AGES = (
    (timedelta(seconds=59), "now"),
    (timedelta(seconds=60), "1 m"),
    (timedelta(minutes=3, seconds=40), "3 m"),
    (timedelta(minutes=59, seconds=59), "59 m"),
    (timedelta(hours=2), "2 h"),
    (timedelta(hours=47), "47 h"),
    (timedelta(days=5), "5 d"),
    (timedelta(days=27), "27 d"),
    (timedelta(days=28), "4 w"),
    (timedelta(days=800), "2 y"),
    (timedelta(minutes=-3), "in 3 m"),
    (timedelta(seconds=-20), "now"),
)


def test_age() -> None:
    now = datetime(2026, 6, 26, 20, 0, tzinfo=UTC)
    for ago, text in AGES:
        assert formats.age(now - ago, now) == text, ago


#: Text, cells and the side it stands on -> what stands there.
FITTED: tuple[tuple[str, int, formats.Align, str], ...] = (
    ("Bloom", 8, "left", "Bloom   "),
    ("Bloom", 8, "right", "   Bloom"),
    ("Bloom", 8, "center", " Bloom  "),
    ("Bloom Energy", 8, "left", "Bloom E…"),
    ("Bloom Energy", 8, "right", "Bloom E…"),
    ("Bloom", 5, "left", "Bloom"),
    ("Bloom", 1, "left", "…"),
    ("Bloom", 0, "left", ""),
    ("株式会社", 8, "left", "株式会社"),
    ("株式会社", 10, "right", "  株式会社"),
    ("株式会社", 7, "left", "株式会…"),
    # Half of a wide character cannot be shown: a blank stands for it.
    ("株式会社", 6, "left", "株式 …"),
    ("e\u0301te\u0301", 4, "left", "e\u0301te\u0301 "),
)


def test_fit() -> None:
    for text, width, align, fitted in FITTED:
        assert formats.fit(text, width, align) == fitted, (text, width, align)


def test_ascii_keeps_every_cell() -> None:
    assert formats.to_ascii("–…●▸▲▼─│█▏·") == "-~*>^v-|#|."
    assert formats.to_ascii("⠀⣿") == " *"
    assert formats.to_ascii("Société") == "Societe"
    assert formats.to_ascii("株A") == "??A"
    assert formats.to_ascii("plain -1.5 %") == "plain -1.5 %"
