"""Whether the loaded data can answer a formula at all: which tables and columns it stands on, and which are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from data_checks.contract import Contract, Slice, contracts
from data_checks.warehouse.contract import TableFacts
from metrics.language.bound import (
    Aggregate,
    Leaf,
    RetentionOf,
    SetMember,
    Value,
    is_set,
    leaves,
    members_of,
    sets_in,
    tables_of,
)
from metrics.language.lacking import made_from, not_provided
from metrics.language.tree import Between, Call, In, IsNull, Minus, Name, Node, Not, Operation, Window

Facts = Mapping[str, TableFacts]
Column = tuple[str, str]


def missing(value: Value, tables: Facts) -> str | None:
    """What the formula needs and no source provides, as a clause; None when everything is there."""
    for leaf in leaves(value):
        if isinstance(leaf, Aggregate) and not leaf.members:
            if lack := _missing_columns(leaf, tables):
                return lack
        elif lack := _missing_members(leaf, tables):
            return lack
    return None


def _missing_members(leaf: Leaf, tables: Facts) -> str | None:
    """What a set lacks: every member of its union, or one that keys are tested against."""
    members = available_members(leaf, tables)
    tested = (lack for m in members if m.word != "union" and (lack := _missing_columns(m, tables)))
    if lack := next(tested, None):
        return lack
    return None if any(m.word == "union" for m in members) else _missing_columns(leaf.members[0], tables)


def available_members(leaf: Leaf, tables: Facts) -> tuple[SetMember, ...]:
    """The members of a set without those of a union that have no source: these are empty."""
    return tuple(
        member for member in leaf.members if member.word != "union" or _missing_columns(member, tables) is None
    )


def provided_tables(leaf: Leaf, tables: Facts) -> tuple[str, ...]:
    """The tables a leaf really reads: a member of a union that has no source is an empty set and asks for nothing."""
    return tuple(table for table in tables_of(leaf) if table in tables and tables[table].provided)


def counted_at(leaf: Leaf) -> Iterator[tuple[str, str]]:
    """Each table a leaf counts, and the day column it counts at; '' for a span."""
    plain = isinstance(leaf, Aggregate) and not leaf.members
    for part in (leaf,) if plain else [member for member in leaf.members if member.word == "union"]:
        assert not isinstance(part, RetentionOf)
        column = contracts()[part.table].day_column(part.window.name) if part.window.kind == "at" else ""
        yield part.table, column


def knows_teams(table: str, tables: Facts) -> bool:
    """Whether a table's rows have a provided route to a team; without one a Scope shows none of them.

    A reference table, such as benchmarks, is nobody's and may be seen by everybody.
    """
    if contracts()[table].reference:
        return True
    slice_ = contracts()[table].slices.get("team")
    return slice_ is not None and table in tables and slice_.column in tables[table].provided


def columns_of(value: Value) -> frozenset[Column]:
    """Every (table, column) a formula stands on, windows and routes included."""
    return frozenset(column for leaf in leaves(value) for column in _leaf_columns(leaf))


def columns_behind(value: Value) -> frozenset[Column]:
    """columns_of, and every column that the computed ones among them are made from."""
    found: set[Column] = set()
    waiting = list(columns_of(value))
    while waiting:
        column = waiting.pop()
        if column not in found:
            found.add(column)
            waiting += made_from(*column)
    return frozenset(found)


def tables_read(value: Value) -> frozenset[str]:
    """Every table whose rows a formula looks at, those that keys are tested against too."""
    return frozenset(table for leaf in leaves(value) for table in _tables(leaf))


def _tables(leaf: Leaf | SetMember) -> Iterator[str]:
    if not isinstance(leaf, SetMember) and leaf.members:
        for member in leaf.members:
            yield from _tables(member)
        return
    assert not isinstance(leaf, RetentionOf)
    yield leaf.table
    for node in (leaf.where, None if isinstance(leaf, SetMember) else leaf.argument):
        for inside in sets_in(node):
            for member in members_of(inside):
                yield from _tables(member)


def _leaf_columns(leaf: Leaf | SetMember) -> Iterator[Column]:
    if isinstance(leaf, RetentionOf) or (isinstance(leaf, Aggregate) and leaf.members):
        for member in leaf.members:
            yield from _leaf_columns(member)
        return
    contract = contracts()[leaf.table]
    nodes = [leaf.key] if isinstance(leaf, SetMember) else [leaf.argument, leaf.weight]
    for name in _window_columns(leaf.window, contract):
        yield leaf.table, name
    for node in [*nodes, leaf.where]:
        for name in names_of(node):
            if name in contract.types:
                yield leaf.table, name
            elif name in contract.slices:
                yield from _route(leaf.table, contract.slices[name])
        for inside in sets_in(node):
            for member in members_of(inside):
                yield from _leaf_columns(member)


def _window_columns(window: Window, contract: Contract) -> tuple[str, ...]:
    if window.kind == "at":
        return (window.name,)
    return tuple(end for end in contract.spans[window.name] if end)


def _route(table: str, slice_: Slice) -> Iterator[Column]:
    yield table, slice_.column
    if slice_.table and slice_.attribute:
        yield slice_.table, slice_.attribute


def _missing_columns(leaf: Leaf | SetMember, tables: Facts) -> str | None:
    for table, column in _leaf_columns(leaf):
        facts = tables.get(table)
        if facts is None or not facts.provided:
            return f"no source provides {table}"
        if column not in facts.provided:
            return not_provided(table, column, tables)
    return None


def names_of(node: Node | None) -> Iterator[str]:
    """Every bare name of a row expression; those inside a set belong to other rows and are left out."""
    match node:
        case Name():
            yield node.name
        case Operation():
            yield from names_of(node.left)
            yield from names_of(node.right)
        case Not() | Minus() | IsNull():
            yield from names_of(node.inner)
        case Between():
            for part in (node.inner, node.low, node.high):
                yield from names_of(part)
        case In():
            for part in (node.inner, *(() if is_set(node.inside) else node.inside.args)):
                yield from names_of(part)
        case Call():
            for part in node.inside.args:
                yield from names_of(part)
