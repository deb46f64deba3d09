"""Results + goals → Scorecard: statuses, scores, coverage, changes. Pure: no queries, no clock, no colour."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from metrics.definition import MetricDefinition, PerspectiveId
from metrics.goals.pace import Pace
from metrics.period import Period
from metrics.result import MetricResult
from metrics.standing import is_stale
from metrics.stats import intervals
from metrics.strategy import Objective

Status = Literal["met", "watch", "missed", "too_close", "not_judged", "no_goal"]


@dataclass(frozen=True)
class Card:
    """One metric on the scorecard, this period beside the one compared with.

    score, score_low, score_high: on the 0–100 axis (33 at red, 67 at goal); None when not judged.
    change: value − previous value, in the unit (fractions for percent). change_is_clear: the interval of the
    difference excludes zero; None when it has no interval. asked: the period of the board, which a result too young
    to judge replaces by an earlier one. trend: the last complete periods, oldest first. gap: value − goal, in the unit;
    gap_is_clear: the interval excludes the goal, None without an interval. pace: of a goal for a whole year or quarter.
    is_stale: a table it stands on has had nothing new for longer than its contract allows. previous_status: of the
    period compared with, by the goals its previous_score stands on; None without such a period.
    """

    definition: MetricDefinition
    result: MetricResult
    previous: MetricResult | None
    status: Status
    score: float | None
    score_low: float | None
    score_high: float | None
    previous_score: float | None
    change: float | None
    change_is_clear: bool | None
    trend: tuple[MetricResult, ...]
    asked: Period
    gap: float | None = None
    gap_is_clear: bool | None = None
    pace: Pace | None = None
    is_stale: bool = False
    previous_status: Status | None = None


@dataclass(frozen=True)
class Aim:
    """An objective with its cards. coverage: share of the provided metrics' weight that has a score (0–1), None when
    nothing is provided; score is None under 50 % coverage. objective None: the metrics that stand for none."""

    objective: Objective | None
    cards: tuple[Card, ...]
    score: float | None
    previous_score: float | None
    coverage: float | None

    @property
    def weight(self) -> float:
        return self.objective.weight if self.objective else 1.0


@dataclass(frozen=True)
class Branch:
    """A perspective with its cards; score and coverage as in Aim. aims: its objectives, none without a strategy.
    weight: of all in it that is provided."""

    perspective: PerspectiveId
    cards: tuple[Card, ...]
    score: float | None
    previous_score: float | None
    coverage: float | None
    aims: tuple[Aim, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True)
class Scorecard:
    """The whole organisation, or the part of it that `slices` names, in one period. rival: another part that it is
    held against in the same period, instead of against an earlier one; None: it is not."""

    period: Period
    against: Period
    complete: bool
    branches: tuple[Branch, ...]
    score: float | None
    previous_score: float | None
    coverage: float | None
    slices: Mapping[str, str | None] = field(default_factory=dict)
    rival: str | None = None


# ── status and score ─────────────────────────────────────────────────────────────────────────────────


def is_judged(result: MetricResult) -> bool:
    """Whether a result may be held against a goal: its state is ok, and a total and what else grows with the days is
    of a whole period."""
    return result.state == "ok" and (result.complete or not (result.kind == "total" or result.grows))


def status_of(definition: MetricDefinition, result: MetricResult) -> Status:
    """The word for a result: judged against red and goal, with its interval (design: the nearest boundary decides).

    A goal at the unit's bound is met by a value there: its interval holds the goal however many rows there are.
    """
    if not is_judged(result) or result.value is None:
        return "not_judged"
    red, goal = definition.red, definition.goal
    if red is None or goal is None:
        return "no_goal"
    if result.value == goal and goal in definition.bounds:
        return "met"
    nearest = goal if abs(result.value - goal) <= abs(result.value - red) else red
    if result.low is not None and result.high is not None and result.low <= nearest <= result.high:
        return "too_close"
    up = 1 if goal > red else -1
    if up * (result.value - goal) >= 0:
        return "met"
    return "missed" if up * (result.value - red) < 0 else "watch"


def score_of(definition: MetricDefinition, value: float | None) -> float | None:
    """0–100: 0 one step below red, 33 at red, 67 at goal, 100 at best; straight between, clipped; None without a goal.

    best is `stretch`, or one step beyond the goal held inside the unit's bounds; a goal at the bound scores 100.
    """
    red, goal = definition.red, definition.goal
    if value is None or red is None or goal is None:
        return None
    up = 1 if goal > red else -1
    step = abs(goal - red)
    best = definition.stretch if definition.stretch is not None else _held(goal + up * step, definition)
    points = [(red - up * step, 0.0), (red, 33.0), (goal, 67.0), (best, 100.0)]
    if up * (best - goal) <= 0:
        points = [*points[:2], (goal, 100.0)]
    return _straight([(up * at, score) for at, score in points], up * value)


def _held(value: float, definition: MetricDefinition) -> float:
    """A value inside what its unit can be."""
    low, high = definition.bounds
    return min(max(value, -math.inf if low is None else low), math.inf if high is None else high)


def _straight(points: list[tuple[float, float]], at: float) -> float:
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in itertools.pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]


# ── change ───────────────────────────────────────────────────────────────────────────────────────────


def change_of(now: MetricResult, before: MetricResult | None) -> tuple[float | None, bool | None]:
    """The difference to the period before, and whether its 95 % interval excludes zero (None: it has none)."""
    if before is None or now.value is None or before.value is None or now.state in ("suppressed", "withheld"):
        return None, None
    ends = _difference(before, now)
    clear = None if ends is None else not ends[0] <= 0 <= ends[1]
    return now.value - before.value, clear


def _difference(before: MetricResult, now: MetricResult) -> intervals.Interval | None:
    counts = [(r.parts.get("promoters"), r.parts.get("detractors"), r.n) for r in (before, now)]
    if now.kind == "nps" and all(None not in sample for sample in counts):
        return intervals.nps_difference(*counts)  # type: ignore[arg-type]
    sums = [(r.numerator, r.parts.get("squares"), r.n) for r in (before, now)]
    if now.kind == "mean" and all(None not in sample for sample in sums):
        return intervals.mean_difference(*sums)  # type: ignore[arg-type]
    ends = [(r.value, r.low, r.high) for r in (before, now)]
    if any(None in end for end in ends):
        return None
    (first, *first_ends), (second, *second_ends) = ends
    return intervals.mover(first, tuple(first_ends), second, tuple(second_ends))  # type: ignore[arg-type]


# ── cards, objectives, perspectives, the whole ───────────────────────────────────────────────────────


def make_card(
    definition: MetricDefinition,
    result: MetricResult,
    previous: MetricResult | None,
    trend: Sequence[MetricResult],
    asked: Period | None = None,
    pace: Pace | None = None,
    earlier: MetricDefinition | None = None,
) -> Card:
    """One card. Scores are given only to results that are judged. `pace`: its definition's goals are those that hold
    for the part of the year or quarter that has passed; `earlier`: those that held for `previous`, if others."""
    judged = is_judged(result)
    ends = [score_of(definition, end) if judged else None for end in (result.low, result.high)]
    low, high = sorted(ends) if None not in ends else (None, None)  # type: ignore[type-var]
    change, clear = change_of(result, previous)
    gap, gap_is_clear = _gap(definition, result) if judged else (None, None)
    return Card(
        definition=definition,
        result=result,
        previous=previous,
        status=status_of(definition, result),
        score=score_of(definition, result.value) if judged else None,
        score_low=low,
        score_high=high,
        previous_score=score_of(earlier or definition, previous.value) if previous and is_judged(previous) else None,
        change=change,
        change_is_clear=clear,
        trend=tuple(trend),
        asked=asked or result.period,
        gap=gap,
        gap_is_clear=gap_is_clear,
        pace=pace,
        is_stale=is_stale(result.checks),
        previous_status=status_of(earlier or definition, previous) if previous else None,
    )


def _gap(definition: MetricDefinition, result: MetricResult) -> tuple[float | None, bool | None]:
    if result.value is None or definition.goal is None:
        return None, None
    known = result.low is not None and result.high is not None
    clear = not result.low <= definition.goal <= result.high if known else None  # type: ignore[operator]
    return result.value - definition.goal, clear


ENOUGH = 0.5
"""Under this share of the weight there is no score."""


@dataclass(frozen=True)
class _Child:
    """What a mean needs of a card or an objective. coverage None: it does not belong to it."""

    weight: float
    score: float | None
    previous_score: float | None
    coverage: float | None


def make_aim(objective: Objective | None, cards: Sequence[Card]) -> Aim:
    """An objective's weighted mean of scores, with coverage."""
    return Aim(objective, tuple(cards), *_mean([_child(card) for card in cards]))


