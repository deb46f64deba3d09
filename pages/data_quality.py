"""Data quality: where every row went, what the checks found, and what that means for which metric."""

from dataclasses import replace

import streamlit as st

from dashboard import cache, components, page, theme
from dashboard.data_quality import file, parts
from dashboard.navigation import link
from dashboard.wording import say

scope, load = page.start()
page.titled(load, say("data_quality"))
with page.told():
    found = replace(cache.quality(load, scope), refused=load.refused)
drawn = parts.Drawn(found, theme.tokens(), lambda metric: link("metric", {"metric": metric}))
st.html(
    components.printed_head(load.facts, say("data_quality")) + components.data_through(load.facts) + parts.body(drawn)
)
st.download_button(
    say("q_download"),
    lambda: file.document(found).encode(),
    file_name=f"data-quality-{load.facts.load_id}.html",
    mime="text/html",
    key="quality_file",
    on_click="ignore",
)
page.end(load)
