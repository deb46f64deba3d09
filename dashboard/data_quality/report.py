"""The data-quality report as data: where every row went, what checks found, and what that means for which metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dashboard import sentences
from data_checks.history import LoadPoint, RefusedLoad, history
from data_checks.state import Kept, State
from data_checks.warehouse.contract import CheckOutcome, LoadFacts
from metrics.definition import MetricDefinition
from metrics.language.bound import Value
from metrics.scope import Scope
from metrics.standing import EFFECTS, Effect, Standing, standings, uncounted

ACCOUNTS = ("read", "published", "quarantined", "superseded", "merged", "filtered")
_GRAVITY = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Quality:
    """One published load as a report. `touched`: the checks that did not pass, by metric; `names`: what metrics are
    called; `points`: the loads before, oldest first. `rollback`: the ledger's entry of the one in force;
    `refused`: a newer load that changed nothing, when whoever asks tells of it."""

    facts: LoadFacts
    names: Mapping[str, str]
    touched: Mapping[str, tuple[Standing, ...]]
    points: tuple[LoadPoint, ...] = ()
    kept: tuple[Kept, ...] = ()
    rollback: Mapping[str, Any] | None = None
    refused: RefusedLoad | None = None
    is_part: bool = False
    """For a reader of some teams: without counts."""

    def accounts(self) -> Mapping[str, Mapping[str, int]]:
        """Where the rows of each table that was read went."""
        return {name: table.accounts for name, table in self.facts.tables.items() if table.accounts.get("read")}

    def total(self, part: str) -> int:
        """All tables together: `part` is one of ACCOUNTS."""
        return sum(found.get(part, 0) for found in self.accounts().values())

    def failed(self) -> tuple[CheckOutcome, ...]:
        """The checks that did not pass, the gravest first."""
        worst = sorted(self.facts.failed_checks, key=lambda one: (_GRAVITY[one.severity], -one.bad_rows))
        return tuple(sorted(worst, key=lambda one: one.outcome != "broken"))

    def meaning(self, check: CheckOutcome) -> Mapping[str, Effect]:
        """What one check does to which metric, the gravest first."""
        found = {
            metric: one.effect
            for metric, checks in self.touched.items()
            for one in checks
            if (one.check.table, one.check.rule) == (check.table, check.rule)
        }
        return dict(sorted(found.items(), key=lambda pair: EFFECTS.index(pair[1])))

    def by_effect(self) -> Mapping[Effect, tuple[str, ...]]:
        """Each touched metric once, under the gravest that happens to it."""
        return {
            effect: tuple(metric for metric, checks in self.touched.items() if checks[0].effect == effect)
            for effect in EFFECTS
        }

    def rows_of(self, table: str) -> tuple[int | None, ...]:
        """How many rows of a table each load published; None where it published nothing."""
        return tuple(
            point.tables[table].accounts["published"] if point.is_published and table in point.tables else None
            for point in self.points
        )

    def trend(self, check: CheckOutcome) -> tuple[int | None, ...]:
        """How many bad rows a check found in each load; of one of a whole table 1 where it failed; None where it was
        not asked."""
        found = (point.tables.get(check.table) for point in self.points)
        rules = (table.rules.get(check.rule) if table else None for table in found)
        return tuple(
            (rule.bad_rows or int(rule.outcome == "failed")) if rule and rule.outcome != "broken" else None
            for rule in rules
        )


def read_quality(
    facts: LoadFacts,
    metrics: Mapping[str, MetricDefinition],
    bound: Mapping[str, Value],
    var: Path,
    state: State,
    scope: Scope,
) -> Quality:
    """The report of the load that `facts` describe. A reader of some teams sees which checks passed and what that
    means, and no counts, ids, notes or loads: they are of everybody's rows."""
    names = {name: sentences.title(metric) for name, metric in metrics.items()}
    if scope.teams is not None:
        facts = replace(uncounted(facts), notes=())
        return Quality(facts, names, standings(metrics, bound, facts), is_part=True)
    touched = standings(metrics, bound, facts)
    return Quality(facts, names, touched, history(var), tuple(state.kept), state.rollback)
