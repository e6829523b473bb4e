"""`internals completion SHELL`: what Tab completes in a shell, made from the parser itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from cache.facts.funds import load_funds
from core.data.question import STEPS
from core.explain.measures import MEASURES
from tui.cli.argument_types import path
from tui.cli.arguments import whole_parser
from tui.state.config import PAIRS
from tui.text.streams import ANSWERED, BAD_INPUT, say, write


def completion(shell: str) -> int:
    """Write the completion script of a shell on stdout and return the exit code."""
    try:
        import shtab
    except ImportError:
        return say("completion needs one more package: pip install shtab", BAD_INPUT)
    parser = whole_parser()
    for action in _actions(parser):
        if action.type is path:
            directory = action.metavar == "DIR"
            action.complete = shtab.DIRECTORY if directory else shtab.FILE  # type: ignore[attr-defined]
        elif action.choices is None and (words := _words(action)):
            action.choices = words
    write(shtab.complete(parser, shell) + "\n")
    return ANSWERED


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument of a parser and of the commands below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
        else:
            yield action


def _words(action: argparse.Action) -> tuple[str, ...]:
    """List the words that an argument is most often given; () where anything may stand."""
    # by its option: `forget series` has a measure too, and that is a series
    if "--measure" in action.option_strings:
        return tuple(MEASURES)
    if action.dest == "pair":
        return tuple(f"{small}:{large}" for small, large in PAIRS)
    if action.dest == "window":
        return (*STEPS, "H1", "H2")
    if action.dest in ("fund", "index"):
        return tuple(load_funds())
    return ()
