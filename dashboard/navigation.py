"""The pages, by path, and the addresses of links between them."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

import streamlit as st

from dashboard.settings import PAGES
from dashboard.wording import say

# url path → (file, word in the menu, section of the menu). Without a section ("") a page stands in the bar itself;
# None: it is reached by links only. The first is the page at "/".
_PAGES: dict[str, tuple[str, str, str | None]] = {
    "overview": ("overview.py", "overview", ""),
    "today": ("today.py", "today", ""),
    "teams": ("teams.py", "teams", ""),
    "financial": ("financial.py", "financial", "perspectives"),
    "customer": ("customer.py", "customer", "perspectives"),
    "internal_process": ("internal_process.py", "internal_process", "perspectives"),
    "learning_growth": ("learning_growth.py", "learning_growth", "perspectives"),
    "strategy_map": ("strategy_map.py", "strategy_map", "perspectives"),
    "retention": ("retention.py", "retention", "customers"),
    "lifetime_value": ("lifetime_value.py", "lifetime_value", "customers"),
    "satisfaction": ("satisfaction.py", "satisfaction", "customers"),
    "metric_library": ("metric_library.py", "metric_library", "metrics"),
    "benchmarks": ("benchmarks.py", "benchmarks", "metrics"),
    "changes": ("changes.py", "changes", "metrics"),
    "workbench": ("workbench.py", "workbench", "metrics"),
    "data_quality": ("data_quality.py", "data_quality", "metrics"),
    "metric": ("metric.py", "metric", None),
    "agent": ("agent.py", "agent", None),
    "ticket": ("ticket.py", "ticket", None),
    "metrics": ("metric_library.py", "metric_library", None),  # the address people type
}


_KEYS = {
    "overview": "o",
    "today": "d",
    "teams": "t",
    "financial": "f",
    "customer": "c",
    "internal_process": "p",
    "learning_growth": "l",
    "strategy_map": "s",
    "retention": "r",
    "lifetime_value": "v",
    "satisfaction": "a",
    "metric_library": "m",
    "benchmarks": "b",
    "changes": "h",
    "workbench": "w",
    "data_quality": "q",
}
"""The letter after `g` that goes to a page."""


def pages() -> dict[str, list[st.Page]]:
    """Every page of the dashboard by its section of the menu, in menu order."""
    menu: dict[str, list[st.Page]] = {}
    for path, (_, _, section) in _PAGES.items():
        # A page of its own for every run, which may run it once; twenty of them look a hundred times at the disk.
        page = copy.copy(_known_page(path)) if st.runtime.exists() else _page(path)
        menu.setdefault(say(section) if section else "", []).append(page)
    return menu


def _page(path: str) -> st.Page:
    file, word, section = _PAGES[path]
    shown: Literal["visible", "hidden"] = "hidden" if section is None else "visible"
    is_first = path == first()
    return st.Page(PAGES / file, title=say(word), url_path=path, default=is_first, visibility=shown)


_known_page = functools.cache(_page)


def in_menu() -> list[tuple[str, str]]:
    """(path, word) of every page that the menu shows."""
    return [(path, word) for path, (_, word, section) in _PAGES.items() if section is not None]


def shortcuts() -> list[tuple[str, str, str]]:
    """(path, word, the letter after `g`) of every page that has one."""
    return [(path, word, _KEYS[path]) for path, word in in_menu() if path in _KEYS]


def first() -> str:
    """The path of the page at "/"."""
    return next(iter(_PAGES))


def exists(page: str) -> bool:
    """Whether there is a page of that path."""
    return page in _PAGES


def link(page: str, query: Mapping[str, str | None]) -> str:
    """The address of a page with its state; empty values are left out. Not escaped for HTML."""
    path = "/" if page == first() else f"/{page}"
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(kept)}" if kept else path
