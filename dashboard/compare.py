"""What a board is held against: the period before, the year before, a named one, the goal, or another team.

In the address: nothing, `against=year`, `against=2026-03`, `against=goal`, `against=team:Returns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import cache
from dashboard.cache import Load, Where
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard
from metrics.versus import card_against, held_against

if TYPE_CHECKING:
    from dashboard.controls import Choice, Level

YEAR, GOAL, TEAM = "year", "goal", "team:"


def rival_of(against: str | None) -> str | None:
    """The team that a word of the address names; None for every other comparison."""
    return against.removeprefix(TEAM) if against and against.startswith(TEAM) else None


def board(load: Load, scope: Scope, choice: Choice) -> Scorecard:
    """The board of a choice beside what it is held against. Raises RequestError for a slice nobody has."""
    own = cache.scorecard(load, scope, choice.period, choice.against, choice.where)
    rival = rival_of(choice.against_id)
    if rival is None:
        return own
    other = cache.scorecard(load, scope, choice.period, choice.against, _where(choice, rival))
    return held_against(own, other, rival, _is_apart(choice, rival))


def card(load: Load, scope: Scope, level: Level) -> Card:
    """One metric at its level beside what it is held against. Raises RequestError."""
    own = cache.card(load, scope, level.metric, level.period, level.against, level.where)
    rival = rival_of(level.against_id)
    if rival is None:
        return own
    other = cache.card(load, scope, level.metric, level.period, level.against, _where(level, rival))
    return card_against(own, other, _is_apart(level, rival))


def _where(choice: Choice, rival: str) -> Where:
    """The other team under the same channels."""
    channels = tuple(one for one in choice.where if one[0] == "channel")
    return (("team", (rival,)), *channels)


def _is_apart(choice: Choice, rival: str) -> bool:
    teams = choice.filters.team
    return bool(teams) and rival not in teams
