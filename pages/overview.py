"""Overview: how the organisation does, on one screen."""

import streamlit as st

from dashboard import cache, components, controls, page, rows, theme

scope, load = page.start()
look = theme.tokens()
currency = load.facts.currency

with st.container(horizontal=True, key="ctl"):
    choice = controls.choose(load, scope)
    through = st.empty()

with page.told():
    board = cache.scorecard(load, scope, choice.period, choice.against, choice.where)

query = choice.query(load)
withheld = sum(card.result.state == "withheld" for branch in board.branches for card in branch.cards)
through.html(components.data_through(load.facts, withheld))
st.html(
    f'<div class="top">{components.answer(board, currency, look)}{components.ladder(board, look)}</div>'
    f'<div class="body">{rows.board_rows(board, currency, look, query)}'
    f"{components.rail(board, load.facts, look, query)}</div>"
)
page.end(load)
