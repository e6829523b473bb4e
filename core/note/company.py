"""Convert a company's name from an issuer's capitals to usual spelling.

Share classes and corporate suffixes are taken off, and words are written as names are; a small
table holds those that no rule gives.
"""

from __future__ import annotations

import re
from typing import Final

#: Ends of a name that say what kind of company or share it is, in capitals and without points.
_SUFFIXES: Final = frozenset({
    "INC", "INCORPORATED", "CORP", "CORPORATION", "CO", "COMPANY", "COMPANIES", "LTD", "LIMITED",
    "PLC", "LP", "LLC", "LLP", "NV", "SA", "SE", "AG", "AB", "ASA", "SPA", "BV", "KGAA", "REIT",
    "HOLDING", "HOLDINGS", "HLDG", "HLDGS", "GROUP", "GRP", "ADR", "ADS", "COMMON", "STOCK",
    "ORD", "SHS", "SHRS", "SHARES", "NEW", "THE", "CL", "CLASS", "SERIES", "SER", "VOTING", "VTG",
    "NON", "NON-VOTING", "UNIT", "UNITS", "DE", "COS", "ORS", "HOLDNGS",
    # cut off by the issuer
    "IN", "GRO", "HOLDIN",
})  # fmt: skip
#: An issuer's file cuts names off at so many characters: the last word of one is no whole one.
CUT: Final = 34
#: The same where the whole name would else be one short word: "Eaton", but "News Corp".
_KEPT_AFTER: Final = frozenset({"NEWS", "TRADE", "TARGET", "FIRST", "HOME"})
_CLASS: Final = re.compile(
    r"\b(?:CLASS|CL|SERIES|SER)\s+[A-Z0-9]\b(?:\s+VOTING)?|(?<=\w)-[A-C]$", re.IGNORECASE
)
#: A first name after its surname: "SCHWAB (CHARLES)".
_SURNAME: Final = re.compile(r"^(\w+) \((?!THE\))([\w.]+)\)", re.IGNORECASE)
#: A letter that a colon or an apostrophe once tied to a name: "BALLY S", "LENNAR A".
_OWNED: Final = re.compile(r"\b(\w{3,}) S(?= \w{2,}|$)")
_CLASSES: Final = frozenset("ABC")
_SMALL: Final = frozenset({"OF", "AND", "THE", "FOR", "IN", "ON", "A", "AN", "AT", "BY", "DE"})
_NUMERAL: Final = re.compile(r"(?:II|III|IV|VI|VII|VIII|IX)")
#: Words that no rule writes right.
_WORDS: Final = {
    "SITIME": "SiTime", "MAXLINEAR": "MaxLinear", "SERVICENOW": "ServiceNow", "PAYPAL": "PayPal",
    "EBAY": "eBay", "JPMORGAN": "JPMorgan", "MCDONALDS": "McDonald's", "LOWES": "Lowe's",
    "MOODYS": "Moody's", "KLA": "KLA", "AES": "AES", "EOG": "EOG", "EQT": "EQT", "IDEX": "IDEX",
    "AIG": "AIG", "ADP": "ADP", "IQVIA": "IQVIA", "ONEOK": "ONEOK", "AMETEK": "Ametek",
    "NETAPP": "NetApp", "FEDEX": "FedEx", "BLACKROCK": "BlackRock", "DOORDASH": "DoorDash",
    "DIGITALOCEAN": "DigitalOcean", "CROWDSTRIKE": "CrowdStrike", "APPLOVIN": "AppLovin",
    "TRANSMEDICS": "TransMedics", "DATADOG": "Datadog", "AUTOZONE": "AutoZone",
    "CARMAX": "CarMax", "COSTAR": "CoStar", "DAVITA": "DaVita", "DEXCOM": "DexCom",
    "EPAM": "EPAM", "GODADDY": "GoDaddy", "MARKETAXESS": "MarketAxess", "METLIFE": "MetLife",
    "MSCI": "MSCI", "PULTEGROUP": "PulteGroup", "VERISIGN": "VeriSign", "WEC": "WEC",
    "INTL": "International", "TECH": "Technologies", "TECHNOLOGIE": "Technologies",
    "FINL": "Financial", "SVCS": "Services", "MFG": "Manufacturing", "PHARMA": "Pharma",
    "HUT": "Hut", "CONOCOPHILLIPS": "ConocoPhillips", "LYONDELLBASELL": "LyondellBasell",
    "HEALTHEQUITY": "HealthEquity", "AEROVIRONMENT": "AeroVironment", "PENNYMAC": "PennyMac",
    "KINDERCARE": "KinderCare", "L3HARRIS": "L3Harris", "IONQ": "IonQ", "SOFI": "SoFi",
    "ABBVIE": "AbbVie", "UNITEDHEALTH": "UnitedHealth", "NEXTERA": "NextEra", "RESMED": "ResMed",
    "TRANSDIGM": "TransDigm", "CENTERPOINT": "CenterPoint", "AVALONBAY": "AvalonBay",
    "FIRSTENERGY": "FirstEnergy", "NISOURCE": "NiSource", "KEYCORP": "KeyCorp",
    "FACTSET": "FactSet", "GLOBALFOUNDRIES": "GlobalFoundries", "ECHOSTAR": "EchoStar",
    "BRIDGEBIO": "BridgeBio", "INTERDIGITAL": "InterDigital", "TERAWULF": "TeraWulf",
    "STONEX": "StoneX", "SOUNDHOUND": "SoundHound", "CLEANSPARK": "CleanSpark",
    "DIGITALBRIDGE": "DigitalBridge", "FIRSTCASH": "FirstCash", "FORMFACTOR": "FormFactor",
    "ENERSYS": "EnerSys", "IRHYTHM": "iRhythm", "RADNET": "RadNet", "NUSCALE": "NuScale",
    "LENDINGCLUB": "LendingClub", "IMMUNITYBIO": "ImmunityBio", "BIGBEAR.AI": "BigBear.ai",
    "CRISPR": "CRISPR", "VSE": "VSE", "ASGN": "ASGN", "DNOW": "DNOW", "GPGI": "GPGI",
    "WISDOMTREE": "WisdomTree", "TRINET": "TriNet", "RENTCORP": "RentCorp",
    "INTERNATION": "International", "SOLUTIO": "Solutions", "INDUSTRIE": "Industries",
    "INDU": "Industries", "TRANSPRT": "Transport", "EQUIT": "Equities", "INVS": "Investment",
    "EVGO": "EVgo", "WAFD": "WaFd", "AIRJOULE": "AirJoule", "BIOSCIENCES": "Biosciences",
}  # fmt: skip
#: Initials that hold a vowel, and so look like words.
_INITIALS: Final = frozenset({
    "USA", "US", "UK", "AI", "IT", "AAR", "ABM", "ACI", "ACNB", "ADT", "AMC", "AMN", "ANI", "APA",
    "ASML", "ATN", "AZZ", "CBIZ", "CBRE", "CECO", "CME", "CNO", "COPT", "CPI", "CRA", "CTO", "DTE",
    "ECB", "FTAI", "GATX", "GEO", "HCA", "HCI", "HNI", "IAC", "ICF", "ICU", "IDT", "IES", "IMAX",
    "LCI", "LGI", "MARA", "MBIA", "MDU", "MFA", "MGE", "MYR", "NMI", "NVE", "OFG", "ORIC", "OSI",
    "PACS", "PRA", "RCI", "RXO", "SBA", "SIGA", "TIC", "TKO", "TTEC", "UDR", "UFP", "UMB", "USCB",
    "UTI", "VICI", "XOMA", "XPEL",
})  # fmt: skip
#: Symbols whose company is known by another name than its file's.
_NAMES: Final = {
    "IBM": "IBM", "GOOG": "Alphabet", "GOOGL": "Alphabet", "BRK-B": "Berkshire Hathaway",
    "BRK.B": "Berkshire Hathaway", "LLY": "Eli Lilly", "MMM": "3M", "T": "AT&T", "WMT": "Walmart",
    "AMZN": "Amazon", "META": "Meta", "PG": "Procter & Gamble", "HUT": "Hut 8",
    "JNJ": "Johnson & Johnson", "PM": "Philip Morris", "KO": "Coca-Cola", "XOM": "Exxon Mobil",
    "HIMS": "Hims & Hers Health", "PCG": "PG&E", "TMUS": "T-Mobile", "TTWO": "Take-Two",
    "QBTS": "D-Wave Quantum", "FLG": "Flagstar Bank", "IFF": "International Flavors & Fragrances",
    "PEG": "Public Service Enterprise", "FIS": "Fidelity National Information Services",
    "NGVC": "Natural Grocers by Vitamin Cottage", "FCX": "Freeport-McMoRan", "MTB": "M&T Bank",
    "ANF": "Abercrombie & Fitch", "OI": "O-I Glass", "MCD": "McDonald's",
    "MAA": "Mid-America Apartment Communities", "AIG": "American International Group",
}  # fmt: skip


