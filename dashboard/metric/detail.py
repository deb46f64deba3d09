"""One metric as escaped HTML: its head, facts, groups, rows and receipt. Pure functions."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import check_sentences, filters, marks, score_axis, sentences, wording
from dashboard.cache import Load, Verdict
from dashboard.charts.trends import Trend
from dashboard.compare import GOAL, rival_of
from dashboard.components import anchor, breadcrumb, esc, note, section, status
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from data_checks.errors import with_article
from metrics.definition import MetricDefinition
from metrics.result import MetricResult
from metrics.scorecard import Card
from metrics.standing import Standing

Query = Mapping[str, str | None]


@dataclass(frozen=True)
class View:
    """What a metric page shows, and under which address."""

    load: Load
    card: Card
    query: Query
    theme: Tokens

    @property
    def currency(self) -> str:
        return self.load.facts.currency

    @property
    def definition(self) -> MetricDefinition:
        return self.card.definition

    def address(self, **levels: str | None) -> str:
        """This page with other levels."""
        return link("metric", {**self.query, **levels})


def choose(query: Query) -> str:
    """No metric is named: the way to all of them."""
    way = anchor(say("choose_metric_next"), link("metric_library", query))
    return f'<div class="answer"><h1>{esc(say("choose_metric"))}</h1><p class="sub">{way}</p></div>'


def unknown(load: Load, metric: str) -> str:
    """No such metric, or none any more: the nearest names, and the way to all of them."""
    spelled = {name.lower(): name for name in load.definitions}
    spelled |= {sentences.title(one).lower(): one.metric for one in load.definitions.values()}
    close = difflib.get_close_matches(metric.lower(), spelled, n=4, cutoff=0.5)
    near = [load.definitions[name] for name in dict.fromkeys(spelled[name] for name in close)]
    links = ", ".join(anchor(sentences.title(one), link("metric", {"metric": one.metric})) for one in near)
    told = f"{esc(say('unknown_metric_near'))} {links}? " if near else ""
    gone = esc(say("unknown_metric_wrong" if metric in load.left_out else "unknown_metric_gone"))
    way = anchor(say("choose_metric_next"), link("metric_library", {}))
    head = f"<h1>{esc(say('unknown_metric', metric=metric))}</h1>"
    return f'<div class="answer">{head}<p class="sub">{told}{gone} {way}</p></div>'


def uncut(view: View, slice_: str) -> str:
    """A metric that is not known for the team asked for: why, and the way to all of them."""
    name = say("uncut_metric", name=sentences.short(view.definition), slice=slice_)
    reason = view.card.result.reason
    why = (
        say("uncut_answers", slice=slice_) if reason.startswith("what it counts names no") else sentences.uncut(reason)
    )
    back = anchor(say("uncut_next"), view.address(department=None, team=None, agent=None, channel=None, rows=None))
    return f'<div class="answer"><h1>{esc(name)}</h1><p class="sub">{esc(why)} {back}.</p></div>'


def crumbs(view: View) -> str:
    """Overview, metric, department, team, agent: every level above the reader is a link."""
    team, agent, department = (view.query.get(name) for name in ("team", "agent", "department"))
    kept = {name: view.query.get(name) or None for name in ("period", "against", "team", "department", "channel")}
    steps = [(say("overview"), link("overview", kept))]
    steps.append((sentences.title(view.definition), view.address(department=None, team=None, agent=None, rows=None)))
    if department is not None:
        steps.append((filters.shown("department", department), view.address(team=None, agent=None, rows=None)))
    if team is not None:
        steps.append((filters.shown("team", team), view.address(agent=None, rows=None)))
    if agent is not None:
        steps.append((filters.shown("agent", agent), view.address(rows=None)))
    return f'<div class="path">{breadcrumb(steps)}</div>'


def head(view: View) -> str:
    """The question, the answer, and at most six facts."""
    definition = view.definition
    asked = definition.question or definition.description or ""
    line = f'<p class="asked">{esc(sentences.title(definition))}{esc(": " + asked if asked else "")}</p>'
    answer = f'<div class="answer"><h1>{esc(sentences.metric_answer(view.card, view.currency))}</h1></div>'
    pairs = "".join(f"<div><dt>{esc(label)}</dt><dd>{shown}</dd></div>" for shown, label in _facts(view))
    return f'{line}{answer}<dl class="facts">{pairs}</dl>'


def _facts(view: View) -> list[tuple[str, str]]:
    """(value as HTML, label)."""
    card, definition, result = view.card, view.definition, view.card.result
    word = sentences.mark_of(card)
    meaning = say(f"means_{card.status}")
    facts = [
        (esc(sentences.figure(card, view.currency)), wording.period(result.period)),
        (status(word, view.theme), meaning),
    ]
    if definition.goal is not None:
        limit = sentences.limit_text(definition, view.currency)
        facts.append((esc(sentences.goal_text(definition, view.currency)), say("facts_goal", limit=limit)))
    if view.query.get("against") == GOAL:
        facts += [(esc(gap), say("facts_gap")) for gap in [sentences.gap_text(card, view.currency)] if gap]
    elif change := sentences.change_text(card, view.currency):
        against = rival_of(view.query.get("against")) or ""
        against = against or (wording.period(card.previous.period, result.period) if card.previous else "")
        facts.append((esc(change), say("facts_change", period=against)))
    if result.state == "suppressed" or result.n is None:
        return facts
    n = wording.count(result.n)
    if result.low is not None and result.high is not None and result.state != "withheld":
        span = wording.interval(result.low, result.high, definition.unit, view.currency)
        facts.append((esc(span), say("facts_interval", space=wording.SPACE, n=n)))
    else:
        facts.append((n, say("facts_n")))
    return facts


def trend_head(trend: Trend | None) -> str:
    """The trend's rule and head; says where the axis starts when that is not zero."""
    scope = say("trend_scope_axis", start=trend.axis_start) if trend and trend.axis_start else say("trend_scope")
    return section(say("trend"), scope, "" if trend else note(say("trend_empty")))


