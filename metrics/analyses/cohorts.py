"""Who bought again and who is still a subscriber, by when they began: counted in the database, never row by row."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.errors import Place
from data_checks.warehouse.contract import Warehouse
from metrics.asking import ask_of
from metrics.definition import MetricDefinition
from metrics.language.bind import Binder
from metrics.language.bound import Aggregate, SetMember
from metrics.language.formula import parse
from metrics.language.provided import missing
from metrics.period import add_months, floor, step
from metrics.question import Question
from metrics.scope import Scope
from metrics.sql.constructs import index_of
from metrics.sql.selection import Selection, key_rows
from metrics.standing import standing, uncounted, withheld_because
from metrics.stats.not_known import NotKnown
from metrics.stats.retention import CohortTable, counted_cohorts
from metrics.stats.survival import Curve, LogRank, kaplan_meier, log_rank

Every = Literal["month", "quarter"]
BUYERS = "distinct(orders.customer_id where sold)"
CONTRACTS = "count(subscriptions)"
MOST_GROUPS = 12
"""Values of a slice that are told apart; a table of more is no comparison."""
SHORT_HISTORY = 12
"""Cohorts of this many first months may hold customers who bought before the history began."""


@dataclass(frozen=True)
class Group:
    """The cohorts of one value of the slice asked for; of everybody: the value None without a slice."""

    value: str | None
    table: CohortTable


@dataclass(frozen=True)
class Triangle:
    """Buyers by the period of their first order, and how many of them bought k periods later.

    starts: first day of every period number of the tables. history: the first loaded day. left_out: the slice's
    values that are not among the groups.
    """

    every: Every
    by: str | None
    groups: tuple[Group, ...]
    starts: Mapping[int, dt.date]
    history: dt.date
    left_out: int = 0

    @property
    def young(self) -> bool:
        """Whether a cohort is so close to the start of the history that its members may have bought before."""
        first = min(self.starts[cohort] for group in self.groups for cohort in group.table.cohorts)
        return first < add_months(self.history.replace(day=1), SHORT_HISTORY)


@dataclass(frozen=True)
class Staying:
    """How long the contracts of one group last; n of them, ended of which have ended. Times in days."""

    value: str | None
    curve: Curve
    n: int
    ended: int


@dataclass(frozen=True)
class Survival:
    """Survival curves of contracts as of a day, by the slice asked for; test compares their paces, None without."""

    by: str | None
    groups: tuple[Staying, ...]
    test: LogRank | NotKnown | None
    left_out: int = 0


Where = Mapping[str, Sequence[str | None]]


def retention_triangle(
    warehouse: Warehouse,
    scope: Scope,
    every: Every = "month",
    by: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    where: Where | None = None,
    until: dt.date | None = None,
) -> Triangle | NotKnown:
    """Cohorts that began in [start, end), each with every later period that has ended as of `until`.

    A cohort is who bought for the first time among all rows; a filter or slice is about the orders of that first
    period, as for the metric `retention` with `cohort: first`; coming back is membership among all rows.
    Raises RequestError as ask() does.
    """
    aggregate = bound(BUYERS)
    if lack := cannot_tell(warehouse, scope, aggregate):
        return lack
    question = ask_of(warehouse, scope, [aggregate], every, (by,) if by else (), start, end, where, until)
    first_day = warehouse.facts.tables["orders"].first_day or question.start
    rows = warehouse.read(_counts(aggregate, question, min(first_day, question.start), warehouse))
    found: dict[str | None, dict[tuple[int, int], int]] = defaultdict(dict)
    for row in rows:
        *value, cohort, after, customers = tuple[Any, ...](row)
        found[value[0] if value else None][int(cohort), int(after)] = int(customers)
    last = _last_finished(question)
    tables = {value: counted_cohorts(counts, last) for value, counts in found.items()}
    groups = [Group(value, table) for value, table in tables.items() if isinstance(table, CohortTable)]
    if not groups:
        return NotKnown("no_data", f"no {every} in which somebody bought for the first time has ended")
    groups.sort(key=lambda group: (-sum(group.table.sizes), group.value is None, group.value or ""))
    starts = {cohort: _start_of(cohort, last, question) for group in groups for cohort in group.table.cohorts}
    return Triangle(every, by, tuple(groups[:MOST_GROUPS]), starts, first_day, max(0, len(groups) - MOST_GROUPS))


def survival(
    warehouse: Warehouse,
    scope: Scope,
    by: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    where: Where | None = None,
    until: dt.date | None = None,
) -> Survival | NotKnown:
    """How long the contracts begun in [start, end) last, as of `until`: those still running are observed so far.

    For orders there is no such curve: nobody says when a customer without a contract has left.
    """
    aggregate = bound(CONTRACTS)
    if lack := cannot_tell(warehouse, scope, aggregate):
        return lack
    question = ask_of(warehouse, scope, [aggregate], "all", (by,) if by else (), start, end, where, until)
    lived = _lifetimes(aggregate, question, warehouse)
    if not lived:
        return NotKnown("no_data", "no contract began in these days")
    ordered = sorted(lived, key=lambda value: (-int(lived[value][2].sum()), value is None, value or ""))
    groups = tuple(_staying(value, *lived[value]) for value in ordered[:MOST_GROUPS])
    test = _compared([lived[group.value] for group in groups]) if by else None
    return Survival(by, groups, test, max(0, len(ordered) - MOST_GROUPS))


def bound(formula: str) -> Aggregate:
    """A formula of this project's own, bound to the contracts."""
    binder = Binder(contracts(), lambda _: None, frozenset())
    value = binder.formula(parse(formula))
    assert isinstance(value, Aggregate), binder.faults
    return value


