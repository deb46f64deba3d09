"""A scorecard as sentences: the answer, what stands under it, why a row is not judged, what changed.

Pure. `**…**` marks what is set in dark type; components.rich() turns it into HTML after escaping.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard import wording
from dashboard.wording import say
from metrics.definition import MetricDefinition
from metrics.period import Period
from metrics.result import MetricResult
from metrics.scorecard import Branch, Card, Scorecard
from metrics.thin_period import busy_before

JUDGED = ("missed", "watch", "too_close", "met")
_LONGEST_ANSWER = 110
_UNCUT = re.compile(r"(\w+) cannot be (?:cut|split) by '?(\w+)'?")


def cards_of(board: Scorecard) -> tuple[Card, ...]:
    """Every card, in the order of the rows."""
    return tuple(card for branch in board.branches for card in branch.cards)


def provided(cards: Iterable[Card]) -> tuple[Card, ...]:
    """The cards whose data exist at all."""
    return tuple(card for card in cards if card.result.state != "not_provided")


def judged(cards: Iterable[Card]) -> tuple[Card, ...]:
    """The cards with a verdict."""
    return tuple(card for card in cards if card.status in JUDGED)


def mark_of(card: Card) -> str:
    """The one word that decides mark and colour: the status, or the state behind 'not judged'."""
    if card.status != "not_judged":
        return card.status
    return "unripe" if card.result.state == "ok" else card.result.state


def title(definition: MetricDefinition) -> str:
    """The name people read."""
    return definition.name or definition.metric.replace("_", " ").capitalize()


def short(definition: MetricDefinition) -> str:
    """The name inside a sentence: without what stands in brackets or after a comma."""
    return title(definition).partition(" (")[0].partition(", ")[0]


def inner(definition: MetricDefinition) -> str:
    """The short name in the middle of a sentence: small unless it begins with an acronym or is one letter."""
    name = short(definition)
    first = name.split(" ", 1)[0]
    return name if len(first) < 2 or first[1:] != first[1:].lower() else name[:1].lower() + name[1:]


def brief(definition: MetricDefinition) -> str:
    """The shortest name: the acronym in its brackets when there is one."""
    acronym = re.search(r"\(([A-Z]{2,6})\)", title(definition))
    return acronym[1] if acronym else short(definition)


def figure(card: Card, currency: str) -> str:
    """The value as text, or the words for none."""
    return value_text(card.definition, card.result, currency)


def value_text(definition: MetricDefinition, result: MetricResult, currency: str) -> str:
    """A result's value as text, or the words for none. A hidden or withheld value never appears."""
    if result.value is None or result.state in ("withheld", "suppressed"):
        return say("no_value")
    return wording.value(result.value, definition.unit, currency)


def goal_text(definition: MetricDefinition, currency: str) -> str:
    """The goal as text, '' without one."""
    return "" if definition.goal is None else wording.value(definition.goal, definition.unit, currency, exact=True)


def limit_text(definition: MetricDefinition, currency: str) -> str:
    """The limit as text, '' without one."""
    return "" if definition.red is None else wording.value(definition.red, definition.unit, currency, exact=True)


def answer(board: Scorecard, currency: str) -> str:
    """How many goals are met, then the worst in full; why nothing is judged when nothing is."""
    cards = judged(cards_of(board))
    if not cards:
        why = _common_reason(provided(cards_of(board)))
        return say("nothing_judged", period=wording.period(board.period), why=say(f"nothing_because_{why}"))
    met = sum(card.status == "met" for card in cards)
    total = len(cards)
    if met == total:
        return say("all_met_one") if total == 1 else say("all_met", total=total)
    none = "none_met_one" if total == 1 else "none_met"
    head = say(none if met == 0 else "some_met_one" if met == 1 else "some_met", met=met, total=total)
    worst = worst_of(cards)
    if worst is None:
        return head
    whole, brief_ = ("weak_point", "weak_point_short") if worst.status == "missed" else ("short_of", "short_of_short")
    goal = goal_text(worst.definition, currency)
    for sentence in (
        say(whole, name=short(worst.definition), value=figure(worst, currency), goal=goal),
        say(brief_, name=short(worst.definition)),
    ):
        if len(head + sentence) <= _LONGEST_ANSWER:
            return head + sentence
    return head


