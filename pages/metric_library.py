"""Metric library: every definition, what it stands on, where it is used, and what is wrong in the files."""

import streamlit as st

from dashboard import access, cache, components, controls, page
from dashboard.metric_library import library, parts
from dashboard.wording import say
from metrics.definition import PERSPECTIVES

scope, load = page.start()
page.titled(load, say("metric_library"))
with st.container(horizontal=True, key="ctl"):
    words = controls.search("q")
    perspective = controls.select(
        "perspective", ["", *PERSPECTIVES], "", lambda one: say(one or "all_perspectives"), width=190
    )
    status = controls.select(
        "status", ["", "certified", "draft", "deprecated"], "", lambda one: say(f"definition_{one or 'any'}"), width=170
    )
    st.html(controls.data_through(load))
with page.told():
    every = cache.library(load)
kept = controls.carried()
shown = library.found(every, words, perspective, status)
view = parts.View(shown, every, kept, load.facts.currency, access.may("definitions"))
st.html(
    components.printed_head(load.facts, say("metric_library"))
    + parts.body(view, [page.without_paths(str(one)) for one in load.problems])
)
page.end(load)
