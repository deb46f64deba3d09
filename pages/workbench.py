"""Workbench: a metric definition drafted, checked and tried on the published load before anybody else sees it."""

import streamlit as st

from dashboard import access, page
from dashboard.wording import say
from dashboard.words.workbench import TEMPLATES
from dashboard.workbench import answers, body, drafts, parts

scope, load = page.start()
metric, template = st.query_params.get("metric", ""), st.query_params.get("new")
if not access.may("definitions"):
    st.html(parts.closed())
    page.end(load)
    st.stop()
with page.told():
    begun = answers.source(load, metric) if metric else None
page.titled(load, metric or None, say("workbench"))
if metric and begun is None:
    st.html(parts.unknown(metric))
elif begun is not None or template in TEMPLATES:
    start = f"metric {metric}" if begun else f"new {template}"
    text = begun.text if begun else TEMPLATES[template or ""]
    with page.told():
        body.show(load, scope, drafts.work(start, text, begun))
else:
    st.html(parts.start(load.definitions.values(), (*load.kept, *load.left_out)))
page.end(load)
