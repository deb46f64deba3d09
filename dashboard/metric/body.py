"""A metric's page under its controls: answer, trend, groups, receipt, and the rows over the full width."""

from __future__ import annotations

import streamlit as st

from dashboard import access, cache, components, export_menu, page, row_file, sentences, wording
from dashboard.charts import trends
from dashboard.controls import Level
from dashboard.metric import comments, detail, sections
from dashboard.metric.detail import View
from dashboard.receipt import parts as receipt_parts
from dashboard.teams import funnel as team_funnel
from dashboard.wording import say
from data_checks.errors import RequestError
from metrics.analyses.fair_groups import compare_groups
from metrics.scope import Scope


def show(view: View, level: Level, scope: Scope) -> None:
    """Draw the metric at its level."""
    st.html(detail.head(view))
    with st.container(key="detail"):
        left, right = st.columns([8.4, 3.6], gap="large")
    book = cache.book(view.load, scope, level.metric)
    with left:
        _trend(view, level, scope, book)
        can_cut = _groups(view, level, scope)
        comments.show(view, level, scope, book)
    with right:
        sections.why_it_changed(view, level, scope)
        st.html(detail.checks(view) + detail.receipt(view))
        if access.may("sql"):
            with st.expander(say("sql"), key="sql"), page.told():
                sql = cache.sql(view.load, scope, level.metric, level.period, level.where)
                st.code(sql, language=None, wrap_lines=True)
    sections.show(view, level, scope)
    _receipt(view, level, scope)
    if not access.may("rows"):
        return
    if level.shows_rows:
        with page.told():
            _rows(view, level, scope)
    else:
        total = cache.row_count(view.load, scope, level.metric, level.period, level.where)
        if offer := detail.rows_offer(view, level.by if can_cut else None, total):
            st.html(offer)


def _receipt(view: View, level: Level, scope: Scope) -> None:
    """Everything the number stands on; nobody waits for it who does not open it."""
    box = st.expander(say("rc_full"), key="receipt", on_change="rerun")
    if box.open:
        with box, page.told():
            period = view.card.result.period
            st.html(receipt_parts.full(cache.receipt(view.load, scope, level.metric, period, level.where)))


def _trend(view: View, level: Level, scope: Scope, book: cache.Book) -> None:
    months = cache.months(view.load, scope, level.metric, level.period, level.where)
    events = cache.events(view.load, scope, book)
    trend = trends.trend(months, level.period, view.card.definition, view.currency, view.theme, events)
    st.html(detail.trend_head(trend))
    if trend:
        st.vega_lite_chart(trend.data, trend.spec, theme=None, key="trend", alt=trend.alt, width="stretch")
        st.html(detail.trend_notes(trend))
        part = " · ".join(value or say("unnamed") for _, values in level.where for value in values)
        export_menu.chart_buttons(view.load, view.card.definition, months, level.period, part, events)


def _groups(view: View, level: Level, scope: Scope) -> bool:
    """Draw the teams or agents; whether there are any to go down to."""
    if not level.by or (level.by == "agent" and not access.may("agents")):
        return False
    groups, refused = cache.groups_or_reason(view.load, scope, level.metric, level.by, level.period, level.where)
    if refused:
        st.html(components.section(say(f"by_{level.by}"), "", components.note(refused)))
    else:
        verdicts = [cache.verdict(view.load, scope, view.card.definition, one, level.where) for one in groups]
        st.html(detail.groups(view, level.by, groups, verdicts))
        by, definition = level.by, view.card.definition
        look = (definition, level.period, view.currency, view.theme)
        fair = compare_groups(groups, by, definition)
        team_funnel.draw(fair, by, *look, lambda name: view.address(**{by: name, "rows": None}))
    return any(one.slices.get(level.by) is not None for one in groups)


def _rows(view: View, level: Level, scope: Scope) -> None:
    asked = (view.load, scope, level.metric, level.period, level.where)
    try:
        found = cache.rows(*asked)
    except RequestError as error:  # hidden, withheld, or of nobody's team: said in its place
        st.html(components.section(say("rows_behind"), "", components.note(sentences.sentence(str(error)))))
        return
    about = [sentences.title(view.definition), wording.period(level.period), *detail.levels(view)]
    kept = {name: view.query.get(name) for name in ("metric", "period", "against")}
    row_file.show(
        found, lambda most: cache.rows(*asked, limit=most), about, "rows_csv", view.load.facts.timezone, kept=kept
    )
