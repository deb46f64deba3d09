"""red, goal and stretch as written → numbers in the metric's unit, by date and by slice; or what is wrong and where."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data_checks.calendar import Calendar
from data_checks.contract import contracts
from data_checks.errors import Problem, RequestError, did_you_mean
from data_checks.yaml_file import Document
from metrics.definition import GoalEntry, MetricDefinition, Unit
from metrics.period import parse_period

SCORES = {"red": "the limit below which it is red", "goal": "the goal", "stretch": "the stretch goal"}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_KEYS = ("from", "where", "value")


def has_percent(document: Document) -> bool:
    """Whether a goal is written with a percent sign."""
    return any(
        written.value.strip().endswith("%") for path, written in document.scalars.items() if path and path[0] in SCORES
    )


def at(metric: MetricDefinition, day: dt.date, slices: Mapping[str, str | None] | None = None) -> MetricDefinition:
    """The definition with the goals that hold on a day for a slice: of those begun, the most specific, then the
    newest. A metric whose goals do not change is returned as it is."""
    if not metric.goals:
        return metric
    here = slices or {}
    held = (_holding(metric.goals.get(key, ()), day, here) for key in SCORES)
    red, goal, stretch = (None if entry is None else entry.value for entry in held)
    return replace(metric, red=red, goal=goal, stretch=stretch)


def is_own(metric: MetricDefinition, day: dt.date, slices: Mapping[str, str | None]) -> bool:
    """Whether the goal that holds is the slice's own, not the whole organisation's."""
    entry = _holding(metric.goals.get("goal", ()), day, slices) if metric.goals else None
    return entry is not None and bool(entry.where)


def _holding(entries: tuple[GoalEntry, ...], day: dt.date, slices: Mapping[str, str | None]) -> GoalEntry | None:
    begun = [
        entry
        for entry in entries
        if (entry.begins is None or entry.begins <= day)
        and all(name in slices and slices[name] == value for name, value in entry.where)
    ]
    return max(begun, key=lambda entry: (len(entry.where), entry.begins or dt.date.min), default=None)


def goals_of(
    document: Document, metric: MetricDefinition, calendar: Calendar
) -> tuple[MetricDefinition, list[Problem]]:
    """The metric with the goals of its file read in its unit (the newest ones of the whole organisation as red, goal
    and stretch), and every problem of theirs at its place. `calendar`: what a goal `from: 2026` begins with."""
    problems: list[Problem] = []
    entries = {key: _entries(document, key, metric.unit, calendar, problems) for key in SCORES}
    changing = {key: found for key, found in entries.items() if found}
    metric = at(replace(metric, goals=changing), dt.date.max)
    if not problems:
        problems += _misplaced(document, metric)
    plain = all(entry.begins is None and not entry.where for found in changing.values() for entry in found)
    return replace(metric, goals={} if plain else changing), problems


def _entries(
    document: Document, key: str, unit: Unit, calendar: Calendar, problems: list[Problem]
) -> tuple[GoalEntry, ...]:
    written = document.data.get(key)
    if written is None:
        return ()
    if not isinstance(written, list):
        value = _number(document, (key,), key, unit, problems)
        return () if value is None else (GoalEntry(value),)
    found = []
    for index, item in enumerate(written):
        if (entry := _entry(document, (key, index), item, unit, calendar, problems)) is not None:
            found.append(entry)
    for index, entry in enumerate(found):
        if any((other.begins, other.where) == (entry.begins, entry.where) for other in found[:index]):
            told = "this holds from the same day for the same rows as one above; leave one out."
            problems.append(Problem(document.place(key, index), told))
    return tuple(found)


def _entry(
    document: Document, path: tuple[str, int], item: Any, unit: Unit, calendar: Calendar, problems: list[Problem]
) -> GoalEntry | None:
    key = path[0]
    if not isinstance(item, dict) or "value" not in item:
        told = f"{SCORES[key]} cannot be read: write {{from: 2026-01, value: …}}, with where: if it is for some only."
        problems.append(Problem(document.place(*path), told))
        return None
    for name in item:
        if name not in _KEYS:
            told = f"unknown key '{name}'.{did_you_mean(name, _KEYS)}"
            problems.append(Problem(document.key_place(*path, name), told))
    value = _number(document, (*path, "value"), key, unit, problems)
    begins = _begins(document, path, item, calendar, problems)
    where = _where(document, path, item, problems)
    return None if value is None else GoalEntry(value, begins, where)


def _begins(
    document: Document, path: tuple[str, int], item: dict[str, Any], calendar: Calendar, problems: list[Problem]
) -> dt.date | None:
    if item.get("from") is None:
        return None
    try:
        return parse_period(document.written(*path, "from").value, calendar).start
    except (RequestError, KeyError) as error:
        problems.append(Problem(document.place(*path, "from"), str(error).removesuffix(".") + "."))
        return None


def _where(
    document: Document, path: tuple[str, int], item: dict[str, Any], problems: list[Problem]
) -> tuple[tuple[str, str], ...]:
    where = item.get("where") or {}
    known = {name for contract in contracts().values() for name in contract.slices}
    if not isinstance(where, dict):
        problems.append(Problem(document.place(*path, "where"), "where names slices, like {team: North}."))
        return ()
    for name in where:
        if name not in known:
            told = f"no table can be cut by '{name}'.{did_you_mean(name, known)}"
            problems.append(Problem(document.key_place(*path, "where", name), told))
    return tuple(sorted((name, str(value)) for name, value in where.items()))


def _number(
    document: Document, path: tuple[str | int, ...], key: str, unit: Unit, problems: list[Problem]
) -> float | None:
    wrong = f"{SCORES[key]} cannot be read:"
    if path not in document.scalars:
        problems.append(Problem(document.place(*path), f"{wrong} one value is needed."))
        return None
    text = document.written(*path).value.strip()
    if not _NUMBER.fullmatch(text):
        problems.append(Problem(document.place(*path), f"{wrong} '{text}' is no number."))
        return None
    number = float(text.removesuffix("%"))
    if text.endswith("%") and unit != "percent":
        problems.append(Problem(document.place(*path), f"{wrong} '{text}' is a percentage, but the unit is {unit}."))
    elif unit == "percent" and not text.endswith("%") and abs(number) > 1:
        problems.append(Problem(document.place(*path), f"{wrong} {text} is no fraction; write '{text}%'."))
    return number / 100 if text.endswith("%") else number


def _misplaced(document: Document, metric: MetricDefinition) -> list[Problem]:
    """Goals that cannot be judged against; of goals that change, at every day one begins."""
    days = {entry.begins or dt.date.min for found in metric.goals.values() for entry in found} or {dt.date.max}
    slices: list[dict[str, str | None]] = [dict(entry.where) for found in metric.goals.values() for entry in found]
    seen: list[Problem] = []
    for day in sorted(days):
        for here in [{}, *slices]:
            for problem in _misplaced_at(document, at(metric, day, here)):
                if problem not in seen:
                    seen.append(problem)
    return seen


def _misplaced_at(document: Document, metric: MetricDefinition) -> list[Problem]:
    red, goal, stretch = metric.red, metric.goal, metric.stretch
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
