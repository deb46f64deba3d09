"""The scorecard, printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

from rich.text import Text

from dashboard import check_sentences, sentences, wording
from dashboard.board import absent
from dashboard.board import attention as attention_parts
from dashboard.printing.terminal import as_json, checks_json, result_json, table, through, visible
from data_checks.warehouse.contract import LoadFacts
from metrics.attention import attention
from metrics.cascade import Node
from metrics.goals.pace import Pace
from metrics.scorecard import Aim, Branch, Card, Scorecard
from metrics.strategy import Strategy

Beside = Literal["period", "goal"]
_SHAPES = {"met": "●", "watch": "▲", "missed": "■", "too_close": "◐"}
_COLOURS = {"met": "green", "watch": "yellow", "missed": "red", "too_close": "blue"}


def scorecard(
    board: Scorecard,
    facts: LoadFacts,
    form: str,
    strategy: Strategy | None = None,
    beside: Beside = "period",
    until: dt.date | None = None,
) -> str:
    """The answer of `scorecard show`. `beside`: what the values are compared with, a period or their goal. `until`: the
    last day looked at, where one is given."""
    strategy = strategy or Strategy()
    if form == "json":
        return as_json(board_json(board, facts, strategy, until))
    summary = sentences.summary(board, facts.currency, facts.as_of_day).replace("**", "")  # the screen's bold
    part = " · ".join(value or wording.say("unnamed") for value in board.slices.values())
    title = f"{facts.title} · {part}" if part else facts.title
    head = [visible(title), visible(strategy.vision or ""), sentences.answer(board, facts.currency), summary]
    parts = ["\n".join(line for line in head if line), _ladder(board)]
    for branch in board.branches:
        if sentences.provided(branch.cards):
            parts.append(f"{wording.say(branch.perspective)}\n{_branch_table(branch, board, facts, beside)}")
    if strategy.initiatives:
        told = attention_parts.lines(attention(board, strategy), facts.as_of_day)
        parts += ["\n".join(told)] if told else []
    parts += _marked(board)
    parts += _absent(board)
    return "\n\n".join([*parts, through(facts, until)])


def _marked(board: Scorecard) -> list[str]:
    """The checks that mark or withhold metrics, each with their names."""
    by_check: dict[tuple[str, str], list[str]] = {}
    for card in sentences.cards_of(board):
        hidden = [one for one in card.result.checks if one.effect == "withheld"]
        for one in (*hidden, *check_sentences.marked(card.result)):
            told = sentences.sentence(check_sentences.clause(one.check)).rstrip(".")
            effect = wording.say(f"effect_{one.effect}")
            by_check.setdefault((told, effect), []).append(sentences.short(card.definition))
    lines = [f"{told}; {effect}: {_some(names)}." for (told, effect), names in by_check.items()]
    return ["\n".join(lines)] if lines else []


_NAMES = 4
"""So many metrics are named behind a check; a check of a whole table touches dozens."""


def _some(names: list[str]) -> str:
    more = len(names) - _NAMES
    if more <= 1:
        return ", ".join(names)
    return wording.say("and_more", names=", ".join(names[:_NAMES]), n=more)


def _absent(board: Scorecard) -> list[str]:
    """The metrics that are not there, by reason."""
    told = absent.lines(sentences.cards_of(board))
    return ["\n".join(told)] if told else []


def _ladder(board: Scorecard) -> str:
    rows = [[wording.say("overall"), *_score_cells(board.score, board.previous_score, board.coverage)]]
    rows += [
        [wording.say(branch.perspective),
         *_score_cells(branch.score, branch.previous_score, branch.coverage)]
        for branch in board.branches
    ]  # fmt: skip
    heads = [wording.period(board.period), "score", "change", "coverage", "0 · limit 33 · goal 67 · 100"]
    return table(heads, rows, right=("score", "change", "coverage"))


def _score_cells(score: float | None, before: float | None, coverage: float | None) -> list[str]:
    if coverage is None:
        return ["–", "", "", "no metric has data and a goal"]
    share = wording.share(coverage)
    if score is None:
        return ["–", "", share, "too little is judged for a score"]
    change = "" if before is None else wording.score_change(score, before)
    return [wording.score(score), change, share, _axis(score)]


def _axis(score: float) -> str:
    """Forty steps of the 0–100 axis with the limit, the goal and the score."""
    steps = ["·"] * 41
    for at, mark in ((33, "|"), (67, "┃"), (score, "◆")):
        steps[round(at * 0.4)] = mark
    return "".join(steps)


def _branch_table(branch: Branch, board: Scorecard, facts: LoadFacts, beside: Beside) -> str:
    """The metrics of a perspective, below the objectives they stand for."""
    compared = wording.say("to_goal") if beside == "goal" else _since(board)
    heads = ["status", "metric", "value", "goal", compared, "n · 95 %", ""]
    rows: list[list[object]] = []
    for aim in branch.aims:
        if cards := sentences.provided(aim.cards):
            rows.append(_aim_row(aim))
            rows += [_card_row(card, facts, beside, "  ") for card in cards]
    if not branch.aims:
        rows = [_card_row(card, facts, beside) for card in sentences.provided(branch.cards)]
    return table(heads, rows, right=("value", "goal", compared))


def _since(board: Scorecard) -> str:
    return wording.say("since", period=wording.period(board.against, board.period))


def _aim_row(aim: Aim) -> list[object]:
    """An objective: its score, its name, and how much of it is judged when not all is."""
    name = aim.objective.name if aim.objective else wording.say("no_objective")
    score = wording.say("aim_score", score="–" if aim.score is None else wording.score(aim.score))
    judged = ""
    if aim.coverage is not None and aim.coverage < 1:
        judged = wording.say("aim_coverage", share=wording.share(aim.coverage))
    return [Text(score, style="bold"), Text(visible(name), style="bold"), "", "", "", Text(judged, style="dim"), ""]


def _card_row(card: Card, facts: LoadFacts, beside: Beside, indent: str = "") -> list[object]:
    mark = sentences.mark_of(card)
    status = Text(f"{indent}{_SHAPES.get(mark, '○')} {wording.say(mark)}", style=_COLOURS.get(mark, "dim"))
    currency = facts.currency
    notes = [sentences.reason(card), sentences.pace(card), wording.say("stale") if card.is_stale else ""]
    if not notes[0] and check_sentences.marked(card.result):
        notes.append(wording.say("mark"))
    return [
        status,
        sentences.title(card.definition),
        sentences.figure(card, currency),
        sentences.goal_text(card.definition, currency),
        sentences.gap_text(card, currency) if beside == "goal" else sentences.change_text(card, currency),
        sentences.basis(card, currency),
        " ".join(note for note in notes if note),
    ]


def board_json(board: Scorecard, facts: LoadFacts, strategy: Strategy, until: dt.date | None = None) -> dict[str, Any]:
    """The scorecard as plain data; scores 0–100, coverage and percent as fractions."""
    return {
        "load": facts.load_id,
        "as_of": until or facts.as_of,
        "title": facts.title,
        "synthetic": facts.synthetic,
        "period": board.period.start,
        "grain": board.period.grain,
        "against": board.against.start,
        "complete": board.complete,
        "slices": dict(board.slices),
        "vision": strategy.vision,
        "score": board.score,
        "previous_score": board.previous_score,
        "coverage": board.coverage,
        "perspectives": {
            branch.perspective: {
                "score": branch.score,
                "previous_score": branch.previous_score,
                "coverage": branch.coverage,
                "objectives": [_aim_json(aim) for aim in branch.aims],
                "metrics": {card.definition.metric: _card_json(card) for card in branch.cards},
            }
            for branch in board.branches
        },
    }


def _aim_json(aim: Aim) -> dict[str, Any]:
    objective = aim.objective
    return {
        "objective": objective.objective if objective else None,
        "name": objective.name if objective else None,
        "owner": objective.owner if objective else None,
        "weight": aim.weight,
        "score": aim.score,
        "previous_score": aim.previous_score,
        "coverage": aim.coverage,
        "metrics": [card.definition.metric for card in aim.cards],
    }


def _card_json(card: Card) -> dict[str, Any]:
    return {
        "unit": card.definition.unit,
        "red": card.definition.red,
        "goal": card.definition.goal,
        "weight": card.definition.weight,
        **result_json(card.result),
        "reason": card.result.reason or None,
        "status": card.status,
        "score": card.score,
        "change": card.change,
        "change_is_clear": card.change_is_clear,
        "gap": card.gap,
        "gap_is_clear": card.gap_is_clear,
        "pace": None if card.pace is None else _pace_json(card.pace),
        "stale": card.is_stale,
        "checks": checks_json(card.result.checks),
    }


def _pace_json(pace: Pace) -> dict[str, Any]:
    return {
        "goal": pace.goal,
        "from": pace.frame.start,
        "to": pace.frame.end,
        "passed": pace.passed,
        "expected": pace.expected,
        "of_goal": pace.of_goal,
    }


# ── the cascade ──────────────────────────────────────────────────────────────────────────────────────


def cascade(node: Node, facts: LoadFacts, form: str, until: dt.date | None = None) -> str:
    """The answer of `scorecard show --cascade`: the same scorecard for every part, one line each."""
    if form == "json":
        return as_json({"load": facts.load_id, "as_of": until or facts.as_of, **_node_json(node)})
    heads = ["", "score", "change", *(wording.say(branch.perspective) for branch in node.board.branches), *_TALLIED]
    heads = [wording.say(head) if head in _TALLIED else head for head in heads] + ["coverage"]
    rows = list(_node_rows(node, 0))
    period = wording.period(node.board.period)
    return "\n\n".join(
        [f"{visible(facts.title)} · {period}", table(heads, rows, right=heads[1:]), through(facts, until)]
    )


_TALLIED = ("met", "watch", "missed", "too_close")


def _node_rows(node: Node, depth: int) -> Iterator[list[object]]:
    board = node.board
    moved = board.score is not None and board.previous_score is not None
    name = wording.say("overall") if node.slice is None else visible(node.value or wording.say("unnamed"))
    yield [
        "  " * depth + name,
        _score(board.score),
        wording.score_change(board.score, board.previous_score) if moved else "",  # type: ignore[arg-type]
        *(_score(branch.score) for branch in board.branches),
        *(sum(card.status == status for card in sentences.cards_of(board)) or "" for status in _TALLIED),
        "" if board.coverage is None else wording.share(board.coverage),
    ]
    for part in node.parts:
        yield from _node_rows(part, depth + 1)


def _score(score: float | None) -> str:
    return "–" if score is None else wording.score(score)


def _node_json(node: Node) -> dict[str, Any]:
    board = node.board
    return {
        "slice": node.slice,
        "value": node.value,
        "score": board.score,
        "previous_score": board.previous_score,
        "coverage": board.coverage,
        "perspectives": {
            branch.perspective: {"score": branch.score, "coverage": branch.coverage} for branch in board.branches
        },
        "metrics": {
            card.definition.metric: {
                "value": card.result.value,
                "state": card.result.state,
                "red": card.definition.red,
                "goal": card.definition.goal,
                "status": card.status,
                "score": card.score,
            }
            for card in sentences.cards_of(board)
        },
        "parts": [_node_json(part) for part in node.parts],
    }
