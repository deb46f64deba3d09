"""Metric rows: a perspective's table, one row per metric, all on the shared score axis. Pure functions to HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dashboard import check_sentences, filters, marks, score_axis, sentences, wording
from dashboard.board import absent, chosen_rows
from dashboard.compare import GOAL, rival_of
from dashboard.components import anchor, esc, rich, section, status
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.period import Period
from metrics.result import MetricResult
from metrics.scorecard import Aim, Branch, Card, Scorecard

Query = Mapping[str, str | None]


def board_rows(board: Scorecard, currency: str, theme: Tokens, query: Query) -> str:
    """Every perspective with data, its chosen rows and the way to the others; only the first shows the heads."""
    period, chosen = board.period, chosen_rows.chosen(board)
    parts = [
        _in_short(branch, chosen[branch.perspective], period, currency, theme, query)
        for branch in board.branches
        if sentences.provided(branch.cards)
    ]
    heads = _heads(period, query) if any(chosen.values()) else ""
    return f'<div class="rows">{heads}{"".join(parts)}{chosen_rows.without_data(board)}</div>'


def branch_rows(
    board: Scorecard, branch: Branch, currency: str, theme: Tokens, query: Query, below: Callable[[Aim], str]
) -> str:
    """Every row of one perspective, by objective. `below`: the rows that follow an objective's metrics."""
    period = board.period
    groups = [
        _body(_aim(aim) + content)
        for aim in branch.aims
        if (content := _rows(sentences.provided(aim.cards), currency, theme, query) + below(aim))
    ]
    present = sentences.provided(branch.cards)
    bodies = groups if branch.aims else [_body(_rows(present, currency, theme, query))]
    table = _table(say(branch.perspective), period, bodies, query) if present or groups else ""
    line = _absent(branch, _absent_line(query))
    body = section(say(branch.perspective), sentences.branch_scope(branch), table + line, kind="branch")
    return f'<div class="rows">{_heads(period, query)}{body}</div>'


def card_rows(name: str, cards: Sequence[Card], board: Scorecard, currency: str, theme: Tokens, query: Query) -> str:
    """Chosen cards of a board as one table called `name`; '' when no source provides any of them."""
    present = sentences.provided(cards)
    if not present:
        return ""
    period = board.period
    return f"{_heads(period, query)}{_table(name, period, [_body(_rows(present, currency, theme, query))], query)}"


def _heads(period: Period, query: Query) -> str:
    """Column heads for the eye, once; each table has its own for the ear."""
    cells = "".join(f'<span class="{kind}">{text}</span>' for kind, text in _columns(period, query))
    return f'<div class="heads" aria-hidden="true">{cells}</div>'


def _columns(period: Period, query: Query) -> list[tuple[str, str]]:
    axis = f"<i>{esc(say('limit'))}</i><i>{esc(say('goal'))}</i>"
    return [
        ("c-status", esc(say("column_status"))),
        ("c-metric", esc(say("column_metric"))),
        ("c-position", axis),
        ("c-spark", esc(say("column_months", periods=say(f"grains_{period.grain}")))),
        ("c-value", esc(wording.period(period, period))),
        ("c-goal", esc(say("column_goal"))),
        ("c-change", esc(say(_compared(query)))),
    ]


def _in_short(branch: Branch, shown: Sequence[Card], period: Period, currency: str, theme: Tokens, query: Query) -> str:
    """A perspective's chosen rows, and one line for all the others."""
    name = say(branch.perspective)
    table = _table(name, period, [_body(_rows(shown, currency, theme, query))], query) if shown else ""
    others = chosen_rows.others(branch, shown, query)
    return section(name, sentences.branch_scope(branch), table + others, kind="branch")


def _is_part(query: Query) -> bool:
    return any(query.get(name) is not None for name in filters.NAMES)


def _absent_line(query: Query) -> str:
    if not _is_part(query):
        return "not_provided_line"
    below = query.get("agent") is not None or query.get("channel") is not None
    return "not_cut_filter" if below else "not_cut_line"


def _rows(cards: Iterable[Card], currency: str, theme: Tokens, query: Query) -> str:
    return "".join(_row(card, currency, theme, query) for card in cards)


def _body(content: str) -> str:
    return f'<tbody role="rowgroup">{content}</tbody>'


def _table(name: str, period: Period, bodies: Sequence[str], query: Query) -> str:
    """The rows as a table; its heads are for the ear, the eye has them once above."""
    heads = "".join(
        f'<th role="columnheader" class="{kind}" scope="col">'
        f"{esc(say('column_position')) if kind == 'c-position' else text}</th>"
        for kind, text in _columns(period, query)
    )
    return (
        f'<table class="metrics" role="table" aria-label="{esc(name)}">'
        f'<thead role="rowgroup" class="ear"><tr role="row">{heads}</tr></thead>{"".join(bodies)}</table>'
    )


def _aim(aim: Aim) -> str:
    """The line above an objective's metrics: its name, its score, what it does not stand on, weight and owner."""
    name = aim.objective.name if aim.objective else say("no_objective")
    parts = [say("aim_score", score=say("no_score") if aim.score is None else wording.score(aim.score))]
    if aim.coverage is None:
        parts = [say("aim_unscored")]
    elif aim.coverage < 1:
        parts.append(say("aim_coverage", share=wording.share(aim.coverage)))
    told = f"{' '.join(parts)}. {say('aim_weight', weight=f'{aim.weight:g}')}"
    if aim.objective and aim.objective.owner:
        told += f" {say('aim_owner', owner=aim.objective.owner)}"
    place = f' id="aim-{aim.objective.objective}"' if aim.objective else ""
    return (
        f'<tr role="row" class="aim"{place}><th role="rowheader" scope="rowgroup" class="c-aim">{esc(name)}'
        f' <span class="note">{esc(sentences.sentence(told))}</span></th></tr>'
    )