def company(name: str, symbol: str) -> str:
    """A company's name as it is printed; the symbol where there is none.

    Args:
        name: from a holdings file, such as "BLOOM ENERGY CLASS A CORP".
        symbol: the line's.
    """
    if symbol in _NAMES:
        return _NAMES[symbol]
    tidy = name.replace(",", " ").replace(" W/D", "").replace("/", " ").replace("+", "&")
    tidy = _SURNAME.sub(r"\2 \1", tidy)
    words = _CLASS.sub(" ", _OWNED.sub(r"\1'S", tidy)).split()
    last = words[-1].upper() if words else ""
    if len(name) >= CUT and len(words) > 2 and not (_is_suffix(last) or last in _WORDS):
        # cut off inside a word by the issuer: what is whole is kept
        words.pop()
    if len(words) > 1 and words[0].upper() == "THE":
        words = words[1:]
    while _ends_in_suffix(words):
        words.pop()
    if not words:
        return symbol
    if any(letter.islower() for letter in "".join(words)):
        return " ".join(map(_capitals, words))
    return " ".join(_word(word, place) for place, word in enumerate(words))


def _capitals(word: str) -> str:
    """A word that is written as names are, but for capitals inside it: "CrowdStrike"."""
    spelled = _WORDS.get(word.upper(), word)
    return spelled if spelled.upper() == word.upper() else word


