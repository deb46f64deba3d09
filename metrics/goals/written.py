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
OWN = "own"
"""Written in place of red and goal: only the organisation itself can know them (goals.csv)."""


def has_percent(document: Document) -> bool:
    """Whether a goal is written with a percent sign."""
    return any(
        written.value.strip().endswith("%") for path, written in document.scalars.items() if path and path[0] in SCORES
    )


def at(metric: MetricDefinition, day: dt.date, slices: Mapping[str, str | None] | None = None) -> MetricDefinition:
    """The definition with the goals that hold on a day for a slice: of those begun, the most specific, then goals.csv
    before the definition, then the newest. A metric whose goals do not change is returned as it is."""
    if not metric.goals:
        return metric
    held = _held(metric, day, slices or {})
    red, goal, stretch = (None if (entry := held[key]) is None else entry.value for key in SCORES)
    return replace(metric, red=red, goal=goal, stretch=stretch)


def is_own(
    metric: MetricDefinition,
    day: dt.date,
    slices: Mapping[str, str | None],
    with_parents: Mapping[str, str | None] | None = None,
) -> bool:
    """Whether the goal that holds is set for just these slices, not for all or for more rows than theirs; a team named
    with its department (with_parents) is no less the team."""
    entry = _held(metric, day, with_parents or slices)["goal"] if metric.goals else None
    return entry is not None and bool(entry.where) and set(slices) <= {name for name, _ in entry.where}


def entry(metric: MetricDefinition, key: str, day: dt.date, slices: Mapping[str, str | None]) -> GoalEntry | None:
    """The entry of red, goal or stretch that holds; a goal that never changes is one of its own."""
    if metric.goals:
        found = _held(metric, day, slices)[key]
        return found if found is not None and found.value is not None else None
    value = getattr(metric, key)
    return None if value is None else GoalEntry(value)


def _held(metric: MetricDefinition, day: dt.date, slices: Mapping[str, str | None]) -> dict[str, GoalEntry | None]:
    """The entries of red, goal and stretch that hold. A line of goals.csv sets the three together: where one of them is
    of the file, so are the others, or a goal could come to lie on the wrong side of red."""
    held = {key: _holding(metric.goals.get(key, ()), day, slices) for key in SCORES}
    if len({one.of_file for one in held.values() if one is not None}) > 1:
        of_file = {key: tuple(one for one in metric.goals.get(key, ()) if one.of_file) for key in SCORES}
        return {key: _holding(entries, day, slices) for key, entries in of_file.items()}
    return held


def _holding(entries: tuple[GoalEntry, ...], day: dt.date, slices: Mapping[str, str | None]) -> GoalEntry | None:
    begun = [
        entry
        for entry in entries
        if (entry.begins is None or entry.begins <= day)
        and (entry.ends is None or day < entry.ends)
        and all(name in slices and slices[name] == value for name, value in entry.where)
    ]
    return max(begun, key=lambda one: (_narrow(one), one.of_file, one.begins or dt.date.min), default=None)


_WITHIN = ("department", "team", "agent")
"""Each lies in the one before it, so its goal is the more specific one."""


def _narrow(entry: GoalEntry) -> tuple[int, int]:
    """How specific an entry is: by how many slices, then by how small the smallest part of the house is."""
    return len(entry.where), max((_WITHIN.index(name) for name, _ in entry.where if name in _WITHIN), default=-1)


def goals_of(
    document: Document, metric: MetricDefinition, calendar: Calendar
) -> tuple[MetricDefinition, list[Problem]]:
    """The metric with the goals of its file read in its unit (the newest ones of the whole organisation as red, goal
    and stretch), and every one that cannot be read at its place; then it has none. `calendar`: what a goal
    `from: 2026` begins with."""
    problems: list[Problem] = []
    entries = {key: _entries(document, key, metric.unit, calendar, problems) for key in SCORES}
    changing = {key: found for key, found in entries.items() if found}
    if problems or not changing:
        is_own = not problems and document.data.get("goal") == document.data.get("red") == OWN
        return replace(metric, goal_is_own=is_own), problems
    metric = at(replace(metric, goals=changing), dt.date.max)
    plain = all(entry.begins is None and not entry.where for found in changing.values() for entry in found)
    return replace(metric, goals={} if plain else changing), problems


def _entries(
    document: Document, key: str, unit: Unit, calendar: Calendar, problems: list[Problem]
) -> tuple[GoalEntry, ...]:
    written = document.data.get(key)
    if written is None or (written == OWN and key != "stretch"):
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
    place = document.place(*path, "where") if where else None
    return None if value is None else GoalEntry(value, begins, where, place=place)


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
    if path not in document.scalars:
        problems.append(Problem(document.place(*path), f"{SCORES[key]} cannot be read: one value is needed."))
        return None
    number, told = number_of(document.written(*path).value, key, unit)
    if told:
        problems.append(Problem(document.place(*path), told))
    return number


def number_of(text: str, key: str, unit: Unit) -> tuple[float | None, str]:
    """A goal as written → its value in the unit, percent as a fraction; and what is wrong with it, '' when nothing."""
    text, wrong = text.strip(), f"{SCORES[key]} cannot be read:"
    if not _NUMBER.fullmatch(text):
        return None, f"{wrong} '{text}' is no number; write one such as {'85%' if unit == 'percent' else '4.5'}."
    number, told = float(text.removesuffix("%")), ""
    if text.endswith("%") and unit != "percent":
        told = f"{wrong} '{text}' is a percentage, but the unit is {unit}."
    elif unit == "percent" and not text.endswith("%") and abs(number) > 1:
        told = f"{wrong} {text} is no fraction; write '{text}%'."
    return number / 100 if text.endswith("%") else number, told


def settings(metric: MetricDefinition) -> list[MetricDefinition]:
    """The metric with each setting of red, goal and stretch that ever holds: at every day one begins, for every
    group of rows that has its own."""
    if not metric.goals:
        return [metric]
    entries = [entry for found in metric.goals.values() for entry in found]
    days = {entry.begins or dt.date.min for entry in entries} | {entry.ends for entry in entries if entry.ends}
    groups = dict.fromkeys(((), *(entry.where for found in metric.goals.values() for entry in found)))
    return [at(metric, day, dict(where)) for day in sorted(days) for where in groups]
