"""What every page does first and last: guard, load, and words instead of a page when there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import access, cache, components, sentences, wording
from dashboard.cache import Load, NothingPublished
from dashboard.navigation import link
from dashboard.wording import say
from data_checks.errors import FileProblems, ScorecardError
from metrics.scope import Scope


def start() -> tuple[Scope, Load]:
    """The reader's scope and the published load; ends the run with words when either is missing."""
    scope = access.guard()
    with told():
        load = cache.current()
    if load.refused:
        st.html(components.notice(load.refused))
    if load.problems:
        many = len(load.problems)
        key = "definitions_wrong_one" if many == 1 else "definitions_wrong"
        st.html(components.notice(say(key, n=many, first=load.problems[0])))
    return scope, load


@contextmanager
def told() -> Iterator[None]:
    """Whatever a person may be told about becomes a sentence and a next step; then the run ends."""
    try:
        yield
    except ScorecardError as error:
        st.html(trouble(error))
        st.stop()


def trouble(error: ScorecardError) -> str:
    """An error as a page: what is wrong, where, and what to do."""
    if isinstance(error, NothingPublished):
        told = [str(error)] if str(error) != say("no_load") else []
        return components.message(say("no_load"), told, following=f"<code>{components.esc(say('no_load_next'))}</code>")
    if isinstance(error, FileProblems):
        many = len(error.problems)
        head = say("wrong_files_one" if many == 1 else "wrong_files", n=many)
        problems = [str(problem) for problem in error.problems]
        return components.message(head, problems, components.esc(say("wrong_files_next")))
    back = components.anchor(say("cannot_show_next"), link("overview", {}))
    return components.message(say("cannot_show"), [sentences.sentence(str(error))], back)


def end(load: Load) -> None:
    """The foot: whose data, which load, how far."""
    complete = [period for period in load.periods if load.is_complete(period)]
    last = wording.period(max(complete)) if complete else ""
    st.html(components.foot(load.facts, last))
