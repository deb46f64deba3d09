"""Chosen metrics of the board as rows of a customer page, each the way to its own page. Pure functions to HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard import components, sentences, wording
from dashboard.board import rows
from dashboard.cache import Load
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.scorecard import Card, Scorecard


def section(
    title: str, metrics: Sequence[str], board: Scorecard, load: Load, query: Mapping[str, str | None], theme: Tokens
) -> str:
    """The metrics' rows as on the scorecard, under a head; '' when no source provides any."""
    drawn = rows.card_rows(title, cards(board, metrics), board, load.facts.currency, theme, query)
    scope = say("rt_metrics_scope", period=wording.period(board.period))
    return components.section(title, scope, drawn, kind="cards") if drawn else ""


def cards(board: Scorecard, metrics: Sequence[str]) -> list[Card]:
    """The board's cards of these metrics, in this order; one the catalogue does not have is left out."""
    found = {card.definition.metric: card for card in sentences.cards_of(board)}
    return [found[metric] for metric in metrics if metric in found]
