"""A draft downloaded, or saved into the workspace: never over what its writer has not seen."""

from __future__ import annotations

import streamlit as st

from dashboard import cache, components, page, sentences
from dashboard.components import anchor, esc
from dashboard.navigation import link
from dashboard.wording import say
from dashboard.workbench import answers, drafts
from dashboard.workbench.drafts import Work
from data_checks.errors import ScorecardError
from metrics.drafts.drafting import Drafted, ended
from metrics.drafts.saving import ChangedOnDisk
from metrics.scope import Scope

_SAVED = "workbench_saved"


def buttons(scope: Scope, work: Work, draft: Drafted) -> None:
    """Download for everybody; save for those who may."""
    name = draft.file.rpartition("/")[2]
    if work.text != work.begun:
        st.button(say("wb_discard"), key="wb_discard", type="tertiary", on_click=drafts.forget, args=(work.start,))
    st.download_button(
        say("wb_download"), ended(work.text), name, "application/yaml", key="wb_download", on_click="ignore"
    )
    if lack := answers.may_save(scope):
        st.html(components.note(say(lack)))
        return
    replaces = draft.file in work.seen
    st.button(
        say("wb_save_over", file=draft.file) if replaces else say("wb_save"),
        key="wb_save",
        type="primary",
        disabled=bool(draft.problems) or not work.is_changed,
        on_click=_save,
        args=(scope, work),
    )


def told(work: Work, draft: Drafted) -> None:
    """What the last attempt to save came to."""
    if saved := st.session_state.pop(_SAVED, None):
        metric, file = saved
        way = anchor(say("wb_saved_next"), link("metric", {"metric": metric}))
        st.html(f'<p class="notice" role="status">{esc(say("wb_saved", file=file))} {way}</p>')
    if work.told:
        st.html(components.notice(work.told))
    if (there := work.seen.get(draft.file)) is not None:
        text = esc(there.decode("utf-8", "replace"))
        st.html(components.section(say("wb_now_on_disk"), draft.file, f'<pre class="wb-disk">{text}</pre>'))


def _save(scope: Scope, work: Work) -> None:
    """Save the text as it is now, and go on with the file as it then is; or say what stands in the way."""
    work.told = ""
    try:
        _try_to_save(scope, work, answers.bind(cache.current(), work.text, work.source))
    except ScorecardError as error:
        work.told = page.without_paths(sentences.sentence(str(error)))


def _try_to_save(scope: Scope, work: Work, draft: Drafted) -> None:
    """Raises ScorecardError when the draft may not be saved."""
    in_place = work.source is not None and work.source.file == draft.file
    seen = work.source.content if work.source is not None and in_place else work.seen.get(draft.file)
    try:
        answers.save(draft, work.text, work.source, seen, scope)
    except ChangedOnDisk:
        _look_again(work, draft, in_place)
        return
    assert draft.metric is not None
    if (source := answers.source(cache.current(), draft.metric)) is not None:
        drafts.saved(work, f"metric {draft.metric}", source)
    st.session_state[_SAVED] = (draft.metric, draft.file)
    st.query_params.pop("new", None)
    st.query_params["metric"] = draft.metric


def _look_again(work: Work, draft: Drafted, in_place: bool) -> None:
    """Show what stands on disk now, so that the next attempt knows what it replaces."""
    now = answers.saved_now(draft)
    fresh = answers.source(cache.current(), draft.metric or "")
    if in_place and fresh is not None and fresh.file == draft.file:
        work.source, work.told = fresh, say("wb_changed", file=draft.file)
    elif now is None:
        work.source, work.told = None, say("wb_gone", file=draft.file)
    else:
        work.seen[draft.file] = now
        work.source = None if in_place else work.source
        work.told = say("wb_exists", file=draft.file)