def _ends_in_suffix(words: list[str]) -> bool:
    """Whether the last word says what kind of company or share it is, or nothing at all."""
    if len(words) < 2:
        return False
    before, last = words[-2:]
    if _is_suffix(last):
        return not (len(words) == 2 and before.upper() in _KEPT_AFTER)
    if last.upper() in ("&", "-", "AND", "OF") or last in _CLASSES:
        return True
    # "INC A", "INC MD", "INC TRUST": what follows a suffix is of the share, or of a state
    return _is_suffix(before) and (len(last) <= 2 or last.upper() == "TRUST")


def _is_suffix(word: str) -> bool:
    return re.sub(r"[^A-Z]", "", word.upper()) in _SUFFIXES and word.upper() not in ("A", "B")


def _word(word: str, place: int) -> str:
    """One word of a name in capitals, as names are written."""
    if word in _WORDS or word in _INITIALS:
        return _WORDS.get(word, word)
    if place and word in _SMALL:
        return word.lower()
    plain = re.sub(r"[^A-Z]", "", word)
    initials = len(plain) <= 4 and not re.search("[AEIOUY]", plain)
    if initials or len(plain) <= 2 or _NUMERAL.fullmatch(word) or "&" in word:
        return word
    if "-" in word:
        return "-".join(_word(part, 0) for part in word.split("-"))
    if re.fullmatch(r"MC[B-DF-HJ-NP-TV-Z]\w{3,}", word):
        return f"Mc{word[2:].capitalize()}"
    if re.fullmatch(r"O'\w{3,}", word):
        return f"O'{word[2:].capitalize()}"
    return word.capitalize()
