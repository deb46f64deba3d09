"""The scorecard and the load report, printed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from dashboard import check_sentences, sentences, wording
from dashboard.printing import as_json, checks_json, result_json, table, through
from data_checks.warehouse.contract import CheckOutcome, LoadFacts
from metrics.scorecard import Card, Scorecard

ACCOUNTS = ("read", "published", "quarantined", "superseded", "merged", "filtered")
_SHAPES = {"met": "●", "watch": "▲", "missed": "■", "too_close": "◐"}
_COLOURS = {"met": "green", "watch": "yellow", "missed": "red", "too_close": "blue"}


# ── the scorecard ────────────────────────────────────────────────────────────────────────────────────


def scorecard(board: Scorecard, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard show`."""
    if form == "json":
        return as_json(board_json(board, facts))
    summary = sentences.summary(board, facts.currency, facts.as_of_day).replace("**", "")  # the screen's bold
    head = [facts.title, sentences.answer(board, facts.currency), summary]
    parts = ["\n".join(line for line in head if line), _ladder(board)]
    for branch in board.branches:
        cards = [card for card in branch.cards if card.result.state != "not_provided"]
        if cards:
            name = wording.say(branch.perspective)
            parts.append(f"{name}\n{_card_table(cards, facts)}")
    parts += _marked(board)
    parts += _absent(board)
    return "\n\n".join([*parts, through(facts)])


def _marked(board: Scorecard) -> list[str]:
    """The checks that mark or withhold metrics, each with their names."""
    by_check: dict[tuple[str, str], list[str]] = {}
    for card in sentences.cards_of(board):
        hidden = [one for one in card.result.checks if one.effect == "withheld"]
        for one in (*hidden, *check_sentences.marked(card.result)):
            told = sentences.sentence(check_sentences.clause(one.check)).rstrip(".")
            effect = wording.say(f"effect_{one.effect}")
            by_check.setdefault((told, effect), []).append(sentences.short(card.definition))
    lines = [f"{told}; {effect}: {', '.join(names)}." for (told, effect), names in by_check.items()]
    return ["\n".join(lines)] if lines else []


def _absent(board: Scorecard) -> list[str]:
    """The metrics that are not there, by reason."""
    by_reason: dict[str, list[str]] = {}
    for card in (card for branch in board.branches for card in branch.cards):
        if card.result.state == "not_provided":
            by_reason.setdefault(card.result.reason, []).append(sentences.short(card.definition))
    lines = [f"{sentences.uncut(reason)} Not shown: {', '.join(names)}." for reason, names in by_reason.items()]
    return ["\n".join(lines)] if lines else []


def _ladder(board: Scorecard) -> str:
    rows = [["Overall", *_score_cells(board.score, board.previous_score, board.coverage)]]
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


def _card_table(cards: list[Card], facts: LoadFacts) -> str:
    heads = ["status", "metric", "value", "goal", "change", "n · 95 %", ""]
    return table(heads, [_card_row(card, facts) for card in cards], right=("value", "goal", "change"))


def _card_row(card: Card, facts: LoadFacts) -> list[object]:
    mark = sentences.mark_of(card)
    status = Text(f"{_SHAPES.get(mark, '○')} {wording.say(mark)}", style=_COLOURS.get(mark, "dim"))
    currency = facts.currency
    return [
        status,
        sentences.title(card.definition),
        sentences.figure(card, currency),
        sentences.goal_text(card.definition, currency),
        sentences.change_text(card, currency),
        sentences.basis(card, currency),
        sentences.reason(card) or (wording.say("mark") if check_sentences.marked(card.result) else ""),
    ]


def board_json(board: Scorecard, facts: LoadFacts) -> dict[str, Any]:
    """The scorecard as plain data; scores 0–100, coverage and percent as fractions."""
    return {
        "load": facts.load_id,
        "as_of": facts.as_of,
        "title": facts.title,
        "synthetic": facts.synthetic,
        "period": board.period.start,
        "grain": board.period.grain,
        "against": board.against.start,
        "complete": board.complete,
        "score": board.score,
        "previous_score": board.previous_score,
        "coverage": board.coverage,
        "perspectives": {
            branch.perspective: {
                "score": branch.score,
                "previous_score": branch.previous_score,
                "coverage": branch.coverage,
                "metrics": {card.definition.metric: _card_json(card) for card in branch.cards},
            }
            for branch in board.branches
        },
    }


def _card_json(card: Card) -> dict[str, Any]:
    result = result_json(card.result)
    result.pop("period")
    return {
        "unit": card.definition.unit,
        "red": card.definition.red,
        "goal": card.definition.goal,
        "weight": card.definition.weight,
        **result,
        "reason": card.result.reason or None,
        "status": card.status,
        "score": card.score,
        "change": card.change,
        "change_is_clear": card.change_is_clear,
        "checks": checks_json(card.result.checks),
    }


# ── load ──────────────────────────────────────────────────────────────────────────────────────────


def load_report(report: Any, folder: Path) -> str:
    """The answer of `scorecard load -w folder`: the accounts, the checks, and who lists the bad rows."""
    if report.status == "unchanged":
        return f"Nothing has changed since load {report.load}; it stays as it is."
    shown = accounting({name: found.accounts for name, found in report.tables.items()})
    outcomes = [outcome for found in report.tables.values() for outcome in found.rules.values()]
    notes = [f"Note: {note}" for note in report.notes]
    more = f"scorecard quarantine -w {shlex.quote(str(folder))}"
    kept = [f"Quarantined rows and their reasons: {more}"] if _quarantined(report) else []
    return "\n".join([f"Load {report.load} is {report.status}.", "", shown, "", *checks(outcomes), *notes, *kept])


def _quarantined(report: Any) -> int:
    return sum(found.accounts["quarantined"] for found in report.tables.values())


def accounting(tables: Mapping[str, Mapping[str, int]]) -> str:
    """read = published + quarantined + superseded + merged + filtered, per table."""
    rows = [[name, *(wording.count(counts.get(key, 0)) for key in ACCOUNTS)] for name, counts in tables.items()]
    return table(["table", *ACCOUNTS], rows, right=ACCOUNTS)


def checks(outcomes: list[CheckOutcome]) -> list[str]:
    """How many checks passed, and a line for each that did not."""
    failed = [outcome for outcome in outcomes if outcome.outcome != "passed"]
    lines = [f"{len(outcomes) - len(failed)} of {len(outcomes)} checks passed."]
    for check in failed:
        rows = wording.plural(check.bad_rows, "row", "rows")
        word = "is broken" if check.outcome == "broken" else f"failed on {rows}"
        done = {"critical": "in quarantine", "warning": "published and marked", "info": "noted"}[check.severity]
        lines.append(f"  {check.table}.{check.rule} {word} ({done}): {check.why} Owner: {check.owner}.")
    return lines
