"""Row expressions → SQLAlchemy Core: columns, slices, conditions and elapsed times of one table."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from data_checks.contract import Contract, Slice, contracts
from metrics.language.bound import is_set
from metrics.language.tree import (
    Between,
    Call,
    Flag,
    In,
    Inside,
    IsNull,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Operation,
    Text,
)
from metrics.sql.constructs import Element, day, seconds_between, whole_days_between

Edges = tuple[Element, Element]
Membership = Callable[[Element, Inside], Element]
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
_SECONDS = {"hours_between": 3600.0, "minutes_between": 60.0, "days_between": 86400.0}


class RowSql:
    """Compiles expressions over one table. Slices of other tables are joined once each, on their unique key.

    `edges`: the SQL of period_start and period_end where these rows are counted; `is_member`: whether a key is in
    a set of keys in the same period.
    """

    def __init__(
        self,
        table: sa.Table,
        contract: Contract,
        tables: Callable[[str], sa.Table],
        edges: Edges,
        is_member: Membership | None = None,
    ) -> None:
        self.table = table
        self.contract = contract
        self.tables = tables
        self.edges = edges
        self.is_member = is_member
        self._joined: dict[tuple[str, str], sa.FromClause] = {}

    def source(self, joined_to: sa.FromClause | None = None, on: Element | None = None) -> sa.FromClause:
        """The FROM clause: the table (joined to a spine of periods, if given) and every slice's table."""
        source: sa.FromClause = self.table if joined_to is None else joined_to.join(self.table, on)
        for (column, target), alias in self._joined.items():
            key = alias.c[contracts()[target].key]
            source = source.outerjoin(alias, self.table.c[column] == key)
        return source

    def slice(self, slice_: Slice) -> Element:
        """The value of a slice for each row: the table's own column, or the one route to another table."""
        if slice_.table is None or slice_.table == self.contract.table:
            return self.table.c[slice_.attribute or slice_.column]
        route = (slice_.column, slice_.table)
        if route not in self._joined:
            self._joined[route] = self.tables(slice_.table).alias(f"{slice_.table}_{len(self._joined)}")
        return self._joined[route].c[str(slice_.attribute)]

    def sql(self, node: Node) -> Element:
        """The expression as SQL; the formula was bound before, so every name exists and every type fits."""
        match node:
            case Number():
                return sa.literal(node.value, sa.Float())
            case Text():
                return sa.literal(node.value, sa.String())
            case Flag():
                return sa.true() if node.value else sa.false()
            case Name():
                return self._name(node)
            case Call():
                return self._elapsed(node)
            case Minus():
                return -self.sql(node.inner)
            case Not():
                return sa.not_(self.sql(node.inner))
            case IsNull():
                return self.sql(node.inner).is_not(None) if node.negated else self.sql(node.inner).is_(None)
            case Between():
                inside = self._compared(">=", node.inner, node.low) & self._compared("<=", node.inner, node.high)
                return sa.not_(inside) if node.negated else inside
            case In() if is_set(node.inside):
                assert self.is_member is not None
                member = self.is_member(self.sql(node.inner), node.inside)
                return sa.not_(member) if node.negated else member
            case In():
                any_of = sa.or_(*(self._compared("=", node.inner, arg) for arg in node.inside.args))
                return sa.not_(any_of) if node.negated else any_of
            case Operation(op="and"):
                return sa.and_(self.sql(node.left), self.sql(node.right))
            case Operation(op="or"):
                return sa.or_(self.sql(node.left), self.sql(node.right))
            case Operation(op="/"):
                return self.sql(node.left) / sa.func.nullif(sa.cast(self.sql(node.right), sa.Float()), 0.0)
            case Operation(op=("+" | "-" | "*")):
                result: Element = _COMPARE[node.op](self.sql(node.left), self.sql(node.right))
                return result
            case Operation():
                return self._compared(node.op, node.left, node.right)

    def type_of(self, node: Node) -> str:
        """number, text, boolean, time, day or edge; only names and literals matter here."""
        if isinstance(node, Name):
            if node.name in ("period_start", "period_end") and node.table is None:
                return "edge"
            return self.contract.types.get(node.name, "text")
        return "text" if isinstance(node, Text) else "number"

    def _name(self, node: Name) -> Element:
        if node.table is None and node.name == "period_start":
            return self.edges[0]
        if node.table is None and node.name == "period_end":
            return self.edges[1]
        if node.name not in self.contract.types:
            return self.slice(self.contract.slices[node.name])
        return self.table.c[node.name]

    def _compared(self, op: str, left: Node, right: Node) -> Element:
        kinds = self.type_of(left), self.type_of(right)
        sides = (self._side(left, kinds[1]), self._side(right, kinds[0]))
        result: Element = _COMPARE[op](*sides)
        return result

    def _side(self, node: Node, other: str) -> Element:
        """One side of a comparison: text beside a day is a day; a time beside a period's end is its day."""
        if isinstance(node, Text) and other in ("day", "edge"):
            return day(dt.date.fromisoformat(node.value))
        if other == "edge" and isinstance(node, Name) and self.type_of(node) == "time":
            return self.table.c[self.contract.day_column(node.name)]
        return self.sql(node)

    def _elapsed(self, call: Call) -> Element:
        first, second = call.inside.args
        kinds = {self.type_of(first), self.type_of(second)}
        if call.name == "days_between" and kinds != {"time"}:
            return whole_days_between(self._side(first, "edge"), self._side(second, "edge"))
        return seconds_between(self.sql(first), self.sql(second)) / _SECONDS[call.name]
