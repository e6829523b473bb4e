"""Growth as a picture: time and memory of a whole answer over lines and years, both logarithmic.

Where the drawn line runs along the dashed one, twice as much takes twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

#: Width and height of a chart, and what is left around it.
_WIDE, _HIGH = 300, 220
_LEFT, _TOP, _GAP = 64, 44, 92
_STYLE: Final = """
text { font: 12px ui-monospace, monospace; fill: #444 } .head { font-weight: bold }
.grid { stroke: #ccc; stroke-width: 1 } .even { stroke: #888; stroke-dasharray: 4 4 }
.ms { stroke: #0969da; fill: #0969da } .mb { stroke: #bf5600; fill: #bf5600 }
polyline { fill: none; stroke-width: 2 } .word { stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #bbb } .grid { stroke: #444 } .ms { stroke: #58a6ff; fill: #58a6ff }
  .mb { stroke: #e09b5a; fill: #e09b5a }
}
polyline.ms, polyline.mb { fill: none }
"""
#: Measured field of a row -> its class, its unit and a word.
_MEASURED: Final = {"whole": ("ms", "ms", "time"), "peak_mb": ("mb", "MB", "memory at its peak")}


def picture(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The rows of `bench.compute`'s growth tables as an SVG.

    Args:
        found: "lines" and "years", each with rows of ``whole`` (ms) and ``peak_mb`` (MB).
    """
    width = 2 * (_LEFT + _WIDE) + _GAP
    height = _TOP + _HIGH + 64
    charts = [
        f'<g transform="translate({_LEFT + n * (_WIDE + _GAP + _LEFT // 2)} {_TOP})">'
        f"{_chart(by, found[by])}</g>"
        for n, by in enumerate(("lines", "years"))
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f"<title>Time and memory of a whole answer</title>\n<style>{_STYLE}</style>\n"
        + "\n".join(charts)
        + "\n</svg>\n"
    )


def _chart(by: str, rows: Sequence[Mapping[str, Any]]) -> str:
    across = [float(row[by]) for row in rows]
    values = [float(row[field]) for row in rows for field in _MEASURED]
    low = 10.0 ** math.floor(math.log10(min(values)))
    high = 10.0 ** math.ceil(math.log10(max(values)))
    first, last = math.log(across[0]), math.log(across[-1])

    def x(value: float) -> float:
        return (math.log(value) - first) / (last - first) * _WIDE

    def y(value: float) -> float:
        return _HIGH - math.log(value / low) / math.log(high / low) * _HIGH

    out = [f'<text class="head" x="0" y="-22">a whole answer, by {by}</text>']
    decades = round(math.log10(high / low))
    for value in (low * 10**n for n in range(decades + 1)):
        out.append(f'<path class="grid" d="M0 {y(value):.1f}H{_WIDE}"/>')
        out.append(f'<text x="-8" y="{y(value) + 4:.1f}" text-anchor="end">{value:,.0f}</text>')
    out += [
        f'<text x="{x(value):.1f}" y="{_HIGH + 18}" text-anchor="middle">{value:,g}</text>'
        for value in across
    ]
    for n, (field, (kind, unit, word)) in enumerate(_MEASURED.items()):
        told = [float(row[field]) for row in rows]
        # as much more as there is more of it, as far as the chart reaches
        start, most = told[0], min(across[-1], across[0] * high / told[0])
        end = start * most / across[0]
        out.append(f'<path class="even" d="M0 {y(start):.1f}L{x(most):.1f} {y(end):.1f}"/>')
        points = [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(across, told, strict=True)]
        out.append(f'<polyline class="{kind}" points="{" ".join(points)}"/>')
        out += [
            f'<circle class="{kind}" cx="{point.split(",")[0]}" cy="{point.split(",")[1]}" r="3">'
            f"<title>{value:,.0f} {unit}</title></circle>"
            for point, value in zip(points, told, strict=True)
        ]
        out.append(
            f'<text class="{kind} word" x="{n * 90}" y="{_HIGH + 40}">— {word}, {unit}</text>'
        )
    return "\n".join(out)
