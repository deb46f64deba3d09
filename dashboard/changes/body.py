"""What changed under the guard: the page, and the two sentences of it that the overview shows.

What moved is asked metric by metric, which may take a second the first time; then every answer is kept.
"""

from __future__ import annotations

import streamlit as st

from dashboard import cache, compare, components, page, sentences, theme
from dashboard.cache import Load
from dashboard.changes import answers, parts, score_lines
from dashboard.controls import Choice
from dashboard.navigation import link
from dashboard.wording import say
from metrics.analyses.score_change import score_change
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard


def show(load: Load, scope: Scope, choice: Choice, board: Scorecard) -> None:
    """Draw what changed in a board."""
    change = score_change(board) if board.complete else None
    lines = score_lines.score_lines(change) if change else None
    moved = [card for card in sentences.cards_of(board) if answers.has_moved(card)] if board.complete else []

    def effect(card: Card) -> tuple[bool, float, str]:
        part = change.of(card.definition.metric) if change else None
        return part is None, 0.0 if part is None else -abs(part.total), sentences.title(card.definition)

    with page.told(), st.spinner(say("cg_wait")):
        told = [(card, answers.explanation(load, scope, card, choice.where)) for card in sorted(moved, key=effect)]
        checks = answers.checks_moved(load, scope)
        goals = answers.goals_moved(load, scope, board)
    first, last = min(board.against.start, board.period.start), board.period.end
    happened = [
        one
        for one in cache.events(load, scope, cache.book(load, scope, ""))
        if first <= one.day < board.against.end or board.period.start <= one.day < last
    ]
    view = parts.View(
        board, lines, told, happened, checks, goals, choice.query(load), theme.tokens(), load.facts.currency
    )
    st.html(parts.body(view))


def in_short(load: Load, scope: Scope, choice: Choice, board: Scorecard) -> str:
    """Of what the change of the score is made, and what stands out in its largest clear part; '' without a change, and
    beside what is no period."""
    if compare.rival_of(choice.against_id) or choice.against_id == compare.GOAL:
        return ""
    told = answers.in_short(load, scope, board, choice.where)
    if not told:
        return ""
    more = components.anchor(say("cg_see"), link("changes", choice.query(load)))
    return f'<p class="sub why">{components.esc(told)} {more}.</p>'
