"""Set up, run and check the project: ``python3 dev.py COMMAND``.

demo [OPTIONS]   the screen on a simulated market, no network
check            style, types, import contracts and the tests
torture          the experiments of docs/promises.md in their short form, three minutes
quick [OPTIONS]  the tests that start no process and no terminal, in about a minute
test [OPTIONS]   any tests: the options of pytest
random [OPTIONS] the tests of random input with fresh seeds and ten times the examples
picture          draw the session of the README anew
rooms            draw the rooms of docs/architecture.md anew, from the imports
sessions         make the table of exchange sessions anew
lock             pin every package anew
newest [OPTIONS] the tests with the newest release of every package, in .venv-newest
release          build the sdist and the wheel into dist/, try both, with checksums and an SBOM
buckets          the desk on a bucket against a server of S3, which it installs, and its experiments
audit [OPTIONS]  look every pinned package up in the database of known vulnerabilities
manual           write the manual page, docs/internals.1, anew from the parser and the key table

Needs Python 3.11 or newer with venv and pip, and nothing else. Everything is installed into
.venv beside this file, every package pinned with its hash.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENV = ROOT / ".venv"
BIN = ENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
RELEASE_LOCK = ROOT / "requirements-release.lock"
#: Folders whose tests are not quick, and the markers they set (tests/conftest.py).
SLOW = ("process", "terminal", "random", "torture")
#: How tests are run: a worker that is done takes over what another has left.
TESTS = ("-m", "pytest", "--dist", "worksteal", "-n")
#: What the sdist must hold beside the code, for whoever builds and tests it elsewhere.
SHIPPED = (
    "LICENSE", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "dev.py",
    "requirements-dev.lock",
    "docs/architecture.svg", "docs/session.svg", "docs/notebook.py", "tests/conftest.py",
    "bench/compute.py", "tests/answers/vectors.json", "core/py.typed",
    "cache/facts/data/sessions.csv", "tui/screen/app.tcss", "tui/cli/SKILL.md",
)  # fmt: skip


def call(*command: str | Path) -> None:
    """Run a command in the project's folder and leave with its exit code when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def tests(python: Path, *options: str, workers: int = 3) -> None:
    """Run pytest; of three workers one mostly waits, for a process or a server of its test's."""
    call(python, *TESTS, str(workers), *options)


def ready(lock: Path) -> None:
    """Make .venv hold what a lock file lists, and the project itself; quick when it does."""
    if sys.version_info < (3, 11):  # noqa: UP036  said here, as pip would say it less clearly
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    digest = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = ENV / f"{lock.name}.ready"
    if not (stamp.exists() and stamp.read_text() == digest and PYTHON.exists()):
        install(lock)
        stamp.write_text(digest)


def compile_program() -> None:
    """Compile the program as pip does what it installs, also where Python writes no bytecode."""
    call(PYTHON, "-m", "compileall", "-q", "core", "cache", "tui")


