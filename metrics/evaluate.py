"""Metrics + a question + a warehouse → MetricResults. The only door to numbers; there is none without a Scope."""

from __future__ import annotations

from collections.abc import Sequence

from data_checks.contract import contracts
from data_checks.warehouse.contract import CheckOutcome, LoadFacts, Warehouse
from metrics.asking import known_metric
from metrics.bound import Aggregate, Arithmetic, Leaf, Products, Value, is_reference, leaves, tables_of
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.figures import Figure, Parts, figure, finite
from metrics.kinds import has_gate, is_survey, kind_of, measured
from metrics.per_key import with_key_interval
from metrics.period import Period
from metrics.provided import columns_of, knows_teams, missing, provided_tables, tables_read
from metrics.quantiles import with_interval
from metrics.question import Question
from metrics.result import MetricResult, State
from metrics.scans import Answers, SliceValues, run
from metrics.selection import window_of

SUPPRESSED_BELOW = 5
"""Fewer answers of people than this are never shown."""


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
        if definition.fills_zero and found.value is None and lack is None and self._is_empty(own, period, group):
            found = Figure(0.0, 0)
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

    def _is_empty(self, own: tuple[Leaf, ...], period: Period, group: SliceValues) -> bool:
        """Whether the days are loaded and nothing was counted in them; what divides something by nothing is not."""
        return all(
            self._is_loaded(leaf, period) and not self._too_fine(leaf) and not self._parts(leaf, period, group)["n"]
            for leaf in own
        )

    def _too_fine(self, leaf: Leaf | Products) -> bool:
        """Whether days or weeks are asked of a table that knows whole months only."""
        asked = leaf.left if isinstance(leaf, Products) else leaf
        return self.question.grain in ("day", "week") and any(
            contracts()[table].period == "month" for table in tables_of(asked)
        )

    def _has_route(self, leaf: Leaf) -> bool:
        tables = self.warehouse.facts.tables
        return all(knows_teams(table, tables) for table in provided_tables(leaf, tables))

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
        if has_gate(value) and (found.n or 0) < definition.min_n and not (definition.fills_zero and not found.n):
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
            tables = self.warehouse.facts.tables
            for table in (table for leaf in own for table in provided_tables(leaf, tables)):
                if not knows_teams(table, tables):
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
