"""Twenty years of two funds' holdings files: `python -m bench.history [--years N] [--lines N N]`.

Month-end files in an issuer's layout are made up, imported into an empty home, and asked. Every
figure is of a whole process, started one after another; on a busy machine processor time says more.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cache.facts.sessions import sessions

if TYPE_CHECKING:
    from core.data.frames import Dates

FUNDS: Final = ("IWM", "SPY")
FIRST: Final = 2006
MEASURES: Final = (
    "share_up,median,equal_weight,mean_less_median,share_outperforming,weight_outperforming,"
    "dispersion,dispersion_cap_weighted,skew,equal_less_cap,names_for_half,effective_n,"
    "effective_n_gains,gini,gini_gains,top1_share,top3_share,top10_share,top10_weight_start,"
    "top10_weight"
)
_ROOT: Final = Path(__file__).resolve().parents[1]
_SECTORS: Final = ("Energy", "Financials", "Industrials", "Materials", "Utilities", "Health Care")
#: Part of a fund's lines that leave it in a year, and that others take the place of.
_TURNOVER: Final = 0.04
_TITLES: Final = (
    "Ticker", "Name", "Asset Class", "Weight (%)", "Price", "Shares", "Market Value",
    "Notional Value", "Sector", "SEDOL", "ISIN", "Exchange",
)  # fmt: skip


class Run(NamedTuple):
    """A whole process: seconds on the clock, and seconds of processor time with its children."""

    wall: float
    cpu: float


def run(arguments: Sequence[str]) -> Run:
    """Run the program once; a process that fails ends the measurement."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", *arguments],
        cwd=_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # 1: answered in part
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(arguments[:2])} failed")
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime)


def write_files(folder: Path, fund: str, lines: int, years: int, seed: int) -> list[Path]:
    """Write a fund's file of every month's last session.

    Args:
        folder: of the files.
        fund: its symbol, which names the files.
        lines: in each file.
        years: from 2006 on.
        seed: of the random numbers.
    """
    draw = np.random.default_rng(seed)
    count = lines + round(lines * _TURNOVER * years)
    price, shares = draw.uniform(10, 200, count), np.exp(draw.normal(12, 1.3, count)).round()
    # one line after another leaves, and the next of those that wait takes its place
    leaves = np.sort(draw.permutation(count)[: count - lines])
    members = np.zeros(count, bool)
    members[:lines] = True
    paths = []
    days = session_days(years)
    for month, day in enumerate(days[np.append(np.diff(days.astype("datetime64[M]")) > 0, True)]):
        price *= np.exp(draw.normal(0.005, 0.08, count))
        shares = (shares * (1 + draw.normal(0, 0.0005))).round()
        gone = len(leaves) * month // (12 * years)
        members[: lines + gone] = True
        members[leaves[:gone]] = False
        paths.append(folder / f"{fund}_{day}.csv")
        _write(paths[-1], fund, day, np.nonzero(members)[0], price, shares)
    return paths


def session_days(years: int) -> Dates:
    """The exchange's sessions."""
    first, last = (np.datetime64(f"{year}-01-01") for year in (FIRST, FIRST + years))
    known = sessions()
    return known[(known >= first) & (known < last)]


def _write(path: Path, fund: str, day: np.datetime64, lines: Any, price: Any, shares: Any) -> None:
    """Write one file, its lines by value."""
    value = (price * shares).round(2)
    whole = value[lines].sum()
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Fund Holdings as of", f"{day.item():%b %d, %Y}"])
        out.writerow([])
        out.writerow(_TITLES)
        for line in lines[np.argsort(-value[lines])].tolist():
            dollars = f"{value[line]:,.2f}"
            out.writerow(
                (
                    f"{fund[0]}{line:04}", f"{fund} COMPANY NUMBER {line} INC", "Equity",
                    f"{100 * value[line] / whole:.2f}", f"{price[line]:,.2f}",
                    f"{shares[line]:,.2f}", dollars, dollars, _SECTORS[line % len(_SECTORS)],
                    f"B{line:06}", f"US{fund}{line:07}", ("NASDAQ", "NYSE")[line % 2],
                )
            )  # fmt: skip


def write_closes(path: Path, years: int) -> None:
    """Write the closes of both funds on every session."""
    days, draw = session_days(years), np.random.default_rng(1)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("symbol", "date", "close"))
        for fund in FUNDS:
            close = 100 * np.exp(np.cumsum(draw.normal(0.0003, 0.012, len(days))))
            out.writerows(
                (fund, day, f"{value:.2f}") for day, value in zip(days, close, strict=True)
            )


def measured(folder: Path, lines: Sequence[int], years: int) -> Iterator[tuple[str, str]]:
    """What was measured, and its figure in words."""
    home, pair = folder / "home", ["--pair", ":".join(FUNDS), "--basis", "pr"]
    in_home = ["--home", str(home)]
    closes = folder / "closes.csv"
    write_closes(closes, years)
    run(["import", "prices", str(closes), *in_home])
    before, zipped = _size(home), folder / "files.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for seed, (fund, count) in enumerate(zip(FUNDS, lines, strict=True)):
            paths = write_files(folder, fund, count, years, seed)
            for path in paths:
                archive.write(path, path.name)
            files = [str(path) for path in paths]
            taken = run(["import", "holdings", *files, "--fund", fund, *in_home])
            yield f"import of {len(files)} files of {count:,} lines", _seconds(taken)
    part = (_size(home) - before) / zipped.stat().st_size
    yield "the store's files over a zip of the same", f"{part:.2f} |"
    for year in (FIRST + years // 10, FIRST + years - 1):
        asked = ["note", *pair, "--window", "1M", "--as-of", f"{year}-06-30", *in_home]
        runs = [run(asked) for _ in range(3)]
        yield f"an answer over June {year}, best of 3", _seconds(min(runs, key=lambda r: r.cpu))
    asked = ["history", *pair, "--measure", MEASURES, "--window", "1M", "--format", "csv", *in_home]
    for every, state in (
        ("month", "the first question after the import"),
        ("session", "for the first time"),
        ("session", "kept"),
    ):
        yield f"20 measures by {every}, {state}", _seconds(run([*asked, "--every", every]))
    shutil.rmtree(home / "market" / "derived")
    taken = run([*asked, "--every", "month"])
    yield "20 measures by month, with nothing kept", _seconds(taken)
    yield "`internals status`", _seconds(run(["status", *in_home]))


def _size(home: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())


def _seconds(taken: Run) -> str:
    return f"{taken.wall:.1f} | {taken.cpu:.1f}"


def main() -> None:
    """Measure, and print the table as it grows."""
    options = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    options.add_argument("--years", type=int, default=20)
    options.add_argument("--lines", type=int, nargs=2, default=(2000, 500))
    asked = options.parse_args()
    sys.stdout.write("| | s | s of processor time |\n|---|--:|--:|\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in measured(Path(folder), asked.lines, asked.years):
            sys.stdout.write(f"| {name} | {figure} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
