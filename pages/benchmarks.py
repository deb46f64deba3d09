"""Benchmarks: own values beside what competitors and industries have published, on the same scale only."""

import streamlit as st

from dashboard import cache, components, controls, page, theme, wording
from dashboard.benchmarks import parts
from dashboard.wording import say

scope, load = page.start()
choice, _ = controls.head(load, scope, "benchmarks", has_rivals=False)
period = wording.period(choice.period)
page.titled(load, say("benchmarks"), choice.named, period)
with page.told():
    found = cache.benchmarks(load, scope, choice.period, choice.where)
view = parts.View(found, choice.query(load), theme.tokens(), load.facts.currency, choice.named)
st.html(components.printed_head(load.facts, say("benchmarks"), choice.named, period) + parts.body(view))
page.end(load)
