"""The receipt of a number: everything it stands on, so that nobody has to take it on trust. Data only, no words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from data_checks.contract import Severity, contracts
from data_checks.errors import RequestError
from data_checks.ledger import SourceReport
from data_checks.warehouse.contract import CheckOutcome, LoadFacts, Outcome, Warehouse
from metrics.asking import ask, known_metric
from metrics.catalog import Catalog
from metrics.definition import GoalEntry, MetricDefinition
from metrics.evaluate import evaluate
from metrics.fingerprint import fingerprint
from metrics.goals import written as goals
from metrics.goals.holding import extent_of, held_at
from metrics.language.bound import Aggregate, ModelOf, Value
from metrics.language.formula import parse
from metrics.language.kinds import kind_of
from metrics.language.provided import columns_behind, tables_read
from metrics.language.tree import metric_names
from metrics.organisation import organisation
from metrics.period import Period
from metrics.question import AsOf, Filter, Question
from metrics.receipt_parts import Part, Untold, parts_of
from metrics.result import MetricResult
from metrics.rows.listing import RowTable, rows_behind
from metrics.scope import Scope
from metrics.scorecard import Status, status_of
from metrics.sql.show_sql import sql_of
from metrics.standing import Effect, stood_on

ACCOUNTS = ("read", "published", "quarantined", "superseded", "merged", "filtered")
ROWS = 5
"""So many of the rows behind a number stand on its receipt."""
HIDDEN = ("suppressed", "withheld")

Method = Literal[
    "wilson", "wilson_weighted", "nps", "nps_weighted", "t", "t_weighted", "ranks", "t_per_key", "delta", "poisson",
    "square_and_add", "model", "none",
]  # fmt: skip
"""How the interval was made; the statistics of formulas by kind."""
_METHODS: Mapping[str, Method] = {
    "proportion": "wilson", "nps": "nps", "mean": "t", "quantile": "ranks", "mean_per_key": "t_per_key",
    "ratio": "delta", "rate": "poisson", "difference": "square_and_add",
}  # fmt: skip


@dataclass(frozen=True)
class CheckStood:
    """A check of the load on what the metric stands on. bad_rows of rows: None for a reader of some teams.

    effect: what one that did not pass does to the metric; None: nothing.
    """

    table: str
    rule: str
    severity: Severity
    outcome: Outcome
    effect: Effect | None
    is_needed: bool
    why: str
    owner: str
    bad_rows: int | None
    rows: int | None


@dataclass(frozen=True)
class SetAside:
    """Rows of a table that one rule keeps in quarantine; a row that breaks two rules counts under both."""

    rule: str
    rows: int
    why: str
    owner: str


@dataclass(frozen=True)
class TableRead:
    """A table the formula looks at, as the load read it: read = published + quarantined + superseded + merged +
    filtered. Of the whole organisation: both are None for a reader of some teams."""

    table: str
    accounts: Mapping[str, int] | None
    quarantine: tuple[SetAside, ...] | None


@dataclass(frozen=True)
class SourceFile:
    """A file the load read for a table, and its SHA-256."""

    table: str
    file: str
    sha256: str


@dataclass(frozen=True)
class LoadLine:
    """Which load, when, and how far its data reach (naive UTC instants). `reach`: as far as was asked."""

    load_id: str
    loaded_at: dt.datetime
    as_of: dt.datetime
    as_of_day: dt.date
    reach: AsOf
    timezone: str
    title: str
    currency: str
    synthetic: bool


@dataclass(frozen=True)
class Receipt:
    """One number and what it stands on. A hidden number (HIDDEN) has no counts, no rows and no n either.

    definition: with the red, goal and stretch that hold here; `limits` says from when and for whom each holds.
    bound: what the formula means. uses: the metrics it names. parts: formula by formula,
    which rows counted. rows: the first ones, None when there are none to show.
    """

    fingerprint: str
    definition: MetricDefinition
    bound: Value
    uses: tuple[str, ...]
    result: MetricResult
    status: Status
    method: Method
    where: tuple[Filter, ...]
    scope: Scope
    limits: Mapping[str, GoalEntry]
    parts: tuple[Part, ...]
    tables: tuple[TableRead, ...]
    checks: tuple[CheckStood, ...]
    load: LoadLine
    sources: tuple[SourceFile, ...]
    sql: str
    rows: RowTable | None


def make_receipt(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    metric: str,
    period: Period,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
    sources: Iterable[SourceReport] = (),
    rows: int = ROWS,
) -> Receipt:
    """The receipt of one metric in one period. `where`: slice values to keep, as in ask(); `until`: how far the data
    are looked at; `sources`: what the ledger says of this load's files; `rows`: how many are shown at most, 0 for
    a receipt that holds none of people's words. Raises RequestError as ask() does."""
    written, value = known_metric(catalog, metric), catalog.bound[known_metric(catalog, metric).metric]
    question = ask(warehouse, catalog, scope, [metric], period.grain, (), period.start, period.end, where, until)
    (result,) = evaluate(warehouse, catalog, question, [metric])[metric]
    checks = _checks(written, value, warehouse.facts, scope)
    definition, limits, misfit = _limits(written, value, result, question, warehouse)
    n = None if result.state in HIDDEN else result.n
    shown = replace(result, n=n, checks=(), reason=result.reason or misfit)
    return Receipt(
        fingerprint=fingerprint(shown, written.hash, warehouse.facts.load_id, question),
        definition=definition,
        bound=value,
        uses=_uses(written),
        result=shown,
        status=status_of(definition, result),
        method=_method(value, shown),
        where=question.where,
        scope=scope,
        limits=limits,
        parts=parts_of(value, question, warehouse, _untold(shown)),
        tables=_tables(value, warehouse.facts, question),
        checks=checks,
        load=_load(warehouse.facts, question),
        sources=_sources(sources, _tables_behind(value, question)),
        sql="" if result.state == "not_provided" else sql_of(warehouse, catalog, metric, question),
        rows=_rows(warehouse, catalog, question, shown, rows),
    )


