"""Checks stored data: settings, the user's files, the store, the list of sessions."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.datafile import line_of, read_toml
from cache.facts.errors import CacheError, StoreEmpty
from cache.facts.funds import issuers_known, load_funds
from cache.facts.reference import load_reference
from cache.facts.sessions import listed_through
from cache.facts.vendors import load_vendors, plugin_vendor
from cache.store.store import Store
from tui.doctor.findings import Finding
from tui.state.config import FILE, ConfigError, load

if TYPE_CHECKING:
    from tui.doctor.surroundings import Surroundings

#: Free bytes below which a refresh may not find room, and sessions left before a new release.
_ROOM: Final = 200 * 2**20
_AHEAD: Final = timedelta(days=60)


def config(around: Surroundings) -> list[Finding]:
    """The settings file: is it sound, and what does it set."""
    path = around.places.settings / FILE
    try:
        load(path)
    except ConfigError as error:
        return [Finding("config", "fault", f"{error}", "correct that line, or move the file away")]
    settings = _settings(path) if path.exists() else []
    if not settings:
        state = "sets nothing" if path.exists() else "is not there"
        return [Finding("config", "ok", f"{path} {state}: every setting has its default")]
    return [Finding("config", "ok", f"{path} sets {', '.join(settings)}")]


def _settings(path: Path) -> list[str]:
    """List the settings of a sound file, as they would be written in it."""
    settings: list[str] = []
    for name, value in read_toml(path)[0].items():
        if isinstance(value, dict):
            # A hook's command may hold a password, and this is copied into reports.
            settings += [
                f"[{name}] {key}" + ("" if key == "hook" else f" = {_written(one)}")
                for key, one in value.items()
            ]
        else:
            settings.append(f"{name} = {_written(value)}")
    return settings


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def own_files(around: Surroundings) -> list[Finding]:
    """The user's themes.toml and funds.toml, where there are any."""
    files = [n for n in ("themes.toml", "funds.toml") if (around.places.config / n).exists()]
    try:
        load_reference(around.places.config)
        load_vendors(around.places.config / "funds.toml")
    except CacheError as error:
        return [
            Finding("own files", "fault", f"{error}", "correct that line, or move the file away")
        ]
    if not files:
        return []
    findings = [Finding("own files", "ok", f"{' and '.join(files)} can be used")]
    if "funds.toml" in files:
        findings += _own_funds(around.places.config / "funds.toml")
    return findings


def prices(around: Surroundings) -> list[Finding]:
    """Check which source brings prices, and whether its key is in the environment."""
    try:
        config = load(around.places.settings / FILE)
        vendors = load_vendors(around.places.config / "funds.toml")
    except (ConfigError, CacheError):
        return []  # another look says what is wrong with them
    findings = []
    for key in (config.source, *config.then):
        vendor = vendors.get(key) or plugin_vendor(key)
        lacking = [
            names[0]
            for names in (vendor.keys, vendor.secrets)
            if names and not any(around.environ.get(name) for name in names)
        ]
        if lacking:
            sentence = f"{vendor.name} brings closes and needs {' and '.join(lacking)}"
            then = "set it in the environment of a refresh, cron's too; it is never stored"
            findings.append(Finding("prices", "fault", sentence, then))
        elif key == "files" and (config.folder is None or not config.folder.is_dir()):
            sentence = f"the folder of files is {config.folder or 'not set'}"
            then = 'write folder = "/path/to/files" under [prices] in config.toml'
            findings.append(Finding("prices", "fault", sentence, then))
        else:
            findings.append(Finding("prices", "ok", f"{vendor.name} brings closes"))
    return findings


