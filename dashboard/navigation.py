"""The pages, by path, and the addresses of links between them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from dashboard.settings import PAGES
from dashboard.wording import say

# url path → (file, word in the menu, shown in the menu). The first is the page at "/".
_PAGES = {
    "overview": ("overview.py", "overview", True),
    "metric": ("metric.py", "metrics", True),
    "data_quality": ("data_quality.py", "data_quality", True),
    "metrics": ("metric.py", "metrics", False),  # the address people type
}


def pages() -> list[st.Page]:
    """Every page of the dashboard, in menu order."""
    return [
        st.Page(
            PAGES / file,
            title=say(word),
            url_path=path,
            default=place == 0,
            visibility="visible" if shown else "hidden",
        )
        for place, (path, (file, word, shown)) in enumerate(_PAGES.items())
    ]


def link(page: str, query: Mapping[str, str | None]) -> str:
    """The address of a page with its state; empty values are left out. Not escaped for HTML."""
    path = "/" if page == next(iter(_PAGES)) else f"/{page}"
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(kept)}" if kept else path
