"""What a terminal was sent, taken apart: which sequences, and what lies between them."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from binascii import Error
from typing import Final

#: What the program itself sends: colours and cursor, modes of the screen, mouse and paste, queries
#: of its own at the start, the title's stack.
CSI: Final = re.compile(r"\x1b\[[0-9;:]*m|\x1b\[[0-9;]*[HABCDGJKXdtr]|\x1b\[[?<>=][0-9;$]*[a-zA-Z]")
OSC: Final = re.compile(r"\x1b\](\d+);([^\x07\x1b]*)(?:\x07|\x1b\\)")
#: Keypad modes, cursor saved and restored, character set.
SHORT: Final = re.compile(r"\x1b[=>78]|\x1b\([B0]|\x1b\[s|\x1b\[u|\x1b\[!p")
#: What a fault must not bring in; a payload carries one of these words.
WORD: Final = "PWNED"


def faults(sent: bytes) -> list[str]:
    """What in a terminal's input no program of ours should send."""
    found: list[str] = []
    try:
        text = sent.decode("utf-8")
    except UnicodeDecodeError as error:
        found.append(f"bytes that are no UTF-8: {error}")
        text = sent.decode("utf-8", "replace")

    def osc(match: re.Match[str]) -> str:
        number, content = match[1], match[2]
        if number == "52":
            found.extend(_copied(content))
        elif number not in ("0", "2", "22") or WORD in content or not content.isprintable():
            found.append(f"OSC {number} {content[:40]!r}")
        return ""

    rest = SHORT.sub("", CSI.sub("", OSC.sub(osc, text)))
    for at, character in enumerate(rest):
        if character not in "\r\n\t\x07\x0f" and unicodedata.category(character)[0] == "C":
            found.append(f"{character!r} in {rest[max(at - 10, 0) : at + 20]!r}")
        if len(found) > 20:
            break
    return found


def _copied(content: str) -> list[str]:
    """What is wrong with a text sent to the clipboard."""
    try:
        text = b64decode(content.partition(";")[2], validate=True).decode("utf-8")
    except (Error, ValueError):
        return [f"OSC 52 {content[:40]!r}"]
    if content.endswith(";UFdORUQ="):
        return ["OSC 52 of a payload"]
    wrong = [c for c in text if c not in "\n\t" and unicodedata.category(c)[0] == "C"]
    return [f"copied {wrong[:5]!r}"] if wrong else []
