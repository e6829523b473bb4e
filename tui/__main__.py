"""The program's entry: ``internals``, ``python -m tui``, and this file run by a child."""

from __future__ import annotations

# an interrupt before `main` is one of Python's own, with a traceback: nothing more is loaded here
import gc
import os
import signal
import sys

#: The folder in which `core`, `cache` and `tui` lie side by side.
_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
_BAD_INPUT = 2


def main() -> None:
    """Run the command line and leave with its exit code."""
    # until the program is there, ctrl+c ends it as it ends any other, without a traceback
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # in the background of a shell's script it stays ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _set_path()
    if misplaced := _misplaced():
        if sys.stderr is not None:
            sys.stderr.write(f"internals: {misplaced}\n")
        sys.exit(_BAD_INPUT)
    # no product here is worth a thread, and NumPy's start waits for those it is given
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # what modules make while they load is no garbage
    gc.disable()
    from tui.cli.dispatch import INTERRUPTED, run

    gc.enable()
    code = INTERRUPTED
    sys.unraisablehook = _not_raised
    try:
        signal.signal(signal.SIGINT, before)
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        pass
    finally:
        # without one also while the interpreter takes itself down
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(code)


def _not_raised(lost: sys.UnraisableHookArgs) -> None:
    """Where ctrl+c came in code out of which nothing is raised, such as a destructor: end at once.

    Python would print a traceback, and the command would go on.
    """
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)


def _set_path() -> None:
    """Let modules be found in this program's folder, and not in the one that one stands in.

    The latter is on the path with ``python -m``, and where an entry of PYTHONPATH is empty.
    """
    try:
        directory = os.getcwd()  # noqa: PTH109
    except OSError:
        directory = ""
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    if directory and os.path.realpath(directory) != _ROOT and not directory.startswith(library):
        sys.path[:] = [entry for entry in sys.path if entry not in ("", directory)]
    if not _ours("tui", _origin("tui")):
        sys.path.insert(0, _ROOT)


def _origin(name: str) -> str | None:
    """The file that a package would be loaded from; nothing of it is run."""
    from importlib.util import find_spec

    spec = find_spec(name)
    return spec.origin if spec is not None else None


def _ours(name: str, origin: str | None) -> bool:
    """Whether a package of this program would be loaded from its folder."""
    folder = os.path.join(_ROOT, name)  # noqa: PTH118
    return origin is not None and os.path.dirname(os.path.realpath(origin)) == folder  # noqa: PTH120


def _misplaced() -> str:
    """Which part of the program another module hides, in a sentence; "" where all lie together."""
    for name in ("tui", "core", "cache"):
        origin = _origin(name)
        if origin is None:
            return f"its part {name} is missing in {_ROOT!a}; install internals again"
        if not _ours(name, origin):
            return (
                f"{origin!a} hides the part {name} of this program, which is in"
                f" {_ROOT!a}; take its folder out of PYTHONPATH"
            )
    return ""


if __name__ == "__main__":
    main()
