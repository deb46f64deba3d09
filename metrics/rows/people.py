"""The people who serve customers, as a reader may see them: who is called what, where they work, what they learned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.rows.choice import RowChoice
from metrics.scope import Scope

_NAMED_ON = ("tickets", "survey_responses")


@dataclass(frozen=True)
class Person:
    """One agent of the register. team: by name, None without one."""

    agent_id: str
    name: str
    team: str | None
    role: str | None
    hired_on: dt.date | None
    left_on: dt.date | None


@dataclass(frozen=True)
class Course:
    """A course somebody completed; hours and passed None where nobody says."""

    course: str | None
    completed_on: dt.date
    hours: float | None
    passed: bool | None


@dataclass(frozen=True, order=True)
class Post:
    """A name in a team, as the register or the rows of a team have it: where somebody's numbers are to be found.
    team '': in none."""

    name: str
    team: str


def people(warehouse: Warehouse, scope: Scope) -> tuple[Person, ...]:
    """Everybody in the register whom the reader may see, by name."""
    chosen = RowChoice(warehouse, "agents", scope)
    if chosen.missing:
        return ()
    columns = [chosen.column("agent_id"), chosen.column("name"), chosen.slice("team")]
    columns += [chosen.column(one) for one in ("role", "hired_on", "left_on")]
    found = tuple(Person(**row._asdict()) for row in chosen.read(chosen.select(columns)))
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.name, one.agent_id)))


def posts(warehouse: Warehouse, scope: Scope) -> tuple[Post, ...]:
    """Every name with every team it has a row in, and its own, in order: who helps out elsewhere stands there too."""
    found = {Post(one.name, one.team or "") for one in people(warehouse, scope)}
    for table in _NAMED_ON:
        chosen = RowChoice(warehouse, table, scope)
        if not chosen.missing and chosen.has("agent_id"):
            statement = chosen.select([chosen.slice("agent"), chosen.slice("team")]).distinct()
            found |= {Post(row.agent, row.team or "") for row in chosen.read(statement) if row.agent}
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.name, one.team)))


def courses(warehouse: Warehouse, scope: Scope, agent_ids: Iterable[str]) -> tuple[Course, ...] | None:
    """The courses of these agents up to the load's "data through", the newest first; None without the table."""
    chosen = RowChoice(warehouse, "training", scope)
    if chosen.missing:
        return None
    columns = [chosen.column(name) for name in ("course", "completed_on", "hours", "passed")]
    own = chosen.table.c.agent_id.in_(sorted(agent_ids))
    known = chosen.table.c.completed_on <= sa.literal(warehouse.facts.as_of_day, sa.Date())
    newest = [chosen.table.c.completed_on.desc(), chosen.table.c.training_id]
    return tuple(Course(**row._asdict()) for row in chosen.read(chosen.select(columns, own, known).order_by(*newest)))
