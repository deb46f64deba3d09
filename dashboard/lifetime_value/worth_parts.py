"""What customers have brought, and what goes with their ratings, as escaped HTML. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard import sentences, wording
from dashboard.bars import bar
from dashboard.components import esc, note, section
from dashboard.lifetime_value import worth_sentences
from dashboard.reasons import clause
from dashboard.wording import say
from metrics.analyses.point_value import LEAST, Group, PointValue, Rated
from metrics.definition import MetricDefinition
from metrics.result import MetricResult
from metrics.stats.not_known import NotKnown

Found = Mapping[str, tuple[MetricResult, ...] | NotKnown]
"""Results by metric, or why there are none."""


def came(found: Found, definitions: Mapping[str, MetricDefinition], after: Mapping[str, int], currency: str) -> str:
    """What new customers brought, one row a quarter of the first order; '' without any."""
    rows: dict[str, dict[str, MetricResult]] = {}
    for metric, results in found.items():
        for one in () if isinstance(results, NotKnown) else results:
            rows.setdefault(wording.period(one.period), {})[metric] = one
    table = _table(say("lv_quarter"), rows, list(found), definitions, after, currency)
    return section(say("lv_came"), say("lv_came_scope"), table + note(say("lv_came_note"))) if table else ""


def came_by(
    found: Found, by: str, definitions: Mapping[str, MetricDefinition], after: Mapping[str, int], currency: str
) -> str:
    """The same by a slice, of the newest cohorts that are ripe; or why it cannot be told apart so."""
    named = say(f"lv_cut_{by}")
    rows: dict[str, dict[str, MetricResult]] = {}
    for metric, results in found.items():
        if isinstance(results, NotKnown):
            told = note(say("lv_not_by", slice=named, why=clause(results)))
            return section(say("lv_came_by", slice=named), "", told)
        for one in results:
            rows.setdefault(one.slices.get(by) or say("lv_unknown"), {})[metric] = one
    table = _table(named.capitalize(), rows, list(found), definitions, after, currency)
    return section(say("lv_came_by", slice=named), say("lv_came_by_scope"), table) if table else ""


def _table(
    first: str,
    rows: Mapping[str, Mapping[str, MetricResult]],
    metrics: list[str],
    definitions: Mapping[str, MetricDefinition],
    after: Mapping[str, int],
    currency: str,
) -> str:
    results = [one for row in rows.values() for one in row.values()]
    if not any(one.value is not None for one in results):
        return ""
    most = max((one.high or one.value or 0.0 for one in results if _is_shown(one)), default=0.0)
    heads = "".join(f'<th scope="col" class="num">{esc(say("lv_after", n=after[metric]))}</th>' for metric in metrics)
    body = "".join(
        f'<tr><th scope="row">{esc(name)}</th>'
        + "".join(_cell(row.get(metric), definitions[metric], most, currency) for metric in metrics)
        + "</tr>"
        for name, row in rows.items()
    )
    return (
        f'<table class="lengths values"><thead><tr><th scope="col">{esc(first)}</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _is_shown(one: MetricResult) -> bool:
    return one.state == "ok" and (one.n or 0) >= LEAST


def _cell(one: MetricResult | None, definition: MetricDefinition, most: float, currency: str) -> str:
    if one is None or one.value is None or one.state != "ok":
        word = say("lv_young") if one is not None and one.state == "unripe" else say(one.state if one else "no_data")
        why = sentences.state_reason(definition, one) if one is not None else ""
        return f'<td class="num none" title="{esc(why)}">{esc(word.lower())}</td>'
    if (one.n or 0) < LEAST:
        return f'<td class="num none">{esc(say("lv_few", least=LEAST))}</td>'
    ends = "" if one.low is None or one.high is None else wording.interval(one.low, one.high, "currency", currency)
    under = " · ".join(part for part in (ends, say("n", n=wording.count(one.n or 0))) if part)
    return (
        f'<td class="num"><span class="drawn">{bar(one.value, most, one.low, one.high)}'
        f"<span><b>{esc(wording.value(one.value, 'currency', currency))}</b>"
        f'<span class="note">{esc(under)}</span></span></span></td>'
    )


# ── what a point is worth ────────────────────────────────────────────────────────────────────────────


def worth(found: PointValue | NotKnown, currency: str) -> str:
    """Who buys again after a rating, and the margin they bring; refused below so many customers."""
    why = found.sentence if isinstance(found, NotKnown) else found.missing
    if isinstance(found, NotKnown) or why:
        return section(say("wo_screen"), "", note(say("wo_screen_none", why=why.rstrip("."))))
    scope = say("wo_screen_scope", days=found.days, until=wording.date(found.until))
    group = found.groups[0] if found.groups else Group(None, (), ())
    if not group.steps:
        return section(say("wo_screen"), scope, note(say("wo_refused", least=LEAST)))
    most = max(one.share_ends[1] for one in group.rated if one.share_ends)
    heads = [say("lv_n"), say("wo_again"), *([] if found.no_margin else [say("wo_margin")])]
    cells = "".join(f'<th scope="col" class="num">{esc(head)}</th>' for head in heads)
    rows = "".join(_rated(one, most, found, currency) for one in group.rated)
    told = "".join(f"<li>{esc(line)}</li>" for line in worth_sentences.steps(group, currency))
    lack = note(say("wo_no_margin", why=found.no_margin)) if found.no_margin else ""
    table = (
        f'<table class="lengths values"><thead><tr><th scope="col">{esc(say("wo_rating"))}</th>{cells}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    body = f'{table}<ul class="steps">{told}</ul>{lack}{note(say("wo_screen_note"))}'
    return section(say("wo_screen"), scope, body)


def _rated(one: Rated, most: float, found: PointValue, currency: str) -> str:
    first = f'<tr><th scope="row">{esc(one.rating)}</th><td class="num">{wording.count(one.n)}</td>'
    if one.share is None or one.share_ends is None:
        few = f'<td class="num none">{esc(say("lv_few", least=LEAST))}</td>'
        return f"{first}{few}{'' if found.no_margin else '<td></td>'}</tr>"
    ends = wording.interval(*one.share_ends, "percent")
    again = (
        f'<td class="num"><span class="drawn">{bar(one.share, most, *one.share_ends)}'
        f"<span><b>{esc(wording.value(one.share, 'percent'))}</b>"
        f'<span class="note">{esc(ends)}</span></span></span></td>'
    )
    margin = ""
    if not found.no_margin:
        each = "" if one.margin is None else wording.value(one.margin, "currency", currency)
        span = "" if one.margin_ends is None else wording.interval(*one.margin_ends, "currency", currency)
        margin = f'<td class="num"><b>{esc(each)}</b><span class="note">{esc(span)}</span></td>'
    return f"{first}{again}{margin}</tr>"
