"""Agent: one person's numbers beside the team's, fairly, with the tickets and voices behind them."""

import streamlit as st

from dashboard import access, cache, components, controls, page, theme, wording
from dashboard.agent import answers, parts
from dashboard.wording import say

scope, load = page.start()
page.titled(load, say("agent"))
page.closed_unless(access.sees_people(), load, say("access_no_agents"))
with st.container(horizontal=True, key="ctl"):
    choice = controls.choose_period(load)
    st.html(controls.data_through(load))
name, team = st.query_params.get("agent", ""), st.query_params.get("team")
query = {**choice.query(load), "team": team, "agent": name or None}
with page.told():
    known = answers.known(load, scope)
found = [post for post in known if post.name == name and team in (None, post.team)]
if not name:
    page.titled(load, say("agent"))
    st.html(parts.choose(known, query))
elif not found:
    page.titled(load, say("agent"))
    near = answers.near(name, known)
    st.html(parts.unknown(name, team or "", known, query, near))
elif len(found) > 1:
    page.titled(load, say("agent"))
    st.html(parts.several(name, found, query))
else:
    page.titled(load, name, found[0].team, wording.period(choice.period))
    with page.told(), st.spinner(say("agent_wait")):
        agent = answers.one(load, scope, found[0], choice.period)
    part = answers.where_of(load, scope, found[0])
    verdicts = tuple(cache.verdict(load, scope, line.definition, line.own, part) for line in agent.lines)
    here = {**query, "team": found[0].team}
    view = parts.View(load, agent, choice.period, verdicts, here, theme.tokens())
    st.html(components.printed_head(load.facts, name, found[0].team) + parts.crumbs(view) + parts.head(view))
    st.html(parts.metrics(view) + parts.trends(view))
    with st.container(key="today"):
        left, right = st.columns([7.6, 4.4], gap="large")
    left.html(parts.voices(view))
    right.html(parts.tickets(view) + parts.credit(view) + parts.training(view))
page.end(load)
