"""A question that certain metrics can answer: names, slices, filters and days checked, with suggestions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from data_checks.contract import contracts
from data_checks.errors import RequestError, did_you_mean
from data_checks.warehouse.contract import LoadFacts, Warehouse
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.language.bound import ModelOf, Value, is_reference, leaves, models_in, tables_of
from metrics.language.provided import counted_at, provided_tables, tables_read
from metrics.period import Grain
from metrics.question import AsOf, Question
from metrics.scope import Scope
from metrics.slices import slice_values

MOST_PERIODS = 5_000
DAYS_OF: Mapping[Grain, int] = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365, "all": 400_000}


def as_of(facts: LoadFacts, declared: dt.date | None = None) -> AsOf:
    """How far the data reach; a declared date means that whole local day."""
    if declared is not None:
        return AsOf(declared, whole=True)
    local = facts.as_of.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(facts.timezone))
    return AsOf(facts.as_of_day, whole=local.time() >= dt.time(23, 59, 59, 999999))


def known_metric(catalog: Catalog, metric: str) -> MetricDefinition:
    """The definition. Raises RequestError with a suggestion, or saying that its own file is wrong."""
    if metric in catalog.metrics:
        return catalog.metrics[metric]
    if metric in catalog.left_out:
        raise RequestError(f"the definition of '{metric}' is wrong; `scorecard check` says where.")
    raise RequestError(f"there is no metric '{metric}'.{did_you_mean(metric, catalog.metrics)}")


def ask(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    metrics: Sequence[str],
    grain: Grain = "month",
    by: Sequence[str] = (),
    start: dt.date | None = None,
    end: dt.date | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
) -> Question:
    """A question these metrics can answer. Without `start` it begins with the first loaded row, without `end` it
    goes as far as the data (`until` overrides how far that is). Raises RequestError with a suggestion."""
    bound = [catalog.bound[known_metric(catalog, metric).metric] for metric in metrics]
    return ask_of(warehouse, scope, bound, grain, by, start, end, where, until)


def ask_of(
    warehouse: Warehouse,
    scope: Scope,
    bound: Sequence[Value],
    grain: Grain = "month",
    by: Sequence[str] = (),
    start: dt.date | None = None,
    end: dt.date | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
) -> Question:
    """The same for formulas that are no metric of the catalogue."""
    reach = as_of(warehouse.facts, until)
    tables = sorted({table for value in bound for leaf in leaves(value) for table in tables_of(leaf)})
    wanted = (*by, *(where or {}))
    for value in bound:
        if lack := cannot_cut(warehouse, value, wanted):
            raise RequestError(f"{lack}.{'' if models_in(value) else _slice_hint(wanted, tables)}")
    filters = tuple((name, tuple(values)) for name, values in sorted((where or {}).items()))
    for name, values in filters:
        _check_values(warehouse, scope, name, values, tables)
    begin = start or min(_first_days(warehouse, bound), default=reach.day)
    finish = end or max(reach.end, begin + dt.timedelta(days=1))
    if finish <= begin:
        raise RequestError(f"the period from {begin} to {finish} is empty; --to is the first day left out.")
    calendar = warehouse.facts.calendar
    question = Question(scope, reach, begin, finish, calendar, grain, tuple(dict.fromkeys(by)), filters)
    if (count := (finish - begin).days // DAYS_OF[grain]) > MOST_PERIODS:
        raise RequestError(f"that is {count:,} periods; ask a coarser --grain, or a shorter --from … --to.")
    return question


def _first_days(warehouse: Warehouse, bound: Sequence[Value]) -> Iterator[dt.date]:
    """The first day of every table that is read, and of the times its rows count at: an invitation may lie before the
    first answer."""
    facts = warehouse.facts.tables
    for value in bound:
        begun = (facts[table].first_day for table in tables_read(value) if table in facts)
        yield from (day for day in begun if day is not None)
        counted = (place for leaf in leaves(value) if not isinstance(leaf, ModelOf) for place in counted_at(leaf))
        days = (facts[table].days_at(column) for table, column in counted if table in facts)
        yield from (one[0] for one in days if one is not None)


def cannot_cut(warehouse: Warehouse, value: Value, slices: Iterable[str]) -> str:
    """Why a formula cannot be cut by these slices, as a clause; '' when it can.

    Each of its tables needs the slice, and a source for the column it begins at; a table no source provides at all
    answers "not provided" by itself.
    """
    if models_in(value) and (name := next(iter(slices), None)):
        return f"a model is fitted to the whole organisation and cannot be cut by '{name}'"
    facts = warehouse.facts.tables
    provided = {name: found.provided for name, found in facts.items()}
    cut = (leaf for leaf in leaves(value) if not is_reference(leaf))
    for table in sorted({table for leaf in cut for table in provided_tables(leaf, facts)}):
        for name in slices:
            slice_ = contracts()[table].slices.get(name)
            if slice_ is None:
                return f"{table} cannot be cut by '{name}'"
            if slice_.column not in provided[table]:
                return f"{table} cannot be cut by '{name}': no source provides {table}.{slice_.column}"
            if slice_.table and slice_.attribute and slice_.attribute not in provided.get(slice_.table, ()):
                return f"{table} cannot be cut by '{name}': no source provides {slice_.table}.{slice_.attribute}"
    return ""


def _slice_hint(slices: Iterable[str], tables: Iterable[str]) -> str:
    for table in tables:
        for name in slices:
            if name not in (known := contracts()[table].slices):
                return did_you_mean(name, known) or (f" It has {', '.join(known)}." if known else "")
    return ""


def _check_values(
    warehouse: Warehouse, scope: Scope, name: str, values: Iterable[str | None], tables: Iterable[str]
) -> None:
    """Raises RequestError for a value nobody has; under a scope it knows, and suggests, that scope's values only.

    A table without the slice is one that no source provides, or a reference table: neither is cut.
    """
    cut = [table for table in tables if name in contracts()[table].slices]
    known = {value for table in cut for value in slice_values(warehouse, table, name, scope) if value is not None}
    for value in values:
        if value is not None and value not in known:
            raise RequestError(f"there is no {name} '{value}'.{did_you_mean(value, known)}")
