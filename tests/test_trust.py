"""What the code may not do: unpickle, run text or a shell, name an index host, go unhashed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms import FLOORS

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
#: Modules that make objects, and so run code, from bytes.
UNPICKLERS = {
    "pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle",
}  # fmt: skip
#: Calls by which a library reads or writes a pickle, or an unsafe file.
READERS = {"read_pickle", "to_pickle", "unpickle", "unsafe_load"}
#: Without one of these words a file has no fault and needs no parsing.
SUSPECT = re.compile(
    rf"\b({'|'.join((*UNPICKLERS, *READERS))}|eval|exec|shell|verify|np\.(load|save)"
    r"|os\.(system|popen))\b"
)
#: Hosts of package indices, in pieces so that this file names none.
HOSTS = ("py" + "pi.org", "python" + "hosted", "anaconda" + ".org", "npm" + "js")


def imported(node: ast.AST) -> set[str]:
    """The top modules that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return set()


def faults(tree: ast.Module) -> Iterator[str]:
    """What a module does that it may not, a sentence each."""
    for node in ast.walk(tree):
        for name in imported(node) & UNPICKLERS:
            yield f"line {node.lineno}: imports {name}"  # type: ignore[attr-defined]
        if not isinstance(node, ast.Call):
            continue
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        owner = getattr(getattr(node.func, "value", None), "id", "")
        values = {
            word.arg: word.value.value if isinstance(word.value, ast.Constant) else ast.Constant
            for word in node.keywords
        }
        if function in ("eval", "exec"):
            yield f"line {node.lineno}: runs text"
        if READERS & {method, function}:
            yield f"line {node.lineno}: unpickles or reads unsafely"
        if owner == "np" and method in ("load", "save") and values.get("allow_pickle") is not False:
            yield f"line {node.lineno}: np.{method} may unpickle"
        if values.get("shell", False) is not False or (owner, method) in (
            ("os", "system"),
            ("os", "popen"),
        ):
            yield f"line {node.lineno}: runs a shell"
        if values.get("verify") is False:
            yield f"line {node.lineno}: verifies no certificate"


def test_nothing_is_unpickled_and_neither_text_nor_a_shell_is_run() -> None:
    assert len(SOURCES) > 100
    found = {}
    for path in SOURCES:
        if SUSPECT.search(text := path.read_text("utf-8")):
            found[str(path.relative_to(ROOT))] = list(faults(ast.parse(text)))
    assert len(found) > 10
    # as the standard library makes a dataclass: of the names of its fields, at import, and no more
    (fault,) = found.pop("core/data/record.py")
    assert fault.endswith("runs text")
    assert {path: sentences for path, sentences in found.items() if sentences} == {}


def test_the_search_finds_what_it_looks_for() -> None:
    bad = (
        "import pickle, os\nfrom shelve import open as o\nnp.load(f)\n"
        "np.load(f, allow_pickle=True)\nnp.save(f, a, allow_pickle=allowed)\n"
        "pd.read_pickle(f)\nos.system('x')\nsubprocess.run('x', shell=True)\n"
        "subprocess.run('x', shell=asked)\neval('1')\nexec(text)\nget(url, verify=False)\n"
    )
    assert len(list(faults(ast.parse(bad)))) == 12
    assert all(SUSPECT.search(line) for line in bad.splitlines())
    good = "np.load(f, allow_pickle=False)\nimport json\nsubprocess.run(['x'], shell=False)\n"
    assert not list(faults(ast.parse(good)))


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
from cache.store.store import Store
from tests.cache.stores import RAW, bars, dump, holdings, rich
home = Path(sys.argv[1])
Store(home).commit(bars=rich(), holdings=[(holdings(), RAW)])
written = Store(home).commit(bars=bars(), holdings=[(holdings("SPY"), RAW)])
(home / "objects" / "x.npy").write_bytes(b"\\x80\\x04.")
print(dump(Store(home).read()) == dump(written))
"""


@pytest.mark.process
def test_the_store_is_read_without_an_unpickler(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CANARY, str(tmp_path / "home")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")