def _absent(branch: Branch, key: str) -> str:
    """A quiet line for the metrics whose data do not exist; for those that exist for the whole, why not here."""
    found = [card for card in branch.cards if card.result.state == "not_provided"]
    uncut = [card for card in found if absent.is_uncut(card)]
    told = absent.lines(uncut) if key == "not_provided_line" else _listed(key, uncut)
    told += _listed("not_provided_line", [card for card in found if card not in uncut])
    return "".join(f'<p class="note absent">{esc(one)}</p>' for one in told)


def _listed(key: str, cards: Sequence[Card]) -> list[str]:
    names = "; ".join(sentences.title(card.definition) for card in cards)
    return [say(key, names=names)] if cards else []


def _row(card: Card, currency: str, theme: Tokens, query: Query) -> str:
    definition = card.definition
    word = sentences.mark_of(card)
    address = link("metric", {**query, "metric": definition.metric})
    cells = [
        _cell("c-status", status(word, theme)),
        _cell(
            "c-metric",
            f'{anchor(sentences.title(definition), address)}<span class="basis">'
            f"{esc(sentences.basis(card, currency))}{_mark(card, theme, address)}</span>",
            head=True,
        ),
        *_middle(card, word, currency, theme),
        _cell("c-value", f"<span{_value_kind(card)}>{esc(sentences.figure(card, currency))}</span>"),
        _cell("c-goal", _goal(card, currency)),
        _cell("c-change", _change(card, currency, query)),
    ]
    return f'<tr role="row" class="r-{card.status}">{"".join(cells)}</tr>'


def _mark(card: Card, theme: Tokens, address: str) -> str:
    """'marked' beside a number whose checks found bad rows in it; the way to what they say."""
    checks = check_sentences.marked(card.result)
    if not checks:
        return ""
    told = say("marked_because", checks="; ".join(check_sentences.clause(one.check) for one in checks))
    word = status("warning", theme, say("stale_mark")) if card.is_stale else esc(say("mark"))
    joint = " " if card.is_stale or not sentences.basis(card, "") else " · "
    return f'{joint}<a class="marked" href="{esc(address)}#checks" title="{esc(told)}">{word}</a>'


def _middle(card: Card, word: str, currency: str, theme: Tokens) -> list[str]:
    """Position and sparkline; a row without a verdict says why instead."""
    why = sentences.reason(card)
    if why and card.status != "no_goal":
        return [f'<td role="cell" class="c-why" colspan="2">{esc(why)}</td>']
    spark = _cell("c-spark", sparkline(card, currency, theme))
    if why:
        return [f'<td role="cell" class="c-position c-nogoal">{esc(why)}</td>', spark]
    off = score_axis.beyond(card.definition, card.result.value, card.score)
    key = "alt_score_off" if off else "alt_score"
    alt = "" if card.score is None else say(key, score=wording.score(card.score), word=say(word).lower())
    drawn = marks.position(card.score, card.score_low, card.score_high, word, theme, alt, off=off)
    return [_cell("c-position", drawn), spark]


def sparkline(card: Card, currency: str, theme: Tokens) -> str:
    """The card's months as a line, with a sentence for those who do not see it."""
    values, alt = months(card, currency)
    return marks.sparkline(values, card.definition.goal, theme, alt) if alt else ""


def months(card: Card, currency: str) -> tuple[tuple[float | None, ...], str]:
    """The card's months as they may be drawn, and as a sentence; '' when no month has a value."""
    values = tuple(_shown(result) for result in card.trend)
    known = [value for value in values if value is not None]
    periods = say(f"grains_{card.result.period.grain}")
    return values, say("alt_trend", n=len(values), periods=periods, **_spoken(known, card, currency)) if known else ""


def _spoken(known: list[float], card: Card, currency: str) -> dict[str, Any]:
    spoken = {"first": known[0], "last": known[-1], "low": min(known), "high": max(known)}
    return {name: wording.value(number, card.definition.unit, currency) for name, number in spoken.items()}


def _shown(result: MetricResult) -> float | None:
    """A value that may be drawn."""
    return None if result.state in ("withheld", "suppressed") else result.value


def _cell(kind: str, content: str, head: bool = False) -> str:
    if head:
        return f'<th role="rowheader" scope="row" class="{kind}">{content}</th>'
    return f'<td role="cell" class="{kind}">{content}</td>'


def _value_kind(card: Card) -> str:
    if sentences.figure(card, "") == say("no_value"):
        return ' class="none"'
    return ' class="unsure"' if card.status == "not_judged" else ""


def _compared(query: Query) -> str:
    """The word over the last column."""
    against = query.get("against")
    return "column_gap" if against == GOAL else "column_differs" if rival_of(against) else "column_change"


def _change(card: Card, currency: str, query: Query) -> str:
    """How far the value is from what it is held against; dark when that is more than chance."""
    if query.get("against") == GOAL:
        text, is_clear = sentences.gap_text(card, currency), card.gap_is_clear
    else:
        text, is_clear = sentences.change_text(card, currency), card.change_is_clear
    kind = ' class="clear"' if is_clear else ""
    return f"<span{kind}>{esc(text)}</span>"


def _goal(card: Card, currency: str) -> str:
    goal = sentences.goal_text(card.definition, currency)
    return f'<span class="phone">{esc(say("goal_label"))} </span>{rich(goal)}' if goal else ""
