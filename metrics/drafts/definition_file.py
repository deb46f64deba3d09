"""One YAML document → Draft: the definition as written; whether it is right, rules/ and language/bind.py ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from data_checks.errors import FileProblems, Problem
from data_checks.yaml_file import STRICT, Document, Written, build_readable
from metrics.definition import (
    Benchmark,
    Certification,
    Compare,
    Drive,
    MetricDefinition,
    Model,
    PerspectiveId,
    Retention,
    Unit,
)
from metrics.language.bound import Frame
from metrics.language.formula import FormulaError, parse, parse_set
from metrics.language.tree import Inside, Node, metric_names
from metrics.period import duration

SHAPES = ("retention", "rolling", "to_date", "compare")
AGO = re.compile(r"(\d{1,4} (?:day|week|month|quarter|year)s?) ago")


@dataclass(frozen=True)
class _Rolling:
    """The last `last` up to the end of each period."""

    __pydantic_config__ = STRICT
    of: str
    last: str


@dataclass(frozen=True)
class _ToDate:
    """Since the start of the year, quarter or month."""

    __pydantic_config__ = STRICT
    of: str
    since: Literal["week", "month", "quarter", "year"] = "year"


@dataclass(frozen=True)
class _Compare:
    """Beside the same long ago."""

    __pydantic_config__ = STRICT
    of: str
    with_: Annotated[str, Field(alias="with")] = "1 year ago"
    as_: Annotated[Literal["difference", "ratio", "percent_change"], Field(alias="as")] = "percent_change"


@dataclass(frozen=True)
class _Model(Model):
    """As in a file: no other keys."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class _Drive(Drive):
    """As in a file: no other keys."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class _Benchmark(Benchmark):
    """As in a file: no other keys."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class DefinitionFile:
    """The keys a metric file may have (the format is a promise)."""

    __pydantic_config__ = STRICT
    metric: str
    formula: str | None = None
    retention: Retention | None = None
    rolling: _Rolling | None = None
    to_date: _ToDate | None = None
    compare: _Compare | None = None
    model: _Model | None = None
    name: str | None = None
    question: str | None = None
    description: str | None = None
    perspective: PerspectiveId | None = None
    objective: str | None = None
    unit: Unit | None = None
    red: Any = None
    goal: Any = None
    stretch: Any = None
    weight: float = 1.0
    min_n: int = 30
    ripe_after: str | None = None
    fill: Any = None
    timing: Literal["leading", "lagging"] | None = None
    drives: tuple[_Drive, ...] = ()
    benchmark: _Benchmark | None = None
    needs: tuple[str, ...] = ()
    owner: str | None = None
    status: Certification = "draft"


@dataclass(frozen=True, eq=False)
class Draft:
    """One definition as read: as written (document, file) and, so far as the file alone says it, as meant.

    `tree`: the formula, or the set of a retention; None when there is none to read. `names`: the metrics it names.
    `problems`: what is wrong with the shape of the file and the grammar of the formula.
    """

    document: Document
    file: DefinitionFile
    metric: MetricDefinition
    tree: Node | Inside | None
    names: tuple[str, ...]
    problems: tuple[Problem, ...]


def draft_of(document: Document) -> Draft:
    """The definition as written. Raises FileProblems when the document has no shape to look further into."""
    if not isinstance(document.data, dict) or "metric" not in document.data:
        raise FileProblems([Problem(document.place(), "a metric file begins with 'metric:' and its id.")])
    file, problems = build_readable(DefinitionFile, document)
    if file is None or _has_lost_its_formula(document, file):
        raise FileProblems(problems)
    shape = next((key for key in SHAPES if getattr(file, key) is not None), None)
    written = None
    if shape or file.formula is not None:
        written = document.written(shape, "of") if shape else document.written("formula")
    tree = None
    try:
        if written is not None:
            tree = parse_set(written.value) if file.retention else parse(written.value)
    except FormulaError as error:
        problems.append(Problem(written.place(error.at.line, error.at.column), str(error)))  # type: ignore[union-attr]
    names = metric_names(tree) if tree is not None and not isinstance(tree, Inside) else ()
    return Draft(document, file, _definition(document, file, written), tree, names, tuple(problems))


def _has_lost_its_formula(document: Document, file: DefinitionFile) -> bool:
    """Whether what stands as formula or shape cannot be read: then nothing more is worth saying."""
    ways = ("formula", "model", *SHAPES)
    return any(document.data.get(key) is not None and getattr(file, key) is None for key in ways)


def _definition(document: Document, file: DefinitionFile, written: Written | None) -> MetricDefinition:
    return MetricDefinition(
        metric=file.metric,
        place=document.key_place("metric"),
        formula=None if file.retention or written is None else written.value,
        retention=file.retention,
        model=file.model,
        frame=_frame(file),
        compare=_comparison(file),
        name=file.name or file.metric.replace("_", " ").capitalize(),
        question=file.question,
        description=file.description,
        perspective=file.perspective,
        objective=file.objective,
        unit=file.unit or "number",
        unit_given=file.unit is not None,
        weight=file.weight,
        min_n=file.min_n,
        ripe_after=duration(file.ripe_after),
        fills_zero=file.fill is not None,
        timing=file.timing,
        needs=file.needs,
        drives=file.drives,
        benchmark=file.benchmark,
        owner=file.owner,
        status=file.status,
        written=written,
    )


def _frame(file: DefinitionFile) -> Frame | None:
    if file.rolling and (length := duration(file.rolling.last)):
        return Frame("rolling", length)
    return Frame("to_date", since=file.to_date.since) if file.to_date else None


def _comparison(file: DefinitionFile) -> Compare | None:
    if file.compare is None or not (match := AGO.fullmatch(file.compare.with_)):
        return None
    length = duration(match[1])
    return Compare(Frame("ago", length), file.compare.as_) if length else None
