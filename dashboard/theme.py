"""Colours, type and page CSS: the tokens of the look, light and dark, for all that we draw ourselves."""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard import marks

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16'"
    " rx='3' fill='%231F4E8C'/%3E%3Cpath d='M3 8h10M10 4v8' stroke='%23fff' stroke-width='1.6'/%3E%3Ccircle cx='6'"
    " cy='8' r='2.4' fill='%23fff'/%3E%3C/svg%3E"
)


@dataclass(frozen=True)
class Tokens:
    """One theme. Text colours keep 4.5 : 1 on paper and panel, marks 3 : 1; line, grid, band and hatch mean nothing."""

    name: str
    paper: str
    panel: str
    ink: str
    ink2: str
    ink3: str
    line: str
    grid: str
    series: str
    soft: str
    bench: str
    band: str
    hatch: str
    met: str
    watch: str
    watch_mark: str
    missed: str
    too_close: str


LIGHT = Tokens(
    name="light",
    paper="#FCFBF9",
    panel="#F4F3EF",
    ink="#15181D",
    ink2="#454B57",
    ink3="#626974",
    line="#DEDCD6",
    grid="#ECEAE5",
    series="#1F4E8C",
    soft="#6E8EBA",
    bench="#7B828E",
    band="#E3EFE9",
    hatch="#E9E7E1",
    met="#0A6E5A",
    watch="#875600",
    watch_mark="#BC8000",
    missed="#B3261E",
    too_close="#4B569B",
)
DARK = Tokens(
    name="dark",
    paper="#111418",
    panel="#1A1E24",
    ink="#ECEEF1",
    ink2="#B9BFC9",
    ink3="#9AA1AD",
    line="#2C323A",
    grid="#22272E",
    series="#8DB8F0",
    soft="#49678F",
    bench="#8F96A2",
    band="#15302A",
    hatch="#23282F",
    met="#6BD3B8",
    watch="#E2B04F",
    watch_mark="#E2B04F",
    missed="#F67F70",
    too_close="#A9B3F2",
)


def tokens() -> Tokens:
    """The tokens of the theme the reader sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT


# Pictures are drawn in the colours of the screen; on paper a dark screen's are turned round.
_DARK_ON_PAPER = "@media print{.stHtml img,.stVegaLiteChart{filter:invert(1) hue-rotate(180deg);}}"


@functools.lru_cache
def _css() -> str:
    """page.css, first, holds what every page shares; each other file, what one kind of page needs beside it."""
    shared = Path(__file__).parent / "styles" / "page.css"
    files = [shared, *(file for file in sorted(shared.parent.glob("*.css")) if file != shared)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@functools.lru_cache
def stylesheet(theme: Tokens) -> str:
    """The page CSS with this theme's colours as variables; paper is always printed light."""
    paper = f"@media print{{:root{{{_variables(LIGHT)}}}}}{_DARK_ON_PAPER if theme.name == 'dark' else ''}"
    return f"<style>:root{{{_variables(theme)}}}\n{_css()}\n{marks.stylesheet(theme)}\n{paper}</style>"


@functools.lru_cache
def stylesheet_of_a_file() -> str:
    """The page CSS for a file that stands alone: it follows the reader's own light or dark, and prints light."""
    at_night = "@media screen and (prefers-color-scheme: dark)"
    dark = f"{at_night}{{:root{{{_variables(DARK)}}}}}"
    axes = f"{marks.stylesheet(LIGHT)}\n{at_night}{{{marks.stylesheet(DARK)}}}"
    return f":root{{{_variables(LIGHT)}}}{dark}\n{_css()}\n{axes}"


def _variables(theme: Tokens) -> str:
    colours = {name.replace("_", "-"): value for name, value in asdict(theme).items() if name != "name"}
    return "".join(f"--{name}:{value};" for name, value in colours.items())


def apply() -> None:
    """Write the page CSS; once per run, before anything is drawn."""
    st.html(stylesheet(tokens()))


def in_the_head(company: str) -> None:
    """Write the company's name at the right end of the menu."""
    st.html(f"<style>:root{{--company:{_css_text(company)};}}</style>")


def _css_text(text: str) -> str:
    """Any text as a CSS string: whatever is not a plain letter or digit is written as its number."""
    plain = (letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):06x}" for letter in text)
    return '"' + "".join(plain) + '"'
