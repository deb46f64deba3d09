"""One perspective as escaped HTML: answer, objectives on one axis, rows by objective with what is done. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import components, marks, sentences, wording
from dashboard.board import rows
from dashboard.components import breadcrumb, esc, note, section
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.events import Happening
from metrics.scorecard import Aim, Branch, Card, Scorecard
from metrics.strategy import UNDER_WAY, Initiative, Strategy


@dataclass(frozen=True)
class View:
    """A board of one perspective, under which address, and what is planned. `problem`: why the journal is not read."""

    board: Scorecard
    facts: LoadFacts
    query: Mapping[str, str | None]
    theme: Tokens
    plans: Strategy
    problem: str = ""
    happened: tuple[Happening, ...] = ()

    @property
    def branch(self) -> Branch:
        return self.board.branches[0]


def body(view: View) -> str:
    """The whole page."""
    branch = view.branch
    crumbs = breadcrumb([(say("overview"), link("overview", view.query)), (say(branch.perspective), "")])
    path = f'<div class="path">{crumbs}</div>'
    if not branch.cards:
        following = esc(say("perspective_empty_next", perspective=branch.perspective))
        return path + components.message(say("perspective_empty"), (), following)
    currency, today = view.facts.currency, view.facts.as_of_day
    parts = [(_named(aim), aim) for aim in branch.aims]
    ladder = components.rungs(view.board, (say(branch.perspective), branch), parts, view.theme)
    shown = rows.branch_rows(view.board, branch, currency, view.theme, view.query, lambda aim: _plans(aim, view, today))
    problem = note(view.problem) if view.problem else ""
    return (
        f'{path}<div class="top">{components.answer(view.board, currency, view.theme, today)}{ladder}</div>'
        f'<div class="body">{shown}{components.beside(view.board, view.facts, view.theme, view.query, problem)}</div>'
        f"{_trends(view)}"
    )


def _named(aim: Aim) -> str:
    return aim.objective.name if aim.objective else say("no_objective")


def _plans(aim: Aim, view: View, today: dt.date) -> str:
    """A row for every initiative of an objective or of one of its metrics, those under way first."""
    metrics = {card.definition.metric for card in aim.cards}
    own = aim.objective.objective if aim.objective else None
    found = [
        one
        for one in view.plans.initiatives
        if (one.metric in metrics if one.metric else own is not None and one.objective == own)
    ]
    found.sort(key=lambda one: (one.status not in UNDER_WAY, one.due, one.initiative))
    return "".join(_plan(one, aim, view, today) for one in found)


def _plan(one: Initiative, aim: Aim, view: View, today: dt.date) -> str:
    is_late = one.status in UNDER_WAY and one.due < today
    word = {"done": "met", "dropped": "no_goal"}.get(one.status, "no_data")
    mark = f'<span class="st {"s-missed" if is_late else ""}">{marks.mark("missed" if is_late else word, view.theme)}'
    told = [say("plan_done_on", day=wording.date(one.done))] if one.status == "done" and one.done else []
    told = told or [say("plan_was_due" if one.due < today else "plan_due", day=wording.date(one.due))]
    if one.owner:
        told.insert(0, one.owner)
    names = {card.definition.metric: sentences.inner(card.definition) for card in aim.cards}
    if one.metric in names:
        told.append(say("plan_to_move", name=names[one.metric]))
    stand = say("plan_overdue" if is_late else f"plan_{one.status}")
    return (
        f'<tr role="row" class="plan"><td role="cell">{mark}{esc(stand)}'
        f'</span><b>{esc(one.name or one.initiative)}</b> <span class="note">{esc(", ".join(told))}</span></td></tr>'
    )


# ── every metric over its months ─────────────────────────────────────────────────────────────────────


def _trends(view: View) -> str:
    """A small chart for each metric with a goal zone, and what happened in its months; named once below all."""
    cards = [card for card in view.branch.cards if rows.months(card, view.facts.currency)[1]]
    if not cards:
        return ""
    first = min(card.trend[0].period.start for card in cards)
    last = max(card.trend[-1].period.end for card in cards)
    within = [one for one in view.happened if first <= one.day < last]
    told = "; ".join(say("trends_event", day=wording.date(one.day), title=one.title) for one in within)
    events = note(say("trends_events", events=told)) if within else ""
    charts = "".join(_trend(card, view, within) for card in cards)
    grain = say(f"grain_{view.board.period.grain}")
    head = say("trends", grain=grain).capitalize()
    return section(head, say("trends_scope"), f'<div class="multiples">{charts}</div>{events}', kind="trends")


def _trend(card: Card, view: View, happened: Sequence[Happening]) -> str:
    definition, currency = card.definition, view.facts.currency
    values, alt = rows.months(card, currency)
    places = tuple(
        place + (one.day - span.start).days / (span.end - span.start).days
        for one in happened
        for place, span in enumerate(result.period for result in card.trend)
        if span.start <= one.day < span.end
    )
    drawn = marks.trend(values, definition.red, definition.goal, places, view.theme, alt)
    address = link("metric", {**view.query, "metric": definition.metric})
    goal = sentences.goal_text(definition, currency)
    under = f"{say('goal_label')} {goal}" if goal else say("no_goal")
    figure = f"<b>{esc(sentences.figure(card, currency))}</b>"
    ends = (wording.period_short(card.trend[place].period) for place in (0, -1))
    return (
        f'<figure><figcaption><a class="quiet" href="{esc(address)}">{esc(sentences.title(definition))}</a>'
        f'<span>{figure} <span class="note">{esc(under)}</span></span></figcaption>'
        f'{drawn}<p class="note ends">{"".join(f"<span>{esc(end)}</span>" for end in ends)}</p></figure>'
    )
