"""A picture as PNG, by resvg: a chat shows it where it does not show SVG."""

from __future__ import annotations

from typing import Final

from core.data.errors import UnavailableError

_PROBE: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'


def in_format(svg: str, kind: str) -> str | bytes:
    """A picture in a format, "svg" or "png".

    Raises:
        UnavailableError: see `to_png`.
    """
    return svg if kind == "svg" else to_png(svg)


def to_png(svg: str) -> bytes:
    """An SVG that stands alone as PNG, as many pixels as it says of itself.

    Raises:
        UnavailableError: the library is not installed, or it finds no font: a picture without
            its title and marks is not written.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise UnavailableError(
            "PNG needs one more package: pip install 'internals[pictures]'; --format svg does not"
        ) from None
    style = svg.partition("</style>")[0].rpartition("<style>")[2]
    letters = f"<style>{style}</style><text y='15'>Ag</text>"
    if svg_to_bytes(svg_string=_PROBE.format(letters)) == svg_to_bytes(
        svg_string=_PROBE.format("")
    ):
        raise UnavailableError(
            "no font for PNG is installed: install DejaVu Sans, Liberation Sans or Arial, or write"
            " --format svg"
        )
    return bytes(svg_to_bytes(svg_string=svg))
