"""The states a workspace can be in when somebody opens a page, made from the demo company."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_checks.errors import LoadRefused


def _leave(_folder: Path) -> None:
    """As it is."""


def _break_a_definition(folder: Path) -> None:
    (folder / "metrics" / "csat.yaml").write_text("metric: csat\nratio: {top: count(*) of\n", encoding="utf-8")


def _break_the_workspace(folder: Path) -> None:
    (folder / "workspace.yaml").write_text("company: [Alder\n", encoding="utf-8")


def _refuse_a_load(folder: Path) -> None:
    """A newer load found its file empty, and nothing was published."""
    from data_checks.load import load
    from data_checks.workspace import read_workspace

    _keep_lines(folder / "data" / "orders.csv.gz", 1)
    workspace = read_workspace(folder)
    with pytest.raises(LoadRefused):
        load(workspace, dt.datetime(2026, 10, 22, 5, 0))


def _keep_a_handful(folder: Path) -> None:
    """So few answers that nothing may be said of any team; loaded for the first time."""
    from data_checks.load import load
    from data_checks.workspace import read_workspace

    for name in ("ratings", "service_survey", "recommendation_survey"):
        _keep_lines(folder / "data" / f"{name}.csv.gz", 6)
    report = load(read_workspace(folder), dt.datetime(2026, 10, 21, 5, 0))
    assert report.status == "published", report.message


def _keep_lines(file: Path, most: int) -> None:
    with gzip.open(file, "rb") as whole:
        first = [whole.readline() for _ in range(most)]
    with gzip.open(file, "wb") as handful:
        handful.writelines(first)


@dataclass(frozen=True)
class State:
    """`loaded`: whether a load was published before. `told`: words that every page must say, '' when none."""

    name: str
    loaded: bool
    change: Callable[[Path], None]
    told: str = ""


STATES = (
    State("empty", loaded=False, change=_leave, told="Nothing is published yet."),
    State("too_few", loaded=False, change=_keep_a_handful),
    State("broken_definition", loaded=True, change=_break_a_definition, told="csat.yaml:3"),
    State("broken_workspace", loaded=True, change=_break_the_workspace, told="workspace.yaml:"),
    State("failed_load", loaded=True, change=_refuse_a_load, told="refused"),
)
