"""What customers wrote, as escaped HTML. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard import wording
from dashboard.components import anchor, esc, note, section
from dashboard.navigation import link
from dashboard.reasons import clause
from dashboard.wording import say
from metrics.analyses.answers import Voice
from metrics.stats.not_known import NotKnown

Query = Mapping[str, str | None]


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
