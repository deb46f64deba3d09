"""An HTML file that stands alone: no script, nothing fetched, light or dark as the screen is, printed light."""

from __future__ import annotations

import re
from collections.abc import Callable

from dashboard import theme
from dashboard.components import esc
from dashboard.theme import Tokens

_PICTURE = re.compile(r"<img [^>]*>")
_POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_CSS = """
html { color-scheme: light dark; background: var(--paper); }
body { font-family: Inter, system-ui, sans-serif; margin: 0 auto; padding: 24px 40px 48px; max-width: 1296px; }
.for-dark { display: none !important; }
@media screen and (prefers-color-scheme: dark) {
  .for-light { display: none !important; }
  .for-dark { display: inline !important; }
}
@media (max-width: 640px) { body { padding: 16px; } }
@media print { body { padding: 0; max-width: none; } }
"""


def document(title: str, body: Callable[[Tokens], str], css: str = "") -> str:
    """The whole file. `body`: the HTML as drawn in a look; it is asked for both, and must be the same but for the
    pictures. `css`: what this file needs beside the pages' own."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{esc(title)}</title><style>{theme.stylesheet_of_a_file()}{_CSS}{css}</style></head>"
        f'<body><main class="stHtml alone">{_in_both(body)}</main></body></html>\n'
    )


def _in_both(body: Callable[[Tokens], str]) -> str:
    """Every picture twice: one drawn for light paper, one for dark; the style shows one of them."""
    light, dark = body(theme.LIGHT), body(theme.DARK)
    dark_pictures = iter(_PICTURE.findall(dark))

    def both(found: re.Match[str]) -> str:
        return f'<span class="for-light">{found[0]}</span><span class="for-dark">{next(dark_pictures)}</span>'

    return _PICTURE.sub(both, light)
