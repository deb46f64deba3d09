"""Which rows a board shows of each perspective, the worst first, and a line for the others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dashboard import sentences
from dashboard.board import absent
from dashboard.components import anchor, esc
from dashboard.navigation import link
from dashboard.wording import say
from metrics.scorecard import Branch, Card, Scorecard

ALL = 30
"""So many metrics with data, and every row is shown."""
_LEAST = 3
"""So many rows a perspective has at least, where it has so many with a verdict."""
_FIRST = ("missed", "withheld", "watch", "too_close", "met")


def chosen(board: Scorecard) -> dict[str, tuple[Card, ...]]:
    """By perspective, the rows to show: those that need somebody, what the headline names, and enough of the others
    that no perspective with data is empty; all of them on a board of few."""
    is_short = len(sentences.provided(sentences.cards_of(board))) <= ALL
    worst = sentences.worst_of(sentences.judged(sentences.cards_of(board)))
    return {branch.perspective: _of(branch, is_short, worst) for branch in board.branches}


def _of(branch: Branch, is_short: bool, worst: Card | None) -> tuple[Card, ...]:
    ordered = sorted(sentences.provided(branch.cards), key=_place)
    if is_short:
        return tuple(ordered)
    shown = [card for card in ordered if needs_somebody(card) or card is worst]
    more = [card for card in ordered if card not in shown and card.status in _FIRST]
    return tuple(sorted([*shown, *more[: max(0, _LEAST - len(shown))]], key=_place))


def _place(card: Card) -> int:
    word = sentences.mark_of(card)
    return _FIRST.index(word) if word in _FIRST else len(_FIRST)


def needs_somebody(card: Card) -> bool:
    """Whether a row is shown however many there are: missed, too close to call, or withheld."""
    return card.status in ("missed", "too_close") or card.result.state == "withheld"


def others(branch: Branch, shown: Sequence[Card], query: Mapping[str, str | None]) -> str:
    """'11 more: 8 met, 3 on watch.' as the way to the perspective's page; '' when none is left."""
    tally = Counter(_tallied(card) for card in branch.cards if card not in shown)
    total = tally.total()
    if not total:
        return ""
    words = ("met", "watch", "too_close", "not_judged", "no_goal", "not_cut", "not_provided")
    found = [(tally[word], say(f"more_{word}")) for word in words if tally[word]]
    if len(found) == 1:
        text = say("more_one" if total == 1 else "more_alike", n=total, word=found[0][1])
    else:
        text = say("more_some", n=total, counts=", ".join(f"{n} {word}" for n, word in found))
    return f'<p class="others">{anchor(text, link(branch.perspective, query))}</p>'


def without_data(board: Scorecard) -> str:
    """One line for all perspectives that have nothing to show, by whether nothing is loaded or nothing known here."""
    empty = [branch for branch in board.branches if branch.cards and not sentences.provided(branch.cards)]
    told = []
    for key, is_here in (("branches_absent", False), ("branches_uncut", True)):
        names = [say(one.perspective) for one in empty if any(map(absent.is_uncut, one.cards)) == is_here]
        if names:
            way = "" if is_here else f" {anchor(say('branches_needs'), link('metric_library', {}))}"
            told.append(f'<p class="others">{esc(say(key, names=_listed(names)))}{way}</p>')
    return "".join(told)


def _listed(names: Sequence[str]) -> str:
    """'Financial, Internal process and Learning and growth'."""
    return names[0] if len(names) == 1 else say("cg_both", first=", ".join(names[:-1]), last=names[-1])


def _tallied(card: Card) -> str:
    if card.result.state == "not_provided":
        return "not_cut" if absent.is_uncut(card) else "not_provided"
    return card.status
