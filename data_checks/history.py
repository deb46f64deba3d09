"""How checks and volumes went over the loads: one point per load and table, and per rule, for a trend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data_checks.contract import Severity
from data_checks.ledger import LoadReport, TableReport, loads_folder, read_report
from data_checks.warehouse.contract import Outcome

LOADS = 30
"""So many loads a trend looks back, unless told otherwise."""


@dataclass(frozen=True)
class RulePoint:
    """One rule in one load: `bad_rows` of `rows`."""

    severity: Severity
    outcome: Outcome
    bad_rows: int
    rows: int


@dataclass(frozen=True)
class TablePoint:
    """One table in one load: where its rows went, and its rules by name."""

    accounts: Mapping[str, int]
    rules: Mapping[str, RulePoint]


@dataclass(frozen=True)
class LoadPoint:
    """One load, published or refused; `loaded_at` naive UTC. `is_published` is what it was then, also when a rollback
    took it back later. `tables` is empty where it was refused before a row was read."""

    load: str
    loaded_at: dt.datetime
    is_published: bool
    tables: Mapping[str, TablePoint]


@dataclass(frozen=True)
class RefusedLoad:
    """A load that changed nothing. `at`: naive UTC; `why`: one problem a line."""

    load: str
    at: dt.datetime
    why: str


def newest_load(var: Path) -> str:
    """The number of the last load that left its books, published or not; '' when there is none."""
    return max((path.parent.name for path in loads_folder(var).glob("[0-9]*/load.json")), default="")


def refused_after(var: Path, shown: str) -> RefusedLoad | None:
    """The newest load, when it came after the one shown and was refused."""
    newest = newest_load(var)
    report = read_report(var, newest) if newest > shown else None
    if report is None or report.status != "refused":
        return None
    return RefusedLoad(report.load, report.loaded_at, report.message.strip())


def history(var: Path, last: int = LOADS) -> tuple[LoadPoint, ...]:
    """The last loads that read rows or were refused before they could, oldest first. Loads whose books cannot be read,
    and rollbacks, are left out."""
    found: list[LoadPoint] = []
    for folder in sorted(loads_folder(var).glob("[0-9]*"), reverse=True):
        if len(found) == last:
            break
        report = read_report(var, folder.name)
        if report and (report.status == "refused" or (report.tables and report.status in ("published", "publishing"))):
            found.append(_point(report))
    return tuple(reversed(found))


def _point(report: LoadReport) -> LoadPoint:
    tables = {name: _table(table) for name, table in report.tables.items()}
    return LoadPoint(report.load, report.loaded_at, report.status != "refused", tables)


def _table(table: TableReport) -> TablePoint:
    rules = {
        name: RulePoint(rule.severity, rule.outcome, rule.bad_rows, rule.rows) for name, rule in table.rules.items()
    }
    return TablePoint(table.accounts, rules)
