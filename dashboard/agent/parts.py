"""An agent's page as escaped HTML: who it is, every metric beside the team's, credits, tickets, voices. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard import marks, sentences, wording
from dashboard.agent import answers
from dashboard.agent.answers import Agent
from dashboard.cache import Load, Verdict
from dashboard.components import anchor, breadcrumb, esc, message, note, section, status
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.today import voices as today_voices
from dashboard.today.view import View as DayView
from dashboard.today.view import counted
from dashboard.wording import say
from metrics.analyses.one_agent import AgentLine
from metrics.definition import PERSPECTIVES
from metrics.period import Period
from metrics.result import MetricResult
from metrics.rows.people import Course, Post

_HIDDEN = ("withheld", "suppressed")
_TRENDS = 3


@dataclass(frozen=True)
class View:
    """Which agent in which period, under which address. verdicts: of each line, in their order. own: the reader sees
    some teams only."""

    load: Load
    agent: Agent
    period: Period
    verdicts: tuple[Verdict, ...]
    query: Mapping[str, str | None]
    theme: Tokens

    def metric(self, name: str, **more: str | None) -> str:
        levels = {"department": None, "team": self.agent.team, "agent": self.agent.name}
        return link("metric", {**self.query, **levels, "metric": name, **more})

    @property
    def day(self) -> DayView:
        """The same reader on the team's day, for the parts both pages share."""
        query = {**self.query, "agent": None, "team": self.agent.team or None}
        return DayView(self.load, (), False, self.agent.team or None, query, self.theme)


# ── which agent ──────────────────────────────────────────────────────────────────────────────────────


def choose(known: Sequence[Post], query: Mapping[str, str | None]) -> str:
    """Every agent by team, when none is asked for."""
    if not known:
        return message(say("agent_none"), [say("agent_none_why")])
    return _which(say("agent_which"), esc(say("agent_which_next")), known, query)


def unknown(name: str, team: str, known: Sequence[Post], query: Mapping[str, str | None], near: Sequence[str]) -> str:
    """No such agent among those the reader may see; another team's looks just so."""
    where = say("agent_unknown_team", team=team) if team else ""
    posts = [post for post in known if post.name in near]
    links = ", ".join(anchor(_label(post, posts), _address(post, query)) for post in posts)
    told = esc(say("agent_unknown_near", names="\0")).replace("\0", links) if links else ""
    following = f"{told} {esc(say('agent_unknown_list'))}".strip()
    return _which(say("agent_unknown", agent=name, team=where), following, known, query)


def several(name: str, posts: Sequence[Post], query: Mapping[str, str | None]) -> str:
    """Somebody has rows in two teams: whose are meant?"""
    links = ", ".join(anchor(post.team or say("unassigned"), _address(post, query)) for post in posts)
    following = esc(say("agent_two_next", teams="\0")).replace("\0", links)
    return message(say("agent_two", n=len(posts), agent=name), (), following)


def _which(head_: str, following: str, known: Sequence[Post], query: Mapping[str, str | None]) -> str:
    teams = sorted({post.team for post in known}, key=lambda team: (not team, team.casefold(), team))
    groups = ""
    for team in teams:
        own = [post for post in known if post.team == team]
        items = "".join(f"<li>{anchor(post.name, _address(post, query))}</li>" for post in own)
        groups += section(team or say("unassigned"), wording.count(len(own)), f'<ul class="people">{items}</ul>')
    return f'<div class="answer"><h1>{esc(head_)}</h1><p class="sub">{following}</p></div>{groups}'


def _label(post: Post, among: Iterable[Post]) -> str:
    """The name, with its team where several of the name are meant."""
    several_ = sum(one.name == post.name for one in among) > 1
    return f"{post.name} ({post.team or say('unassigned')})" if several_ else post.name


def _address(post: Post, query: Mapping[str, str | None]) -> str:
    return link("agent", {**query, "department": None, "agent": post.name, "team": post.team})


# ── head ─────────────────────────────────────────────────────────────────────────────────────────────


