"""Why the score of a board changed: how much of the change each metric made. The parts sum to the change.

The score is a mean of perspectives of objectives of metrics, so before and after it is Σ w·s over the metrics that are
judged, Σ w = 1. With S the score and M = ½(S₀ + S₁), a metric's part (Kitagawa 1955; Das Gupta 1993) is

  ½(w₀ + w₁)(s₁ − s₀) by its own score, and (w₁ − w₀)(½(s₀ + s₁) − M) because it counts for more or less;

one that is judged in one of the two periods only makes w₁(s₁ − M), or −w₀(s₀ − M). Where the same metrics are judged in
both periods, each part is its weight times the change of its score. Pure arithmetic, no cause in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.definition import PerspectiveId
from metrics.scorecard import Aim, Branch, Card, Scorecard

Kind = Literal["both", "new", "gone"]
_Scored = Card | Aim | Branch


@dataclass(frozen=True)
class ScorePart:
    """What one metric made of the change. `weights`: its share of the whole score (before, after), 0–1. `own`, `share`:
    points of the score by its own score, and by what it counts for. `kind`: judged in both periods, or in one."""

    card: Card
    perspective: PerspectiveId
    kind: Kind
    weights: tuple[float, float]
    own: float
    share: float

    @property
    def total(self) -> float:
        return self.own + self.share


@dataclass(frozen=True)
class ScoreChange:
    """before, after: the score, 0–100. parts: of every metric judged in one of the periods, the largest first."""

    before: float
    after: float
    parts: tuple[ScorePart, ...]

    @property
    def change(self) -> float:
        return self.after - self.before

    def of(self, metric: str) -> ScorePart | None:
        """The part of one metric; None when it is judged in neither period."""
        return next((part for part in self.parts if part.card.definition.metric == metric), None)


def score_change(board: Scorecard) -> ScoreChange | None:
    """The change of a board's score by its metrics; None where one of the two periods has no score."""
    if board.score is None or board.previous_score is None:
        return None
    then, now = _weights(board.branches, is_now=False), _weights(board.branches, is_now=True)
    middle = (board.score + board.previous_score) / 2
    parts = [
        _part(card, branch.perspective, then.get(name, 0.0), now.get(name, 0.0), middle)
        for branch in board.branches
        for card in branch.cards
        if (name := card.definition.metric) in then or name in now
    ]
    parts.sort(key=lambda part: (-abs(part.total), part.card.definition.metric))
    return ScoreChange(board.previous_score, board.score, tuple(parts))


def _part(card: Card, perspective: PerspectiveId, then: float, now: float, middle: float) -> ScorePart:
    old, new, weights = card.previous_score, card.score, (then, now)
    if old is not None and new is not None and then and now:
        own = (then + now) / 2 * (new - old)
        return ScorePart(card, perspective, "both", weights, own, (now - then) * ((old + new) / 2 - middle))
    if new is not None and now:
        return ScorePart(card, perspective, "new", weights, 0.0, now * (new - middle))
    assert old is not None
    return ScorePart(card, perspective, "gone", weights, 0.0, -then * (old - middle))


def _weights(branches: Sequence[Branch], is_now: bool) -> Mapping[str, float]:
    """The share of the whole score of every metric that has one, in one of the two periods; they sum to 1."""
    present = [branch for branch in branches if _score(branch, is_now) is not None]
    found: dict[str, float] = {}
    for branch in present:
        aims = [(aim.weight, aim) for aim in branch.aims if aim.coverage is not None and _has(aim, is_now)]
        of_branch = 1 / len(present)
        if not branch.aims:
            found |= _shared(branch.cards, of_branch, is_now)
        for weight, aim in aims:
            found |= _shared(aim.cards, of_branch * weight / sum(each for each, _ in aims), is_now)
    return found


def _shared(cards: Iterable[Card], whole: float, is_now: bool) -> dict[str, float]:
    judged = [card for card in cards if card.result.state != "not_provided" and _has(card, is_now)]
    weight = sum(card.definition.weight for card in judged)
    return {card.definition.metric: whole * card.definition.weight / weight for card in judged}


def _has(one: _Scored, is_now: bool) -> bool:
    return _score(one, is_now) is not None


def _score(one: _Scored, is_now: bool) -> float | None:
    return one.score if is_now else one.previous_score
