"""Whether a period holds next to nothing, as after the last export of a system, and which one before it was busy.

A complete month with five of the usual 7,000 tickets has a value, a status and a score like any other; who opens a
board on it has to be told. Pure.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from metrics.period import Period
from metrics.scorecard import Card, Scorecard

LITTLE = 0.1
"""A metric counts little below this share of its busy times."""
_BUSY = 0.5
_FEWEST = 30
"""Of metrics that never counted so many nothing is concluded."""
_EARLIER = 4
"""So many earlier periods show what busy is."""


def busy_before(board: Scorecard) -> Period | None:
    """The last busy period, where most metrics of the board's own count little; None where they do not, where the
    period is not over, and where none before was busy.

    A metric's busy times: the upper quartile of what its earlier periods on the board counted, so one season or one
    campaign is no measure of the others.
    """
    cards = [card for branch in board.branches for card in branch.cards if card.result.period == board.period]
    known = [(counts, busy) for counts in map(_counted, cards) if (busy := _busy(counts, board.period)) >= _FEWEST]
    if not board.complete or not _most([counts.get(board.period, 0) < LITTLE * busy for counts, busy in known]):
        return None
    earlier = {period for counts, _ in known for period in counts if period.start < board.period.start}
    were_busy = [one for one in earlier if _most([counts.get(one, 0) >= _BUSY * busy for counts, busy in known])]
    return max(were_busy, key=lambda one: one.start, default=None)


def _counted(card: Card) -> Mapping[Period, int]:
    # No n means that nothing was counted; a metric that never has one has no busy times either.
    return {one.period: one.n or 0 for one in (*card.trend, card.result)}


def _busy(counts: Mapping[Period, int], period: Period) -> float:
    earlier = [n for one, n in counts.items() if one.start < period.start]
    return statistics.quantiles(earlier, n=4, method="inclusive")[2] if len(earlier) >= _EARLIER else 0.0


def _most(told: list[bool]) -> bool:
    return 2 * sum(told) > len(told)
