"""The metrics a board cannot show, by reason: a source that is missing, or rows that name no team. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard import sentences
from dashboard.wording import say
from metrics.scorecard import Card


def lines(cards: Iterable[Card]) -> list[str]:
    """'Orders name no team, so this is not known per team. Not shown: Revenue, Gross margin.', one line a reason."""
    by_reason: dict[str, list[str]] = {}
    for card in cards:
        if card.result.state == "not_provided":
            by_reason.setdefault(card.result.reason, []).append(sentences.short(card.definition))
    return [
        say("absent", reason=sentences.uncut(reason) if reason else say("why_not_provided"), names=", ".join(names))
        for reason, names in by_reason.items()
    ]


def is_uncut(card: Card) -> bool:
    """Whether it is there for the whole, and not for the part that is looked at."""
    reason = card.result.reason
    return card.result.state == "not_provided" and ("cannot be cut by" in reason or "names no" in reason)