def trend_notes(trend: Trend) -> str:
    """What a hollow point or a gap means, when there is one."""
    notes = [say("trend_running") if trend.has_hollow else "", say("trend_gap") if trend.has_gap else ""]
    notes += [trend.few, trend.usual]
    return note(" ".join(one for one in notes if one)) + _happened(trend)


def _happened(trend: Trend) -> str:
    """The events drawn, by their numbers."""
    if not trend.events:
        return ""
    items = "".join(f"<li>{esc(wording.date(one.day))}: {esc(one.title)}</li>" for one in trend.events)
    more = trend.events_left_out
    rest = note(say("events_more_one" if more == 1 else "events_more", n=more)) if more else ""
    return f'<ol class="events" aria-label="{esc(say("events_shown"))}">{items}</ol>{rest}'


def levels(view: View) -> list[str]:
    """Whose numbers these are, from large to small."""
    return filters.words_of(view.query)


def rows_offer(view: View, by: str | None, total: int | None) -> str:
    """The way to the rows: down through team and agent where that can be done, or all of them at once."""
    if not total:
        return ""
    lead = say(f"rows_from_{by}") if by else ""
    show = say("rows_show_one" if total == 1 else "rows_show", n=wording.count(total))
    way = anchor(show if lead else show[:1].upper() + show[1:], view.address(rows="all") + "#rows")
    return section(say("rows_behind"), "", f'<p class="note">{esc(lead)}{way}.</p>')


def groups(view: View, by: str, results: Sequence[MetricResult], verdicts: Sequence[Verdict]) -> str:
    """One row per team or agent, by name: position, value, n; a small group says so and is not judged."""
    if not results:
        period = wording.period(view.card.result.period)
        body = note(say("no_groups", slice=by, period=period))
    elif all(one.slices.get(by) is None for one in results):
        body = note(say("no_names", slice=with_article(by)))
    else:
        rows = "".join(_group(view, by, one, verdict) for one, verdict in zip(results, verdicts, strict=True))
        heads = (
            f'<th scope="col">{esc(say(f"column_{by}"))}</th><th scope="col">{esc(say("column_status"))}</th>'
            f'<th scope="col" class="wide">{esc(say("column_position"))}</th>'
            f'<th scope="col" class="num">{esc(wording.period(view.card.result.period))}</th>'
            f'<th scope="col" class="num">{esc(say("column_n"))}</th>'
        )
        body = f'<table class="groups"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return section(say(f"by_{by}"), say("by_scope"), body)


