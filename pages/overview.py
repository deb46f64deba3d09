"""Overview: how the organisation does, on one screen."""

import streamlit as st

from dashboard import cache, check_sentences, compare, components, controls, export_menu, page, theme, wording
from dashboard.board import attention as attention_parts
from dashboard.board import rows
from dashboard.changes import body as changes_body
from metrics.standing import uncounted

scope, load = page.start()
look = theme.tokens()
currency = load.facts.currency
choice, say_through = controls.head(load, scope, "overview", export_menu.offered(load, scope))

with page.told():
    board = compare.board(load, scope, choice)

period = wording.period(choice.period)
page.titled(load, wording.say("overview"), choice.named, period)
query = choice.query(load)
needs, problem = cache.needs(load, scope, board)
first = attention_parts.rail_section(needs, currency, load.facts.as_of_day, query, problem)
say_through(board)
facts = load.facts if scope.teams is None else uncounted(load.facts)
changed = changes_body.in_short(load, scope, choice, board)
refused = check_sentences.refused(load.refused, load.facts)
told = (first, changed, refused)
question = ("overview", scope, choice.period, choice.against, choice.where, tuple(query.items()), look.name, told)


def drawn() -> str:
    return (
        components.printed_head(load.facts, choice.named, period)
        + controls.crumbs(choice.named, query)
        + f'<div class="top">{components.answer(board, currency, look, load.facts.as_of_day, changed)}'
        f"{components.ladder(board, look)}</div>"
        f'<div class="body">{rows.board_rows(board, currency, look, query)}'
        f"{components.rail(board, facts, look, query, first, refused)}</div>"
    )


st.html(cache.drawn(load, question, drawn))
page.end(load)
