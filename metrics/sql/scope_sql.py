"""A reader's Scope as SQL. Every statement that reads rows for a reader takes its condition from here."""

from __future__ import annotations

import sqlalchemy as sa

from data_checks.contract import contracts
from metrics.scope import Scope
from metrics.sql.constructs import Element


def in_scope(rows: sa.FromClause, table: str, scope: Scope) -> list[Element]:
    """What leaves those rows of a table that a reader may see; nothing to leave out for who sees everything, and in a
    table that is the same for everybody. `rows`: the table or an alias of it. Fails closed: a table without a route to
    a team shows nothing."""
    contract = contracts()[table]
    if scope.teams is None or contract.reference:
        return []
    route = contract.slices.get("team")
    return [sa.false()] if route is None else [rows.c[route.column].in_(sorted(scope.teams))]
