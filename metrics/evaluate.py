"""Metrics + a question + a warehouse → MetricResults. The only door to numbers; there is none without a Scope."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.asking import known_metric
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.figures import Figure, Parts, figure, finite
from metrics.language.bound import (
    Aggregate,
    Arithmetic,
    Item,
    Leaf,
    ModelOf,
    Products,
    Value,
    is_reference,
    leaves,
    models_in,
    tables_of,
)
from metrics.language.kinds import depends_on_length, has_gate, is_survey, kind_of, measured
from metrics.language.provided import counted_at, knows_teams, missing, provided_tables
from metrics.models.fitted import WHY
from metrics.period import Period
from metrics.question import Group, Question, SliceValues
from metrics.result import MetricResult, State
from metrics.sql import per_key, quantiles
from metrics.sql.scans import WITH_OWN_QUERY, Answers, run
from metrics.sql.selection import window_of
from metrics.standing import standing, uncounted, withheld_because

MOST_GROUPS = 64
"""Above this many groups, intervals that take a query of their own are left out: it is a table then, not cards."""
TOO_FINE = ("day", "week")
"""Grains finer than a table of months, or than a model is fitted."""
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
    provided = [value for metric, value in bound.items() if lacking[metric] is None]
    answers = run([item for value in provided for item in measured(value)], question, warehouse, provided)
    return {
        metric: _Judge(warehouse, question, answers, catalog.metrics[metric], value, lacking[metric]).results()
        for metric, value in bound.items()
    }


def judged(
    warehouse: Warehouse, catalog: Catalog, question: Question, metric: str, answers: Answers
) -> tuple[MetricResult, ...]:
    """The results of one provided metric from parts already fetched, for the question they answer."""
    value = catalog.bound[metric]
    return _Judge(warehouse, question, answers, catalog.metrics[metric], value, None).results()


class _Judge:
    """Turns the pooled parts of one metric into results with a state. What holds for every row is found out once."""

    def __init__(
        self,
        warehouse: Warehouse,
        question: Question,
        answers: Answers,
        definition: MetricDefinition,
        value: Value,
        lack: str | None,
    ) -> None:
        self.warehouse = warehouse
        self.question = question
        self.answers = answers
        self.definition = definition
        self.value = value
        self.lack = lack
        self.leaves = leaves(value)
        self.kind = kind_of(value)
        self.is_survey = is_survey(value)
        self.has_gate = has_gate(value)
        # The first ten days of a month have its whole cost, and ten days' tickets: judged when it is over.
        self.grows = depends_on_length(value) or any(map(_is_by_month, self.leaves))
        facts = warehouse.facts if question.scope.teams is None else uncounted(warehouse.facts)
        self.checks = () if lack else standing(definition, value, facts)
        self.withheld = withheld_because(self.checks)
        self._found = [(item, answers.parts.get(item, {})) for item in measured(value)]

    def results(self) -> tuple[MetricResult, ...]:
        """Period by period, group by group."""
        question = self.question
        groups: list[SliceValues] = self.answers.groups(self.leaves) if question.by and self.lack is None else []
        groups = groups or ([(None,) * len(question.by)] if self.lack or not question.by else [])
        found = [result for period in question.periods for result in self._period(period, groups)]
        return self._with_ends(found) if self.kind in WITH_OWN_QUERY else tuple(found)

    def _with_ends(self, results: Sequence[MetricResult]) -> tuple[MetricResult, ...]:
        """The results with the intervals that take a query of their own: prepared, or asked for cards; a long table
        goes without."""
        groups = [self._group(result) for result in results]
        ends = self.answers.ends.get(self.value)
        if ends is None:
            counts = {g: r.n or 0 for g, r in zip(groups, results, strict=True) if r.value is not None}
            is_card = 0 < len(counts) <= MOST_GROUPS
            ends = ends_by_query(self.value, counts, self.question, self.warehouse) if is_card else {}
        both = ((result, ends.get(group)) for group, result in zip(groups, results, strict=True))
        return tuple(
            replace(result, low=found[0], high=found[1]) if found and result.value is not None else result
            for result, found in both
        )

    def _group(self, result: MetricResult) -> Group:
        start = None if self.question.grain == "all" else result.period.start
        return start, tuple(result.slices.values())

    def _period(self, period: Period, groups: Sequence[SliceValues]) -> Iterator[MetricResult]:
        complete = self.question.as_of.completes(period) or self._is_all_there_is(period)
        unripe = None if self.lack else self._why_unripe(period)
        zero: dict[Item, Parts] = {
            item: {"n": 0.0, "s": 0.0}
            if not isinstance(item, Products | ModelOf) and self._is_loaded(item, period)
            else {}
            for item, _ in (self._found if self.lack is None else ())
        }
        too_fine = {item for item, _ in self._found if self._too_fine(item, period)}
        for group in groups:
            parts = {} if self.lack else self._parts(period, group, zero, too_fine)
            yield self._result(period, group, parts, complete, unripe)

    def _result(
        self,
        period: Period,
        group: SliceValues,
        parts: Mapping[Item, Parts],
        complete: bool,
        unripe: str | None,
    ) -> MetricResult:
        found = Figure(None, None) if self.lack else finite(figure(self.value, parts))
        if self.definition.fills_zero and found.value is None and self.lack is None and self._is_empty(parts):
            found = Figure(0.0, 0)
        state, reason = self._state(found, parts, unripe, period)
        hidden = state in ("suppressed", "withheld")
        return MetricResult(
            metric=self.definition.metric,
            period=period,
            value=None if hidden else found.value,
            state=state,
            kind=self.kind,
            numerator=None if hidden else found.numerator,
            denominator=None if hidden else found.denominator,
            n=found.n,
            low=None if hidden else found.low,
            high=None if hidden else found.high,
            complete=complete,
            grows=self.grows,
            slices=dict(zip(self.question.by, group, strict=True)) if self.question.by else {},
            parts={} if hidden else found.parts,
            reason=reason,
            checks=self.checks,
        )

    def _is_all_there_is(self, period: Period) -> bool:
        return period.grain == "all" and period.end <= self.question.as_of.end

    def _parts(
        self, period: Period, group: SliceValues, zero: Mapping[Item, Parts], too_fine: Collection[Item]
    ) -> dict[Item, Parts]:
        """What was pooled for this group; over no rows counts and sums are zero between the first and last day."""
        start = None if self.question.grain == "all" else period.start
        parts: dict[Item, Parts] = {}
        for item, groups in self._found:
            found = groups.get((start, () if is_reference(item) else group))
            if item in too_fine:
                parts[item] = {}
            elif isinstance(item, ModelOf):
                parts[item] = found or {}
            else:
                parts[item] = found if found is not None and found.get("n") else zero[item]
        return parts

    def _is_empty(self, parts: Mapping[Item, Parts]) -> bool:
        """Whether the days are loaded and nothing was counted in them; what divides something by nothing is not."""
        return all(parts.get(leaf, {}).get("n") == 0 for leaf in self.leaves)

    def _too_fine(self, leaf: Item, period: Period) -> bool:
        """Whether days or weeks, or a part of a month, are asked of what is known by whole months only."""
        is_fine = self.question.grain in TOO_FINE
        if isinstance(leaf, ModelOf):
            return is_fine
        asked = leaf.left if isinstance(leaf, Products) else leaf
        return _is_by_month(asked) and (is_fine or self._cuts_a_month(asked, period))

    def _cuts_a_month(self, leaf: Leaf, period: Period) -> bool:
        """Whether the days asked for begin or end within a month, which is not the same as a month that is not over."""
        frame = leaf.frame if isinstance(leaf, Aggregate) else None
        start, end = window_of(frame, period.start, period.end, self.question)
        return start.day != 1 or (end.day != 1 and end < self.question.as_of.end)

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
        for table, column in counted_at(leaf):
            days = self.warehouse.facts.tables[table].days_at(column)
            if days is None:
                continue
            lasts = open_ended or contracts()[table].register
            if end > days[0] and (lasts or start <= days[1]):
                return period.start < self.question.as_of.end
        return False

    def _state(
        self, found: Figure, parts: Mapping[Item, Parts], unripe: str | None, period: Period
    ) -> tuple[State, str]:
        """The first state that holds, and why in a clause."""
        if self.lack is not None:
            return "not_provided", self.lack
        if found.value is None:
            return "no_data", self._why_not_fitted(parts) or self._why_nothing(period)
        if self.withheld is not None:
            return "withheld", self.withheld
        if self.is_survey and 0 < self._fewest_answers(found, parts) < SUPPRESSED_BELOW:
            return "suppressed", f"fewer than {SUPPRESSED_BELOW} answers"
        if unripe is not None:
            return "unripe", unripe
        is_filled = self.definition.fills_zero and not found.n
        if self.has_gate and (found.n or 0) < self.definition.min_n and not is_filled:
            return "too_few", f"{found.n} of at least {self.definition.min_n}"
        return "ok", ""

    def _fewest_answers(self, found: Figure, parts: Mapping[Item, Parts]) -> float:
        """How many people's answers stand behind the figure, at the least counted of its parts; 0: nobody's."""
        if self.kind in ("proportion", "nps", "mean", "quantile"):
            return found.n or 0
        counted = (leaf for leaf in self.leaves if leaf in parts and "survey_responses" in tables_of(leaf))
        counts = [parts[leaf].get("n") or 0 for leaf in counted]
        return min((count for count in counts if count), default=0)

    def _why_not_fitted(self, parts: Mapping[Item, Parts]) -> str:
        """Why a model says nothing, as its fit told it; '' without a model, or where it said something."""
        own = (part for model in models_in(self.value) for part in parts.get(model, {}))
        return next((part.removeprefix(WHY) for part in own if part.startswith(WHY)), "")

    def _why_nothing(self, period: Period) -> str:
        if models_in(self.value) and self.question.grain in TOO_FINE:
            return "a model is fitted by months and longer only"
        if models_in(self.value) and self.question.scope.teams is not None:
            return "a model is fitted to the whole organisation, so only who sees all of it may see this"
        if coarse := next((leaf for leaf in self.leaves if self._too_fine(leaf, period)), None):
            return f"{tables_of(coarse)[0]} are known by whole months only"
        if self.question.scope.teams is not None:
            tables = self.warehouse.facts.tables
            for table in (table for leaf in self.leaves for table in provided_tables(leaf, tables)):
                if not knows_teams(table, tables):
                    return f"{table} does not know teams, so only the whole organisation may see it"
        return "no rows in this period"

    def _why_unripe(self, period: Period) -> str | None:
        start = None if self.question.grain == "all" else period.start
        if any((leaf, start) in self.answers.unripe for leaf in self.leaves):
            return "the period it is compared with has not ended"
        if self.definition.ripe_after is None:
            return None
        ripe_on = self.definition.ripe_after.after(period.end)
        reach = self.question.as_of
        if ripe_on <= (reach.end if reach.whole else reach.day):
            return None
        return f"complete on {ripe_on.isoformat()}"


def ends_by_query(
    value: Value, counts: Mapping[Group, int], question: Question, warehouse: Warehouse
) -> Mapping[Group, tuple[float | None, float | None]]:
    """Low and high of a quantile or a mean per key, per group that has a value. `counts`: rows per group."""
    if isinstance(value, Aggregate):
        return quantiles.ends_of(value, counts, question, warehouse)
    assert isinstance(value, Arithmetic)
    return per_key.ends_of(value, question, warehouse)


def _is_by_month(leaf: Leaf) -> bool:
    """Whether it reads what is known by whole months only."""
    return not isinstance(leaf, ModelOf) and any(contracts()[table].period == "month" for table in tables_of(leaf))
