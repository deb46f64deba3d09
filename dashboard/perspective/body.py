"""A perspective's page under the guard: its answer, its objectives on one axis, every metric, what is done about it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import cache, compare, components, controls, export_menu, page, theme, wording
from dashboard.cache import Load
from dashboard.perspective import parts
from dashboard.wording import say
from metrics.definition import PerspectiveId
from metrics.scope import Scope


def show(load: Load, scope: Scope, perspective: PerspectiveId) -> None:
    """Draw one perspective in the period, beside the other one and for the team that the address names."""
    choice, say_through = controls.head(load, scope, perspective, export_menu.offered(load, scope))
    with page.told():
        board = compare.board(load, scope, choice)
    plans, problem = cache.plans(load, scope)
    branch = next(one for one in board.branches if one.perspective == perspective)
    part = replace(
        board, branches=(branch,), score=branch.score, previous_score=branch.previous_score, coverage=branch.coverage
    )
    period = wording.period(choice.period)
    page.titled(load, say(perspective), choice.named, period)
    say_through(part)
    happened = cache.events(load, scope, cache.book(load, scope, ""))
    view = parts.View(part, load.facts, choice.query(load), theme.tokens(), plans, problem, happened)
    st.html(components.printed_head(load.facts, say(perspective), choice.named, period) + parts.body(view))
