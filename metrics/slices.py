"""The values a slice can take, for suggestions and for filters on screen."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.scope import Scope
from metrics.sql.constructs import Element
from metrics.sql.row_sql import RowSql
from metrics.sql.scope_sql import in_scope

_Values = dict[tuple[str, str, Scope | None], tuple[str | None, ...]]
_known: weakref.WeakKeyDictionary[Warehouse, _Values] = weakref.WeakKeyDictionary()
"""What a version holds never changes, and every question that names a value asks whether there is one."""


def slice_values(
    warehouse: Warehouse,
    table: str,
    name: str,
    scope: Scope | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
) -> tuple[str | None, ...]:
    """Every value of a slice among a table's rows, in order; None last when rows without one exist.

    Under a scope only what its teams' rows hold; a table without a route to teams then offers nothing. `where`: other
    slices of the same table and the values they may have.
    """
    if where:
        return _read(warehouse, table, name, scope, where)
    known = _known.setdefault(warehouse, {})
    if (table, name, scope) not in known:
        known[table, name, scope] = _read(warehouse, table, name, scope, {})
    return known[table, name, scope]


def _read(
    warehouse: Warehouse, table: str, name: str, scope: Scope | None, where: Mapping[str, Sequence[str | None]]
) -> tuple[str | None, ...]:
    contract = contracts()[table]
    nothing: Element = sa.null()
    rows = RowSql(warehouse.table(table), contract, warehouse.table, (nothing, nothing))
    value = rows.slice(contract.slices[name]).label("value")
    filters = [_among(rows.slice(contract.slices[other]), values) for other, values in where.items()]
    if scope is not None:
        filters += in_scope(rows.table, table, scope)
    statement = sa.select(value).select_from(rows.source()).where(*filters).distinct()
    found = [row[0] for row in warehouse.read(statement)]
    return (*sorted(v for v in found if v is not None), *([None] if None in found else []))


def _among(value: Element, wanted: Sequence[str | None]) -> Element:
    """Whether a slice has one of these values; None is rows without one."""
    named = value.in_([one for one in wanted if one is not None])
    return sa.or_(named, value.is_(None)) if None in wanted else named
