"""What the retention page asks of the floors below; every answer is remembered for its load, reader and choices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from dashboard import cache, sentences
from dashboard.cache import Load
from dashboard.controls import Choice
from data_checks.errors import RequestError
from metrics.analyses.cohorts import Every, Survival, Triangle
from metrics.analyses.leaving import Leaving
from metrics.models.contracts import ContractCurve
from metrics.period import add_months
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown

SLICES = ("segment", "region", "plan", "channel", "product_line")
"""What buyers or contracts can be told apart by, of any company."""
MONTHS_OF_REASONS = 12
_Answer = TypeVar("_Answer")


def until(load: Load, choice: Choice) -> dt.date | None:
    """The last day looked at: that of the period chosen; None as far as the data go."""
    return None if choice.period.end > load.facts.as_of_day else choice.period.end - dt.timedelta(days=1)


def or_why(answer: Callable[[], _Answer]) -> _Answer | NotKnown:
    """The answer, or why these data cannot be cut so."""
    try:
        return answer()
    except RequestError as error:
        return NotKnown("undefined", sentences.uncut(str(error)))


def triangle(load: Load, scope: Scope, choice: Choice, every: Every, by: str | None) -> Triangle | NotKnown:
    """Who bought again, by when they began; with `by` the groups of that slice."""
    from metrics.analyses.cohorts import retention_triangle

    warehouse, last = cache.opened(load).warehouse, until(load, choice)
    question = ("triangle", load.version, load.catalog, scope, every, by, choice.where, last)
    return cache.remembered(
        question,
        lambda: or_why(lambda: retention_triangle(warehouse, scope, every, by, where=dict(choice.where), until=last)),
    )


def staying(load: Load, scope: Scope, choice: Choice, by: str | None) -> Survival | NotKnown:
    """How long contracts last."""
    from metrics.analyses.cohorts import survival

    warehouse, last = cache.opened(load).warehouse, until(load, choice)
    question = ("survival", load.version, load.catalog, scope, by, choice.where, last)
    return cache.remembered(
        question, lambda: or_why(lambda: survival(warehouse, scope, by, where=dict(choice.where), until=last))
    )


def contract_curve(load: Load, scope: Scope, choice: Choice) -> ContractCurve | NotKnown:
    """Contracts left after so many months, observed and predicted; of the whole organisation alone."""
    from metrics.analyses.cohorts import CONTRACTS, bound, cannot_tell
    from metrics.models.contracts import contract_curve as fitted

    warehouse = cache.opened(load).warehouse
    last = until(load, choice) or load.facts.as_of_day

    def compute() -> ContractCurve | NotKnown:
        if choice.where:
            return NotKnown("undefined", "a model is fitted to the whole organisation, not to a part of it")
        return cannot_tell(warehouse, scope, bound(CONTRACTS)) or fitted(warehouse, last)

    return cache.remembered(("contract curve", load.version, load.catalog, scope, choice.where, last), compute)


def reasons(load: Load, scope: Scope, choice: Choice) -> Leaving | NotKnown:
    """Why the contracts of the twelve months to the period's end ended, beside the twelve before."""
    from metrics.analyses.leaving import leaving

    warehouse, end = cache.opened(load).warehouse, choice.period.end
    start, before = add_months(end, -MONTHS_OF_REASONS), add_months(end, -2 * MONTHS_OF_REASONS)
    question = ("leaving", load.version, load.catalog, scope, choice.where, end)
    return cache.remembered(
        question, lambda: or_why(lambda: leaving(warehouse, scope, before, start, end, dict(choice.where)))
    )


def slices(load: Load) -> tuple[str, ...]:
    """The slices that a source provides for orders or for contracts."""
    from data_checks.contract import contracts

    tables = load.facts.tables

    def provided(table: str, name: str) -> bool:
        found = contracts()[table].slices.get(name)
        if found is None or table not in tables or found.column not in tables[table].provided:
            return False
        return not found.table or (found.table in tables and (found.attribute or "") in tables[found.table].provided)

    return tuple(name for name in SLICES if any(provided(table, name) for table in ("orders", "subscriptions")))
