"""All metric files → Catalog: definitions with their bound formulas, or every problem with file:line:column.

A wrong definition is left out and reported; the others stand.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from data_checks.contract import Contract, contracts
from data_checks.errors import FileProblems, Place, Problem
from data_checks.yaml_file import read_documents
from metrics.bind import Binder, Value
from metrics.definition import Duration, MetricDefinition
from metrics.definition_file import definition_from
from metrics.formula import At, FormulaError, Inside, Node, parse, parse_set
from metrics.kinds import default_unit

LIBRARY = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Catalog:
    """Every metric that can be computed, in library order; `bound` holds what each formula means.

    `problems`: all that is wrong in any file. `left_out`: the ids that cannot be computed for it.
    `notes`: what a reader should know (a library metric replaced).
    `hash` changes when any definition does.
    """

    metrics: Mapping[str, MetricDefinition]
    bound: Mapping[str, Value]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    hash: str
    left_out: frozenset[str] = frozenset()


def read_catalog(folder: Path | None = None) -> Catalog:
    """The library, and the metrics of a workspace's `folder` if it exists. Never raises for a wrong file."""
    definitions = dict(_library())
    problems: list[Problem] = []
    notes: list[str] = []
    seen: dict[str, MetricDefinition] = {}
    wrong: set[str] = set()
    for definition, own_problems in _read_folder(folder, problems) if folder and folder.is_dir() else ():
        if own_problems:
            wrong.add(definition.metric)
            problems.extend(own_problems)
        if definition.metric in seen:
            first = seen[definition.metric].place
            problems.append(Problem(definition.place, f"'{definition.metric}' is defined twice; first at {first}."))
            continue
        if definition.metric in definitions:
            notes.append(f"{definition.place.file}: replaces the library's '{definition.metric}'.")
        seen[definition.metric] = definition
        definitions[definition.metric] = definition
    return _bind_all(definitions, wrong, problems, notes)


@functools.cache
def _library() -> Mapping[str, MetricDefinition]:
    problems: list[Problem] = []
    found = {}
    for definition, own_problems in _read_folder(LIBRARY, problems):
        found[definition.metric] = definition
        problems.extend(own_problems)
    if problems:
        raise FileProblems(problems)
    return found


def _read_folder(folder: Path, problems: list[Problem]) -> Iterable[tuple[MetricDefinition, list[Problem]]]:
    """Each definition with its own problems; documents without a shape go to `problems` and are left out."""
    for path in sorted(folder.rglob("*.y*ml")):
        shown = str(path.relative_to(folder.parent))
        try:
            documents = read_documents(path, shown)
        except FileProblems as error:
            problems.extend(error.problems)
            continue
        for document in documents:
            try:
                yield definition_from(document)
            except FileProblems as error:
                problems.extend(error.problems)


def _bind_all(
    definitions: Mapping[str, MetricDefinition], wrong: set[str], problems: list[Problem], notes: Iterable[str]
) -> Catalog:
    binding = _Binding(definitions, contracts())
    for name in definitions:
        binding.bind(name)
    problems.extend(binding.problems)
    bound = {name: value for name, value in binding.bound.items() if value is not None and name not in wrong}
    metrics = {
        name: _completed(definitions[name], bound[name], binding.ripe.get(name))
        for name in definitions
        if name in bound
    }
    digest = hashlib.sha256("".join(metric.hash for metric in metrics.values()).encode()).hexdigest()[:12]
    return Catalog(
        metrics, bound, tuple(sorted(problems)), tuple(notes), digest, frozenset(set(definitions) - set(metrics))
    )


def _completed(definition: MetricDefinition, value: Value, ripe: Duration | None) -> MetricDefinition:
    """The definition with what follows from its formula: a unit when none is given, its ripening, its hash."""
    unit = definition.unit if "unit" in definition.other.get("given", ()) else default_unit(value)
    content = json.dumps([repr(value), unit, definition.red, definition.goal, definition.stretch, definition.weight,
                          definition.min_n, repr(ripe)])  # fmt: skip
    return replace(
        definition,
        unit=unit,
        ripe_after=ripe,
        hash=hashlib.sha256(content.encode()).hexdigest()[:12],
    )


class _Binding:
    """Binds formulas that name each other, noting cycles."""

    def __init__(self, definitions: Mapping[str, MetricDefinition], tables: Mapping[str, Contract]) -> None:
        self.definitions = definitions
        self.tables = tables
        self.bound: dict[str, Value | None] = {}
        self.ripe: dict[str, Duration | None] = {}
        self.problems: list[Problem] = []
        self._open: list[str] = []

    def bind(self, name: str) -> Value | None:
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            self.problems.append(Problem(self.definitions[name].place, f"metrics go in a circle: {circle}."))
            return None
        if name not in self.bound:
            self._open.append(name)
            self.bound[name] = self._bind_one(self.definitions[name])
            self._open.pop()
        return self.bound[name]

    def _bind_one(self, definition: MetricDefinition) -> Value | None:
        begins = definition.formula_place or definition.place
        binder = Binder(self.tables, self.bind, frozenset(self.definitions))
        try:
            tree = _tree(definition)
        except FormulaError as error:
            self.problems.append(Problem(inside(begins, error.at), str(error)))
            return None
        if isinstance(tree, Inside):
            assert definition.retention is not None
            value = binder.retention(tree, definition.retention)
        else:
            value = binder.formula(tree)
        self.problems.extend(Problem(inside(begins, fault.at), fault.message) for fault in binder.faults)
        if value is None and not binder.faults:
            names = ", ".join(f"'{name}'" for name in sorted(binder.used) if self.bound.get(name) is None)
            self.problems.append(Problem(begins, f"this stands on {names}, which cannot be computed."))
        spans = [definition.ripe_after, *(self.ripe.get(name) for name in binder.used)]
        known = [span for span in spans if span is not None]
        self.ripe[definition.metric] = max(known, key=lambda span: span.about_days, default=None)
        return value


def _tree(definition: MetricDefinition) -> Node | Inside:
    if definition.retention is not None:
        return parse_set(definition.retention.of)
    return parse(definition.formula or "")


def inside(begins: Place, at: At) -> Place:
    """A place of the formula as a place of the file the formula stands in."""
    line, column = begins.line or 1, begins.column or 1
    return Place(begins.file, line + at.line - 1, column + at.column - 1 if at.line == 1 else at.column)
