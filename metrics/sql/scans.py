"""Run a question: the leaves of many formulas → as few scans as there are tables and windows → pooled parts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from data_checks.warehouse.contract import Warehouse
from metrics.figures import Parts
from metrics.language.bound import Aggregate, Item, Leaf, ModelOf, Products, RetentionOf, Value, is_reference, sets_in
from metrics.language.kinds import kind_of
from metrics.language.provided import available_members, counted_at, knows_teams, provided_tables
from metrics.models.answers import model_answers
from metrics.period import Grain, Period, floor, shifted
from metrics.question import Group, Question, SliceValues
from metrics.sql.compile import Scan, compile_plain
from metrics.sql.compile_keys import BITS, compile_distinct, compile_retention, compile_set
from metrics.sql.prepared import kept_answers, kept_ends
from metrics.sql.quantiles import Ends
from metrics.sql.rollup import NOTHING, Prepared, Rollup, prepared_of, rollup_of

Found = dict[Item, dict[Group, Parts]]
WITH_OWN_QUERY = ("quantile", "mean_per_key")
"""Kinds whose interval takes a query of its own."""


@dataclass(frozen=True)
class Answers:
    """Per leaf and group (period start, slice values): its parts. `unripe`: groups whose retention is too young.
    `ends`: intervals prepared with the load, for the formulas that have them."""

    parts: Mapping[Item, Mapping[Group, Parts]]
    unripe: frozenset[tuple[Leaf, dt.date | None]]
    ends: Mapping[Value, Mapping[Group, Ends]] = field(default_factory=dict)

    def groups(self, leaves: Iterable[Leaf]) -> list[SliceValues]:
        """Every combination of slice values these leaves counted something in, whatever was asked beside them;

        names first in order, rows without one last.
        """
        cut = (leaf for leaf in leaves if not is_reference(leaf))
        seen = {slices for leaf in cut for (_, slices), parts in self.parts.get(leaf, {}).items() if parts.get("n")}
        return sorted(seen, key=lambda slices: [(value is None, value or "") for value in slices])


def scans_of(
    leaves: Iterable[Leaf | Products], question: Question, warehouse: Warehouse, prepared: Prepared = NOTHING
) -> list[tuple[Scan, Question]]:
    """The statements that answer all leaves; leaves of one table, window and frame share one, but one that tests
    membership filters its rows alone. `prepared`: the rollups that may stand for the facts."""
    tables = warehouse.facts.tables
    plain: dict[object, tuple[Rollup | None, list[Aggregate | Products]]] = {}
    scans: list[tuple[Scan, Question]] = []
    for item in dict.fromkeys(_as_counted(leaf, warehouse) for leaf in leaves):
        leaf = item.left if isinstance(item, Products) else item
        if question.scope.teams is not None and not all(knows_teams(t, tables) for t in provided_tables(leaf, tables)):
            continue
        if isinstance(leaf, RetentionOf):
            if (asked := _retention_question(leaf, question)) is not None:
                scans.append((_retention(leaf, asked, warehouse), asked))
        elif leaf.members:
            scan = compile_set(_reduced(leaf, warehouse), question, warehouse.table)
            scans.append((replace(scan, parts=((leaf, "n"),)), question))
        else:
            assert not isinstance(item, RetentionOf)
            alone = leaf.where if any(sets_in(leaf.where)) else None
            rollup = rollup_of(item, question, prepared)
            key = leaf.argument if leaf.function == "distinct" else None
            together = (leaf.table, leaf.window, leaf.frame, alone, rollup and rollup.name, key)
            plain.setdefault(together, (rollup, []))[1].append(item)
    for rollup, group in plain.values():
        scans += [(scan, question) for scan in _plain(group, question, warehouse, rollup)]
    return scans


def _plain(
    group: Sequence[Aggregate | Products], question: Question, warehouse: Warehouse, rollup: Rollup | None
) -> list[Scan]:
    """Aggregates that can share a scan, in one; but so many distinct( ) of a key as one number has bits."""
    distinct = [item for item in group if isinstance(item, Aggregate) and item.function == "distinct"]
    if len(distinct) < 2:
        return [compile_plain(group, question, warehouse, rollup)]
    chunks = [distinct[at : at + BITS] for at in range(0, len(distinct), BITS)]
    return [compile_distinct(chunk, question, warehouse.table) for chunk in chunks]


def _as_counted(item: Any, warehouse: Warehouse) -> Any:
    """A union of which one plain set has a source is that set, which shares a scan with others."""
    if not isinstance(item, Aggregate) or not item.members:
        return item
    first, *others = available_members(item, warehouse.facts.tables) or item.members
    if others or first.word != "union":
        return item
    return Aggregate("distinct", first.table, first.key, first.window, first.where, frame=item.frame)


def _reduced(leaf: Any, warehouse: Warehouse) -> Any:
    """The leaf without union members that no source provides."""
    return replace(leaf, members=available_members(leaf, warehouse.facts.tables))


def _retention_question(leaf: RetentionOf, question: Question) -> Question | None:
    """The question at the shape's own grain; None when asked finer than that."""
    order: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year", "all")
    if order.index(question.grain) < order.index(leaf.every):
        return None
    if question.grain == leaf.every:
        return question
    periods = question.periods  # whole ones, also where --from and --to cut through them
    return question.at(leaf.every, periods[0].start, periods[-1].end)


