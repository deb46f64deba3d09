"""A board beside another part of the organisation in the same period, instead of beside an earlier one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from metrics.scorecard import Aim, Branch, Card, Scorecard, change_of


def held_against(board: Scorecard, other: Scorecard, rival: str, apart: bool) -> Scorecard:
    """`board` with what `other`, named `rival`, has in place of what was before: values, differences and scores.

    `apart`: no row is counted in both, so the interval of a difference holds; else nothing is said of chance.
    """
    theirs = {card.definition.metric: card for branch in other.branches for card in branch.cards}
    branches = tuple(
        _branch(branch, rivals, theirs, apart) for branch, rivals in zip(board.branches, other.branches, strict=True)
    )
    return replace(board, branches=branches, previous_score=other.score, rival=rival)


def card_against(card: Card, theirs: Card | None, apart: bool) -> Card:
    """A card beside another part's card of the same metric; beside nothing where that has no value of the period."""
    known = theirs is not None and theirs.result.value is not None and theirs.result.period == card.result.period
    if theirs is None or not known:
        return replace(card, previous=None, previous_score=None, change=None, change_is_clear=None)
    change, clear = change_of(card.result, theirs.result)
    return replace(
        card,
        previous=theirs.result,
        previous_score=theirs.score,
        change=change,
        change_is_clear=clear if apart else None,
    )


def _branch(branch: Branch, rivals: Branch, theirs: Mapping[str, Card], apart: bool) -> Branch:
    cards = tuple(card_against(card, theirs.get(card.definition.metric), apart) for card in branch.cards)
    scores = {_id(aim): aim.score for aim in rivals.aims}
    made = {card.definition.metric: card for card in cards}
    aims = tuple(
        replace(
            aim,
            cards=tuple(made[card.definition.metric] for card in aim.cards),
            previous_score=scores.get(_id(aim)),
        )
        for aim in branch.aims
    )
    return replace(branch, cards=cards, aims=aims, previous_score=rivals.score)


def _id(aim: Aim) -> str | None:
    return aim.objective.objective if aim.objective else None
