"""Ticket: one request for help, what happened to it and what the customer said."""

import streamlit as st

from dashboard import access, cache, components, controls, page
from dashboard.ticket import parts
from dashboard.wording import say
from metrics.rows.ticket import one_ticket

scope, load = page.start()
page.titled(load, say("ticket"))
page.closed_unless(access.sees_people(), load, say("access_no_people"))
with st.container(horizontal=True, key="ctl"):
    st.html(controls.data_through(load))
asked = st.query_params.get("ticket", "")
query = {name: st.query_params.get(name) for name in ("metric", "period", "against")}
with page.told():
    found = one_ticket(cache.opened(load).warehouse, scope, asked) if asked else None
page.titled(load, say("ticket"), found.ticket_id if found else None)
st.html(components.printed_head(load.facts, say("ticket"), found.ticket_id if found else None))
if found is None:
    st.html(parts.unknown(asked, query))
else:
    st.html(parts.body(parts.View(load, found, query)))
page.end(load)
