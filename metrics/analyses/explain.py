"""Why a metric changed between two periods: by the groups of one slice, exactly. The parts sum to the change.

Shares, NPS, means and ratios are told apart into each group's own rate and the mix of the groups; of totals every
group has its difference; a quotient of two totals has the parts of its two factors. Everything else has a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.analyses.explain_groups import SPLIT_KINDS, Group, Pooled, added, adds_up, fold, parts_of, sums_of
from metrics.asking import ask, cannot_cut, known_metric
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import SUPPRESSED_BELOW, evaluate, judged
from metrics.figures import Parts, figure
from metrics.language.bound import Arithmetic, Item, ModelOf, Value, leaves
from metrics.language.kinds import is_survey, kind_of, measured
from metrics.language.provided import missing
from metrics.period import Period
from metrics.question import Group as AskedGroup
from metrics.question import Question
from metrics.result import MetricResult
from metrics.sql.scans import Answers, run
from metrics.stats.change import Change, Part, Sums, causes, decompose
from metrics.stats.change_factors import ProductChange, factor_effects

SLICES = ("team", "channel", "segment")
"""Where no slice is named, the first of these that the metric can be cut by, not filtered, with several groups."""
JUDGED = ("ok", "too_few")
"""States of a value whose change can be told."""
Both = tuple[MetricResult, MetricResult]
How = Literal["mix_and_rate", "differences", "factors", "nothing"]


@dataclass(frozen=True)
class GroupChange:
    """One group. `folded`: so many groups pooled, 0 for a group itself. `n`, `share`, `value`: (before, after); no
    share for totals, no value of a group that is not there. `rate`, `mix`: none for totals, whose part is `both`."""

    name: str | None
    folded: int
    n: tuple[int, int]
    share: tuple[float, float] | None
    value: tuple[float | None, float | None]
    rate: Part | None
    mix: Part | None
    both: Part


@dataclass(frozen=True)
class Explanation:
    """`how`: what the change is told by. `reason`: a clause, why not by more; '' where the groups tell it.

    `is_chosen`: no slice was named, so `by` is the first that fits. `change`: with `mix_and_rate` alone. `causes`:
    the parts that may be named, the largest first. A part's `group` is its place in `groups`.
    """

    definition: MetricDefinition
    before: MetricResult
    after: MetricResult
    by: str | None
    is_chosen: bool
    how: How
    reason: str
    groups: tuple[GroupChange, ...] = ()
    change: Change | None = None
    causes: tuple[Part, ...] = ()
    factors: ProductChange | None = None

    @property
    def difference(self) -> float | None:
        """after − before in the metric's unit; None where one of them has no value to be told."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


def explain(
    warehouse: Warehouse,
    catalog: Catalog,
    question: Question,
    metric: str,
    against: Period,
    by: str | None = None,
) -> Explanation:
    """Why `metric` changed from `against` to the one period of the question, by a slice; the question's scope, filters
    and end of the data hold for both. Where days of both periods overlap, as in rolling metrics, intervals are wider
    than they need be. Raises RequestError with a suggestion."""
    definition = known_metric(catalog, metric)
    value = catalog.bound[definition.metric]
    (period,) = question.periods
    if against.start == period.start:
        raise RequestError("a period has not changed against itself; name another with --against.")
    slices = (by,) if by else _slices(warehouse, value, dict(question.where))
    asked = _Asked(warehouse, catalog, definition, value, question, (against, period))
    lack = missing(value, warehouse.facts.tables)
    cannot = "" if lack else _why_not_split(value) or ("" if slices else f"none of {', '.join(SLICES)} fits it")
    if by is not None:
        asked.questions((by,))
    if lack or cannot:
        return _told_whole(asked.alone(), asked, by, cannot)
    found = None
    for slice_ in slices:
        found = _Split(asked, slice_, by is None).explanation()
        if found.groups or found.difference is None:
            break
    assert found is not None
    return found


def _slices(warehouse: Warehouse, value: Value, where: Mapping[str, object]) -> tuple[str, ...]:
    """Those that can be cut by and are not filtered: within one team, the team explains nothing."""
    wanted = (name for name in SLICES if name not in where)
    return tuple(name for name in wanted if not cannot_cut(warehouse, value, (name,)))


