"""The script Streamlit runs. Alone in its folder: a sibling would shadow a package, a `pages/` would skip the guard."""

import streamlit as st

from dashboard import access, linked, navigation, page, theme
from dashboard.search import searching
from dashboard.wording import say

st.set_page_config(page_title=say("product"), page_icon=theme.ICON, layout="wide", initial_sidebar_state="auto")
access.guard()
with page.calm():
    chosen = st.navigation(navigation.pages(), position="top")
    theme.apply()
    linked.listen()
    searching.offer()
    chosen.run()
