"""Overview: how the organisation does, on one screen."""

import streamlit as st

from dashboard import attention_parts, cache, components, controls, page, rows, theme, wording

scope, load = page.start()
look = theme.tokens()
currency = load.facts.currency

with st.container(horizontal=True, key="ctl"):
    wrong = controls.misread(load, scope)
    choice = controls.choose(load, scope)
    through = st.empty()
for line in wrong:
    st.html(components.notice(line))

with page.told():
    board = cache.scorecard(load, scope, choice.period, choice.against, choice.where)

period = wording.period(choice.period)
page.titled(load, wording.say("overview"), choice.team, period)
query = choice.query(load)
withheld = sum(card.result.state == "withheld" for branch in board.branches for card in branch.cards)
needs, problem = cache.needs(load, scope, board)
first = attention_parts.rail_section(needs, load.facts.as_of_day, query, problem)
through.html(components.data_through(load.facts, withheld))
st.html(
    components.printed_head(load.facts, choice.team, period)
    + f'<div class="top">{components.answer(board, currency, look, load.facts.as_of_day)}'
    f"{components.ladder(board, look)}</div>"
    f'<div class="body">{rows.board_rows(board, currency, look, query)}'
    f"{components.rail(board, load.facts, look, query, first)}</div>"
)
page.end(load)