def _why_not_split(value: Value) -> str:
    """Why groups cannot tell the change of such a number, as a clause; '' when they can."""
    kind = kind_of(value)
    if isinstance(value, ModelOf):
        return "a model is fitted to the whole and is no sum of groups"
    functions = {getattr(leaf, "function", "") for leaf in leaves(value)}
    if kind == "quantile" or functions & {"median", "percentile"}:
        return "a median or percentile of the whole is no average of the groups'"
    if functions & {"min", "max"}:
        return "the smallest or largest of the whole is no sum of the groups'"
    if kind in ("mean_per_key", "rate", "ratio_across_tables"):
        return "it is a quotient of two totals"
    if kind not in (*SPLIT_KINDS, "total"):
        return "it is put together from several figures"
    return ""


@dataclass(frozen=True)
class _Asked:
    """One metric in two periods, (earlier, later): the questions and their answers."""

    warehouse: Warehouse
    catalog: Catalog
    definition: MetricDefinition
    value: Value
    question: Question
    periods: tuple[Period, Period]

    def questions(self, by: tuple[str, ...]) -> list[Question]:
        """One for neighbours, else one for each period."""
        first, last = sorted(self.periods, key=lambda period: period.start)
        spans = [(first.start, last.end)] if first.end == last.start else [(p.start, p.end) for p in (first, last)]
        where = dict(self.question.where)
        asked = [
            ask(self.warehouse, self.catalog, self.question.scope, [self.definition.metric], first.grain, by, *span,
                where)
            for span in spans
        ]  # fmt: skip
        return [replace(one, as_of=self.question.as_of) for one in asked]

    def alone(self) -> Both:
        """The whole in both periods."""
        metric = self.definition.metric
        found = [
            result
            for one in self.questions(())
            for result in evaluate(self.warehouse, self.catalog, one, [metric])[metric]
        ]
        return self.of_both(found)

    def of_both(self, found: Sequence[MetricResult]) -> Both:
        """The results of the earlier and of the later period."""
        by_start = {result.period.start: result for result in found}
        return by_start[self.periods[0].start], by_start[self.periods[1].start]


def _told_whole(both: Both, asked: _Asked, by: str | None, reason: str, is_chosen: bool = False) -> Explanation:
    """The change without groups: by the two factors of a quotient of totals, or not at all."""
    before, after = both
    factors = None
    if all(one.state in JUDGED for one in both) and _is_of_totals(asked.value):
        pairs = [{"numerator": one.numerator, "denominator": _one_over(one.denominator)} for one in both]
        factors = factor_effects(pairs[0], pairs[1])
    how: How = "factors" if factors is not None and factors.state == "ok" else "nothing"
    return Explanation(asked.definition, before, after, by, is_chosen, how, reason, factors=factors)


def _is_of_totals(value: Value) -> bool:
    if not isinstance(value, Arithmetic) or value.op != "/" or kind_of(value) == "proportion":
        return False
    return kind_of(value.left) == "total" and kind_of(value.right) == "total"


def _one_over(number: float | None) -> float | None:
    return 1 / number if number else None


