"""Strategy map: the objectives, what they should lead to, and whether the data bear it out."""

import streamlit as st

from dashboard import compare, components, controls, page, wording
from dashboard.strategy_map import body
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "strategy_map")
period = wording.period(choice.period)
page.titled(load, say("strategy_map"), choice.named, period)
with page.told():
    board = compare.board(load, scope, choice)
say_through(board)
st.html(components.printed_head(load.facts, say("strategy_map"), choice.named, period))
body.show(load, scope, choice, board)
page.end(load)
