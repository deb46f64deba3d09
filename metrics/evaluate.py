"""Metrics + a question + a warehouse → MetricResults. The only door to numbers; there is none without a Scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from data_checks.contract import contracts
from data_checks.errors import RequestError, did_you_mean
from data_checks.warehouse.contract import CheckOutcome, LoadFacts, Warehouse
from metrics.bound import Aggregate, Arithmetic, Leaf, Products, Value, is_reference, leaves, tables_of
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.kinds import Figure, Parts, figure, finite, has_gate, is_survey, kind_of, measured
from metrics.per_key import with_key_interval
from metrics.period import Grain, Period
from metrics.provided import columns_of, knows_teams, missing, tables_read
from metrics.quantiles import with_interval
from metrics.question import AsOf, Question
from metrics.result import MetricResult, State
from metrics.scans import Answers, SliceValues, run
from metrics.scope import Scope
from metrics.selection import window_of
from metrics.slices import slice_values

MOST_PERIODS = 5_000
DAYS_OF: Mapping[Grain, int] = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365, "all": 400_000}
SUPPRESSED_BELOW = 5
"""Fewer answers of people than this are never shown."""


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
    reach = as_of(warehouse.facts, until)
    tables = sorted({table for value in bound for leaf in leaves(value) for table in tables_of(leaf)})
    wanted = (*by, *(where or {}))
    for value in bound:
        if lack := cannot_cut(warehouse, value, wanted):
            raise RequestError(f"{lack}.{_slice_hint(wanted, tables)}")
    filters = tuple((name, tuple(values)) for name, values in sorted((where or {}).items()))
    for name, values in filters:
        _check_values(warehouse, scope, name, values, tables)
    read = {table for value in bound for table in tables_read(value)}
    days = [warehouse.facts.tables[table].first_day for table in read if table in warehouse.facts.tables]
    begin = start or min((day for day in days if day is not None), default=reach.day)
    finish = end or max(reach.end, begin + dt.timedelta(days=1))
    if finish <= begin:
        raise RequestError(f"the period from {begin} to {finish} is empty; --to is the first day left out.")
    question = Question(scope, reach, begin, finish, grain, tuple(dict.fromkeys(by)), filters)
    if (count := (finish - begin).days // DAYS_OF[grain]) > MOST_PERIODS:
        raise RequestError(f"that is {count:,} periods; ask a coarser --grain, or a shorter --from … --to.")
    return question


def cannot_cut(warehouse: Warehouse, value: Value, slices: Iterable[str]) -> str:
    """Why a formula cannot be cut by these slices, as a clause; '' when it can.

    Each of its tables needs the slice, and a source for the column it begins at; a table no source provides at all
    answers "not provided" by itself.
    """
    provided = {name: facts.provided for name, facts in warehouse.facts.tables.items()}
    for table in sorted({table for leaf in leaves(value) if not is_reference(leaf) for table in tables_of(leaf)}):
        for name in slices:
            slice_ = contracts()[table].slices.get(name)
            if slice_ is None:
                return f"{table} cannot be cut by '{name}'"
            if provided.get(table) and slice_.column not in provided[table]:
                return f"{table} cannot be cut by '{name}': no source provides {table}.{slice_.column}"
            if slice_.table and slice_.attribute and slice_.attribute not in provided.get(slice_.table, ()):
                return f"{table} cannot be cut by '{name}': no source provides {slice_.table}.{slice_.attribute}"
    return ""


def _slice_hint(slices: Iterable[str], tables: Iterable[str]) -> str:
    for table in tables:
        for name in slices:
            if name not in (known := contracts()[table].slices):
                return did_you_mean(name, known) or f" It has {', '.join(known)}."
    return ""


def _check_values(
    warehouse: Warehouse, scope: Scope, name: str, values: Iterable[str | None], tables: Iterable[str]
) -> None:
    """Raises RequestError for a value nobody has; under a scope it knows, and suggests, that scope's values only."""
    known = {value for table in tables for value in slice_values(warehouse, table, name, scope) if value is not None}
    for value in values:
        if value is not None and value not in known:
            raise RequestError(f"there is no {name} '{value}'.{did_you_mean(value, known)}")


