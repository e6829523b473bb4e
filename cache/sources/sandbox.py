"""Foreign files are parsed in a child process with limits on memory, time and size.

A few kilobytes of hostile CSV or XLSX can cost a reader minutes or all memory. The child
is a fresh interpreter that sets its limits before it imports a parser, reads the file
from its standard input and answers with JSON and .npy bytes; no pickle in either direction.
To start one costs more than to read most files: of many files one child reads several in turn.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import math
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import numpy as np
from numpy.typing import NDArray

from cache.facts import interpreter, regular_files
from cache.facts.clean import clean
from cache.facts.errors import SourceError
from core.data.record import record

#: What a parser gives: fields that JSON can carry, and named arrays.
Parsed = tuple[dict[str, Any], dict[str, NDArray[Any]]]

#: Largest file that is opened at all, bytes.
LARGEST: Final = 256 << 20
_START: Final = (
    "import sys; p = sys.argv[1:]; sys.path[:0] = [x for x in p[1:] if x not in sys.path];"
    "from cache.sources.sandbox import _child; _child(p[0])"
)
#: A child that reads several files may use so many times the processor time of one.
_FILES: Final = 10
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
        file = regular_files.opened(path, largest)
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
    children: Children | None = None,
) -> Parsed:
    """Run a parser over foreign bytes in the limited child.

    Args:
        parser: "module:function", called in the child as ``function(stdin, args)``.
        source: the bytes, or a file opened by `open_regular`, which the child inherits.
        args: what JSON can carry.
        file: the name to use in errors.
        limits: other limits than the usual ones.
        paths: further folders from which the parser may be imported.
        children: those that read several files, to try first where the source is bytes; their
            limits of memory and processor time and their paths hold there.

    Raises:
        SourceError: what the parser said of the file, or that it broke a limit.
    """
    limits = limits or Limits()
    if children is not None and isinstance(source, bytes):
        answer = children.answer(parser, source, args, limits.wall)
        if answer:
            return _received(answer, 0, file, limits)
    stdin_bytes, inherited = (source, None) if isinstance(source, bytes) else (None, source)
    request = {"parser": parser, "args": dict(args), "limits": asdict(limits)}
    try:
        with _started(request, paths, inherited) as child:
            try:
                answer, _ = child.communicate(stdin_bytes, limits.wall)
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


class Children:
    """Limited child processes that read one file after another, each file with its limits of time.

    A child that fails over a file is given up, and the next file goes to a new one. Several
    threads may ask at once; each then has a child to itself.
    """

    def __init__(self, limits: Limits | None = None, paths: Sequence[str] = ()) -> None:
        """No child is started yet.

        Args:
            limits: memory and processor time of a file, other than the usual ones.
            paths: further folders from which parsers may be imported.
        """
        self._limits, self._paths = limits or Limits(), paths
        self._idle: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._idle:
            _ended(self._idle.pop())

    def answer(self, parser: str, source: bytes, args: Mapping[str, Any], wall: float) -> bytes:
        """What a child answers for a file within ``wall`` seconds; nothing where it failed."""
        request = {"parser": parser, "args": dict(args), "size": len(source)}
        try:
            child = self._idle.pop()
        except IndexError:
            try:
                child = _started({"limits": asdict(self._limits)}, self._paths)
            except OSError:
                return b""
        late = threading.Timer(wall, child.kill)
        late.start()
        answer, whole = b"", False
        try:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(json.dumps(request).encode() + b"\n" + source)
            child.stdin.flush()
            size = int(child.stdout.readline())
            answer = child.stdout.read(size)
            whole = len(answer) == size
        except (OSError, ValueError):
            # it died, or was killed as it took too long
            pass
        finally:
            late.cancel()
            if whole:
                self._idle.append(child)
            else:
                _ended(child)
        return answer if whole else b""


def _started(
    request: Mapping[str, Any], paths: Sequence[str], source: BinaryIO | None = None
) -> subprocess.Popen[bytes]:
    """Start a limited child with its request; its standard input is a pipe, or the file.

    Raises:
        OSError: no process can be started.
    """
    variables = {k: v for k, v in os.environ.items() if _KEPT.fullmatch(k)}
    return subprocess.Popen(
        interpreter.python("-c", _START, json.dumps(request), str(interpreter.ROOT), *paths),
        stdin=source or subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=interpreter.environment(variables) | _SINGLE,
    )


def _ended(child: subprocess.Popen[bytes]) -> None:
    """Stop a child that waits for a file, or hangs over one."""
    child.kill()
    # what it did not read any more cannot be written
    with suppress(OSError), child:
        pass


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


def run_here(
    parser: str, source: BinaryIO, args: dict[str, Any], limits: Limits
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Parse in this process: the head of the answer, which JSON can carry, and its arrays."""
    arrays: dict[str, NDArray[Any]] = {}
    try:
        module, _, name = parser.partition(":")
        function: Callable[[BinaryIO, dict[str, Any]], Parsed]
        function = getattr(importlib.import_module(module), name)
        fields, arrays = function(source, args)
        head: dict[str, Any] = {"fields": fields, "arrays": list(arrays)}
    except SourceError as error:
        where = {"line": error.line, "column": error.column, "symbol": error.symbol}
        head = {"error": {"reason": error.reason, **where}}
    except MemoryError:
        reason = f"needs more than {limits.memory >> 20:,} MB of memory to read and was given up"
        head = {"error": {"reason": reason}, "failed": True}
    except Exception as error:
        words = clean(f"{type(error).__name__}: {error}", 160)
        reason = f"is damaged or not of the format it claims ({words})"
        head = {"error": {"reason": reason}, "failed": True}
    return head, arrays


