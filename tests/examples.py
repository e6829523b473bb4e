"""How many examples a test of random input tries, and the two profiles they are drawn by."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

#: The profile of an ordinary run: the same examples each time, nothing kept from run to run.
REPEATABLE: Final = "repeatable"
#: The profile of ``python3 dev.py random``: new examples each time, and more of them.
FRESH: Final = "fresh"
#: How many times as many.
MORE: Final = 10


def register() -> None:
    """Register both profiles and load the repeatable one.

    Slow examples are no failure: other tests run beside them.
    """
    settings.register_profile(
        REPEATABLE,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    repeatable = settings.get_profile(REPEATABLE)
    more = MORE * repeatable.max_examples
    settings.register_profile(
        FRESH, repeatable, derandomize=False, max_examples=more, print_blob=True
    )
    settings.load_profile(REPEATABLE)
    _draw_no_constants_of_modules()


def _draw_no_constants_of_modules() -> None:
    """Let Hypothesis draw no constants from the source of imported modules, in an ordinary run.

    Which modules a worker has imported depends on the tests that it ran before, and so would the
    examples; reading the constants of 400 modules also takes each worker seconds. Hypothesis has
    no setting for it.
    """
    of_modules = getattr(providers, "_get_local_constants", None)
    if of_modules is not None:
        none = type(providers.GLOBAL_CONSTANTS)()
        providers._get_local_constants = lambda: (
            none if settings.default.derandomize else of_modules()
        )


def examples(count: int) -> settings:
    """Settings of a test: how many examples an ordinary run tries."""
    return settings(max_examples=count if settings.default.derandomize else MORE * count)
