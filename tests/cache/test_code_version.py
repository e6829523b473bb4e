"""The digest of the code that works out the measures."""

from __future__ import annotations

from pathlib import Path

import core
from cache.facts import code_version


def test_it_tells_any_change_of_a_module(tmp_path: Path) -> None:
    """A changed constant, a module that moved, and one that is new; a README is no code."""
    digests = set()
    for name, files in {
        "first": {"a.py": "X = 1\n", "b/c.py": ""},
        "changed": {"a.py": "X = 2\n", "b/c.py": ""},
        "moved": {"a.py": "X = 1\n", "c.py": ""},
        "new": {"a.py": "X = 1\n", "b/c.py": "", "b/d.py": ""},
        "same": {"a.py": "X = 1\n", "b/c.py": "", "README.md": "words"},
    }.items():
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        digests.add(code_version.measures_digest(tmp_path / name))
    assert len(digests) == 4


def test_it_is_of_the_measures_that_are_run() -> None:
    (folder,) = core.__path__
    assert code_version.measures_digest() == code_version.measures_digest(Path(folder))