def summary(board: Scorecard, currency: str, through: dt.date | None = None, is_taken_apart: bool = False) -> str:
    """Score and change, the perspective that moved most, one good and one bad clear change.

    `through`: the last day of the data, to say how much of an unfinished month is there. `is_taken_apart`: what the
    change is made of follows, so no metric is named here.
    """
    fact = "" if is_taken_apart else _fact_sentence(board, currency)
    parts = [_score_sentence(board), _branch_sentence(board), fact, withheld(board)]
    if not board.complete:
        parts.insert(0, _so_far(board.period, through))
    elif busy := busy_before(board):
        parts.insert(0, say("thin_period", period=wording.period(board.period), busy=wording.period(busy)))
    return " ".join(part for part in parts if part)


def _so_far(period: Period, through: dt.date | None) -> str:
    if through is None or not period.start <= through < period.end:
        return say("so_far", period=wording.period(period))
    days, whole = (through - period.start).days + 1, (period.end - period.start).days
    return say("so_far_days", period=wording.period(period), days=days, all=whole)


def uncut(reason: str) -> str:
    """An engine's 'orders cannot be cut by team: …' in words; any other reason as a sentence."""
    found = _UNCUT.match(reason)
    if found is None:
        return sentence(reason)
    table, name = found[1].replace("_", " "), found[2]
    key = "uncut" if name in ("team", "agent") else "uncut_other"
    return sentence(say(key, table=table, slice=name))


def reason(card: Card) -> str:
    """Why a row has no verdict, and what would give it one. '' for a judged row."""
    definition, result = card.definition, card.result
    if card.status in JUDGED:
        return ""
    if card.status == "no_goal":
        return (
            sentence(result.reason)
            if result.reason
            else say("why_own_goal" if definition.goal_is_own else "why_no_goal")
        )
    if result.state == "ok":
        return say("why_running", period=wording.period(result.period))
    return state_reason(definition, result)


def state_reason(definition: MetricDefinition, result: MetricResult) -> str:
    """Why a result may not be judged, in words; '' when it may."""
    if result.state == "withheld":
        return sentence(result.reason) if result.reason else say("why_withheld")
    if result.state == "too_few":
        known = result.n is not None and definition.min_n
        return (
            say("why_too_few", n=wording.count(result.n or 0), min_n=definition.min_n)
            if known
            else say("why_too_few_plain")
        )
    if result.state == "unripe":
        if definition.ripe_after is None:
            return sentence(result.reason) if result.reason else say("unripe")
        return say("why_unripe", day=wording.date(definition.ripe_after.after(result.period.end)))
    if result.state == "not_provided" and result.reason:
        return uncut(result.reason)
    if result.state in ("suppressed", "not_provided"):
        return say(f"why_{result.state}")
    return say("why_no_data", period=wording.period(result.period)) if result.state == "no_data" else ""


def basis(card: Card, currency: str) -> str:
    """What a number stands on: 'n 4,812 · 80.1–82.3 %', and its month when that is not the board's. A count is its own
    n."""
    definition, result = card.definition, card.result
    if result.state == "suppressed":
        return say("n_hidden")
    if result.state == "no_data":
        return ""
    parts = [] if result.n is None or result.n == result.value else [say("n", n=wording.count(result.n))]
    if result.low is not None and result.high is not None and result.state not in ("withheld", "too_few", "unripe"):
        parts.append(wording.interval(result.low, result.high, definition.unit, currency))
    if result.period != card.asked:
        parts.append(wording.period(result.period, card.asked))
    return " · ".join(parts)


def change_text(card: Card, currency: str) -> str:
    """The change in its unit, '' when there is none."""
    if card.change is None or card.status == "not_judged":
        return ""
    return wording.change(card.change, card.definition.unit, card.result.kind, card.result.value, currency)


