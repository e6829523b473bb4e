"""What the code may not do: unpickle, run text, name an index host, take an unhashed package."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for room in ("core", "cache", "tui") for path in (ROOT / room).rglob("*.py"))
#: Modules that make objects, and so run code, from bytes.
UNPICKLERS = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
#: Hosts of package indices, in pieces so that this file names none.
HOSTS = ("py" + "pi.org", "python" + "hosted", "anaconda" + ".org", "npm" + "js")


def imported(tree: ast.AST) -> set[str]:
    """The top modules a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_and_no_text_is_run(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not imported(tree) & UNPICKLERS
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        assert not (isinstance(node.func, ast.Name) and name in ("eval", "exec")), node.lineno
        assert name not in ("read_pickle", "to_pickle", "unsafe_load"), node.lineno
        shell = named.get("shell")
        assert shell is None or (isinstance(shell, ast.Constant) and shell.value is False)
        verify = named.get("verify")
        assert not (isinstance(verify, ast.Constant) and verify.value is False), node.lineno
        if name in ("load", "save") and ast.unparse(node.func).startswith("np."):
            pickles = named.get("allow_pickle")
            assert isinstance(pickles, ast.Constant) and pickles.value is False, node.lineno


def test_no_certificate_goes_unverified() -> None:
    switched_off = re.compile(r"CERT_NONE|_create_unverified|check_hostname\s*=\s*False")
    assert not [path for path in SOURCES if switched_off.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_pinned_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    pins = [line for line in lines if not line.lstrip().startswith("#")]
    assert len(pins) > 15
    for pin in pins:
        assert re.fullmatch(
            r"[A-Za-z0-9][\w.\-]*("
            r"\[[\w,\-]+\])?==[\w.+!]+( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+ *",
            pin,
        ), pin[:80]
    assert "://" not in text


@pytest.mark.process
def test_no_index_host_is_named() -> None:
    command = ["git", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a checkout")
    for name in done.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and not name.endswith((".png", ".gif", ".npy")):
            text = path.read_text("utf-8", "replace")
            assert not [host for host in HOSTS if host in text], name


CANARY = """
import pickle, sys
def refuse(*args, **how): raise SystemExit("something was unpickled")
for name in ("load", "loads", "Unpickler"): setattr(pickle, name, refuse)
from pathlib import Path
from tests.torture import steps
from cache.store.store import Store
home = Path(sys.argv[1])
for step in (1, 2, 3): steps.commit(Store(home), step)
(home / "objects" / "x.npy").write_bytes(b"\\x80\\x04.")
print(steps.reached(home))
"""


@pytest.mark.process
def test_the_store_is_read_without_an_unpickler(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CANARY, str(tmp_path / "home")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("3\n", "")
