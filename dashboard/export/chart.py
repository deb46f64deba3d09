"""One metric's months as a picture that stands alone: its head says whose, of what, how far, and whether invented."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import sentences, wording
from dashboard.charts import trends
from dashboard.export import pictures
from dashboard.export.pictures import PRINT
from dashboard.export.safe_text import visible, visible_in
from dashboard.wording import say
from data_checks.errors import RequestError
from data_checks.warehouse.contract import LoadFacts
from metrics.definition import MetricDefinition
from metrics.events import Happening
from metrics.period import Period
from metrics.result import MetricResult

_SIZE = (960, 420)
_LINE = 150
"""So many letters of a subtitle fit beside each other."""
_ROW = 15
"""How high one line of it is."""


@dataclass(frozen=True)
class Trend:
    """A metric month by month, oldest first. `definition`: with the goals that hold in the month judged. `told`: that
    month, where more is to be said than its name."""

    definition: MetricDefinition
    months: Sequence[MetricResult]
    judged: Period
    facts: LoadFacts
    part: str = ""
    told: str = ""
    events: Sequence[Happening] = ()


def as_svg(trend: Trend) -> bytes:
    """Raises RequestError when no month has a value that may be shown."""
    return pictures.svg(spec(trend)).encode()


def as_png(trend: Trend) -> bytes:
    """Raises RequestError when no month has a value that may be shown."""
    return pictures.png(spec(trend))


def spec(trend: Trend) -> dict[str, Any]:
    """The chart with its head, as plain data."""
    facts, definition = trend.facts, trend.definition
    found = pictures.trend_spec(trend.months, trend.judged, definition, facts.currency, _SIZE, events=trend.events)
    if found is None:
        last = trend.months[-1] if trend.months else None
        why = sentences.state_reason(definition, last) if last else ""
        raise RequestError(say("xp_no_trend", name=sentences.title(definition), why=why).strip())
    title = " · ".join(part for part in (facts.title, trend.part) if part)
    foot = say("xp_foot", title=title, period=trend.told or wording.period(trend.judged),
               through=wording.moment(facts.as_of, facts.timezone), load=facts.load_id)  # fmt: skip
    if facts.synthetic:
        foot += say("xp_foot_synthetic")
    chart, drawn = found
    notes = [*textwrap.wrap(visible(f"{drawn.few} {drawn.usual}".strip()), _LINE), *_named(drawn)]
    chart["height"] += _ROW * len(notes)
    head = {
        "text": visible(sentences.title(definition)),
        "subtitle": [visible(foot), *notes],
        "anchor": "start",
        "fontSize": 18,
        "fontWeight": 600,
        "color": PRINT.ink,
        "subtitleColor": PRINT.ink3,
        "subtitleFontSize": 12,
        "subtitlePadding": 6,
        "offset": 18,
    }
    whole: dict[str, Any] = visible_in(
        {**chart, "background": PRINT.paper, "padding": 24, "title": head, "description": drawn.alt}
    )
    return whole


def _named(drawn: trends.Trend) -> list[str]:
    """What happened, by the numbers it bears in the picture, in lines of its width."""
    told = [f"{number} {visible(one.title)}, {wording.date(one.day)}" for number, one in enumerate(drawn.events, 1)]
    return textwrap.wrap("; ".join(told), _LINE)
