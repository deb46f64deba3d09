"""A team's day as escaped HTML: the answer, tickets about their due time, backlog, goals. Pure functions."""

from __future__ import annotations

import datetime as dt

from dashboard import sentences, wording
from dashboard.components import anchor, breadcrumb, esc, note, rich, section, status
from dashboard.navigation import link
from dashboard.today import stems, voices
from dashboard.today.answers import Day
from dashboard.today.view import View, counted, handed, span, spelled
from dashboard.wording import say
from metrics.analyses.open_work import Ticket, Work, horizon
from metrics.scorecard import Card, Scorecard

_GOALS_SHOWN = 7


def head(view: View, day: Day) -> str:
    """The answer, the backlog, and which team to choose."""
    told = say("today_unshown", why=day.work.missing) if day.work.missing else _backlog(day.work)
    sub = f'<p class="sub">{rich(told)}</p>{_choose(view)}'
    return f'<div class="answer"><h1>{esc(answer(day))}</h1>{sub}</div>'


def answer(day: Day) -> str:
    """'Three tickets are late and four fall due before noon. Two bad ratings wait for an answer.'"""
    work = day.work
    if work.missing:
        return say("today_no_tickets")
    if work.no_due:
        return say("today_no_due", why=work.no_due)
    ends = say(f"today_ends_{work.ends}")
    late = _spelled("today_late", work.late, first=True)
    soon = _spelled("today_soon", work.soon, ends=ends)
    found = f"{late} {say('and')} {soon}."
    if day.ratings.total:
        found += " " + _spelled("today_ratings", day.ratings.total, first=True)
    return found


def _spelled(key: str, number: int, first: bool = False, **values: object) -> str:
    if number == 0:
        return say(f"{key}_none", **values)
    return say(f"{key}_one" if number == 1 else key, n=spelled(number, first), **values)


def _backlog(work: Work) -> str:
    more = work.running - work.before
    change = say("today_more" if more > 0 else "today_fewer" if more else "today_same", n=wording.count(abs(more)))
    return say("today_backlog", n=wording.count(work.running), change=change)


def _choose(view: View) -> str:
    if view.named is not None or len(view.teams) < 2:
        return ""
    links = ", ".join(anchor(team, view.address(team=team)) for team in view.teams)
    told = esc(say("today_choose_own" if view.own else "today_choose", teams="\0")).replace("\0", links)
    return f'<p class="note choose">{told}</p>'


def main(view: View, day: Day) -> str:
    """Tickets, ratings, comments: what somebody has to do or read."""
    if not view.sees_people:
        return section(say("today_near"), "", note(say("access_no_people"))) + voices.notes(view, day)
    tickets = _unshown("today_near", day.work.missing or day.work.no_due) or _near(view, day.work)
    return tickets + voices.ratings(view, day.ratings) + voices.comments(view, day)


def _unshown(head_: str, why: str) -> str:
    return section(say(head_), "", note(say("today_unshown", why=why))) if why else ""


# ── tickets ──────────────────────────────────────────────────────────────────────────────────────────


def _near(view: View, work: Work) -> str:
    ends = say(f"today_ends_{work.ends}")
    scope = say("today_near_scope", soon=wording.count(work.soon), ends=ends, late=wording.count(work.late))
    if not work.near:
        body = note(say("today_near_none"))
    else:
        rows = "".join(_ticket(view, work, one) for one in work.near)
        ticks = "".join(_tick(at, words) for at, words in stems.TICKS)
        names = [("t-id", esc(say("today_ticket"))), ("t-topic", esc(say("today_topic")))]
        names += [("t-with", esc(say("today_with"))), ("t-stem", ticks), ("num t-due", esc(say("today_due")))]
        heads = "".join(f'<th scope="col" class="{kind}">{text}</th>' for kind, text in names)
        body = f'<table class="due"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        body += note(say("today_axis_note", moment=wording.moment(work.now, view.load.facts.timezone)))
    return section(say("today_near"), scope, body + _more(view, work, ends))


def _tick(minutes: int, words: str) -> str:
    kind = "" if words else ' class="now"'
    return f'<i style="left:{stems.percent(minutes):.1f}%"{kind}>{esc(words or say("today_now"))}</i>'


def _more(view: View, work: Work, ends: str) -> str:
    """What the rows leave out, and the way to all of them."""
    told = [counted("today_long_late", work.late_over_a_week)] if work.late_over_a_week else []
    told += [counted("today_undated", work.undated)] if work.undated else []
    ways = [anchor(counted("today_all_late", work.late), view.address(list="late"))] if work.late else []
    if work.soon:
        ways.append(anchor(counted("today_all_soon", work.soon, ends=ends), view.address(list="soon")))
    text = " ".join([*map(esc, told), *(f"{way}." for way in ways)])
    return f'<p class="note">{text}</p>' if text else ""


