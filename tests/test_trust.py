"""What the code may not do, whoever writes it next: load pickles, run a shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Modules whose reading runs code that a file brings.
UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
#: Calls by which a library reads a pickle.
READERS = {"read_pickle", "unpickle"}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for room in ("core", "cache", "tui"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return set()


def faults(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in imported(node) & UNPICKLERS:
            yield f"line {node.lineno}: imports {name}"  # type: ignore[attr-defined]
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        of = getattr(getattr(node.func, "value", None), "id", "")
        given = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
        if called in READERS:
            yield f"line {node.lineno}: {called}"
        if (of, called) in (("np", "load"), ("np", "save")) and given.get(
            "allow_pickle"
        ) is not False:
            yield f"line {node.lineno}: np.{called} may unpickle"
        if given.get("shell") is True or (of, called) in (("os", "system"), ("os", "popen")):
            yield f"line {node.lineno}: runs a shell"


def test_no_pickle_is_loaded_and_no_shell_is_run() -> None:
    found = {str(path): list(faults(tree)) for path, tree in modules()}
    assert len(found) > 100
    assert {path: said for path, said in found.items() if said} == {}


def test_the_search_finds_what_it_looks_for() -> None:
    bad = (
        "import pickle, os\nfrom shelve import open as o\nnp.load(f)\n"
        "np.load(f, allow_pickle=True)\n"
        "pd.read_pickle(f)\nos.system('x')\nsubprocess.run('x', shell=True)\n"
    )
    assert len(list(faults(ast.parse(bad)))) == 7
    assert not list(faults(ast.parse("np.load(f, allow_pickle=False)\nimport json\n")))
