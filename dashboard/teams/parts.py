"""The cascade as escaped HTML: the whole, every department and every team on one axis, by name. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboard import components, marks, score_axis, sentences, wording
from dashboard.components import esc, note, section, status
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.fair_groups import COMPARED
from metrics.cascade import Node
from metrics.scorecard import Scorecard

_FEW = 10
"""A team with fewer verdicts than this is not named in the answer: one row would decide its place."""
_COMPARED_BY = 4
"""Metrics offered for a fair comparison: those of the greatest weight."""


@dataclass(frozen=True)
class View:
    """The cascade, under which address. `own`: the reader sees some teams only, and the whole is these."""

    whole: Node
    facts: LoadFacts
    query: Mapping[str, str | None]
    theme: Tokens
    own: bool = False


def body(view: View) -> str:
    """The whole page."""
    nodes = list(_nodes(view.whole))
    if len(nodes) == 1:
        following = components.anchor(say("cannot_show_next"), link("overview", view.query))
        return components.message(say("teams_none"), [say("teams_none_why")], following)
    return _answer(view) + _table(view, nodes)


def _nodes(node: Node, depth: int = 0) -> Iterator[tuple[Node, int]]:
    """Every node below its own whole, with how deep it stands."""
    yield node, depth
    for part in node.parts:
        yield from _nodes(part, depth + 1)


def _answer(view: View) -> str:
    teams = [node for node, _ in _nodes(view.whole) if node.slice == "team"]
    red = [node for node in teams if _tally(node.board)["missed"]]
    head = say(
        "teams_all_calm" if not red else "teams_red_one" if len(red) == 1 else "teams_red", n=len(red), all=len(teams)
    )
    if len(teams) == 1:
        head = say("teams_only", name=_name(teams[0], view))
    clear = [node for node in red if len(sentences.judged(sentences.cards_of(node.board))) >= _FEW]
    most = max((_tally(node.board)["missed"] for node in clear), default=0)
    named = [_name(node, view) for node in clear if _tally(node.board)["missed"] == most]
    told = say("teams_most", names=_listed(named), n=most) if named and len(named) <= 3 and len(teams) > 1 else ""
    sub = f'<p class="sub">{esc(" ".join(part for part in (told, say("teams_compare")) if part))}</p>'
    return f'<div class="answer"><h1>{esc(head)}</h1>{sub}</div>'


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {say('and')} {names[-1]}"


def _name(node: Node, view: View) -> str:
    return node.value or say("teams_own" if view.own else "teams_whole")


def _tally(board: Scorecard) -> Counter[str]:
    return Counter(card.status for card in sentences.provided(sentences.cards_of(board)))


def _table(view: View, nodes: list[tuple[Node, int]]) -> str:
    axis = f"<i>{esc(say('limit'))}</i><i>{esc(say('goal'))}</i>"
    heads = [("", esc(say("column_team"))), ("t-axis", axis), ("num", esc(say("score"))), ("num", esc(say("change")))]
    heads += [("num wide", esc(say(f"short_{branch.perspective}"))) for branch in view.whole.board.branches]
    heads += [("t-counts", esc(say("teams_counts"))), ("num wide", esc(say("teams_coverage")))]
    head = "".join(f'<th scope="col" class="{kind}">{text}</th>' for kind, text in heads)
    rows = "".join(_row(node, depth, view) for node, depth in nodes)
    table = f'<table class="cascade"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    scope = say("teams_scope", period=wording.period(view.whole.board.period))
    return section(say("teams"), scope, table + note(say("teams_note")) + _compare(view))


def _compare(view: View) -> str:
    """The way to a fair comparison: the metrics whose funnel tells a difference from chance."""
    teams = [node for node, _ in _nodes(view.whole) if node.slice == "team"]
    compared = [card for node in teams for card in sentences.cards_of(node.board) if card.result.kind in COMPARED]
    known = {card.definition.metric for card in compared if card.result.value is not None}
    able = [card.definition for card in sentences.cards_of(view.whole.board) if card.definition.metric in known]
    main = sorted(able, key=lambda one: -one.weight)[:_COMPARED_BY]
    if not main:
        return ""
    links = ", ".join(
        components.anchor(sentences.brief(one), link("metric", {**view.query, "metric": one.metric}) + "#funnel")
        for one in main
    )
    told = esc(say("teams_fair", names="\0")).replace("\0", links)
    return f'<p class="note">{told}</p>'


def _row(node: Node, depth: int, view: View) -> str:
    board, theme = node.board, view.theme
    cards = sentences.cards_of(board)
    address = link("overview", {**view.query, node.slice: node.value} if node.slice else view.query)
    name = f'<th scope="row" class="d{depth}">{components.anchor(_name(node, view), address, "quiet")}</th>'
    score, before = board.score, board.previous_score
    word = "no_goal" if score is None else score_axis.standing_of(score, cards)
    alt = say("alt_no_score")
    if score is not None:
        alt = say("alt_score", score=wording.score(score), word=say(word).lower())
    axis = f'<td class="t-axis">{marks.ladder(score, before, word, theme, alt)}</td>'
    moved = "" if score is None or before is None else wording.score_change(score, before)
    figures = f'<td class="num strong">{_score(score)}</td><td class="num move">{esc(moved)}</td>'
    parts = "".join(
        f'<td class="num wide" data-label="{esc(say(f"short_{branch.perspective}"))}">{_score(branch.score)}</td>'
        for branch in board.branches
    )
    share = "" if board.coverage is None else wording.share(board.coverage)
    covered = f'<td class="num wide" data-label="{esc(say("teams_coverage"))}">{esc(share)}</td>'
    kind = node.slice or "whole"
    counts = f'<td class="t-counts">{_counts(board, theme)}</td>'
    return f'<tr class="n-{kind}">{name}{axis}{figures}{parts}{counts}{covered}</tr>'


def _score(score: float | None) -> str:
    return f'<span class="none">{esc(say("teams_no_score"))}</span>' if score is None else wording.score(score)


def _counts(board: Scorecard, theme: Tokens) -> str:
    """How many of each status, mark and number; the word for the ear and under the pointer."""
    tally = _tally(board)
    shown = [(word, tally[word]) for word in (*sentences.JUDGED, "not_judged") if tally[word]]
    return "".join(
        f'<span title="{esc(say("q_count", n=number, word=_said(word)))}">{status(word, theme, str(number))}'
        f'<span class="ear"> {esc(_said(word))}</span></span>'
        for word, number in shown
    )


def _said(word: str) -> str:
    return say("teams_not_judged") if word == "not_judged" else say(word).lower()
