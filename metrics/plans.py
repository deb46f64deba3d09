"""What an organisation wants beside what it measures: the catalogue with the goals of goals.csv and the strategy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data_checks.calendar import Calendar
from data_checks.strategy_file import read_strategy_file
from metrics.catalog import Catalog, hash_of
from metrics.goals_file import with_goals
from metrics.strategy import Strategy, read_strategy


def with_plans(catalog: Catalog, folder: Path, calendar: Calendar, before: Strategy | None = None) -> Catalog:
    """The catalogue with goals.csv and strategy.yaml of the workspace's `folder`; never raises for a wrong file.

    `before`: the strategy as it last was right; it stays while the file is wrong, and the problems say so.
    """
    metrics, problems = with_goals(catalog.metrics, folder, calendar, catalog.left_out)
    strategy = read_strategy(read_strategy_file(folder), metrics, catalog.left_out)
    told = (*catalog.problems, *problems, *strategy.problems)
    if strategy.problems and before is not None and not before.problems:
        strategy = before
    shown = [repr(metrics[name].goals) for name in metrics if metrics[name] is not catalog.metrics[name]]
    shown.append(repr((strategy.vision, strategy.objectives, strategy.links, strategy.initiatives)))
    return replace(catalog, metrics=metrics, strategy=strategy, problems=told, hash=hash_of([catalog.hash, *shown]))
