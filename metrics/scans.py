"""Run a question: the leaves of many formulas → as few scans as there are tables and windows → pooled parts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from data_checks.warehouse.contract import Warehouse
from metrics.bound import Aggregate, Leaf, Products, RetentionOf, is_reference, sets_in
from metrics.compile import Scan, compile_plain, compile_retention, compile_set
from metrics.constructs import index_of
from metrics.figures import Parts
from metrics.period import Grain, Period, floor, shifted
from metrics.provided import available_members, knows_teams, provided_tables
from metrics.question import Question

SliceValues = tuple[str | None, ...]
Group = tuple[dt.date | None, SliceValues]
Found = dict[Leaf | Products, dict[Group, dict[str, float | None]]]


@dataclass(frozen=True)
class Answers:
    """Per leaf and group (period start, slice values): its parts. `unripe`: groups whose retention is too young."""

    parts: Mapping[Leaf | Products, Mapping[Group, Parts]]
    unripe: frozenset[tuple[Leaf, dt.date | None]]

    def groups(self, leaves: Iterable[Leaf]) -> list[SliceValues]:
        """Every combination of slice values these leaves counted something in, whatever was asked beside them;

        names first in order, rows without one last.
        """
        cut = (leaf for leaf in leaves if not is_reference(leaf))
        seen = {slices for leaf in cut for (_, slices), parts in self.parts.get(leaf, {}).items() if parts.get("n")}
        return sorted(seen, key=lambda slices: [(value is None, value or "") for value in slices])


def scans_of(
    leaves: Iterable[Leaf | Products], question: Question, warehouse: Warehouse
) -> list[tuple[Scan, Question]]:
    """The statements that answer all leaves; leaves of one table, window and frame share one, but one that tests
    membership filters its rows alone."""
    tables = warehouse.facts.tables
    plain: dict[object, list[Aggregate | Products]] = defaultdict(list)
    scans: list[tuple[Scan, Question]] = []
    for item in dict.fromkeys(leaves):
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
            plain[(leaf.table, leaf.window, leaf.frame, alone)].append(item)
    scans += [(compile_plain(group, question, warehouse.table), question) for group in plain.values()]
    return scans


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
    first_days = [warehouse.facts.tables[member.table].first_day for member in reduced.members]
    history = min((day for day in first_days if day is not None), default=question.start)
    scan = compile_retention(reduced, question, history, warehouse.table)
    return replace(scan, parts=tuple((leaf, name) for _, name in scan.parts))


def run(leaves: Iterable[Leaf | Products], question: Question, warehouse: Warehouse) -> Answers:
    """All parts of all leaves."""
    found: Found = defaultdict(dict)
    unripe: set[tuple[Leaf, dt.date | None]] = set()
    for scan, asked in scans_of(leaves, question, warehouse):
        rows = warehouse.read(scan.statement)
        if scan.indexed:
            leaf = scan.parts[0][0]
            assert isinstance(leaf, RetentionOf)
            found[leaf], young = _pooled(leaf, rows, asked, question)
            unripe |= {(leaf, start) for start in young}
        else:
            for row in rows:
                _take(row, scan, found)
    return Answers(found, frozenset(unripe))


def _take(row: Any, scan: Scan, found: Found) -> None:
    head, slices = (1 if scan.has_period else 0), scan.slices
    group = (_as_day(row[0]) if scan.has_period else None, tuple(row[head : head + slices]))
    for (leaf, name), value in zip(scan.parts, row[head + slices :], strict=True):
        found[leaf].setdefault(group, {})[name] = None if value is None else float(value)


def _as_day(value: Any) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _pooled(
    leaf: RetentionOf, rows: Iterable[Any], asked: Question, question: Question
) -> tuple[dict[Group, dict[str, float | None]], set[dt.date | None]]:
    """Retention per period of `every` pooled into the asked periods: ripe ones only, unless one was asked for."""
    periods = {index_of(period.start, leaf.every, question.calendar): period for period in asked.periods}
    same = question.grain == leaf.every
    groups: dict[Group, dict[str, float | None]] = {}
    unripe: set[dt.date | None] = set()
    young = {index for index, period in periods.items() if not _is_ripe(leaf, period, asked)}
    for index in young:
        if question.grain != "all":
            unripe.add(floor(periods[index].start, question.grain, question.calendar))
    for row in rows:
        index, slices, (returned, members) = row[0], tuple(row[1:-2]), row[-2:]
        if index not in periods or (index in young and not same):
            continue
        start = None if question.grain == "all" else floor(periods[index].start, question.grain, question.calendar)
        parts = groups.setdefault((start, slices), {"y": 0.0, "n": 0.0})
        parts["y"] = (parts["y"] or 0.0) + float(returned)
        parts["n"] = (parts["n"] or 0.0) + float(members)
    return groups, unripe


def _is_ripe(leaf: RetentionOf, period: Period, question: Question) -> bool:
    """Whether the later period has ended."""
    return question.as_of.completes(shifted(period, leaf.after))
