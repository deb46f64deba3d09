"""How one result is judged on screen: the goal that holds for it, its status, its place on the score axis."""

from __future__ import annotations

from dashboard.cache import Verdict
from data_checks.warehouse.contract import LoadFacts
from metrics.asking import as_of
from metrics.definition import MetricDefinition
from metrics.goals.holding import Extent, held_at
from metrics.language.bound import Value
from metrics.result import MetricResult
from metrics.scorecard import is_judged, score_of, status_of


def verdict_of(
    definition: MetricDefinition, bound: Value, result: MetricResult, extent: Extent, facts: LoadFacts
) -> Verdict:
    """The verdict on a result of this extent, by the goal that holds in its period, as the board judges it."""
    definition, _, misfit = held_at(definition, bound, result, extent, as_of(facts), facts.calendar)
    status = status_of(definition, result)
    if status == "not_judged":
        return Verdict("unripe" if result.state == "ok" else result.state)
    if misfit:
        return Verdict("no_goal")
    ends = [score_of(definition, end) for end in (result.low, result.high)] if is_judged(result) else [None, None]
    return Verdict(status, score_of(definition, result.value), ends[0], ends[1])
