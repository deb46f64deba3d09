"""Types of row expressions: columns, slices and elapsed times looked up in a contract, every fault with its place."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data_checks.contract import Column, Contract
from data_checks.errors import did_you_mean, with_article
from metrics.language.tree import (
    At,
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
    Rows,
    Text,
    first_table,
)

FUNCTIONS: tuple[str, ...] = (
    "count", "distinct", "sum", "mean", "min", "max", "median", "percentile", "share", "nps",
)  # fmt: skip
BETWEENS = ("hours_between", "minutes_between", "days_between")
PERIOD_ENDS = ("period_start", "period_end")
_LIKE = {"integer": "number", "key": "text"}


@dataclass(frozen=True)
class Fault:
    """One problem at a place of the formula."""

    at: At
    message: str


def _no_sets(inside: Inside) -> str | None:
    del inside
    return None


class RowTypes:
    """number, text, boolean, time, day, or edge (an end of the period); None: a fault was already said."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self.contracts = contracts
        self.faults: list[Fault] = []
        self.set_type: Callable[[Inside], str | None] = _no_sets
        """Checks a set behind `in`; given by Windows, which knows tables and windows."""

    def _possible(self, name: Node, text: Node, table: str) -> None:
        """A column that can only hold certain words is never equal to another one."""
        if not isinstance(name, Name) or not isinstance(text, Text):
            return
        column, said, word = self._column_of(name, table), f"{table}.{name.name}", text.value
        if column is None:
            return
        if column.allowed and word not in column.allowed:
            hint = did_you_mean(word, column.allowed) or f" It is one of {', '.join(column.allowed)}."
            self.fault(text.at, f"{said} is never '{word}'.{hint}")
        elif column.usual and word not in column.usual and (meant := _slip_of(word, column.usual)):
            self.fault(text.at, f"{said} is not known to hold '{word}'. Did you mean '{meant}'?")

    def _column_of(self, name: Name, table: str) -> Column | None:
        """The mapped column behind a name: itself, or what a slice of the table's own stands for."""
        contract = self.contracts[table]
        own = contract.slices.get(name.name)
        if name.name not in contract.types and own is not None and own.table is None:
            return contract.columns.get(own.column)
        return contract.columns.get(name.name)

    def fault(self, at: At, message: str) -> None:
        """Notes a problem; one met twice, because a set is looked at twice, is one problem."""
        if (found := Fault(at, message)) not in self.faults:
            self.faults.append(found)

    def type(self, node: Node, table: str) -> str | None:
        match node:
            case Number():
                return "number"
            case Text():
                return "text"
            case Flag():
                return "boolean"
            case Name():
                return self._name_type(node, table)
            case Call():
                return self._call_type(node, table)
            case Minus():
                return self._needs(node.inner, table, "number", "arithmetic needs numbers")
            case Not():
                return self._needs(node.inner, table, "boolean", "'not' needs a condition")
            case IsNull():
                self.type(node.inner, table)
                return "boolean"
            case Between():
                for bound in (node.low, node.high):
                    self._comparable(node.inner, bound, table, "between")
                self._in_order(node)
                return "boolean"
            case In():
                return self._in_type(node, table)
            case Operation(op=("and" | "or")):
                for side in (node.left, node.right):
                    self._needs(side, table, "boolean", f"'{node.op}' needs conditions")
                return "boolean"
            case Operation(op=("+" | "-" | "*" | "/")):
                for side in (node.left, node.right):
                    self._needs(side, table, "number", "arithmetic needs numbers")
                return "number"
            case Operation():
                self._comparable(node.left, node.right, table, node.op)
                return "boolean"

    def _in_order(self, node: Between) -> None:
        low, high = node.low, node.high
        if isinstance(low, Number | Text) and type(low) is type(high) and low.value > high.value:  # type: ignore[operator]
            told = f"nothing lies between {_literal(low)} and {_literal(high)}; write the smaller one first."
            self.fault(low.at, told)

    def _needs(self, node: Node, table: str, wanted: str, sentence: str) -> str:
        found = self.type(node, table)
        if found not in (wanted, None):
            self.fault(node.at, f"{sentence}, this is {with_article(_said(found))}.")
        return wanted

    def _name_type(self, node: Name, table: str) -> str | None:
        if node.table is None and node.name in PERIOD_ENDS:
            return "edge"
        if node.table not in (None, table):
            if node.table in self.contracts:
                told = f"this aggregate reads {table}, not {node.table}; give {node.table} an aggregate of its own."
                self.fault(node.at, told)
            else:
                hint = did_you_mean(str(node.table), self.contracts)
                self.fault(node.at, f"there is no table '{node.table}'.{hint}")
            return None
        contract = self.contracts[table]
        if node.name in contract.slices and node.name not in contract.types:
            return "text"
        return self.column(node.name, contract, node.name_at)

    def column(self, name: str, contract: Contract, at: At) -> str | None:
        if name not in contract.types:
            hint = did_you_mean(name, [*contract.types, *contract.slices])
            self.fault(at, f"{contract.table} has no column '{name}'.{hint}")
            return None
        kind = contract.types[name]
        return _LIKE.get(kind, kind)

    def _call_type(self, node: Call, table: str) -> str | None:
        if node.name in FUNCTIONS:
            self.fault(node.at, f"aggregates do not nest: {node.name} stands inside another one.")
            return None
        if node.name not in BETWEENS:
            self.fault(node.at, f"there is no function '{node.name}'.{did_you_mean(node.name, BETWEENS)}")
            return None
        if len(node.inside.args) != 2 or node.inside.rows != Rows(None, None) or node.inside.members:
            self.fault(node.at, f"{node.name} takes two times.")
            return None
        allowed = ("time", "day", "edge") if node.name == "days_between" else ("time",)
        for arg in node.inside.args:
            if (found := self.type(arg, table)) is not None and found not in allowed:
                self.fault(arg.at, f"{node.name} takes times, this is {with_article(_said(found))}.")
        return "number"

    def _in_type(self, node: In, table: str) -> str:
        if node.inside.members or any(first_table(arg) for arg in node.inside.args):
            kinds = self.type(node.inner, table), self.set_type(node.inside)
            if None not in kinds and kinds[0] != kinds[1]:
                self.fault(node.at, f"a {_said(kinds[0])} is never in a set of {_said(kinds[1])}s.")
            return "boolean"
        if node.inside.rows != Rows(None, None):
            self.fault(node.at, "a list of values takes no 'where' and no window.")
        for arg in node.inside.args:
            self._comparable(node.inner, arg, table)
        return "boolean"

    def _comparable(self, left: Node, right: Node, table: str, op: str = "=") -> None:
        found = self.type(left, table), self.type(right, table)
        self._possible(left, right, table)
        self._possible(right, left, table)
        if found == ("boolean", "boolean") and op not in ("=", "<>"):
            self.fault(left.at, "true and false have no order; compare them with = or <>.")
            return
        if None in found or found[0] == found[1] or (set(found) <= {"time", "day", "edge"} and "edge" in found):
            return
        if set(found) == {"time", "day"}:
            self.fault(left.at, "time compared with day: use the '_on' day.")
            return
        texts = [node for node, kind in zip((left, right), found, strict=True) if kind == "text"]
        if set(found) & {"day", "time", "edge"} and texts and isinstance(texts[0], Text):
            if not _is_date(texts[0].value):
                self.fault(texts[0].at, f"'{texts[0].value}' is no date; write it like '2016-01-31'.")
            elif "time" in found:
                self.fault(left.at, "time compared with day: use the '_on' day.")
            return
        self.fault(left.at, f"a {_said(found[0])} cannot be compared with a {_said(found[1])}.")


def _literal(node: Number | Text) -> str:
    return f"'{node.value}'" if isinstance(node, Text) else f"{node.value:g}"


def _slip_of(word: str, usual: tuple[str, ...]) -> str | None:
    """The usual word that was meant: the same letters in another order, or a long word with a letter wrong.

    csat_chat and training2 are words of their own: they hold the usual one whole.
    """
    for known in usual:
        if sorted(word) == sorted(known):
            return known
        if len(known) >= 6 and known not in word and difflib.SequenceMatcher(None, word, known).ratio() >= 0.85:
            return known
    return None


def _said(kind: str | None) -> str:
    return "day" if kind == "edge" else str(kind)


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
