"""Results + goals → Scorecard: statuses, scores, coverage, changes. Pure: no queries, no clock, no colour."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.definition import MetricDefinition, PerspectiveId
from metrics.period import Period
from metrics.result import MetricResult
from metrics.stats import intervals

Status = Literal["met", "watch", "missed", "too_close", "not_judged", "no_goal"]


@dataclass(frozen=True)
class Card:
    """One metric on the scorecard, this period beside the one compared with.

    score, score_low, score_high: on the 0–100 axis (33 at red, 67 at goal); None when not judged.
    change: value − previous value, in the unit (fractions for percent). change_is_clear: the interval of the
    difference excludes zero; None when it has no interval. asked: the period of the board, which a result too young
    to judge replaces by an earlier one. trend: the last complete periods, oldest first.
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


@dataclass(frozen=True)
class Branch:
    """A perspective with its cards. coverage: share of the provided metrics' weight that has a score (0–1),
    None when nothing is provided; score is None under 50 % coverage."""

    perspective: PerspectiveId
    cards: tuple[Card, ...]
    score: float | None
    previous_score: float | None
    coverage: float | None


@dataclass(frozen=True)
class Scorecard:
    """The whole organisation (or one slice of it) in one period."""

    period: Period
    against: Period
    complete: bool
    branches: tuple[Branch, ...]
    score: float | None
    previous_score: float | None
    coverage: float | None


# ── status and score ─────────────────────────────────────────────────────────────────────────────────


def is_judged(result: MetricResult) -> bool:
    """Whether a result may be held against a goal: its state is ok, and a total is of a whole period."""
    return result.state == "ok" and (result.complete or result.kind != "total")


def status_of(definition: MetricDefinition, result: MetricResult) -> Status:
    """The word for a result: judged against red and goal, with its interval (design: the nearest boundary decides)."""
    if not is_judged(result) or result.value is None:
        return "not_judged"
    red, goal = definition.red, definition.goal
    if red is None or goal is None:
        return "no_goal"
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


# ── cards, branches, the whole ───────────────────────────────────────────────────────────────────────


def make_card(
    definition: MetricDefinition,
    result: MetricResult,
    previous: MetricResult | None,
    trend: Sequence[MetricResult],
    asked: Period | None = None,
) -> Card:
    """One card. Scores are given only to results that are judged."""
    judged = is_judged(result)
    ends = [score_of(definition, end) if judged else None for end in (result.low, result.high)]
    low, high = sorted(ends) if None not in ends else (None, None)  # type: ignore[type-var]
    change, clear = change_of(result, previous)
    return Card(
        definition=definition,
        result=result,
        previous=previous,
        status=status_of(definition, result),
        score=score_of(definition, result.value) if judged else None,
        score_low=low,
        score_high=high,
        previous_score=score_of(definition, previous.value) if previous is not None and is_judged(previous) else None,
        change=change,
        change_is_clear=clear,
        trend=tuple(trend),
        asked=asked or result.period,
    )


ENOUGH = 0.5
"""Under this share of the weight there is no score."""


def make_branch(perspective: PerspectiveId, cards: Sequence[Card]) -> Branch:
    """A perspective's weighted mean of scores, with coverage."""
    score, coverage = _mean_score([(card.definition.weight, card.score) for card in cards if _counts(card)])
    before, _ = _mean_score([(card.definition.weight, card.previous_score) for card in cards if _counts(card)])
    return Branch(perspective, tuple(cards), score, before, coverage)


def _counts(card: Card) -> bool:
    """Whether a card belongs to coverage: its data are provided and it has a goal to be judged against."""
    return card.result.state != "not_provided" and card.definition.goal is not None


def _mean_score(weighted: Sequence[tuple[float, float | None]]) -> tuple[float | None, float | None]:
    """(score, coverage) of weights and scores; no score under half the weight, no coverage without weight."""
    whole = sum(weight for weight, _ in weighted)
    if whole == 0:
        return None, None
    present = [(weight, score) for weight, score in weighted if score is not None]
    weight = sum(weight for weight, _ in present)
    coverage = weight / whole
    if coverage < ENOUGH:
        return None, coverage
    return sum(weight * score for weight, score in present) / weight, coverage


def make_scorecard(period: Period, against: Period, complete: bool, branches: Sequence[Branch]) -> Scorecard:
    """The whole: perspectives count equally; coverage is over every provided metric's weight."""
    counted = [branch for branch in branches if branch.coverage is not None]
    score, _ = _mean_score([(1.0, branch.score) for branch in counted])
    before, _ = _mean_score([(1.0, branch.previous_score) for branch in counted])
    cards = [card for branch in branches for card in branch.cards if _counts(card)]
    _, coverage = _mean_score([(card.definition.weight, card.score) for card in cards])
    if coverage is not None and coverage < ENOUGH:
        score = None
    return Scorecard(period, against, complete, tuple(branches), score, before, coverage)
