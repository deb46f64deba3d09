"""What a formula means: its tree, its names looked up in the contracts, its types checked → a tree of aggregates.

Every problem is collected with its place; nothing is raised at the first one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from data_checks.contract import Contract
from data_checks.errors import did_you_mean
from metrics.definition import Retention
from metrics.formula import (
    At,
    Call,
    Inside,
    Member,
    Minus,
    Name,
    Node,
    Number,
    Operation,
    Rows,
    Window,
)
from metrics.row_types import FUNCTIONS, Fault, RowTypes, first_table

Function = Literal["count", "distinct", "sum", "mean", "min", "max", "median", "percentile", "share", "nps"]
WEIGHTED = ("share", "mean", "nps")


@dataclass(frozen=True)
class SetMember:
    """Rows of one table that put their `key` into a set; `word` says how it joins the members before it."""

    word: Literal["union", "intersect", "except"]
    table: str
    key: Node
    window: Window
    where: Node | None


@dataclass(frozen=True)
class Aggregate:
    """One function over the rows of one table. `argument` None: count(table). `members`: the sets of a distinct."""

    function: Function
    table: str
    argument: Node | None
    window: Window
    where: Node | None
    weight: Node | None = None
    percent: float = 50.0
    members: tuple[SetMember, ...] = ()


@dataclass(frozen=True)
class RetentionOf:
    """The `retention` shape over a set."""

    members: tuple[SetMember, ...]
    every: Literal["week", "month", "quarter", "year"]
    after: int
    cohort: Literal["active", "first"]


@dataclass(frozen=True)
class Constant:
    value: float


@dataclass(frozen=True)
class Arithmetic:
    op: str
    left: Value
    right: Value
    of_metrics: bool = False
    """Whether a side is a metric named by its id; the kind "sum or difference of metrics" asks."""


Value = Aggregate | RetentionOf | Constant | Arithmetic
Metrics = Callable[[str], Value | None]


class Binder:
    """Binds one formula. `metric` gives the bound tree of another metric, `known_metrics` their ids."""

    def __init__(self, contracts: Mapping[str, Contract], metric: Metrics, known_metrics: frozenset[str]) -> None:
        self.contracts = contracts
        self.metric = metric
        self.known_metrics = known_metrics
        self.rows = RowTypes(contracts)
        self.used: set[str] = set()

    @property
    def faults(self) -> list[Fault]:
        return self.rows.faults

    def formula(self, node: Node) -> Value | None:
        """The bound tree, or None when a fault was found (then `faults` is not empty)."""
        value = self._value(node)
        if value is not None and not any(_aggregates(value)):
            self.rows.fault(node.at, "a metric reads at least one table, like count(tickets).")
        return None if self.faults else value

    def retention(self, inside: Inside, shape: Retention) -> Value | None:
        """The bound retention shape, or None with faults."""
        members = self._members(inside)
        return None if self.faults else RetentionOf(members, shape.every, shape.after, shape.cohort)

    # ── values: aggregates, arithmetic, other metrics ────────────────────────────────────────────────

    def _value(self, node: Node) -> Value | None:
        match node:
            case Number():
                return Constant(node.value)
            case Minus():
                return self._arithmetic("-", Constant(0.0), self._value(node.inner))
            case Operation(op=("+" | "-" | "*" | "/")):
                named = isinstance(node.left, Name) or isinstance(node.right, Name)
                return self._arithmetic(node.op, self._value(node.left), self._value(node.right), named)
            case Name():
                return self._other_metric(node)
            case Call():
                return self._aggregate(node)
        self.rows.fault(node.at, "a metric is a number; a condition stands inside share( ) or behind 'where'.")
        return None

    def _arithmetic(self, op: str, left: Value | None, right: Value | None, named: bool = False) -> Value | None:
        if left is None or right is None:
            return None
        return _as_mean(left) if op == "/" and _same_rows(left, right) else Arithmetic(op, left, right, named)

    def _other_metric(self, node: Name) -> Value | None:
        if node.table is not None:
            self.rows.fault(node.at, f"'{node.table}.{node.name}' stands alone; say what to do with it, like sum( ).")
            return None
        if node.name in self.known_metrics:
            self.used.add(node.name)
            return self.metric(node.name)
        hint = did_you_mean(node.name, self.known_metrics)
        self.rows.fault(node.at, f"there is no metric '{node.name}'.{hint}")
        return None

    def _aggregate(self, node: Call) -> Value | None:
        if node.name not in FUNCTIONS:
            self.rows.fault(node.at, f"there is no function '{node.name}'.{did_you_mean(node.name, FUNCTIONS)}")
            return None
        if not self._arity(node):
            return None
        function = cast(Function, node.name)
        if function == "distinct":
            members = self._members(node.inside)
            if not members:
                return None
            first = members[0]
            many = members if len(members) > 1 else ()
            return Aggregate("distinct", first.table, first.key, first.window, first.where, members=many)
        if node.inside.members:
            self.rows.fault(node.at, f"{function} takes no sets; union, intersect and except stand in distinct( ).")
            return None
        return self._plain(node, function)

    def _plain(self, node: Call, function: Function) -> Value | None:
        args = node.inside.args
        percent = args[0].value if function == "percentile" and isinstance(args[0], Number) else 50.0
        argument = args[1] if function == "percentile" else args[0]
        if function == "percentile" and not (isinstance(args[0], Number) and 0 < percent < 100):
            self.rows.fault(args[0].at, "the first argument of percentile is a number between 0 and 100.")
        table = self._table_of(argument, counting=function == "count")
        if table is None:
            return None
        whole_rows = isinstance(argument, Name) and argument.table is None and argument.name == table
        if not whole_rows:
            self._argument_type(function, argument, table)
        weight = args[1] if function in WEIGHTED and len(args) == 2 else None
        if weight is not None and self.rows.type(weight, table) not in ("number", None):
            self.rows.fault(weight.at, "a weight is a number.")
        window = self._window(node.inside.rows, table, node.at)
        where = self._where(node.inside.rows, table)
        if window is None:
            return None
        return Aggregate(function, table, None if whole_rows else argument, window, where, weight, percent)

    def _arity(self, node: Call) -> bool:
        most = 2 if node.name in (*WEIGHTED, "percentile") else 1
        least = 2 if node.name == "percentile" else 1
        if least <= len(node.inside.args) <= most:
            return True
        wanted = str(least) if least == most else f"{least} or {most}"
        self.rows.fault(node.at, f"{node.name} takes {wanted} argument{'s' * (most > 1)}, not {len(node.inside.args)}.")
        return False

    def _argument_type(self, function: str, argument: Node, table: str) -> None:
        found = self.rows.type(argument, table)
        wanted = "boolean" if function == "share" else "number"
        if function == "count" or found is None or found == wanted:
            return
        if function == "share":
            self.rows.fault(argument.at, f"share takes a condition, this is a {found}.")
        else:
            self.rows.fault(argument.at, f"{function} needs numbers, this is a {found}.")

    # ── sets ─────────────────────────────────────────────────────────────────────────────────────────

    def _members(self, inside: Inside) -> tuple[SetMember, ...]:
        first = Member("union", inside.args[0], inside.rows)
        members = [self._member(member) for member in (first, *inside.members)]
        found = tuple(member for member in members if member is not None)
        kinds = [self.rows.type(member.key, member.table) for member in found]
        for member, kind in zip(found, kinds, strict=True):
            if kind != kinds[0]:
                self.rows.fault(
                    member.key.at, f"a set holds one kind of thing: this is a {kind}, the first {kinds[0]}."
                )
        return found

    def _member(self, member: Member) -> SetMember | None:
        if member.word != "union":
            self.rows.fault(member.key.at, f"'{member.word}' of sets cannot be computed yet; use union, or where.")
            return None
        table = self._table_of(member.key, counting=False)
        if table is None:
            return None
        self.rows.type(member.key, table)
        window = self._window(member.rows, table, member.key.at)
        where = self._where(member.rows, table)
        return None if window is None else SetMember(member.word, table, member.key, window, where)

    # ── tables, windows, conditions ──────────────────────────────────────────────────────────────────

    def _table_of(self, argument: Node, counting: bool) -> str | None:
        """The table an aggregate reads: the first one its argument names."""
        first = first_table(argument)
        if first is None and counting and isinstance(argument, Name):
            first = Name(argument.name, argument.name, argument.at, argument.at)
        if first is None or first.table is None:
            self.rows.fault(argument.at, "name the table that is read, like orders.revenue.")
            return None
        if first.table not in self.contracts:
            self.rows.fault(first.at, f"there is no table '{first.table}'.{did_you_mean(first.table, self.contracts)}")
            return None
        return first.table

    def _window(self, rows: Rows, table: str, at: At) -> Window | None:
        contract, window = self.contracts[table], rows.window
        if window is None:
            if contract.time is None:
                self.rows.fault(at, f"{table} has no time of its own; say when a row counts with 'at'.")
                return None
            return Window("at", contract.time, at)
        if window.kind == "at":
            if window.name in contract.slices and window.name not in contract.types:
                self.rows.fault(window.at, f"'at' needs a time or a day, {window.name} is neither.")
                return None
            if self.rows.column(window.name, contract, window.at) in ("time", "day", None):
                return window
            self.rows.fault(window.at, f"'at' needs a time or a day, {window.name} is neither.")
            return None
        if window.name not in contract.spans:
            hint = did_you_mean(window.name, contract.spans)
            self.rows.fault(window.at, f"{table} has no span '{window.name}'.{hint}")
            return None
        return window

    def _where(self, rows: Rows, table: str) -> Node | None:
        if rows.where is not None and self.rows.type(rows.where, table) not in ("boolean", None):
            self.rows.fault(rows.where.at, "'where' needs a condition.")
        return rows.where


def _aggregates(value: Value) -> Iterator[Value]:
    match value:
        case Arithmetic():
            yield from _aggregates(value.left)
            yield from _aggregates(value.right)
        case Aggregate() | RetentionOf():
            yield value


def _same_rows(left: Value, right: Value) -> bool:
    """sum(x) / count(x) of the same rows: a mean, written out."""
    return (
        isinstance(left, Aggregate)
        and isinstance(right, Aggregate)
        and (left.function, right.function) == ("sum", "count")
        and left.argument is not None
        and (left.table, left.argument, left.window, left.where)
        == (right.table, right.argument, right.window, right.where)
    )


def _as_mean(left: Value) -> Value:
    assert isinstance(left, Aggregate)
    return replace(left, function="mean")
