"""``python -m tests.torture.ext4 FOLDER TIMES``, as root in a mount namespace of its own.

A file system in a file is cut off from its disk again and again while a child commits to it.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests.torture import steps
from tests.torture.processes import NO_MOUNT, begun, complete_lines

#: _IOR('X', 125, __u32), and "do not flush the journal", as the power would not.
SHUTDOWN, NO_FLUSH = 0x8004587D, 2


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60)


def main(folder: Path, times: int) -> None:
    """Cut, mount, look; prints JSON."""
    image, place = folder / "ext4.img", folder / "mounted"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    place.mkdir()
    try:
        run("mkfs.ext4", "-q", "-F", image)
        run("mount", "-o", "loop", image, place)
    except (OSError, subprocess.SubprocessError):
        sys.exit(NO_MOUNT)
    wrong, inside, chance, known = list[str](), 0, random.Random(3), 0
    try:
        for _ in range(times):
            acknowledged = _cut(place, chance.uniform(0.0, 0.2)) or known
            run("umount", place)
            run("mount", "-o", "loop", image, place)
            known, said = steps.seen(place / "home", acknowledged)
            wrong += [said] if said else []
            inside += any((place / "home").glob("*/.*"))
    finally:
        run("umount", place)
    print(json.dumps({"cuts": times, "steps": acknowledged, "inside": inside, "wrong": wrong}))


def _cut(place: Path, after: float) -> int:
    """Let a child commit for a while, cut its disk off; the last step it acknowledged."""
    child = begun("commit", place / "home", 4000)
    time.sleep(after)
    opened = os.open(place, os.O_RDONLY)
    fcntl.ioctl(opened, SHUTDOWN, struct.pack("I", NO_FLUSH))
    os.close(opened)
    try:
        out = child.communicate(timeout=20)[0]
    finally:
        child.kill()
    lines = [line for line in complete_lines(out) if line.isdigit()]
    return int(lines[-1]) if lines else 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
