"""goals.csv → what is red and what the goal is, by date and by team; or everything wrong with it, line and column.

One line sets red, goal and stretch of one metric together. Lines win over the definition's own goals.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data_checks.calendar import Calendar
from data_checks.contract import contracts
from data_checks.errors import FileProblems, Place, Problem, RequestError, did_you_mean
from data_checks.yaml_file import read_bytes
from metrics.definition import GoalEntry, MetricDefinition
from metrics.goals import written
from metrics.goals.written import SCORES, number_of
from metrics.period import parse_period
from metrics.rules.goal_faults import ALL as FAULTS

FILE = "goals.csv"
LARGEST = 4 * 1024 * 1024
"""Bytes; a hundred thousand goals fit."""
COLUMNS = ("metric", "from", "to", *SCORES)


@dataclass(frozen=True)
class Line:
    """One line as read: what holds for which metric, from a day (None: always) to another that is left out."""

    metric: str
    number: int
    begins: dt.date | None
    ends: dt.date | None
    where: tuple[tuple[str, str], ...]
    values: Mapping[str, float | None]
    columns: Mapping[str, int]

    def place(self, key: str) -> Place:
        return Place(FILE, self.number, self.columns.get(key, 1))

    def entry(self, key: str) -> GoalEntry:
        place = self.place(self.where[0][0]) if self.where else None
        return GoalEntry(self.values[key], self.begins, self.where, self.ends, of_file=True, place=place)

    def overlaps(self, other: Line) -> bool:
        """Whether both hold on some day for the same rows. Two that begin together do; a later one without an end
        replaces an earlier one without an end, which is how a goal changes."""
        if (self.metric, self.where) != (other.metric, other.where):
            return False
        if self.begins == other.begins:
            return True
        first, second = sorted((self, other), key=lambda line: line.begins or dt.date.min)
        return first.ends is not None and (second.begins or dt.date.min) < first.ends


def with_goals(
    metrics: Mapping[str, MetricDefinition], folder: Path, calendar: Calendar, left_out: frozenset[str] = frozenset()
) -> tuple[dict[str, MetricDefinition], list[Problem]]:
    """The definitions with the goals of the folder's goals.csv, and everything wrong in it. A wrong line is left out.
    `calendar`: what `from: 2026` begins with; `left_out`: ids whose definition is wrong."""
    lines, problems = read_lines(folder, metrics, calendar, left_out)
    right: dict[str, list[Line]] = {}
    for line in lines:
        earlier = right.setdefault(line.metric, [])
        if other := next((other for other in earlier if line.overlaps(other)), None):
            told = f"line {other.number} holds for the same rows on some of these days; end one before the other."
            problems.append(Problem(line.place("from" if "from" in line.columns else "metric"), told))
            continue
        changed = _changed(metrics[line.metric], [*earlier, line])
        if faults := list(_faults(metrics[line.metric], changed, line)):
            problems += faults
        else:
            earlier.append(line)
    settled = {name: _changed(metrics[name], found) for name, found in right.items() if found}
    return {**metrics, **settled}, sorted(dict.fromkeys(problems), key=_file_order)


def read_lines(
    folder: Path, metrics: Mapping[str, MetricDefinition], calendar: Calendar, left_out: frozenset[str] = frozenset()
) -> tuple[list[Line], list[Problem]]:
    """Every line that can be read by itself, and what is wrong with the others."""
    problems: list[Problem] = []
    return list(_lines(folder, metrics, calendar, left_out, problems)), problems


def _file_order(problem: Problem) -> tuple[int, int, str]:
    return problem.place.line or 0, problem.place.column or 0, problem.message


def _changed(metric: MetricDefinition, lines: Sequence[Line]) -> MetricDefinition:
    """The definition with every line as an entry beside its own."""
    entries: dict[str, tuple[GoalEntry, ...]] = {}
    for key in SCORES:
        plain = getattr(metric, key)
        own = metric.goals.get(key, ()) if metric.goals else () if plain is None else (GoalEntry(plain),)
        new = (line.entry(key) for line in lines)
        entries[key] = (*own, *new)
    changed = replace(metric, goals=entries, goal_is_own=False)
    newest = max((line.begins or dt.date.min for line in lines if not line.where), default=dt.date.max)
    return written.at(changed, newest)


def _faults(metric: MetricDefinition, changed: MetricDefinition, line: Line) -> Iterator[Problem]:
    held = written.at(changed, line.begins or dt.date.min, dict(line.where))
    for fault in FAULTS:
        for key, told in fault(held):
            yield Problem(line.place(key), told)
    up, was_up = held.higher_is_better, metric.higher_is_better
    if None not in (up, was_up) and up != was_up and held.red != held.goal:
        side = "above" if was_up else "below"
        told = f"red and goal are the wrong way round: {metric.metric} has its goal {side} red."
        yield Problem(line.place("goal"), told)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────


def _lines(
    folder: Path,
    metrics: Mapping[str, MetricDefinition],
    calendar: Calendar,
    left_out: frozenset[str],
    problems: list[Problem],
) -> Iterator[Line]:
    """Every line that can be read."""
    text = _text(folder / FILE, problems)
    if text is None:
        return
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = _cells(text, delimiter, problems)
    head = next(rows, None)
    if head is None:
        told = f"this file is empty; begin with {','.join(COLUMNS)}, or delete it."
        problems.append(Problem(Place(FILE, 1, 1), told))
        return
    names = [name.strip().lower() for name, _ in head[1]]
    if found := list(_head_problems(names, head[1])):
        problems += found
        return
    for number, cells in rows:
        if any(text.strip() for text, _ in cells):
            reader = _LineReader(number, names, cells, metrics, calendar, left_out)
            line = reader.read()
            problems += reader.problems
            if line is not None and not reader.problems:
                yield line


def _text(path: Path, problems: list[Problem]) -> str | None:
    if not path.exists():
        return None
    try:
        content = read_bytes(path, FILE)
        if len(content) > LARGEST:
            raise FileProblems(
                [Problem(Place(FILE), f"this file has more than {LARGEST:,} bytes; leave old goals out.")]
            )
        return content.decode("utf-8-sig")
    except FileProblems as error:
        problems += error.problems
    except UnicodeDecodeError as error:
        problems.append(Problem(Place(FILE), f"this is not UTF-8 text (byte {error.start}); save the file as UTF-8."))
    return None


def _cells(text: str, delimiter: str, problems: list[Problem]) -> Iterator[tuple[int, list[tuple[str, int]]]]:
    """Every line's number and cells, each with the column its text begins in. A goal needs no line break in a cell."""
    for number, line in enumerate(io.StringIO(text), start=1):
        line = line.rstrip("\r\n")
        cells, column = [], 1
        try:
            texts = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            told = "this line cannot be split into cells; look for a line break inside it or an endless cell."
            problems.append(Problem(Place(FILE, number, 1), told))
            continue
        for cell in texts:
            raw = line[column - 1 :]
            quoted = raw.startswith('"')
            cells.append((cell, column))
            column += (len(cell) + cell.count('"') + 2 if quoted else len(cell)) + 1
        yield number, cells


