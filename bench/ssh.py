"""The wire as users have it: a real ssh on this machine, ``python -m bench.ssh``.

An sshd of its own with its own keys on a free port, a relay before it that counts bytes towards
the user, and the screen inside, plain and with ``ssh -C``; the same for htop where there is one.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.terminal import ROOT, Terminal, drained

#: Where the server is not on a user's path.
_SBIN = "/usr/sbin:/usr/local/sbin:/sbin"


class Relay:
    """Passes connections on to a port and counts what comes back."""

    def __init__(self, port: int) -> None:
        self.count = 0
        self._target = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._socket.accept()
            server = socket.create_connection(("127.0.0.1", self._target))
            for one, other, back in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass, args=(one, other, back), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, back: bool) -> None:
        try:
            while data := one.recv(1 << 16):
                self.count += len(data) if back else 0
                other.sendall(data)
        except OSError:
            pass
        finally:
            other.close()


def serve(where: Path, sshd: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server with keys of its own; it and its port."""
    for name in ("host", "user"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(where / name)]
        subprocess.run(key, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    options = (
        "ListenAddress=127.0.0.1", f"HostKey={where / 'host'}", "PidFile=none", "UsePAM=no",
        f"AuthorizedKeysFile={where / 'user.pub'}", "StrictModes=no", "PermitRootLogin=yes",
    )  # fmt: skip
    command = [sshd, "-D", "-f", "/dev/null", "-p", str(port)]
    server = subprocess.Popen(
        [*command, *(part for option in options for part in ("-o", option))],
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.5)
    if server.poll() is not None:
        raise SystemExit(f"sshd does not start: {server.communicate()[1].strip()}")
    return server, port


def measured(relay: Relay, where: Path, flags: list[str], program: str) -> dict[str, int]:
    """Bytes towards the user: the first screen, and what keys and the mouse bring."""
    inside = f"cd {ROOT} && COLORTERM=truecolor PYTHONPATH={ROOT} exec {program}"
    options = (
        "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
        "IdentitiesOnly=yes",
    )  # fmt: skip
    argv = ["ssh", *flags, "-tt", "-p", str(relay.port), "-i", str(where / "user")]
    argv += [part for option in options for part in ("-o", option)]
    found: dict[str, int] = {}
    with Terminal([*argv, f"{getpass.getuser()}@127.0.0.1", inside]) as terminal:
        terminal.burst(terminal.started, quiet=2.0, wanted=lambda got: len(got) > 200)
        found["first settled screen"], relay.count = relay.count, 0
        mouse = "".join(f"\x1b[<35;{x};20M" for x in range(20, 140, 6))
        down = "\x1b[B"
        moves = {
            "focus": "2",
            "arrow": down,
            "a key held, 30 times": down * 30,
            "every number new": "<",
            "20 mouse moves": mouse,
            "5 s of nothing": "",
        }
        for name, keys in moves.items():
            terminal.send(keys)
            drained(terminal, 5.0 if not keys else 1.5)
            found[name], relay.count = relay.count, 0
    return found


def main() -> None:
    """Measure and print."""
    sshd = shutil.which("sshd") or shutil.which("sshd", path=_SBIN)
    if sshd is None or shutil.which("ssh") is None:
        print("skipped: this needs ssh and sshd (Debian: apt install openssh-server)")
        return
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        ours = [sys.executable, "-m", "tui", "--demo", "--home", str(where / "home")]
        subprocess.run([*ours, "status"], check=True, capture_output=True)
        server, port = serve(where, sshd)
        try:
            relay, found = Relay(port), {}
            table = [sys.executable, "-m", "bench.bare", "table"]
            for name, program in (("internals", ours), ("DataTable", table)):
                for flags in ([], ["-C"]):
                    label = " ".join([name, *flags])
                    relay.count = 0
                    found[label] = measured(relay, where, flags, " ".join(program))
        finally:
            server.terminate()
    print(f"| bytes through ssh | {' | '.join(found)} |\n|---|{'--:|' * len(found)}")
    for name in found["internals"]:
        print(f"| {name} | {' | '.join(f'{each[name]:,}' for each in found.values())} |")


if __name__ == "__main__":
    main()
