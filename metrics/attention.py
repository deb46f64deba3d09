"""What needs attention first: red metrics nobody works on, then red ones in hand, then the rest. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from data_checks.journal_entries import InitiativeUpdate, current
from metrics.scorecard import Card, Scorecard
from metrics.strategy import UNDER_WAY, Initiative, Strategy

Why = Literal["red_alone", "red_in_hand", "watch", "too_close", "withheld"]
_ORDER: tuple[Why, ...] = ("red_alone", "red_in_hand", "watch", "too_close", "withheld")


@dataclass(frozen=True)
class Attention:
    """A metric somebody has to look at. red_alone: it is missed and nothing is planned or running to move it;
    red_in_hand: something is; the others say their status. `initiatives`: those planned or running, the next due first.
    """

    card: Card
    why: Why
    initiatives: tuple[Initiative, ...]

    def overdue(self, day: dt.date) -> tuple[Initiative, ...]:
        """Those that should have been done before a day."""
        return tuple(one for one in self.initiatives if one.due < day)


def strategy_now(strategy: Strategy, updates: Iterable[InitiativeUpdate]) -> Strategy:
    """The strategy with every initiative as the journal's newest word on it says; corrected words do not count."""
    newest = {update.initiative: update for update in current(updates)}
    stand = [
        one
        if (update := newest.get(one.initiative)) is None
        else replace(one, status=update.status, done=update.done_on)
        for one in strategy.initiatives
    ]
    return replace(strategy, initiatives=tuple(stand))


def attention(board: Scorecard, strategy: Strategy) -> tuple[Attention, ...]:
    """Every metric of the board that needs somebody, in the order of need: within a kind the lowest score first, then
    the heaviest, then by name. What is met, too small to judge or without a goal needs nobody. `strategy`: as it
    stands now (strategy_now)."""
    found = []
    for branch in board.branches:
        for card in branch.cards:
            works = _at_work(strategy.initiatives_for(card.definition.metric))
            if (why := _why(card, works)) is not None:
                found.append(Attention(card, why, works))
    return tuple(sorted(found, key=_need))


def _at_work(initiatives: Iterable[Initiative]) -> tuple[Initiative, ...]:
    going = [one for one in initiatives if one.status in UNDER_WAY]
    return tuple(sorted(going, key=lambda one: (one.due, one.initiative)))


def _why(card: Card, works: Sequence[Initiative]) -> Why | None:
    if card.status == "missed":
        return "red_in_hand" if works else "red_alone"
    if card.status == "watch" or card.status == "too_close":
        return card.status
    return "withheld" if card.result.state == "withheld" else None


def _need(one: Attention) -> tuple[int, float, float, str]:
    score = one.card.score if one.card.score is not None else 0.0
    return _ORDER.index(one.why), score, -one.card.definition.weight, one.card.definition.metric
