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

from data_checks.calendar import EVERYBODYS, Calendar
from data_checks.contract import Contract, contracts
from data_checks.errors import FileProblems, Problem
from data_checks.yaml_file import Document, read_documents
from metrics.bind import Binder
from metrics.bound import Arithmetic, Value
from metrics.definition import MetricDefinition, Unit
from metrics.definition_file import definition_from
from metrics.formula import FormulaError, parse, parse_set
from metrics.goals import goals_of, has_percent
from metrics.kinds import default_unit
from metrics.period import Duration
from metrics.tree import Inside, Node

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


@dataclass(frozen=True)
class _Draft:
    """One definition as read: its document for the goals, whose unit is known only once the formula is."""

    definition: MetricDefinition
    document: Document
    problems: tuple[Problem, ...]


def read_catalog(folder: Path | None = None, calendar: Calendar = EVERYBODYS) -> Catalog:
    """The library, and the metrics of a workspace's `folder` if it exists. Never raises for a wrong file.

    `calendar`: the one of the load these metrics are asked of; a goal `from: 2026` begins with its year.
    """
    drafts = dict(_library())
    problems: list[Problem] = []
    notes: list[str] = []
    seen: dict[str, MetricDefinition] = {}
    for draft in _read_folder(folder, problems) if folder and folder.is_dir() else ():
        definition = draft.definition
        if definition.metric in seen:
            first = seen[definition.metric].place
            problems.append(Problem(definition.place, f"'{definition.metric}' is defined twice; first at {first}."))
            continue
        if definition.metric in drafts:
            notes.append(f"{definition.place.file}: replaces the library's '{definition.metric}'.")
        seen[definition.metric] = definition
        drafts[definition.metric] = draft
    return _bind_all(drafts, problems, notes, calendar)


@functools.cache
def _library() -> Mapping[str, _Draft]:
    problems: list[Problem] = []
    found = {draft.definition.metric: draft for draft in _read_folder(LIBRARY, problems)}
    if problems:
        raise FileProblems(problems)
    return found


def _read_folder(folder: Path, problems: list[Problem]) -> Iterable[_Draft]:
    """Each definition of a folder; documents without a shape go to `problems` and are left out."""
    for path in sorted(folder.rglob("*.y*ml")):
        shown = str(path.relative_to(folder.parent))
        try:
            documents = read_documents(path, shown)
        except FileProblems as error:
            problems.extend(error.problems)
            continue
        for document in documents:
            try:
                definition, own = definition_from(document)
            except FileProblems as error:
                problems.extend(error.problems)
            else:
                yield _Draft(definition, document, tuple(own))


def _bind_all(
    drafts: Mapping[str, _Draft], problems: list[Problem], notes: Iterable[str], calendar: Calendar
) -> Catalog:
    binding = _Binding({name: draft.definition for name, draft in drafts.items()}, contracts())
    for name in drafts:
        binding.bind(name)
    problems.extend(binding.problems)
    metrics, bound = {}, {}
    for name, draft in drafts.items():
        value = binding.bound[name]
        unit = _unit(draft, value)
        definition, wrong = goals_of(draft.document, replace(draft.definition, unit=unit), calendar)
        problems.extend([*draft.problems, *wrong])
        if value is not None and not wrong and not draft.problems:
            bound[name] = value
            metrics[name] = _completed(definition, value, binding.ripe.get(name))
    digest = hashlib.sha256(repr([_shown(metric) for metric in metrics.values()]).encode()).hexdigest()[:12]
    left_out = frozenset(set(drafts) - set(metrics))
    told = [*notes, *_notes(metrics.values())]
    return Catalog(metrics, bound, tuple(sorted(problems)), tuple(told), digest, left_out)


def _notes(metrics: Iterable[MetricDefinition]) -> Iterable[str]:
    for metric in metrics:
        if metric.goal is not None and metric.perspective is None:
            yield f"{metric.place.file}: '{metric.metric}' has a goal but no perspective, so it is not on the board."


def _shown(metric: MetricDefinition) -> tuple[object, ...]:
    """All of a definition that anybody can see; a new name is a new catalogue, though not a new meaning."""
    words = (metric.name, metric.question, metric.description, metric.perspective, metric.objective, metric.owner)
    return (metric.metric, metric.hash, *words, metric.status, metric.timing, str(metric.place))


def _unit(draft: _Draft, value: Value | None) -> Unit:
    """The unit given, else the one that follows from the formula; of a formula that is wrong, what its goals say."""
    if draft.definition.unit_given:
        return draft.definition.unit
    if (compare := draft.definition.compare) is not None and compare.how == "percent_change":
        return "percent"
    if value is not None:
        return default_unit(value)
    return "percent" if has_percent(draft.document) else "number"


def _completed(definition: MetricDefinition, value: Value, ripe: Duration | None) -> MetricDefinition:
    """The definition with its ripening and the hash of its meaning."""
    goals = [definition.red, definition.goal, definition.stretch, repr(definition.goals)]
    content = [repr(value), definition.unit, *goals, definition.weight, definition.min_n, repr(ripe)]
    content += ["fill 0"] if definition.fills_zero else []
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
    return replace(definition, ripe_after=ripe, hash=digest)


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
        written = definition.written
        assert written is not None
        binder = Binder(self.tables, self.bind, frozenset(self.definitions))
        try:
            tree = _tree(definition)
        except FormulaError as error:
            self.problems.append(Problem(written.place(error.at.line, error.at.column), str(error)))
            return None
        value = _bound(binder, tree, definition)
        self.problems.extend(
            Problem(written.place(fault.at.line, fault.at.column), fault.message) for fault in binder.faults
        )
        if value is not None and size_of(value) > MOST_NODES:
            told = f"written out, this has more than {MOST_NODES} parts; it names metrics that name metrics too often."
            self.problems.append(Problem(written.begins, told))
            return None
        if value is None and not binder.faults:
            names = ", ".join(f"'{name}'" for name in sorted(binder.used) if self.bound.get(name) is None)
            self.problems.append(Problem(written.begins, f"this stands on {names}, which cannot be computed."))
        spans = [definition.ripe_after, *(self.ripe.get(name) for name in binder.used)]
        known = [span for span in spans if span is not None]
        self.ripe[definition.metric] = max(known, key=lambda span: span.about_days, default=None)
        return value


def _bound(binder: Binder, tree: Node | Inside, definition: MetricDefinition) -> Value | None:
    """The shape's own way to bind what stands in its `of`."""
    if isinstance(tree, Inside):
        assert definition.retention is not None
        return binder.retention(tree, definition.retention)
    if definition.compare is not None:
        return binder.compare(tree, definition.compare.ago, definition.compare.how)
    return binder.formula(tree) if definition.frame is None else binder.over(tree, definition.frame)


MOST_NODES = 400


def size_of(value: Value) -> int:
    """How many parts a formula has written out, counted no further than needed."""
    count, waiting = 0, [value]
    while waiting and count <= MOST_NODES:
        count += 1
        part = waiting.pop()
        if isinstance(part, Arithmetic):
            waiting += [part.left, part.right]
    return count


def _tree(definition: MetricDefinition) -> Node | Inside:
    if definition.retention is not None:
        return parse_set(definition.retention.of)
    return parse(definition.formula or "")
