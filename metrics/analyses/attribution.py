"""Whom an answer is put down to: a share of survey answers per agent, by every rule that the data can answer.

`answer`: the agent named on the answer (the load fills in the ticket's where the survey names nobody). `solver`: the
agent who holds the ticket as it stands now, who solved it or was assigned last. Who was first to respond, who held the
ticket when the customer rated and all who replied would need columns that no table has. Nobody is ranked: agents come
by name. Under a scope only answers of its teams, put down to agents of its teams.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from data_checks.errors import RequestError
from data_checks.warehouse.contract import LoadFacts, Warehouse
from metrics.asking import ask, known_metric
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import SUPPRESSED_BELOW
from metrics.goals import written as goals
from metrics.language.bound import Aggregate, Value
from metrics.language.provided import missing
from metrics.organisation import Organisation, organisation
from metrics.period import Period
from metrics.question import Question
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.scorecard import Status, status_of
from metrics.sql.scope_sql import in_scope
from metrics.sql.selection import Selection
from metrics.standing import standing, uncounted, withheld_because
from metrics.stats import intervals

ANSWERS = "survey_responses"
Rule = Literal["answer", "solver"]
RULES: tuple[Rule, ...] = ("answer", "solver")
UNKNOWN_RULES = ("first_responder", "assignee_then", "all_who_replied")
"""What no table has a column for."""


@dataclass(frozen=True)
class Credit:
    """One agent's answers by one rule; the state says whether the value may be seen and judged."""

    result: MetricResult
    status: Status


@dataclass(frozen=True)
class AgentCredits:
    """One agent by every rule. spread: the largest difference of two values, None where fewer than two may be seen.
    flips: judged by two rules, with different words."""

    agent_id: str
    name: str
    team: str | None
    credits: Mapping[Rule, Credit]

    @property
    def spread(self) -> float | None:
        seen = [one.result.value for one in self.credits.values() if one.result.value is not None]
        return max(seen) - min(seen) if len(seen) > 1 else None

    @property
    def flips(self) -> bool:
        judged = {one.status for one in self.credits.values() if one.status not in ("not_judged", "no_goal")}
        return len(judged) > 1


@dataclass(frozen=True)
class Attribution:
    """rules: those the data can answer. cannot: a rule that would need a column no source provides, and which. agents:
    by name. answers: those put down to somebody by every rule; differ: to two different agents; one_only: those with an
    agent by one rule and not by the other. missing: why there is nothing."""

    definition: MetricDefinition
    period: Period
    rules: tuple[Rule, ...] = ()
    cannot: Mapping[Rule, str] | None = None
    agents: tuple[AgentCredits, ...] = ()
    answers: int = 0
    differ: int = 0
    one_only: int = 0
    missing: str = ""


def attribute(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    metric: str = "csat",
    start: dt.date | None = None,
    end: dt.date | None = None,
    until: dt.date | None = None,
) -> Attribution:
    """A share of survey answers per agent. start, end: local days, half-open; left out: as far as the data go. Raises
    RequestError for a metric that is no plain share of survey answers, and for an empty span."""
    definition, value = known_metric(catalog, metric), catalog.bound.get(metric)
    share = _share(metric, value)
    question = ask(warehouse, catalog, scope, [metric], "all", (), start, end, None, until)
    period = question.periods[0]
    lack = missing(share, warehouse.facts.tables) or _hidden(warehouse.facts, scope)
    lack = lack or withheld_because(standing(definition, share, uncounted(warehouse.facts))) or ""
    cannot = {rule: why for rule in RULES if (why := _why_not(rule, warehouse.facts))}
    rules = tuple(rule for rule in RULES if rule not in cannot)
    if lack or not rules:
        return Attribution(definition, period, rules, cannot, missing=lack or next(iter(cannot.values())))
    counted = _counted(warehouse, question, share, rules)
    named = _named(warehouse, scope)
    people = _People(definition, period, organisation(warehouse, scope), question.as_of.completes(period))
    agents = [people.credits(agent, *named[agent], _by_rule(agent, counted, rules)) for agent in _known(counted, named)]
    both = [(n, len(set(who))) for who, n, _ in counted if len(rules) > 1 and None not in who]
    return Attribution(
        definition,
        period,
        rules,
        cannot,
        tuple(sorted(agents, key=lambda one: (one.name, one.agent_id))),
        sum(n for n, _ in both),
        sum(n for n, different in both if different > 1),
        sum(n for who, n, _ in counted if 0 < who.count(None) < len(who)),
    )


# ── what the data allow ──────────────────────────────────────────────────────────────────────────────


