"""Goals set for a team, channel or segment that no loaded row names."""

from __future__ import annotations

from collections.abc import Iterable

from data_checks.contract import contracts
from data_checks.errors import Problem, did_you_mean
from data_checks.warehouse.contract import Warehouse
from metrics.asking import cannot_cut
from metrics.catalog import Catalog
from metrics.definition import GoalEntry
from metrics.language.bound import leaves
from metrics.language.provided import provided_tables
from metrics.scope import Scope
from metrics.slices import slice_values


def unknown_rows(
    warehouse: Warehouse, catalog: Catalog, written: Iterable[tuple[str, GoalEntry]] = ()
) -> list[Problem]:
    """Every goal whose rows nothing loaded has, or its metric cannot be cut by. `written`: goals of goals.csv by
    metric, also those left out for another mistake."""
    own = ((name, entry) for name, metric in catalog.metrics.items() for e in metric.goals.values() for entry in e)
    seen = dict.fromkeys((name, entry.place, entry.where) for name, entry in (*own, *written))
    known = _Known(warehouse, catalog)
    problems = []
    for name, place, where in seen:
        for slice_, value in where:
            told = cannot_cut(warehouse, catalog.bound[name], [slice_])
            if told:
                told = f"{name} can have no goal by {slice_}: {told}."
            elif value not in (values := known.values(name, slice_)):
                told = f"there is no {slice_} '{value}'.{did_you_mean(value, values)}"
            if told and place is not None:
                problems.append(Problem(place, told))
    return sorted(dict.fromkeys(problems), key=lambda one: (one.place.file, one.place.line or 0, one.place.column or 0))


class _Known:
    """The values loaded rows have, each asked for once."""

    def __init__(self, warehouse: Warehouse, catalog: Catalog) -> None:
        self.warehouse, self.catalog = warehouse, catalog
        self._found: dict[tuple[str, str], frozenset[str]] = {}

    def values(self, metric: str, slice_: str) -> frozenset[str]:
        facts = self.warehouse.facts.tables
        tables = {table for leaf in leaves(self.catalog.bound[metric]) for table in provided_tables(leaf, facts)}
        return frozenset().union(*(self._of(table, slice_) for table in sorted(tables)))

    def _of(self, table: str, slice_: str) -> frozenset[str]:
        if slice_ not in contracts()[table].slices:
            return frozenset()
        if (table, slice_) not in self._found:
            values = slice_values(self.warehouse, table, slice_, Scope.everything())
            self._found[table, slice_] = frozenset(value for value in values if value is not None)
        return self._found[table, slice_]