def _retention(leaf: RetentionOf, question: Question, warehouse: Warehouse) -> Scan:
    reduced = _reduced(leaf, warehouse)
    known = (warehouse.facts.tables[table].days_at(column) for table, column in counted_at(reduced))
    history = min((days[0] for days in known if days is not None), default=question.start)
    scan = compile_retention(reduced, question, history, warehouse.table)
    return replace(scan, parts=tuple((leaf, name) for _, name in scan.parts))


def run(items: Iterable[Item], question: Question, warehouse: Warehouse, values: Iterable[Value] = ()) -> Answers:
    """All parts of all items: what was kept with the load, then scans of rollups and of facts, as few as there are
    tables and windows. `values`: formulas whose kept intervals are wanted, too."""
    wanted = tuple(dict.fromkeys(items))
    models = [item for item in wanted if isinstance(item, ModelOf)]
    plain = [item for item in wanted if not isinstance(item, ModelOf)]
    judged = [value for value in values if kind_of(value) in WITH_OWN_QUERY]
    kept, ends = kept_answers(plain, question, warehouse), kept_ends(judged, question, warehouse)
    found: Found = defaultdict(dict, {item: dict(groups) for item, groups in kept.items()})
    rest = [item for item in plain if item not in kept]
    for scan, asked in scans_of(rest, question, warehouse, prepared_of(warehouse)):
        rows = warehouse.read(scan.statement)
        leaf = scan.parts[0][0]
        if isinstance(leaf, RetentionOf):
            found[leaf] = _pooled(leaf, rows, asked, question)
        else:
            for row in rows:
                _take(row, scan, found)
    for item in rest:
        found[item] = found[_as_counted(item, warehouse)]
    if models:
        found |= {model: dict(groups) for model, groups in model_answers(models, question, warehouse).items()}
    unripe = {(leaf, start) for leaf in plain if isinstance(leaf, RetentionOf) for start in _unripe(leaf, question)}
    return Answers(found, frozenset(unripe), ends)


def _take(row: Any, scan: Scan, found: Found) -> None:
    head, slices = (1 if scan.has_period else 0), scan.slices
    group = (_as_day(row[0]) if scan.has_period else None, tuple(row[head : head + slices]))
    parts: dict[Item, dict[str, float | None]] = {}
    for (item, name), value in zip(scan.parts, row[head + slices :], strict=True):
        parts.setdefault(item, {})[name] = None if value is None else float(value)
    for counted, own in parts.items():
        found[counted][group] = own


def _as_day(value: Any) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _pooled(leaf: RetentionOf, rows: Iterable[Any], asked: Question, question: Question) -> dict[Group, Parts]:
    """Retention per period of `every` pooled into the asked periods: ripe ones only, unless one was asked for."""
    same = question.grain == leaf.every
    young = set() if same else _young(leaf, asked)
    groups: dict[Group, Parts] = {}
    for row in rows:
        begins, slices, (returned, members) = _as_day(row[0]), tuple(row[1:-2]), row[-2:]
        if begins in young:
            continue
        group = (None if question.grain == "all" else floor(begins, question.grain, question.calendar), slices)
        before = groups.get(group, {})
        parts = {"y": float(returned), "n": float(members)}
        groups[group] = {name: (before.get(name) or 0.0) + value for name, value in parts.items()}
    return groups


def _unripe(leaf: RetentionOf, question: Question) -> set[dt.date]:
    """The asked periods that hold one whose later period has not ended."""
    asked = _retention_question(leaf, question)
    if asked is None or question.grain == "all":
        return set()
    return {floor(start, question.grain, question.calendar) for start in _young(leaf, asked)}


def _young(leaf: RetentionOf, asked: Question) -> set[dt.date]:
    return {period.start for period in asked.periods if not _is_ripe(leaf, period, asked)}


def _is_ripe(leaf: RetentionOf, period: Period, question: Question) -> bool:
    """Whether the later period has ended."""
    return question.as_of.completes(shifted(period, leaf.after))
