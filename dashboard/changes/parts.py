"""What changed, as escaped HTML: the score's change part by part, each metric that moved, what else is new. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import check_sentences, components, explained, sentences, wording
from dashboard.changes import score_lines
from dashboard.changes.answers import CheckMoved, GoalMoved
from dashboard.changes.contribution_list import Row, contribution_list
from dashboard.changes.score_lines import ScoreLine, ScoreLines
from dashboard.components import anchor, esc, note, section, status
from dashboard.explained import signed
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.explain import JUDGED, Explanation
from metrics.definition import MetricDefinition
from metrics.events import Happening
from metrics.scorecard import Card, Scorecard

MOST_LINES = 10


@dataclass(frozen=True)
class View:
    """A board beside an earlier period, under which address. `moved`: the metrics that changed, each with what its
    change is made of (None: nothing tells it)."""

    board: Scorecard
    score: ScoreLines | None
    moved: Sequence[tuple[Card, Explanation | None]]
    happened: Sequence[Happening]
    checks: Sequence[CheckMoved]
    goals: Sequence[GoalMoved]
    query: Mapping[str, str | None]
    theme: Tokens
    currency: str


def body(view: View) -> str:
    """The whole page."""
    if not view.board.complete:
        head = say("cg_running", period=wording.period(view.board.period))
        return components.message(head, (), esc(say("cg_running_next")))
    beside = _events(view) + _checks(view) + _goals(view)
    made = _score(view) if view.score else ""
    return (
        f'{_answer(view)}<div class="body"><div class="rows">{made}{_moved(view)}</div>'
        f'<aside class="rail late">{beside}</aside></div>'
    )


def _answer(view: View) -> str:
    head = score_lines.headline(view.score, view.board)
    against = wording.period(view.board.against, view.board.period)
    told = say("cg_compared", period=wording.period(view.board.period), against=against)
    if view.score:
        told = f"{told} {score_lines.made_of(view.score)}".rstrip()
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{esc(told)}</p></div>'


# ── of what the score's change is made ───────────────────────────────────────────────────────────────


def _score(view: View) -> str:
    assert view.score is not None
    perspectives: list[Row] = [(esc(say(name)), number, False) for name, number in view.score.by_perspective().items()]
    perspectives.sort(key=lambda row: -abs(row[1]))
    shown, rest = view.score.lines[:MOST_LINES], view.score.lines[MOST_LINES:]
    metrics: list[Row] = [(_named(one, view), one.number, False) for one in shown]
    if rest:
        name = say("cg_rest_one" if len(rest) == 1 else "cg_rest", n=len(rest))
        metrics.append((esc(name), sum((one.number for one in rest), Decimal(0)), False))
    total = view.score.change
    lists = "".join(
        f"<div><h3>{esc(say(head))}</h3>{contribution_list(rows, total, say('cg_all'), signed, view.theme)}</div>"
        for head, rows in (("cg_by_perspective", perspectives), ("cg_by_metric", metrics))
    )
    kinds = {one.part.kind for one in view.score.lines}
    how = f"{say('cg_how')} {say('cg_how_judged') if kinds - {'both'} else ''}".strip()
    return section(say("cg_parts"), say("cg_parts_scope"), f'<div class="made">{lists}</div>{note(how)}')


def _named(one: ScoreLine, view: View) -> str:
    definition = one.card.definition
    name = anchor(sentences.title(definition), link("metric", {**view.query, "metric": definition.metric}), "quiet")
    if one.part.kind == "both":
        return name
    return f'{name} <span class="note">{esc(say(f"cg_kind_{one.part.kind}"))}</span>'


# ── each metric ──────────────────────────────────────────────────────────────────────────────────────


def _moved(view: View) -> str:
    if not view.moved:
        return section(say("cg_moved"), "", note(say("cg_moved_none")))
    items = "".join(_one(card, found, view) for card, found in view.moved)
    return section(say("cg_moved"), say("cg_moved_scope"), items, kind="moved")


def _one(card: Card, found: Explanation | None, view: View) -> str:
    definition = card.definition
    name = anchor(sentences.title(definition), link("metric", {**view.query, "metric": definition.metric}), "quiet")
    part = view.score.of(definition.metric) if view.score else None
    effect = say("cg_no_effect") if part is None else say("cg_effect", part=signed(part))
    head = f'<div class="item-head"><h3>{name}</h3><span class="note">{esc(effect)}</span></div>'
    told = [_figures(card, view.currency)] if found is None else explained.told(found, view.currency, is_command=False)
    text = "".join(f"<p>{esc(line)}</p>" for line in _paragraphs(told))
    return (
        f'<article class="item change">{head}<p class="stands">{_stands(card, view.theme)}</p>'
        f'<div class="told">{text}</div>{_made_of(found, view)}</article>'
    )


def _paragraphs(lines: Sequence[str]) -> Iterable[str]:
    """What moved with its interval; then the parts."""
    head = lines[:2] if len(lines) > 2 else lines[:1]
    yield " ".join(head)
    if rest := lines[len(head) :]:
        yield " ".join(rest)


def _stands(card: Card, theme: Tokens) -> str:
    now = status(sentences.mark_of(card), theme)
    if card.previous_status in (None, card.status) or card.previous_status not in sentences.JUDGED:
        return now
    return f'{status(card.previous_status, theme)}<span class="note" aria-hidden="true">→</span>{now}'


def _figures(card: Card, currency: str) -> str:
    then = card.previous
    assert then is not None
    return say(
        "cg_figures",
        then=sentences.value_text(card.definition, then, currency),
        first=wording.period(then.period),
        now=sentences.figure(card, currency),
        last=wording.period(card.result.period),
    )


def _made_of(found: Explanation | None, view: View) -> str:
    if found is None or any(one.state not in JUDGED or one.value is None for one in (found.before, found.after)):
        return ""
    lines = explained.contributions(found, view.currency)
    if not lines:
        return ""
    scale = explained.scale_of(found, view.currency)
    rows = [(esc(line.name), line.number, line.is_mix) for line in lines]
    return contribution_list(rows, scale.change(found), say("cg_all_of"), scale.part, view.theme)


# ── beside it ────────────────────────────────────────────────────────────────────────────────────────


def _events(view: View) -> str:
    items = [
        f'<div class="item"><p>{esc(one.title)}</p><p class="note">{esc(wording.date(one.day))}</p></div>'
        for one in view.happened
    ]
    body = "".join(items) + note(say("cg_events_note")) if items else note(say("cg_events_none"))
    first, last = sorted((view.board.against, view.board.period))
    both = say("cg_both", first=wording.period(first, last), last=wording.period(last))
    return section(say("cg_events"), both, body)


def _checks(view: View) -> str:
    items = "".join(_check(one, view) for one in view.checks)
    return section(say("cg_checks"), say("cg_checks_scope"), items or note(say("cg_checks_none")))


def _check(one: CheckMoved, view: View) -> str:
    effect = one.standing.effect
    word = "withheld" if effect == "withheld" else "warning"
    told = sentences.sentence(check_sentences.clause(one.standing.check))
    return (
        f'<div class="item"><p>{status(word, view.theme, say(f"effect_{effect}").capitalize())} '
        f"{_link(one.definition, view)}</p>{note(told)}</div>"
    )


def _goals(view: View) -> str:
    if not view.goals:
        return section(say("cg_goals"), "", note(say("cg_goals_none")))
    items = "".join(
        f'<div class="item"><p>{_link(one.now, view)}</p>{note(_goal(one, view.currency))}</div>' for one in view.goals
    )
    return section(say("cg_goals"), "", items + note(say("cg_goals_note")))


def _goal(one: GoalMoved, currency: str) -> str:
    told = []
    for key, then, now in (
        ("cg_goal_moved", one.then.goal, one.now.goal),
        ("cg_limit_moved", one.then.red, one.now.red),
        ("cg_stretch_moved", one.then.stretch, one.now.stretch),
    ):
        if then != now:
            shown = [
                say("no_goal").lower() if value is None else wording.value(value, one.now.unit, currency, exact=True)
                for value in (then, now)
            ]
            told.append(say(key, then=shown[0], now=shown[1]))
    return sentences.sentence(", ".join(told))


def _link(definition: MetricDefinition, view: View) -> str:
    address = link("metric", {**view.query, "metric": definition.metric})
    return anchor(sentences.title(definition), address, "quiet")
