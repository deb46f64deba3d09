"""Who may see what: the guard that opens every page and the entry script."""

from __future__ import annotations

import streamlit as st

from dashboard import settings
from dashboard.wording import say
from metrics.scope import Scope


def guard() -> Scope:
    """The reader's Scope. Ends the run for anybody whose right to read is not certain."""
    if settings.access_mode() != "open":
        st.error(say("closed"))
        st.stop()
    return Scope.everything()


def writer() -> str | None:
    """The name of the person who is signed in and writes; None in open mode, where people type theirs."""
    return None
