"""What screens ask for, built with the load: rollups of everything additive, and the monthly answers of the rest.

Every rollup is compared with the facts it was counted from before anybody can read it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable

from data_checks.contract import contracts
from data_checks.errors import LoadRefused
from data_checks.warehouse.contract import Unpublished
from metrics.asking import as_of, cannot_cut
from metrics.bound import Aggregate, Leaf, Products, RetentionOf, Value, is_reference
from metrics.catalog import Catalog
from metrics.compile import compile_daily, compile_plain
from metrics.evaluate import ends_by_query
from metrics.kinds import kind_of, measured
from metrics.prepared import ANSWERS, CUTS, EndsOf, answer_of, rows_of
from metrics.provided import missing
from metrics.question import Question
from metrics.rollup import Prepared, Rollup, is_additive, key_of, sides, to_json, unframed
from metrics.scans import WITH_OWN_QUERY, run
from metrics.scope import Scope

CLOSE = 1e-9
"""Sums of the same numbers in another order differ by rounding; by more they differ."""


def prepare(version: Unpublished, catalog: Catalog) -> None:
    """Add rollups and answers for every metric of the catalogue that the load provides.

    Raises LoadRefused when a rollup does not equal its facts.
    """
    bound = [value for value in catalog.bound.values() if missing(value, version.facts.tables) is None]
    items = dict.fromkeys(item for value in bound for item in measured(value))
    rollups = _rollups(version, items)
    for rollup in rollups:
        _compare(version, rollup, items)
    answered = _answers(version, bound, [item for item in items if not _is_rolled(item)])
    version.note(to_json(Prepared(tuple(rollups), answered)))


def _is_rolled(item: Leaf | Products) -> bool:
    return not isinstance(item, RetentionOf) and is_additive(item)


def _rollups(version: Unpublished, items: Iterable[Leaf | Products]) -> list[Rollup]:
    """One rollup per table and time column, for all that is counted there."""
    counted: dict[tuple[str, str], list[Aggregate | Products]] = defaultdict(list)
    for item in dict.fromkeys(unframed(item) for item in items if not isinstance(item, RetentionOf)):
        first = sides(item)[0]
        if is_additive(item) and not contracts()[first.table].reference:
            counted[first.table, first.window.name].append(item)
    return [_rollup(version, table, time, wanted) for (table, time), wanted in counted.items()]


def _rollup(version: Unpublished, table: str, time: str, wanted: list[Aggregate | Products]) -> Rollup:
    contract = contracts()[table]
    team = contract.slices["team"].column if "team" in contract.slices else None
    statement, parts = compile_daily(wanted, team, version)
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for place, (item, name) in enumerate(parts):
        held[key_of(item)].append((name, f"v{place}"))
    columns = {key: tuple(names) for key, names in held.items()}
    rollup = Rollup(f"rollup_{table}_{time}", table, contract.day_column(time), team, columns)
    version.keep(rollup.columns, statement)
    return rollup


def _compare(version: Unpublished, rollup: Rollup, items: Iterable[Leaf | Products]) -> None:
    """The parts of every year and team, from the rollup and from the facts, must be the same."""
    own = [
        item
        for item in dict.fromkeys(unframed(item) for item in items if not isinstance(item, RetentionOf))
        if key_of(item) in rollup.parts
    ]
    facts = version.facts.tables[rollup.table]
    if facts.first_day is None or facts.last_day is None:
        return
    question = Question(
        Scope.everything(),
        as_of(version.facts),
        facts.first_day,
        max(facts.last_day, facts.first_day) + dt.timedelta(days=1),
        version.facts.calendar,
        "year",
        ("team",) if rollup.team else (),
    )
    both = [compile_plain(own, question, version, source) for source in (None, rollup)]
    keys = int(both[0].has_period) + both[0].slices
    rolled, counted = ({tuple(row[:keys]): row[keys:] for row in version.read(scan.statement)} for scan in both)
    for group in rolled.keys() | counted.keys():
        if not _same(rolled.get(group), counted.get(group)):
            raise LoadRefused(
                f"the sums prepared for {rollup.table} are not those of its rows ({', '.join(map(str, group))}); "
                "please report it. Nothing was published; the version before stays."
            )


def _same(rolled: Iterable[float | None] | None, counted: Iterable[float | None] | None) -> bool:
    if rolled is None or counted is None:
        return False
    return all(
        math.isclose(a or 0.0, b or 0.0, rel_tol=CLOSE, abs_tol=CLOSE) and (a is None) == (b is None)
        for a, b in zip(rolled, counted, strict=True)
    )


def _answers(version: Unpublished, bound: Iterable[Value], items: list[Leaf | Products]) -> frozenset[str]:
    """The months' answers of what cannot be added up; the names of those kept."""
    rows, names = [], set()
    for by in CUTS:
        question = _months(version, by)
        asked = [item for item in items if _can_answer(item, by, version)]
        answers = run(asked, question, version)
        for item in asked:
            rows += rows_of(item, by, answers.parts.get(item, {}))
            names.add(answer_of(item, by))
    judged = [value for value in dict.fromkeys(bound) if kind_of(value) in WITH_OWN_QUERY]
    question = _months(version, ())
    answers = run([value for value in judged if isinstance(value, Aggregate)], question, version)
    for value in judged:  # for the whole only: a team's rows are few enough to be asked
        found = answers.parts.get(value, {}) if isinstance(value, Aggregate) else {}
        counts = {group: int(parts.get("n") or 0) for group, parts in found.items()}
        ends = ends_by_query(value, counts, question, version)
        rows += rows_of(EndsOf(value), (), {group: {"low": low, "high": high} for group, (low, high) in ends.items()})
        names.add(answer_of(EndsOf(value), ()))
    version.insert(ANSWERS, rows)
    return frozenset(names)


def _months(version: Unpublished, by: tuple[str, ...]) -> Question:
    reach = as_of(version.facts)
    days = [facts.first_day for facts in version.facts.tables.values() if facts.first_day is not None]
    return Question(Scope.everything(), reach, min([*days, reach.day]), reach.end, version.facts.calendar, "month", by)


def _can_answer(item: Leaf | Products, by: tuple[str, ...], version: Unpublished) -> bool:
    if isinstance(item, RetentionOf) and item.every != "month":
        return False
    leaves = sides(item) if isinstance(item, Products) else (item,)
    return not any(is_reference(leaf) or cannot_cut(version, leaf, by) for leaf in leaves)