def _group(view: View, by: str, result: MetricResult, verdict: Verdict) -> str:
    name = result.slices.get(by)
    figure = sentences.value_text(view.definition, result, view.currency)
    kind = "none" if figure == say("no_value") else "strong" if verdict.word in sentences.JUDGED else "unsure"
    n = say("n_hidden").removeprefix("n ") if result.state == "suppressed" else ""
    n = n or ("" if result.n is None else wording.count(result.n))
    why = sentences.state_reason(view.definition, result)
    if verdict.word == "no_goal" and view.definition.goal is not None:
        why = say("whole_goal")
    middle = esc(why) if why else ""
    if not why and verdict.score is not None:
        off = score_axis.beyond(view.definition, result.value, verdict.score)
        key = "alt_score_off" if off else "alt_score"
        alt = say(key, score=wording.score(verdict.score), word=say(verdict.word).lower())
        middle = marks.position(verdict.score, verdict.low, verdict.high, verdict.word, view.theme, alt, off=off)
    way = anchor(name or say(f"nobody_{by}"), view.address(**{by: name or "", "rows": None}))
    return (
        f'<tr><th scope="row">{way}</th>'
        f'<td>{status(verdict.word, view.theme)}</td><td class="wide note">{middle}</td>'
        f'<td class="num {kind}">{esc(figure)}</td><td class="num unsure">{esc(n)}</td></tr>'
    )


def checks(view: View) -> str:
    """The checks that did not pass on what the metric stands on, each with what it does here; '' when all passed."""
    found = view.card.result.checks
    if not found:
        return ""
    items = "".join(_check(one, view.theme) for one in found if one.effect != "left_out")
    items += "".join(
        f'<div class="item check">{status("noted", view.theme, say("effect_left_out").capitalize())}{note(told)}</div>'
        for told in check_sentences.left_out(found, view.load.facts)
    )
    page = anchor(say("data_quality"), link("data_quality", {}))
    all_of_them = esc(say("checks_all", page="\0")).replace("\0", page)
    body = f'{items}<p class="note">{all_of_them}</p>'
    return f'<div id="checks">{section(say("checks_here"), "", body)}</div>'


def _check(one: Standing, theme: Tokens) -> str:
    word = "withheld" if one.effect == "withheld" else "warning"
    told = f"{sentences.sentence(check_sentences.clause(one.check))} {one.check.why}"
    owner = say("owner", owner=one.check.owner)
    return (
        f'<div class="item check">{status(word, theme, say(f"effect_{one.effect}").capitalize())}'
        f'<p class="note">{esc(told)} {esc(owner)}</p></div>'
    )


def receipt(view: View) -> str:
    """How the number was made: fraction, interval, period, formula, scope, load, definition, owner."""
    lines = [(label, shown) for label, shown in _receipt(view) if shown]
    pairs = "".join(f"<dt>{esc(label)}</dt><dd>{shown}</dd>" for label, shown in lines)
    return section(say("receipt"), say("receipt_scope"), f'<dl class="receipt">{pairs}</dl>')


def _receipt(view: View) -> list[tuple[str, str]]:
    definition, result, facts = view.definition, view.card.result, view.load.facts
    scope = " · ".join(levels(view))
    period = wording.period(result.period)
    hidden = result.state in ("suppressed", "withheld")
    return [
        (say("receipt_value"), esc(_fraction(view))),
        (say("receipt_interval"), "" if hidden else esc(_interval(view))),
        (say("receipt_n"), "" if hidden or result.n is None else wording.count(result.n)),
        (say("receipt_state"), esc(sentences.reason(view.card))),
        (say("receipt_period"), esc(say("receipt_complete" if result.complete else "receipt_running", period=period))),
        (say("receipt_formula"), f"<code>{esc(formula(definition))}</code>"),
        (say("receipt_scope_label"), esc(scope or say("all_teams"))),
        (say("receipt_load"), esc(facts.load_id)),
        (say("receipt_definition"), f"<code>{esc(definition.hash[:12])}</code> {esc(definition.status)}"),
        (say("receipt_owner"), esc(definition.owner or say("nobody"))),
    ]


def formula(definition: MetricDefinition) -> str:
    """The formula as written; a retention in words."""
    if definition.formula is not None or definition.retention is None:
        return definition.formula or ""
    kept = definition.retention
    return say("retention_of", of=kept.of, after=kept.after, every=kept.every)


def _fraction(view: View) -> str:
    result, figure = view.card.result, sentences.figure(view.card, view.currency)
    if figure == say("no_value") or result.numerator is None or result.denominator is None:
        return figure
    parts = {"numerator": _part(result.numerator), "denominator": _part(result.denominator)}
    return say("receipt_fraction", **parts, value=figure)


def _part(number: float) -> str:
    """A numerator or denominator in full: the receipt rounds nothing away that matters."""
    return wording.count(number) if number == round(number) else wording.cell(float(number))


def _interval(view: View) -> str:
    result = view.card.result
    if result.low is None or result.high is None:
        return say("receipt_no_interval") if result.value is not None else ""
    span = wording.interval(result.low, result.high, view.definition.unit, view.currency)
    return say("receipt_interval_text", interval=span, space=wording.SPACE)
