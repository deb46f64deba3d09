"""The same scorecard for the whole, for every department and for every team, each held against its own goals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_checks.warehouse.contract import Warehouse
from metrics.catalog import Catalog
from metrics.organisation import organisation
from metrics.period import Period
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.scorecard import Scorecard
from metrics.screen import Screen, before, build_scorecard

NO_TREND = 1
"""A cascade shows no trends: the period and the one before it."""


@dataclass(frozen=True)
class Node:
    """One scorecard and the parts it falls into. slice, value: what this part is; None, None: the whole."""

    slice: str | None
    value: str | None
    board: Scorecard
    parts: tuple[Node, ...] = ()


def build_cascade(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    period: Period,
    against: Period | None = None,
    until: dt.date | None = None,
) -> Node:
    """The whole with its departments and their teams; teams of no department stand beside the departments.

    One question for each level, however many teams there are. A team without a goal of its own is held against its
    department's, then the organisation's; a sum only against its own.
    """
    against = against or before(period)
    whole = build_scorecard(warehouse, catalog, scope, period, against, None, until)
    belongs = organisation(warehouse, scope).departments
    screen = Screen(warehouse, catalog, scope, period, against, until)
    names = dict.fromkeys(found for found in belongs.values() if found is not None)
    teams = _level(screen, "team", tuple(belongs))
    over = _level(screen, "department", tuple(names))
    parts = [
        Node(
            "department", name, board, tuple(teams[team] for team in belongs if belongs[team] == name and team in teams)
        )
        for name, node in over.items()
        for board in [node.board]
    ]
    parts += [teams[team] for team in belongs if belongs[team] is None and team in teams]
    return Node(None, None, whole, tuple(parts))


def _level(screen: Screen, slice_: str, values: Sequence[str]) -> Mapping[str, Node]:
    """A node for each value, all from one question."""
    if not values:
        return {}
    uncut = screen.uncut([slice_])
    names = [name for name in screen.names if name not in uncut]
    results = screen.results(names, (slice_,), {}, NO_TREND)
    nodes = {}
    for value in values:
        own = {name: _of(results[name], slice_, value) for name in names}
        # Where nothing at all names this part, a question about it alone says whether that is zero or no data.
        unseen = [name for name in names if not own[name]]
        own |= screen.results(unseen, (), {slice_: (value,)}, NO_TREND)
        lacking = uncut | screen.unnamed(own, [slice_])
        nodes[value] = Node(slice_, value, screen.board(own, lacking, {slice_: (value,)}))
    return nodes


def _of(results: Sequence[MetricResult], slice_: str, value: str) -> tuple[MetricResult, ...]:
    return tuple(result for result in results if result.slices.get(slice_) == value)
