"""What every page does first and last: guard, load, and words instead of a page when there is nothing to show."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import (
    access,
    cache,
    check_sentences,
    components,
    definition_sentences,
    filters,
    marks,
    sentences,
    settings,
    theme,
    wording,
)
from dashboard.cache import Load, NothingPublished
from dashboard.navigation import link
from dashboard.wording import say
from data_checks.errors import FileProblems, ScorecardError
from data_checks.history import RefusedLoad
from metrics.scope import Scope

log = logging.getLogger("scorecard")
_FOLDERS = re.compile(r"(?<![\w.~/])/(?:[^\s/:'\"<>|]+/)+([^\s/:'\"<>|]*)")


def start() -> tuple[Scope, Load]:
    """The reader's scope and the published load; ends the run with words when either is missing."""
    scope = access.guard()
    with told():
        load = cache.current()
    theme.in_the_head(company(load))
    if load.refused:
        st.html(_refused(load.refused, load, scope))
    if load.rolled_back:
        st.html(components.notice(load.rolled_back))
    if load.workspace_problems:
        wrong = definition_sentences.workspace_wrong(load.workspace_problems)
        st.html(components.notice(without_paths(wrong)))
    if load.problems:
        wrong = definition_sentences.definitions_wrong(load.problems, load.kept, load.left_out)
        st.html(components.notice(without_paths(wrong)))
    return scope, load


def _refused(found: RefusedLoad, load: Load, scope: Scope) -> str:
    """That a newer load was refused, why, and where more is told. Why may count everybody's rows, so a reader of some
    teams is not told."""
    asked = st.query_params
    kept = {name: asked[name] for name in ("period", "against", *filters.NAMES) if name in asked}
    text = check_sentences.refused(found, load.facts)
    why = "" if scope.teams is not None else without_paths(check_sentences.refused_why(found))
    mark = marks.mark("failed", theme.tokens())
    name = say("data_quality")
    before, _, after = say("refused_next", page=name).partition(name)
    way = f"{components.esc(before)}{components.anchor(name, link('data_quality', kept))}{components.esc(after)}"
    return f'<p class="notice" role="status">{mark} <b>{components.esc(text)}</b> {components.esc(why)} {way}</p>'


def company(load: Load) -> str:
    """Whose numbers these are, without what stands in brackets."""
    return load.facts.title.partition(" (")[0]


def titled(load: Load, *parts: str | None) -> None:
    """The words on the browser's tab: the page from small to large, then the company."""
    named = " · ".join(part for part in parts if part)
    st.set_page_config(page_title=say("page_title", page=named, company=company(load)))


def without_paths(text: str) -> str:
    """A sentence without the folders of this machine; a file or folder keeps its own name."""
    folder = settings.workspace_folder()
    return _FOLDERS.sub(
        lambda found: found[1] or found[0].rstrip("/").rpartition("/")[2],
        text.replace(f"{folder}/", "").replace(str(folder), folder.name),
    )


@contextmanager
def calm() -> Iterator[None]:
    """An error nobody foresaw is logged, and the reader gets a sentence instead of Streamlit's own box."""
    try:
        yield
    except Exception as error:
        log.exception("A page failed.")
        st.html(trouble(error) if isinstance(error, ScorecardError) else failed())


def failed() -> str:
    """The page that stands where another one failed."""
    back = f"{components.esc(say('failed_here_next'))} {_back()}"
    return components.message(say("failed_here"), (), back)


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
    text = without_paths(str(error))
    if isinstance(error, NothingPublished):
        told = [text] if text != say("no_load") else []
        return components.message(say("no_load"), told, following=f"<code>{components.esc(say('no_load_next'))}</code>")
    if isinstance(error, FileProblems):
        many = len(error.problems)
        head = say("wrong_files_one" if many == 1 else "wrong_files", n=many)
        problems = [without_paths(str(problem)) for problem in error.problems]
        return components.message(head, problems, components.esc(say("wrong_files_next")))
    return components.message(say("cannot_show"), [sentences.sentence(text)], _back())


def _back() -> str:
    return components.anchor(say("cannot_show_next"), link("overview", {}))


def closed_unless(may: bool, load: Load, why: str) -> None:
    """Goes on for who may see the page; anybody else's run ends with why not, and the way back."""
    if not may:
        st.html(components.message(why, (), _back()))
        end(load)
        st.stop()


def end(load: Load) -> None:
    """The foot: whose data, which load, how far."""
    complete = [period for period in load.periods if load.is_complete(period)]
    last = wording.period(max(complete)) if complete else ""
    st.html(components.foot(load.facts, last, say("keys_foot")))
    access.say_who()
