"""Tests of random input: all under one profile of Hypothesis, which no other test imports."""

from __future__ import annotations

from tests.examples import register

register()
