"""The look of the page and its pictures: distinguishable colours, light and dark.

Contrast is 4.5 or more for every text on its ground. Meaning never depends on colour alone:
bars carry their sign and value, lines their name.
"""

from __future__ import annotations

from typing import Final

LIGHT: Final = {
    "ground": "#ffffff", "ink": "#16202a", "muted": "#55616d", "rule": "#d5dbe1",
    "soft": "#f3f6f8", "small": "#0f62b4", "large": "#b45309", "gap": "#0f62b41f",
    "up": "#0f62b4", "down": "#b45309", "own": "#16202a",
}  # fmt: skip
DARK: Final = {
    "ground": "#10151b", "ink": "#e6ebf0", "muted": "#a2adb8", "rule": "#333d47",
    "soft": "#1a2129", "small": "#5fafff", "large": "#ff9a2e", "gap": "#5fafff2e",
    "up": "#5fafff", "down": "#ff9a2e", "own": "#e6ebf0",
}  # fmt: skip

#: The last names are for a PNG, which is drawn with a font that is there by its name.
PICTURE: Final = """\
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,
'Liberation Sans','DejaVu Sans','Noto Sans',sans-serif;fill:var(--ink)}
.muted{fill:var(--muted)}.strong{font-weight:600}
.grid{stroke:var(--rule)}.zero{stroke:var(--muted)}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.line.small{stroke:var(--small)}.line.large{stroke:var(--large);stroke-dasharray:7 2}
.is-small{fill:var(--small)}.is-large{fill:var(--large)}.gap{fill:var(--gap)}
.is-up{fill:var(--up)}.is-down{fill:var(--down)}.is-own{fill:var(--own)}
.ground{fill:var(--ground)}.head{font-size:24px;font-weight:650}
.badge{font-size:13px;font-weight:700;letter-spacing:.08em}
.title{font-size:17px;font-weight:700}.small-print{font-size:11px}.fine{font-size:10px}
.tag{font-size:10px;font-weight:700}
.frame{fill:none;stroke:var(--ink)}.track{fill:var(--soft)}
.line.even{stroke-width:1.4}.thin{fill:none;stroke:var(--muted)}
.thin.far{stroke:var(--large);stroke-dasharray:4 2}
"""

_PAGE: Final = """\
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
main{max-width:1220px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:clamp(1.2rem,1rem + .9vw,1.65rem);line-height:1.3;margin:.35em 0 .6em;
max-width:44em;text-wrap:balance}
h2{font-size:1.2rem;margin:2.2em 0 .6em;padding-top:.5em;border-top:2px solid var(--ink)}
p{margin:.45em 0;max-width:62em}
.state{color:var(--muted);font-size:.875rem;margin:0}
.badge{display:inline-block;border:2px solid currentColor;border-radius:3px;padding:0 .5em;
font-weight:700;letter-spacing:.08em;color:var(--ink)}
.mind{border-left:4px solid var(--large);background:var(--soft);padding:.4em .8em;
font-size:.9375rem}
data{font-variant-numeric:tabular-nums;white-space:nowrap}
.pair{display:grid;gap:16px 36px;grid-template-columns:minmax(0,1fr)}
figure{margin:.4em 0 1em;min-width:0}
figcaption,caption{font-weight:600;text-align:left;padding:.3em 0;font-size:.9375rem}
svg{display:block;width:100%;height:auto;max-width:640px}
.narrow{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.35;
font-variant-numeric:tabular-nums;margin-bottom:.4em}
th,td{padding:.26em .6em .26em 0;text-align:left;vertical-align:top;font-weight:400;
border-bottom:1px solid var(--rule)}
thead th{color:var(--muted);font-size:.8125rem;border-bottom:1px solid var(--muted);
vertical-align:bottom}
.n{text-align:right;white-space:nowrap;padding-right:0;padding-left:.6em}
.n+:not(.n){padding-left:1em}
td small,th small{display:block;color:var(--muted);font-size:.8125rem;overflow-wrap:anywhere}
.note{color:var(--muted);font-size:.8125rem;margin:.2em 0}
ul{padding-left:1.2em;font-size:.875rem}
li{overflow-wrap:anywhere}
details{margin-top:1em}summary{cursor:pointer;font-weight:600}
details td{overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--small);outline-offset:2px}
@media(min-width:1000px){.pair{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media(max-width:520px){
main{padding:14px 14px 32px}.wide{display:none}.narrow{display:block}
table{font-size:.75rem}th,td{padding-right:.35em}.n{padding-right:0;padding-left:.35em}
thead th,.n+:not(.n){padding-left:1em}
td small,th small{font-size:.6875rem}
.c-sector,.c-sector~.c-weight,.c-without-reweighted{display:none}}
@page{margin:14mm 13mm}
@media print{
body{font-size:9.5pt}main{max-width:none;padding:0}
h2{break-after:avoid;margin-top:1.2em}figure,tr,.mind{break-inside:avoid}
caption,thead{break-after:avoid}thead{display:table-header-group}
.leaf{break-before:page}.pair{grid-template-columns:repeat(2,minmax(0,1fr))}
.pair>.broad{grid-column:1/-1}
table{font-size:8.5pt}p{orphans:3;widows:3}.scroll{overflow:visible}
.wide{display:block}.narrow{display:none}}
"""


def _variables(colours: dict[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"


def page_style() -> str:
    """CSS of the page; paper is always light."""
    return (
        f":root{{color-scheme:light dark}}{_variables(LIGHT)}"
        f"@media(prefers-color-scheme:dark){{{_variables(DARK)}}}"
        f"@media print{{{_variables(LIGHT)}:root{{color-scheme:light}}}}\n{PICTURE}{_PAGE}"
    )


def picture_style(*, dark: bool = False) -> str:
    """CSS of a picture that stands alone, light or dark, without variables."""
    style = PICTURE
    for name, value in (DARK if dark else LIGHT).items():
        style = style.replace(f"var(--{name})", value)
    return style
