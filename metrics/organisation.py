"""Which department a team belongs to, as the published teams have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.scope import Scope


def departments(warehouse: Warehouse, scope: Scope) -> Mapping[str, str | None]:
    """Every team's name with its department's, in order of both; under a scope its own teams only."""
    facts = warehouse.facts.tables.get("teams")
    if facts is None or "name" not in facts.provided:
        return {}
    teams = warehouse.table("teams")
    columns: list[Any] = [teams.c.name]
    columns.append(teams.c.department if "department" in facts.provided else sa.null())
    statement = sa.select(*columns).where(teams.c.name.is_not(None)).distinct()
    if scope.teams is not None:
        statement = statement.where(teams.c.team_id.in_(sorted(scope.teams)))
    rows: Iterable[tuple[Any, ...]] = warehouse.read(statement)
    found = [(row[0], row[1]) for row in rows]
    return dict(sorted(found, key=lambda pair: (pair[1] is None, pair[1] or "", pair[0])))


def with_parents(slices: Mapping[str, str | None], belongs: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """The slices, and for a team the department whose goals hold for it where it has none of its own."""
    team = slices.get("team")
    if team is None or "department" in slices or belongs.get(team) is None:
        return slices
    return {**slices, "department": belongs[team]}
