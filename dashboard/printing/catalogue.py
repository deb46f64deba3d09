"""The catalogue of metrics and one definition, printed."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from dashboard import wording
from dashboard.printing.terminal import as_json, notes, table
from metrics.catalog import Catalog
from metrics.definition import PERSPECTIVES, MetricDefinition
from metrics.language.kinds import kind_of
from metrics.period import Duration


def catalogue(catalog: Catalog, json_wanted: bool) -> str:
    """The answer of `scorecard metrics`."""
    if json_wanted:
        return as_json({"metrics": [definition_json(metric) for metric in catalog.metrics.values()]})
    metrics = list(catalog.metrics.values())
    rows: list[list[object]] = []
    for perspective in (*PERSPECTIVES, None):
        if here := [metric for metric in metrics if metric.perspective == perspective]:
            head = wording.say(perspective or "without_perspective")
            rows += [["", "", "", ""]] if rows else []
            rows += [[Text(f"{head} ({len(here)})", style="bold"), "", "", ""]]
            rows += [[metric.metric, _called(metric), metric.unit, _limits(metric)] for metric in here]
    heads = ["metric", "name", "unit", "red → goal"]
    shown = table(heads, rows, whole=("metric", "unit", "red → goal"))
    return f"{shown}\n\n{len(metrics)} metrics; scorecard metrics NAME shows one, with --sql its SQL.{notes(catalog)}"


def _called(metric: MetricDefinition) -> str:
    """Its name; one that is a draft or deprecated says so."""
    return metric.name if metric.status == "certified" else f"{metric.name} ({metric.status})"


def _limits(metric: MetricDefinition) -> str:
    if metric.red is None or metric.goal is None:
        return "yours to set" if metric.goal_is_own else "no goal"
    return " → ".join(wording.value(limit, metric.unit, "", exact=True) for limit in (metric.red, metric.goal))


def definition_json(metric: MetricDefinition) -> dict[str, Any]:
    """A definition as plain data; percent as a fraction."""
    names = ("metric", "name", "question", "description", "formula", "perspective", "objective", "unit", "red",
             "goal", "stretch", "weight", "min_n", "timing", "owner", "status", "hash")  # fmt: skip
    shape = vars(metric.retention) if metric.retention else None
    return {**{name: getattr(metric, name) for name in names}, "retention": shape, "file": str(metric.place)}


def definition(metric: MetricDefinition, catalog: Catalog, sql: str | None, json_wanted: bool) -> str:
    """The answer of `scorecard metrics NAME`."""
    kind = kind_of(catalog.bound[metric.metric])
    if json_wanted:
        return as_json({**definition_json(metric), "kind": kind, **({"sql": sql} if sql else {})})
    formula = metric.formula or f"retention of {metric.retention.of}" if metric.retention else metric.formula or ""
    lines = [
        ("", metric.name),
        ("question", metric.question),
        ("means", metric.description),
        ("formula", " ".join(formula.split())),
        ("over", _days(metric)),
        ("kind", f"{kind}, unit {metric.unit}"),
        ("red → goal", _limits(metric)),
        ("judged", _judged(metric)),
        ("on the board", (metric.perspective or "nowhere: it has no perspective").replace("_", " ")),
        ("owner", metric.owner),
        ("status", metric.status),
        ("defined in", f"{metric.place}, version {metric.hash}"),
    ]
    shown = table(["", metric.metric], [[head, text] for head, text in lines if text])
    return f"{shown}\n\n{sql}" if sql else shown


def _days(metric: MetricDefinition) -> str:
    """The days its formula is taken over, where they are not the period's own."""
    if metric.frame is None:
        return ""
    if metric.frame.kind == "rolling" and (length := metric.frame.length):
        return f"the last {_length(length)} up to the end of each period"
    return f"the days since the start of the {metric.frame.since}"


def _judged(metric: MetricDefinition) -> str:
    return f"{_length(metric.ripe_after)} after the end of its period" if metric.ripe_after else ""


def _length(length: Duration) -> str:
    return wording.plural(length.count, length.unit, f"{length.unit}s")
