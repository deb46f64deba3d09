"""The funnel's section: its head, the plot, and in words who lies outside and who could not be compared."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import sentences, wording
from dashboard.charts.funnel import funnel, value_text
from dashboard.components import anchor, esc, note, section
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.fair_groups import FairGroup, FairGroups
from metrics.definition import MetricDefinition
from metrics.period import Period

_NAMED = 6


def draw(
    fair: FairGroups,
    by: str,
    definition: MetricDefinition,
    period: Period,
    currency: str,
    theme: Tokens,
    address: Callable[[str], str],
) -> None:
    """Draw the funnel of compared groups in one period; `address`: the page of one of them. Kinds that a funnel cannot
    hold say nothing."""
    if not fair.groups and not fair.small:
        return
    head = say(f"funnel_{by}"), say("funnel_scope", name=sentences.brief(definition), period=wording.period(period))
    drawn = funnel(fair, definition, currency, theme)
    if drawn is None:
        st.html(section(*head, note(say("funnel_none", why=fair.why_not))))
        return
    st.html(f'<div id="funnel">{section(*head, "")}</div>')
    st.vega_lite_chart(drawn.data, drawn.spec, theme=None, key=f"funnel_{by}", alt=drawn.alt, width="stretch")
    st.html(words(fair, definition, currency, address))


def words(fair: FairGroups, definition: MetricDefinition, currency: str, address: Callable[[str], str]) -> str:
    """Who lies outside, each a link; who is too few; how to read the areas."""
    told = "".join(f'<p class="note">{_outside(one, definition, currency, address)}</p>' for one in fair.outside)
    if not fair.outside:
        told = note(say("funnel_all_inside"))
    if fair.small:
        few = len(fair.small) <= _NAMED
        told += note(
            say("funnel_small", names=", ".join(fair.small)) if few else say("funnel_small_many", n=len(fair.small))
        )
    wide = say("funnel_wide", times=f"{fair.dispersion**0.5:.1f}") if fair.dispersion > 1 else ""
    return told + note(say("funnel_note", space=wording.SPACE, wide=wide))


def _outside(one: FairGroup, definition: MetricDefinition, currency: str, address: Callable[[str], str]) -> str:
    likely = ""
    if one.likely is not None and one.likely_low is not None and one.likely_high is not None:
        span = wording.interval(one.likely_low, one.likely_high, definition.unit, currency)
        likely = say("funnel_likely", value=value_text(one.likely, definition, currency), interval=span)
    told = say(
        f"funnel_{one.outside}",
        name="\0",
        value=value_text(one.value, definition, currency),
        n=wording.count(one.n),
        likely=likely,
    )
    return esc(told).replace("\0", anchor(one.name, address(one.name)))
