"""What the page of changes asks: which metrics changed, what each change is made of, what else is not as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard import cache, sentences
from dashboard.cache import Load, Where
from dashboard.changes import short
from data_checks.errors import RequestError
from data_checks.history import LoadPoint
from data_checks.warehouse.contract import CheckOutcome
from metrics.definition import MetricDefinition
from metrics.goals import written as goals
from metrics.organisation import organisation
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard
from metrics.standing import EFFECTS, Standing, standings

if TYPE_CHECKING:
    from metrics.analyses.explain import Explanation


@dataclass(frozen=True)
class GoalMoved:
    """A metric whose limit or goal is another one in the period than in the one compared with."""

    then: MetricDefinition
    now: MetricDefinition


@dataclass(frozen=True)
class CheckMoved:
    """A metric that this load withholds or marks, and the load before did not. `standing`: the check that does it."""

    definition: MetricDefinition
    standing: Standing


def has_moved(card: Card) -> bool:
    """Whether a metric's change is clear, or its status another one than before."""
    then = card.previous_status
    is_other = then in sentences.JUDGED and card.status in sentences.JUDGED and then != card.status
    return card.change is not None and (bool(card.change_is_clear) or is_other)


def explanation(load: Load, scope: Scope, card: Card, where: Where) -> Explanation | None:
    """What a card's change is made of; None where no question can tell it."""
    before = card.previous
    if before is None:
        return None
    metric, period = card.definition.metric, card.result.period
    question = ("explanation", load.version, load.catalog, scope, metric, period, before.period, where)

    def compute() -> Explanation | None:
        from metrics.analyses.explain import explain
        from metrics.asking import ask

        try:
            opened = cache.opened(load)
            span = (period.grain, (), period.start, period.end, dict(where))
            asked = ask(opened.warehouse, opened.catalog, scope, [metric], *span)
            return explain(opened.warehouse, opened.catalog, asked, metric, before.period)
        except RequestError:
            return None

    return cache.remembered(question, compute)


def goals_moved(load: Load, scope: Scope, board: Scorecard) -> tuple[GoalMoved, ...]:
    """The metrics of a board that are held against another limit or goal than in the period compared with."""
    dated = [card for card in sentences.cards_of(board) if card.definition.goals and card.pace is None]
    if not dated:
        return ()
    here = organisation(cache.opened(load).warehouse, scope).with_parents(board.slices)
    found = []
    for card in dated:
        then, now = (goals.at(card.definition, period.start, here) for period in (board.against, board.period))
        is_held = (card.definition.red, card.definition.goal) == (now.red, now.goal)
        if is_held and (then.red, then.goal, then.stretch) != (now.red, now.goal, now.stretch):
            found.append(GoalMoved(then, now))
    return tuple(found)


def checks_moved(load: Load, scope: Scope) -> tuple[CheckMoved, ...]:
    """The metrics that the published load withholds or marks and the load published before it did not."""
    question = ("checks moved", load.version, load.catalog, scope)
    return cache.remembered(question, lambda: _checks_moved(load, scope))


def _checks_moved(load: Load, scope: Scope) -> tuple[CheckMoved, ...]:
    quality = cache.quality(load, scope)
    earlier = [point for point in quality.points if point.is_published and point.load < load.facts.load_id]
    if not earlier:
        return ()
    facts = dataclasses.replace(load.facts, checks=tuple(_as_then(load.facts.checks, earlier[-1])))
    before = _gravest(standings(load.definitions, cache.opened(load).catalog.bound, facts))
    now = _gravest(quality.touched)
    return tuple(
        CheckMoved(load.definitions[metric], one)
        for metric, one in now.items()
        if one.effect != "left_out" and EFFECTS.index(one.effect) < _rank(before.get(metric))
    )


def _as_then(checks: Iterable[CheckOutcome], point: LoadPoint) -> Iterator[CheckOutcome]:
    """The checks of today with what they found in an earlier load; those it did not ask are left out."""
    for check in checks:
        table = point.tables.get(check.table)
        rule = table.rules.get(check.rule) if table else None
        if rule is not None:
            yield dataclasses.replace(check, outcome=rule.outcome, bad_rows=rule.bad_rows, rows=rule.rows)


def _gravest(touched: Mapping[str, tuple[Standing, ...]]) -> Mapping[str, Standing]:
    return {metric: found[0] for metric, found in touched.items() if found}


def _rank(standing: Standing | None) -> int:
    return len(EFFECTS) if standing is None else EFFECTS.index(standing.effect)


def in_short(load: Load, scope: Scope, board: Scorecard, where: Where) -> str:
    """Of what the change of the score is made, in two sentences; '' without a change."""
    question = ("changes in short", load.version, load.catalog, scope, board.period, board.against, where)
    currency = load.facts.currency
    return cache.remembered(
        question, lambda: short.in_short(board, currency, lambda card: explanation(load, scope, card, where))
    )
