"""The usual range on a trend: its columns, its marks, and the sentence that names what lies outside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from dashboard import wording
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.usual_range import UsualRange
from metrics.definition import MetricDefinition
from metrics.result import MetricResult

_NAMED = 4
"""So many patterns a note names; the earlier ones it counts."""


@dataclass(frozen=True)
class _Pattern:
    """A rule that holds at one month, or at each of several in a row."""

    rule: str
    first: int
    last: int


def row(found: UsualRange | None, place: int) -> dict[str, Any]:
    """What a point's row tells of the usual range of its month."""
    if found is None:
        return {"usual_low": None, "usual_high": None, "is_signal": False}
    is_signal = any(one.at == place for one in found.signals)
    return {"usual_low": found.lower[place], "usual_high": found.upper[place], "is_signal": is_signal}


def ends(found: UsualRange | None) -> list[float | None]:
    """Every limit, for the axis."""
    return [*found.lower, *found.upper] if found else []


def marks(base: Any, theme: Tokens) -> list[Any]:
    """Limits as 1 px dots, and a hollow ring round each month at which a pattern ends. `base`: the data's own chart."""
    dots = {"color": theme.ink3, "strokeWidth": 1, "strokeDash": [1, 3]}
    limits = base.transform_filter("isValid(datum.usual_low) && datum.kind != 'link'")
    ring = base.transform_filter("datum.is_signal && datum.kind != 'link'")
    return [
        limits.mark_line(**dots).encode(y=alt.Y("usual_low:Q")),
        limits.mark_line(**dots).encode(y=alt.Y("usual_high:Q")),
        ring.mark_point(stroke=theme.ink, fill="transparent", size=190, strokeWidth=1.4, opacity=1),
    ]


def told(found: UsualRange | None, results: Sequence[MetricResult], definition: MetricDefinition, currency: str) -> str:
    """What the dots are, how sure they are, and which rule every ring stands for; '' without a usual range."""
    if found is None:
        return ""
    newest = max(place for place, low in enumerate(found.lower) if low is not None)
    low, high = found.lower[newest], found.upper[newest]
    assert low is not None
    assert high is not None
    span = wording.interval(low, high, definition.unit, currency)
    month = wording.period(results[newest].period)
    told = [say("us_range", months=found.months, span=span, month=month)]
    if found.reason:
        told.append(found.reason)
    patterns = _patterns(found)
    named = "; ".join(_named(one, results) for one in patterns[-_NAMED:])
    if named:
        told.append(say("us_rings", patterns=named))
    more = len(patterns) - _NAMED
    if more > 0:
        told.append(say("us_more_one" if more == 1 else "us_more", n=more))
    return " ".join(told)


def _patterns(found: UsualRange) -> list[_Pattern]:
    """In order of time; a rule that holds month after month is one pattern."""
    patterns: list[_Pattern] = []
    for signal in found.signals:
        held = next((one for one in patterns if one.rule == signal.rule and one.last == signal.at - 1), None)
        if held is not None:
            patterns.remove(held)
        patterns.append(_Pattern(signal.rule, held.first if held else signal.at, signal.at))
    return sorted(patterns, key=lambda one: (one.last, one.rule))


def _named(one: _Pattern, results: Sequence[MetricResult]) -> str:
    first, last = (wording.month_short(results[place].period.start) for place in (one.first, one.last))
    when = last if first == last else say("us_from_to", first=first, last=last)
    return say("us_pattern", when=when, rule=say(f"us_{one.rule}"))
