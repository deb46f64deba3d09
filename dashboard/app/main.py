"""The script Streamlit runs. Alone in its folder: a sibling would shadow a package, a `pages/` would skip the guard."""

import streamlit as st

from dashboard import access, linked, navigation, theme
from dashboard.wording import say

st.set_page_config(page_title=say("product"), page_icon=theme.ICON, layout="wide")
access.guard()
page = st.navigation(navigation.pages(), position="top")
theme.apply()
linked.listen()
page.run()
