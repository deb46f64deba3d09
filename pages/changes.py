"""What changed: the score's change part by part, and every metric that moved with what its change is made of."""

import streamlit as st

from dashboard import cache, components, controls, page, wording
from dashboard.changes import body
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "changes", has_rivals=False)
period = wording.period(choice.period)
page.titled(load, say("changes"), choice.named, period)
with page.told():
    board = cache.scorecard(load, scope, choice.period, choice.against, choice.where)
say_through(board)
st.html(components.printed_head(load.facts, say("changes"), choice.named, period))
body.show(load, scope, choice, board)
page.end(load)
