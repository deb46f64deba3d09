"""The choices above a page. The address is the truth: each control shows what it says and writes what is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import streamlit as st

from dashboard import cache, components, filter_bar, navigation, wording
from dashboard.cache import Load, Where
from dashboard.compare import GOAL, TEAM, YEAR
from dashboard.filters import NAMES, Filters
from dashboard.navigation import link
from dashboard.wording import say
from data_checks.errors import RequestError, did_you_mean
from metrics.period import Period, parse_period, shifted
from metrics.scope import Scope
from metrics.scorecard import Scorecard

_LONGEST = 500


@dataclass(frozen=True)
class Choice:
    """What the reader looks at."""

    period: Period
    against: Period
    against_id: str | None = None
    filters: Filters = field(default_factory=Filters)

    @property
    def team(self) -> str | None:
        """The one team that is looked at; '' is what has none, None all of them or several."""
        return self.filters.one("team")

    @property
    def department(self) -> str | None:
        """The one department that is looked at, above a team."""
        return self.filters.one("department")

    @property
    def where(self) -> Where:
        """The filters as a condition on every query."""
        return self.filters.where

    @property
    def named(self) -> str | None:
        """The part of the organisation that is looked at; None for the whole."""
        return self.filters.named()

    def query(self, load: Load) -> dict[str, str | None]:
        """The choice as it stands in an address; what is the default is left out."""
        period = None if self.period == load.default_period else wording.period_id(self.period)
        return {"period": period, "against": self.against_id, **self.filters.query()}


def opening(load: Load) -> Choice:
    """What a reader looks at who has chosen nothing."""
    return Choice(load.default_period, shifted(load.default_period, -1))


@dataclass(frozen=True)
class Level(Choice):
    """How deep into one metric the address points. `team`, `agent` '': those without one."""

    metric: str = ""
    all_rows: bool = False

    @property
    def agent(self) -> str | None:
        """The one agent that is looked at."""
        return self.filters.one("agent")

    @property
    def by(self) -> str | None:
        """What the next level down is cut by."""
        if self.agent is not None:
            return None
        return "agent" if self.team is not None or self.filters.agent else "team"

    @property
    def shows_rows(self) -> bool:
        return self.agent is not None or self.all_rows

    def query(self, load: Load) -> dict[str, str | None]:
        """The level as it stands in an address."""
        return {"metric": self.metric, **super().query(load), "rows": "all" if self.all_rows else None}


def choose_level(load: Load, scope: Scope, metric: str) -> Level:
    """Draw the same controls above a metric, and return the level they and the address point to."""
    choice = choose(load, scope)
    all_rows = st.query_params.get("rows") == "all"
    return Level(choice.period, choice.against, choice.against_id, choice.filters, metric, all_rows)


def choose(load: Load, scope: Scope, has_rivals: bool = True) -> Choice:
    """Draw period, comparison, team and filter, and return what is chosen. `has_rivals`: the page holds its numbers
    against the goal and other teams too."""
    when = choose_period(load, scope if has_rivals else None)
    return replace(when, filters=filter_bar.choose(load, scope))


def choose_period(load: Load, scope: Scope | None = None) -> Choice:
    """Draw period and comparison, and return them for the whole organisation. With a `scope` the goal and its teams
    can be compared with too."""
    shown = _months(load)
    ids = [wording.period_id(period) for period in shown]
    default = wording.period_id(load.default_period)
    chosen = select("period", ids, default, lambda one: _period_label(load, shown[ids.index(one)]), width=196)
    period = shown[ids.index(chosen)]
    known = against_words(load, scope, period)
    against_id = select("against", list(known), "", lambda one: known[one], width=220)
    return Choice(period, _against(load, period, against_id), against_id or None)


def against_words(load: Load, scope: Scope | None, period: Period) -> dict[str, str]:
    """What a board can be held against, by its word in the address; an earlier month only when the address names it."""
    before, year = shifted(period, -1), wording.year_before(period)
    found = {"": say("against_previous", period=wording.period(before, period))}
    found[YEAR] = say("against_previous", period=wording.period(year))
    asked = st.query_params.get("against", "")
    named = {wording.period_id(one): one for one in _months(load) if one.start < period.start}
    if asked in named:
        found[asked] = say("against_previous", period=wording.period(named[asked]))
    if scope is not None:
        found[GOAL] = say("against_goal")
        alone = st.query_params.get("team")
        found |= {f"{TEAM}{one}": say("against_team", team=one) for one in cache.teams(load, scope) if one != alone}
    return found


def _against(load: Load, period: Period, against_id: str) -> Period:
    """The period compared with; for the goal and for a team the one before, which is also shown."""
    if against_id == YEAR:
        return wording.year_before(period)
    named = {wording.period_id(one): one for one in _months(load)}
    return named.get(against_id, shifted(period, -1))


def head(
    load: Load, scope: Scope, here: str, tools: Callable[[Choice], None] = lambda _: None, has_rivals: bool = True
) -> tuple[Choice, Callable[[Scorecard], None]]:
    """Draw the controls of page `here`, its `tools`, and what is wrong in the address. The choice, and what says beside
    the controls how far the data reach, once a board is there to tell what is withheld. `has_rivals`: as in choose."""
    with st.container(horizontal=True, key="ctl"):
        wrong = misread(load, scope)
        choice = choose(load, scope, has_rivals)
        through = st.empty()
        tools(choice)
    through.html(data_through(load))
    for line in wrong:
        st.html(components.notice(line))
    say_filter(choice.filters, link(here, {**choice.query(load), **Filters().query()}))

    def say_through(board: Scorecard) -> None:
        withheld = sum(card.result.state == "withheld" for branch in board.branches for card in branch.cards)
        through.html(data_through(load, withheld))

    return choice, say_through


def say_filter(filters: Filters, whole: str) -> None:
    """What the page is filtered by, and the way back to the `whole`; one team is said by its own control."""
    if filters.used and not (filters.used == ("team",) and filters.team[0] and filters.is_single):
        way = components.anchor(say("only_department_next"), whole)
        st.html(f'<p class="notice">{components.esc(filters.told())} {way}</p>')


def crumbs(named: str | None, query: Mapping[str, str | None]) -> str:
    """The way back from a part of the organisation to the whole; nothing where the whole is looked at."""
    if named is None:
        return ""
    steps = [(say("overview"), link("overview", {**query, **Filters().query()})), (named, link("overview", query))]
    return f'<div class="path">{components.breadcrumb(steps)}</div>'


def misread(load: Load, scope: Scope) -> list[str]:
    """What the address asks for and does not exist, each with what is shown instead."""
    asked, told = st.query_params, []
    if page := asked.get("missing", "")[:_LONGEST]:
        told.append(say("no_such_page", page=page, hint=_near_page(page)))
    period, beside = asked.get("period"), asked.get("against")
    shown = asked_period(load)
    if period and period not in {wording.period_id(one) for one in _months(load)}:
        told.append(say("no_such_period", period=period, shown=wording.period(shown)))
    if beside and beside not in against_words(load, scope, shown):
        told.append(say("no_such_against", against=beside, shown=wording.period(shifted(shown, -1))))
    return told + filter_bar.misread(load, scope)


def _near_page(asked: str) -> str:
    """' Did you mean Financial?' for the nearest path or name in the menu, or ''."""
    known = {name: say(word) for path, word in navigation.in_menu() for name in (path, say(word))}
    near = re.search("'(.*)'", did_you_mean(asked, known))
    return say("hint", name=known[near[1]]) if near else ""


def carried() -> dict[str, str | None]:
    """What a page without these controls carries on in its links: the address as it is, but for words nobody wrote."""
    asked = st.query_params
    names = ("period", "against", *NAMES)
    return {name: asked[name] for name in names if name in asked and len(asked[name]) <= _LONGEST}


def data_through(load: Load, withheld: int = 0) -> str:
    """How far the data reach and what did not pass, which leads to data quality."""
    return components.data_through(load.facts, withheld, carried())


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
