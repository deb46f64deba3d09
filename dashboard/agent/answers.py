"""What an agent's page asks of the floors below. Numbers are remembered; people's words are not kept."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import cache
from dashboard.cache import Load, Where
from data_checks.errors import RequestError
from metrics.analyses.attribution import AgentCredits, attribute
from metrics.analyses.one_agent import AgentLine, agent_lines
from metrics.analyses.open_work import Ticket, list_tickets
from metrics.analyses.voices import Voices, comments
from metrics.organisation import Organisation, organisation
from metrics.period import Period
from metrics.rows.people import Course, Person, Post, courses, people, posts
from metrics.scope import Scope

CREDITED = "csat"
"""The share of answers that is put down to agents."""
VOICE_DAYS = 90
_TICKETS = 6


@dataclass(frozen=True)
class Agent:
    """One agent in one team ('': in none), with all that the page shows. person: None where the register the reader may
    see does not list them. tickets of `running`. courses None: no source provides training."""

    name: str
    team: str
    department: str | None
    person: Person | None
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


def near(name: str, posts: Sequence[Post]) -> list[str]:
    """At most three names like this one; first those that add a key to it, as two of one name have."""
    names = sorted({post.name for post in posts})
    added = [one for one in names if one.startswith(f"{name} (")]
    return (added or difflib.get_close_matches(name, names, n=3))[:3]


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
    house: Organisation = cache.remembered(
        ("organisation", load.version, scope), lambda: organisation(warehouse, scope)
    )
    department = house.departments.get(post.team)
    lines = cache.remembered(
        ("agent lines", load.version, load.catalog, scope, post, period),
        lambda: agent_lines(warehouse, catalog, scope, post.name, dict(of_team), department, period),
    )
    everybody = cache.remembered(("people", load.version, scope), lambda: people(warehouse, scope))
    person = next((one for one in everybody if one.name == post.name), None)
    ids = {person.agent_id} if person else set()
    tickets, running = list_tickets(warehouse, scope, where, "open", _TICKETS)
    voices = comments(warehouse, scope, where, days=VOICE_DAYS)
    learned = courses(warehouse, scope, ids)
    credit = _credit(load, scope, period, ids)
    return Agent(post.name, post.team, department, person, lines, tickets, running, voices, learned, credit)


def in_a_year(found: tuple[Course, ...], today: dt.date) -> int:
    """How many courses lie in the twelve months before."""
    return sum(one.completed_on > today.replace(year=today.year - 1, day=min(today.day, 28)) for one in found)


def _credit(load: Load, scope: Scope, period: Period, ids: set[str]) -> AgentCredits | None:
    """Whom the period's answers are put down to by each rule; None for who is not listed, and where no rule holds."""
    if not ids or CREDITED not in load.definitions:
        return None
    opened = cache.opened(load)

    def compute() -> tuple[AgentCredits, ...]:
        try:
            return attribute(opened.warehouse, opened.catalog, scope, CREDITED, period.start, period.end).agents
        except RequestError:  # the workspace's own csat may be no plain share of answers
            return ()

    found = cache.remembered(("credits", load.version, load.catalog, scope, period), compute)
    return next((one for one in found if one.agent_id in ids), None)
