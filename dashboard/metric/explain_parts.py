"""Why a metric changed as escaped HTML: a sentence, and parts that add up exactly as shown. Pure functions."""

from __future__ import annotations

from decimal import Decimal

from dashboard import sentences, wording
from dashboard.changes.contribution_list import contribution_list
from dashboard.components import esc, note, rich, section
from dashboard.explained import Scale, contributions, named, scale_of, values_of
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.explain import JUDGED, Explanation
from metrics.stats.change import Part


def why(found: Explanation, currency: str, theme: Tokens) -> str:
    """The whole section."""
    for one in (found.after, found.before):
        if one.state not in JUDGED or one.value is None:
            reason = sentences.state_reason(found.definition, one)
            return _section(found, "", note(say("mx_why_no_value", period=wording.period(one.period), reason=reason)))
    scale = scale_of(found, currency)
    shown = scale.change(found)
    before, after = map(scale.value, values_of(found))
    between = say("mx_why_scope", before=before, after=after)
    if not shown:
        told = say("mx_why_same", before=wording.period(found.before.period), after=wording.period(found.after.period))
        return _section(found, between, note(told))
    lines = contributions(found, currency)
    if not lines:
        return _section(found, between, note(say("mx_why_none", reason=found.reason)))
    told = "".join(f"<p>{rich(one)}</p>" for one in _told(found, scale, shown))
    rows = [(esc(line.name), line.number, line.is_mix) for line in lines]
    parts = contribution_list(rows, shown, say("mx_sum"), scale.part, theme)
    return _section(found, between, f'<div class="mx-told">{told}</div>{parts}{note(say("mx_exact"))}')


def _section(found: Explanation, scope: str, body: str) -> str:
    return section(say("mx_why"), scope or wording.period(found.after.period), body)


def _told(found: Explanation, scale: Scale, shown: Decimal) -> list[str]:
    """The part that may be named, or that chance may have done it."""
    change = found.change
    if change is not None and change.low is not None and change.high is not None and change.low <= 0 <= change.high:
        return [say("mx_why_chance", interval=scale.interval(change.low, change.high))]
    if found.causes:
        return [_cause(found, found.causes[0], scale, shown)]
    return [say("mx_why_nothing", slice=found.by)] if found.how == "mix_and_rate" else []


def _cause(found: Explanation, part: Part, scale: Scale, shown: Decimal) -> str:
    group = found.groups[int(part.group or 0)]
    key = "mx_why_rate"
    if part.kind != "rate":
        then, now = group.share or (0.0, 0.0)
        kind = "gone" if not now else "appeared" if not then else "larger" if now > then else "smaller"
        key = f"mx_why_{kind}"
    name = named(group).replace("*", "")
    return say(key, group=name, part=scale.part(scale.number(part.value)), change=scale.part(shown))
