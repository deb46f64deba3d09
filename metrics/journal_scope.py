"""Which entries of the journal a reader may see and write: those whose slice lies in the reader's own teams.

Whoever may see the whole organisation may see and write everything; for others an entry that does not name one of
their teams is not there, and neither are events and initiatives, which are the organisation's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from data_checks.journal_entries import Entries, Slices
from data_checks.warehouse.contract import Warehouse
from metrics.scope import Scope


def own_teams(teams: Iterable[tuple[str, str | None]], scope: Scope) -> frozenset[str]:
    """Of (id, name) of every team, the names that stand for none but the scope's own teams."""
    teams, mine = tuple(teams), scope.teams or frozenset()
    foreign = {name for key, name in teams if key not in mine}
    return frozenset(name for key, name in teams if name and key in mine and name not in foreign)


def teams_of(warehouse: Warehouse) -> tuple[tuple[str, str | None], ...]:
    """(id, name) of every team of a version."""
    table = warehouse.table("teams")
    found: Sequence[Sequence[Any]] = warehouse.read(sa.select(table.c.team_id, table.c.name).select_from(table))
    return tuple((row[0], row[1]) for row in found)


def may_see(slices: Slices, scope: Scope, own: frozenset[str]) -> bool:
    """Whether what is about these slices is the reader's to see and to write about. `own`: the names of own_teams."""
    return scope.teams is None or dict(slices).get("team") in own


def visible(found: Entries, scope: Scope, own: frozenset[str]) -> Entries:
    """What of the journal a reader may see."""
    if scope.teams is None:
        return found
    return Entries(
        comments=tuple(one for one in found.comments if may_see(one.about.slices, scope, own)),
        reviews=tuple(one for one in found.reviews if may_see(one.about.slices, scope, own)),
    )
