"""The rows behind a number: the orders, tickets or answers a metric counted, each with what it contributed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.asking import known_metric
from metrics.catalog import Catalog
from metrics.evaluate import SUPPRESSED_BELOW, evaluate
from metrics.language.bound import Aggregate, Arithmetic, Leaf, RetentionOf, SetMember, Value, leaves
from metrics.language.kinds import kind_of, within
from metrics.language.provided import available_members, knows_teams, missing
from metrics.question import Question
from metrics.rows.accounts import value_tests
from metrics.sql.constructs import Element
from metrics.sql.selection import Selection

SHOWN_SLICES = ("team", "agent")


@dataclass(frozen=True)
class RowTable:
    """`columns` of the canonical table that hold something, then team and agent by name, then `counted`: what the
    row added (1 or 0 for a share, the amount for a sum). `total`: rows behind the number, of which `rows` are shown.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


def rows_behind(warehouse: Warehouse, catalog: Catalog, question: Question, metric: str, limit: int = 100) -> RowTable:
    """The rows of one metric in the question's whole span, oldest first, the first `limit` of them; where other days
    stand for the span (rolling, to_date), in those.

    For a share or a quotient of counts these are the rows of its denominator, with `counted` 1 where they are in the
    numerator too. A row whose value nobody knows is in no sum, mean or share, and is not there. Raises RequestError
    when the metric is not provided, and when its number may not be seen: rows would tell what is hidden to protect
    people, or what a failed check withholds.
    """
    value = catalog.bound[known_metric(catalog, metric).metric]
    if lack := missing(value, warehouse.facts.tables):
        raise RequestError(f"{metric} has no rows: {lack}.")
    leaf, counted = _shown_leaf(value, warehouse)
    if question.scope.teams is not None and not knows_teams(leaf.table, warehouse.facts.tables):
        raise RequestError(f"{leaf.table} does not know teams, so only the whole organisation may see its rows.")
    whole = question.at("all", question.start, question.end)
    if why := _untold(warehouse, catalog, whole, metric):
        raise RequestError(why)
    first = leaves(value)[0]
    frame = first.frame if isinstance(first, Aggregate) else None
    selection = Selection(leaf.table, leaf.window, whole, warehouse.table, frame=frame)
    columns = _columns(selection, warehouse)
    columns["counted"] = _counted(selection, leaf, counted)
    base = selection.select([column.label(name) for name, column in columns.items()], leaf.where)
    if isinstance(leaf, Aggregate) and leaf.function not in ("count", "distinct"):  # of these a row may count 0
        base = base.where(*(sa.not_(test) for _, _, test in value_tests(leaf, selection)))
    total = warehouse.read(sa.select(sa.func.count()).select_from(base.subquery("counted")))[0][0]
    order = selection.table.c[_ordered_by(leaf)]
    found = warehouse.read(base.order_by(order, selection.table.c[selection.contract.key]).limit(limit))
    return RowTable(leaf.table, tuple(columns), tuple(tuple(row) for row in found), int(total))


def _untold(warehouse: Warehouse, catalog: Catalog, whole: Question, metric: str) -> str:
    """Why the rows may not be listed, as a sentence; '' when they may."""
    (result,) = evaluate(warehouse, catalog, replace(whole, by=()), [metric])[metric]
    if result.state == "suppressed":
        return f"{metric} has fewer than {SUPPRESSED_BELOW} answers here, so its rows are hidden to protect people."
    if result.state == "withheld":
        return f"{metric} is withheld, and so are its rows: {result.reason or 'a check it stands on failed'}."
    return ""


def _shown_leaf(value: Value, warehouse: Warehouse) -> tuple[Aggregate | SetMember, Aggregate | None]:
    """The leaf whose rows are shown, and the numerator inside it, if the metric is a quotient of the two."""
    if isinstance(value, Arithmetic) and value.op == "/" and kind_of(value) == "proportion":
        left, right = value.left, value.right
        if isinstance(left, Aggregate) and isinstance(right, Aggregate) and within(left, right):
            return _plain(right, warehouse), left
    return _plain(leaves(value)[0], warehouse), None


def _plain(leaf: Leaf, warehouse: Warehouse) -> Aggregate | SetMember:
    """A set's first member with a source; any other aggregate is itself."""
    if isinstance(leaf, RetentionOf) or leaf.members:
        return available_members(leaf, warehouse.facts.tables)[0]
    return leaf


def _columns(selection: Selection, warehouse: Warehouse) -> dict[str, Element]:
    provided = warehouse.facts.tables[selection.contract.table].provided
    columns: dict[str, Element] = {
        name: selection.table.c[name] for name in selection.contract.columns if name in provided
    }
    for name in SHOWN_SLICES:
        slice_ = selection.contract.slices.get(name)
        if slice_ is not None and slice_.column in provided:
            columns[name] = selection.rows.slice(slice_)
    return columns


def _counted(selection: Selection, leaf: Aggregate | SetMember, numerator: Aggregate | None) -> Element:
    if numerator is not None and numerator.where is not None:
        return sa.case((selection.rows.sql(numerator.where), 1), else_=0)
    argument = leaf.key if isinstance(leaf, SetMember) else leaf.argument
    if argument is None:
        return sa.literal(1)
    value = selection.rows.sql(argument)
    if isinstance(leaf, SetMember) or leaf.function in ("count", "distinct"):
        return sa.case((value.is_not(None), 1), else_=0)
    return sa.case((value, 1), (sa.not_(value), 0)) if leaf.function == "share" else value


def _ordered_by(leaf: Aggregate | SetMember) -> str:
    contract = contracts()[leaf.table]
    return leaf.window.name if leaf.window.kind == "at" else contract.spans[leaf.window.name][0]