def _own_funds(path: Path) -> list[Finding]:
    """Find the user's funds that name an issuer, but whose file cannot be requested."""
    document, text = read_toml(path)
    issuers = issuers_known(document)
    findings = []
    for symbol, fund in load_funds(path).items():
        if symbol not in document.get("funds", {}):
            continue
        place = f"{path}, line {line_of(text, f'funds.{symbol}') or line_of(text, symbol)}"
        if fund.issuer and not fund.addresses and fund.issuer not in issuers:
            sentence = f'{place}: {symbol} names the issuer "{fund.issuer}", which is not known'
            then = f"known are {', '.join(issuers)}; any other needs an address of its own"
            findings.append(Finding("own files", "note", sentence, then))
        elif any("{product}" in a for a in issuers.get(fund.issuer, ())) and "//" in fund.address:
            number = document["funds"][symbol].get("product") or load_funds().get(symbol)
            if not number and "address" not in document["funds"][symbol]:
                sentence = f"{place}: {symbol} has no product, by which {fund.issuer} knows it"
                then = "write the number that the address of the fund's page has"
                findings.append(Finding("own files", "note", sentence, then))
    return findings


def store(around: Surroundings) -> list[Finding]:
    """Check the store: its contents, whether it is whole, and who may read and write it."""
    home = around.places.store
    kind = "simulated market" if around.simulated else "market"
    if not home.exists():
        return [Finding("store", "note", f"{home} is not there yet: no data", _first(around))]
    try:
        contents = Store(home, simulated=around.simulated).read()
    except StoreEmpty:
        return [Finding("store", "note", f"{home} holds no data yet", _first(around)), *_mode(home)]
    except CacheError as error:
        return [Finding("store", "fault", f"{error}")]
    if contents.damage:
        then = "the next refresh or import writes a whole one; look after the disk"
        return [Finding("store", "fault", "; ".join(contents.damage), then), *_mode(home)]
    size, files = _size(home)
    sentence = (
        f"{kind} in {home}, generation {contents.generation}, {files:,} files, {size / 1e6:,.1f} MB"
    )
    return [Finding("store", "ok", f"{sentence}, every hash right"), *_mode(home)]


def _first(around: Surroundings) -> str:
    if around.simulated:
        return "internals --demo makes it"
    return "internals refresh fetches, internals import takes your files, internals --demo shows"


def _size(home: Path) -> tuple[int, int]:
    sizes = [
        (Path(folder) / name).lstat().st_size
        for folder, _, names in os.walk(home)
        for name in names
    ]
    return sum(sizes), len(sizes)


def _mode(home: Path) -> list[Finding]:
    """Check whether the store can be written and who else reads it."""
    mode = stat.S_IMODE(home.stat().st_mode)
    if not os.access(home, os.W_OK):
        sentence = f"the store may be read and not written (mode {mode:o})"
        return [Finding("permissions", "note", sentence, "its owner refreshes; the screen works")]
    readers = "others may read" if mode & 0o044 else "yours alone"
    return [Finding("permissions", "ok", f"the store can be written, {readers} (mode {mode:o})")]


def room(around: Surroundings) -> list[Finding]:
    """Free space where the store is, or will be."""
    directory = around.places.store
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    free = shutil.disk_usage(directory).free
    sentence = f"{free / 1e9:,.1f} GB free in {directory}"
    if free < _ROOM:
        return [
            Finding("room", "fault", sentence, f"a refresh needs {_ROOM / 1e6:,.0f} MB: make room")
        ]
    if not os.access(directory, os.W_OK) and directory != around.places.store:
        then = "name a directory of your own with --home or INTERNALS_HOME"
        return [Finding("room", "fault", f"{directory} cannot be written", then)]
    return [Finding("room", "ok", sentence)]


def sessions(around: Surroundings) -> list[Finding]:
    """Check how far ahead the exchange's sessions are known."""
    last = listed_through()
    sentence = f"the exchange's sessions are listed through {last}"
    today = around.now.date()
    then = "install a newer release, or make the list anew: `python3 dev.py sessions` in a checkout"
    if today > last:
        computed = f"{sentence}, later ones are computed from its usual holidays"
        return [Finding("sessions", "note", computed, then)]
    if today + _AHEAD > last:
        return [Finding("sessions", "note", sentence, then)]
    return [Finding("sessions", "ok", sentence)]