def _cells_stand(count: int) -> str:
    return "1 cell stands" if count == 1 else f"{count} cells stand"


def _head_problems(names: Sequence[str], cells: Sequence[tuple[str, int]]) -> Iterator[Problem]:
    slices = {name for contract in contracts().values() for name in contract.slices}
    for name, (_, column) in zip(names, cells, strict=True):
        if name not in COLUMNS and name not in slices:
            hint = did_you_mean(name, [*COLUMNS, *slices])
            yield Problem(Place(FILE, 1, column), f"no goal can be set by '{name}'.{hint}")
        elif names.count(name) > 1:
            yield Problem(Place(FILE, 1, column), f"the column '{name}' is there twice; leave one out.")
    for name in ("metric", "red", "goal"):
        if name not in names:
            yield Problem(Place(FILE, 1, 1), f"the column '{name}' is missing; begin with {','.join(COLUMNS)}.")


@dataclass
class _LineReader:
    """Reads one line, collecting what is wrong with it."""

    number: int
    names: Sequence[str]
    cells: Sequence[tuple[str, int]]
    metrics: Mapping[str, MetricDefinition]
    calendar: Calendar
    left_out: frozenset[str]

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self.columns = {name: column for name, (_, column) in zip(self.names, self.cells, strict=False)}
        self.texts = {name: text.strip() for name, (text, _) in zip(self.names, self.cells, strict=False)}

    def _say(self, key: str, told: str) -> None:
        self.problems.append(Problem(Place(FILE, self.number, self.columns.get(key, 1)), told))

    def read(self) -> Line | None:
        if len(self.cells) != len(self.names):
            self._say(
                "metric", f"{_cells_stand(len(self.cells))} here under {len(self.names)} headers; fill or cut the line."
            )
            return None
        name = self.texts["metric"]
        metric = self.metrics.get(name)
        if metric is None and name in self.left_out:
            return None
        if metric is None:
            self._say("metric", f"there is no metric '{name}'.{did_you_mean(name, self.metrics)}")
            return None
        begins, ends = self._day("from"), self._day("to")
        if begins and ends and ends <= begins:
            self._say("to", f"this ends on {ends}, before it begins; `to` is the first day left out.")
        values = {key: self._value(metric, key) for key in SCORES}
        where = tuple(sorted((key, text) for key, text in self.texts.items() if key not in COLUMNS and text))
        return Line(name, self.number, begins, ends, where, values, self.columns)

    def _day(self, key: str) -> dt.date | None:
        if not (text := self.texts.get(key)):
            return None
        try:
            return parse_period(text, self.calendar).start
        except RequestError as error:
            self._say(key, str(error).removesuffix(".") + ".")
            return None

    def _value(self, metric: MetricDefinition, key: str) -> float | None:
        if not (text := self.texts.get(key)):
            return None
        number, told = number_of(text, key, metric.unit)
        if told:
            self._say(key, told)
        return number
