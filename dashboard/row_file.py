"""Rows on a page with the file of them: what it is of, of when and of whom stands above the rows, and how many fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import components, raw_rows, wording
from dashboard.cache import RowsBehind
from dashboard.wording import say

MOST = 200_000
"""Rows that a file holds; `scorecard rows` takes up to a million."""


def show(
    found: RowsBehind,
    fetch: Callable[[int], RowsBehind],
    about: Sequence[str],
    key: str,
    zone: str,
    head: str = "",
    kept: Mapping[str, str | None] | None = None,
) -> None:
    """Draw the rows and a button for all of them, fetched when it is pressed. `about`: title, period, scope …; the
    file's name is made of them. `zone`: of the rows' times. `head`: what they are, when not those behind a number.
    `kept`: what the address of a ticket keeps of this page's."""
    st.html(raw_rows.table(found, head, kept))
    if not found.rows:
        return
    times = say("rows_times", zone=zone)
    st.html(components.note(times))
    st.download_button(
        say("rows_download"),
        lambda: raw_rows.as_csv(fetch(MOST), [*about, times]).encode(),
        file_name=file_name(about),
        mime="text/csv",
        key=key,
        on_click="ignore",
    )
    if found.total is not None and found.total > MOST:
        told = say("rows_file_first", most=wording.count(MOST), total=wording.count(found.total))
        st.html(components.note(told))


def file_name(about: Sequence[str]) -> str:
    """'customer-satisfaction-september-2026.csv': letters and digits only, whatever the names hold."""
    words = re.sub(r"[^a-z0-9]+", "-", " ".join(about).lower()).strip("-")
    return f"{words[:80].strip('-') or 'rows'}.csv"
