"""Runs every check in order; a check that fails is a finding too."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cache.sources.reach import reach
from tui.doctor import machine, network, stored_data, terminal_checks
from tui.doctor.findings import Finding, to_json, to_text
from tui.doctor.surroundings import Surroundings
from tui.terminal.capabilities import here
from tui.text.streams import ANSWERED, IN_PART, write

if TYPE_CHECKING:
    from tui.state.places import Places

Look = Callable[[Surroundings], list[Finding]]


def examine(around: Surroundings) -> list[Finding]:
    """Everything that was found, in the order to read it."""
    looks: tuple[tuple[str, Look], ...] = (
        ("terminal", terminal_checks.terminal),
        ("colours", terminal_checks.colours),
        ("characters", terminal_checks.characters),
        ("reach", terminal_checks.mouse_and_clipboard),
        ("config", stored_data.config),
        ("own files", stored_data.own_files),
        ("prices", stored_data.prices),
        ("store", stored_data.store),
        ("room", stored_data.room),
        ("sessions", stored_data.sessions),
        ("python", machine.python),
        ("system", machine.system),
        ("packages", machine.packages),
        ("painting", machine.painting),
        ("proxy", network.proxy),
        ("certificates", network.certificates),
        ("network", network.network),
    )
    findings: list[Finding] = []
    for topic, look in looks:
        try:
            findings += look(around)
        except Exception as error:  # one look that fails must not cost the others
            fault = f"could not be looked at: {type(error).__name__}: {error}"
            findings.append(
                Finding(topic, "fault", fault, "this is a fault of the program; report it")
            )
    return findings


def report(where: Places, *, demo: bool, offline: bool, kind: str) -> int:
    """Run every check, print the findings, and return whether something has to be mended."""
    size: tuple[int, int] | None = None
    with suppress(OSError, AttributeError, ValueError):
        size = os.get_terminal_size(sys.__stdout__.fileno())  # type: ignore[union-attr]
    around = Surroundings(
        environ=os.environ,
        now=datetime.now(UTC),
        terminal=here(),
        size=size,
        places=where,
        simulated=demo,
        reach=None if demo or offline else reach,
    )
    findings = examine(around)
    width = min(size[0] if size else 100, 120)
    write(to_json(findings) if kind == "json" else to_text(findings, width), kind=kind)
    return IN_PART if any(one.state == "fault" for one in findings) else ANSWERED