def crumbs(view: View) -> str:
    """Overview, department, team, agent."""
    kept = {name: view.query.get(name) for name in ("period", "against")}
    steps = [(say("overview"), link("overview", kept))]
    if view.agent.department:
        steps.append((view.agent.department, link("overview", {**kept, "department": view.agent.department})))
    if view.agent.team:
        steps.append((view.agent.team, link("today", {**kept, "team": view.agent.team})))
    steps.append((view.agent.name, link("agent", view.query)))
    return f'<div class="path">{breadcrumb(steps)}</div>'


def head(view: View) -> str:
    """What is outside the usual range, who it is, and since when."""
    agent = view.agent
    names = {"agent": agent.name, "team": agent.team or say("all_teams")}
    compared = [line for line in agent.lines if line.fair]
    outside = [line for line in compared if line.fair and line.fair.outside]
    period = wording.period(view.period)
    if not compared:
        told = say("agent_head_few", agent=agent.name, period=period)
    elif outside:
        told = say("agent_head", n=len(outside), all=len(compared), **names)
    else:
        told = say("agent_head_one" if len(compared) == 1 else "agent_head_none", all=len(compared), **names)
    listed = say("agent_named", names=", ".join(sentences.brief(line.definition) for line in outside)) + " "
    sub = esc((listed if outside else "") + say("agent_fair"))
    pairs = "".join(f"<div><dt>{esc(label)}</dt><dd>{esc(text)}</dd></div>" for label, text in _facts(view))
    return f'<div class="answer"><h1>{esc(told)}</h1><p class="sub">{sub}</p></div><dl class="facts">{pairs}</dl>'


def _facts(view: View) -> list[tuple[str, str]]:
    agent, today = view.agent, view.load.facts.as_of_day
    facts = [(say("agent_team"), agent.team)] if agent.team else []
    if person := agent.person:
        facts += [(say("agent_role"), person.role)] if person.role else []
        left = person.left_on is not None and person.left_on <= today
        if left and person.left_on:
            facts.append((say("agent_since_left"), wording.date(person.left_on)))
        elif person.hired_on and person.hired_on <= today:
            told = say("agent_for", day=wording.date(person.hired_on), span=tenure(person.hired_on, today))
            facts.append((say("agent_since"), told))
    if agent.courses is not None:
        count = answers.in_a_year(agent.courses, today)
        facts.append((say("agent_courses"), say("agent_courses_count", n=count)))
    facts.append((say("agent_running"), wording.count(agent.running)))
    return facts


