"""The satisfaction page under its controls, in the order of its sections."""

from __future__ import annotations

import streamlit as st

from dashboard import access, components, controls, page, sentences, theme, wording
from dashboard.board import customer_cards
from dashboard.cache import Load
from dashboard.charts import importance
from dashboard.controls import Choice
from dashboard.metric import driver_parts
from dashboard.reasons import clause
from dashboard.satisfaction import answers as ask
from dashboard.satisfaction import parts, voices
from dashboard.wording import say
from metrics.period import shifted
from metrics.scope import Scope
from metrics.scorecard import Scorecard
from metrics.stats.not_known import NotKnown

METRICS = (
    "csat",
    "csat_mean",
    "csat_weighted",
    "nps",
    "ces",
    "response_rate",
    "silent_customer_share",
    "service_recovery_rate",
)


def show(load: Load, scope: Scope, choice: Choice, board: Scorecard) -> None:
    """Draw all of it."""
    query, period = choice.query(load), wording.period(choice.period)
    with page.told():
        spreads = ask.spreads(load, scope, choice)
    printed = components.printed_head(load.facts, say("satisfaction"), choice.named, period)
    st.html(printed + parts.answer(board, load.facts.currency))
    st.html(parts.spreads(spreads, load.definitions, query))
    if rows := customer_cards.section(say("sa_metrics"), METRICS, board, load, query, theme.tokens()):
        st.html(rows)
    defined = [metric for metric in ask.COMPARED if metric in load.definitions]
    by_channel = {metric: ask.groups(load, scope, choice, metric, "channel") for metric in defined}
    st.html(parts.channels(by_channel, load.definitions, period, query))
    _drivers(load, scope, choice)
    if ask.RATE in load.definitions:
        by_survey, by_segment = (ask.groups(load, scope, choice, ask.RATE, by) for by in ("survey", "segment"))
        heard = ask.heard(load, scope, choice)
        st.html(parts.missing(heard, by_survey, by_segment, period))
    _voices(load, scope, choice)


def _drivers(load: Load, scope: Scope, choice: Choice) -> None:
    """Drivers on the left, the map of the questions on the right."""
    with st.spinner(say("sa_wait")):
        found = ask.drivers(load, scope, choice)
    span = wording.period(ask.span_of_drivers(choice))
    left, right = st.columns(2, gap="large")
    with left:
        if isinstance(found, NotKnown):
            told = components.note(say("sa_drivers_none", why=clause(found)))
        else:
            first = shifted(choice.period, 1 - ask.MONTHS_OF_DRIVERS)
            told = driver_parts.drivers(found, first, choice.period, theme.tokens())
        st.html(components.section(say("sa_drivers"), say("sa_drivers_scope", span=span), told))
    with right:
        scoped = say("sa_map_scope", span=span)
        placed = None if isinstance(found, NotKnown) else found.map
        drawn = importance.importance_map(placed, theme.tokens()) if placed else None
        if drawn is None:
            why = say("no_data").lower() if placed is None else placed.reason.rstrip(".")
            st.html(components.section(say("sa_map"), scoped, components.note(say("sa_map_none", why=why))))
            return
        st.html(components.section(say("sa_map"), scoped, ""))
        st.vega_lite_chart(drawn.data, drawn.spec, theme=None, key="map", alt=drawn.alt, width="stretch")
        st.html(components.note(say("sa_map_note")))


def _voices(load: Load, scope: Scope, choice: Choice) -> None:
    """What customers wrote, with the choice of whose."""
    if not access.may("comments"):
        st.html(components.section(say("sa_voices"), "", components.note(say("access_no_people"))))
        return
    with st.container(key="cut"):
        mood = controls.select("voices", ["", "unhappy"], "", lambda one: say(f"voices_{one or 'all'}"), width=240)
    found = ask.voices(load, scope, choice, mood == "unhappy")
    metrics = [(one, sentences.brief(load.definitions[one])) for one in ask.SURVEYS if one in load.definitions]
    st.html(voices.voices(found, wording.period(choice.period), choice.query(load), metrics))
