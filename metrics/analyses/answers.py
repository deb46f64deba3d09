"""What customers answered, said and left unanswered: the answers behind a survey metric, one by one or counted.

Rows are those the metric counts, as its reader may see them. Fewer than five answers are never told apart.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.analyses.cohorts import bound
from metrics.asking import ask, ask_of, known_metric
from metrics.catalog import Catalog
from metrics.evaluate import SUPPRESSED_BELOW
from metrics.language.bound import Aggregate
from metrics.language.provided import knows_teams, missing
from metrics.period import Period
from metrics.question import Question
from metrics.scope import Scope
from metrics.sql.selection import Selection
from metrics.standing import standing, uncounted, withheld_because
from metrics.stats.intervals import Interval
from metrics.stats.not_known import NotKnown
from metrics.stats.surveys import nonresponse_bounds

TABLE = "survey_responses"
INVITED = "count(survey_responses at sent_at)"
ANSWERED = "count(survey_responses)"
CUSTOMERS = ("csat", "nps", "ces")
"""The surveys that ask customers; words of employees and of trainees are not theirs."""
Where = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Spread:
    """Answers of one scale by score, the lowest first. scale: as written ('1-7'), None where it is not."""

    scale: str | None
    counts: Mapping[int, int]

    @property
    def n(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Heard:
    """Of those asked in the period, how many answered and how many of these count for the metric; bounds: the share
    among all asked if every silent one were against, and if every one were for."""

    invited: int
    answered: int
    good: int
    bounds: Interval


@dataclass(frozen=True)
class Voice:
    """What somebody wrote. score and the names are None where they are not known."""

    said: str
    survey: str
    score: float | None
    responded_on: dt.date
    channel: str | None
    team: str | None


def spread(
    warehouse: Warehouse, catalog: Catalog, scope: Scope, metric: str, period: Period, where: Where
) -> tuple[Spread, ...] | NotKnown:
    """The answers that a survey metric counts in a period, by scale and score; scales by name.

    Raises RequestError for an unknown metric or slice."""
    found = _asked(warehouse, catalog, scope, metric, period, where)
    if isinstance(found, NotKnown):
        return found
    value, question = found
    selection = Selection(value.table, value.window, question, warehouse.table, frame=value.frame)
    score, scale = selection.table.c.score, _or_null(selection, warehouse, "scale")
    columns = [scale.label("scale"), score.label("score"), sa.func.count().label("answers")]
    rows: Any = warehouse.read(selection.select(columns, value.where).where(score.is_not(None)).group_by(scale, score))
    counts: dict[str | None, dict[int, int]] = defaultdict(dict)
    for name, given, answers in rows:
        counts[name][round(given)] = counts[name].get(round(given), 0) + int(answers)
    if sum(sum(one.values()) for one in counts.values()) < SUPPRESSED_BELOW:
        return NotKnown("no_data", "fewer than five answers are not told apart, to protect people")
    order = sorted(counts, key=lambda name: (name is None, name or ""))
    return tuple(Spread(name, dict(sorted(counts[name].items()))) for name in order)


def heard(
    warehouse: Warehouse, catalog: Catalog, scope: Scope, metric: str, period: Period, where: Where
) -> Heard | NotKnown:
    """What the silent ones could change: invitations sent in the period, by what came of them, for a share."""
    found = _asked(warehouse, catalog, scope, metric, period, where)
    if isinstance(found, NotKnown):
        return found
    value, question = found
    invitations = bound(INVITED)
    if lack := missing(invitations, warehouse.facts.tables):
        return NotKnown("no_data", lack)
    if value.function != "share" or value.weight is not None or value.argument is None:
        return NotKnown("undefined", f"{metric} is no plain share of answers")
    selection = Selection(TABLE, invitations.window, question, warehouse.table)
    is_good = sa.case((selection.rows.sql(value.argument), 1), else_=0)
    columns = [sa.func.count().label("n"), sa.func.count(selection.table.c.score).label("answers")]
    rows: Any = warehouse.read(selection.select([*columns, sa.func.sum(is_good).label("good")], value.where))
    invited, answered, good = (int(one or 0) for one in rows[0])
    bounds = nonresponse_bounds(good, answered, invited) if invited >= SUPPRESSED_BELOW else None
    if bounds is None or answered < SUPPRESSED_BELOW:
        return NotKnown("no_data", "no invitation of the period has been kept with what became of it")
    return Heard(invited, answered, good, bounds)


def voices(
    warehouse: Warehouse, scope: Scope, period: Period, where: Where, unhappy: bool = False, limit: int = 12
) -> tuple[Voice, ...] | NotKnown:
    """What customers wrote in a period, the newest first; `unhappy`: only with a bad mark. Raises RequestError for an
    unknown slice."""
    facts = warehouse.facts.tables
    needed = ("survey", "comment", "responded_at", *(["score"] if unhappy else []))
    provided = facts[TABLE].provided if TABLE in facts else frozenset()
    if lack := next((name for name in needed if name not in provided), None):
        return NotKnown("no_data", f"no source provides {TABLE}.{lack}")
    if scope.teams is not None and not knows_teams(TABLE, facts):
        return NotKnown("undefined", "answers do not know teams, so only the whole organisation may see them")
    counted = bound(ANSWERED)
    question = ask_of(warehouse, scope, [counted], "all", (), period.start, period.end, where)
    selection = Selection(TABLE, counted.window, question, warehouse.table)
    table = selection.table.c
    own = [table.survey.in_(CUSTOMERS), *([table.dissatisfied] if unhappy else [])]
    answers: Any = warehouse.read(selection.select([sa.func.count(table.score).label("n")]).where(*own[:1]))
    if int(answers[0][0]) < SUPPRESSED_BELOW:
        return ()
    team = selection.rows.slice(selection.contract.slices["team"]) if "team_id" in provided else sa.null()
    columns = [table.comment, table.survey, table.score, table.responded_on,
               _or_null(selection, warehouse, "channel").label("channel"), team.label("team")]  # fmt: skip
    newest = selection.select(columns).where(table.comment.is_not(None), *own)
    rows: Any = warehouse.read(newest.order_by(table.responded_at.desc(), table.response_id).limit(limit))
    return tuple(Voice(*row) for row in rows)


def _asked(
    warehouse: Warehouse, catalog: Catalog, scope: Scope, metric: str, period: Period, where: Where
) -> tuple[Aggregate, Question] | NotKnown:
    """The metric's formula and the question of the whole period, or why nothing can be shown."""
    definition = known_metric(catalog, metric)
    value = catalog.bound[definition.metric]
    if not isinstance(value, Aggregate) or value.table != TABLE or value.members:
        return NotKnown("undefined", f"{metric} does not count answers")
    if lack := missing(value, warehouse.facts.tables):
        return NotKnown("no_data", lack)
    if scope.teams is not None and not knows_teams(TABLE, warehouse.facts.tables):
        return NotKnown("undefined", "answers do not know teams, so only the whole organisation may see them")
    if broken := withheld_because(standing(definition, value, uncounted(warehouse.facts))):
        return NotKnown("no_data", f"withheld: {broken}")
    return value, ask(warehouse, catalog, scope, [metric], "all", (), period.start, period.end, where)


def _or_null(selection: Selection, warehouse: Warehouse, name: str) -> Any:
    """A column, or nothing where no source provides it."""
    return selection.table.c[name] if name in warehouse.facts.tables[TABLE].provided else sa.null()