def gap_text(card: Card, currency: str) -> str:
    """How far the value is from its goal, in its unit; '' when there is none."""
    if card.gap is None:
        return ""
    return wording.change(card.gap, card.definition.unit, currency=currency)


def pace(card: Card) -> str:
    """How much of a year's goal is reached, beside how much of the year has passed; '' for other goals."""
    if card.pace is None or card.pace.of_goal is None or card.status == "not_judged":
        return ""
    frame = wording.say(f"frame_{card.pace.frame.grain}")
    return say("pace", reached=wording.share(card.pace.of_goal), frame=frame, passed=wording.share(card.pace.passed))


@dataclass(frozen=True)
class Change:
    """One change worth a sentence: what moved, and what it rests on. `metric`: where its link leads."""

    metric: str
    headline: str
    note: str


def changes(board: Scorecard, currency: str, most: int = 4) -> tuple[tuple[Change, ...], int]:
    """The largest clear changes on the score axis, and how many more there are. No causes: numbers only."""
    clear = [card for card in _clearly_changed(board) if card.status != "not_judged"]
    clear.sort(key=lambda card: (-abs(_moved(card)), title(card.definition)))
    found = [
        Change(
            card.definition.metric,
            _moved_sentence(card, currency, "_to"),
            say("change_clear") + f" {basis(card, currency)}".rstrip(),
        )
        for card in clear[:most]
    ]
    return tuple(found), len(clear) - len(found)


def branch_scope(branch: Branch) -> str:
    """'score **74**, +1 · 4 of 5 metrics judged'."""
    present = provided(branch.cards)
    words = say("judged_of", judged=len(judged(present)), total=len(present))
    if branch.score is None:
        return say("scope_no_score", judged=words)
    moved = "" if branch.previous_score is None else f", {wording.score_change(branch.score, branch.previous_score)}"
    return say("scope_score", score=wording.score(branch.score), change=moved, judged=words)


def coverage(board: Scorecard) -> str:
    """What share of the weight has a score, and how many metrics have none."""
    present = provided(cards_of(board))
    missing = sum(card.score is None and card.status != "no_goal" for card in present)
    if not missing or board.coverage is None:
        return say("coverage_full") if present and not missing else ""
    metrics = wording.plural(missing, "metric", "metrics")
    return say("coverage_one" if missing == 1 else "coverage", share=wording.share(board.coverage), metrics=metrics)


def withheld(board: Scorecard) -> str:
    """How many metrics failed checks withhold, and what the score stands on; '' when they withhold none."""
    number = sum(card.result.state == "withheld" for card in cards_of(board))
    if not number or board.coverage is None:
        return ""
    metrics = say("withheld_checks_one" if number == 1 else "withheld_checks", n=number)
    key = "withheld_no_score" if board.score is None else "withheld_score"
    return say(key, metrics=metrics, share=wording.share(board.coverage))


def metric_answer(card: Card, currency: str) -> str:
    """The metric page's sentence: value, period and verdict."""
    when = wording.period(card.result.period)
    if card.result.value is None or card.result.state in ("withheld", "suppressed"):
        none = say("metric_none", period=when)
        return reason(card) if card.result.state == "no_data" else f"{none} {reason(card)}"
    key: str = card.status if card.status in JUDGED else "no_goal"
    if key == "too_close" and _nearest_is_limit(card):
        key = "too_close_limit"
    goal, limit = goal_text(card.definition, currency), limit_text(card.definition, currency)
    sentence = say(f"metric_{key}", value=figure(card, currency), period=when, goal=goal, limit=limit)
    return f"{sentence} {reason(card)}" if card.status == "not_judged" else sentence


def sentence(clause: str) -> str:
    """A clause from below as a sentence."""
    return clause[:1].upper() + clause[1:].rstrip(".") + "."


def _nearest_is_limit(card: Card) -> bool:
    """Which boundary an interval holds: the one nearest the value (metrics/scorecard.py judges by the same)."""
    value, goal, red = card.result.value, card.definition.goal, card.definition.red
    return None not in (value, goal, red) and abs(value - goal) > abs(value - red)  # type: ignore[operator]