def evaluate(
    warehouse: Warehouse, catalog: Catalog, question: Question, metrics: Sequence[str]
) -> dict[str, tuple[MetricResult, ...]]:
    """Every metric for every period and slice group of the question, in that order.

    Slice groups come in name order, rows without a value last. A metric whose data are not provided answers each
    period with that state.
    """
    bound = {metric: catalog.bound[known_metric(catalog, metric).metric] for metric in metrics}
    lacking = {metric: missing(value, warehouse.facts.tables) for metric, value in bound.items()}
    wanted = [leaf for metric, value in bound.items() if lacking[metric] is None for leaf in measured(value)]
    answers = run(wanted, question, warehouse)
    judge = _Judge(warehouse, question, answers)
    return {metric: judge.results(catalog.metrics[metric], value, lacking[metric]) for metric, value in bound.items()}


class _Judge:
    """Turns pooled parts into results with a state."""

    def __init__(self, warehouse: Warehouse, question: Question, answers: Answers) -> None:
        self.warehouse = warehouse
        self.question = question
        self.answers = answers

    def results(self, definition: MetricDefinition, value: Value, lack: str | None) -> tuple[MetricResult, ...]:
        own = leaves(value)
        groups: list[SliceValues] = self.answers.groups(own) if self.question.by and lack is None else []
        groups = groups or ([(None,) * len(self.question.by)] if lack or not self.question.by else [])
        withheld = None if lack else withheld_because(definition, value, self.warehouse.facts)
        found = [
            self._result(definition, value, own, period, group, lack, withheld)
            for period in self.question.periods
            for group in groups
        ]
        if kind_of(value) == "quantile" and isinstance(value, Aggregate):
            return with_interval(found, value, self.question, self.warehouse)
        if kind_of(value) == "mean_per_key" and isinstance(value, Arithmetic):
            return with_key_interval(found, value, self.question, self.warehouse)
        return tuple(found)

    def _result(
        self,
        definition: MetricDefinition,
        value: Value,
        own: tuple[Leaf, ...],
        period: Period,
        group: SliceValues,
        lack: str | None,
        withheld: str | None,
    ) -> MetricResult:
        found = Figure(None, None)
        if lack is None:
            found = finite(figure(value, {item: self._parts(item, period, group) for item in measured(value)}))
        state, reason = self._state(definition, value, own, period, group, found, lack, withheld)
        hidden = state in ("suppressed", "withheld")
        return MetricResult(
            metric=definition.metric,
            period=period,
            value=None if hidden else found.value,
            state=state,
            kind=kind_of(value),
            numerator=None if hidden else found.numerator,
            denominator=None if hidden else found.denominator,
            n=found.n,
            low=None if hidden else found.low,
            high=None if hidden else found.high,
            complete=self.question.as_of.completes(period) or self._is_all_there_is(period),
            slices=dict(zip(self.question.by, group, strict=True)) if self.question.by else {},
            parts={} if hidden else found.parts,
            reason=reason,
        )

    def _is_all_there_is(self, period: Period) -> bool:
        return period.grain == "all" and period.end <= self.question.as_of.end

    def _parts(self, leaf: Leaf | Products, period: Period, group: SliceValues) -> Parts:
        """What was pooled for this group; over no rows counts and sums are zero between the first and last day."""
        start = None if self.question.grain == "all" else period.start
        found = self.answers.parts.get(leaf, {}).get((start, () if is_reference(leaf) else group))
        if self._too_fine(leaf):
            return {}
        if found is not None and found.get("n"):
            return found
        if isinstance(leaf, Products):
            return {}
        return {"n": 0.0, "s": 0.0} if self._is_loaded(leaf, period) else {}

    def _too_fine(self, leaf: Leaf | Products) -> bool:
        """Whether days or weeks are asked of a table that knows whole months only."""
        asked = leaf.left if isinstance(leaf, Products) else leaf
        return self.question.grain in ("day", "week") and any(
            contracts()[table].period == "month" for table in tables_of(asked)
        )

    def _has_route(self, leaf: Leaf) -> bool:
        return all(knows_teams(table, self.warehouse.facts.tables) for table in tables_of(leaf))

    def _is_loaded(self, leaf: Leaf, period: Period) -> bool:
        if self.question.scope.teams is not None and not self._has_route(leaf):
            return False
        open_ended = isinstance(leaf, Aggregate) and leaf.window.kind != "at"
        start, end = period.start, period.end
        if isinstance(leaf, Aggregate) and leaf.frame is not None:
            start, end = window_of(leaf.frame, start, end, self.question)
        for table in tables_of(leaf):
            facts = self.warehouse.facts.tables[table]
            if facts.first_day is None or facts.last_day is None:
                continue
            lasts = open_ended or contracts()[table].register
            if end > facts.first_day and (lasts or start <= facts.last_day):
                return period.start < self.question.as_of.end
        return False

    def _state(
        self,
        definition: MetricDefinition,
        value: Value,
        own: tuple[Leaf, ...],
        period: Period,
        group: SliceValues,
        found: Figure,
        lack: str | None,
        withheld: str | None,
    ) -> tuple[State, str]:
        """The first state that holds, and why in a clause."""
        if lack is not None:
            return "not_provided", lack
        if found.value is None:
            return "no_data", self._why_nothing(own)
        if withheld is not None:
            return "withheld", withheld
        if is_survey(value) and 0 < self._fewest_answers(value, own, period, group, found) < SUPPRESSED_BELOW:
            return "suppressed", f"fewer than {SUPPRESSED_BELOW} answers"
        if (reason := self._why_unripe(definition, own, period)) is not None:
            return "unripe", reason
        if has_gate(value) and (found.n or 0) < definition.min_n:
            return "too_few", f"{found.n} of at least {definition.min_n}"
        return "ok", ""

    def _fewest_answers(
        self, value: Value, own: tuple[Leaf, ...], period: Period, group: SliceValues, found: Figure
    ) -> float:
        """How many people's answers stand behind the figure, at the least counted of its parts; 0: nobody's."""
        if kind_of(value) in ("proportion", "nps", "mean", "quantile"):
            return found.n or 0
        counts = [
            self._parts(leaf, period, group).get("n") or 0 for leaf in own if "survey_responses" in tables_of(leaf)
        ]
        return min((count for count in counts if count), default=0)

    def _why_nothing(self, own: tuple[Leaf, ...]) -> str:
        if coarse := next((leaf for leaf in own if self._too_fine(leaf)), None):
            return f"{tables_of(coarse)[0]} are known by whole months only"
        if self.question.scope.teams is not None:
            for table in (table for leaf in own for table in tables_of(leaf)):
                if not knows_teams(table, self.warehouse.facts.tables):
                    return f"{table} does not know teams, so only the whole organisation may see it"
        return "no rows in this period"

    def _why_unripe(self, definition: MetricDefinition, own: tuple[Leaf, ...], period: Period) -> str | None:
        start = None if self.question.grain == "all" else period.start
        if any((leaf, start) in self.answers.unripe for leaf in own):
            return "the period it is compared with has not ended"
        if definition.ripe_after is None:
            return None
        ripe_on = definition.ripe_after.after(period.end)
        reach = self.question.as_of
        if ripe_on <= (reach.end if reach.whole else reach.day):
            return None
        return f"complete on {ripe_on.isoformat()}"


def withheld_because(definition: MetricDefinition, value: Value, facts: LoadFacts) -> str | None:
    """The check that keeps a metric from being shown: one it `needs` that failed, or a broken one on its columns."""
    columns, tables = columns_of(value), tables_read(value)
    for check in facts.failed_checks:
        if check.table in tables and _withholds(check, definition, columns):
            return f"check '{check.rule}' {'is broken' if check.outcome == 'broken' else 'failed'}"
    return None


def _withholds(check: CheckOutcome, definition: MetricDefinition, columns: frozenset[tuple[str, str]]) -> bool:
    if check.severity == "info":
        return False
    stands_on = any((check.table, column) in columns for column in check.columns)
    if check.outcome == "broken":
        return stands_on or check.rule in definition.needs
    quarantined = check.severity == "critical"  # the bad rows are out; what is left is right
    return check.rule in definition.needs and not quarantined
