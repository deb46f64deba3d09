"""My team today: what is late, what falls due, who waits for an answer, at the time the data reach."""

import streamlit as st

from dashboard import access, cache, components, controls, page, row_file, theme
from dashboard.today import answers, funnel, parts
from dashboard.today import view as today_view
from dashboard.wording import say

scope, load = page.start()
with st.container(horizontal=True, key="ctl"):
    wrong = controls.misread(load, scope)
    team = controls.select("team", ["", *cache.teams(load, scope)], "", lambda one: one or say("all_teams"), width=200)
    st.html(controls.data_through(load))
for line in wrong:
    st.html(components.notice(line))
asked = st.query_params.get("department")
department = asked if not team and asked in cache.departments(load, scope) else None
named = team or department
where = (("team", (team,)),) if team else (("department", (department,)),) if department else ()
kept = {name: st.query_params.get(name) for name in ("period", "against")}
query = {**kept, "team": team or None, "department": department}
teams = cache.teams(load, scope)
view = today_view.View(load, teams, scope.teams is not None, named, query, theme.tokens(), access.sees_people())
page.titled(load, say("today"), named)
st.html(components.printed_head(load.facts, say("today"), named))
wanted = st.query_params.get("list", "")
with page.told():
    if wanted in answers.LISTS:
        page.closed_unless(view.sees_people, load, say("access_no_people"))
        found = answers.listed(load, scope, where, wanted, 200)
        st.html(parts.list_head(view, wanted, found.total or 0))
        about = parts.list_about(view, wanted)

        def fetch(most: int) -> cache.RowsBehind:
            return answers.listed(load, scope, where, wanted, most)

        row_file.show(found, fetch, about, "list_csv", load.facts.timezone, about[0])
    else:
        day = answers.day(load, scope, where)
        st.html(parts.head(view, day))
        with st.container(key="today"):
            left, right = st.columns([7.6, 4.4], gap="large")
        left.html(parts.main(view, day))
        right.html(parts.ages(view, day.work))
        by = "agent" if team or len(teams) == 1 else "team"
        with right:
            funnel.show(view, answers.compared(load, scope, where, by))
        right.html(parts.goals(view, answers.goals(load, scope, where)))
page.end(load)
