"""The comments under a number: reading them, writing one, marking the number as reviewed."""

from __future__ import annotations

import streamlit as st

from dashboard import access, cache, components, sentences, wording
from dashboard.controls import Level
from dashboard.metric import comment_parts
from dashboard.metric.detail import View
from dashboard.page import without_paths
from dashboard.wording import say
from data_checks.errors import RequestError
from data_checks.journal_entries import (
    AUTHOR_LENGTH,
    TEXT_LENGTH,
    About,
    Comment,
    Entries,
    current,
    review_problem,
    slices_of,
)
from metrics.scope import Scope

_NAME = "comment_author"


def about(view: View, level: Level) -> About:
    """The number on the page: its metric, what it is filtered by, and the period it is of."""
    period = view.card.result.period
    slices = slices_of({name: values[0] for name, values in level.where})
    return About(level.metric, slices, period.start, period.grain)


def show(view: View, level: Level, scope: Scope, book: cache.Book) -> None:
    """Draw what was said about the number, and the form to say more, to whom may."""
    if not level.filters.is_single:
        st.html(comment_parts.closed(say("comments_one")))
        return
    number, facts = about(view, level), view.load.facts
    if not cache.may_write(view.load, scope, number):
        st.html(comment_parts.closed(say("comments_own")))
        return
    if book.problem:
        st.html(comment_parts.closed(say("comments_unread", why=without_paths(book.problem))))
        return
    found = comment_parts.on(book.entries, number)
    subject = " · ".join(
        [*(value or say("unassigned") for _, value in number.slices), wording.period(view.card.result.period)]
    )
    is_red = view.card.status == "missed"
    st.html(comment_parts.said(found, subject, is_red, facts.timezone, view.theme))
    if not access.may("write"):
        return
    with st.expander(say("comment_write_red" if is_red else "comment_write"), key="write"):
        _form(view, number, scope, found)


def _form(view: View, number: About, scope: Scope, found: Entries) -> None:
    """One form for each number, so that what is begun here is not sent from there; a new one after each entry."""
    written = f"written {number}"
    st.session_state.setdefault(written, 0)
    writer = access.writer()
    with st.form(f"comment {number} {st.session_state[written]}", border=False):
        text = st.text_area(say("comment_text"), max_chars=TEXT_LENGTH)
        if writer is None:
            known = st.session_state.get(_NAME, "")
            author = st.text_input(say("comment_author"), value=known, max_chars=AUTHOR_LENGTH)
        else:
            author = writer
            st.html(components.note(say("comment_as", author=writer)))
        replaces = _replaces(current(found.comments))
        with st.container(horizontal=True):
            adds = st.form_submit_button(say("comment_add"))
            reviews = view.card.status == "missed" and st.form_submit_button(say("comment_review"))
    if not (adds or reviews):
        return
    try:
        if reviews and not text.strip():
            if told := review_problem(view.card.status, commented=bool(found.comments)):
                raise RequestError(told)
        else:
            cache.write_comment(view.load, scope, number, text, author, replaces)
        if reviews:
            cache.mark_reviewed(view.load, scope, number, view.card.status, author)
    except RequestError as error:
        st.html(components.notice(without_paths(sentences.sentence(str(error)))))
        return
    st.session_state[_NAME] = author
    st.session_state[written] += 1
    st.rerun()


def _replaces(comments: tuple[Comment, ...]) -> int | None:
    """The number of the comment that the new one corrects; only asked when there are some."""
    if not comments:
        return None
    named = {one.id: say("comment_number", number=one.id, author=one.author) for one in comments}
    chosen: int | None = st.selectbox(
        say("comment_replaces"),
        [None, *named],
        format_func=lambda one: say("comment_new") if one is None else named[one],
    )
    return chosen
