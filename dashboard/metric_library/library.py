"""The metric library as data: every definition with what it stands on and what stands on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.receipt.formula_words import formula_words
from data_checks.warehouse.contract import CheckOutcome, LoadFacts
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.language.formula import parse
from metrics.language.kinds import kind_of
from metrics.language.provided import missing, tables_read
from metrics.language.tree import metric_names
from metrics.result import Kind
from metrics.standing import Effect, stood_on
from metrics.strategy import Link, Objective


@dataclass(frozen=True)
class Entry:
    """One definition. `words`: its formula in words. `checks`: those of the load it stands on, with what one that did
    not pass does to it. `named_by`: the metrics whose formula names it. `links`: causes and effects it is part of.
    `lacks`: why the sources cannot fill it, as a clause; '' when they can."""

    definition: MetricDefinition
    kind: Kind
    words: str = ""
    tables: tuple[str, ...] = ()
    checks: tuple[tuple[CheckOutcome, Effect | None], ...] = ()
    named_by: tuple[str, ...] = ()
    objective: Objective | None = None
    links: tuple[Link, ...] = ()
    lacks: str = ""

    @property
    def text(self) -> str:
        """All that a search looks at, in small letters."""
        one = self.definition
        parts = (one.name, one.metric, one.question, one.description, one.owner, one.formula, *self.tables)
        return " ".join(part for part in parts if part).casefold()


def read_library(catalog: Catalog, facts: LoadFacts) -> tuple[Entry, ...]:
    """Every metric of the catalogue, in its order."""
    naming = _naming(catalog.metrics)
    return tuple(_entry(catalog, facts, one, naming.get(one.metric, ())) for one in catalog.metrics.values())


def found(entries: Iterable[Entry], words: str, perspective: str = "", status: str = "") -> tuple[Entry, ...]:
    """The entries that hold every word somewhere, of one perspective and status ('': of all)."""
    wanted = words.casefold().split()
    return tuple(
        one
        for one in entries
        if all(word in one.text for word in wanted)
        and perspective in ("", one.definition.perspective)
        and status in ("", one.definition.status)
    )


def _entry(catalog: Catalog, facts: LoadFacts, one: MetricDefinition, named_by: tuple[str, ...]) -> Entry:
    value, strategy = catalog.bound[one.metric], catalog.strategy
    return Entry(
        one,
        kind_of(value),
        formula_words(value),
        tuple(sorted(tables_read(value))),
        stood_on(one, value, facts),
        named_by,
        strategy.by_metric.get(one.metric),
        tuple(link for link in strategy.links if one.metric in (link.cause, link.effect)),
        missing(value, facts.tables) or "",
    )


def _naming(metrics: Mapping[str, MetricDefinition]) -> dict[str, tuple[str, ...]]:
    """Each metric that a formula names, with the metrics whose formula it is."""
    naming: dict[str, tuple[str, ...]] = {}
    for one in metrics.values():
        for name in metric_names(parse(one.formula)) if one.formula is not None else ():
            naming[name] = (*naming.get(name, ()), one.metric)
    return naming
