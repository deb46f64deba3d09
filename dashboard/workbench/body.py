"""The workbench drawn: editor and problems on the left, preview, effect and hints on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from dashboard import components, controls, page, raw_rows, sentences, theme, wording
from dashboard.cache import Load
from dashboard.wording import say
from dashboard.workbench import answers, drafts, editor, parts, preview, saving
from dashboard.workbench.answers import Line
from dashboard.workbench.drafts import Work
from data_checks.errors import Problem, RequestError, TookTooLong
from metrics.drafts.drafting import LARGEST, Drafted
from metrics.scope import Scope

_VIEWS = ("month", "team", "sql", "rows")


def show(load: Load, scope: Scope, work: Work) -> str:
    """Draw the draft; returns what the browser's tab says of it."""
    draft = _bound(load, work, work.text)
    if not draft.problems:
        work.good = work.text
    tried = draft if not draft.problems else None if work.good is None else _bound(load, work, work.good)
    with st.container(horizontal=True, key="ctl"):
        st.html(parts.path(draft.file))
        st.html(controls.data_through(load))
    answer, actions = st.columns([8.4, 3.6], gap="large", vertical_alignment="bottom")
    answer.html(parts.head(*_answer(load, scope, work, draft)))
    with actions, st.container(horizontal=True, horizontal_alignment="right", key="wb_actions"):
        saving.buttons(scope, work, draft)
    saving.told(work, draft)
    left, right = st.columns(2, gap="large")
    with left:
        _editor(work, draft)
        st.html(parts.difference(work.source, work.text))
    with right:
        _preview(load, scope, work, tried, is_newest=tried is draft)
    return draft.metric or say("workbench")


def _bound(load: Load, work: Work, text: str) -> Drafted:
    question = ("bound", load.version, load.catalog, load.problems, work.start, work.source, text)
    return drafts.remembered(question, lambda: answers.bind(load, text, work.source))


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────


def _answer(load: Load, scope: Scope, work: Work, draft: Drafted) -> tuple[str, str]:
    """The sentence of the page and what stands under it."""
    definition = draft.definition
    if definition is None:
        return parts.answer_wrong(draft.problems, work.good is not None)
    name = sentences.short(definition)
    if work.source is not None and not work.is_changed:
        if work.source.of_library:
            return say("wb_answer_library", name=name), say("wb_sub_own")
        return say("wb_answer_saved", name=name), ""
    months = _asked("month", load, scope, work, draft)
    if isinstance(months, str) or not months:
        return say("wb_answer_right_bare"), ""
    last, period = months[-1], wording.period(load.default_period)
    figure = sentences.value_text(definition, last.now, load.facts.currency)
    if figure == say("no_value"):
        return say("wb_answer_right_none", period=period), ""
    told = say("wb_answer_right", period=period, value=figure)
    if last.saved is None or preview.shown(last.saved) is None:
        return told, ""
    if last.saved.value == last.now.value:
        return told, say("wb_sub_same")
    saved = sentences.value_text(definition, last.saved, load.facts.currency)
    change = preview.difference(definition, last, load.facts.currency)
    return told, say("wb_sub_change", saved=saved, change=change)


# ── left: the editor and what is wrong ───────────────────────────────────────────────────────────────


def _editor(work: Work, draft: Drafted) -> None:
    lines = wording.plural(work.text.rstrip().count("\n") + 1, "line", "lines")
    st.html(components.section(say("wb_definition"), say("wb_definition_scope", lines=lines), ""))
    first = _first(work, draft)
    marks = [mark for one in draft.problems if (mark := _mark(one, work.text, first))]
    editor.edit("wb_editor", work.text, work.revision, first, marks, LARGEST, lambda text: setattr(work, "text", text))
    if draft.problems:
        st.html(parts.problems_head(draft.problems, theme.tokens()))
    for place, one in enumerate(draft.problems[: parts.PROBLEMS_SHOWN]):
        st.html(parts.problem(one, work.text, first))
        mended = parts.mended(work.text, first, one)
        pair = parts.suggestion(one)
        if mended is not None and pair is not None:
            st.button(
                say("wb_use", word=pair[1]), key=f"wb_use_{place}", type="primary", on_click=work.put, args=(mended,)
            )
    if (more := len(draft.problems) - parts.PROBLEMS_SHOWN) > 0:
        st.html(components.note(say("wb_problem_more", n=more)))
    if draft.elsewhere:
        st.html(parts.elsewhere(draft.elsewhere))


