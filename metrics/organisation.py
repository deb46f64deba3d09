"""Who belongs to whom, as the published teams and agents have it: an agent to a team, a team to a department."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.scope import Scope
from metrics.sql.scope_sql import in_scope

_Pair = tuple[str, str | None]


@dataclass(frozen=True)
class Organisation:
    """By name, as a reader may see them. departments: every team's, in order of both; teams: every agent's. None:
    there is none."""

    departments: Mapping[str, str | None]
    teams: Mapping[str, str | None]

    def with_parents(self, slices: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """The slices, and above an agent or a team those whose goals hold for it where it has none of its own."""
        found = dict(slices)
        for name, above, parents in (("agent", "team", self.teams), ("team", "department", self.departments)):
            part = found.get(name)
            if part is not None and above not in found and parents.get(part) is not None:
                found[above] = parents[part]
        return found


def organisation(warehouse: Warehouse, scope: Scope) -> Organisation:
    """The teams of a reader and their agents, all of them without a scope."""
    departments = sorted(_teams(warehouse, scope), key=lambda pair: (pair[1] is None, pair[1] or "", pair[0]))
    return Organisation(dict(departments), dict(_agents(warehouse, scope)))


def _teams(warehouse: Warehouse, scope: Scope) -> Iterable[_Pair]:
    facts = warehouse.facts.tables.get("teams")
    if facts is None or "name" not in facts.provided:
        return ()
    teams = warehouse.table("teams")
    department = teams.c.department if "department" in facts.provided else sa.null()
    named = sa.select(teams.c.name, department).where(teams.c.name.is_not(None)).distinct()
    return _pairs(warehouse.read(named.where(*in_scope(teams, "teams", scope))))


def _agents(warehouse: Warehouse, scope: Scope) -> Iterable[_Pair]:
    facts = warehouse.facts.tables
    if "agents" not in facts or "teams" not in facts or "team_id" not in facts["agents"].provided:
        return ()
    agents, teams = warehouse.table("agents"), warehouse.table("teams")
    statement = sa.select(agents.c.name, teams.c.name).join(teams, teams.c.team_id == agents.c.team_id)
    return _pairs(warehouse.read(statement.where(*in_scope(agents, "agents", scope))))


def _pairs(rows: Iterable[Any]) -> Iterable[_Pair]:
    return ((name, above) for name, above in rows)
