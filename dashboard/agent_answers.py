"""What an agent's page asks of the floors below. Numbers are remembered; people's words are not kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import cache
from dashboard.cache import Load, Where
from data_checks.errors import RequestError
from metrics.attribution import AgentCredits, attribute
from metrics.one_agent import AgentLine, agent_lines
from metrics.open_work import Ticket, list_tickets
from metrics.organisation import departments
from metrics.period import Period
from metrics.row_people import Course, Person, Post, courses, people, posts
from metrics.scope import Scope
from metrics.voices import Voices, comments

CREDITED = "csat"
"""The share of answers that is put down to agents."""
VOICE_DAYS = 90
_TICKETS = 6


@dataclass(frozen=True)
class Agent:
    """One agent in one team ('': in none), with all that the page shows. register: those of the name in this team, more
    than one where two people bear it. tickets of `running`. courses None: no source provides training."""

    name: str
    team: str
    department: str | None
    register: tuple[Person, ...]
    lines: tuple[AgentLine, ...]
    tickets: tuple[Ticket, ...]
    running: int
    voices: Voices
    courses: tuple[Course, ...] | None
    credit: AgentCredits | None


def known(load: Load, scope: Scope) -> tuple[Post, ...]:
    """Every agent the reader may see, with each team that has something of that name."""
    warehouse = cache.opened(load).warehouse
    return cache.remembered(("posts", load.version, scope), lambda: posts(warehouse, scope))


def where_of(load: Load, scope: Scope, post: Post) -> Where:
    """The agent, and the team where there are teams, as a condition on every query."""
    of_team: Where = (("team", (post.team or None,)),) if any(one.team for one in known(load, scope)) else ()
    return (("agent", (post.name,)), *of_team)


def one(load: Load, scope: Scope, post: Post, period: Period) -> Agent:
    """Everything about an agent in one period."""
    opened = cache.opened(load)
    warehouse, catalog = opened.warehouse, opened.catalog
    where = where_of(load, scope, post)
    of_team = where[1:]
    belongs: Mapping[str, str | None] = cache.remembered(
        ("belongs", load.version, scope), lambda: departments(warehouse, scope)
    )
    department = belongs.get(post.team)
    lines = cache.remembered(
        ("agent lines", load.version, load.catalog, scope, post, period),
        lambda: agent_lines(warehouse, catalog, scope, post.name, dict(of_team), department, period),
    )
    everybody = cache.remembered(("people", load.version, scope), lambda: people(warehouse, scope))
    register = tuple(person for person in everybody if (person.name, person.team or "") == (post.name, post.team))
    ids = {person.agent_id for person in register}
    tickets, running = list_tickets(warehouse, scope, where, "open", _TICKETS)
    voices = comments(warehouse, scope, where, days=VOICE_DAYS)
    learned = courses(warehouse, scope, ids)
    credit = _credit(load, scope, period, ids)
    return Agent(post.name, post.team, department, register, lines, tickets, running, voices, learned, credit)


def in_a_year(found: tuple[Course, ...], today: dt.date) -> int:
    """How many courses lie in the twelve months before."""
    return sum(one.completed_on > today.replace(year=today.year - 1, day=min(today.day, 28)) for one in found)


def _credit(load: Load, scope: Scope, period: Period, ids: set[str]) -> AgentCredits | None:
    """Whom the answers of the period are put down to by each rule; None for two of a name, and where no rule holds."""
    if len(ids) != 1 or CREDITED not in load.definitions:
        return None
    opened = cache.opened(load)

    def compute() -> tuple[AgentCredits, ...]:
        try:
            return attribute(opened.warehouse, opened.catalog, scope, CREDITED, period.start, period.end).agents
        except RequestError:  # the workspace's own csat may be no plain share of answers
            return ()

    found = cache.remembered(("credits", load.version, load.catalog, scope, period), compute)
    return next((one for one in found if one.agent_id in ids), None)