def _ticket(view: View, work: Work, one: Ticket) -> str:
    assert one.due_at is not None
    away = one.due_at - work.now
    word = "missed" if away < dt.timedelta() else "watch" if one.due_at < work.until else ""
    length = span(abs(away))
    due = say("today_is_late" if word == "missed" else "today_is_due", span=length)
    drawn = stems.stem(round(away.total_seconds() / 60), word, view.theme, "")
    about = ", ".join(
        part for part in ((one.priority or "").capitalize(), handed(one.transfers), _team(view, one)) if part
    )
    agent = anchor(one.agent, view.agent(one.agent, one.team), "quiet") if one.agent else esc(say("today_nobody"))
    topic = one.topic or say("today_no_topic")
    return (
        f'<tr><th scope="row" class="t-id">{anchor(one.ticket_id, view.ticket(one.ticket_id))}</th>'
        f'<td class="t-topic"><b>{esc(topic)}</b><span class="note">{esc(about)}</span></td>'
        f'<td class="t-with">{agent}</td><td class="t-stem">{drawn}</td>'
        f'<td class="num t-due s-{word or "later"}">{esc(due)}</td></tr>'
    )


def _team(view: View, one: Ticket) -> str:
    """The ticket's team where the page is of several."""
    return "" if view.query.get("team") or not one.team else one.team


# ── backlog and goals ────────────────────────────────────────────────────────────────────────────────


def ages(view: View, work: Work) -> str:
    """The backlog by age, each band beside what it was a week ago."""
    if work.missing:
        return _unshown("today_ages", work.missing)
    most = max((number for age in work.ages for number in (age.now, age.before)), default=0)
    rows = ""
    for age in work.ages:
        alt = say("today_age_alt", n=wording.count(age.now), before=wording.count(age.before))
        change = wording.change(age.now - age.before, "number", now=age.now)
        rows += (
            f'<tr><th scope="row">{esc(say(f"today_age_{age.days}"))}</th>'
            f"<td>{stems.bar(age.now, age.before, most, view.theme, alt)}</td>"
            f'<td class="num strong">{wording.count(age.now)}</td><td class="num unsure">{esc(change)}</td></tr>'
        )
    table = f'<table class="ages"><tbody>{rows}</tbody></table>'
    return section(say("today_ages"), say("today_ages_scope"), table + _oldest(view, work))


def _oldest(view: View, work: Work) -> str:
    if work.oldest is None or not view.sees_people:
        return ""
    one = work.oldest
    topic = f", {one.topic}" if one.topic else ""
    told = esc(say("today_oldest", ticket="\0", age=span(work.now - one.opened_at), topic=topic))
    told = told.replace("\0", anchor(one.ticket_id, view.ticket(one.ticket_id)))
    return f'<p class="note">{told} {anchor(counted("today_all_open", work.running), view.address(list="open"))}.</p>'


def goals(view: View, board: Scorecard) -> str:
    """What of the scorecard was judged, the worst first; the whole is one step away."""
    order = {word: place for place, word in enumerate(sentences.JUDGED)}
    cards = sorted(sentences.judged(sentences.cards_of(board)), key=lambda card: order[card.status])
    rows = "".join(_goal(view, card) for card in cards[:_GOALS_SHOWN])
    period = wording.period(board.period)
    body = (
        f'<table class="goals"><tbody>{rows}</tbody></table>' if rows else note(say("today_goals_none", period=period))
    )
    more = len(cards) - _GOALS_SHOWN
    told = esc(say("today_goals_more", n=more)) + " " if more > 0 else ""
    body += f'<p class="note">{told}{anchor(say("today_goals_see"), link("overview", view.query))}.</p>'
    return section(say("today_goals", team=view.named) if view.named else say("today_goals_all"), period, body)


def _goal(view: View, card: Card) -> str:
    currency = view.load.facts.currency
    address = link("metric", {**view.query, "metric": card.definition.metric})
    goal = say("today_goal", goal=sentences.goal_text(card.definition, currency))
    return (
        f"<tr><td>{status(card.status, view.theme)}</td>"
        f'<th scope="row">{anchor(sentences.brief(card.definition), address, "quiet")}</th>'
        f'<td class="num strong">{esc(sentences.figure(card, currency))}</td>'
        f'<td class="num unsure">{esc(goal)}</td></tr>'
    )


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────


def list_head(view: View, name: str, total: int) -> str:
    """A list's way back, and how much it holds in a sentence."""
    steps = [(say("today"), view.address()), (_list_title(view, name), view.address(list=name))]
    ends = say(f"today_ends_{horizon(view.load.facts)[1]}")
    told = _spelled(f"today_of_{name}", total, first=True, ends=ends)
    return f'<div class="path">{breadcrumb(steps)}</div><div class="answer"><h1>{esc(told)}</h1></div>'


def list_about(view: View, name: str) -> list[str]:
    """What a file of the list is of: its title, its time, whose rows."""
    moment = wording.moment(view.load.facts.as_of, view.load.facts.timezone)
    return [_list_title(view, name), say("today_clock", moment=moment), view.named or say("all_teams")]


def _list_title(view: View, name: str) -> str:
    return say(f"today_list_{name}", ends=say(f"today_ends_{horizon(view.load.facts)[1]}"))
