"""The program's entry: ``internals`` and ``python -m tui``."""

from __future__ import annotations

import gc
import os
import signal
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    # until the program is there, ctrl+c ends it as it ends any other, without a traceback
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    # no product here is worth a thread, and NumPy's start waits for those it is given
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # what modules make while they load is no garbage
    gc.disable()
    from tui.cli.run import run

    gc.enable()
    signal.signal(signal.SIGINT, before)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
