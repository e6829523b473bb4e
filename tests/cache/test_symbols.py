"""Symbols in Yahoo's spelling, and what is one at all."""

from __future__ import annotations

from cache.facts.symbols import yahoo_symbol
from core.data.symbol_pattern import valid_symbol

SPELLINGS = {
    "NVDA ": "NVDA",
    "BRK.B": "BRK-B",
    "BRK/B": "BRK-B",
    "BRK B": "BRK-B",
    "BRKB": "BRK-B",
    "BFA": "BF-A",
    "BFB": "BF-B",
    "MOGA": "MOG-A",
    "MOGB": "MOG-B",
    "GEFB": "GEF-B",
    "CRDA": "CRD-A",
    "CRDB": "CRD-B",
    "HEIA": "HEI-A",
    "LENB": "LEN-B",
    "UHALB": "UHAL-B",
    "GTNA": "GTN-A",
    "HVTA": "HVT-A",
    "WSOB": "WSO-B",
    "BHA": "BH-A",
    "BIOB": "BIO-B",
    "AGMA": "AGM-A",
    "MKCV": "MKC-V",
    "TAPA": "TAP-A",
    "CLSKW": "CLSK",
    "METCV": "METC",
    "brk.b": "BRK-B",
    # Tickers of their own, though they end like a class.
    "RUSHA": "RUSHA",
    "RUSHB": "RUSHB",
    "CENTA": "CENTA",
    "BELFB": "BELFB",
    "LILAK": "LILAK",
    "GOOGL": "GOOGL",
    # What a spreadsheet would take for something else.
    "NA": "NA",
    "TRUE": "TRUE",
    "0005": "0005",
    "1E5": "1E5",
    # No class is inferred where the table has none.
    "HOLX XX": "HOLX XX",
    # A vendor's suffix goes where it says a US listing.
    "AAPL.US": "AAPL",
    "AAPL.O": "AAPL",
    "JPM.N": "JPM",
    "AAPL UW": "AAPL",
    "NVDA US": "NVDA",
    "AAPL US Equity": "AAPL",
    "BRK/B US": "BRK-B",
    "BRK.B.US": "BRK-B",
    "NASDAQ:AAPL": "AAPL",
    "AAPL:US": "AAPL",
    # Others stay, in Yahoo's spelling.
    "SAP.DE": "SAP.DE",
    "7203.T": "7203.T",
    "VOD.L": "VOD.L",
    "SAP GY": "SAP.DE",
    "MC FP": "MC.PA",
    "7203 JT": "7203.T",
    "700 HK": "0700.HK",
    "TECK/B CN": "TECK-B.TO",
    "MKC.V": "MKC-V",
}


def test_spelling() -> None:
    assert {written: yahoo_symbol(written) for written in SPELLINGS} == SPELLINGS


VALID = ("A", "NA", "TRUE", "0005", "1E5", "BRK-B", "^GSPC", "ES=F", "0700.HK", "Q" * 16)
INVALID = (
    *("", "-", "--", ".", "..", "A..B", "../A", "A/B", "A\\B", "HOLX US", "aapl", "A\n", "Ä", "١"),
    *("Q" * 17, "^", "A;B", "A\0", "CASH_USD", "=A", "\x1b[31mA", "-A", ".A"),
)


def test_what_is_a_symbol() -> None:
    assert [symbol for symbol in (*VALID, *INVALID) if valid_symbol(symbol)] == [*VALID]


def test_a_path_is_not_turned_into_a_symbol() -> None:
    for path in ("A/../B", "../A", "/A", "A/", "A..B"):
        assert not valid_symbol(yahoo_symbol(path))
