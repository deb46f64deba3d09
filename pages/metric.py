"""Metric: one metric, from its number down to the team, the agent and the rows behind it."""

import streamlit as st

from dashboard import cache, charts, components, controls, detail, page, raw_rows, theme
from dashboard.wording import say

scope, load = page.start()
if not st.query_params.get("metric"):
    st.html(detail.library(load))
    page.end(load)
    st.stop()
with page.told():
    level = controls.asked_level(load)
    card = cache.card(load, scope, level.metric, level.period, level.against, level.where)
view = detail.View(load, card, level.query(load), theme.tokens())

st.html(detail.crumbs(view) + detail.head(view))
left, right = st.columns([8.4, 3.6], gap="large")

with left:
    months = cache.months(load, scope, level.metric, level.period, level.where)
    trend = charts.trend(months, level.period, card.definition, load.facts.currency, view.theme)
    st.html(detail.trend_head(trend))
    if trend:
        st.vega_lite_chart(trend.data, trend.spec, theme=None, key="trend", alt=trend.alt, width="stretch")
        st.html(detail.trend_notes(trend))
    if level.by:
        groups, refused = cache.groups_or_reason(load, scope, level.metric, level.by, level.period, level.where)
        if refused:
            st.html(components.section(say(f"by_{level.by}"), "", components.note(refused)))
        else:
            st.html(detail.groups(view, level.by, groups, [cache.verdict(card.definition, one) for one in groups]))
    if level.shows_rows:
        with page.told():
            st.html(raw_rows.table(cache.rows(load, scope, level.metric, level.period, level.where)))
    else:
        st.html(detail.rows_offer(view))

with right:
    st.html(detail.receipt(view))
    with st.expander(say("sql"), key="sql"), page.told():
        st.code(cache.sql(load, scope, level.metric, level.period, level.where), language=None, wrap_lines=True)
page.end(load)
