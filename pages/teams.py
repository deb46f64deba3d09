"""Teams: the same scorecard for every department and every team, side by side."""

import streamlit as st

from dashboard import cache, components, controls, page, theme, wording
from dashboard.teams import parts
from dashboard.wording import say

scope, load = page.start()
with st.container(horizontal=True, key="ctl"):
    wrong = controls.misread(load, scope)
    choice = controls.choose_period(load)
    st.html(controls.data_through(load))
for line in wrong:
    st.html(components.notice(line))
period = wording.period(choice.period)
page.titled(load, say("teams"), period)
with page.told(), st.spinner(say("teams_wait")):
    whole = cache.cascade(load, scope, choice.period, choice.against)
view = parts.View(whole, load.facts, choice.query(load), theme.tokens(), scope.teams is not None)
question = ("teams", scope, choice.period, choice.against, tuple(choice.query(load).items()), view.theme.name)
html = cache.drawn(load, question, lambda: parts.body(view))
st.html(components.printed_head(load.facts, say("teams"), period) + html)
page.end(load)
