"""The team select and the filter beside it: one team in one step, several of anything in a popover."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from dashboard import access, cache, filters
from dashboard.cache import Load, Where
from dashboard.filters import Filters
from dashboard.wording import say
from data_checks.errors import did_you_mean
from metrics.scope import Scope

_BELOW = {"department": ("team", "agent", "rows"), "team": ("department", "agent", "rows"), "agent": ("rows",)}
"""What leaves the address with another choice: it was chosen under the old one."""
_LABEL = "filter_label"
_NOBODY, _SEVERAL = "\0none", "\0several"
_MOST_TOLD, _LONGEST = 3, 60


def choose(load: Load, scope: Scope) -> Filters:
    """Draw the team select and the filter, and return what the address names and exists."""
    chosen = asked(load, scope)
    _team(load, scope, chosen)
    _several(load, scope, chosen)
    return chosen


def asked(load: Load, scope: Scope) -> Filters:
    """The filters in the address; names that do not exist are left out."""
    found = {name: _read(load, scope, name)[0] for name in _names()}
    if _read(load, scope, "team")[1] and not found["team"]:
        found["agent"] = ()  # the agent of a team that is not there
    return Filters(**found)


def misread(load: Load, scope: Scope) -> list[str]:
    """The names in the address that do not exist, each with what is shown instead."""
    told: list[str] = []
    if "agent" in st.query_params and "agent" not in _names():
        told.append(say("access_no_agents"))
    for name in _names():
        if name == "department" and st.query_params.get("team"):
            continue
        for wrong in _read(load, scope, name)[1]:
            hint = re.search("'(.*)'", did_you_mean(wrong[:_LONGEST], _known(load, scope, name)))
            near = say("hint", name=hint[1]) if hint else ""
            told.append(say(f"no_such_{name}", **{name: _short(wrong)}, hint=near))
    more = len(told) - _MOST_TOLD
    return told if more <= 0 else [*told[:_MOST_TOLD], say("no_such_more", n=more)]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _names() -> tuple[str, ...]:
    """What the reader may filter by."""
    return tuple(name for name in filters.NAMES if name != "agent" or access.may("agents"))


def _read(load: Load, scope: Scope, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return filters.read(st.query_params.get(name), lambda: _known(load, scope, name))


def _known(load: Load, scope: Scope, name: str, where: Where = ()) -> Sequence[str]:
    if name == "department":
        return cache.departments(load, scope)
    return cache.teams(load, scope) if name == "team" else cache.names(load, scope, name, where)


def _team(load: Load, scope: Scope, chosen: Filters) -> None:
    """One team in one step. What the address has beside that is an option of its own."""
    teams = cache.teams(load, scope)
    also = [_SEVERAL] if len(chosen.team) > 1 else [_NOBODY] if chosen.team == ("",) else []
    now = also[0] if also else next(iter(chosen.team), "")
    labels = {"": say("all_teams"), _NOBODY: say("nobody_team")}
    labels[_SEVERAL] = say("filter_teams_chosen", n=len(chosen.team))
    key = "choice_team"
    st.session_state[key] = now

    def write() -> None:
        picked = st.session_state[key]
        _write("team", (picked,) if picked else ())

    st.selectbox(
        say("control_team"),
        ["", *teams, *also],
        key=key,
        format_func=lambda one: labels.get(one, one),
        label_visibility="collapsed",
        width=160,
        on_change=write,
    )


def _several(load: Load, scope: Scope, chosen: Filters) -> None:
    """The popover; what is in it is asked when it is open."""
    count = sum(len(chosen.values(name)) for name in chosen.used)
    label = say("filter_count", n=count) if count else say("filter")
    if st.session_state.get("filter"):
        label = st.session_state.get(_LABEL, label)  # a popover of another name would be another one, and closed
    st.session_state[_LABEL] = label
    box = st.popover(label, key="filter", on_change="rerun", wrap=False)
    if not box.open:
        return
    with box:
        drawn = [_multi(load, scope, name, chosen) for name in _names()]
        if not any(drawn):
            st.caption(say("filter_nothing"))
        elif count:
            st.button(say("filter_clear"), key="filter_clear", on_click=_clear)


def _multi(load: Load, scope: Scope, name: str, chosen: Filters) -> bool:
    """One name's values, several at once; whether there are any."""
    narrowed = Filters(chosen.department, chosen.team).where if name == "agent" else ()
    known = list(dict.fromkeys([*_known(load, scope, name, narrowed), *chosen.values(name)]))
    if not known:
        return False
    key = f"filter_{name}"
    st.session_state[key] = list(chosen.values(name))
    st.multiselect(
        say(f"filter_label_{name}"),
        [*(one for one in known if one), ""],
        key=key,
        format_func=lambda one: one or say(f"nobody_{name}"),
        placeholder=say("filter_any"),
        on_change=lambda: _write(name, st.session_state[key]),
    )
    return True


def _write(name: str, values: Sequence[str]) -> None:
    """Put a choice into the address."""
    for below in _BELOW.get(name, ()):
        st.query_params.pop(below, None)
    text = filters.written(["" if value == _NOBODY else value for value in values])
    if text is None:
        st.query_params.pop(name, None)
    elif text != _SEVERAL:
        st.query_params[name] = text


def _clear() -> None:
    st.session_state.pop(_LABEL, None)
    for name in (*filters.NAMES, "rows"):
        st.query_params.pop(name, None)
