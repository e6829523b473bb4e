"""The web page and the picture: self-contained, harmless, readable, and true to the figures."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from functools import partial
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from core.answer.snapshot import Snapshot, take
from core.note.headline import headline
from core.note.note import sentences
from tests.tui import markets
from tests.tui.test_themes import contrast
from tui.report import pictures
from tui.report.document import document
from tui.report.note_formats import written
from tui.report.page import to_html
from tui.report.plate import to_svg
from tui.report.style import DARK, LIGHT

VOID = {"meta", "br", "img", "link", "hr", "input"}
SVG = "{http://www.w3.org/2000/svg}"
EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}",
    "</title></svg><iframe src=//evil>",
    "A&B <b>Co",
)


class Page(HTMLParser):
    """What stands in a page: tags with attributes, text, ids; tags must close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append((self.open[-1] if self.open else "", data))


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return markets.answer(markets.small_market(), replace(markets.QUESTION, daily=True))


@pytest.fixture(scope="module")
def text(snapshot: Snapshot) -> str:
    return to_html(snapshot)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_asks_for_nothing_and_runs_nothing(text: str, page: Page) -> None:
    tags = Counter(tag for tag, _ in page.tags)
    assert not tags.keys() & {"script", "iframe", "img", "link", "object", "form", "a", "base"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not attributes.keys() & {"src", "href", "style", "xlink:href", "background"}
    assert "@import" not in text and "url(" not in text and "@font-face" not in text
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    style = next(said for tag, said in page.said if tag == "style")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert tags["style"] == 1


def test_every_picture_is_told_and_every_table_has_headings(page: Page) -> None:
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    drawn = [a for tag, a in page.tags if tag == "svg"]
    # spread, two of years, two of contributors, histogram, curve, bridge, gap: wide and narrow
    assert len(drawn) == 18
    for attributes in drawn:
        names = (attributes["aria-labelledby"] or "").split()
        assert len(names) == 2 and set(names) <= set(ids)
        assert attributes["role"] == "img"
    counts = Counter(tag for tag, _ in page.tags)
    assert counts["caption"] == counts["table"] - 1  # the ledger stands under its summary
    assert all(a.get("scope") in ("col", "row") for tag, a in page.tags if tag == "th")
    assert [tag for tag, _ in page.tags if tag in ("h1", "h2")].count("h1") == 1
    html = next(a for tag, a in page.tags if tag == "html")
    assert html["lang"] == "en"


def test_every_number_of_the_prose_carries_value_path_and_source(
    snapshot: Snapshot, page: Page
) -> None:
    data = [a for tag, a in page.tags if tag == "data"]
    told_of = document(snapshot)
    head, *others = told_of["prose"]
    # the headline, then the story in its paragraphs, then the ledger's other sentences
    story = [entry for paragraph in told_of["story"]["full"] for entry in paragraph]
    numbers = [row for told in (head, *story, *others) for row in told["numbers"]]
    assert [a["value"] for a in data] == [str(row["value"]) for row in numbers]
    for attributes, row in zip(data, numbers, strict=True):
        assert attributes["title"] == f"{row['path']} · {row['source']} · as of {row['as_of']}"
    whole = "".join(said for _, said in page.said)
    for sentence in sentences(snapshot):
        assert sentence in whole


def test_both_contributor_tables_have_name_sector_return_and_bp(text: str) -> None:
    for fund, symbol, sector, percent, bp in (
        # S29 and L19 are the 30th and 20th lines: sectors go round, weights are 96 % / n
        ("IWM", "S29", "Information Technology", "+92.50 %", "+296"),
        ("SPY", "L19", "Financials", "+37.50 %", "+180"),
    ):
        table = text[text.index(f"<caption>{fund} contributors</caption>") :]
        row = table[table.index(f">{symbol}</th>") :]
        row = row[: row.index("</tr>")]
        assert f"Example {symbol}" in row and sector in row
        assert percent in row and f">{bp}</td>" in row


def test_foreign_text_stays_text() -> None:
    market = markets.small_market(hostile=True)
    for fund, files in market.holdings.items():
        named = tuple(
            replace(file, names=(*EVIL, *file.names[len(EVIL) :]), source=EVIL[0]) for file in files
        )
        market = replace(market, holdings={**market.holdings, fund: named})
    found = take(market, markets.QUESTION)
    text = to_html(found)
    page = Page(text)
    assert not {tag for tag, _ in page.tags} & {"script", "img", "iframe", "b"}
    assert Counter(tag for tag, _ in page.tags)["style"] == 1
    shown = "".join(said for _, said in page.said)
    assert EVIL[0] in shown and EVIL[4] in shown
    for char in "\x1b\x07\x9b\u202e\u200b":
        assert char not in text
    ElementTree.fromstring(to_svg(found))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(colours: dict[str, str]) -> None:
    for ground in ("ground", "soft"):
        for name in ("ink", "muted", "small", "large", "up", "down", "own"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def test_dark_paper_and_phone_are_in_the_style(text: str) -> None:
    assert "@media(prefers-color-scheme:dark)" in text and DARK["ground"] in text
    assert "@media print" in text and "@page" in text and "break-inside:avoid" in text
    assert 'content="width=device-width,initial-scale=1"' in text


def shapes(sketch: pictures.Sketch | None, tag: str) -> list[ElementTree.Element]:
    assert sketch is not None
    return list(ElementTree.fromstring(sketch.svg("x")).iter(f"{SVG}{tag}"))


@pytest.mark.parametrize(
    ("width", "begin"), [(345.0, {"'26", "Feb", "May"}), (580.0, {"Jan 2026", "Feb", "May"})]
)
def test_the_spread_is_drawn_to_scale(snapshot: Snapshot, width: float, begin: set[str]) -> None:
    drawn = pictures.spread(snapshot, width)
    curves = [
        [tuple(map(float, p.split(","))) for p in c.attrib["points"].split()]
        for c in shapes(drawn, "polyline")
    ]
    large, small = curves
    assert small[0] == large[0]  # both begin at zero
    rise = (small[0][1] - small[-1][1]) / (large[0][1] - large[-1][1])
    assert rise == pytest.approx(20 / 9, rel=0.01)
    texts = {t.text: float(t.attrib["x"]) for t in shapes(drawn, "text")}
    assert texts["IWM +20.00 %"] == texts["SPY +9.00 %"] < width
    assert begin <= texts.keys()


def test_bars_are_as_long_as_their_values(snapshot: Snapshot) -> None:
    assert snapshot.small is not None
    bars = shapes(pictures.contributions(snapshot.small, 580), "rect")
    assert len(bars) == 20
    # equal weights: as 92.5 % to 87.5 %, and on the other side as 52.5 % to 47.5 %
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths[0] / widths[1] == pytest.approx(92.5 / 87.5, rel=0.01)
    assert widths[-1] / widths[-2] == pytest.approx(52.5 / 47.5, rel=0.01)
    looks = [bar.attrib["class"] for bar in bars]
    assert looks == ["bar is-up"] * 10 + ["bar is-down"] * 10
    assert bars[0][0].text == "S29 Example S29 +296 bp"


def test_years_histogram_curve_and_bridge_say_their_values(snapshot: Snapshot) -> None:
    assert snapshot.spread is not None
    drawn = pictures.years(snapshot.spread.full_years, "full years", None, 580)
    told = [bar[0].text for bar in shapes(drawn, "rect")]
    assert len(told) == len(markets.GAPS) and told[0] == "2015 -3.00 pp"
    bins = [bar[0].text for bar in shapes(pictures.histogram(snapshot, 580), "rect") if len(bar)]
    # -52.5 % alone of thirty lies below -50 %, and no line of SPY
    assert bins[:2] == ["IWM: 1 lines, 3.3 %", "SPY: 0 lines, 0.0 %"]
    ends = [c.attrib["points"].split()[-1] for c in shapes(pictures.curve(snapshot, 580),
                                                          "polyline")]  # fmt: skip
    assert len(ends) == 2 and len({end.split(",")[0] for end in ends}) == 1
    steps = [bar[0].text for bar in shapes(pictures.bridge(snapshot, 580), "rect")]
    assert len(steps) == 6 and steps[-1] == "gap +11.00 pp"
    assert "equal weight against equal weight +11.00 pp" in steps


def test_the_picture_for_a_story_stands_alone(snapshot: Snapshot) -> None:
    text = to_svg(snapshot)
    root = ElementTree.fromstring(text)
    assert root.attrib["width"] == "1200" and "var(" not in text and "http" in root.tag
    said = " ".join(t.text or "" for t in root.iter(f"{SVG}text"))
    assert said.startswith(headline(snapshot)[:80])
    assert "S29" in said and "IWM +20.00 %" in said and "typed by hand" in said
    simulated = to_svg(replace(snapshot, simulated=True))
    assert "SIMULATED MARKET" in simulated and "SIMULATED" in to_html(
        replace(snapshot, simulated=True)
    )


@pytest.mark.parametrize(
    "market",
    [
        markets.small_market(covered=0.85),
        markets.small_market(listed=("IWM",)),
        markets.small_market(funds=("IWM",)),
        markets.small_market(listed=()),
    ],
    ids=["below the floor", "one side", "no spread", "no holdings"],
)
def test_every_format_takes_an_answer_in_part(
    market: markets.Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a month has few sessions, each a hundred cells of a workbook; and a tenth of a picture will do
    snapshot = markets.answer(market, replace(markets.QUESTION, window="MTD", daily=True))
    kinds = markets.formats_here()
    if "png" in kinds:
        import resvg_py

        small = partial(resvg_py.svg_to_bytes, zoom=0.1)
        monkeypatch.setattr(resvg_py, "svg_to_bytes", small)
    for kind in kinds:
        text = written(snapshot, kind)
        if isinstance(text, bytes):
            assert text.startswith({"xlsx": b"PK", "png": b"\x89PNG"}[kind])
            continue
        assert text.endswith("\n"), kind
        if kind == "html":
            Page(text)
            for missing in snapshot.missing:
                assert missing.split(":")[0] in text


def test_below_the_floor_no_leader_is_shown() -> None:
    snapshot = markets.answer(markets.small_market(covered=0.85), markets.QUESTION)
    assert snapshot.small is not None
    assert pictures.contributions(snapshot.small, 580) is None
    assert pictures.curve(snapshot, 580) is None
    for text in (to_html(snapshot), to_svg(snapshot), written(snapshot, "md")):
        refused = ("claimed about leaders", "no leaders are named")
        for words in refused:
            text = text.replace(words, "")
        assert "leaders" not in text
