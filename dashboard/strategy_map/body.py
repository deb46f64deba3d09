"""The strategy map under the guard: shown at once, and again with the verdicts when the links are tested."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import streamlit as st

from dashboard import page, theme
from dashboard.cache import Load
from dashboard.controls import Choice
from dashboard.strategy_map import parts
from dashboard.strategy_map.answers import tested_links
from dashboard.strategy_map.parts import View
from metrics.analyses.links import TestedLink
from metrics.scope import Scope
from metrics.scorecard import Scorecard

_AT_ONCE_S = 0.5
"""Who waits longer than this sees the map without verdicts meanwhile."""


def show(load: Load, scope: Scope, choice: Choice, board: Scorecard) -> None:
    """Draw the map of a board; the links are held against all that the reader may see."""
    view = View(load.strategy, board, None, load.definitions, choice.query(load), theme.tokens(), choice.named)
    if not load.strategy.objectives or not load.strategy.links:
        st.html(parts.body(replace(view, tested=())))
        return
    place = st.empty()
    with page.told():
        answer = tested_links(load, scope)
        if not _is_there(answer):
            place.html(parts.body(view))
        place.html(parts.body(replace(view, tested=answer.result())))


def _is_there(answer: Future[tuple[TestedLink, ...]]) -> bool:
    """Whether the links are tested, or soon are."""
    try:
        answer.exception(_AT_ONCE_S)
    except TimeoutError:
        return False
    return True
