"""The page about the value of customers under its controls, in the order of its sections."""

from __future__ import annotations

import streamlit as st

from dashboard import components, controls, page, theme, wording
from dashboard.board import customer_cards
from dashboard.cache import Load
from dashboard.controls import Choice
from dashboard.lifetime_value import answers as ask
from dashboard.lifetime_value import parts, worth_parts
from dashboard.wording import say
from metrics.models.customers import SLICES, Base
from metrics.scope import Scope
from metrics.scorecard import Scorecard
from metrics.stats.not_known import NotKnown

METRICS = (
    "predicted_lifetime_value",
    "lifetime_value_12m",
    "lifetime_value_24m",
    "contract_lifetime_value",
    "customer_acquisition_cost",
    "lifetime_to_acquisition",
    "lifecycle_growth",
    "lifecycle_mature",
    "lifecycle_declining",
)


def show(load: Load, scope: Scope, choice: Choice, board: Scorecard) -> None:
    """Draw all of it."""
    look, currency, query = theme.tokens(), load.facts.currency, choice.query(load)
    with page.told(), st.spinner(say("lv_wait")):
        found = ask.base(load, scope, choice)
    period = wording.period(choice.period)
    printed = components.printed_head(load.facts, say("lifetime_value"), choice.named, period)
    st.html(printed + parts.answer(found, currency, query))
    if rows := customer_cards.section(say("lv_metrics"), METRICS, board, load, query, look):
        st.html(rows)
    cut = _choose(found)
    if not isinstance(found, NotKnown):
        st.html(parts.by(found, cut, currency))
    _came(load, scope, choice, cut, currency)
    if not isinstance(found, NotKnown):
        _models(load, scope, choice, found)
    with st.spinner(say("lv_wait_worth")):
        worth = ask.worth(load, scope)
    st.html(worth_parts.worth(worth, currency))


def _choose(found: Base | NotKnown) -> str:
    """The slice in the address, of those the customers have."""
    known = SLICES if isinstance(found, NotKnown) else tuple(found.cuts)
    with st.container(horizontal=True, key="cut"):
        return controls.select("cut", known, known[0], lambda one: say("cut_by", slice=say(f"lv_cut_{one}")), width=240)


def _came(load: Load, scope: Scope, choice: Choice, cut: str, currency: str) -> None:
    """What new customers have brought, by cohort and by the slice chosen."""
    after = {metric: months for metric, months in ask.AFTER.items() if metric in load.definitions}
    if not after:
        return
    by_quarter = {metric: ask.cohorts(load, scope, choice, metric) for metric in after}
    told = worth_parts.came(by_quarter, load.definitions, after, currency)
    if cut != "cohort":
        apart = {metric: ask.parts(load, scope, choice, metric, cut) for metric in after}
        told = f'<div class="pair">{told}{worth_parts.came_by(apart, cut, load.definitions, after, currency)}</div>'
    if told:
        st.html(told)


def _models(load: Load, scope: Scope, choice: Choice, found: Base) -> None:
    """Where customers stand, how good the fit was, and the fit itself."""
    held = ask.held_back(load, scope, choice)
    st.html(parts.stages(found, load.facts.currency))
    left = parts.test(held)
    right = parts.scores(found) + parts.model(found)
    st.html(f'<div class="pair"><div>{left}</div><div>{right}</div></div>')
