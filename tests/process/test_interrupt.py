"""A child that has nothing to say notices all the same that nobody listens."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from cache.facts.errors import SourceError
from cache.refresh.interrupt import unless

WAITING = """
import sys, time
from cache.refresh.interrupt import heed_reader
heed_reader(2)
print("ready", flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_a_silent_child_ends_with_its_reader_and_not_before(kind: str) -> None:
    ours, theirs = os.pipe() if kind == "pipe" else (-1, os.open(os.devnull, os.O_WRONLY))
    child = subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    try:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        assert child.poll() is None
        if kind == "pipe":
            os.close(ours)
            assert child.wait(60) == -15
    finally:
        child.kill()
        child.communicate()


def test_a_call_that_breaks_holds_nobody_up() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    came: list[object] = []
    thread = threading.Thread(
        target=lambda: came.append(unless(threading.Event(), broken)), daemon=True
    )
    thread.start()
    thread.join(60)
    assert len(came) == 1 and isinstance(came[0], SourceError)
    assert "ZeroDivisionError" in came[0].reason