def _share(metric: str, value: Value | None) -> Aggregate:
    plain = isinstance(value, Aggregate) and value.function == "share" and value.table == ANSWERS
    if not isinstance(value, Aggregate) or not plain or value.weight is not None or value.frame is not None:
        raise RequestError(f"{metric} is no plain share of survey answers, so it is put down to nobody; csat is one.")
    return value


def _hidden(facts: LoadFacts, scope: Scope) -> str:
    if scope.teams is None:
        return ""
    for table in (ANSWERS, "agents"):
        if table not in facts.tables or "team_id" not in facts.tables[table].provided:
            return f"{table} does not know teams, so only the whole organisation may see it"
    return ""


def _why_not(rule: Rule, facts: LoadFacts) -> str:
    needed = {"answer": ((ANSWERS, "agent_id"),), "solver": ((ANSWERS, "ticket_id"), ("tickets", "agent_id"))}[rule]
    for table, column in needed:
        if table not in facts.tables or column not in facts.tables[table].provided:
            return f"no source provides {table}.{column}"
    return ""


# ── counting ─────────────────────────────────────────────────────────────────────────────────────────

_Counted = Sequence[tuple[tuple[str | None, ...], int, int]]
"""Whom answers are put down to, rule by rule; how many there are; how many are good."""


def _counted(warehouse: Warehouse, question: Question, share: Aggregate, rules: Sequence[Rule]) -> _Counted:
    selection = Selection(ANSWERS, share.window, question, warehouse.table)
    assert share.argument is not None
    columns = {"good": selection.rows.sql(share.argument)}
    columns |= {name: selection.table.c[name] for name in ("agent_id", "ticket_id")}
    answers = selection.select([column.label(name) for name, column in columns.items()], share.where).subquery(
        "answers"
    )
    source: sa.FromClause = answers
    who: dict[Rule, Any] = {"answer": answers.c.agent_id}
    if "solver" in rules:
        tickets = warehouse.table("tickets")
        source = answers.outerjoin(tickets, tickets.c.ticket_id == answers.c.ticket_id)
        who["solver"] = tickets.c.agent_id
    keys = [who[rule] for rule in rules]
    statement = sa.select(*keys, sa.func.count(), sa.func.sum(sa.case((answers.c.good, 1), else_=0)))
    statement = statement.select_from(source).where(answers.c.good.is_not(None)).group_by(*keys)
    found: Iterable[Sequence[Any]] = warehouse.read(statement)
    return [(tuple(row[: len(keys)]), int(row[-2]), int(row[-1])) for row in found]


def _named(warehouse: Warehouse, scope: Scope) -> dict[str, tuple[str, str | None]]:
    """The name and team of every agent that may be seen."""
    if "agents" not in warehouse.facts.tables:
        return {}
    agents, teams = warehouse.table("agents"), warehouse.table("teams")
    joined = agents.outerjoin(teams, teams.c.team_id == agents.c.team_id)
    statement = sa.select(agents.c.agent_id, agents.c.name, teams.c.name).select_from(joined)
    found: Iterable[Sequence[Any]] = warehouse.read(statement.where(*in_scope(agents, "agents", scope)))
    return {row[0]: (row[1] or row[0], row[2]) for row in found}


def _known(counted: _Counted, named: Mapping[str, object]) -> set[str]:
    return {agent for who, _, _ in counted for agent in who if agent is not None and agent in named}


def _by_rule(agent: str, counted: _Counted, rules: Sequence[Rule]) -> dict[Rule, tuple[int, int]]:
    """(good, answers) of one agent by each rule."""
    found = {}
    for place, rule in enumerate(rules):
        own = [(good, n) for who, n, good in counted if who[place] == agent]
        found[rule] = (sum(good for good, _ in own), sum(n for _, n in own))
    return found


@dataclass(frozen=True)
class _People:
    """What every agent's results have in common."""

    definition: MetricDefinition
    period: Period
    organisation: Organisation
    complete: bool

    def credits(self, agent: str, name: str, team: str | None, counts: Mapping[Rule, tuple[int, int]]) -> AgentCredits:
        here = self.organisation.with_parents({"team": team, "agent": name})
        held = goals.at(self.definition, self.period.start, here)
        found = {rule: self._credit(held, *count) for rule, count in counts.items()}
        return AgentCredits(agent, name, team, found)

    def _credit(self, held: MetricDefinition, good: int, n: int) -> Credit:
        few: Any = "no_data" if n == 0 else "suppressed" if n < SUPPRESSED_BELOW else ""
        if few:
            return Credit(MetricResult(held.metric, self.period, None, few, "proportion", n=n), "not_judged")
        ends = intervals.wilson(good, n)
        assert ends is not None
        state: Any = "too_few" if n < held.min_n else "ok"
        result = MetricResult(held.metric, self.period, good / n, state, "proportion", good, n, n, *ends, self.complete)
        return Credit(result, status_of(held, result))
