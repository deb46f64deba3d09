"""strategy.yaml as written: vision, objectives, links and initiatives, or everything wrong with it and where.

What the ids in it name is asked one floor up (metrics/strategy.py); here stands what the file alone can say. The
initiatives are also a source: with every load they become the table `initiatives`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from data_checks.errors import FileProblems, Place, Problem
from data_checks.yaml_file import STRICT, Document, Path_, build, read_documents

FILE = "strategy.yaml"
LARGEST = 1024 * 1024
"""Bytes of a strategy; thousands of objectives fit."""
InitiativeStatus = Literal["planned", "running", "done", "dropped"]
_TOP = Place(FILE, 1, 1)


@dataclass(frozen=True)
class _Objective:
    """As in the file."""

    __pydantic_config__ = STRICT
    objective: str
    name: str = ""
    perspective: str | None = None
    weight: float = 1.0
    owner: str | None = None
    metrics: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Objective(_Objective):
    """What the organisation wants to reach. `metrics`: what tells whether it does; None: those that name it.
    `at`: where it stands in the document."""

    at: Path_ = ()


@dataclass(frozen=True)
class _Link:
    """As in the file."""

    __pydantic_config__ = STRICT
    cause: Annotated[str, Field(alias="from")]
    effect: Annotated[str, Field(alias="to")]
    sign: Literal["+", "-"] = "+"
    lag: str | None = None


@dataclass(frozen=True)
class Link(_Link):
    """From a cause to its effect, both objectives or metrics: in the same direction (+) or the other (-)."""

    at: Path_ = ()


@dataclass(frozen=True)
class _Initiative:
    """As in the file."""

    __pydantic_config__ = STRICT
    initiative: str
    due: dt.date
    name: str = ""
    objective: str | None = None
    metric: str | None = None
    owner: str | None = None
    done: dt.date | None = None
    status: InitiativeStatus = "planned"


@dataclass(frozen=True)
class Initiative(_Initiative):
    """What somebody does about an objective, by when. `metric`: the one it is meant to move."""

    at: Path_ = ()


@dataclass(frozen=True)
class StrategyFile:
    """The file as far as it can be read; `problems` says what could not, in file order.

    `document`: None without a file that can be read. `initiatives_are_whole`: none of them is missing for a mistake.
    """

    document: Document | None = None
    vision: str | None = None
    objectives: tuple[Objective, ...] = ()
    links: tuple[Link, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    initiatives_are_whole: bool = True
    problems: tuple[Problem, ...] = ()

    def place(self, *path: str | int) -> Place:
        """The place of what stands at a path."""
        return _TOP if self.document is None else self.document.place(*path)


@dataclass(frozen=True)
class _Top:
    """The keys of the file; what stands in the lists is read one by one, so that one mistake does not hide another."""

    __pydantic_config__ = STRICT
    vision: str | None = None
    objectives: Any = None
    links: Any = None
    initiatives: Any = None


T = TypeVar("T", Objective, Link, Initiative)
_AS_WRITTEN: dict[type, type] = {Objective: _Objective, Link: _Link, Initiative: _Initiative}


def read_strategy_file(folder: Path) -> StrategyFile:
    """The strategy of a workspace's folder; without a file an empty one. Never raises."""
    path = folder / FILE
    try:
        if not path.exists():
            return StrategyFile()
        if path.stat().st_size > LARGEST:
            told = f"this file has more than {LARGEST:,} bytes; write the strategy shorter."
            raise FileProblems([Problem(_TOP, told)])
        documents = read_documents(path, FILE)
    except FileProblems as error:
        return StrategyFile(initiatives_are_whole=False, problems=error.problems)
    except OSError as error:
        told = f"this file cannot be read: {error.strerror}."
        return StrategyFile(initiatives_are_whole=False, problems=(Problem(_TOP, told),))
    if not documents or not isinstance(documents[0].data, dict):
        told = "a strategy has keys: vision, objectives, links, initiatives; write at least objectives, or delete it."
        return StrategyFile(initiatives_are_whole=False, problems=(Problem(_TOP, told),))
    more = [Problem(one.place(), "one strategy is enough; take this second document out.") for one in documents[1:]]
    return _read(documents[0], more)


def _read(document: Document, problems: list[Problem]) -> StrategyFile:
    try:
        build(_Top, document)
    except FileProblems as error:
        problems += error.problems
    vision = document.data.get("vision")
    objectives = _once(document, _items(document, "objectives", Objective, problems), "objective", problems)
    links = _items(document, "links", Link, problems)
    before = len(problems)
    initiatives = _once(document, _items(document, "initiatives", Initiative, problems), "initiative", problems)
    problems += [problem for one in initiatives if (problem := _done_or_not(one, document))]
    whole = len(problems) == before
    problems += [problem for one in objectives if (problem := _weight(one, document))]
    return StrategyFile(
        document=document,
        vision=vision if isinstance(vision, str) else None,
        objectives=tuple(objectives),
        links=tuple(links),
        initiatives=tuple(initiatives),
        initiatives_are_whole=whole,
        problems=tuple(sorted(dict.fromkeys(problems), key=_file_order)),
    )


def _file_order(problem: Problem) -> tuple[int, int, str]:
    return problem.place.line or 0, problem.place.column or 0, problem.message


def _items(document: Document, key: str, cls: type[T], problems: list[Problem]) -> list[T]:
    """Every item of a list that can be read, with its place."""
    written = document.data.get(key)
    if written is None:
        return []
    if not isinstance(written, list):
        problems.append(Problem(document.place(key), f"{key}: a list is needed here; begin each item with '- '."))
        return []
    found = []
    for index, data in enumerate(written):
        try:
            item: Any = build(_AS_WRITTEN[cls], document, data, (key, index))
        except FileProblems as error:
            problems += error.problems
            continue
        if "name" in (said := dict(vars(item))):
            said["name"] = said["name"] or said[key.removesuffix("s")].replace("_", " ").capitalize()
        found.append(cls(**said, at=(key, index)))
    return found


def _once(document: Document, items: Iterable[T], id_: str, problems: list[Problem]) -> list[T]:
    """The items whose id no earlier one bears."""
    first: dict[str, T] = {}
    for item in items:
        name = getattr(item, id_)
        if name in first:
            told = f"the {id_} '{name}' is written twice; the first is in line {document.place(*first[name].at).line}."
            problems.append(Problem(document.place(*item.at, id_), told))
        else:
            first[name] = item
    return list(first.values())


def _weight(objective: Objective, document: Document) -> Problem | None:
    if objective.weight > 0 and math.isfinite(objective.weight):
        return None
    told = f"the weight of an objective is above 0; {objective.weight:g} would take it out, so leave it out instead."
    return Problem(document.place(*objective.at, "weight"), told)


def _done_or_not(one: Initiative, document: Document) -> Problem | None:
    if (one.status == "done") == (one.done is not None):
        return None
    told = "done needs its day; write `done: 2026-11-30`" if one.status == "done" else "only what is done has a day"
    return Problem(document.place(*one.at), f"{one.initiative} is {one.status}: {told}.")
