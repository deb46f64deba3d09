"""One metric as a card, judged as the board would judge it, without computing the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from data_checks.warehouse.contract import Warehouse
from metrics.asking import known_metric
from metrics.catalog import Catalog
from metrics.period import Period
from metrics.scope import Scope
from metrics.scorecard import Card
from metrics.screen import build_scorecard


def one_card(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    metric: str,
    period: Period,
    against: Period | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
) -> Card:
    """The card of one metric, on a card of the board or not. Raises RequestError for an unknown metric or slice."""
    definition = known_metric(catalog, metric)
    placed = replace(definition, perspective=definition.perspective or "customer")
    alone = replace(catalog, metrics={metric: placed})
    board = build_scorecard(warehouse, alone, scope, period, against, where or {}, until)
    (card,) = (card for branch in board.branches for card in branch.cards)
    return replace(card, definition=replace(card.definition, perspective=definition.perspective))
