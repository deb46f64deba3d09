"""Who a row belongs to: the team of its agent where the row names none, the department above its team, and a name that
is nobody else's.

They fill in what a source left out; only a name that several bear is added to. They come before all other derived
columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from data_checks.contract import Contract, Slice
from data_checks.errors import FileProblems, Place, Problem
from data_checks.expression import quoted

_DOUBLINGS = 20
"""Enough to climb a million rows above each other."""


@dataclass(frozen=True)
class Shape:
    """The tables as they grow: the view that holds each one's columns so far, and the columns it provides."""

    views: dict[str, str]
    provided: dict[str, set[str]]

    def grow(self, connection: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
        """Let a table's next view be this query."""
        head, _, number = self.views[table].rpartition("_")
        fresh = f"{head}_{int(number) + 1}"
        connection.execute(f"create temp view {fresh} as {select}")
        self.views[table] = fresh


def fill_in(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Contract], shape: Shape) -> tuple[str, ...]:
    """Fill every column that has an `otherwise` or a `topmost`, then make names distinct. Gives a sentence for every
    table whose names were added to. Raises FileProblems (a fault of the contracts) when tables wait for each other."""
    for contract in _in_order(tables):
        _otherwise(connection, tables, contract, shape)
    for contract in tables.values():
        for name, derived in contract.derived.items():
            if derived.topmost is not None:
                _topmost(connection, contract, shape, name, derived.topmost_route)
    names = ((contract, name) for contract in tables.values() for name, one in contract.derived.items() if one.distinct)
    return tuple(said for contract, name in names if (said := _distinct(connection, contract, shape, name)))


def _in_order(tables: Mapping[str, Contract]) -> list[Contract]:
    """The tables with an `otherwise`, each after those it looks into."""
    waits = {name: {r.table for d in contract.derived.values() for r in d.routes} for name, contract in tables.items()}
    waiting, ordered = [contract for name, contract in tables.items() if waits[name]], []
    while waiting:
        names = {contract.table for contract in waiting}
        ready = [contract for contract in waiting if not waits[contract.table] & names]
        if not ready:
            message = f"these tables wait for each other's columns: {', '.join(sorted(names))}."
            raise FileProblems([Problem(Place("contracts"), message)])
        ordered += ready
        waiting = [contract for contract in waiting if contract not in ready]
    return ordered


def _otherwise(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Contract], contract: Contract, shape: Shape
) -> None:
    """Every such column of one table at once, so that each route starts at what the source itself gave."""
    has, joins, filled = shape.provided[contract.table], dict[tuple[str, str], str](), dict[str, str]()
    for name, derived in contract.derived.items():
        usable = [route for route in derived.routes if _is_usable(route, tables, has, shape)]
        for route in usable:
            joins.setdefault((route.column, str(route.table)), f"o{len(joins)}")
        others = [f"{joins[r.column, str(r.table)]}.{quoted(str(r.attribute))}" for r in usable]
        if others:
            filled[name] = f"coalesce(r.{quoted(name)}, {', '.join(others)}) as {quoted(name)}"
    if not filled:
        return
    # Keys are unique by a critical check, so no row is met twice.
    joined = " ".join(
        f"left join {shape.views[table]} {alias} on {alias}.{quoted(tables[table].key)} = r.{quoted(column)}"
        for (column, table), alias in joins.items()
    )
    select = f"select r.* replace ({', '.join(filled.values())}) from {shape.views[contract.table]} r {joined}"
    shape.grow(connection, contract.table, select)
    has.update(filled)


def _is_usable(route: Slice, tables: Mapping[str, Contract], has: set[str], shape: Shape) -> bool:
    return route.table in tables and route.column in has and route.attribute in shape.provided[str(route.table)]


def _topmost(
    connection: duckdb.DuckDBPyConnection, contract: Contract, shape: Shape, name: str, route: tuple[str, str]
) -> None:
    """The name of the row at the top of the chain of parents, or what that row itself says; rows in a circle, or
    below one, have none. A row alone, without parent and children, stays as it is."""
    table, has = contract.table, shape.provided[contract.table]
    if not {contract.key, *route} <= has:
        return
    view, key, me = shape.views[table], quoted(contract.key), quoted(name)
    parent, called = (quoted(column) for column in route)
    shape.grow(
        connection,
        table,
        f"{_climb(view, contract.key, route[0])} "
        f"select r.* replace (coalesce(r.{me}, case when top.{key} <> r.{key} or r.{key} in "
        f"(select {parent} from {view} where {parent} <> {key}) then coalesce(top.{me}, top.{called}) end) as {me}) "
        f"from {view} r left join reached on reached.k = r.{key} left join {view} top on top.{key} = reached.at_top",
    )
    has.add(name)


def _distinct(connection: duckdb.DuckDBPyConnection, contract: Contract, shape: Shape, name: str) -> str:
    """Let no two keys bear one name, and no key none. Gives a sentence about it, '' where all was well."""
    view, key, me = shape.views[contract.table], quoted(contract.key), quoted(name)
    if contract.key not in shape.provided[contract.table]:
        return ""
    twice = f"select {me} from {view} where {me} is not null group by all having count(*) > 1"
    shared = connection.execute(f"select count(*) from ({twice})").fetchall()[0][0]
    shape.grow(connection, contract.table, f"select r.* replace (coalesce({me}, {key}) as {me}) from {view} r")
    for _ in range(2):  # what is made out of name and key may be somebody's very name
        shape.grow(
            connection,
            contract.table,
            f"select r.* replace (case when count(*) over (partition by {me}) > 1 "
            f"then concat({me}, ' (', {key}, ')') else {me} end as {me}) from {shape.views[contract.table]} r",
        )
    shape.provided[contract.table].add(name)
    names = "1 name is" if shared == 1 else f"{shared:,} names are"
    return f"{contract.table}: {names} borne by several; each of them has its key behind it." if shared else ""


def no_top(rows: str, key: str, parent: str) -> str:
    """SQL of the keys that no climb from parent to parent brings to the top: those in a circle, or below one."""
    return f"{_climb(rows, key, parent)} select k from reached where at_top is null"


def _climb(rows: str, key: str, parent: str) -> str:
    """A `with` that ends in reached (k, at_top): the topmost key above every key, null where there is none.

    Each step goes as far again as all before it, so it ends after the same few steps whatever a file holds. A row that
    is its own parent, or whose parent nobody lists, is at the top.
    """
    me, above = quoted(key), quoted(parent)
    return (
        f"with recursive direct as (select t.{me} as k, coalesce(p.{me}, t.{me}) as higher, p.{me} is null as is_top "
        f"from {rows} t left join {rows} p on p.{me} = t.{above} and p.{me} <> t.{me}), "
        f"climb(step, k, higher) as (select 0, k, higher from direct union all "
        f"select a.step + 1, a.k, b.higher from climb a join climb b on b.k = a.higher where a.step < {_DOUBLINGS}), "
        f"reached as (select c.k, t.k as at_top from climb c left join direct t on t.k = c.higher and t.is_top "
        f"where c.step = {_DOUBLINGS})"
    )
