"""What goes with satisfaction, and what customers wrote, as escaped HTML. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard import wording
from dashboard.bars import bar
from dashboard.components import anchor, esc, note, section
from dashboard.navigation import link
from dashboard.reasons import clause
from dashboard.wording import say
from metrics.answers import Voice
from metrics.driver_table import NUMBERS, WORDS
from metrics.score_drivers import ScoreDrivers
from metrics.stats.drivers import Driver, Drivers
from metrics.stats.not_known import NotKnown

Query = Mapping[str, str | None]


def drivers(found: ScoreDrivers | NotKnown, span: str) -> str:
    """What happened, and the other questions: the share of the score's differences each goes with."""
    head, scope = say("sa_drivers"), say("sa_drivers_scope", span=span)
    if isinstance(found, NotKnown) or found.service is None:
        why = clause(found) if isinstance(found, NotKnown) else _no_value(found)
        return section(head, scope, note(say("sa_drivers_none", why=why)))
    directions = found.directions or {}
    body = _block(found.service, directions)
    if found.questions is not None:
        body += f"<h3>{esc(say('sa_questions'))}</h3>{_block(found.questions, directions)}"
    weighted = note(say("dr_weighted")) if found.is_weighted else ""
    return section(head, scope, f"{body}{note(say('dr_not_causes'))}{weighted}")


def _no_value(found: ScoreDrivers) -> str:
    return (found.result.reason or say(found.result.state).lower()).rstrip(".")


def _block(found: Drivers, directions: Mapping[str, int]) -> str:
    told = note(found.reason) if found.reason else ""
    if found.r2 is not None and found.r2_low is not None and found.r2_high is not None:
        ends = wording.interval(found.r2_low, found.r2_high, "percent")
        told += note(
            say("sa_drivers_sum", r2=wording.value(found.r2, "percent"), n=wording.count(found.n), interval=ends)
        )
    most = max((driver.high for driver in found.drivers), default=0.0)
    rows = "".join(_driver(driver, most, directions) for driver in found.drivers)
    heads = f'<th scope="col">{esc(say("dr_driver").capitalize())}</th>'
    heads += f'<th scope="col" class="num">{esc(say("dr_share").capitalize())}</th>'
    heads += f'<th scope="col">{esc(say("dr_direction").capitalize())}</th>'
    table = (
        f'<table class="lengths values"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""
    )
    dropped = "".join(
        note(say("dr_dropped", reason=f"{reason[:1].lower()}{reason[1:].rstrip('.')}",
                 drivers=", ".join(name_of(one.name) for one in found.dropped if one.reason == reason)))
        for reason in dict.fromkeys(one.reason for one in found.dropped)
    )  # fmt: skip
    return told + table + dropped


def _driver(one: Driver, most: float, directions: Mapping[str, int]) -> str:
    sign = directions.get(one.name, 0)
    direction = say("dr_higher") if sign > 0 else say("dr_lower") if sign < 0 else say("dr_differs")
    ends = wording.interval(one.low, one.high, "percent")
    return (
        f'<tr><th scope="row">{esc(name_of(one.name))}</th><td class="num"><span class="drawn">'
        f"{bar(one.share, most, one.low, one.high)}<span><b>{esc(wording.value(one.share, 'percent'))}</b>"
        f'<span class="note whole">{esc(ends)}</span></span></span></td><td>{esc(direction)}</td></tr>'
    )


def name_of(name: str) -> str:
    """A driver by the name people read; a question as it was asked."""
    return say(f"dr_name_{name}") if name in (*NUMBERS, *WORDS) else name


def voices(found: tuple[Voice, ...] | NotKnown, period: str, query: Query, metrics: Sequence[tuple[str, str]]) -> str:
    """What customers wrote, the newest first, and the way to the rows of each metric (its id and name)."""
    head, scope = say("sa_voices"), say("sa_voices_scope", period=period)
    if isinstance(found, NotKnown):
        return section(head, "", note(say("sa_voices_none", why=clause(found))))
    if not found:
        return section(head, scope, note(say("sa_voices_empty")))
    ways = " · ".join(
        anchor(say("sa_rows", name=name), link("metric", {**query, "metric": metric, "rows": "all"}))
        for metric, name in metrics
    )
    items = "".join(_voice(one) for one in found)
    return section(head, scope, f'<div class="voices">{items}</div><p class="note">{ways}</p>')


def _voice(one: Voice) -> str:
    survey = say(f"survey_{one.survey}")
    said = say("sa_voice_unscored", survey=survey)
    if one.score is not None:
        said = say("sa_voice", survey=survey, score=f"{one.score:g}")
    where = " · ".join(part for part in (said, one.team, one.channel, wording.date(one.responded_on)) if part)
    return f'<div class="item comment"><p>{esc(one.said)}</p>{note(where)}</div>'
