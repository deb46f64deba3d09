"""All metric files → Catalog: definitions with their bound formulas, or every problem with file:line:column.

A wrong definition is left out and reported; the others stand.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data_checks.calendar import EVERYBODYS, Calendar
from data_checks.errors import FileProblems, Problem
from metrics.definition import MetricDefinition
from metrics.drafts.definition_file import Draft
from metrics.drafts.draft_files import DraftFile, read_folder
from metrics.drafts.hidden import Hidden, hidden_in
from metrics.drafts.settle import Settled, settle
from metrics.language.bound import Value
from metrics.rules import ABOUT_ALL
from metrics.rules.subjects import Whole
from metrics.strategy import Strategy

LIBRARY = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Reading:
    """What the next reading may take again: the workspace's files by name, definitions by id."""

    files: Mapping[str, DraftFile] = field(default_factory=dict)
    settled: Mapping[str, Settled] = field(default_factory=dict)
    calendar: Calendar = EVERYBODYS


@dataclass(frozen=True)
class Catalog:
    """Every metric that can be computed, in library order; `bound` holds what each formula means.

    `problems`: all that is wrong in any file, by file, line and column. `left_out`: the ids that cannot be computed
    for it. `unread`: files that may hold definitions nobody could read; `hidden`: the ids that may stand in them.
    `kept`: ids shown as they last were right.
    `strategy`: what the metrics stand for (plans.py). `replaced`: metrics of the library the workspace has of its own.
    `notes`: what else a reader should know.
    `hash` changes when any definition does.
    """

    metrics: Mapping[str, MetricDefinition]
    bound: Mapping[str, Value]
    problems: tuple[Problem, ...]
    replaced: tuple[str, ...]
    notes: tuple[str, ...]
    hash: str
    left_out: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    hidden: Hidden = field(default_factory=Hidden)
    kept: tuple[str, ...] = ()
    strategy: Strategy = field(default_factory=Strategy)
    reading: Reading = field(default_factory=Reading, repr=False, compare=False)


def read_catalog(folder: Path | None = None, calendar: Calendar = EVERYBODYS, before: Catalog | None = None) -> Catalog:
    """The library, and the metrics of a workspace's `folder` if it exists. Never raises for a wrong file.

    `calendar`: the one of the load these metrics are asked of; a goal `from: 2026` begins with its year.
    `before`: what was read last; files that have not changed since, and definitions that stand on nothing that has,
    are taken from it. The catalogue is the same with and without it.
    """
    last = before.reading if before and before.reading.calendar == calendar else Reading()
    return catalog_of(read_folder(folder, last.files) if folder else {}, calendar, last)


def catalog_of(files: Mapping[str, DraftFile], calendar: Calendar, last: Reading) -> Catalog:
    """The library and what these files hold; `last`: what may be taken again."""
    library = {draft.metric.metric: draft for file in library_files() for draft in file.drafts}
    claims = _claims(files.values())
    twice = {name: claim for name, claim in claims.items() if len(claim) > 1}
    lost = frozenset(name for file in files.values() for name in file.without_shape)
    hidden = hidden_in(files.values()) | lost
    drafts = library | {name: claim[0] for name, claim in claims.items()}
    drafts = {name: draft for name, draft in drafts.items() if name not in twice and name not in lost}
    settling = settle(drafts, hidden | set(twice), calendar, last.settled)
    settled = settling.settled
    problems = [problem for file in files.values() for problem in file.problems]
    problems += [problem for one in settled.values() for problem in one.problems]
    problems += _of_doubles(twice, hidden | set(drafts), calendar)
    whole = Whole(drafts, twice, settling.order.circles, settling.waiting)
    problems += [problem for rule in ABOUT_ALL for problem in rule(whole)]
    right = {name: settled[name] for name in drafts if settled[name].is_right}
    replaced = [name for name in claims if name in library]
    return Catalog(
        metrics={name: one.metric for name, one in right.items()},
        bound={name: one.value for name, one in right.items() if one.value is not None},
        problems=tuple(sorted(dict.fromkeys(problems), key=_by_place)),
        replaced=tuple(replaced),
        notes=tuple(_unplaced(one.metric for one in right.values())),
        hash=hash_of(one.shown for one in right.values()),
        left_out=frozenset({*drafts, *twice, *lost} - set(right)),
        unread=frozenset(file.shown for file in files.values() if not file.whole),
        hidden=hidden,
        reading=Reading(files, settled, calendar),
    )


def _claims(files: Iterable[DraftFile]) -> dict[str, list[Draft]]:
    """Every definition of the workspace by the id it claims."""
    claims: dict[str, list[Draft]] = {}
    for draft in (draft for file in files for draft in file.drafts):
        claims.setdefault(draft.metric.metric, []).append(draft)
    return claims


def _by_place(problem: Problem) -> tuple[bool, str, int, int, str]:
    """The library's own files last: they are wrong only for standing on a metric of the workspace that is."""
    place = problem.place
    of_library = any(place.file == file.shown for file in library_files())
    return of_library, place.file, place.line or 0, place.column or 0, problem.message


def _of_doubles(twice: Mapping[str, list[Draft]], known: frozenset[str], calendar: Calendar) -> Iterable[Problem]:
    """What is wrong with definitions of an id that several claim, each looked at alone."""
    for name, claim in twice.items():
        for draft in claim:
            yield from settle({name: draft}, known | set(twice), calendar, {}).settled[name].problems


@functools.cache
def library_files() -> tuple[DraftFile, ...]:
    """The library as it was read."""
    files = tuple(read_folder(LIBRARY, {}).values())
    if problems := [problem for file in files for problem in file.problems]:
        raise FileProblems(problems)
    return files


def hash_of(shown: Iterable[str]) -> str:
    """One short word for everything that can be seen of some definitions."""
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:12]


def _unplaced(metrics: Iterable[MetricDefinition]) -> Iterable[str]:
    for metric in metrics:
        if metric.goal is not None and metric.perspective is None:
            yield f"{metric.place.file}: '{metric.metric}' has a goal but no perspective, so it is not on the board."
