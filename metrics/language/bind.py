"""What a formula means: its tree, its names looked up in the contracts, its types checked → a tree of aggregates.

Every problem is collected with its place; nothing is raised at the first one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from data_checks.contract import Contract
from data_checks.errors import did_you_mean
from metrics.definition import Retention
from metrics.language.bound import Aggregate, Arithmetic, Constant, Frame, Function, RetentionOf, Value, framed, leaves
from metrics.language.row_types import FUNCTIONS, Fault, RowTypes
from metrics.language.tree import Call, Inside, Minus, Name, Node, Number, Operation
from metrics.language.windows import Windows

WEIGHTED = ("share", "mean", "nps")


Metrics = Callable[[str], Value | None]


class Binder:
    """Binds one formula. `metric` gives the bound tree of another metric, `known_metrics` their ids."""

    def __init__(self, contracts: Mapping[str, Contract], metric: Metrics, known_metrics: frozenset[str]) -> None:
        self.contracts = contracts
        self.metric = metric
        self.known_metrics = known_metrics
        self.rows = RowTypes(contracts)
        self.windows = Windows(self.rows)
        self.used: set[str] = set()

    @property
    def faults(self) -> list[Fault]:
        return self.rows.faults

    def formula(self, node: Node) -> Value | None:
        """The bound tree, or None when a fault was found (then `faults` is not empty)."""
        value = self._value(node)
        if value is not None and not leaves(value):
            self.rows.fault(node.at, "a metric reads at least one table, like count(tickets).")
        return None if self.faults else value

    def over(self, node: Node, frame: Frame) -> Value | None:
        """The bound tree over other days than the period's own, or None with faults."""
        value = self.formula(node)
        if value is None:
            return None
        try:
            return framed(value, frame)
        except ValueError as error:
            self.rows.fault(node.at, f"{error}.")
            return None

    def compare(self, node: Node, ago: Frame, how: str) -> Value | None:
        """`of` beside itself long ago: difference, ratio or percent_change (a fraction)."""
        now, then = self.formula(node), self.over(node, ago)
        if now is None or then is None:
            return None
        if how == "ratio":
            return Arithmetic("/", now, then)
        difference = Arithmetic("-", now, then, of_metrics=True)
        return difference if how == "difference" else Arithmetic("/", difference, then)

    def retention(self, inside: Inside, shape: Retention) -> Value | None:
        """The bound retention shape, or None with faults."""
        members = self.windows.members(inside)
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
            members = self.windows.members(node.inside)
            if not members:
                return None
            first = members[0]
            many = members if len(members) > 1 else ()  # one plain set is counted in the scan it shares with others
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
        table = self.windows.table_of(argument, counting=function == "count")
        if table is None:
            return None
        whole_rows = isinstance(argument, Name) and argument.table is None and argument.name == table
        if not whole_rows:
            self._argument_type(function, argument, table)
        weight = args[1] if function in WEIGHTED and len(args) == 2 else None
        if weight is not None and self.rows.type(weight, table) not in ("number", None):
            self.rows.fault(weight.at, "a weight is a number.")
        window = self.windows.window(node.inside.rows, table, node.at)
        where = self.windows.where(node.inside.rows, table)
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
            self.rows.fault(argument.at, f"share takes a condition, like score >= 4; this is a {found}.")
        else:
            self.rows.fault(argument.at, f"{function} needs numbers, this is a {found}.")


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
