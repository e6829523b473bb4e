"""A fund that a user adds to funds.toml, checked before it is saved."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.datafile import line_of, parse_toml, toml_string
from cache.facts.errors import SourceError
from cache.facts.funds import checked_tables, issuers_known
from cache.facts.symbols import yahoo_symbol
from core.data.record import record
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from pathlib import Path

#: What an entry may say, as its flags are called.
FLAGS: Final = ("issuer", "product", "index", "title", "family", "address")
FORM: Final = 'fund add SYMBOL --issuer iShares --product 239716 --index "Russell Microcap"'


@record(frozen=True, slots=True)
class FundEntry:
    """What a user says of a fund; "" where they say nothing.

    Attributes:
        symbol: in Yahoo's spelling.
        issuer: by the name of its table in funds.toml.
        product: its number at the issuer.
        index: the index it follows.
        title: as in the issuer's file.
        family: whose reconstitution dates hold for it.
        address: where the file is, for an issuer that is not known.
    """

    symbol: str
    issuer: str = ""
    product: str = ""
    index: str = ""
    title: str = ""
    family: str = ""
    address: str = ""

    def to_toml(self) -> str:
        """The entry as it stands in the file."""
        name = f'"{self.symbol}"' if not self.symbol.replace("-", "").isalnum() else self.symbol
        texts = {key: getattr(self, key) for key in FLAGS}
        lines = [f"{key} = {toml_string(text)}" for key, text in texts.items() if text]
        return "\n".join([f"[funds.{name}]", *lines]) + "\n"


def entry_of(words: str | Sequence[str]) -> FundEntry:
    """The entry of a typed line: a symbol, then flags with a text each.

    Args:
        words: what follows "fund add", as typed or cut into words.

    Raises:
        SourceError: it is no such line; says what would be.
    """
    try:
        parts = shlex.split(words) if isinstance(words, str) else list(words)
    except ValueError:
        raise SourceError(f"a quote is not closed; write {FORM}") from None
    if not parts or parts[0].startswith("-"):
        raise SourceError(f"which fund? write {FORM}")
    fields: dict[str, str] = {}
    flag = ""
    for part in parts[1:]:
        if part.startswith("--"):
            flag = part[2:]
            if flag not in FLAGS or flag in fields:
                flags = " ".join(f"--{name}" for name in FLAGS)
                raise SourceError(f'"{clean(part, 20)}" is not known here, or given twice: {flags}')
            fields[flag] = ""
        elif not flag:
            raise SourceError(f'"{clean(part, 20)}" stands before any flag; write {FORM}')
        else:
            # words without quotes belong together
            fields[flag] = f"{fields[flag]} {part}".strip()
    if empty := next((name for name, text in fields.items() if not text), ""):
        raise SourceError(f"--{empty} of what? write {FORM}")
    return FundEntry(yahoo_symbol(parts[0]), **{k: clean(v, 300) for k, v in fields.items()})


def with_entry(text: str, file: Path, entry: FundEntry) -> str:
    """The text of a user's funds.toml with one more fund.

    Args:
        text: of the file as it is; "" where there is none.
        file: for the messages.
        entry: the fund.

    Raises:
        SourceError: the entry cannot be used, or the file has one of that fund, or is broken.
    """
    if not valid_symbol(entry.symbol):
        name = clean(entry.symbol, 20)
        raise SourceError(f'"{name}" is no symbol; write it as Yahoo does, such as IWM')
    if not (entry.issuer or entry.index or entry.address):
        raise SourceError(
            f"say whose fund {entry.symbol} is (--issuer and --product), where its file is"
            " (--address), or at least what it follows (--index)"
        )
    document = parse_toml(text, str(file))
    if entry.symbol in document.get("funds", {}):
        line = line_of(text, f"funds.{entry.symbol}") or line_of(text, entry.symbol)
        reason = f"has {entry.symbol} already; change it there"
        raise SourceError(reason, file=str(file), line=line)
    issuers = issuers_known(document)
    if entry.issuer and not entry.address:
        if entry.issuer not in issuers:
            names = ", ".join(issuers)
            name = clean(entry.issuer, 30)
            raise SourceError(
                f'no issuer "{name}" is known; known are {names}; another needs --address'
            )
        numbered = any("{product}" in a for a in issuers[entry.issuer])
        if numbered and not entry.product:
            raise SourceError(
                f"{entry.issuer} knows {entry.symbol} by a number: give it with --product, as the"
                " address of the fund's page has it"
            )
    gap = "\n" if text and not text.endswith("\n\n") else ""
    gap = f"\n{gap}" if text and not text.endswith("\n") else gap
    result = f"{text}{gap}{entry.to_toml()}"
    checked_tables(parse_toml(result, str(file)), result, str(file))
    return result