def make_branch(perspective: PerspectiveId, cards: Sequence[Card], objectives: Sequence[Objective] = ()) -> Branch:
    """A perspective's weighted mean of its objectives' scores, or of its metrics' where there is no strategy.

    Metrics that stand for no objective count together as one more, of weight 1.
    """
    by_name = {card.definition.metric: card for card in cards}
    aims = [make_aim(one, [by_name[name] for name in one.metrics if name in by_name]) for one in objectives]
    aims = [aim for aim in aims if aim.cards]
    placed = {card.definition.metric for aim in aims for card in aim.cards}
    loose = [card for card in cards if card.definition.metric not in placed]
    if not aims:
        children = [_child(card) for card in cards]
    else:
        aims += [make_aim(None, loose)] if loose else []
        children = [_Child(aim.weight, aim.score, aim.previous_score, aim.coverage) for aim in aims]
    weight = sum(child.weight for child in children if child.coverage is not None)
    shown = [card for aim in aims for card in aim.cards] or cards
    return Branch(perspective, tuple(shown), *_mean(children), tuple(aims), weight)


def _child(card: Card) -> _Child:
    """A card belongs to coverage when its data are provided and it has a goal to be judged against."""
    belongs = card.result.state != "not_provided" and card.definition.goal is not None
    coverage = float(card.score is not None) if belongs else None
    return _Child(card.definition.weight, card.score, card.previous_score, coverage)


