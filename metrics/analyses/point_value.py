"""What a point of satisfaction is worth: of customers by their rating, who buys again soon, and the margin they bring.

One rating a customer, the latest whose days are over, so that nobody counts twice and nobody is judged too early. What
was bought after the rating and within so many days of it counts; cancelled orders do not. Shares have Wilson's
interval, their differences Newcombe's; mean margins and their differences Student's t and Welch's, over customers,
those who bought nothing with 0. This is what goes with a rating, not what it brings about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import sqlalchemy as sa

from data_checks.errors import RequestError
from data_checks.warehouse.contract import LoadFacts, Warehouse
from metrics.asking import as_of, known_metric
from metrics.catalog import Catalog
from metrics.language.provided import knows_teams
from metrics.scope import Scope
from metrics.sql.constructs import Element, day, whole_days_between
from metrics.sql.scope_sql import in_scope
from metrics.standing import standing, uncounted, withheld_because
from metrics.stats import intervals

METRIC = "csat"
RATINGS = {"1–2": (1, 2), "3": (3,), "4": (4,), "5": (5,)}
"""The groups of customers; of 1 and of 2 there are few."""
LEAST = 30
"""Fewer customers than this in a group say nothing (the gate of survey scores)."""
MOST_DAYS = 3660
By = Literal["segment"]
_NEEDED = (
    ("survey_responses", ("score", "customer_id", "responded_at")),
    ("orders", ("customer_id", "ordered_at")),
)


@dataclass(frozen=True)
class Rated:
    """The customers of one rating. n: how many; bought: those who bought within the days; unpriced: their orders whose
    margin is not known. share (0–1) and margin (currency a customer) with 95 %: None below LEAST customers; margin
    also without amounts and costs."""

    rating: str
    n: int
    bought: int = 0
    unpriced: int = 0
    share: float | None = None
    share_ends: intervals.Interval | None = None
    margin: float | None = None
    margin_ends: intervals.Interval | None = None
    sums: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Step:
    """From one rating to a higher one: the change of share and of margin, each with its 95 %."""

    low: str
    high: str
    share: float
    share_ends: intervals.Interval
    margin: float | None = None
    margin_ends: intervals.Interval | None = None


@dataclass(frozen=True)
class Group:
    """All customers, or those of a segment (None: of none). steps: none without two ratings that are large enough."""

    segment: str | None
    rated: tuple[Rated, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class PointValue:
    """until: the last day of a rating that counts. missing: why there is nothing at all; no_margin: why no margin."""

    days: int
    until: dt.date
    by: By | None
    groups: tuple[Group, ...] = ()
    missing: str = ""
    no_margin: str = ""


def point_value(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    days: int = 90,
    by: By | None = None,
    until: dt.date | None = None,
) -> PointValue:
    """Customers by rating. days: how long after the rating is looked at. by: each segment on its own. until: how far
    the data are looked at. Under a scope its teams' answers and its teams' orders count. Raises RequestError for days
    that nobody can wait."""
    if not 1 <= days <= MOST_DAYS:
        raise RequestError(f"{days} days cannot be looked at; --days takes 1 to {MOST_DAYS}.")
    reach = as_of(warehouse.facts, until)
    last = reach.day if reach.whole else reach.day - dt.timedelta(days=1)
    ripe = last - dt.timedelta(days=days)
    if why := _missing(warehouse.facts, catalog, scope, by):
        return PointValue(days, ripe, by, missing=why)
    no_margin = _no_margin(warehouse.facts)
    rows = warehouse.read(_statement(warehouse, scope, days, by, ripe, with_margin=not no_margin))
    counted: dict[str | None, dict[str, Rated]] = {}
    row: Any
    for row in rows:
        segment, rating, n, bought, unpriced, total, squares = row
        counted.setdefault(segment, {})[rating] = _rated(
            rating, int(n), int(bought), int(unpriced or 0), None if no_margin else (float(total), float(squares))
        )
    order = sorted(counted, key=lambda segment: (segment is None, segment or ""))
    groups = tuple(_group(segment, counted[segment]) for segment in order)
    return PointValue(days, ripe, by, groups, no_margin=no_margin)


# ── what the data allow ──────────────────────────────────────────────────────────────────────────────


def _missing(facts: LoadFacts, catalog: Catalog, scope: Scope, by: By | None) -> str:
    needed = [*_NEEDED, *((("customers", ("segment",)),) if by else ())]
    for table, columns in needed:
        provided = facts.tables[table].provided if table in facts.tables else frozenset()
        if lack := next((column for column in columns if column not in provided), None):
            return f"no source provides {table}.{lack}"
    if scope.teams is not None:
        for table, _ in _NEEDED:
            if not knows_teams(table, facts.tables):
                return f"{table} does not know teams, so only the whole organisation may see it"
    definition = known_metric(catalog, METRIC)
    return withheld_because(standing(definition, catalog.bound[METRIC], uncounted(facts))) or ""


def _no_margin(facts: LoadFacts) -> str:
    provided = facts.tables["orders"].provided
    lack = next((column for column in ("revenue", "cost") if column not in provided), None)
    return f"no source provides orders.{lack}" if lack else ""


# ── counting ─────────────────────────────────────────────────────────────────────────────────────────


def _statement(
    warehouse: Warehouse, scope: Scope, days: int, by: By | None, ripe: dt.date, with_margin: bool
) -> sa.Select[Any]:
    """Per segment and rating: customers, those who bought, orders without a margin, and Σ and Σ² of the margins."""
    latest = sa.select(_latest(warehouse, scope, ripe)).cte("rated")
    orders, customers = warehouse.table("orders"), warehouse.table("customers")
    after: list[Element] = [
        orders.c.sold,
        orders.c.ordered_at > latest.c.responded_at,
        whole_days_between(latest.c.responded_on, orders.c.ordered_on) <= days,
        *in_scope(orders, "orders", scope),
    ]
    margin: Element = sa.cast(orders.c.revenue - orders.c.cost, sa.Float()) if with_margin else sa.null()
    # An inner join first: with such conditions on an outer one, an engine compares every customer with every order.
    bought = (
        sa.select(
            latest.c.customer_id,
            sa.func.count().label("orders"),
            sa.func.sum(sa.case((margin.is_(None), 1), else_=0)).label("unpriced"),
            sa.func.sum(margin).label("margin"),
        )
        .select_from(latest.join(orders, orders.c.customer_id == latest.c.customer_id))
        .where(*after)
        .group_by(latest.c.customer_id)
        .subquery("bought")
    )
    one = (
        sa.select(
            latest.c.customer_id,
            latest.c.rating,
            sa.func.coalesce(bought.c.orders, 0).label("orders"),
            sa.func.coalesce(bought.c.unpriced, 0).label("unpriced"),
            sa.func.coalesce(bought.c.margin, 0.0).label("margin"),
        )
        .select_from(latest.outerjoin(bought, bought.c.customer_id == latest.c.customer_id))
        .subquery("one")
    )
    source: sa.FromClause = one
    segment: Element = sa.cast(sa.null(), sa.String())
    if by:
        source = one.outerjoin(customers, customers.c.customer_id == one.c.customer_id)
        segment = customers.c.segment
    figures = (
        sa.func.count(),
        sa.func.sum(sa.case((one.c.orders > 0, 1), else_=0)),
        sa.func.sum(one.c.unpriced),
        sa.func.sum(one.c.margin),
        sa.func.sum(one.c.margin * one.c.margin),
    )
    return sa.select(segment, one.c.rating, *figures).select_from(source).group_by(segment, one.c.rating)


def _latest(warehouse: Warehouse, scope: Scope, ripe: dt.date) -> sa.Subquery:
    """Every customer's latest rating whose days are over."""
    answers = warehouse.table("survey_responses")
    rating = sa.case(*((answers.c.score.in_(scores), name) for name, scores in RATINGS.items()))
    newest = sa.func.row_number().over(
        partition_by=answers.c.customer_id, order_by=(answers.c.responded_at.desc(), answers.c.response_id.desc())
    )
    ranked = (
        sa.select(
            answers.c.customer_id,
            answers.c.responded_at,
            answers.c.responded_on,
            rating.label("rating"),
            newest.label("newest"),
        )
        .where(
            answers.c.survey == METRIC,
            rating.is_not(None),
            answers.c.customer_id.is_not(None),
            answers.c.responded_on <= day(ripe),
            *in_scope(answers, "survey_responses", scope),
        )
        .subquery("ranked")
    )
    return sa.select(ranked).where(ranked.c.newest == 1).subquery("latest")


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────


