"""The SQL behind a metric, for people to read."""

from __future__ import annotations

from collections.abc import Sequence

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.asking import ask, known_metric
from metrics.bound import leaves
from metrics.catalog import Catalog
from metrics.provided import missing
from metrics.question import Question
from metrics.scans import scans_of
from metrics.scope import Scope


def sql_of(warehouse: Warehouse, catalog: Catalog, metric: str, question: Question | None = None) -> str:
    """Every statement that is run for the metric, in this engine's words. Raises RequestError if not provided."""
    definition = known_metric(catalog, metric)
    value = catalog.bound[metric]
    if lack := missing(value, warehouse.facts.tables):
        raise RequestError(f"{metric} has no SQL here: {lack}.")
    asked = question or ask(warehouse, catalog, Scope.everything(), [definition.metric])
    statements: Sequence[str] = [warehouse.sql(scan.statement) for scan, _ in scans_of(leaves(value), asked, warehouse)]
    return "\n\n".join(statement.rstrip().rstrip(";") + ";" for statement in statements)
