"""Parsers for `test_limited` that echo, misbehave or fail; the limited child imports this file.

It loads nothing that the child has not loaded already.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cache.facts.errors import SourceError
from cache.sources.sandbox import Parsed


def echo(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    data = stream.read()
    print("what a library prints")
    array = np.frombuffer(data, np.uint8).astype(np.float64)
    days = np.array(["2026-01-21", "NaT"], "datetime64[D]")
    return {"args": args, "size": len(data), "text": "é\x1b"}, {"bytes": array, "days": days}


def environment(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    here = any(entry in ("", str(Path.cwd())) for entry in sys.path)
    return {"names": sorted(os.environ), "here": here}, {}


def hog(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    return {"size": len(bytearray(3 << 30))}, {}


def spin(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    while True:
        pass


def sleep(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    time.sleep(60)
    return {}, {}


def crash(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    os.abort()


def fail(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    raise KeyError("a\x1b[31m column")


def complain(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    raise SourceError("is wrong here", line=7, column="close", symbol="AAA")


def write(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    Path(args["path"]).write_bytes(b"x" * 10)
    return {}, {}


def objects(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    return {}, {"pickled": np.array([object()], object)}


def busy(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """Use processor time, leave memory behind that only a collection frees, name the process."""
    until = time.process_time() + args["seconds"]
    while time.process_time() < until:
        pass
    cycle: list[object] = [bytearray(args["leave"])]
    cycle.append(cycle)
    return {"process": os.getpid(), "size": len(stream.read())}, {}