def _rated(rating: str, n: int, bought: int, unpriced: int, sums: tuple[float, float] | None) -> Rated:
    if n < LEAST:
        return Rated(rating, n)
    found = Rated(rating, n, bought, unpriced, bought / n, intervals.wilson(bought, n))
    if sums is None:
        return found
    ends = intervals.mean(sums[0], sums[1], n)
    return Rated(rating, n, bought, unpriced, bought / n, found.share_ends, sums[0] / n, ends, sums)


def _group(segment: str | None, counted: dict[str, Rated]) -> Group:
    rated = tuple(counted.get(rating, Rated(rating, 0)) for rating in RATINGS)
    known = [one for one in rated if one.share is not None]
    steps = list(pairwise(known))
    if len(known) > 2:
        steps.append((known[0], known[-1]))
    return Group(segment, rated, tuple(_step(low, high) for low, high in steps))


def _step(low: Rated, high: Rated) -> Step:
    ends = intervals.proportion_difference((low.bought, low.n), (high.bought, high.n))
    assert ends is not None
    share = high.bought / high.n - low.bought / low.n
    if low.margin is None or high.margin is None:
        return Step(low.rating, high.rating, share, ends)
    margins = intervals.mean_difference((*low.sums, low.n), (*high.sums, high.n))
    return Step(low.rating, high.rating, share, ends, high.margin - low.margin, margins)


def too_few(rated: Sequence[Rated]) -> tuple[Rated, ...]:
    """The ratings that too few customers gave."""
    return tuple(one for one in rated if one.n < LEAST)
