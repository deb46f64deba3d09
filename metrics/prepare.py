"""What screens ask for, built with the load: rollups of everything additive, and the monthly answers of the rest.

Every rollup is compared with the facts it was counted from before anybody can read it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from data_checks.contract import contracts
from data_checks.errors import LoadRefused
from data_checks.warehouse.contract import Unpublished, Warehouse
from metrics.asking import as_of, cannot_cut
from metrics.catalog import Catalog
from metrics.evaluate import ends_by_query
from metrics.language.bound import Aggregate, Leaf, ModelOf, Products, RetentionOf, Value, is_reference
from metrics.language.kinds import kind_of, measured
from metrics.language.provided import missing
from metrics.models.answers import are_left, fit_later, prepare_models
from metrics.question import AsOf, Question
from metrics.scope import Scope
from metrics.sql.compile import compile_daily, compile_plain
from metrics.sql.prepared import ANSWERS, CUTS, EndsOf, answer_of, rows_of
from metrics.sql.rollup import Prepared, Rollup, is_additive, key_of, sides, to_json, unframed
from metrics.sql.scans import WITH_OWN_QUERY, run

CLOSE = 1e-9
"""Sums of the same numbers in another order differ by rounding; by more they differ."""


def prepare(version: Unpublished, catalog: Catalog) -> None:
    """Add rollups and answers for every metric of the catalogue that the load provides.

    Raises LoadRefused when a rollup counts other rows than its facts.
    """
    bound = _provided(version, catalog)
    measures = dict.fromkeys(item for value in bound for item in measured(value))
    items = [item for item in measures if not isinstance(item, ModelOf)]
    models = _models(bound)
    # Fits are arithmetic and the rest is the engine's work: one does not wait for the other.
    with ThreadPoolExecutor(max_workers=1) as beside:
        fitting = beside.submit(prepare_models, models, version)
        rollups = [_as_the_facts(version, rollup, items) for rollup in _rollups(version, items)]
        rows, answered = _answers(version, bound, [item for item in items if not _is_rolled(item)])
        fitted, kept = fitting.result()
    version.insert(ANSWERS, [*rows, *fitted])
    since = _months(version, ()).periods[0].start
    version.note(to_json(Prepared(tuple(rollups), frozenset(answered | kept), since)))


def prepare_later(version: Warehouse, catalog: Catalog) -> Callable[[], str] | None:
    """What makes the text that a published version keeps beside it (adding_later): the models whose fits the load was
    not made to wait for. None when there is nothing to make, or it is there."""
    models = _models(_provided(version, catalog))
    return (lambda: fit_later(models, version)) if are_left(models, version) else None


def _provided(version: Warehouse, catalog: Catalog) -> list[Value]:
    return [value for value in catalog.bound.values() if missing(value, version.facts.tables) is None]


def _models(bound: Iterable[Value]) -> list[ModelOf]:
    measures = dict.fromkeys(item for value in bound for item in measured(value))
    return [item for item in measures if isinstance(item, ModelOf)]


def _as_the_facts(version: Unpublished, rollup: Rollup, items: Iterable[Leaf | Products]) -> Rollup:
    """The rollup with what was compared with the facts and found the same."""
    unlike = _unlike(version, rollup, items)
    return replace(rollup, parts={key: parts for key, parts in rollup.parts.items() if key not in unlike})


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


def _unlike(version: Unpublished, rollup: Rollup, items: Iterable[Leaf | Products]) -> frozenset[str]:
    """The aggregates whose sums, by year and team, are not those of the facts but for rounding: amounts that nearly
    cancel depend on the order they are added in. They are left to the facts.

    Raises LoadRefused when rows are counted that the facts do not have, or not counted that they have.
    """
    own = [
        item
        for item in dict.fromkeys(unframed(item) for item in items if not isinstance(item, RetentionOf))
        if key_of(item) in rollup.parts
    ]
    days = version.facts.tables[rollup.table].days_at(rollup.day)
    if days is None:
        return frozenset()
    question = Question(
        Scope.everything(),
        AsOf(days[1], whole=True),  # every row, those after the load's clock too: --as-of may ask for them
        days[0],
        days[1] + dt.timedelta(days=1),
        version.facts.calendar,
        "year",
        ("team",) if rollup.team else (),
    )
    scans = [compile_plain(own, question, version, source) for source in (None, rollup)]
    keys = int(scans[0].has_period) + scans[0].slices
    counted, rolled = ({tuple(row[:keys]): row[keys:] for row in version.read(scan.statement)} for scan in scans)
    unlike: set[str] = set()
    nothing = (None,) * len(scans[0].parts)  # a group none of whose rows is counted may be there with zeros, or not be
    for group in rolled.keys() | counted.keys():
        is_both = group in rolled and group in counted
        both = zip(scans[0].parts, rolled.get(group, nothing), counted.get(group, nothing), strict=True)
        same = True
        for (item, name), ours, theirs in both:
            same = same and (name != "n" or (ours or 0) == (theirs or 0))
            if not (_is_close(ours, theirs) if is_both else not ours and not theirs):
                unlike.add(key_of(item))
        if not same:
            raise LoadRefused(
                f"the sums prepared for {rollup.table} are not those of its rows ({', '.join(map(str, group))}); "
                "please report it."
            )
    return frozenset(unlike)


def _is_close(ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return math.isclose(ours, theirs, rel_tol=CLOSE, abs_tol=CLOSE)


def _answers(
    version: Unpublished, bound: Iterable[Value], items: list[Leaf | Products]
) -> tuple[list[dict[str, Any]], set[str]]:
    """The months' answers of what cannot be added up, as rows; the names of those kept."""
    rows: list[dict[str, Any]] = []
    names: set[str] = set()
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
    return rows, names


def _months(version: Unpublished, by: tuple[str, ...]) -> Question:
    reach = as_of(version.facts)
    days = [day for facts in version.facts.tables.values() if (day := facts.first_day) is not None]
    # A register's other days say nothing of when something was counted: birthdays lie decades back.
    tables = (facts for name, facts in version.facts.tables.items() if not contracts()[name].register)
    days += [first for facts in tables for first, _ in facts.reach.values()]
    return Question(Scope.everything(), reach, min([*days, reach.day]), reach.end, version.facts.calendar, "month", by)


def _can_answer(item: Leaf | Products, by: tuple[str, ...], version: Unpublished) -> bool:
    if isinstance(item, RetentionOf) and item.every != "month":
        return False
    leaves = sides(item) if isinstance(item, Products) else (item,)
    return not any(is_reference(leaf) or cannot_cut(version, leaf, by) for leaf in leaves)
