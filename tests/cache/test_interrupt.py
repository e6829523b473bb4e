"""A child that has nothing to say notices all the same that nobody listens."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

WAITING = """
import sys, time
from cache.interrupt import heed_reader
heed_reader(2)
print("ready", flush=True)
time.sleep(30)
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
            assert child.wait(3) == -15
    finally:
        child.kill()
        child.communicate()