def install(lock: Path) -> None:
    """Put what a lock file lists, and the project itself, into .venv.

    Developers' packages are compiled when they are imported: few are, and all take half a minute.
    """
    message = f"downloading the packages of {lock.name} into .venv, this once"
    print(message, file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.create(ENV, with_pip=True)
    pip = (PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    compiled = () if lock == RUN_LOCK else ("--no-compile",)
    call(*pip, *compiled, "--require-hashes", "-r", lock)
    call(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")


def check() -> None:
    """Style, types, the import contract and the tests, but for the experiments of `torture`.

    mypy keeps one core busy. On another the tests are collected meanwhile, which compiles them
    and what they import: otherwise each worker does it for itself.
    """
    ready(DEV_LOCK)
    call(BIN / "ruff", "check", ".")
    call(BIN / "ruff", "format", "--check", "--quiet", ".")
    most = ("--ignore=tests/torture",)
    with subprocess.Popen([BIN / "mypy"], cwd=ROOT) as types:
        call(BIN / "lint-imports", "--no-cache")
        collect = [PYTHON, "-m", "pytest", "--collect-only", *most]
        # errors of collection are reported by the run below
        subprocess.run(collect, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    if types.returncode:
        sys.exit(types.returncode)
    tests(PYTHON, "--durations=15", *most)


def quick(rest: list[str]) -> None:
    """The tests that start no process and no terminal.

    None of them draws from Hypothesis, whose plugin imports all of it at the end of every run.
    """
    ready(DEV_LOCK)
    folders = [f"--ignore=tests/{name}" for name in SLOW]
    marked = " and ".join(f"not {name}" for name in SLOW)
    tests(PYTHON, "-p", "no:hypothesispytest", "-m", marked, *folders, *rest, workers=2)


def release() -> None:
    """Build the sdist, and the wheel from it; each has what it should and runs by itself."""
    ready(DEV_LOCK)
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    call(PYTHON, "-m", "build", "--no-isolation", "--outdir", dist)
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (root,) = Path(folder).iterdir()
        lacking = [name for name in SHIPPED if not (root / name).exists()]
        if lacking:
            sys.exit(f"{sdist.name} lacks {', '.join(lacking)}")
        alone = Path(folder) / "alone"
        venv.create(alone, with_pip=True)
        python = alone / BIN.name / PYTHON.name
        (site,) = (PYTHON.parents[1] / "lib").glob("python*/site-packages")
        (own,) = (alone / "lib").glob("python*/site-packages")
        # what it depends on is here already; the checkout itself is not on its path
        (own / "dependencies.pth").write_text(f"{site}\n")
        call(python, "-m", "pip", "--quiet", "install", "--no-deps", "--no-index", wheel)
        note = [str(python.with_name("internals")), "note", "--demo", "--home", folder]
        answered = subprocess.run(note, cwd=folder, capture_output=True, text=True, check=False)
        if answered.returncode or "SIMULATED" not in answered.stdout:
            sys.exit(f"{wheel.name} does not answer: {answered.stderr.strip()}")
        version = subprocess.run([note[0], "--version"], capture_output=True, text=True, check=True)
    sbom = dist / f"{wheel.stem}.cdx.json"
    call(
        tool("cyclonedx-py"), "requirements", RUN_LOCK, "--pyproject", "pyproject.toml",
        "--output-reproducible", "--output-file", sbom,
    )  # fmt: skip
    sums = [f"{digest(file)}  {file.name}\n" for file in (sdist, wheel, sbom)]
    (dist / "SHA256SUMS").write_text("".join(sums))
    print(f"{sdist.name} and {wheel.name}: {version.stdout.strip()}, both tried")


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tool(name: str) -> Path:
    """A program of the release's own environment, .venv-release, made where there is none."""
    where = ROOT / ".venv-release"
    stamp = where / "ready"
    if not stamp.exists() or stamp.read_text() != digest(RELEASE_LOCK):
        venv.create(where, with_pip=True, clear=True)
        pip = (where / BIN.name / PYTHON.name, "-m", "pip", "--quiet", "install")
        call(*pip, "--require-hashes", "-r", RELEASE_LOCK)
        stamp.write_text(digest(RELEASE_LOCK))
    return where / BIN.name / name


def audit(rest: list[str]) -> None:
    """Look every package that a user or a developer installs up; asks the network.

    A package that the database was not asked about is a failure: nothing is known of it. The
    options are pip-audit's: ``--vulnerability-service osv --osv-url URL`` asks a mirror.
    """
    options = ("--strict", "--require-hashes", "--disable-pip", *rest, "--requirement")
    for file in (RUN_LOCK, DEV_LOCK, RELEASE_LOCK):
        call(tool("pip-audit"), *options, file)


def buckets() -> None:
    """A desk on a bucket against moto's server, which is too large for the lock; DuckDB beside."""
    ready(DEV_LOCK)
    packages = ("moto[server]", "duckdb", "duckdb-extension-httpfs")
    call(PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *packages)
    call(PYTHON, "-m", "pytest", "tests/process/test_bucket_server.py")
    call(PYTHON, "-m", "tests.torture", "buckets")


def newest(rest: list[str]) -> None:
    """The tests with the newest release of everything, Textual past its pin among them."""
    where = ROOT / ".venv-newest"
    python = where / BIN.name / PYTHON.name
    if not python.exists():
        venv.create(where, with_pip=True)
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--upgrade")
    call(*pip, "--upgrade-strategy", "eager", "--editable", ".[build,dev]")
    # pip says that this is not what the project asks for: that is what is to be tried
    call(*pip, "textual")
    call(python, "-m", "pip", "--disable-pip-version-check", "list", "--format", "freeze")
    tests(python, *rest)


def lock() -> None:
    """Pin every package anew, with hashes; run it under the oldest Python that is supported."""
    ready(DEV_LOCK)
    locks = ((RUN_LOCK, ("build",)), (DEV_LOCK, ("build", "dev")))
    for target, extras in (*locks, (RELEASE_LOCK, ("release",))):
        options = [f"--extra={extra}" for extra in extras]
        quiet = ["--no-header", "--no-emit-index-url", "--no-emit-trusted-host"]
        quiet += ["--no-emit-find-links", "--no-annotate", "--quiet"]
        safe = ["--generate-hashes", "--allow-unsafe", "--strip-extras", "--upgrade"]
        call(
            PYTHON, "-m", "piptools", "compile", *safe, *quiet, *options,
            "--output-file", target, "pyproject.toml",
        )  # fmt: skip


def main(arguments: list[str]) -> None:
    """One command; whatever it starts keeps the bytecode, or each process compiles all anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command, rest = (arguments or [""])[0], arguments[1:]
    if command == "demo":
        ready(RUN_LOCK)
        compile_program()
        call(BIN / "internals", "--demo", *rest)
    elif command == "check":
        check()
    elif command == "quick":
        quick(rest)
    elif command == "test":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "pytest", *rest)
    elif command == "torture":
        ready(DEV_LOCK)
        tests(PYTHON, "tests/torture", *rest)
    elif command == "random":
        ready(DEV_LOCK)
        tests(PYTHON, "-m", "hypothesis", "--hypothesis-profile=fresh", *rest)
    elif command == "release":
        release()
    elif command == "audit":
        audit(rest)
    elif command == "buckets":
        buckets()
    elif command == "manual":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "tui.cli.manual")
    elif command == "rooms":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "tests.rooms")
    elif command == "newest":
        newest(rest)
    elif command == "lock":
        lock()
    elif command == "picture":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "tests.picture")
    elif command == "sessions":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "cache.facts.make_sessions")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
