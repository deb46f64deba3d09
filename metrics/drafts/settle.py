"""Drafts that name each other → definitions with their formulas bound, unit, goals and problems.

What stood before is taken again when neither the definition nor anything it names has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from data_checks.calendar import Calendar
from data_checks.contract import Contract, contracts
from data_checks.errors import Problem
from metrics.definition import MetricDefinition, Unit
from metrics.drafts.definition_file import Draft
from metrics.goals.written import goals_of, has_percent
from metrics.language.bind import Binder
from metrics.language.bound import Arithmetic, Value
from metrics.language.kinds import default_unit
from metrics.language.tree import Inside
from metrics.models.bind import bind_model
from metrics.period import Duration
from metrics.rules import ABOUT_ONE
from metrics.rules.subjects import Understood

MOST_NODES = 400


@dataclass(frozen=True, eq=False)
class Settled:
    """One definition as far as it could be understood. `value` None: it cannot be computed.

    `uses`: what it names, as it stood then. `shown`: everything of it that anybody can see, as one text.
    """

    draft: Draft
    metric: MetricDefinition
    value: Value | None
    problems: tuple[Problem, ...]
    uses: Mapping[str, Settled]
    shown: str

    @property
    def is_right(self) -> bool:
        return self.value is not None and not self.problems


@dataclass(frozen=True)
class Order:
    """Ids so that each comes after those it names; `circles`: those that name each other in turn, each once."""

    names: Sequence[str]
    circles: Sequence[tuple[str, ...]]


def order_of(drafts: Mapping[str, Draft]) -> Order:
    """Walks without recursion: a thousand metrics may stand on each other."""
    done: dict[str, None] = {}
    circles: dict[frozenset[str], tuple[str, ...]] = {}
    for start in drafts:
        path: dict[str, None] = {}
        waiting = [(start, False)]
        while waiting:
            name, is_left = waiting.pop()
            if is_left:
                path.pop(name)
                done[name] = None
            elif name in path:
                members = tuple(path)[tuple(path).index(name) :]
                circles.setdefault(frozenset(members), members)
            elif name not in done:
                path[name] = None
                waiting.append((name, True))
                waiting += [(named, False) for named in reversed(drafts[name].names) if named in drafts]
    return Order(tuple(done), tuple(circles.values()))


def settle(
    drafts: Mapping[str, Draft], also_known: frozenset[str], calendar: Calendar, before: Mapping[str, Settled]
) -> Settling:
    """Every draft settled; `also_known`: ids that exist but have no definition to go by; `before`: what was settled
    last, by the same calendar."""
    return Settling(drafts, also_known | set(drafts), contracts(), calendar, before)


class Settling:
    """The work of one reading: `settled` by id, `waiting` ids whose formula is right but names what is not."""

    def __init__(
        self,
        drafts: Mapping[str, Draft],
        known: frozenset[str],
        tables: Mapping[str, Contract],
        calendar: Calendar,
        before: Mapping[str, Settled],
    ) -> None:
        self.drafts = drafts
        self.known = known
        self.tables = tables
        self.calendar = calendar
        self.before = before
        self.order = order_of(drafts)
        self.settled: dict[str, Settled] = {}
        self.waiting: dict[str, tuple[str, ...]] = {}
        for name in self.order.names:
            self.settled[name] = self._as_before(name) or self._settle(name)

    def _as_before(self, name: str) -> Settled | None:
        """The one that stood before, if it was right, is written as it was, and stands on the very same others."""
        old, draft = self.before.get(name), self.drafts[name]
        if old is None or old.draft is not draft or not old.is_right:
            return None
        is_same = all(self.settled.get(used) is old.uses[used] for used in draft.names)
        return old if is_same and all(drive.metric in self.known for drive in draft.file.drives) else None

    def _settle(self, name: str) -> Settled:
        draft = self.drafts[name]
        value, problems = self._bind(draft)
        definition = replace(draft.metric, unit=_unit(draft, value))
        definition, unreadable = goals_of(draft.document, definition, self.calendar)
        understood = Understood(
            draft.document, draft.file, definition, draft.tree, draft.names, draft.problems, self.known
        )
        problems += [*unreadable, *(problem for rule in ABOUT_ONE for problem in rule(understood))]
        uses = {used: self.settled[used] for used in draft.names if used in self.settled}
        definition = replace(definition, needs=_needs(definition, uses))
        if value is not None:
            definition = _completed(definition, value, self._ripe(draft, uses))
        problems = [*draft.problems, *dict.fromkeys(problems)]
        return Settled(draft, definition, value, tuple(problems), uses, _shown(definition))

    def _bind(self, draft: Draft) -> tuple[Value | None, list[Problem]]:
        written = draft.metric.written
        if draft.metric.model is not None and draft.metric.formula is None:
            return bind_model(draft.metric.model, self.tables), []
        if draft.tree is None or written is None:
            return None, []
        binder = Binder(self.tables, self._value_of, self.known)
        value = _bound(binder, draft)
        if binder.faults:
            return None, [Problem(written.place(f.at.line, f.at.column), f.message) for f in binder.faults]
        if value is None:
            missing = sorted(used for used in draft.names if self._value_of(used) is None)
            self.waiting[draft.metric.metric] = tuple(missing)
            return None, []
        if size_of(value) > MOST_NODES:
            told = f"written out, this has more than {MOST_NODES} parts; it names metrics that name metrics too often."
            return None, [Problem(written.begins, told)]
        return value, []

    def _value_of(self, name: str) -> Value | None:
        found = self.settled.get(name)
        return None if found is None else found.value

    def _ripe(self, draft: Draft, uses: Mapping[str, Settled]) -> Duration | None:
        """The longest of its own and its parts'."""
        spans = [draft.metric.ripe_after, *(used.metric.ripe_after for used in uses.values())]
        return max((span for span in spans if span is not None), key=lambda span: span.about_days, default=None)