def _first(work: Work, draft: Drafted) -> int:
    """The line of its file that the text begins in."""
    return work.source.first if work.source is not None and work.source.file == draft.file else 1


def _mark(one: Problem, text: str, first: int) -> editor.Mark | None:
    lines = text.split("\n")
    at = (one.place.line or 0) - first
    if one.place.line is None or one.place.column is None or not 0 <= at < len(lines):
        return None
    return editor.Mark(one.place.line, one.place.column, parts.length_of(one, lines[at]))


# ── right: the preview ───────────────────────────────────────────────────────────────────────────────


def _preview(load: Load, scope: Scope, work: Work, tried: Drafted | None, is_newest: bool) -> None:
    scope_told = say("wb_preview_now" if is_newest else "wb_preview_good")
    definition = None if tried is None else tried.definition
    if tried is None or definition is None:
        st.html(components.section(say("wb_preview"), "", components.note(say("wb_no_preview"))))
        return
    st.html(components.section(say("wb_preview"), scope_told, ""))
    currency, tokens, period = load.facts.currency, theme.tokens(), wording.period(load.default_period)
    for view, tab in zip(_VIEWS, _tabs(), strict=True):
        if not tab.open:
            continue
        with tab:
            found = _asked(view, load, scope, work, tried)
            if isinstance(found, str) and view != "sql":
                st.html(components.note(found))
            elif view in ("month", "team"):
                if view == "team":
                    st.html(components.note(say("wb_team_scope", period=period)))
                st.html(preview.table(found, definition, view, currency, tokens))
            elif view == "sql":
                st.html(components.note(say("wb_sql_scope", dialect="DuckDB", period=period)))
                st.code(found, language=None, wrap_lines=True)
            else:
                times = components.note(say("rows_times", zone=load.facts.timezone)) if found.rows else ""
                st.html(raw_rows.table(found) + times)
    effect = _asked("effect", load, scope, work, tried)
    if isinstance(effect, str):
        st.html(components.section(say("wb_effect"), "", components.note(effect)))
    else:
        st.html(preview.effect(effect, definition, load))
    months = _asked("month", load, scope, work, tried)
    lines: Sequence[Line] = () if isinstance(months, str) else months
    st.html(preview.hints(lines, definition, load.default_period, currency))


def _tabs() -> Sequence[TabContainer]:
    """The views of the preview; the address says which one is open."""
    labels = {view: say(f"wb_by_{view}" if view in ("month", "team") else f"wb_{view}") for view in _VIEWS}
    asked = st.query_params.get("view", _VIEWS[0])
    default = labels.get(asked, labels[_VIEWS[0]])

    def write() -> None:
        chosen = next(view for view, label in labels.items() if label == st.session_state["wb_view"])
        if chosen == _VIEWS[0]:
            st.query_params.pop("view", None)
        else:
            st.query_params["view"] = chosen

    return st.tabs(list(labels.values()), default=default, key="wb_view", on_change=write)


def _asked(view: str, load: Load, scope: Scope, work: Work, draft: Drafted) -> Any:
    """The answer of one view, or the sentence that stands where it cannot be given; asked once for each text."""
    beside = None if work.source is None else work.source.metric
    asks: dict[str, Callable[[], Any]] = {
        "month": lambda: answers.months(load, scope, draft, beside),
        "team": lambda: answers.teams(load, scope, draft, beside),
        "sql": lambda: answers.sql(load, scope, draft),
        "rows": lambda: answers.rows(load, scope, draft),
        "effect": lambda: answers.effect(load, scope, draft),
    }

    def answer() -> Any:
        try:
            return asks[view]()
        except TookTooLong as error:
            return say("wb_too_long", seconds=f"{error.seconds:g}")
        except RequestError as error:
            return page.without_paths(sentences.uncut(str(error)))

    question = (view, load.version, load.catalog, scope, beside, draft.metric, draft.catalog.hash)
    with st.spinner(say("wb_wait"), show_time=True):
        return drafts.remembered(question, answer)
