"""The retention page under its controls: triangle, metrics, contracts, reasons, in the order of its sections."""

from __future__ import annotations

from typing import cast

import streamlit as st

from dashboard import components, controls, page, theme, wording
from dashboard.board import customer_cards
from dashboard.cache import Load
from dashboard.charts import customers
from dashboard.controls import Choice
from dashboard.navigation import link
from dashboard.reasons import clause
from dashboard.retention import answers as ask
from dashboard.retention import parts, survival_parts
from dashboard.wording import say
from metrics.analyses.cohorts import Every
from metrics.scope import Scope
from metrics.scorecard import Scorecard
from metrics.stats.not_known import NotKnown

METRICS = ("retention", "retention_90d", "repeat_purchase_rate", "churn_rate", "active_customers")


def show(load: Load, scope: Scope, choice: Choice, board: Scorecard) -> None:
    """Draw all of it."""
    look = theme.tokens()
    top = st.container()
    every, by = _choose(load)
    with page.told(), top, st.spinner(say("rt_wait")):
        whole = ask.triangle(load, scope, choice, every, None)
        contracts = ask.staying(load, scope, choice, None)
    period = wording.period(choice.period)
    printed = components.printed_head(load.facts, say("retention"), choice.named, period)
    part = {**choice.query(load), "team": None, "department": None} if choice.where else None
    way = link("retention", part) if part else ""
    top.html(printed + parts.answer(whole, contracts, way))
    _triangle(load, scope, choice, every, by)
    if rows := customer_cards.section(say("rt_metrics"), METRICS, board, load, choice.query(load), look):
        st.html(rows)
    _contracts(load, scope, choice, by)
    st.html(parts.reasons(ask.reasons(load, scope, choice)))


def _choose(load: Load) -> tuple[Every, str | None]:
    with st.container(horizontal=True, key="cut"):
        every = controls.select("every", ["quarter", "month"], "quarter", lambda one: say(f"every_{one}"), width=196)
        names = ["", *ask.slices(load)]
        by = controls.select("cut", names, "", lambda one: say("cut_by", slice=_plain(one)) if one else say("cut_none"),
                             width=220)  # fmt: skip
    return cast(Every, every), by or None


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _triangle(load: Load, scope: Scope, choice: Choice, every: Every, by: str | None) -> None:
    found = ask.triangle(load, scope, choice, every, by)
    refused = ""
    if by and isinstance(found, NotKnown):
        refused = say("rt_not_cut", slice=_plain(by), why=clause(found))
        found = ask.triangle(load, scope, choice, every, None)
        refused = "" if isinstance(found, NotKnown) else refused
    st.html(parts.triangle(found, load.facts, refused))


def _contracts(load: Load, scope: Scope, choice: Choice, by: str | None) -> None:
    """How long contracts last: the curve, by groups when asked; then the model beside it."""
    look = theme.tokens()
    found = ask.staying(load, scope, choice, by)
    refused = ""
    if by and isinstance(found, NotKnown):
        refused = components.note(say("rt_not_cut", slice=_plain(by), why=clause(found)))
        found = ask.staying(load, scope, choice, None)
    if isinstance(found, NotKnown):
        none = components.note(say("sv_screen_none", why=clause(found)))
        st.html(components.section(say("sv_screen_title"), "", none))
        return
    left, right = st.columns(2, gap="large")
    with left:
        scoped = say("sv_screen_scope", space=wording.SPACE)
        st.html(components.section(say("sv_screen_title"), scoped, refused + survival_parts.told(found)))
        if found.by:
            if pictures := survival_parts.multiples(found, look):
                st.html(pictures)
        elif drawn := customers.survival(found.groups[0].curve, look):
            st.vega_lite_chart(drawn.data, drawn.spec, theme=None, key="survival", alt=drawn.alt, width="stretch")
    with right:
        _model(load, scope, choice)
    st.html(survival_parts.table(found) + components.note(say("sv_screen_note")))


def _model(load: Load, scope: Scope, choice: Choice) -> None:
    found = ask.contract_curve(load, scope, choice)
    if isinstance(found, NotKnown):
        none = components.note(say("cc_none", why=clause(found)))
        st.html(components.section(say("cc_title"), "", none))
        return
    st.html(components.section(say("cc_title"), say("cc_scope"), survival_parts.contract(found, choice.query(load))))
    if drawn := customers.contract_curve(found, theme.tokens()):
        st.vega_lite_chart(drawn.data, drawn.spec, theme=None, key="contracts", alt=drawn.alt, width="stretch")
