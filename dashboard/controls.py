"""The choices above a page. The address is the truth: each control shows what it says and writes what is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard import cache, wording
from dashboard.cache import Load, Where
from dashboard.wording import say
from data_checks.errors import RequestError, did_you_mean
from metrics.period import Period, parse_period, shifted
from metrics.scope import Scope

_YEAR = "year"


@dataclass(frozen=True)
class Choice:
    """What the reader looks at. `team` None: all of them."""

    period: Period
    against: Period
    team: str | None
    against_id: str | None

    @property
    def where(self) -> Where:
        """The team as a condition on every query."""
        return () if self.team is None else (("team", (self.team,)),)

    def query(self, load: Load) -> dict[str, str | None]:
        """The choice as it stands in an address; what is the default is left out."""
        period = None if self.period == load.default_period else wording.period_id(self.period)
        return {"period": period, "against": self.against_id, "team": self.team}


@dataclass(frozen=True)
class Level:
    """How deep into one metric the address points. `team`, `agent` '': those without one."""

    metric: str
    period: Period
    against: Period
    against_id: str | None
    team: str | None
    agent: str | None
    all_rows: bool

    @property
    def where(self) -> Where:
        """Team and agent as conditions; an empty name is those without one."""
        named = (("team", self.team), ("agent", self.agent))
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
        levels = {"team": self.team, "agent": self.agent, "rows": rows}
        return {"metric": self.metric, "period": period, "against": self.against_id, **levels}


def choose_level(load: Load, scope: Scope, metric: str) -> Level:
    """Draw the same controls above a metric, and return the level they and the address point to."""
    choice = choose(load, scope)
    asked = st.query_params
    team = "" if choice.team is None and asked.get("team") == "" else choice.team
    agent = asked.get("agent") if team is not None or "team" not in asked else None
    return Level(metric, choice.period, choice.against, choice.against_id, team, agent, asked.get("rows") == "all")


def choose(load: Load, scope: Scope) -> Choice:
    """Draw period, comparison and team, and return what is chosen."""
    shown = _months(load)
    ids = [wording.period_id(period) for period in shown]
    default = wording.period_id(load.default_period)
    chosen = _select("period", ids, default, lambda one: _period_label(load, shown[ids.index(one)]), width=196)
    period = shown[ids.index(chosen)]
    before, year = shifted(period, -1), wording.year_before(period)
    against_id = _select(
        "against",
        ["", _YEAR],
        "",
        lambda one: say("against_previous", period=wording.period(year if one else before, None if one else period)),
        width=220,
    )
    team = _select("team", ["", *cache.teams(load, scope)], "", lambda one: one or _no_team(), width=160)
    return Choice(period, year if against_id else before, team or None, against_id or None)


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
        near = re.search("'(.*)'", did_you_mean(team, teams))
        told.append(say("no_such_team", team=team, hint=say("hint", name=near[1]) if near else ""))
    return told


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


def _select(name: str, options: Sequence[str], default: str, label: Callable[[str], str], width: int) -> str:
    """A select that follows the address and writes it. An unknown word in the address counts as the default."""
    asked = st.query_params.get(name, default)
    key = f"choice_{name}"
    st.session_state[key] = asked if asked in options else default

    def write() -> None:
        chosen = st.session_state[key]
        if name == "team":
            for below in ("agent", "rows"):
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