def tenure(since: dt.date, today: dt.date) -> str:
    """'3 years', '5 months', '12 days': whole ones."""
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    if months >= 24 or months == 12:
        return counted("agent_years", months // 12)
    if months >= 1:
        return counted("agent_months", months)
    return counted("agent_days_here", (today - since).days)


# ── metrics ──────────────────────────────────────────────────────────────────────────────────────────


def metrics(view: View) -> str:
    """Every metric: own, the team's, the department's, the usual range, a year."""
    period = wording.period(view.period)
    if not view.agent.lines:
        empty = say("agent_metrics_none", agent=view.agent.name, period=period)
        return section(say("agent_metrics"), period, note(empty))
    above = any(line.department is not None for line in view.agent.lines)
    names = [("", "agent_metric"), ("wide", "column_status"), ("num", "agent_own"), ("num", "agent_beside_team")]
    names += [("num wide", "agent_beside_department")] if above else []
    names += [("", "agent_range"), ("wide", "agent_year")]
    heads = "".join(f'<th scope="col" class="{kind}">{esc(say(key))}</th>' for kind, key in names)
    pairs = list(zip(view.agent.lines, view.verdicts, strict=True))
    rows = ""
    for perspective in PERSPECTIVES:
        own = [pair for pair in pairs if pair[0].definition.perspective == perspective]
        head_ = f'<tr class="of"><th colspan="{len(names)}" scope="rowgroup">{esc(say(perspective))}</th></tr>'
        rows += (head_ if own else "") + "".join(_line(view, *pair, above) for pair in own)
    table = f'<table class="agent"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return section(say("agent_metrics"), say("agent_metrics_scope", period=period), table + note(say("agent_note")))


def _line(view: View, line: AgentLine, verdict: Verdict, above: bool) -> str:
    currency = view.load.facts.currency
    own = sentences.value_text(line.definition, line.own, currency)
    kind = "none" if own == say("no_value") else "strong" if line.own.state == "ok" else "unsure"
    name = anchor(sentences.brief(line.definition), view.metric(line.definition.metric), "quiet")
    figures = f'<td class="num {kind}">{esc(own)}</td>{_team_cell(line, currency)}'
    if above:
        figures += f'<td class="num wide">{esc(_beside(line, line.department, currency))}</td>'
    return (
        f'<tr><th scope="row">{name}<span class="basis">{esc(_basis(line, currency))}</span></th>'
        f'<td class="wide">{status(verdict.word, view.theme)}</td>{figures}'
        f'<td class="range">{_range(view, line)}</td><td class="wide spark-cell">{_spark(view, line)}</td></tr>'
    )


def _team_cell(line: AgentLine, currency: str) -> str:
    label = esc(say("agent_beside_team"))
    return f'<td class="num of-team" data-label="{label}">{esc(_beside(line, line.team, currency))}</td>'


def _beside(line: AgentLine, result: MetricResult | None, currency: str) -> str:
    return "" if result is None else sentences.value_text(line.definition, result, currency)


def _basis(line: AgentLine, currency: str) -> str:
    """n and interval, or why the number is not judged."""
    if line.own.state != "ok":
        return sentences.state_reason(line.definition, line.own)
    parts = [] if line.own.n is None else [f"n{wording.SPACE}{wording.count(line.own.n)}"]
    if line.own.low is not None and line.own.high is not None:
        parts.append(wording.interval(line.own.low, line.own.high, line.definition.unit, currency))
    return " · ".join(parts)


def _range(view: View, line: AgentLine) -> str:
    """Within, above or below; drawn towards the team's where that can be said; else why not, in a word."""
    if line.fair is None:
        few = line.own.state in ("too_few", "suppressed")
        word = "agent_too_few" if few else "agent_not_compared"
        return f'<span class="note" title="{esc(line.why_not)}">{esc(say(word))}</span>'
    word = f"agent_{line.fair.outside}" if line.fair.outside else "agent_within"
    told = f'<span class="{"out" if line.fair.outside else "in"}">{esc(say(word))}</span>'
    low, high, likely = line.fair.likely_low, line.fair.likely_high, line.fair.likely
    if likely is None or low is None or high is None:
        return told
    currency, unit = view.load.facts.currency, line.definition.unit
    shown = say(
        "agent_likely",
        value=wording.value(likely, unit, currency),
        interval=wording.interval(low, high, unit, currency),
    )
    return f'{told}<span class="basis">{esc(shown)}</span>'


def _spark(view: View, line: AgentLine) -> str:
    alt = say("agent_spark_alt", name=sentences.brief(line.definition))
    return marks.sparkline(_values(line), line.definition.goal, view.theme, alt)


def _values(line: AgentLine) -> tuple[float | None, ...]:
    return tuple(None if one.state in _HIDDEN else one.value for one in line.months)


def trends(view: View) -> str:
    """The main metrics month by month: those of the greatest weight that have half a year of values."""
    known = [line for line in view.agent.lines if sum(value is not None for value in _values(line)) >= 6]
    main = sorted(known, key=lambda line: -line.definition.weight)[:_TRENDS]
    if not main:
        return ""
    items = "".join(_trend(view, line) for line in main)
    return section(say("agent_trends"), say("agent_trends_scope"), f'<div class="months">{items}</div>')


def _trend(view: View, line: AgentLine) -> str:
    name = sentences.brief(line.definition)
    alt = say("agent_spark_alt", name=name)
    drawn = marks.trend(_values(line), line.definition.red, line.definition.goal, (), view.theme, alt)
    return f"<figure>{drawn}<figcaption>{anchor(name, view.metric(line.definition.metric))}</figcaption></figure>"


# ── credits, tickets, voices, training ───────────────────────────────────────────────────────────────


def credit(view: View) -> str:
    """The number by every rule of whom answers are put down to; '' without one."""
    found = view.agent.credit
    if found is None or len(found.credits) < 2:
        return ""
    definition, currency = view.load.definitions[answers.CREDITED], view.load.facts.currency
    lines = ""
    for rule, one in found.credits.items():
        value = sentences.value_text(definition, one.result, currency)
        shown = f"{value}, n{wording.SPACE}{one.result.n}" if one.result.value is not None else say("agent_credit_few")
        lines += f"<li>{esc(say('agent_credit_rule', rule=say(f'at_{rule}'), value=shown))}</li>"
    told = say("agent_credit_none")
    if found.spread is not None:
        told = say("agent_credit_spread", spread=wording.amount(found.spread, definition.unit))
        told += f" {say('agent_credit_flips')}" if found.flips else ""
    scope = say("agent_credit_scope", name=sentences.brief(definition), period=wording.period(view.period))
    return section(say("agent_credit"), scope, f'<ul class="plain">{lines}</ul>{note(told)}')


def tickets(view: View) -> str:
    """The tickets that run with the agent, the oldest first."""
    agent, zone = view.agent, view.load.facts.timezone
    items = ""
    for one in agent.tickets:
        due = say("agent_ticket_due", due=wording.moment(one.due_at, zone)) if one.due_at else ""
        topic, opened = one.topic or say("today_no_topic"), wording.moment(one.opened_at, zone)
        told = say("agent_ticket_line", topic=topic, opened=opened, due=due)
        items += (
            f'<li>{anchor(one.ticket_id, view.day.ticket(one.ticket_id))} <span class="note">{esc(told)}</span></li>'
        )
    if not items:
        return section(say("agent_tickets"), "", note(say("agent_tickets_none", agent=agent.name)))
    scope = say("agent_tickets_scope", n=wording.count(agent.running))
    return section(say("agent_tickets"), scope, f'<ul class="plain">{items}</ul>{_all_tickets(view)}')


def _all_tickets(view: View) -> str:
    if view.agent.running <= len(view.agent.tickets) or "backlog" not in view.load.definitions:
        return ""
    way = anchor(
        say("agent_all_tickets", n=wording.count(view.agent.running)), view.metric("backlog", rows="all") + "#rows"
    )
    return f'<p class="note">{way}.</p>'


def voices(view: View) -> str:
    """What customers wrote, and the way to every row behind the main number."""
    days, found = answers.VOICE_DAYS, view.agent.voices
    if found.missing:
        body = note(say("today_unshown", why=found.missing))
    elif found.hidden:
        body = note(say("today_said_hidden", days=days))
    elif not found.shown:
        body = note(say("agent_voices_none", agent=view.agent.name, days=days))
    else:
        body = "".join(today_voices.comment(view.day, one) for one in found.shown)
    name = answers.CREDITED
    if name in view.load.definitions:
        text = say("agent_rows", name=sentences.brief(view.load.definitions[name]))
        body += f'<p class="note">{anchor(text, view.metric(name) + "#rows")}.</p>'
    return section(say("agent_voices"), say("agent_voices_scope", days=days), body)


def training(view: View) -> str:
    """The courses on record, the newest first; '' where no source provides training."""
    if view.agent.courses is None:
        return ""
    items = "".join(f"<li>{_course(view, one)}</li>" for one in view.agent.courses[:6])
    return section(
        say("agent_training"), "", f'<ul class="plain">{items}</ul>' if items else note(say("agent_training_none"))
    )


def _course(view: View, one: Course) -> str:
    hours = "" if one.hours is None else say("agent_hours", hours=wording.value(one.hours, "hours", exact=True))
    name, day = one.course or say("agent_no_course"), wording.date(one.completed_on)
    told = esc(say("agent_course", course=name, day=day, hours=hours))
    if one.passed is None:
        return told
    word = "passed" if one.passed else "failed"
    return f"{told} {status(word, view.theme, say(f'agent_{word}'))}"
