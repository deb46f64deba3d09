"""What the checks that did not pass mean for one metric: withheld, marked, or counted without some rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from data_checks.contract import contracts
from data_checks.warehouse.contract import CheckOutcome, LoadFacts
from metrics.definition import MetricDefinition
from metrics.language.bound import Value
from metrics.language.provided import Column, columns_behind, missing, tables_read

Effect = Literal["withheld", "marked", "left_out"]
EFFECTS: tuple[Effect, ...] = ("withheld", "marked", "left_out")


@dataclass(frozen=True)
class Standing:
    """A check that did not pass on what a metric stands on.

    withheld: the number is not shown. marked: it is shown, with the bad rows in it. left_out: it is right, but counted
    without the rows in quarantine.
    """

    check: CheckOutcome
    effect: Effect


def standing(definition: MetricDefinition, value: Value, facts: LoadFacts) -> tuple[Standing, ...]:
    """Every check of this load that touches the metric, the gravest first; none when all passed."""
    if not facts.failed_checks:
        return ()
    found = (
        Standing(check, effect)
        for check, is_needed, stands_on in _touching(definition, value, facts.failed_checks)
        if (effect := _effect(check, is_needed, stands_on))
    )
    return tuple(sorted(found, key=lambda one: (EFFECTS.index(one.effect), -one.check.bad_rows)))


def uncounted(facts: LoadFacts) -> LoadFacts:
    """What a load tells a reader of some teams: which checks passed, and no counts or ids, for they are of everybody's
    rows."""
    checks = tuple(replace(one, bad_rows=0, rows=0, samples=(), message="") for one in facts.checks)
    tables = {name: replace(table, accounts={}) for name, table in facts.tables.items()}
    return replace(facts, checks=checks, tables=tables)


def stood_on(
    definition: MetricDefinition, value: Value, facts: LoadFacts
) -> tuple[tuple[CheckOutcome, Effect | None], ...]:
    """Every check of the load on what the metric stands on, passed ones too, in the order of the load; with what one
    that did not pass does to the metric (None: nothing, it is noted)."""
    return tuple(
        (check, None if check.outcome == "passed" else _effect(check, is_needed, stands_on))
        for check, is_needed, stands_on in _touching(definition, value, facts.checks)
        if is_needed or stands_on
    )


def _touching(
    definition: MetricDefinition, value: Value, checks: Iterable[CheckOutcome]
) -> Iterator[tuple[CheckOutcome, bool, bool]]:
    """Each check, whether the metric names it as needed, and whether the metric stands on what it is about."""
    columns = columns_behind(value)
    tables = tables_read(value) | {table for table, _ in columns}
    for check in checks:
        yield check, check.rule in definition.needs, _stands_on(check, columns, tables)


def standings(
    metrics: Mapping[str, MetricDefinition], bound: Mapping[str, Value], facts: LoadFacts
) -> Mapping[str, tuple[Standing, ...]]:
    """The same for every metric that a check touches and whose data are provided, in the order of the catalogue."""
    provided = (name for name in metrics if missing(bound[name], facts.tables) is None)
    found = {name: standing(metrics[name], bound[name], facts) for name in provided}
    return {name: checks for name, checks in found.items() if checks}


def withheld_because(checks: Sequence[Standing]) -> str | None:
    """The gravest check that keeps a metric from being shown, as a clause. It counts what the checks count: for a
    reader of some teams they must be `uncounted`."""
    for one in checks:
        if one.effect == "withheld":
            return f"check “{one.check.rule.replace('_', ' ')}” {_outcome(one.check)}"
    return None


def _outcome(check: CheckOutcome) -> str:
    if check.outcome == "broken":
        return "is broken"
    if not check.rows or not check.bad_rows:  # of a table as a whole, or not for this reader to know
        return "failed"
    return f"failed for {check.bad_rows:,} {'row' if check.bad_rows == 1 else 'rows'}"


def is_stale(checks: Sequence[Standing]) -> bool:
    """Whether one of them says that a table has had nothing new for too long."""
    return any(one.check.rule in _freshness(one.check.table) for one in checks)


def stale_tables(facts: LoadFacts) -> tuple[str, ...]:
    """The tables that have had nothing new for too long, in the order of the load's checks."""
    found = (check.table for check in facts.failed_checks if check.rule in _freshness(check.table))
    return tuple(dict.fromkeys(table for table in found if table in facts.tables))


def _freshness(table: str) -> frozenset[str]:
    contract = contracts().get(table)
    return frozenset(rule.id for rule in contract.table_rules if rule.kind == "freshness") if contract else frozenset()


def _stands_on(check: CheckOutcome, columns: frozenset[Column], tables: frozenset[str]) -> bool:
    """Whether it is about a column that is read. A check of no column, such as volume, is about the whole table, and
    a row in quarantine is missing from every number of its table."""
    if not check.columns or (check.severity == "critical" and check.outcome == "failed"):
        return check.table in tables
    return any((check.table, column) in columns for column in check.columns)


def _effect(check: CheckOutcome, is_needed: bool, stands_on: bool) -> Effect | None:
    """What `needs` names is needed whatever its severity. The bad rows of a critical check are out, so the number
    that is left is right."""
    if not is_needed and (not stands_on or check.severity == "info"):
        return None
    if check.outcome == "broken":
        return "withheld"
    if check.severity == "critical":
        return "left_out"
    return "withheld" if is_needed else "marked"
