"""Why a metric changed as escaped HTML: a sentence, and parts that add up exactly as shown. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import marks, sentences, wording
from dashboard.components import esc, note, rich, section
from dashboard.explain_numbers import Scale, scale_of, signed
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.explain import JUDGED, Explanation, GroupChange
from metrics.stats.change import Part, rounded

MOST_PARTS = 6


@dataclass(frozen=True)
class _Line:
    """One part of the change; `is_mix`: not a group's own doing."""

    name: str
    value: float
    is_mix: bool = False


def why(found: Explanation, currency: str, theme: Tokens) -> str:
    """The whole section."""
    for one in (found.after, found.before):
        if one.state not in JUDGED or one.value is None:
            reason = sentences.state_reason(found.definition, one)
            return _section(found, "", note(say("mx_why_no_value", period=wording.period(one.period), reason=reason)))
    then, now = found.before.value, found.after.value
    assert then is not None
    assert now is not None
    scale = scale_of(found.definition, then, now, currency)
    shown = scale.number(now) - scale.number(then)
    between = say("mx_why_scope", before=scale.value(then), after=scale.value(now))
    if not shown:
        told = say("mx_why_same", before=wording.period(found.before.period), after=wording.period(found.after.period))
        return _section(found, between, note(told))
    lines = _lines(found)
    if not lines:
        return _section(found, between, note(say("mx_why_none", reason=found.reason)))
    told = "".join(f"<p>{rich(one)}</p>" for one in _told(found, scale, shown))
    return _section(found, between, f'<div class="mx-told">{told}</div>{_table(lines, scale, shown, theme)}')


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
    name = _named(group, found.by or "").replace("*", "")
    return say(key, group=name, part=scale.part(scale.number(part.value)), change=scale.part(shown))


def _lines(found: Explanation) -> list[_Line]:
    """The largest parts, one line for the others, and the mix of the groups as one."""
    if found.how == "factors" and found.factors is not None:
        names = (say("mx_above"), say("mx_below"))
        return [_Line(name, effect.value) for name, effect in zip(names, found.factors.effects, strict=True)]
    split = found.how == "mix_and_rate"
    own = [(group, (group.rate if split and group.rate else group.both).value) for group in found.groups]
    own.sort(key=lambda one: -abs(one[1]))
    most = len(own) if len(own) <= MOST_PARTS else MOST_PARTS - 1
    by = found.by or ""
    lines = [_Line(_named(group, by), value) for group, value in own[:most]]
    if rest := own[most:]:
        key = "mx_rest_one" if len(rest) == 1 else "mx_rest"
        lines.append(_Line(say(key, n=len(rest), slice=by), sum(value for _, value in rest)))
    if split:
        mix = sum(group.mix.value for group in found.groups if group.mix is not None)
        lines.append(_Line(say("mx_mix", slice=by), mix, is_mix=True))
    return lines


def _named(group: GroupChange, by: str) -> str:
    if group.folded:
        return say("mx_few", n=group.folded, slice=by)
    return say("mx_none", slice=by) if group.name is None else group.name


def _table(lines: Sequence[_Line], scale: Scale, shown: Decimal, theme: Tokens) -> str:
    """Part, bar from a zero line, signed number; the sum under a rule."""
    numbers = rounded([line.value * float(scale.by) for line in lines], scale.digits, shown)
    most = max((abs(number) for number in numbers), default=Decimal(1)) or Decimal(1)
    rows = "".join(
        f'<tr><th scope="row">{esc(line.name)}</th>'
        f'<td class="mx-bar">{marks.part(float(number / most), line.is_mix, theme)}</td>'
        f'<td class="num">{esc(signed(number))}</td></tr>'
        for line, number in zip(lines, numbers, strict=True)
    )
    heads = "".join(
        f'<th scope="col"><span class="ear">{esc(say(key))}</span></th>' for key in ("mx_part", "mx_share", "mx_points")
    )
    total = f'<th scope="row">{esc(say("mx_sum"))}</th><td></td><td class="num">{esc(scale.part(shown))}</td>'
    body = f'<tbody>{rows}<tr class="sum">{total}</tr></tbody>'
    return f'<table class="mx-parts"><thead><tr>{heads}</tr></thead>{body}</table>{note(say("mx_exact"))}'
