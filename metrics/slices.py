"""The values a slice can take, for suggestions and for filters on screen."""

from __future__ import annotations

import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.constructs import Element
from metrics.row_sql import RowSql
from metrics.scope import Scope


def slice_values(warehouse: Warehouse, table: str, name: str, scope: Scope | None = None) -> tuple[str | None, ...]:
    """Every value of a slice among a table's rows, in order; None last when rows without one exist.

    Under a scope only what its teams' rows hold; a table without a route to teams then offers nothing.
    """
    contract = contracts()[table]
    nothing: Element = sa.null()
    rows = RowSql(warehouse.table(table), contract, warehouse.table, (nothing, nothing))
    value = rows.slice(contract.slices[name]).label("value")
    statement = sa.select(value).select_from(rows.source()).distinct()
    if scope is not None and scope.teams is not None:
        if "team" not in contract.slices:
            return ()
        statement = statement.where(rows.table.c[contract.slices["team"].column].in_(sorted(scope.teams)))
    found = [row[0] for row in warehouse.read(statement)]
    return (*sorted(v for v in found if v is not None), *([None] if None in found else []))
