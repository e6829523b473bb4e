"""Foreign files: hostile ones, thousands of mutated ones, and tickers that look like others."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import socket
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cache.facts.errors import SourceError
from cache.sources.holdings.read import read_holdings
from cache.sources.prices.read import read_prices
from cache.sources.sandbox import run
from cache.store.store import Store
from tests.cache.holdings_maker import FOOTER, HEAD, NEW, OLD, SSGA_ROWS, new, old, ssga
from tests.process.test_holdings_hostile import ENTITY, FAR_COLUMN, FAR_ROW, bomb
from tests.torture.fuzzed import mutated, packed
from tests.torture.processes import ROOT
from tests.torture.report import Row, judged

NOW = datetime(2026, 7, 1, 22, tzinfo=UTC)
#: Tickers that a table program takes for something else, or for a place on the disk.
ODD = ("NA", "NAN", "NULL", "TRUE", "FALSE", "0005", "1E5", "INF", "ON", "NO", "N-A", "1-2", "DEC1")
PATHS = ("../../X", "/etc/passwd", "..", ".", "C:\\X", "~root", "A/../B", "/X", "X/", "$HOME")


def files(folder: Path, small: bool) -> Iterator[Row]:
    """What is refused, what is fuzzed, what is kept letter by letter."""
    yield _hostile(folder, small)
    yield _fuzzed(12 if small else 1000)
    yield _odd(folder)


def _hostile(folder: Path, small: bool) -> Row:
    made = _places(folder) | {
        f"{name}.{end}": content
        for end, contents in (("csv", _texts()), ("xlsx", _books()))
        for name, content in contents.items()
    }
    wrong: list[str] = []
    longest, tried = (0.0, ""), 0
    readers: tuple[Callable[[Path], object], ...] = (
        lambda path: read_holdings(path, fund="MINE", as_of=NOW.date(), now=NOW),
        lambda path: read_prices(path, now=NOW),
    )
    for name, content in list(made.items())[:: 4 if small else 1]:
        path = content if isinstance(content, Path) else folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        for read in readers:
            tried += 1
            began = time.monotonic()
            try:
                read(path)
                wrong.append(f"{name} was read")
            except SourceError as error:
                if not str(error).isprintable():
                    wrong.append(f"{name}: {str(error)!r}")
            longest = max(longest, (time.monotonic() - began, name))
    return judged(
        "hostile files",
        "XLSX bombs, far corners, entities, lying sizes; CSV of 200,000 columns, of one name, NUL,"
        " UTF-16, open quotes; pipe, socket, directory, /dev/zero, links to them; both importers",
        "one printable sentence each, within the child's limits",
        f"{tried} refused; the slowest took {longest[0]:.1f} s ({longest[1]})",
        wrong,
    )


def _places(folder: Path) -> dict[str, Path]:
    """What stands at a path and is no regular file with something in it."""
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "empty").touch()
    (folder / "to zero").symlink_to("/dev/zero")
    (folder / "to pipe").symlink_to("pipe")
    (folder / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket"))
    with (folder / "huge").open("wb") as file:
        file.truncate(5 << 30)
    names = ("pipe", "folder", "empty", "to zero", "to pipe", "loop", "socket", "huge", "absent")
    return {name: folder / name for name in names} | {"/dev/zero": Path("/dev/zero")}


def _texts() -> dict[str, bytes]:
    head = b"symbol,date,close,weight,name\n"
    return {
        "200,000 columns": b",".join(b"c%d" % n for n in range(200_000)) + b"\n1,2\n",
        "one name 13,000 times": b"symbol," * 13_000 + b"\n1,2\n",
        "NUL": head + b"A\0B,2026-01-05,1,1,x\n",
        "UTF-16": (head + b"A,2026-01-05,1,1,x\n").decode().encode("utf-16"),
        "UTF-32": (head + b"A,2026-01-05,1,1,x\n").decode().encode("utf-32"),
        "one endless line": head + b"A" * (8 << 20),
        "an open quote": head + b'"A,2026-01-05,1,1,x\n' + b"B,2026-01-05,1,1,x\n" * 200_000,
        "quotes": b'"' * (1 << 20),
        "no newline": b"\x00" * (1 << 20),
        "million rows of nothing": head + b",,,,\n" * 1_000_000,
        "page": b"<!DOCTYPE html><html>sign in</html>",
        "pickle": b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system",
        "not Parquet": b"PAR1" + b"\xff" * 5000 + b"\xff\xff\xff\x7fPAR1",
    }


def _books() -> dict[str, bytes]:
    good = ssga(SSGA_ROWS)
    lying = bytearray(good)
    # The uncompressed size in each central header: a few bytes, whatever is in it.
    at = lying.find(b"PK\x01\x02")
    while at >= 0:
        lying[at + 24 : at + 28] = (5).to_bytes(4, "little")
        at = lying.find(b"PK\x01\x02", at + 4)
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("../../../tmp/pwned", b"x")
    return {
        "100 MB": bomb(b"<x>" + b" " * (100 << 20) + b"</x>"),
        "entity": bomb(ENTITY),
        "far row": bomb(FAR_ROW),
        "far column": bomb(FAR_COLUMN),
        "many members": bomb(members=500),
        "lying sizes": bytes(lying),
        "torn": good[: len(good) // 2],
        "deep": bomb(b"<worksheet>" + b"<a>" * 200_000),
        "out of its folder": nested.getvalue(),
    }


def _fuzzed(each: int) -> Row:
    days = ("2026-01-05", "2026-01-06", "2026-01-07")
    rows = [(s, d, f"{n + 1}.5", "1.0", "0.1", "", "100")
            for n, s in enumerate(("AAA", "NA", "0005")) for d in days]  # fmt: skip
    text = io.StringIO()
    head = ("symbol", "date", "close", "adj_close", "dividend", "split", "volume")
    csv.writer(text).writerows([head, *rows])
    parquet = io.BytesIO()
    columns = {h: [row[i] for row in rows] for i, h in enumerate(head[:2])}
    pq.write_table(pa.table({**columns, "close": [float(row[2]) for row in rows]}), parquet)
    body = old("AAA", "Alpha", "1,000.00") + old("NA", "Nano", "500.00")
    seeds = {
        "holdings CSV": ("holdings", (HEAD + OLD + body * 3 + FOOTER).encode()),
        "new layout": (
            "holdings",
            (HEAD + NEW + new("AAA", "Alpha", "EQUITY", "9.00") + FOOTER).encode(),
        ),
        "XLSX": ("holdings", ssga(SSGA_ROWS)),
        "price CSV": ("prices", text.getvalue().encode()),
        "Parquet": ("prices", parquet.getvalue()),
    }
    came: Counter[str] = Counter()
    wrong: list[str] = []
    for name, (kind, seed) in seeds.items():
        chance = random.Random(name)
        done = 0
        while done < each:
            batch = [mutated(seed, chance) for _ in range(min(100, each - done))]
            done += len(batch)
            options = {"today": "2026-06-30", "adjusted": True} if kind == "prices" else {}
            try:
                fields, _ = run(
                    "tests.torture.fuzzed:many",
                    packed(batch),
                    {"kind": kind, "args": options},
                    file=name,
                    paths=[str(ROOT)],
                )
            except SourceError as error:
                wrong.append(str(error))
                continue
            came.update(fields["came"])
            wrong += [f"{name}: {one}" for one in fields["wrong"]]
    plain = {key: count for key, count in came.items() if not key.startswith("(")}
    return judged(
        "mutated files",
        f"{each:,} of each of {', '.join(seeds)}: bits, splices, cuts, repeats; seeded",
        "read or refused; no reader dies, no limit is met, nothing unclean comes through",
        ", ".join(f"{n:,} {key}" for key, n in sorted(plain.items())),
        wrong,
        came["read"] > 0 and came["refused"] > 0,
    )


def _odd(folder: Path) -> Row:
    from tui.cli.dispatch import run as internals

    path = folder / "odd.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("symbol", "date", "close"))
        out.writerows((s, "2026-01-05", n + 1) for n, s in enumerate((*ODD, *PATHS)))
    home = folder / "odd home"
    before = {p for p in folder.rglob("*") if home not in p.parents}
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        code = internals(["import", "prices", str(path), "--home", str(home)])
    held = Store(home / "market").read().prices
    kept = {s: float(b.close[0, n]) for b in held.blocks for n, s in enumerate(b.symbols)}
    wrong = [s for n, s in enumerate(ODD) if kept.get(s) != n + 1]
    wrong += [s for s in kept if s not in ODD]
    places = {p.name for p in home.rglob("*") if p.is_file()}
    hashed = re.compile(r"[0-9a-f]{64}\.\w+|\d{8}\.json|lock|head")
    strange = [place for place in places if not hashed.fullmatch(place)]
    after = {p for p in folder.rglob("*") if home not in p.parents}
    wrong += strange + [str(p) for p in after - before - {home}]
    return judged(
        "tickers that look like something else",
        f"{' '.join(ODD)} and {len(PATHS)} paths, imported by the command line",
        "kept letter by letter; no path is a ticker, no ticker a path",
        f"{len(kept)} kept, {len(PATHS)} refused (exit {code})",
        wrong,
        code == 1,
    )
