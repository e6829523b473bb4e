"""Foreign files are parsed in a child process with limits on memory, time and size.

A few kilobytes of hostile CSV or XLSX can cost a reader minutes or all memory. The child
is a fresh interpreter that sets its own limits before it imports a parser, reads the file
from its standard input and answers with JSON and .npy bytes; no pickle in either direction.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from cache.facts import interpreter, regular
from cache.facts.clean import clean
from cache.facts.errors import SourceError
from core.data.record import record

#: What a parser gives: fields that JSON can carry, and named arrays.
Parsed = tuple[dict[str, Any], dict[str, NDArray[Any]]]

#: Largest file that is opened at all, bytes.
LARGEST: Final = 256 << 20
_START: Final = (
    "import sys; p = sys.argv[1:]; sys.path[:0] = [x for x in p[2:] if x not in sys.path];"
    "from cache.sources.sandbox import _child; _child(p[0], p[1])"
)
#: What an interpreter needs to find its libraries; nothing else of the environment is handed on.
_KEPT: Final = re.compile(
    r"PATH|HOME|LANG|LC_ALL|TZ|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|SYSTEMROOT|APPDATA"
    r"|PYTHON(PATH|HOME|USERBASE)"
)
#: One thread each: every pool would reserve address space that counts against the limit.
_SINGLE: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@record(frozen=True, slots=True)
class Limits:
    """What the child may use.

    Attributes:
        memory: address space, bytes.
        cpu: processor time, seconds.
        wall: time on the clock, seconds.
    """

    memory: int = 2 << 30
    cpu: int = 60
    wall: float = 120.0


def open_regular(path: Path, largest: int = LARGEST) -> BinaryIO:
    """A regular file opened for reading; anything else is refused without being read.

    Raises:
        SourceError: it is missing, a directory, a pipe, a device, empty, too large or
            may not be read.
    """
    try:
        file = regular.opened(path, largest)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        name = clean(str(path), 200)
        raise SourceError(f"cannot be opened: {reason.lower()}", file=name) from None
    if not os.fstat(file.fileno()).st_size:
        file.close()
        reason = "is empty; a file with a header and rows is needed"
        raise SourceError(reason, file=clean(str(path), 200))
    return file


def run(
    parser: str,
    source: bytes | BinaryIO,
    args: Mapping[str, Any],
    *,
    file: str,
    limits: Limits | None = None,
    paths: Sequence[str] = (),
) -> Parsed:
    """Run a parser over foreign bytes in the limited child.

    Args:
        parser: "module:function", called in the child as ``function(stdin, args)``.
        source: the bytes, or a file opened by `open_regular`, which the child inherits.
        args: what JSON can carry.
        file: the name to use in errors.
        limits: other limits than the usual ones.
        paths: further folders from which the parser may be imported.

    Raises:
        SourceError: what the parser said of the file, or that it broke a limit.
    """
    limits = limits or Limits()
    given, inherited = (source, None) if isinstance(source, bytes) else (None, source)
    request = json.dumps({"args": dict(args), "limits": asdict(limits)})
    command = interpreter.python("-c", _START, parser, request, str(interpreter.ROOT), *paths)
    variables = {k: v for k, v in os.environ.items() if _KEPT.fullmatch(k)}
    try:
        with subprocess.Popen(
            command,
            stdin=inherited or subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=interpreter.environment(variables) | _SINGLE,
        ) as child:
            try:
                answer, _ = child.communicate(given, limits.wall)
            except BaseException as error:
                child.kill()
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                reason = f"takes longer than {limits.wall:g} seconds to read and was given up"
                raise SourceError(reason, file=file) from None
    except OSError as error:
        reason = f"cannot be read: no process could be started for it ({error.strerror})"
        raise SourceError(reason, file=file) from None
    return _received(answer, child.returncode, file, limits)


def _received(answer: bytes, code: int, file: str, limits: Limits) -> Parsed:
    """Parse the child's answer."""
    stream = io.BytesIO(answer)
    try:
        head = json.loads(stream.readline())
        if "error" in head:
            raise SourceError(**head["error"], file=file)
        names = head["arrays"]
        return head["fields"], {name: np.load(stream, allow_pickle=False) for name in names}
    except (ValueError, KeyError, TypeError, EOFError):
        used = f"more than {limits.cpu} s of processor time or {limits.memory >> 20:,} MB"
        reason = f"could not be read: the reader stopped (code {code}), perhaps after using {used}"
        raise SourceError(reason, file=file) from None


def answered(
    parser: str, source: BinaryIO, args: dict[str, Any], limits: Limits
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Parse in this process: the head of the answer, which JSON can carry, and its arrays.

    Args:
        parser: "module:function", as of `run`.
        source: the file.
        args: the parser's.
        limits: those that the process has.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        module, _, name = parser.partition(":")
        function: Callable[[BinaryIO, dict[str, Any]], Parsed]
        function = getattr(importlib.import_module(module), name)
        fields, arrays = function(source, args)
        head: dict[str, Any] = {"fields": fields, "arrays": list(arrays)}
    except SourceError as error:
        where = {"line": error.line, "column": error.column, "symbol": error.symbol}
        head, arrays = {"error": {"reason": error.reason, **where}}, {}
    except MemoryError:
        arrays = {}
        reason = f"needs more than {limits.memory >> 20:,} MB of memory to read and was given up"
        head = {"error": {"reason": reason}}
    except Exception as error:
        arrays = {}
        words = clean(f"{type(error).__name__}: {error}", 160)
        head = {"error": {"reason": f"is damaged or not of the format it claims ({words})"}}
    return head, arrays


def _child(parser: str, request: str) -> None:
    """Run in the child: set the limits, call the parser, send the answer."""
    out = os.fdopen(os.dup(1), "wb")
    # What a library prints must not land in the answer.
    os.dup2(2, 1)
    # A short life, and millions of cells: collecting cycles would cost more than it frees.
    gc.disable()
    wanted = json.loads(request)
    limits = Limits(**wanted["limits"])
    _restrict(limits)
    head, arrays = answered(parser, sys.stdin.buffer, wanted["args"], limits)
    out.write(json.dumps(head).encode() + b"\n")
    for array in arrays.values():
        np.save(_Pipe(out.write), array, allow_pickle=False)
    out.flush()
    # No clean-up of a library can hold the answer back.
    os._exit(0)


@record(frozen=True, slots=True)
class _Pipe:
    """The methods that np.save needs; of a real file it would ask for its position."""

    write: Callable[[bytes], int]


def _restrict(limits: Limits) -> None:
    """Set the limits for this process, as far as the system knows them."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_CPU": limits.cpu,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 128,
    }
    for name, value in wanted.items():
        # A system may not know a limit, or hold a lower one already.
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))