class _Split:
    """The change told by the groups of one slice."""

    def __init__(self, asked: _Asked, by: str, is_chosen: bool) -> None:
        self.asked, self.value, self.by, self.is_chosen = asked, asked.value, by, is_chosen
        items = measured(self.value)
        self.answers = [(one, run(items, one, asked.warehouse)) for one in asked.questions((by,))]

    def explanation(self) -> Explanation:
        both = self._whole() if adds_up(self.value) else self.asked.alone()
        if any(one.state not in JUDGED or one.value is None for one in both):
            return _told_whole(both, self.asked, self.by, "", self.is_chosen)
        groups = self._folded()
        if len(groups) < 2:
            is_hidden = any(group.folded for group in groups)
            reason = f"by {self.by} {'too few answers stand in each' if is_hidden else 'there is only one'} group"
            return _told_whole(both, self.asked, self.by, reason, self.is_chosen)
        wholly = [added([group.parts[i] for group in groups]) for i in (0, 1)]
        if not all(self._is_whole(one, parts) for one, parts in zip(both, wholly, strict=True)):
            reason = f"one can stand in several groups by {self.by}, so the groups do not add up to the whole"
            return _told_whole(both, self.asked, self.by, reason, self.is_chosen)
        if kind_of(self.value) == "total":
            return self._differences(both, groups)
        return self._mix_and_rate(both, groups)

    def _whole(self) -> Both:
        """The whole pooled from its groups: no further scan."""
        found: list[MetricResult] = []
        for asked, answers in self.answers:
            pooled: dict[Item, dict[AskedGroup, Parts]] = {item: {} for item in answers.parts}
            for item, groups in answers.parts.items():
                for start in {begins for begins, _ in groups}:
                    own = [{item: parts} for (begins, _), parts in groups.items() if begins == start]
                    pooled[item][start, ()] = added(own)[item]
            whole, metric = replace(asked, by=()), self.asked.definition.metric
            found += judged(self.asked.warehouse, self.asked.catalog, whole, metric, Answers(pooled, answers.unripe))
        return self.asked.of_both(found)

    def _folded(self) -> tuple[Group, ...]:
        """Every group in name order, those of too few answers as one: their values are told nowhere."""
        own = leaves(self.value)
        names = {name for _, answers in self.answers for (name,) in answers.groups(own)}
        ordered = sorted(names, key=lambda name: (name is None, name or ""))
        groups = [Group(name, 0, (self._parts(0, name), self._parts(1, name))) for name in ordered]
        if not is_survey(self.value):
            return tuple(groups)
        hidden = {group.name for group in groups if any(0 < self._count(one) < SUPPRESSED_BELOW for one in group.parts)}
        return fold(groups, hidden, self._count, SUPPRESSED_BELOW)

    def _parts(self, place: int, name: str | None) -> Pooled:
        start = self.asked.periods[place].start
        answers = next(found for one, found in self.answers if one.start <= start < one.end)
        return parts_of(answers, self.value, start, (name,))

    def _count(self, parts: Pooled) -> float:
        """Answers behind a group's figure: of a share those asked about, else the fewest of any part that has some."""
        if kind_of(self.value) in SPLIT_KINDS:
            return figure(self.value, parts).n or 0
        counts = [parts[leaf].get("n") or 0.0 for leaf in leaves(self.value)]
        return min((count for count in counts if count), default=0.0)

    def _is_whole(self, whole: MetricResult, parts: Pooled) -> bool:
        """Whether the groups together are the whole; keys counted once in each of several groups are more."""
        found = figure(self.value, parts)
        pairs = [(found.value, whole.value), (found.numerator, whole.numerator), (found.denominator, whole.denominator)]
        return all(
            (one is None) == (other is None) and math.isclose(one or 0.0, other or 0.0, rel_tol=1e-9, abs_tol=1e-9)
            for one, other in pairs
        )

    def _differences(self, both: Both, groups: Sequence[Group]) -> Explanation:
        found = []
        for place, group in enumerate(groups):
            figures = [figure(self.value, parts) for parts in group.parts]
            values = [one.value or 0.0 for one in figures]
            n = (figures[0].n or 0, figures[1].n or 0)
            part = Part(str(place), "both", values[1] - values[0], None, None, min(n), None)
            found.append(GroupChange(group.name, group.folded, n, None, (values[0], values[1]), None, None, part))
        return self._explained("differences", both, found)

    def _mix_and_rate(self, both: Both, groups: Sequence[Group]) -> Explanation:
        places = [str(place) for place in range(len(groups))]
        sums = [sums_of(self.value, [group.parts[i] for group in groups]) for i in (0, 1)]
        change = decompose(places, *sums)
        if change.state != "ok":
            return _told_whole(both, self.asked, self.by, "a group has a volume below zero", self.is_chosen)
        volumes = [float(one.y.sum()) for one in sums]
        found = []
        for i, group in enumerate(groups):
            n = (int(sums[0].n[i]), int(sums[1].n[i]))
            share = (float(sums[0].y[i]) / volumes[0], float(sums[1].y[i]) / volumes[1])
            values = (_divided(sums[0], i), _divided(sums[1], i))
            rate, mix = change.parts[2 * i : 2 * i + 2]
            found.append(GroupChange(group.name, group.folded, n, share, values, rate, mix, change.both[i]))
        return self._explained("mix_and_rate", both, found, change)

    def _explained(
        self, how: How, both: Both, groups: Sequence[GroupChange], change: Change | None = None
    ) -> Explanation:
        named = causes(change) if change is not None else ()
        definition, (before, after) = self.asked.definition, both
        return Explanation(definition, before, after, self.by, self.is_chosen, how, "", tuple(groups), change, named)


def _divided(sums: Sums, place: int) -> float | None:
    return float(sums.x[place] / sums.y[place]) if sums.y[place] else None
