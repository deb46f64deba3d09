"""What else a metric's page can say, each computed when it is opened; the address holds what is open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from dashboard import access, components, page, sentences
from dashboard.benchmarks import parts as benchmark_parts
from dashboard.charts import forecast
from dashboard.components import anchor, esc, note
from dashboard.controls import Level
from dashboard.metric import answers, driver_parts, explain_parts, forecast_parts
from dashboard.metric.detail import View
from dashboard.navigation import link
from dashboard.retention import parts as retention_parts
from dashboard.wording import say
from data_checks.errors import RequestError
from metrics.period import shifted
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown


def why_it_changed(view: View, level: Level, scope: Scope) -> None:
    """Draw the parts of the change; a sentence where there are none."""
    after = view.card.result.period
    before = view.card.previous.period if view.card.previous else level.against
    try:
        found = answers.explanation(view.load, scope, level, after, before)
        st.html(explain_parts.why(found, view.currency, view.theme))
    except RequestError as error:
        st.html(components.section(say("mx_why"), "", note(_sentence(error))))


def show(view: View, level: Level, scope: Scope) -> None:
    """Draw the sections that the metric has, closed."""
    try:
        has, told = answers.sections(view.load, scope, level)
    except RequestError as error:
        st.html(components.section(say("mx_sections"), "", note(_sentence(error))))
        return
    st.html(components.section(say("mx_sections"), "", ""))
    draws: dict[str, Callable[[View, Level, Scope], None]] = {
        "forecast": _forecast, "drivers": _drivers, "cohorts": _cohorts, "beside": _beside, "definition": _definition,
    }  # fmt: skip
    for name in has:
        box = _box(name)
        if box.open:
            with box:
                try:
                    draws[name](view, level, scope)
                except RequestError as error:
                    st.html(note(_sentence(error)))
    if told:
        st.html(note(told))


def _box(name: str) -> ExpanderContainer:
    """A section that the address may open; opening and closing it writes the address."""
    key = f"section_{name}"
    asked = [one for one in st.query_params.get("open", "").split(",") if one]
    st.session_state[key] = name in asked

    def write() -> None:
        now = [one for one in asked if one != name] + ([name] if st.session_state[key] else [])
        if now:
            st.query_params["open"] = ",".join(now)
        else:
            st.query_params.pop("open", None)

    return st.expander(say(f"mx_{name}"), key=key, on_change=write)


def _sentence(error: RequestError) -> str:
    return page.without_paths(sentences.uncut(str(error)))


def _forecast(view: View, level: Level, scope: Scope) -> None:
    found = answers.forecast(view.load, scope, level)
    if isinstance(found, NotKnown):
        st.html(forecast_parts.none(found.sentence))
        return
    drawn = forecast.ahead(found, view.currency, view.theme)
    st.html(forecast_parts.answer(found, view.currency))
    st.vega_lite_chart(drawn.data, drawn.spec, theme=None, key="ahead", alt=drawn.alt, width="stretch")
    st.html(forecast_parts.months(found, view.currency))


def _drivers(view: View, level: Level, scope: Scope) -> None:
    found = answers.drivers(view.load, scope, level)
    first = shifted(level.period, 1 - answers.DRIVER_MONTHS)
    st.html(driver_parts.drivers(found, first, level.period, view.theme))
    if found.service is not None and found.map is not None:
        st.html(driver_parts.questions(found.map))


def _cohorts(view: View, level: Level, scope: Scope) -> None:
    del level  # a section of the whole alone
    kept = view.definition.retention
    found = answers.cohorts(view.load, scope, "quarter" if kept and kept.every == "quarter" else "month")
    st.html(retention_parts.triangle(found, view.load.facts))


def _beside(view: View, level: Level, scope: Scope) -> None:
    found = answers.beside(view.load, scope, level)
    named = level.agent or level.team or level.department
    drawn = benchmark_parts.View(found, view.query, view.theme, view.currency, named)
    if not found.comparisons:
        st.html(note(sentences.sentence(found.missing)))
    for one in found.comparisons:
        st.html(benchmark_parts.beside_others(one, drawn))


def _definition(view: View, level: Level, scope: Scope) -> None:
    del scope  # a definition is nobody's rows
    found = answers.definition(view.load, level.metric)
    if found is not None:
        told = say("mx_definition_library") if found.of_library else say("mx_definition_file", file=found.file)
        edit = anchor(say("mx_definition_edit"), link("workbench", {"metric": level.metric}))
        way = f" {edit}." if access.may("definitions") else ""
        st.html(f'<p class="note">{esc(told)}{way}</p>')
        st.code(found.text, language=None, wrap_lines=True)
