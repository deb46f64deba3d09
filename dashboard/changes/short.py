"""What changed in two sentences, for the overview and the cover of the board pack. Pure: who asks says why."""

from __future__ import annotations

from collections.abc import Callable

from dashboard import explained, sentences
from dashboard.changes import score_lines
from dashboard.wording import say
from metrics.analyses.explain import Explanation
from metrics.analyses.score_change import score_change
from metrics.scorecard import Card, Scorecard


def in_short(board: Scorecard, currency: str, explanation: Callable[[Card], Explanation | None]) -> str:
    """Of what the change of the score is made, and what stands out in its largest clear part; '' without a change, and
    where the score is the same: parts of nothing tell nothing."""
    change = score_change(board) if board.complete else None
    if change is None or not round(change.change):
        return ""
    told = score_lines.made_of(score_lines.score_lines(change))
    largest = next((part.card for part in change.parts if part.card.change_is_clear), None)
    found = explanation(largest) if largest else None
    moved, clause = explained.stands_out(found, currency, most=2) if found else ("", "")
    if largest is None or found is None or not clause:
        return told
    name = sentences.short(largest.definition)
    return f"{told} {say('cg_stands_out', name=name, change=moved, slice=found.by, parts=clause)}".strip()
