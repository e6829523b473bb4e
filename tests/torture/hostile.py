"""A market whose every text is hostile, as if the gate had let it in; run, it is the screen.

``python -m tests.torture.hostile`` shows it on the terminal it is given.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

from core.data.frames import Holdings, LeftOut, Theme
from core.data.market import Market
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, QUESTION, small_market

#: Rewrites the title and the clipboard, moves, clears, asks, turns round, hides, acts, closes.
PAYLOADS = (
    "\x1b]0;PWNED\x07",
    "\x1b]8;;https://pwned.invalid\x1b\\PWNED\x1b]8;;\x1b\\",
    "\x1b]52;c;UFdORUQ=\x07PWNED",
    "\x1b[2J\x1b[HPWNED",
    "\x1b[31;5mPWNED\x1b[0m",
    "\x1b[?1049lPWNED",
    "\x1b[6n\x1b[cPWNED",
    "\x1bP1;1|17/PWNED\x1b\\",
    "\x1bcPWNED",
    "\x1b_PWNED\x1b\\",
    "\x9b31mPWNED\x9d0;PWNED\x9c",
    "\x90PWNED\x9c",
    "\u202ePWNED\u202c\u2066\u2069",
    "PWN\u200bED\u200d\ufeff\u2060",
    "[@click=app.quit]PWNED[/]",
    "[@click=app.bell()]PWNED[/]",
    "[/]PWNED",
    "[red]PWNED",
    "[link=https://pwned.invalid]PWNED[/link]",
    "PWNED\r\n\x08\x08\x7f\x00\x0e",
    "$PWNED${app.title}",
    "PWNED\U000e0041\ue000\ud800\u0301\u0301\u0301\u0301",
    "\u2028PWNED\u2029\x85\x0b\x0c",
    "=HYPERLINK(PWNED)|PWNED`PWNED`<script>PWNED</script>",
)


def bad(number: int, text: str = "") -> str:
    """A text that carries one of the payloads."""
    return PAYLOADS[number % len(PAYLOADS)] + text


def dirty(clean: Market) -> Market:
    """The market with every text replaced: symbols, names, sectors, sources, reasons, themes."""
    pair = (QUESTION.small, QUESTION.large)
    held = sorted({s for block in clean.prices.blocks for s in block.symbols} - set(pair))
    new = {symbol: bad(number, symbol) for number, symbol in enumerate(held)}

    def file(rows: Holdings, shift: int) -> Holdings:
        size = len(rows.symbols)
        return replace(
            rows,
            symbols=tuple(new.get(s, bad(n, s)) for n, s in enumerate(rows.symbols)),
            names=tuple(bad(n + shift, f" name {n}") for n in range(size)),
            sectors=tuple(bad(n % 5 + shift, f" sector {n % 5}") for n in range(size)),
            industries=tuple(bad(n % 5 + shift, f" industry {n % 5}") for n in range(size)),
            others=tuple(LeftOut(bad(n), bad(n + 1), 0.01, bad(n + 2)) for n in range(6)),
            source=bad(shift, "file.csv"),
        )

    prices = clean.prices
    keyed: dict[str, Any] = {
        name: {new.get(s, s): value for s, value in getattr(prices, name).items()}
        for name in ("through", "provisional", "fetched_at")
    }
    blocks = tuple(
        replace(block, symbols=tuple(new.get(s, s) for s in block.symbols))
        for block in prices.blocks
    )
    return replace(
        clean,
        prices=replace(
            prices,
            blocks=blocks,
            **keyed,
            source={s: bad(n, "vendor") for n, s in enumerate((*pair, *new.values()))},
            failures={bad(n, f"F{n}"): bad(n + 3, "reason") for n in range(len(PAYLOADS))},
        ),
        holdings={
            fund: tuple(file(rows, n + 7 * at) for n, rows in enumerate(files))
            for at, (fund, files) in enumerate(clean.holdings.items())
        },
        reference=replace(
            clean.reference,
            themes=tuple(
                Theme(bad(n, f"theme {n}"), tuple(new.values())[n : n + 9], bad(n + 2, "source"))
                for n in range(8)
            ),
            issuers={s: bad(n % 6, "issuer") for n, s in enumerate(new.values())},
            doubts=(bad(3, "doubt"),),
        ),
        damage=tuple(bad(n, "damage") for n in range(3)),
    )


class HostileDesk(FakeDesk):
    """A desk whose sentences are hostile too, and whose refresh is a child that shouts them."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        said = [json.dumps({"stage": bad(n), "symbol": bad(n + 1), "message": p})
                for n, p in enumerate(PAYLOADS)]  # fmt: skip
        code = f"import time\nfor s in {[*said, *PAYLOADS]!r}:"
        code += "\n print(s.encode('utf-8', 'replace').decode(), flush=True); time.sleep(0.02)"
        self.argv = [sys.executable, "-c", code]

    def cost(self, question: object, now: object, *, board: object = ()) -> str:
        return "".join(PAYLOADS)


def main() -> None:
    from tui.screen.app import InternalsApp
    from tui.state.config import Config

    app = InternalsApp(HostileDesk(dirty(small_market())), Config(), QUESTION, now=lambda: NOW)
    app.run()
    sys.exit(app.return_code)


if __name__ == "__main__":
    main()