def worst_of(cards: Iterable[Card]) -> Card | None:
    """What the headline names: the missed metric with the lowest score, heavier first; else the lowest watch. None
    when neither exists."""
    for status in ("missed", "watch"):
        found = [card for card in cards if card.status == status and card.score is not None]
        if found:
            return min(found, key=lambda card: ((card.score or 0) - 100) * card.definition.weight)
    return None


def _common_reason(cards: Iterable[Card]) -> str:
    states = Counter("no_goal" if card.status == "no_goal" else card.result.state for card in cards)
    state = states.most_common(1)[0][0] if states else "no_data"
    return state if state in ("no_data", "withheld", "no_goal", "too_few") else "other"


def _score_sentence(board: Scorecard) -> str:
    if board.score is None:
        return _why_no_score(board)
    now, before = board.score, board.previous_score
    if before is None:
        return say("score_is", score=wording.score(now), change="")
    by = abs(round(now - before))
    key = "score_same" if not by and round(now) == round(before) else "score_higher" if now > before else "score_lower"
    little, against = by or say("score_little"), held_against(board)
    if board.rival:
        change = say(f"rival_{key}", by=little, period=against)
    else:
        when = say("when_on" if board.against.grain == "day" else "when_in", period=against)
        change = say(key, by=little, when=when)
    return say("score_is", score=wording.score(now), change=change)


def _why_no_score(board: Scorecard) -> str:
    if not judged(cards_of(board)):
        return ""
    there = [branch for branch in board.branches if branch.coverage is not None]
    scored = sum(branch.score is not None for branch in there)
    if 2 * scored >= len(there) or len(there) == 1:
        return say("score_none")
    return say("score_none_branches", n=scored or say("score_no_branch"), all=len(there))


def held_against(board: Scorecard) -> str:
    """'August', or the name of the team that a board is held against."""
    return board.rival or wording.period(board.against, board.period)


def _branch_sentence(board: Scorecard) -> str:
    both = [one for one in board.branches if one.score is not None and one.previous_score is not None]
    moved = [(one.score - one.previous_score, one.perspective) for one in both]  # type: ignore[operator]
    by, perspective = max(moved, key=lambda one: abs(one[0]), default=(0.0, "financial"))
    if len(moved) < 2 or not round(by) or board.rival:
        return ""
    return say("branch_fell" if by < 0 else "branch_rose", name=say(perspective), by=abs(round(by)))


def _fact_sentence(board: Scorecard, currency: str) -> str:
    clear = [card for card in judged(_clearly_changed(board)) if _moved(card)]
    bad = min((card for card in clear if _moved(card) < 0), key=_moved, default=None)
    good = max((card for card in clear if _moved(card) > 0), key=_moved, default=None)
    if bad and good:
        return say("while", bad=_moved_sentence(bad, currency), good=_moved_sentence(good, currency, name=inner))
    one = bad or good
    return f"{_moved_sentence(one, currency)}." if one else ""


def _clearly_changed(board: Scorecard) -> list[Card]:
    """The cards of this very period whose change is more than chance; one shown for an older month tells no news."""
    return [
        card for card in cards_of(board) if card.change_is_clear and card.change and card.result.period == card.asked
    ]


def _moved(card: Card) -> float:
    """How far a card moved on the score axis; a change outside the axis counts a little, with its sign."""
    if card.score is None or card.previous_score is None:
        return 0.0
    moved = card.score - card.previous_score
    if moved or not card.change:
        return moved
    return 0.1 if (card.change > 0) == bool(card.definition.higher_is_better) else -0.1


def _moved_sentence(card: Card, currency: str, form: str = "", name: Callable[[MetricDefinition], str] = short) -> str:
    change = card.change or 0.0
    by = wording.amount(change, card.definition.unit, card.result.kind, card.result.value, currency)
    is_rival = card.previous is not None and card.previous.period == card.result.period
    low, high = ("lower", "higher") if is_rival else ("fell", "rose")
    key = f"{low if change < 0 else high}{form}"
    return say(key, name=name(card.definition), by=by, value=figure(card, currency))