def _needs(definition: MetricDefinition, uses: Mapping[str, Settled]) -> tuple[str, ...]:
    """The checks it names, and those that the metrics in its formula stand on: what withholds them withholds it."""
    of_parts = (need for used in uses.values() for need in used.metric.needs)
    return tuple(dict.fromkeys([*definition.needs, *of_parts]))


def _bound(binder: Binder, draft: Draft) -> Value | None:
    """The shape's own way to bind what stands in its `of`."""
    tree, metric = draft.tree, draft.metric
    if isinstance(tree, Inside):
        assert metric.retention is not None
        return binder.retention(tree, metric.retention)
    assert tree is not None
    if metric.compare is not None:
        return binder.compare(tree, metric.compare.ago, metric.compare.how)
    return binder.formula(tree) if metric.frame is None else binder.over(tree, metric.frame)


def size_of(value: Value) -> int:
    """How many parts a formula has written out, counted no further than needed."""
    count, waiting = 0, [value]
    while waiting and count <= MOST_NODES:
        count += 1
        part = waiting.pop()
        if isinstance(part, Arithmetic):
            waiting += [part.left, part.right]
    return count


def _unit(draft: Draft, value: Value | None) -> Unit:
    """The unit given, else the one that follows from the formula; of a formula that is wrong, what its goals say."""
    if draft.metric.unit_given:
        return draft.metric.unit
    if (compare := draft.metric.compare) is not None and compare.how == "percent_change":
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


def _shown(metric: MetricDefinition) -> str:
    """All of a definition that anybody can see; a new name is a new catalogue, though not a new meaning."""
    words = (metric.name, metric.question, metric.description, metric.perspective, metric.objective, metric.owner)
    beside = (metric.status, metric.timing, metric.needs, metric.drives, metric.benchmark, str(metric.place))
    return repr((metric.metric, metric.hash, *words, *beside))
