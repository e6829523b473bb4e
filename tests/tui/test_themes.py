"""The colours of the colour-blind theme, as eyes without one kind of cone see them.

Matrices: G. Machado, M. Oliveira, L. Fernandes, "A Physiologically-based Model for Simulation of
Color Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1, on linear RGB. Difference: CIE 1976,
where 2.3 is what is just seen; contrast: WCAG 2.1, which asks 3 of what is drawn and 4.5 of text.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.data.frames import FloatArray
from tui.text.themes import THEMES

EYES = {
    "all three": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.95047, 1.0, 1.08883])
#: What must be told apart: the pair, up and down, and each of these from each of those.
ROLES = ("small", "large", "up", "down")


def linear(colour: str) -> FloatArray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1, as WCAG 2.1 has it."""
    return float((XYZ @ linear(colour))[1])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.1 has it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: FloatArray) -> FloatArray:
    xyz = XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_scale_is_that_of_the_standard() -> None:
    assert np.linalg.norm(lab(linear("#ffffff")) - lab(linear("#000000"))) == pytest.approx(
        100, 1e-3
    )


@pytest.mark.parametrize("eye", EYES)
def test_the_pair_and_its_signs_are_told_apart_by_every_eye(eye: str) -> None:
    colours = THEMES["colour-blind"].variables
    seen = {role: lab(EYES[eye] @ linear(colours[role])) for role in ROLES}
    for one, other in itertools.combinations(ROLES, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 30, (one, other)


@pytest.mark.parametrize("name", [n for n, theme in THEMES.items() if not theme.ansi])
def test_what_means_something_stands_off_its_ground(name: str) -> None:
    theme = THEMES[name]
    ground = str(theme.background)
    needed = (*((r, 4.5) for r in ROLES), ("gap", 4.5), ("mark", 4.5), ("quiet", 3.0))
    for role, least in needed:
        assert contrast(ground, theme.variables[role]) >= least, role
        # the row under the cursor is the one that is read
        assert contrast(theme.variables["cursor"], theme.variables[role]) >= 3, role
