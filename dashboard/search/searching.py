"""The search box and the keys, on every page: `/` finds, `g o` goes to the overview, `?` lists them all.

What can be found is sent once; typing asks the server only for agents of a company with very many, Enter
for a ticket of that number.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from dashboard import access, cache, navigation, wording
from dashboard.navigation import link
from dashboard.search import index
from dashboard.wording import say
from data_checks.errors import ScorecardError

_WORDS = (
    "search", "search_hint", "search_open", "search_none", "search_found", "search_near", "search_ticket",
    "search_ticket_asked", "search_ticket_none",
    "search_first", "search_found_one", "search_start",
    "search_page", "search_metric", "search_team", "search_department", "search_agent",
    "keys", "keys_close", "keys_search", "keys_previous", "keys_next", "keys_help", "keys_escape", "keys_or",
    "keys_then", "keys_go",
)  # fmt: skip
_SCRIPT = (Path(__file__).parent / "searching.js").read_text(encoding="utf-8")
_box = st.components.v2.component("scorecard_search", js=_SCRIPT, isolate_styles=False)


def offer() -> None:
    """Mount the search box; once per run, before the page. Without a load there is nothing to find."""
    with st.container(key="search"):
        _mount()


@st.fragment
def _mount() -> None:
    """A run of its own while typing, so it asks anew who reads."""
    scope, sees_agents = access.guard(), access.may("agents")
    with suppress(ScorecardError):
        load = cache.current()
        asks = sees_agents and index.asks_server(load, scope)
        state = st.session_state.get("search_box")
        words = str(state.get("words", "")) if asks and state else ""
        sees_tickets = access.sees_people()
        number = str(state.get("ticket", "")) if sees_tickets and state else ""
        _box(
            key="search_box",
            data={
                "index": cache.remembered(
                    ("search", load.version, load.catalog, scope, sees_agents),
                    lambda: index.index(load, scope, sees_agents),
                ),
                "asks": asks,
                "asked": words,
                "agents": index.matching_agents(load, scope, words) if words else [],
                "tickets": sees_tickets,
                "ticket": index.ticket(load, scope, number),
                "periods": [wording.period_id(one) for one in sorted({*load.periods, load.default_period})],
                "period": wording.period_id(load.default_period),
                "go": {letter: [say(word), link(path, {})] for path, word, letter in navigation.shortcuts()},
                "words": {word: wording.WORDS[word] for word in _WORDS},
            },
            default={"words": "", "ticket": ""},
            on_words_change=lambda: None,
            on_ticket_change=lambda: None,
            height="content",
        )