def cannot_tell(warehouse: Warehouse, scope: Scope, aggregate: Aggregate) -> NotKnown | None:
    """Customers and contracts have no team, so a reader of some teams is told a sentence and nothing else."""
    if scope.teams is not None:
        told = f"{aggregate.table} belong to customers, who have no team: only the whole organisation may see cohorts"
        return NotKnown("undefined", told)
    if lack := missing(aggregate, warehouse.facts.tables):
        return NotKnown("no_data", lack)
    nobody = MetricDefinition("cohorts", Place("cohorts"))
    broken = withheld_because(standing(nobody, aggregate, uncounted(warehouse.facts)))
    return NotKnown("no_data", f"withheld: {broken}") if broken else None


# ── the triangle ─────────────────────────────────────────────────────────────────────────────────────


def _counts(aggregate: Aggregate, question: Question, history: dt.date, warehouse: Warehouse) -> sa.Select[Any]:
    """(slice …, cohort, periods after, customers): a few thousand rows at most, whatever there is of orders."""
    grain, tables = question.grain, warehouse.table
    assert aggregate.argument is not None
    members = (SetMember("union", aggregate.table, aggregate.argument, aggregate.window, aggregate.where),)
    ever = question.at(grain, history, question.as_of.end)
    everything = key_rows(members, ever, tables, filtered=False).subquery("everything")
    known = everything.c.key.is_not(None)
    active = sa.select(everything.c.key, everything.c.k0).where(known).distinct().cte("active")
    first = sa.select(active.c.key, sa.func.min(active.c.k0).label("cohort")).group_by(active.c.key).cte("first")
    rows = key_rows(members, question, tables).subquery("rows")
    slices = [column for column in rows.c if column.name not in ("k0", "key")]
    began = sa.and_(first.c.key == rows.c.key, first.c.cohort == rows.c.k0)
    begun = sa.select(*slices, first.c.key, first.c.cohort).select_from(rows.join(first, began)).distinct().cte("begun")
    cut = [begun.c[column.name] for column in slices]
    after = (active.c.k0 - begun.c.cohort).label("after")
    both = begun.join(active, active.c.key == begun.c.key)
    counted = sa.select(*cut, begun.c.cohort, after, sa.func.count().label("customers")).select_from(both)
    return counted.group_by(*cut, begun.c.cohort, after)


def _last_finished(question: Question) -> int:
    """The number of the last period that the data have seen to its end."""
    running = floor(question.as_of.end, question.grain, question.calendar)
    whole = running if question.as_of.whole else floor(question.as_of.day, question.grain, question.calendar)
    return index_of(whole, question.grain, question.calendar) - 1


def _start_of(number: int, last: int, question: Question) -> dt.date:
    """The first day of a period by its number."""
    whole = question.as_of.end if question.as_of.whole else question.as_of.day
    running = floor(whole, question.grain, question.calendar)
    return step(running, question.grain, number - last - 1)


# ── survival ─────────────────────────────────────────────────────────────────────────────────────────

Lifetimes = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]
"""Days, whether the contract ended then, and how many contracts."""


def _lifetimes(aggregate: Aggregate, question: Question, warehouse: Warehouse) -> dict[str | None, Lifetimes]:
    """Per slice value, contracts counted by the days they began and ended."""
    selection = Selection(aggregate.table, aggregate.window, question, warehouse.table)
    began, ended = selection.table.c.started_on, selection.table.c.ended_on
    keys = [key.label(f"k{place}") for place, key in enumerate(selection.slices)]
    statement = selection.select([*keys, began, ended, sa.func.count().label("contracts")])
    found: dict[str | None, list[tuple[int, bool, int]]] = defaultdict(list)
    for row in warehouse.read(statement.group_by(*selection.slices, began, ended)):
        *value, first, last, contracts_ = tuple[Any, ...](row)
        over = last is not None and last < question.as_of.end
        days = ((last if over else question.as_of.end) - first).days
        found[value[0] if value else None].append((max(days, 0), over, int(contracts_)))
    columns = {value: tuple(zip(*rows, strict=True)) for value, rows in found.items()}
    return {value: (np.array(d, float), np.array(o, bool), np.array(n, int)) for value, (d, o, n) in columns.items()}


def _staying(value: str | None, days: Any, over: Any, counts: Any) -> Staying:
    curve = kaplan_meier(np.repeat(days, counts), np.repeat(over, counts))
    assert isinstance(curve, Curve), "a group has a contract"
    return Staying(value, curve, int(counts.sum()), int(counts[over].sum()))


def _compared(groups: Iterable[Lifetimes]) -> LogRank | NotKnown:
    """The log-rank test of the groups, numbered in their order."""
    parts = [(np.repeat(d, n), np.repeat(o, n), np.full(int(n.sum()), at)) for at, (d, o, n) in enumerate(groups)]
    times, over, group = (np.concatenate(column) for column in zip(*parts, strict=True))
    return log_rank(times, over, group)
