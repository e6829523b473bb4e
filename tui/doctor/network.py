"""Checks the network: proxy, certificates, the hosts that a refresh uses, and their clock."""

from __future__ import annotations

import ssl
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cache.facts.errors import CacheError
from cache.facts.funds import load_funds
from cache.facts.vendors import load_vendors
from cache.sources.reach import DEADLINE
from tui.doctor.findings import Finding
from tui.state.config import FILE, ConfigError, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cache.sources.reach import Reached
    from tui.doctor.surroundings import Surroundings

#: Whom yfinance asks for prices.
YAHOO: Final = "query2.finance.yahoo.com"
#: Names of variables, the first that is set counts.
_PROXIES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
#: Seconds that the clock may differ from the hosts'.
_SKEW: Final = 60.0


def _first_set(around: Surroundings, names: tuple[str, ...]) -> tuple[str, str] | None:
    return next(((n, around.environ[n]) for n in names if around.environ.get(n)), None)


def proxy(around: Surroundings) -> list[Finding]:
    """The proxy in force, without its password."""
    setting = _first_set(around, _PROXIES)
    if setting is None:
        return [Finding("proxy", "ok", "none")]
    name, value = setting
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        sentence = f"{name} is no address"
        return [Finding("proxy", "fault", sentence, "write it as http://proxy.example:3128")]
    if not parts.hostname:
        sentence = f"{name} names no host"
        return [Finding("proxy", "fault", sentence, "write it as http://proxy.example:3128")]
    sentence = f"{parts.scheme}://{parts.hostname}{port}, from {name}"
    but = around.environ.get("no_proxy") or around.environ.get("NO_PROXY")
    if name.lower() == "all_proxy":
        then = "the issuers' files are fetched past it: set HTTPS_PROXY instead"
        return [Finding("proxy", "note", sentence, then)]
    return [Finding("proxy", "ok", f"{sentence}, but not for {but}" if but else sentence)]


def certificates(around: Surroundings) -> list[Finding]:
    """The authorities that are trusted."""
    setting = _first_set(around, (*_BUNDLES, "SSL_CERT_FILE"))
    if setting is None:
        number = ssl.create_default_context().cert_store_stats()["x509_ca"]
        sentence = f"the system's, {number:,} authorities" if number else "those of certifi"
        return [Finding("certificates", "ok", f"{sentence}; certifi's for Yahoo")]
    name, value = setting
    try:
        number = ssl.create_default_context(cafile=value).cert_store_stats()["x509_ca"]
    except (OSError, ValueError):
        fault = "holds no certificates" if Path(value).exists() else "does not exist"
        sentence = f"{name} names {value}, which {fault}"
        return [
            Finding("certificates", "fault", sentence, "name a PEM file, or unset the variable")
        ]
    sentence = f"{value}, {number:,} authorities, from {name}"
    if name not in _BUNDLES:
        then = f"Yahoo is reached with certifi's list: set {_BUNDLES[0]} to the same file"
        return [Finding("certificates", "note", sentence, then)]
    return [Finding("certificates", "ok", sentence)]


def network(around: Surroundings) -> list[Finding]:
    """Which of the hosts answer, and whether the clock agrees with theirs."""
    if around.reach is None:
        why = "the simulated market needs none" if around.simulated else "--offline was given"
        return [Finding("network", "note", f"not looked at: {why}"), *clock(around, {})]
    prices = _price_host(around)
    hosts = [*([prices] if prices else []), *_issuers(around)]
    answers = around.reach(hosts)
    findings: list[Finding] = []
    for host in hosts:
        answer = answers[host]
        if answer.seconds is not None:
            findings.append(Finding("network", "ok", f"{host} answers in {answer.seconds:.1f} s"))
            continue
        what = "prices" if host == prices else "holdings"
        findings.append(
            Finding(
                "network",
                "fault",
                f"{host} cannot be reached: {answer.why}",
                f"look at proxy, certificates and firewall; internals import {what} FILE brings"
                " a file of your own",
            )
        )
    return [*findings, *clock(around, answers)]


def _price_host(around: Surroundings) -> str:
    """The host of the first source of prices, "" where it has none."""
    try:
        config = load(around.places.settings / FILE)
        vendors = load_vendors(around.places.config / "funds.toml")
    except (ConfigError, CacheError):
        return YAHOO
    vendor = vendors.get(config.source)
    return (urlsplit(vendor.address).hostname or "") if vendor is not None else ""


def _issuers(around: Surroundings) -> list[str]:
    """Hosts of the holdings files, each issuer's first address, without repetition."""
    try:
        funds = load_funds(around.places.config / "funds.toml")
    except CacheError:
        funds = load_funds()
    hosts = (urlsplit(fund.address).hostname for fund in funds.values() if fund.address)
    return list(dict.fromkeys(host for host in hosts if host))


def clock(around: Surroundings, answers: Mapping[str, Reached]) -> list[Finding]:
    """Compare this machine's clock with that of the first host that sends a date."""
    now = around.now
    sentence = f"{now.astimezone():%Y-%m-%d %H:%M %z}, {now.astimezone(UTC):%H:%M} UTC"
    dates = [one.date for one in answers.values() if one.date is not None]
    if not dates:
        return [Finding("clock", "ok", sentence)]
    # The hosts were asked a moment ago: the slowest answer is within the deadline.
    off = now - max(dates)
    seconds = off.total_seconds()
    if abs(seconds) > _SKEW + DEADLINE:
        direction = "fast" if seconds > 0 else "slow"
        sentence = f"{sentence}: {abs(seconds) / 60:,.0f} minutes {direction}, say the hosts"
        then = "set it (timedatectl set-ntp true): which session has closed is read from it"
        return [Finding("clock", "fault", sentence, then)]
    return [Finding("clock", "ok", f"{sentence}, as the hosts say")]