def _child(request: str) -> None:
    """Run in the child: set the limits, call the parser, send the answer."""
    out = os.fdopen(os.dup(1), "wb")
    # What a library prints must not land in the answer.
    os.dup2(2, 1)
    # A short life, and millions of cells: collecting cycles would cost more than it frees.
    gc.disable()
    fields = json.loads(request)
    limits = Limits(**fields["limits"])
    if "parser" in fields:
        _restrict(limits, limits.cpu)
        _send(out, *run_here(fields["parser"], sys.stdin.buffer, fields["args"], limits))
    else:
        _restrict(limits, _FILES * limits.cpu)
        _read_in_turn(sys.stdin.buffer, out, limits)
    out.flush()
    # No clean-up of a library can hold the answer back.
    os._exit(0)


def _read_in_turn(files: BinaryIO, out: BinaryIO, limits: Limits) -> None:
    """Answer one line of JSON and the file after it in turn, each answer's size before it."""
    while line := files.readline():
        _allow(limits.cpu)
        fields = json.loads(line)
        source = io.BytesIO(files.read(fields["size"]))
        head, arrays = run_here(fields["parser"], source, fields["args"], limits)
        if "failed" in head:
            # of what the files before it left, perhaps: a child of its own reads it again
            return
        answer = io.BytesIO()
        _send(answer, head, arrays)
        out.write(b"%d\n" % answer.tell() + answer.getvalue())
        out.flush()
        del source, head, arrays, answer
        gc.collect()


def _send(out: BinaryIO, head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an answer: its head as a line of JSON, then its arrays."""
    out.write(json.dumps(head).encode() + b"\n")
    for array in arrays.values():
        np.save(_Pipe(out.write), array, allow_pickle=False)


@record(frozen=True, slots=True)
class _Pipe:
    """The methods that np.save needs; of a real file it would ask for its position."""

    write: Callable[[bytes], int]


def _restrict(limits: Limits, cpu: int) -> None:
    """Set this process's limits, ``cpu`` seconds in all, as far as the system knows them."""
    try:
        import resource
    except ImportError:
        return
    rlimits = {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_CPU": cpu,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 128,
    }
    for name, value in rlimits.items():
        # A system may not know a limit, or hold a lower one already.
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _allow(seconds: int) -> None:
    """Let this process use so many more seconds of processor time, within its limit in all."""
    try:
        import resource
    except ImportError:
        return
    until = math.ceil(time.process_time()) + seconds
    with suppress(AttributeError, ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (min(until, most), most))
