"""Contract → SQLAlchemy table, so that statements are written against the same columns on every engine."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from data_checks.contract import ColumnType, Contract, contracts

_TYPES: Mapping[ColumnType, type[sa.types.TypeEngine[Any]]] = {
    "key": sa.String,
    "text": sa.String,
    "number": sa.Float,
    "integer": sa.BigInteger,
    "boolean": sa.Boolean,
    "time": sa.DateTime,
    "day": sa.Date,
}


@functools.cache
def canonical_tables() -> Mapping[str, sa.Table]:
    """Every contract's table, mapped, derived and day columns in the order of `Contract.types`."""
    metadata = sa.MetaData()
    return {name: _table(metadata, contract) for name, contract in contracts().items()}


def _table(metadata: sa.MetaData, contract: Contract) -> sa.Table:
    columns = [sa.Column(name, _TYPES[kind](), nullable=True) for name, kind in contract.types.items()]
    return sa.Table(contract.table, metadata, *columns)
