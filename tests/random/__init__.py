"""Tests of random input, all under one profile of Hypothesis."""

from tests.examples import register

register()
