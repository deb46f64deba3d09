"""What an organisation wants beside what it measures: the catalogue with the goals of goals.csv and the strategy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from data_checks.calendar import Calendar
from data_checks.errors import Problem, did_you_mean
from data_checks.strategy_file import FILE, read_strategy_file
from metrics.catalog import Catalog, hash_of
from metrics.definition import MetricDefinition
from metrics.goals.file import with_goals
from metrics.strategy import Strategy, read_strategy


def with_plans(catalog: Catalog, folder: Path, calendar: Calendar, before: Strategy | None = None) -> Catalog:
    """The catalogue with goals.csv and strategy.yaml of the workspace's `folder`; never raises for a wrong file.

    `before`: the strategy as it last was right; it stays while the file is wrong, and the problems say so.
    """
    hidden = catalog.hidden | catalog.left_out
    metrics, problems = with_goals(catalog.metrics, folder, calendar, hidden)
    strategy = read_strategy(read_strategy_file(folder), metrics, hidden)
    told = (*catalog.problems, *problems, *strategy.problems, *_lost_objectives(metrics, strategy))
    if strategy.problems and before is not None and not before.problems:
        strategy = before
    shown = [repr(metrics[name].goals) for name in metrics if metrics[name] is not catalog.metrics[name]]
    shown.append(repr((strategy.vision, strategy.objectives, strategy.links, strategy.initiatives)))
    return replace(catalog, metrics=metrics, strategy=strategy, problems=told, hash=hash_of([catalog.hash, *shown]))


def _lost_objectives(metrics: Mapping[str, MetricDefinition], strategy: Strategy) -> Iterator[Problem]:
    """Definitions of the workspace that name an objective its strategy does not have; the library's may name others."""
    known = {one.objective for one in strategy.objectives}
    for name, one in metrics.items():
        if known and one.objective and one.objective not in known and not one.place.file.startswith("definitions/"):
            told = f"{name}: there is no objective '{one.objective}' in {FILE}.{did_you_mean(one.objective, known)}"
            yield Problem(one.place, told)
