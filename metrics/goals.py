"""red, goal and stretch as written → numbers in the metric's unit, or what is wrong with them and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from data_checks.errors import Problem
from data_checks.yaml_file import Document
from metrics.definition import MetricDefinition, Unit

SCORES = {"red": "the limit below which it is red", "goal": "the goal", "stretch": "the stretch goal"}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")


@dataclass(frozen=True)
class Goals:
    """Fractions for percent, else the unit's own numbers; all None without a goal."""

    red: float | None = None
    goal: float | None = None
    stretch: float | None = None


def has_percent(document: Document) -> bool:
    """Whether a goal is written with a percent sign."""
    return any(document.written(key).value.strip().endswith("%") for key in SCORES if (key,) in document.scalars)


def goals_of(document: Document, metric: MetricDefinition) -> tuple[Goals, list[Problem]]:
    """The goals of one metric file read in the metric's unit, and every problem of theirs at its place."""
    problems: list[Problem] = []
    unit = metric.unit
    found = {key: _read(document, key, unit, problems) for key in SCORES}
    goals = Goals(found["red"], found["goal"], found["stretch"])
    if not problems:
        problems += _misplaced(document, goals, metric)
    return goals, problems


def _read(document: Document, key: str, unit: Unit, problems: list[Problem]) -> float | None:
    if document.data.get(key) is None:
        return None
    wrong = f"{SCORES[key]} cannot be read:"
    if (key,) not in document.scalars:
        problems.append(Problem(document.place(key), f"{wrong} one value is needed."))
        return None
    text = document.written(key).value.strip()
    if not _NUMBER.fullmatch(text):
        problems.append(Problem(document.place(key), f"{wrong} '{text}' is no number."))
        return None
    number = float(text.removesuffix("%"))
    if text.endswith("%") and unit != "percent":
        problems.append(Problem(document.place(key), f"{wrong} '{text}' is a percentage, but the unit is {unit}."))
    elif unit == "percent" and not text.endswith("%") and abs(number) > 1:
        problems.append(Problem(document.place(key), f"{wrong} {text} is no fraction; write '{text}%'."))
    return number / 100 if text.endswith("%") else number


def _misplaced(document: Document, goals: Goals, metric: MetricDefinition) -> list[Problem]:
    """Goals that cannot be judged against."""
    red, goal, stretch = goals.red, goals.goal, goals.stretch
    if red is None or goal is None:
        if (red, goal, stretch) == (None, None, None):
            return []
        return [Problem(document.place("metric"), "red and goal come together; give both or neither.")]
    if red == goal:
        told = "goal and red are equal, so nothing lies between good and bad; set them apart."
        return [Problem(document.place("goal"), told)]
    low, high = metric.bounds
    problems = [
        Problem(document.place(key), f"{SCORES[key]} lies outside what {metric.unit} can be.")
        for key, value in (("red", red), ("goal", goal), ("stretch", stretch))
        if value is not None and ((low is not None and value < low) or (high is not None and value > high))
    ]
    if stretch is not None and (stretch - goal) * (goal - red) <= 0:
        problems.append(Problem(document.place("stretch"), "the stretch goal must lie beyond the goal."))
    return problems
