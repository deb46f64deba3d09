"""A score's change as lines that sum to it as shown, and as sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import sentences, wording
from dashboard.explained import agreeing, signed, written
from dashboard.wording import say
from metrics.analyses.score_change import ScoreChange, ScorePart
from metrics.definition import PerspectiveId
from metrics.scorecard import Card, Scorecard
from metrics.stats.change import rounded

DIGITS = 1
_NAMED = 2
"""So many of each sign a sentence names."""


@dataclass(frozen=True)
class ScoreLine:
    """One metric's part of the change, in points of the score; all lines sum to the change as shown."""

    part: ScorePart
    number: Decimal

    @property
    def card(self) -> Card:
        return self.part.card


@dataclass(frozen=True)
class ScoreLines:
    """before, after: the score with one decimal, or as many as make their difference the change, rounded once.
    lines: the largest part first; they sum to `change`."""

    before: Decimal
    after: Decimal
    lines: tuple[ScoreLine, ...]

    @property
    def change(self) -> Decimal:
        return self.after - self.before

    def of(self, metric: str) -> Decimal | None:
        """The part of one metric; None when it is judged in neither period."""
        return next((one.number for one in self.lines if one.card.definition.metric == metric), None)

    def by_perspective(self) -> Mapping[PerspectiveId, Decimal]:
        """The sums of the lines by perspective, in the order of the board's largest parts."""
        found: dict[PerspectiveId, Decimal] = {}
        for one in self.lines:
            found[one.part.perspective] = found.get(one.part.perspective, Decimal(0)) + one.number
        return found


def score_lines(change: ScoreChange) -> ScoreLines:
    """Every part with one decimal, or as many as the scores; they sum to the difference of the two as shown."""
    exact = (Decimal(change.before), Decimal(change.after))
    digits = agreeing(*exact, Decimal(change.after - change.before), DIGITS, 0)
    before, after = (score.quantize(Decimal(1).scaleb(-digits)) for score in exact)
    numbers = rounded([part.total for part in change.parts], digits, after - before)
    lines = [ScoreLine(part, number) for part, number in zip(change.parts, numbers, strict=True)]
    return ScoreLines(before, after, tuple(lines))


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────


def direction(card: Card) -> int:
    """1 when the metric got better, −1 when worse, 0 when nobody can say."""
    if card.score is not None and card.previous_score is not None and card.score != card.previous_score:
        return 1 if card.score > card.previous_score else -1
    if not card.change or card.definition.higher_is_better is None:
        return 0
    return 1 if (card.change > 0) == card.definition.higher_is_better else -1


def headline(found: ScoreLines | None, board: Scorecard) -> str:
    """What the score did, and how many metrics are clearly better and clearly worse."""
    clear = [card for card in sentences.cards_of(board) if card.change_is_clear]
    better, worse = (sum(direction(card) == sign for card in clear) for sign in (1, -1))
    others = wording.count(worse) if worse else say("cg_none_more")
    counted = say("cg_counts", better=_counted(better), worse=others) if better or worse else say("cg_none")
    if found is None:
        return say("cg_no_score", counted=counted)
    key = "cg_rose" if found.change > 0 else "cg_fell" if found.change < 0 else "cg_same"
    return say(key, by=written(abs(found.change)), after=written(found.after), counted=counted)


def _counted(number: int) -> str:
    return say("cg_metrics_none" if not number else "cg_metrics_one" if number == 1 else "cg_metrics", n=number)


def made_of(found: ScoreLines) -> str:
    """'Revenue made +1.3 points of it and delivery +0.4; returns made −0.3.', the largest of each sign among what is
    more than chance, '' where nothing is; or that other metrics are judged than before, where that made most of it."""
    others = sum((one.number for one in found.lines if one.part.kind != "both"), Decimal(0))
    if abs(others) > abs(found.change) / 2:
        return say("cg_others")
    clear = [one for one in found.lines if one.part.kind == "both" and one.card.change_is_clear]
    up = [one for one in clear if one.number > 0][:_NAMED]
    down = [one for one in clear if one.number < 0][:_NAMED]
    first, then = (up, down) if found.change >= 0 else (down, up)
    told = "; ".join(_named(lines, is_first) for lines, is_first in ((first, True), (then, not first)) if lines)
    return sentences.sentence(told) if told else ""


def _named(lines: Sequence[ScoreLine], is_first: bool) -> str:
    """'revenue made +1.3 points of it and on-time delivery +0.4'."""
    keys = ["cg_part_first" if is_first else "cg_part", *["cg_part_more"] * len(lines)]
    told = [
        say(key, name=sentences.inner(one.card.definition), part=signed(one.number))
        for key, one in zip(keys, lines, strict=False)
    ]
    return say("cg_joint").join(told)
