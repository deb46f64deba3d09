"""One agent's numbers beside the team's and the department's: every metric that can be cut by agent.

The agent is found by name, which a load makes nobody else's, within a team that has rows of theirs. What is outside the
usual range is said by fair_groups, among the team's agents; nobody is ranked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.analyses.fair_groups import FairGroup, FairGroups, compare_groups
from metrics.asking import ask, cannot_cut
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import evaluate
from metrics.language.bound import is_reference, leaves
from metrics.language.provided import missing
from metrics.period import Period, step
from metrics.result import MetricResult
from metrics.scope import Scope

MONTHS = 12
_Where = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class AgentLine:
    """One metric of one agent. team, department: the same number of all of them; department None where the reader may
    not see it whole. fair: the place among the team's agents, None where it is not compared; why_not then says so, as
    a sentence, '' when there are only too few of this agent's own. months: oldest first, up to the period."""

    definition: MetricDefinition
    own: MetricResult
    team: MetricResult
    department: MetricResult | None
    fair: FairGroup | None
    why_not: str
    months: tuple[MetricResult, ...]


def agent_lines(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    agent: str,
    of_team: Mapping[str, Sequence[str | None]],
    department: str | None,
    period: Period,
) -> tuple[AgentLine, ...]:
    """Every metric of a perspective that knows agents and has something of this one in the period or the months
    before it, in the order of the catalogue. `of_team`: the filter that leaves
    the agent's team; empty where nobody has a team."""
    names = _names(warehouse, catalog, ("agent", *of_team))
    if not names:
        return ()

    def values(where: _Where, by: tuple[str, ...], first: Period) -> dict[str, tuple[MetricResult, ...]]:
        span = (first.start, period.end)
        question = ask(warehouse, catalog, scope, names, period.grain, by, *span, where)
        return evaluate(warehouse, catalog, question, names)

    start = step(period.start, period.grain, 1 - MONTHS)
    try:
        months = values({**of_team, "agent": (agent,)}, (), Period(start, period.end))
    except RequestError:  # in the register only: no row names them yet
        return ()
    everybody = values(of_team, ("agent",), period)
    whole = values(of_team, (), period)
    above = values({"department": (department,)}, (), period) if department and scope.teams is None else {}
    found = []
    for name in names:
        definition, past = catalog.metrics[name], months[name]
        own = past[-1]
        if all(one.state in ("no_data", "not_provided") for one in past):
            continue
        fair = compare_groups(everybody[name], "agent", definition)
        beside = above[name][0] if name in above else None
        place = next((group for group in fair.groups if group.name == agent), None)
        found.append(AgentLine(definition, own, whole[name][0], beside, place, _why_not(place, fair), past))
    return tuple(found)


def _why_not(place: FairGroup | None, fair: FairGroups) -> str:
    return "" if place else fair.why_not


def _names(warehouse: Warehouse, catalog: Catalog, slices: Sequence[str]) -> list[str]:
    """The metrics of the scorecard whose rows know these slices; nobody is held against a competitor."""
    return [
        name
        for name, definition in catalog.metrics.items()
        if definition.perspective is not None
        and not any(is_reference(leaf) for leaf in leaves(catalog.bound[name]))
        and missing(catalog.bound[name], warehouse.facts.tables) is None
        and not cannot_cut(warehouse, catalog.bound[name], slices)
    ]
