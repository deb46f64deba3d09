"""Workbench: a metric definition drafted, checked and tried on the published load before anybody else sees it."""

import streamlit as st

from dashboard import access, page, workbench_answers, workbench_body, workbench_drafts, workbench_parts
from dashboard.wording import say
from dashboard.words_workbench import TEMPLATES

scope, load = page.start()
metric, template = st.query_params.get("metric", ""), st.query_params.get("new")
if not access.may("definitions"):
    st.html(workbench_parts.closed())
    page.end(load)
    st.stop()
with page.told():
    begun = workbench_answers.source(load, metric) if metric else None
page.titled(load, metric or None, say("workbench"))
if metric and begun is None:
    st.html(workbench_parts.unknown(metric))
elif begun is not None or template in TEMPLATES:
    start = f"metric {metric}" if begun else f"new {template}"
    text = begun.text if begun else TEMPLATES[template or ""]
    with page.told():
        workbench_body.show(load, scope, workbench_drafts.work(start, text, begun))
else:
    st.html(workbench_parts.start(load.definitions.values(), (*load.kept, *load.left_out)))
page.end(load)
