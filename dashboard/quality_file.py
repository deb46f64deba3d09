"""The data-quality report as one HTML file: no script, nothing fetched, light or dark as its reader's screen is."""

from __future__ import annotations

import re

from dashboard import components, quality_parts, theme, wording
from dashboard.components import esc
from dashboard.quality import Quality
from dashboard.wording import say

_PICTURE = re.compile(r"<img [^>]*>")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
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


def document(quality: Quality) -> str:
    """The whole file. It names metrics without links: there is no dashboard where it is read."""
    facts = quality.facts
    title = say("page_title", page=say("data_quality"), company=facts.title)
    through = components.data_through(facts)
    parts = through + _in_both(quality) + components.foot(facts, "")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{esc(title)}</title><style>{theme.stylesheet_of_a_file()}{_CSS}</style></head>"
        f'<body><main class="stHtml alone"><p class="note">{esc(facts.title)} · {esc(wording.say("data_quality"))}</p>'
        f"{parts}</main></body></html>\n"
    )


def _in_both(quality: Quality) -> str:
    """The report with every picture twice: one drawn for light paper, one for dark; the style shows one of them."""
    light, dark = (quality_parts.body(quality_parts.Drawn(quality, look)) for look in (theme.LIGHT, theme.DARK))
    dark_pictures = iter(_PICTURE.findall(dark))

    def both(found: re.Match[str]) -> str:
        return f'<span class="for-light">{found[0]}</span><span class="for-dark">{next(dark_pictures)}</span>'

    return _PICTURE.sub(both, light)