def _mean(children: Sequence[_Child]) -> tuple[float | None, float | None, float | None]:
    """(score, previous score, coverage) of those that belong; no score under half the weight, no coverage without."""
    counted = [child for child in children if child.coverage is not None]
    whole = sum(child.weight for child in counted)
    if whole == 0:
        return None, None, None
    coverage = sum(child.weight * (child.coverage or 0) for child in counted) / whole
    score = _weighted([(child.weight, child.score) for child in counted]) if coverage >= ENOUGH else None
    before = [(child.weight, child.previous_score) for child in counted]
    had = sum(weight for weight, score in before if score is not None) / whole
    return score, _weighted(before) if had >= ENOUGH else None, coverage


def _weighted(scores: Sequence[tuple[float, float | None]]) -> float | None:
    """The weighted mean of those that have a score."""
    present = [(weight, score) for weight, score in scores if score is not None]
    weight = sum(weight for weight, _ in present)
    return sum(weight * score for weight, score in present) / weight if weight else None


def make_scorecard(
    period: Period,
    against: Period,
    complete: bool,
    branches: Sequence[Branch],
    slices: Mapping[str, str | None] | None = None,
) -> Scorecard:
    """The whole: perspectives count equally; coverage is over every provided metric's weight."""
    counted = [branch for branch in branches if branch.coverage is not None]
    half = len(counted) * ENOUGH
    scores = [branch.score for branch in counted]
    befores = [branch.previous_score for branch in counted]
    score = _weighted([(1.0, one) for one in scores]) if scores.count(None) <= half else None
    before = _weighted([(1.0, one) for one in befores]) if befores.count(None) <= half else None
    whole = sum(branch.weight for branch in counted)
    coverage = sum(branch.weight * (branch.coverage or 0) for branch in counted) / whole if whole else None
    if coverage is not None and coverage < ENOUGH:
        score = None
    return Scorecard(period, against, complete, tuple(branches), score, before, coverage, slices or {})
