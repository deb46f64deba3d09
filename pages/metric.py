"""Metric: one metric, from its number down to the team, the agent and the rows behind it."""

import streamlit as st

from dashboard import compare, components, controls, filters, page, sentences, theme, wording
from dashboard.metric import body, detail
from dashboard.navigation import link
from dashboard.wording import say

scope, load = page.start()
metric = st.query_params.get("metric", "")
if metric not in load.definitions:
    page.titled(load, say("metrics"))
    kept = controls.carried()
    st.html(detail.unknown(load, metric) if metric else detail.choose(kept))
    page.end(load)
    st.stop()

with st.container(horizontal=True, key="ctl"):
    wrong = controls.misread(load, scope)
    level = controls.choose_level(load, scope, metric)
    st.html(controls.data_through(load))
for line in wrong:
    st.html(components.notice(line))
if not level.filters.is_single or level.filters.channel:
    whole = {**level.query(load), **filters.Filters().query(), "rows": None}
    controls.say_filter(level.filters, link("metric", whole))
with page.told():
    card = compare.card(load, scope, level)
view = detail.View(load, card, level.query(load), theme.tokens())
names = (level.named, wording.period(card.result.period))
page.titled(load, sentences.brief(card.definition), *names)
st.html(components.printed_head(load.facts, *reversed(names)) + detail.crumbs(view))
if card.result.state == "not_provided" and level.where:
    st.html(detail.uncut(view, level.filters.used[-1]))
else:
    body.show(view, level, scope)
page.end(load)