def _untold(result: MetricResult) -> Untold:
    if result.state in HIDDEN:
        return "hidden"
    return "not_provided" if result.state == "not_provided" else ""


def _uses(definition: MetricDefinition) -> tuple[str, ...]:
    """The metrics a formula names."""
    return metric_names(parse(definition.formula)) if definition.formula is not None else ()


def _method(value: Value, result: MetricResult) -> Method:
    if result.low is None and result.high is None:
        return "none"
    if isinstance(value, ModelOf) and value.name != "lifecycle":
        return "model"
    method = _METHODS[kind_of(value)]
    if isinstance(value, Aggregate) and value.weight is not None:
        weighted: Mapping[Method, Method] = {"wilson": "wilson_weighted", "nps": "nps_weighted", "t": "t_weighted"}
        return weighted[method]
    return method


def _limits(
    definition: MetricDefinition, value: Value, result: MetricResult, question: Question, warehouse: Warehouse
) -> tuple[MetricDefinition, Mapping[str, GoalEntry], str]:
    """The definition with what holds here, where each limit comes from, and why a goal does not, as on the board."""
    extent = extent_of(dict(question.where), question.scope, organisation(warehouse, question.scope))
    held, _, misfit = held_at(definition, value, result, extent, question.as_of, question.calendar)
    if misfit:
        return held, {}, misfit
    found = {name: goals.entry(definition, name, result.period.start, extent.with_parents) for name in goals.SCORES}
    return held, {name: entry for name, entry in found.items() if entry is not None}, ""


def _checks(definition: MetricDefinition, value: Value, facts: LoadFacts, scope: Scope) -> tuple[CheckStood, ...]:
    """Every check, without counts for a reader of some teams: they are of everybody's rows."""
    sees_all = scope.teams is None

    def stood(check: CheckOutcome, effect: Effect | None) -> CheckStood:
        told: dict[str, Any] = {name: getattr(check, name) for name in ("table", "rule", "severity", "outcome")}
        counts = {"bad_rows": check.bad_rows, "rows": check.rows} if sees_all else {"bad_rows": None, "rows": None}
        is_needed = check.rule in definition.needs
        return CheckStood(**told, **counts, effect=effect, is_needed=is_needed, why=check.why, owner=check.owner)

    return tuple(stood(check, effect) for check, effect in stood_on(definition, value, facts))


def _tables(value: Value, facts: LoadFacts, question: Question) -> tuple[TableRead, ...]:
    names = [name for name in _tables_behind(value, question) if name in facts.tables and facts.tables[name].provided]
    if question.scope.teams is not None:
        return tuple(TableRead(name, None, None) for name in names)
    return tuple(TableRead(name, _accounts(name, facts), _quarantine(name, facts)) for name in names)


def _accounts(table: str, facts: LoadFacts) -> Mapping[str, int]:
    """All zero for a table made from the keys in others."""
    return {name: facts.tables[table].accounts.get(name, 0) for name in ACCOUNTS}


def _tables_behind(value: Value, question: Question) -> list[str]:
    """Every table whose rows are counted or looked up: for a condition, a computed column or a slice asked for."""
    read = tables_read(value)
    cut = (contracts()[table].slices.get(name) for table in read for name, _ in question.where)
    routes = {slice_.table for slice_ in cut if slice_ is not None and slice_.table is not None}
    return sorted(read | routes | {table for table, _ in columns_behind(value)})


def _quarantine(table: str, facts: LoadFacts) -> tuple[SetAside, ...]:
    return tuple(
        SetAside(check.rule, check.bad_rows, check.why, check.owner)
        for check in facts.failed_checks
        if check.table == table and check.severity == "critical" and check.outcome == "failed" and check.bad_rows
    )


def _load(facts: LoadFacts, question: Question) -> LoadLine:
    told = (facts.timezone, facts.title, facts.currency, facts.synthetic)
    return LoadLine(facts.load_id, facts.loaded_at, facts.as_of, facts.as_of_day, question.as_of, *told)


def _sources(sources: Iterable[SourceReport], tables: Sequence[str]) -> tuple[SourceFile, ...]:
    """Each file once for a table, however many mappings read it."""
    files = (
        SourceFile(source.table, file, sha256)
        for source in sources
        if source.table in tables
        for file, sha256 in zip(source.files, source.sha256, strict=False)
    )
    return tuple(dict.fromkeys(files))


def _rows(
    warehouse: Warehouse, catalog: Catalog, question: Question, result: MetricResult, most: int
) -> RowTable | None:
    if not most or _untold(result):
        return None
    try:
        return rows_behind(warehouse, catalog, question, result.metric, most)
    except RequestError:  # the table knows no teams
        return None
