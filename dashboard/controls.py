"""The choices above a page. The address is the truth: each control shows what it says and writes what is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import cache, components, wording
from dashboard.cache import Load, Where
from dashboard.navigation import link
from dashboard.wording import say
from data_checks.errors import RequestError, did_you_mean
from metrics.period import Period, parse_period, shifted
from metrics.scope import Scope
from metrics.scorecard import Scorecard

_YEAR = "year"


@dataclass(frozen=True)
class Choice:
    """What the reader looks at. `team` None: all of them, or all of `department`."""

    period: Period
    against: Period
    team: str | None
    against_id: str | None
    department: str | None = None

    @property
    def where(self) -> Where:
        """The team, or else the department, as a condition on every query."""
        if self.team is not None:
            return (("team", (self.team,)),)
        return () if self.department is None else (("department", (self.department,)),)

    @property
    def named(self) -> str | None:
        """The part of the organisation that is looked at; None for the whole."""
        return self.team or self.department

    def query(self, load: Load) -> dict[str, str | None]:
        """The choice as it stands in an address; what is the default is left out."""
        period = None if self.period == load.default_period else wording.period_id(self.period)
        return {"period": period, "against": self.against_id, "team": self.team, "department": self.department}


@dataclass(frozen=True)
class Level:
    """How deep into one metric the address points. `team`, `agent` '': those without one. `department` only above a
    team."""

    metric: str
    period: Period
    against: Period
    against_id: str | None
    team: str | None
    agent: str | None
    all_rows: bool
    department: str | None = None

    @property
    def where(self) -> Where:
        """Department, team and agent as conditions; an empty name is those without one."""
        named = (("department", self.department), ("team", self.team), ("agent", self.agent))
        return tuple((name, (value or None,)) for name, value in named if value is not None)

    @property
    def by(self) -> str | None:
        """What the next level down is cut by."""
        return None if self.agent is not None else "agent" if self.team is not None else "team"

    @property
    def shows_rows(self) -> bool:
        return self.agent is not None or self.all_rows

    def query(self, load: Load) -> dict[str, str | None]:
        """The level as it stands in an address."""
        period = None if self.period == load.default_period else wording.period_id(self.period)
        rows = "all" if self.all_rows else None
        levels = {"department": self.department, "team": self.team, "agent": self.agent, "rows": rows}
        return {"metric": self.metric, "period": period, "against": self.against_id, **levels}


def choose_level(load: Load, scope: Scope, metric: str) -> Level:
    """Draw the same controls above a metric, and return the level they and the address point to."""
    choice = choose(load, scope)
    asked = st.query_params
    team = "" if choice.team is None and asked.get("team") == "" else choice.team
    agent = asked.get("agent") if team is not None or "team" not in asked else None
    department = choice.department if team is None else None
    all_rows = asked.get("rows") == "all"
    return Level(metric, choice.period, choice.against, choice.against_id, team, agent, all_rows, department)


def choose(load: Load, scope: Scope) -> Choice:
    """Draw period, comparison and team, and return what is chosen."""
    when = choose_period(load)
    team = select("team", ["", *cache.teams(load, scope)], "", lambda one: one or _no_team(), width=160)
    department = None if team or st.query_params.get("team") == "" else _department(load, scope)
    return replace(when, team=team or None, department=department)


def choose_period(load: Load) -> Choice:
    """Draw period and comparison, and return them for the whole organisation."""
    shown = _months(load)
    ids = [wording.period_id(period) for period in shown]
    default = wording.period_id(load.default_period)
    chosen = select("period", ids, default, lambda one: _period_label(load, shown[ids.index(one)]), width=196)
    period = shown[ids.index(chosen)]
    before, year = shifted(period, -1), wording.year_before(period)
    against_id = select(
        "against",
        ["", _YEAR],
        "",
        lambda one: say("against_previous", period=wording.period(year if one else before, None if one else period)),
        width=220,
    )
    return Choice(period, year if against_id else before, None, against_id or None)


def head(
    load: Load, scope: Scope, here: str, tools: Callable[[Choice], None] = lambda _: None
) -> tuple[Choice, Callable[[Scorecard], None]]:
    """Draw the controls of page `here`, its `tools`, and what is wrong in the address. The choice, and what says beside
    the controls how far the data reach, once a board is there to tell what is withheld."""
    with st.container(horizontal=True, key="ctl"):
        wrong = misread(load, scope)
        choice = choose(load, scope)
        through = st.empty()
        tools(choice)
    through.html(components.data_through(load.facts))
    for line in wrong:
        st.html(components.notice(line))
    if choice.department:
        whole = link(here, {**choice.query(load), "department": None})
        told = components.esc(say("only_department", department=choice.department))
        st.html(f'<p class="notice">{told} {components.anchor(say("only_department_next"), whole)}</p>')

    def say_through(board: Scorecard) -> None:
        withheld = sum(card.result.state == "withheld" for branch in board.branches for card in branch.cards)
        through.html(components.data_through(load.facts, withheld))

    return choice, say_through


def _department(load: Load, scope: Scope) -> str | None:
    """The department in the address, None when there is none of that name."""
    asked = st.query_params.get("department")
    return asked if asked in cache.departments(load, scope) else None


def _no_team() -> str:
    """What the empty team means: all of them, or on a deep link those without one."""
    return say("unassigned" if st.query_params.get("team") == "" else "all_teams")


def misread(load: Load, scope: Scope) -> list[str]:
    """What the address asks for and does not exist, each with what is shown instead."""
    asked, told = st.query_params, []
    period, beside, team = asked.get("period"), asked.get("against"), asked.get("team")
    shown = asked_period(load)
    if period and period not in {wording.period_id(one) for one in _months(load)}:
        told.append(say("no_such_period", period=period, shown=wording.period(shown)))
    if beside and beside != _YEAR:
        told.append(say("no_such_against", against=beside, shown=wording.period(shifted(shown, -1))))
    teams = cache.teams(load, scope)
    if team and team not in teams:
        told.append(say("no_such_team", team=team, hint=_near(team, teams)))
    department, known = asked.get("department"), cache.departments(load, scope)
    if department and not team and department not in known:
        told.append(say("no_such_department", department=department, hint=_near(department, known)))
    return told


def _near(word: str, known: Sequence[str]) -> str:
    found = re.search("'(.*)'", did_you_mean(word, known))
    return say("hint", name=found[1]) if found else ""


def asked_period(load: Load) -> Period:
    """The period in the address, or the default one when it names none that has data."""
    try:
        period = parse_period(st.query_params.get("period", ""), load.facts.calendar)
    except RequestError:
        return load.default_period
    return period if period in _months(load) else load.default_period


def _months(load: Load) -> tuple[Period, ...]:
    """Newest first; the running month keeps its place in time."""
    periods = set(load.periods) | {load.default_period}
    return tuple(sorted(periods, reverse=True))


def _period_label(load: Load, period: Period) -> str:
    text = wording.period(period)
    return text if load.is_complete(period) else say("period_so_far", period=text)


def select(name: str, options: Sequence[str], default: str, label: Callable[[str], str], width: int) -> str:
    """A select that follows the address and writes it. An unknown word in the address counts as the default."""
    asked = st.query_params.get(name, default)
    key = f"choice_{name}"
    st.session_state[key] = asked if asked in options else default

    def write() -> None:
        chosen = st.session_state[key]
        if name == "team":
            for below in ("agent", "rows", "department"):
                st.query_params.pop(below, None)
        if chosen == default:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen

    return st.selectbox(
        say(f"control_{name}"),
        options,
        key=key,
        format_func=label,
        label_visibility="collapsed",
        width=width,
        on_change=write,
    )


def search(name: str) -> str:
    """A box for words that follows the address and writes it."""
    key = f"choice_{name}"
    st.session_state[key] = st.query_params.get(name, "")

    def write() -> None:
        if text := st.session_state[key].strip():
            st.query_params[name] = text
        else:
            st.query_params.pop(name, None)

    label = say(f"control_{name}")
    return st.text_input(
        label, key=key, placeholder=label, label_visibility="collapsed", width=260, max_chars=120, on_change=write
    )
